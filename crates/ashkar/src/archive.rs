//! `ashkar archive`.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context;
use ashkar_archive::check::Report;
use serde_json::json;

use crate::cli::{Archive, Output};
use crate::output::Unwritten;
use crate::{output, store};

/// Exit code where something is wrong.
const WRONG: u8 = 1;

pub(crate) fn run(command: Archive) -> anyhow::Result<ExitCode> {
    match command {
        Archive::Check(output) => check(&output),
    }
}

fn check(output: &Output) -> anyhow::Result<ExitCode> {
    let dir = store::archive_of(&output.data.data);
    anyhow::ensure!(dir.is_dir(), "{}: there is no archive; --data names the data directory", dir.display());
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
            "cameras": report.cameras, "segments": report.segments, "gaps": report.gaps, "bytes": report.bytes,
            "problems": faults, "problem_count": report.fault_count })
}
