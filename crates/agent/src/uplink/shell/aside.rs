//! What is done beside sending: the ledger's file, other centres, what waits, what is shown.

use std::path::PathBuf;
use std::sync::Arc;

use ashkar_archive::Archive;
use ashkar_media::{Gap, Output};
use ashkar_terms::{CameraId, Span};
use ashkar_uplink::TIME_PATH;
use ashkar_uplink::placing::Verdict;
use ashkar_uplink::sender::METADATA_MAX;
use hyper::Method;

use super::Shell;
use super::sessions::enrolled_cameras;
use crate::placing::SharedPlacing;
use crate::uplink::client::{Target, ask};
use crate::uplink::event::{Event, Report};
use crate::uplink::ledger_file;
use crate::uplink::status::Sending;

/// How often the ledger is written and the enrolment read, ticks of a second.
const FILES_TICKS: u64 = 10;
/// How often the centre is told what waits here, ticks of a second.
const WAITS_TICKS: u64 = 5;
/// How far back gaps and facts are offered at a start, microseconds: a day.
const METADATA_US: i64 = 24 * 3600 * 1_000_000;

impl Shell {
    /// Once a second.
    pub(super) async fn tick(&mut self, now: u64) {
        self.ticks += 1;
        let status = self.sender.status(now);
        if self.choice.probes_now(now) {
            self.probe();
        }
        if let Some(index) = self.goes_to.take().or_else(|| self.choice.next(now)) {
            self.change_centre(index).await;
        }
        self.renew_session(now);
        self.break_silence(now);
        if self.ticks.is_multiple_of(FILES_TICKS) {
            self.write_ledger();
            self.look_for_enrolment();
        }
        if self.ticks.is_multiple_of(WAITS_TICKS) {
            self.look_what_waits(&status);
        }
        self.look_at_room();
        self.tell_clock();
        self.judge_clock();
        self.note_moved();
        self.show(now);
    }

    async fn change_centre(&mut self, index: usize) {
        let from = self.centre.origin.clone();
        self.go_to(index).await;
        if index == 0 {
            tracing::info!(from, to = self.centre.origin, "the preferred centre is used again");
        } else {
            tracing::warn!(
                from,
                to = self.centre.origin,
                cause = "the one before it does not answer",
                blame = "line",
                "another centre is used"
            );
        }
    }

    /// Asks the preferred centre whether it is there.
    fn probe(&self) {
        let (events, generation, parts) = (self.events.clone(), self.generation, Arc::clone(&self.parts));
        tokio::spawn(async move {
            let target = tokio::task::spawn_blocking(move || {
                let target = Target::new(parts.config.centres.first()?, parts.config.ca.as_deref()).ok()?;
                Some(target.via(parts.config.via))
            });
            let answered = match target.await {
                Ok(Some(target)) => match target.request(Method::GET, TIME_PATH, Vec::new()) {
                    Ok(request) => ask(&target, request).await.is_ok_and(|(status, _)| status.is_success()),
                    Err(_) => false,
                },
                _ => false,
            };
            let _ = events.send(Event { generation, report: Report::Probed(answered) }).await;
        });
    }

    /// Reads for which cameras the device is enrolled.
    pub(super) fn look_for_enrolment(&self) {
        let (parts, origin) = (Arc::clone(&self.parts), self.centre.origin.clone());
        self.aside(move || enrolled_cameras(&parts.config, &origin).ok().map(Report::Enrolled));
    }

    /// The device may send these cameras.
    pub(super) fn enrolled(&mut self, cameras: Vec<CameraId>) {
        for camera in cameras {
            if self.session.refuses(camera) || !self.cameras.insert(camera) {
                continue;
            }
            self.add_camera(camera);
            if let Some(init) = self.parts.queue.init(camera) {
                self.sender.recorded(camera, &init, self.now());
            }
            let newest = self.sender.ledger().persisted(camera).last().map(|range| range.end - 1);
            let (archive, now) = (self.parts.archive.clone(), self.parts.clock.now().wall);
            let placing = SharedPlacing::clone(&self.parts.placing);
            self.aside(move || {
                let span = Span { from: now.plus(-METADATA_US), to: now };
                Some(Report::Metadata(camera, metadata(&archive, &placing, camera, newest, span)))
            });
            self.offer_metadata_of_moved(camera);
            if self.session.token.is_some() && !self.session.cameras().contains(&camera) {
                // Another code was used: the session does not know this camera.
                self.sender.session_lost();
            }
        }
    }

    /// All segments of `camera` that have ended; those whose place is not known wait.
    fn add_camera(&mut self, camera: CameraId) {
        let split = self.parts.placing.lock().split(camera, self.numbers(camera).ranges());
        let (waiting, known): (Vec<_>, Vec<_>) =
            split.into_iter().partition(|(_, verdict)| *verdict == Verdict::Waits);
        self.sender.add_camera(camera, known.into_iter().map(|(range, _)| range));
        self.sender.add_unplaced(camera, waiting.into_iter().map(|(range, _)| range));
    }

    pub(super) fn ledger_path(&self) -> PathBuf {
        ledger_file::path(&self.parts.config.data, &self.centre.origin)
    }

    /// A crash before it is written costs questions to the centre.
    fn write_ledger(&mut self) {
        if self.is_writing || *self.sender.ledger() == self.written {
            return;
        }
        self.is_writing = true;
        self.written = self.sender.ledger().clone();
        let (path, ledger) = (self.ledger_path(), self.written.clone());
        self.aside(move || {
            let written = ledger_file::write(&path, &ledger);
            Some(Report::Written(written.map_err(|error| format!("{}: {error}", path.display()))))
        });
    }

    pub(super) fn ledger_written(&mut self, written: Result<(), String>) {
        self.is_writing = false;
        if let Err(error) = written {
            tracing::warn!(
                cause = error,
                blame = "station",
                "what was sent is not noted; after a restart the centre is asked"
            );
        }
    }

    /// At a stop, and before another centre is used.
    pub(super) async fn write_ledger_now(&mut self) {
        self.is_writing = false;
        if self.centre.origin.is_empty() || *self.sender.ledger() == self.written {
            return;
        }
        let (path, ledger) = (self.ledger_path(), self.sender.ledger().clone());
        let written = tokio::task::spawn_blocking(move || ledger_file::write(&path, &ledger)).await;
        if let Ok(Err(error)) = written {
            self.ledger_written(Err(error.to_string()));
        }
    }

    fn tell_clock(&mut self) {
        let now = self.parts.clock.now();
        let Some(is_off) = self.offset.news(now) else { return };
        let ahead_ms = self.offset.ahead_us(now).unwrap_or_default() / 1000;
        if is_off {
            tracing::warn!(
                ahead_ms,
                cause = "the clock of this computer, or the centre's, is wrong",
                blame = "station",
                "the clocks of station and centre differ"
            );
        } else {
            tracing::info!(ahead_ms, "the clocks of station and centre agree again");
        }
    }

    pub(super) fn show(&self, now: u64) {
        let ahead_us = self.offset.ahead_us(self.parts.clock.now());
        let verdict = self.parts.placing.lock().current();
        let shown = Sending::new(
            &self.centre.origin,
            self.line,
            &self.sender.status(now),
            self.fault.as_ref(),
            (ahead_us, verdict),
        );
        *self.parts.sending.lock() = Some(shown);
    }
}

/// Gaps and facts of `span`, as they are sent, from the newest segment on that the centre has for good.
pub(super) fn metadata(
    archive: &Archive,
    placing: &SharedPlacing,
    camera: CameraId,
    newest: Option<u64>,
    span: Span,
) -> Vec<Output> {
    let newest = newest.and_then(|number| archive.segment(camera, number).ok().flatten());
    let from = newest.map_or(span.from, |segment| span.from.max(segment.start.to_utc()));
    let span = Span { from, to: span.to };
    let gaps = archive.gaps(camera, span).into_iter().map(|gap| {
        Output::Gap(Gap { from: gap.from, to: gap.to, cause: gap.cause, next_segment: gap.next_segment })
    });
    let facts = archive.facts(camera, span).unwrap_or_else(|error| {
        tracing::warn!(%camera, cause = %error, blame = "station", "what happened before this start cannot be read");
        Vec::new()
    });
    let all = gaps.chain(facts.into_iter().map(Output::Fact));
    let placing = placing.lock();
    let mut found: Vec<Output> =
        all.filter_map(|output| placing.metadata(camera, &output).ok().flatten()).collect();
    found.drain(..found.len().saturating_sub(METADATA_MAX));
    found
}
