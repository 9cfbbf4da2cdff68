//! `ashkar programme rehearsal-results`: what became of a rehearsal, recorded of each station of the vote.

use anyhow::{Context, ensure};
use ashkar_centre::RehearsalResult;
use ashkar_election::{ElectionKey, Percent, ProgrammeStore, Store};
use serde_json::json;

use crate::camera::say;
use crate::cli::Output;
use crate::report::{at_rest, of_election};
use crate::store;

pub(super) async fn take_over(
    output: &Output,
    key: &ElectionKey,
    at_least: Percent,
    dry_run: bool,
) -> anyhow::Result<()> {
    let data = &output.data.data;
    let store = store::open(data).await?;
    let current = store.election().await?.context("no election is described yet")?;
    let looking = of_election(store.clone(), Some(key)).await?;
    let snapshot = looking.snapshot().await?;
    let rehearsal = snapshot.election.as_ref().filter(|election| election.rehearsal.is_some());
    let rehearsal = rehearsal.with_context(|| format!("election {key} is no rehearsal"))?;
    ensure!(
        rehearsal.rehearsed_key() == current.rehearsed_key(),
        "{key} rehearses {}, which is not the current election",
        rehearsal.rehearsed_key()
    );
    let (now, ends) = (store::now(), rehearsal.day().to);
    ensure!(now >= ends, "{key} is not over yet: its results are those of the whole day");
    let report = at_rest(data, None, &looking, ends).await?;
    let is_public = |camera| !snapshot.approvals_of(camera).is_empty();
    let results: Vec<_> =
        report.stations.iter().map(|station| RehearsalResult::of(station, is_public, at_least)).collect();
    let failed = results.iter().filter(|result| !result.passed).count();
    let mut lines: Vec<_> = results.iter().map(RehearsalResult::line).collect();
    lines.push(format!("{} stations: {} passed, {failed} failed.", results.len(), results.len() - failed));
    let recorded = if dry_run {
        lines.push("Nothing was recorded: this was a dry run.".to_owned());
        0
    } else {
        let new: Vec<_> = results.iter().map(|result| result.entry(key)).collect();
        let recorded = store.record_all(&new, key.as_str(), &store::actor()).await?;
        lines.push(format!("{recorded} results are new in the programme."));
        recorded
    };
    say(output, &json!({ "results": results, "recorded": recorded }), &lines.join("\n"))?;
    Ok(())
}
