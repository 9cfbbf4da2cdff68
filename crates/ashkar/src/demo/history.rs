//! The demo's history: what its cameras would have sent, through the packager and archive that live pictures use.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use ashkar_archive::Archive;
use ashkar_media::{AccessUnit, MediaEvent, Options as MediaOptions, Output, Packager, Resume};
use ashkar_synthetic::{History as Pictures, Loops};
use ashkar_terms::{CameraId, Cause, Moment, Span, SystemClock, UtcMicros};

use super::disk::LazyDisk;
use crate::store;

/// Archive bytes in memory beyond which history waits for the disk.
const QUEUE_BYTES: u64 = 128 << 20;
/// Threads that record history.
const THREADS: usize = 2;
const MINUTE_US: i64 = 60_000_000;
/// End of a stretch that lasts until the demo is ready: later than that.
const OPEN_END_US: i64 = 24 * 60 * MINUTE_US;

/// What is to be recorded.
#[derive(Debug)]
pub(super) struct History {
    /// Directory of the archive.
    pub(super) archive: PathBuf,
    pub(super) archive_options: ashkar_archive::Options,
    /// Everything that the cameras have shown since `from` is ready in it.
    pub(super) loops: Loops,
    pub(super) cameras: Vec<CameraId>,
    pub(super) from: UtcMicros,
}

impl History {
    /// Records all cameras until now, on all cores; `progress` is in percent. The time that passes meanwhile is
    /// recorded in a second, short round.
    pub(super) fn record(&self, progress: &AtomicU8) -> anyhow::Result<()> {
        let directory = self.archive.display();
        let disk = LazyDisk::create(&self.archive).with_context(|| format!("{directory}: cannot be made"))?;
        let archive = Archive::open_on(Arc::new(disk), self.archive_options, Arc::new(SystemClock::new()))?;
        let now = store::now();
        let days = self.cameras.iter().enumerate();
        let mut days: Vec<Day<'_>> = days
            .map(|(index, &camera)| Day::new(&archive, self, camera, &spans(index, self.from, now)))
            .collect();
        on_threads(&mut days, |mine| together(mine, Span::new(self.from, now), progress))?;
        on_threads(&mut days, |mine| mine.iter_mut().try_for_each(Day::catch_up))?;
        archive.close().context("the history cannot be ended")
    }
}

/// Gives each thread its share of `days`; returns the first error.
fn on_threads<'a>(
    days: &mut [Day<'a>],
    work: impl Fn(&mut [Day<'a>]) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let share = days.len().div_ceil(THREADS).max(1);
    thread::scope(|scope| {
        let hands: Vec<_> = days.chunks_mut(share).map(|mine| scope.spawn(|| work(mine))).collect();
        hands
            .into_iter()
            .try_for_each(|hand| hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Records `days` minute by minute, so that one encoding of each second's clock serves all of them.
fn together(days: &mut [Day<'_>], span: Option<Span>, progress: &AtomicU8) -> anyhow::Result<()> {
    let Some(span) = span else { return Ok(()) };
    let mut reached = span.from;
    while reached < span.to {
        reached = reached.plus(MINUTE_US).min(span.to);
        days.iter_mut().try_for_each(|day| day.advance(reached))?;
        let percent = reached.since(span.from) * 100 / span.micros();
        progress.store(u8::try_from(percent).unwrap_or(100), Ordering::Relaxed);
    }
    Ok(())
}

/// The history of one camera.
struct Day<'a> {
    archive: &'a Archive,
    history: &'a History,
    camera: CameraId,
    /// What is still to be played, and why each stretch ends.
    stretches: VecDeque<(Peekable<Pictures>, Option<Cause>)>,
    packager: Packager,
    out: Vec<Output>,
    last: Moment,
}

impl<'a> Day<'a> {
    fn new(
        archive: &'a Archive,
        history: &'a History,
        camera: CameraId,
        spans: &[(Span, Option<Cause>)],
    ) -> Self {
        // The monotonic clock begins before the first span.
        let mono_us = |at: UtcMicros| u64::try_from(at.since(history.from.plus(-MINUTE_US))).unwrap_or(0);
        let pictures = |span: Span| history.loops.history(camera, span, mono_us(span.from)).peekable();
        Self {
            archive,
            history,
            camera,
            stretches: spans.iter().map(|&(span, ended_by)| (pictures(span), ended_by)).collect(),
            packager: Packager::new(camera, Resume::default(), MediaOptions::default()),
            out: Vec::new(),
            last: Moment { wall: history.from, mono_us: 0 },
        }
    }

    /// Plays everything before `until`, some minutes at most: the archive's queue is checked only here.
    fn advance(&mut self, until: UtcMicros) -> anyhow::Result<()> {
        while self.archive.status().queue_bytes > QUEUE_BYTES {
            thread::sleep(Duration::from_millis(5));
        }
        while let Some((pictures, ended_by)) = self.stretches.front_mut() {
            if let Some(unit) = pictures.next_if(|unit| unit.arrival.wall < until) {
                self.play(unit)?;
                continue;
            }
            if pictures.peek().is_some() {
                return Ok(());
            }
            let ended_by = *ended_by;
            self.stretches.pop_front();
            self.end(ended_by)?;
        }
        Ok(())
    }

    /// Records what passed since the first round began. The next connection is for live pictures.
    fn catch_up(&mut self) -> anyhow::Result<()> {
        self.advance(store::now())?;
        self.packager.flush(self.last, &mut self.out);
        self.deliver()
    }

    fn play(&mut self, unit: AccessUnit) -> anyhow::Result<()> {
        self.last = unit.arrival;
        if !self.packager.is_connected() {
            self.packager.connected("demo".to_owned(), self.last, &mut self.out);
            self.packager.take(
                MediaEvent::VideoConfig(self.history.loops.config()),
                self.last,
                &mut self.out,
            );
        }
        let at = unit.arrival;
        self.packager.take(MediaEvent::Video(unit), at, &mut self.out);
        self.deliver()
    }

    fn end(&mut self, ended_by: Option<Cause>) -> anyhow::Result<()> {
        if let Some(cause) = ended_by {
            self.packager.disconnected(cause, "demo".to_owned(), self.last, &mut self.out);
        }
        self.deliver()
    }

    fn deliver(&mut self) -> anyhow::Result<()> {
        for output in self.out.drain(..) {
            let camera = self.camera;
            self.archive.append(camera, &output).with_context(|| format!("history of {camera}"))?;
        }
        Ok(())
    }
}

/// When camera number `index` was on air, and why it stopped each time. Some days have no interruption.
fn spans(index: usize, from: UtcMicros, now: UtcMicros) -> Vec<(Span, Option<Cause>)> {
    let minutes = now.since(from) / MINUTE_US;
    let at = |part: i64| from.plus(minutes * part / 100 * MINUTE_US);
    // Start of each interruption in percent of the day so far, its length in minutes, its cause.
    let interruptions: &[(i64, i64, Cause)] = match index % 6 {
        1 => &[(35, 6, Cause::Uplink)],
        2 => &[(12, 2, Cause::Source), (70, 9, Cause::Power)],
        4 => &[(55, 1, Cause::Uplink), (58, 1, Cause::Uplink), (61, 3, Cause::Uplink)],
        5 => &[(80, 14, Cause::Power)],
        _ => &[],
    };
    let mut spans = Vec::new();
    // Cameras are switched on a little early; one station's came on air some minutes after the others.
    let mut start = if index % 6 == 3 { from.plus(4 * MINUTE_US) } else { from.plus(-MINUTE_US) };
    for (part, length, cause) in interruptions {
        spans.extend(Span::new(start, at(*part)).map(|span| (span, Some(*cause))));
        start = at(*part).plus(length * MINUTE_US);
    }
    spans.extend(Span::new(start, now.plus(OPEN_END_US)).map(|span| (span, None)));
    spans
}
