//! `ashkar turnout`.

use anyhow::anyhow;
use ashkar_election::{Minute, Store, StoreError, Turnout as Figure};
use serde_json::json;

use crate::camera::say;
use crate::cli::{Output, Turnout};
use crate::store;

pub(crate) async fn run(command: Turnout) -> anyhow::Result<()> {
    match command {
        Turnout::Set { output, at, percent, source, constituency } => {
            set(&output, &Figure { at, constituency, percent, source }).await
        }
        Turnout::List(output) => list(&output).await,
        Turnout::Remove { output, at, constituency } => remove(&output, at, constituency).await,
    }
}

async fn set(output: &Output, figure: &Figure) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    store.set_turnout(figure, &store::actor()).await.map_err(with_advice)?;
    say(output, &serde_json::to_value(figure)?, &line(figure))?;
    Ok(())
}

async fn list(output: &Output) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    let figures = store.turnout().await?;
    let text = match &figures[..] {
        [] => "No turnout is entered yet.".to_owned(),
        figures => figures.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    say(output, &serde_json::to_value(&figures)?, &text)?;
    Ok(())
}

async fn remove(output: &Output, at: Minute, constituency: Option<u16>) -> anyhow::Result<()> {
    let store = store::open(&output.data.data).await?;
    store.remove_turnout(at, constituency, &store::actor()).await.map_err(with_advice)?;
    say(
        output,
        &json!({ "at": at, "constituency": constituency, "removed": true }),
        &format!("{at}  {}: removed", whom(constituency)),
    )?;
    Ok(())
}

fn line(figure: &Figure) -> String {
    let (at, percent, source) = (figure.at, figure.percent, &figure.source);
    format!("{at}  {:<17} {:>6} %  {source}", whom(figure.constituency), percent.to_string())
}

fn whom(constituency: Option<u16>) -> String {
    constituency.map_or_else(|| "whole country".to_owned(), |number| format!("constituency {number}"))
}

/// The error, with the command that helps.
fn with_advice(error: StoreError) -> anyhow::Error {
    let advice = match &error {
        StoreError::NoElection => "`ashkar election set` describes one",
        StoreError::NoTurnoutTime { .. } => "`ashkar election set` changes the plan",
        StoreError::NoConstituency(_) => "`ashkar stations export --format json` shows those that are",
        StoreError::NoTurnout { .. } => "`ashkar turnout list` shows what is entered",
        _ => return error.into(),
    };
    anyhow!("{error}; {advice}")
}
