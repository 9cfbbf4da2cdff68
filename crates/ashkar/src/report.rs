//! `ashkar report`: what became of the day, from the recordings at rest.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use ashkar_archive::{Archive, OpenError};
use ashkar_centre::{
    Completeness, CompletenessReport, CompletenessSum, StationCompleteness, completeness_at_rest,
};
use ashkar_election::{ElectionKey, SqliteStore, Store, Zone};
use ashkar_site::routes::api::{completeness_table, completeness_view};
use ashkar_terms::{SystemClock, UtcMicros};
use jiff::Timestamp;

use crate::cli::{CompletenessOptions, Report, ReportFormat};
use crate::{output, store};

pub(crate) async fn run(command: Report) -> anyhow::Result<()> {
    match command {
        Report::Completeness(options) => completeness(options).await,
    }
}

async fn completeness(options: CompletenessOptions) -> anyhow::Result<()> {
    let now = store::now();
    let until = options.at.map_or(now, |at| UtcMicros(at.as_microsecond()));
    anyhow::ensure!(until <= now, "--at lies in the future, of which nothing is owed yet");
    let registry = of_election(store::open(&options.data).await?, options.election.as_ref()).await?;
    let zone = registry.election().await?.map_or_else(Zone::baku, |election| election.time_zone);
    let report = at_rest(&options.data, options.constituency, &registry, until).await?;
    if let Some(number) = options.constituency {
        anyhow::ensure!(!report.stations.is_empty(), "no station of constituency {number} is on the list");
    }
    let rules = zone.rules();
    match options.format {
        ReportFormat::Csv => output::print(completeness_table(&report, options.level.into()))?,
        ReportFormat::Json => {
            let view = completeness_view(&report, rules);
            output::line(serde_json::to_string_pretty(&view)?)?;
        }
        ReportFormat::Text => output::print(text(&report, until, &zone))?,
    }
    Ok(())
}

/// The registry, as if the election were the current one.
pub(crate) async fn of_election(
    registry: SqliteStore,
    election: Option<&ElectionKey>,
) -> anyhow::Result<SqliteStore> {
    match election {
        Some(key) => Ok(registry.looking_at(key).await?),
        None => Ok(registry),
    }
}

/// Opens the archive as a start does: what a crash left open is ended, nothing else is written.
pub(crate) async fn at_rest(
    data: &Path,
    constituency: Option<u16>,
    registry: &SqliteStore,
    until: UtcMicros,
) -> anyhow::Result<CompletenessReport> {
    let dir = store::archive_of(data);
    anyhow::ensure!(dir.is_dir(), "{}: there is no archive; --data names the data directory", dir.display());
    let opened = Archive::open(&dir, ashkar_archive::Options::default(), Arc::new(SystemClock::new()));
    let archive = opened.map_err(|error| match error {
        OpenError::Locked => anyhow!(
            "{}: a centre runs on it; ask that one, which also knows what is arriving: /api/v1/completeness, \
             or /api/v1/completeness.csv",
            dir.display()
        ),
        error => anyhow::Error::from(error).context(format!("{}: cannot be opened", dir.display())),
    })?;
    let report = completeness_at_rest(&archive, registry, constituency, until).await;
    archive.close().context("the archive could not be closed well; run it again")?;
    Ok(report?)
}

/// A time to the second, in the election's zone.
fn local(at: UtcMicros, zone: &Zone) -> String {
    let timestamp = Timestamp::from_microsecond(at.0).unwrap_or_default();
    timestamp.to_zoned(zone.rules().clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn text(report: &CompletenessReport, until: UtcMicros, zone: &Zone) -> String {
    let sum = report.sum();
    if sum.total.owed_us() == 0 {
        return not_owed(report, &sum, until, zone);
    }
    let mut text = format!(
        "Owed from {} to {}, as it is recorded now.\n\n",
        local(report.from, zone),
        local(report.to, zone)
    );
    let CompletenessSum { owing, without_video, without_camera, .. } = sum;
    let _ = writeln!(text, "WITHOUT ANY VIDEO: {without_video} of {owing} stations that owe it");
    let without = report.stations.iter().filter(|station| station.total.is_without_video());
    without.for_each(|station| text.push_str(&without_video_line(station)));
    if without_camera > 0 {
        let _ = writeln!(text, "Without an installed camera, so that nothing is owed: {without_camera}");
    }
    text.push_str("\nCamera time, seconds; that of a station is the sum over its cameras.\n");
    text.push_str(&total_lines(&sum.total));
    text.push_str(
        "\nconstituency  stations  no video            owed  on time     late  arriving  missing\n",
    );
    for (number, sum) in report.constituencies() {
        let shares = sum.total.shares().map_or_else(
            || " nothing is owed".to_owned(),
            |shares| {
                let [on_time, late, arriving, missing] =
                    [shares.on_time, shares.late, shares.arriving, shares.missing].map(percent);
                format!("{on_time:>9}{late:>9}{arriving:>10}{missing:>9}")
            },
        );
        let owed = seconds(sum.total.owed_us());
        let _ = writeln!(text, "{number:>12}{:>10}{:>10}{owed:>16}{shares}", sum.stations, sum.without_video);
    }
    text
}

fn not_owed(report: &CompletenessReport, sum: &CompletenessSum, until: UtcMicros, zone: &Zone) -> String {
    if until <= report.from {
        return format!("Nothing is owed yet: the day begins at {}.\n", local(report.from, zone));
    }
    format!(
        "Nothing is owed: {} of {} stations have no camera installed.\n",
        sum.without_camera, sum.stations
    )
}

fn without_video_line(station: &StationCompleteness) -> String {
    let causes: Vec<_> = station.total.missing_us.keys().map(|cause| cause.name()).collect();
    let owed = seconds(station.total.owed_us());
    format!("  {:<8}{}: {owed} s owed ({})\n", station.id.to_string(), station.venue, causes.join(", "))
}

fn total_lines(of: &Completeness) -> String {
    let Some(shares) = of.shares() else { return String::new() };
    let mut text = format!("{:<12}{:>20}\n", "owed", seconds(of.owed_us()));
    let mut line = |name: &str, us: u64, share: u32| {
        let _ = writeln!(text, "{name:<12}{:>20}{:>10} %", seconds(us), percent(share));
    };
    line("on time", of.on_time_us, shares.on_time);
    line("late", of.late_us, shares.late);
    line("arriving", of.arriving_us, shares.arriving);
    line("missing", of.missing_total_us(), shares.missing);
    if of.hidden_us > 0 {
        line("hidden", of.hidden_us, shares.hidden);
    }
    for (cause, us) in &of.missing_us {
        let _ = writeln!(text, "  missing because of {}: {}", cause.name(), seconds(*us));
    }
    text
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

fn percent(share: u32) -> String {
    format!("{}.{:02}", share / 100, share % 100)
}
