//! `ashkar stations`.

use std::process::ExitCode;

use anyhow::Context;
use ashkar_election::{ImportPlan, ListDocument, Store, export_stations_csv, plan_import};
use serde_json::json;

use crate::camera::say;
use crate::cli::{ListFormat, Output, Stations};
use crate::{output, store};

/// Exit code if the file has wrong rows.
const WRONG_ROWS: u8 = 1;
/// Maximum number of changed stations that are listed one by one.
const SHOWN_CHANGES: usize = 50;

pub(crate) async fn run(command: Stations) -> anyhow::Result<ExitCode> {
    match command {
        Stations::Import { output, dry_run, file } => import(&output, dry_run, &file).await,
        Stations::Export { data, format, list_version } => {
            let store = store::open(&data.data).await?;
            let mut snapshot = store.snapshot().await?;
            if let Some(number) = list_version {
                let number = u32::try_from(number).context("a version is a number from 1")?;
                let (version, list) = store.list_version(number).await?;
                (snapshot.version, snapshot.list) = (Some(version), list);
            }
            match format {
                ListFormat::Csv => output::print(export_stations_csv(&snapshot.list))?,
                ListFormat::Json => {
                    output::line(serde_json::to_string_pretty(&ListDocument::current(&snapshot))?)?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn import(output: &Output, dry_run: bool, file: &std::path::Path) -> anyhow::Result<ExitCode> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("{shown}: cannot be read"))?;
    let store = store::open_or_make(&output.data.data).await?;
    let (_, current) = store.list().await?;
    let plan = match plan_import(&current, &bytes) {
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
    let planned = describe(&plan);
    if dry_run {
        say(
            output,
            &json!({ "plan": plan }),
            &format!("{planned}\nNothing was changed: this was a dry run."),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    store::ensure_election(&store).await?;
    let source =
        file.file_name().map_or_else(|| shown.to_string(), |name| name.to_string_lossy().into_owned());
    let applied = store.apply_import(&plan, &source, &store::actor()).await?;
    let said = match &applied {
        ashkar_election::Applied::NewVersion { version, .. } => {
            format!("The list is now version {}.", version.number)
        }
        ashkar_election::Applied::NoChange => "The list already was so; no new version was made.".to_owned(),
    };
    say(output, &json!({ "plan": plan, "applied": applied }), &format!("{planned}\n{said}"))?;
    Ok(ExitCode::SUCCESS)
}

fn describe(plan: &ImportPlan) -> String {
    let counts = plan.diff.counts();
    let mut lines: Vec<String> = plan.notes.iter().map(|note| format!("note: {note}")).collect();
    lines.push(format!(
        "{} rows read: {} new, {} removed, {} renumbered, {} moved, {} changed stations; {} changed constituencies.",
        plan.rows, counts.new, counts.removed, counts.renumbered, counts.moved, counts.changed, counts.constituencies
    ));
    // In a first list everything is new: that is said once.
    let worth = plan
        .diff
        .stations
        .iter()
        .filter(|change| !matches!(change, ashkar_election::StationChange::New { .. }));
    lines.extend(worth.clone().take(SHOWN_CHANGES).map(|change| format!("  {change}")));
    let rest = worth.count().saturating_sub(SHOWN_CHANGES);
    if rest > 0 {
        lines.push(format!("  … and {rest} more; --json shows all"));
    }
    lines.join("\n")
}
