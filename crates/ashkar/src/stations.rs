//! `ashkar stations`.

use std::process::ExitCode;

use anyhow::Context;
use ashkar_election::{
    Applied, ImportPlan, ListDocument, ListVersion, SqliteStore, Store, export_stations_csv, plan_import,
};
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
        Stations::Import { output, dry_run, publish, file } => import(&output, dry_run, publish, &file).await,
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

async fn import(
    output: &Output,
    dry_run: bool,
    publish: bool,
    file: &std::path::Path,
) -> anyhow::Result<ExitCode> {
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
        Applied::NewVersion { version, .. } => format!("The list is now version {}.", version.number),
        Applied::NoChange => "The list already was so; no new version was made.".to_owned(),
    };
    let published = if publish { publish_newest(&store).await? } else { None };
    let state = match (&published, store.list().await?.0) {
        (Some(version), _) => format!("\nVersion {} is public, in the owner's way.", version.number),
        (None, Some(draft)) if draft.publication.is_none() => format!("\n{}", how_to_publish(draft.number)),
        (None, _) => String::new(),
    };
    let json = json!({ "plan": plan, "applied": applied, "published": published });
    say(output, &json, &format!("{planned}\n{said}{state}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Publishes the newest version in the owner's way, unless it is public.
pub(crate) async fn publish_newest(store: &SqliteStore) -> anyhow::Result<Option<ListVersion>> {
    match store.list().await?.0 {
        Some(version) if version.publication.is_none() => {
            Ok(Some(store.publish_as_owner(version.number, None, &store::actor()).await?))
        }
        _ => Ok(None),
    }
}

fn how_to_publish(draft: u32) -> String {
    format!(
        "Version {draft} is a draft: nothing of it is public. Two persons publish it at the desk, under /desk/list; \
         the owner of this machine by `ashkar list publish --as-owner`."
    )
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
