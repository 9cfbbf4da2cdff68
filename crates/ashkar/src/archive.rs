//! `ashkar archive`.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use ashkar_archive::check::Report;
use ashkar_archive::{OpenError, Undeclared};
use ashkar_election::{Store, Zone};
use ashkar_terms::{SystemClock, UtcMicros};
use jiff::Timestamp;
use serde_json::json;

use crate::cli::{Archive, Output};
use crate::output::Unwritten;
use crate::{output, store};

/// Exit code if something is wrong.
const WRONG: u8 = 1;

pub(crate) async fn run(command: Archive) -> anyhow::Result<ExitCode> {
    match command {
        Archive::Check(output) => check(&output),
        Archive::Mend { output, dry_run } => mend(&output, dry_run).await,
    }
}

fn existing(data: &Path) -> anyhow::Result<PathBuf> {
    let dir = store::archive_of(data);
    anyhow::ensure!(dir.is_dir(), "{}: there is no archive; --data names the data directory", dir.display());
    Ok(dir)
}

/// Opens the archive like a start does, so that it may write; declared gaps are in the cameras' chains, and in the
/// audit trail.
async fn mend(output: &Output, dry_run: bool) -> anyhow::Result<ExitCode> {
    let dir = existing(&output.data.data)?;
    let registry = store::open(&output.data.data).await?;
    let opened =
        ashkar_archive::Archive::open(&dir, ashkar_archive::Options::default(), Arc::new(SystemClock::new()));
    let archive = opened.map_err(|error| match error {
        OpenError::Locked => {
            anyhow!("{}: a centre runs on it; stop it first, since it is writing there", dir.display())
        }
        error => anyhow::Error::from(error).context(format!("{}: cannot be opened", dir.display())),
    })?;
    let undeclared = archive.undeclared();
    if !dry_run && !undeclared.is_empty() {
        archive.declare(&undeclared).context("not everything could be declared; run it again")?;
        let cameras: BTreeSet<_> = undeclared.iter().map(|one| one.camera).collect();
        registry.note_archive_mended(undeclared.len() as u64, cameras.len() as u64, &store::actor()).await?;
    }
    archive.close().context("the archive could not be closed well; run it again")?;
    let zone = registry.election().await?.map_or_else(Zone::baku, |election| election.time_zone);
    say_mended(output, dry_run, &undeclared, &zone)?;
    Ok(ExitCode::SUCCESS)
}

fn say_mended(
    output: &Output,
    dry_run: bool,
    undeclared: &[Undeclared],
    zone: &Zone,
) -> Result<(), Unwritten> {
    if output.json {
        let gaps: Vec<_> = undeclared
            .iter()
            .map(|one| {
                json!({ "camera": one.camera, "from_us": one.span.from, "to_us": one.span.to, "cause": one.cause })
            })
            .collect();
        return output::line(format_args!("{:#}", json!({ "declared": !dry_run, "gaps": gaps })));
    }
    for Undeclared { camera, span, cause } in undeclared {
        let (from, to) = (local(span.from, zone), local(span.to, zone));
        output::line(format_args!("camera {camera}, {from} to {to}: nothing recorded ({})", cause.name()))?;
    }
    let said = if dry_run { "would be declared" } else { "declared" };
    match undeclared.len() {
        0 => output::line("Nothing is undeclared."),
        count => output::line(format_args!("{count} gaps {said}.")),
    }
}

/// A time to the second, in the election's zone.
fn local(at: UtcMicros, zone: &Zone) -> String {
    let timestamp = Timestamp::from_microsecond(at.0).unwrap_or_default();
    timestamp.to_zoned(zone.rules().clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn check(output: &Output) -> anyhow::Result<ExitCode> {
    let dir = existing(&output.data.data)?;
    let shows_progress = std::io::stderr().is_terminal() && !output.json;
    let report = ashkar_archive::check::run(&dir, |progress| {
        if shows_progress {
            output::note_raw(format_args!(
                "\r{} of {} journals, {} MB read  ",
                progress.journals,
                progress.of,
                progress.bytes / 1_000_000
            ));
        }
    })
    .with_context(|| format!("{}: cannot be checked", dir.display()))?;
    if shows_progress {
        output::note("");
    }
    if output.json {
        output::line(format_args!("{:#}", as_json(&report)))?;
    } else {
        print_report(&report)?;
    }
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

fn print_report(report: &Report) -> Result<(), Unwritten> {
    for fault in &report.faults {
        output::line(format_args!("{fault} (blame: {})", fault.blame.name()))?;
    }
    for stretch in &report.future {
        output::line(format_args!(
            "note: {stretch}; it is kept, and counts for no time that had not been (blame: {})",
            stretch.blame.name()
        ))?;
    }
    if report.removed > 0 {
        output::line(format_args!(
            "{} journals removed by retention, {} MB",
            report.removed,
            report.removed_bytes / 1_000_000
        ))?;
    }
    output::line(format_args!(
        "archive {}: {} segments of {} cameras, {} gaps, {} MB in {} journals; {}",
        report.archive,
        report.segments,
        report.cameras,
        report.gaps,
        report.bytes / 1_000_000,
        report.journals,
        if report.is_well() { "all is well".to_owned() } else { format!("{} faults", report.fault_count) },
    ))
}

fn as_json(report: &Report) -> serde_json::Value {
    let faults: Vec<_> = report
        .faults
        .iter()
        .map(|fault| {
            json!({ "path": fault.path, "offset": fault.offset, "camera": fault.camera, "segment": fault.segment,
                    "problem": fault.problem.to_string(), "blame": fault.blame })
        })
        .collect();
    let future: Vec<_> = report
        .future
        .iter()
        .map(|stretch| {
            json!({ "camera": stretch.camera, "first_segment": stretch.segments.0, "last_segment": stretch.segments.1,
                    "from_us": stretch.span.from, "to_us": stretch.span.to, "claimed_at_us": stretch.claimed_at,
                    "blame": stretch.blame })
        })
        .collect();
    json!({ "future": future, "archive": report.archive, "well": report.is_well(), "journals": report.journals, "unsealed": report.unsealed,
            "cameras": report.cameras, "segments": report.segments, "gaps": report.gaps,
            "gaps_that_may_fill": report.gaps_that_may_fill, "bytes": report.bytes,
            "removed_journals": report.removed, "removed_bytes": report.removed_bytes,
            "problems": faults, "problem_count": report.fault_count })
}
