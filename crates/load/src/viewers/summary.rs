//! The counters, for people and for scripts.

use std::fmt;

use serde::Serialize;

use super::figures::{Errors, Figures, Requests};
use super::histogram::Histogram;

/// A distribution of times, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    /// Number of values.
    pub count: u64,
    /// Half of them took no longer than this.
    pub p50_ms: f64,
    /// 95 of 100 took no longer.
    pub p95_ms: f64,
    /// 99 of 100 took no longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// Requests of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RequestSummary {
    /// Answered correctly.
    pub answered: u64,
    /// Sent.
    pub sent: u64,
    /// Responses a second, on average.
    pub per_second: f64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// How long they took.
    pub time: Times,
}

/// The figures of a run. Definitions are in `docs/design/load.md`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Duration of the run.
    pub seconds: f64,
    /// Viewers that joined.
    pub viewers: u64,
    /// Viewers whose picture moved at the end.
    pub playing: u64,
    /// Viewers whose picture stood at the end, for no declared reason.
    pub stalled_now: u64,
    /// Times that a picture stopped.
    pub stalls: u64,
    /// Their total duration.
    pub stalled_seconds: f64,
    /// The longest of them.
    pub longest_stall_seconds: f64,
    /// Declared gaps that viewers reached.
    pub gaps: u64,
    /// How long pictures stood at them.
    pub gap_seconds: f64,
    /// Times that a viewer went to the live edge because it was too far behind.
    pub jumps: u64,
    /// Failed requests, all kinds together.
    pub errors_total: u64,
    /// The same by kind.
    pub errors: Errors,
    /// Connections opened.
    pub connections: u64,
    /// Requests repeated because an idle connection was just being closed.
    pub repeated: u64,
    /// Redirects followed.
    pub redirects: u64,
    /// Playlists reloaded whole, because a delta update skipped something unknown.
    pub reloaded_whole: u64,
    /// Blocking responses: delay after the part was first seen listed.
    pub answer_late: Times,
    /// Parts: delay after the same moment.
    pub part_late: Times,
    /// Parts: delay after their media time.
    pub behind_media: Times,
    /// Plain playlists.
    pub playlist: RequestSummary,
    /// Blocking playlists.
    pub reload: RequestSummary,
    /// Init segments.
    pub init: RequestSummary,
    /// Parts.
    pub part: RequestSummary,
}

impl From<&Figures> for Summary {
    fn from(figures: &Figures) -> Self {
        let requests = |requests| request_summary(requests, figures.elapsed_us);
        Self {
            seconds: seconds(figures.elapsed_us),
            viewers: figures.viewers,
            playing: figures.playing,
            stalled_now: figures.stalled,
            stalls: figures.stalls,
            stalled_seconds: seconds(figures.stalled_us),
            longest_stall_seconds: seconds(figures.longest_stall_us),
            gaps: figures.gaps,
            gap_seconds: seconds(figures.gap_us),
            jumps: figures.jumps,
            errors_total: figures.errors.total(),
            errors: figures.errors.clone(),
            connections: figures.connections,
            repeated: figures.repeated,
            redirects: figures.redirects,
            reloaded_whole: figures.reloaded_whole,
            answer_late: times(&figures.answer_late),
            part_late: times(&figures.part_late),
            behind_media: times(&figures.behind_media),
            playlist: requests(&figures.playlists),
            reload: requests(&figures.reloads),
            init: requests(&figures.inits),
            part: requests(&figures.parts),
        }
    }
}

impl Figures {
    /// A progress line, with what happened since `before`.
    pub fn progress(&self, before: &Self) -> String {
        let passed = seconds(self.elapsed_us.saturating_sub(before.elapsed_us)).max(0.001);
        let rate = |of: fn(&Self) -> u64| of(self).saturating_sub(of(before)) as f64 / passed;
        format!(
            "{} viewers, {} pictures move, {} stand; {:.0} playlists/s, {:.0} parts/s, {:.1} MB/s; {} stalls, {} errors; \
             parts {:.0} ms late (p99)",
            self.viewers,
            self.playing,
            self.stalled,
            rate(|figures| figures.reloads.answered + figures.playlists.answered),
            rate(|figures| figures.parts.answered),
            rate(Self::bytes) / 1e6,
            self.stalls,
            self.errors.total(),
            milliseconds(self.part_late.percentile(99.0)),
        )
    }

    /// Bytes of all bodies.
    pub fn bytes(&self) -> u64 {
        [&self.playlists, &self.reloads, &self.inits, &self.parts].iter().map(|requests| requests.bytes).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} viewers, {:.1} s, {} connections opened",
            self.viewers, self.seconds, self.connections
        )?;
        writeln!(
            f,
            "stalls: {} ({:.1} s together, the longest {:.2} s); {} pictures stand now, {} move",
            self.stalls, self.stalled_seconds, self.longest_stall_seconds, self.stalled_now, self.playing
        )?;
        writeln!(
            f,
            "declared gaps: {} ({:.1} s); jumps to the edge: {}",
            self.gaps, self.gap_seconds, self.jumps
        )?;
        write_errors(f, self)?;
        writeln!(
            f,
            "{:<16}{:>10}{:>10}{:>11}{:>9}{:>9}{:>9}{:>9}",
            "", "count", "per s", "MB", "p50 ms", "p95", "p99", "max"
        )?;
        for (name, requests) in [
            ("playlist", &self.playlist),
            ("reload", &self.reload),
            ("init", &self.init),
            ("part", &self.part),
        ] {
            let megabytes = requests.bytes as f64 / 1e6;
            write!(f, "{name:<16}{:>10}{:>10.1}{megabytes:>11.1}", requests.answered, requests.per_second)?;
            writeln!(f, "{}", requests.time)?;
        }
        for (name, times) in [
            ("answer lateness", &self.answer_late),
            ("part latency", &self.part_late),
            ("behind media", &self.behind_media),
        ] {
            writeln!(f, "{name:<16}{:>10}{:>21}{times}", times.count, "")?;
        }
        Ok(())
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50_ms, p95_ms, p99_ms, max_ms, .. } = self;
        write!(f, "{p50_ms:>9.1}{p95_ms:>9.1}{p99_ms:>9.1}{max_ms:>9.1}")
    }
}

fn write_errors(f: &mut fmt::Formatter<'_>, summary: &Summary) -> fmt::Result {
    let Errors { connect, reset, timeout, status, protocol } = &summary.errors;
    write!(f, "errors: {} (no connection {connect}, lost {reset}, timeout {timeout}", summary.errors_total)?;
    for (status, count) in status {
        write!(f, ", status {status}: {count}")?;
    }
    for (words, count) in protocol {
        write!(f, ", {words}: {count}")?;
    }
    writeln!(f, "); requests repeated: {}; redirects: {}", summary.repeated, summary.redirects)
}

fn request_summary(requests: &Requests, elapsed_us: u64) -> RequestSummary {
    RequestSummary {
        answered: requests.answered,
        sent: requests.sent,
        per_second: requests.answered as f64 / seconds(elapsed_us).max(0.001),
        bytes: requests.bytes,
        time: times(&requests.time),
    }
}

fn times(histogram: &Histogram) -> Times {
    let at = |percent| milliseconds(histogram.percentile(percent));
    Times {
        count: histogram.total(),
        p50_ms: at(50.0),
        p95_ms: at(95.0),
        p99_ms: at(99.0),
        max_ms: milliseconds(histogram.max()),
    }
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

fn milliseconds(us: u64) -> f64 {
    us as f64 / 1e3
}
