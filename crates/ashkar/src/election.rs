//! `ashkar election` and `ashkar mark`.

use anyhow::Context;
use ashkar_election::{Act, Election as Described, KnownElection, NewRehearsal, StationId, Store};
use serde_json::json;

use crate::camera::say;
use crate::cli::{Election, Mark, Rehearse};
use crate::store;

pub(crate) async fn run(command: Election) -> anyhow::Result<()> {
    match command {
        Election::Show(output) => {
            let store = store::open(&output.data.data).await?;
            let election =
                store.election().await?.context("no election is described yet; see `ashkar election set`")?;
            say(&output, &serde_json::to_value(&election)?, toml::to_string_pretty(&election)?.trim_end())?;
        }
        Election::List(output) => {
            let all = store::open(&output.data.data).await?.elections().await?;
            let lines: Vec<_> = all.iter().map(line).collect();
            say(&output, &serde_json::to_value(&all)?, &lines.join("\n"))?;
        }
        Election::Rehearse(options) => rehearse(options).await?,
        Election::Use { output, key } => {
            let store = store::open(&output.data.data).await?;
            let election = store.use_election(&key, &store::actor()).await?;
            say(&output, &serde_json::to_value(&election)?, &format!("Election {key} is the current one."))?;
        }
        Election::Set { output, file } => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{}: cannot be read", file.display()))?;
            let election: Described = toml::from_str(&text).with_context(|| format!("{}", file.display()))?;
            election.check().with_context(|| format!("{}", file.display()))?;
            let store = store::open_or_make(&output.data.data).await?;
            store.put_election(&election, &store::actor()).await?;
            say(
                &output,
                &serde_json::to_value(&election)?,
                &format!("The election of {} is the current one.", election.date),
            )?;
        }
    }
    Ok(())
}

async fn rehearse(options: Rehearse) -> anyhow::Result<()> {
    let Rehearse { output, on, on_air, until } = options;
    let store = store::open(&output.data.data).await?;
    let new = NewRehearsal { date: on, on_air, until };
    let made = store.plan_rehearsal(&new, &store::actor()).await?;
    let text = format!("{}\nWhen its day begins: ashkar election use {}", describe(&made), made.key);
    say(&output, &serde_json::to_value(&made)?, &text)?;
    Ok(())
}

/// One line of `election list`.
fn line(known: &KnownElection) -> String {
    let mark = if known.current { '*' } else { ' ' };
    format!("{mark} {}", describe(&known.election))
}

fn describe(election: &Described) -> String {
    let Described { key, date, plan, .. } = election;
    match &election.rehearsal {
        None => format!("{key}: {date}, on air {}", plan.on_air),
        Some(rehearsal) => {
            format!("{key}: {date}, {} to {}, rehearsal of {}", plan.on_air, rehearsal.until, rehearsal.of)
        }
    }
}

pub(crate) async fn mark(options: Mark) -> anyhow::Result<()> {
    let station: StationId = options.station.parse()?;
    let act: Act = options.act.replace('-', "_").parse().with_context(|| {
        let acts = Act::ALL.map(|act| act.name().replace('_', "-")).join(", ");
        format!("{:?} is no act; the acts are {acts}", options.act)
    })?;
    let store = store::open(&options.output.data.data).await?;
    let at = store::now();
    store.mark(station, act, at, &store::actor()).await?;
    say(
        &options.output,
        &json!({ "station": station, "act": act }),
        &format!("{station}: {}", act.name().replace('_', " ")),
    )?;
    Ok(())
}
