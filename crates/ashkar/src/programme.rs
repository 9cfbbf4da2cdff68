//! `ashkar programme`: where the installation stands, and what the commission enters of it.

mod rehearsal;
mod text;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use ashkar_election::{
    Board, Fact, ImportErrors, NewEntry, OfConstituency, Programme as Records, ProgrammeError, ProgrammePlan,
    ProgrammeStore, StationList, Store, StoreError, Zone, plan_dues, plan_without_camera,
};
use jiff::civil::Date;
use serde_json::json;

use crate::camera::say;
use crate::cli::{Output, Programme, ProgrammeImport, WithoutCamera};
use crate::{output, store};

/// Exit code if the file has wrong rows.
const WRONG_ROWS: u8 = 1;

/// Reads a file against the list and what is recorded.
type Reader = fn(&StationList, &Records, &[u8]) -> Result<ProgrammePlan, ImportErrors>;

pub(crate) async fn run(command: Programme) -> anyhow::Result<ExitCode> {
    match command {
        Programme::Board { output, constituency } => board(&output, constituency).await?,
        Programme::Import(options) => return import(&options, plan_dues).await,
        Programme::WithoutCamera(WithoutCamera::Import(options)) => {
            return import(&options, plan_without_camera).await;
        }
        Programme::WithoutCamera(WithoutCamera::List(output)) => without_camera(&output).await?,
        Programme::Decide { output, stations, constituencies, of } => {
            decide(&output, stations, constituencies, of).await?;
        }
        Programme::Decision { output, number, date, list_version } => {
            decision(&output, number, date, list_version).await?;
        }
        Programme::RehearsalResults { output, key, at_least, dry_run } => {
            rehearsal::take_over(&output, &key, at_least, dry_run).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn board(output: &Output, constituency: Option<u16>) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let (snapshot, programme) = (store.snapshot().await?, store.programme().await?);
    if let Some(number) = constituency {
        snapshot.list.constituency(number).ok_or(StoreError::NoConstituency(number)).map_err(advised)?;
    }
    let is_public = |camera| !snapshot.approvals_of(camera).is_empty();
    let mut board = Board::of(&snapshot, &programme, store::now(), is_public);
    if let Some(number) = constituency {
        board.constituencies.retain(|one| one.constituency == number);
        board.stations.retain(|one| one.station.constituency == number);
    }
    let zone = snapshot.election.map_or_else(Zone::baku, |election| election.time_zone);
    let text = text::board(&board, constituency, &zone);
    say(output, &serde_json::to_value(&board)?, &text)?;
    Ok(())
}

async fn import(options: &ProgrammeImport, read: Reader) -> anyhow::Result<ExitCode> {
    let (output, shown) = (&options.output, options.file.display());
    let bytes = std::fs::read(&options.file).with_context(|| format!("{shown}: cannot be read"))?;
    let store = store::open(&output.data.data).await?;
    let (_, list) = store.list().await?;
    let plan = match read(&list, &store.programme().await?, &bytes) {
        Ok(plan) => plan,
        Err(errors) => {
            if output.json {
                output::line(format_args!("{:#}", serde_json::to_value(&errors)?))?;
            } else {
                output::note(format_args!("{shown}: {errors}"));
            }
            return Ok(ExitCode::from(WRONG_ROWS));
        }
    };
    let mut said: Vec<String> = plan.notes.iter().map(|note| format!("note: {note}")).collect();
    said.push(format!("{} rows read: {} changes.", plan.rows, plan.facts.len()));
    if options.dry_run {
        said.push("Nothing was changed: this was a dry run.".to_owned());
        say(output, &json!({ "plan": plan }), &said.join("\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let facts = plan.facts.iter().cloned().map(NewEntry::now);
    let new = facts.collect::<Result<Vec<NewEntry>, _>>()?;
    let recorded =
        store.record_all(&new, &file_name(&options.file), &store::actor()).await.map_err(with_advice)?;
    said.push(match recorded {
        0 => "All of it was so already.".to_owned(),
        _ => format!("{recorded} changes are recorded."),
    });
    say(output, &json!({ "plan": plan, "recorded": recorded }), &said.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

async fn without_camera(output: &Output) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let programme = store.programme().await?;
    let all = programme.without_camera();
    let lines = all.iter().map(|(station, why)| {
        format!("{:<9} {:<9} {}", station.to_string(), why.reason.name(), why.words).trim_end().to_owned()
    });
    let text = if all.is_empty() {
        "No station is recorded as without a camera.".to_owned()
    } else {
        lines.collect::<Vec<_>>().join("\n")
    };
    let json = all
        .iter()
        .map(|(station, why)| json!({ "station": station, "reason": why.reason, "words": why.words }));
    say(output, &json.collect(), &text)?;
    Ok(())
}

async fn decide(
    output: &Output,
    stations: u32,
    constituencies: u16,
    mut of_each: Vec<OfConstituency>,
) -> anyhow::Result<()> {
    of_each.sort_by_key(|one| one.constituency);
    let fact = Fact::Numbers { stations, constituencies, of_each };
    record(
        output,
        fact,
        &format!("{stations} stations in {constituencies} constituencies shall have cameras."),
    )
    .await
}

async fn decision(
    output: &Output,
    number: String,
    date: Date,
    list_version: Option<u32>,
) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let newest = store.snapshot().await?.version.map(|version| version.number);
    let list_version = list_version
        .or(newest)
        .ok_or_else(|| anyhow!("there is no list yet to decide about; `ashkar stations import` makes one"))?;
    let said = format!("Decision {number} of {date} is about version {list_version} of the list.");
    record(output, Fact::Decision { number, date, list_version }, &said).await
}

/// Makes one record and says so.
pub(crate) async fn record(output: &Output, fact: Fact, said: &str) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let new = NewEntry::now(fact)?;
    store.record(&new, &store::actor()).await.map_err(with_advice)?;
    say(output, &json!({ "id": new.id, "recorded": new.fact }), said)?;
    Ok(())
}

/// The error, with the command that helps.
fn with_advice(error: ProgrammeError) -> anyhow::Error {
    match error {
        ProgrammeError::Store(error) => advised(error),
        error @ ProgrammeError::Refused(_) => error.into(),
    }
}

fn advised(error: StoreError) -> anyhow::Error {
    let advice = match &error {
        StoreError::NoElection => "`ashkar election set` describes one",
        StoreError::NotInList(_) | StoreError::NoConstituency(_) => {
            "`ashkar stations export` shows those that are"
        }
        StoreError::NoVersion(_) => "`ashkar stations import` makes versions",
        _ => return error.into(),
    };
    anyhow!("{error}; {advice}")
}
