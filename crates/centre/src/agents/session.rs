//! One session of an agent: its cameras, what it sent on their two lines, and what it was told of that.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ashkar_archive::Archive;
use ashkar_ingest::Refusal as NoAdmission;
use ashkar_media::{NotLive, Output};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment};
use ashkar_uplink::{Answer, AnswerState, DeviceId, Line, RecordName, RecordingId, RefusalCode};
use parking_lot::Mutex;

use super::acks::{Acks, Ticket};
use super::late::{Known, LateIntake, Taken};
use super::turns::Turns;
use crate::Camera;
use crate::camera::{AgentSink, Untaken, has_sound};
use crate::registry::Right;

/// An agent that asks for nothing for this long is off the line, microseconds.
pub(super) const SILENT_AFTER_US: u64 = 10_000_000;
/// Live records that are recognised when they come again.
const RECENT_MAX: usize = 32;

/// One session.
pub(super) struct Session {
    pub(super) device: DeviceId,
    pub(super) recording: RecordingId,
    /// Protocol and address of the agent.
    pub(super) source: String,
    /// When it ends, microseconds of the monotonic clock.
    pub(super) expires_us: u64,
    pub(super) cameras: BTreeMap<CameraId, OfCamera>,
    /// Records with other bytes under a known name.
    pub(super) differences: AtomicU32,
}

impl Session {
    /// Counts a record that differs. True if it is one of the first `most`.
    pub(super) fn note_difference(&self, most: u32) -> bool {
        self.differences.fetch_add(1, Ordering::Relaxed) < most
    }

    /// Takes the place of `former`, the same agent's session before this one. Cameras that were live there, from the same address, stay
    /// live, and nothing is told of a change.
    pub(super) fn replace(&self, former: &Self, now: Moment) {
        if former.source == self.source {
            let both =
                self.cameras.iter().filter_map(|(camera, own)| Some((own, former.cameras.get(camera)?)));
            both.for_each(|(own, former)| own.work.lock().continue_from(&mut former.work.lock()));
        }
        former.close(now, Cause::Uplink, "the agent opened another session");
    }

    /// It is over: what it holds is free.
    pub(super) fn close(&self, now: Moment, cause: Cause, reason: &str) {
        self.cameras.values().for_each(|camera| camera.work.lock().close(now, cause, reason));
    }
}

/// One camera of a session.
#[derive(Default)]
pub(super) struct PerCamera {
    /// While it holds the camera.
    sink: Option<AgentSink>,
    live: Acks,
    /// The archive takes parts again after it had refused some, which will never be durable.
    is_kept_again: bool,
    late: Acks,
    intake: LateIntake,
    /// Where the media end that came as late.
    late_until: Option<MediaTime>,
    /// Live records that were received: name, checksum, number.
    recent: VecDeque<(RecordName, u32, u64)>,
    last_request_us: u64,
    /// When the agent was heard of, of this camera or not.
    last_heard_us: u64,
    /// Records that the agent was told are durable, by line.
    told_persisted: [u64; 2],
}

/// One camera of a session, and the order in which its requests came.
#[derive(Default)]
pub(super) struct OfCamera {
    pub(super) work: Mutex<PerCamera>,
    live_turns: Turns,
    late_turns: Turns,
}

impl OfCamera {
    pub(super) fn turns(&self, line: Line) -> &Turns {
        match line {
            Line::Live => &self.live_turns,
            Line::Late => &self.late_turns,
        }
    }
}

/// A record that an agent sent.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    pub(super) name: RecordName,
    pub(super) output: &'a Output,
    /// Checksum of its body.
    pub(super) crc32c: u32,
}

impl PerCamera {
    /// Takes a record as live.
    pub(super) fn take_live(
        &mut self,
        session: &Session,
        camera: &Arc<Camera>,
        archive: &Archive,
        sent: &Sent<'_>,
        now: Moment,
    ) -> Result<Answer, RefusalCode> {
        self.note_request(now);
        if self.live.is_stuck() && self.is_kept_again {
            // With a new session the count begins anew.
            return Err(RefusalCode::UnknownSession);
        }
        if self.live.is_full() {
            return Err(RefusalCode::Busy);
        }
        // The same gap is told twice, when it begins and when it ends.
        let is_media = sent.name.segment().is_some();
        let again = self.recent.iter().find(|(name, ..)| is_media && *name == sent.name);
        if let Some((_, crc32c, count)) = again {
            let count = *count;
            return if *crc32c == sent.crc32c {
                Ok(self.answer(Line::Live, AnswerState::Received, count, archive, now))
            } else {
                Err(RefusalCode::Differs)
            };
        }
        // It was so long on its way over a slow line that the agent has sent it as late meanwhile.
        if let Output::Part(part) = sent.output
            && self.late_until.is_some_and(|until| part.start < until)
        {
            return Err(RefusalCode::NotLive);
        }
        let sink = self.sink(session, camera, now)?;
        let is_kept = sink.take(sent.output, now).map_err(code_of)?;
        self.is_kept_again = is_kept && matches!(sent.output, Output::Part(_)) && self.live.is_stuck();
        let ticket = if is_kept { Ticket::Entries(archive.progress().0) } else { Ticket::Never };
        let count = self.live.received(ticket);
        if is_media {
            self.recent.push_back((sent.name, sent.crc32c, count));
            if self.recent.len() > RECENT_MAX {
                self.recent.pop_front();
            }
        }
        Ok(self.answer(Line::Live, AnswerState::Received, count, archive, now))
    }

    fn sink(
        &mut self,
        session: &Session,
        camera: &Arc<Camera>,
        now: Moment,
    ) -> Result<&AgentSink, RefusalCode> {
        if self.sink.as_ref().is_none_or(AgentSink::superseded) {
            let opened = camera.open_agent(session.source.clone(), Right::Device(session.device), now);
            self.sink = Some(opened.map_err(|refusal| match refusal {
                NoAdmission::WrongKey | NoAdmission::Unknown => RefusalCode::Revoked,
                NoAdmission::AlreadyLive => RefusalCode::Taken,
                NoAdmission::Busy => RefusalCode::Busy,
            })?);
            self.recent.clear();
        }
        self.sink.as_ref().ok_or(RefusalCode::Busy)
    }

    /// Takes a record of the past; `known` is what the archive has in its place.
    pub(super) fn take_late(
        &mut self,
        camera: CameraId,
        archive: &Archive,
        sent: &Sent<'_>,
        known: Known,
        sound: bool,
        now: Moment,
    ) -> Result<Answer, RefusalCode> {
        self.note_request(now);
        if self.late.is_full() {
            return Err(RefusalCode::Busy);
        }
        if let Output::Init(init) = sent.output
            && !sound
            && has_sound(&init.bytes)
        {
            return Err(RefusalCode::Malformed);
        }
        let was_open = self.intake.is_open();
        let taken = self.intake.take(archive, camera, sent.output, known, now);
        if was_open && !self.intake.is_open() && !matches!(taken, Ok(Taken::Ended)) {
            self.late.segment_given_up();
        }
        let taken = taken?;
        if let (Output::Part(part), Taken::OfSegment) = (sent.output, &taken) {
            self.late_until = self.late_until.max(Some(part.start.plus(part.duration.into())));
        }
        let (entries, durable) = archive.progress();
        let (state, count) = match taken {
            Taken::Persisted => (AnswerState::Persisted, self.late.count()),
            Taken::OfSegment => (AnswerState::Received, self.late.received(Ticket::WithSegment)),
            Taken::Ended => {
                let count = self.late.received(Ticket::WithSegment);
                self.late.segment_ended(entries);
                (AnswerState::Received, count)
            }
            Taken::Appended => (AnswerState::Received, self.late.received(Ticket::Entries(entries))),
            Taken::Nothing => (AnswerState::Received, self.late.received(Ticket::Entries(durable))),
        };
        Ok(self.answer(Line::Late, state, count, archive, now))
    }

    fn answer(
        &mut self,
        line: Line,
        state: AnswerState,
        count: u64,
        archive: &Archive,
        now: Moment,
    ) -> Answer {
        let (_, durable) = archive.progress();
        let persisted_late = self.late.persisted(durable);
        let persisted = match line {
            Line::Live => self.live.persisted(durable),
            Line::Late => persisted_late,
        };
        Answer { state, count, persisted, persisted_late, now_us: now.wall }
    }

    /// How many more records are durable than were called so before, by line. The answer was to a record of `line`.
    pub(super) fn newly_persisted(&mut self, line: Line, answer: &Answer) -> [u64; 2] {
        let mut newly = [0; 2];
        let of_live = (line == Line::Live).then_some((Line::Live, answer.persisted));
        for (line, persisted) in of_live.into_iter().chain([(Line::Late, answer.persisted_late)]) {
            let told = &mut self.told_persisted[line as usize];
            newly[line as usize] = persisted.saturating_sub(*told);
            *told = persisted.max(*told);
        }
        newly
    }

    /// Whether the agent was heard of lately.
    pub(super) fn is_on_line(&self, now: Moment) -> bool {
        let last_us = self.last_request_us.max(self.last_heard_us);
        last_us > 0 && now.mono_us.saturating_sub(last_us) < SILENT_AFTER_US
    }

    /// The agent is there, and has nothing to say of this camera: what is missing of it is missing all the same.
    pub(super) fn note_heard(&mut self, now: Moment) {
        self.last_heard_us = now.mono_us;
    }

    pub(super) fn note_request(&mut self, now: Moment) {
        self.last_request_us = now.mono_us;
        if let Some(sink) = &self.sink {
            sink.received(now);
        }
    }

    /// Holds the camera in place of `former`. What is acknowledged is counted anew.
    fn continue_from(&mut self, former: &mut Self) {
        self.sink = former.sink.take();
        self.late_until = former.late_until;
        self.last_request_us = former.last_request_us;
    }

    /// Once a second: an agent that asks for nothing is off the line.
    pub(super) fn tick(&mut self, now: Moment) {
        if now.mono_us.saturating_sub(self.last_request_us) >= SILENT_AFTER_US {
            self.close(now, Cause::Uplink, "nothing comes from the agent");
        }
    }

    pub(super) fn close(&mut self, now: Moment, cause: Cause, reason: &str) {
        if let Some(sink) = self.sink.take() {
            sink.close(now, cause, reason);
        }
    }
}

fn code_of(untaken: Untaken) -> RefusalCode {
    match untaken {
        Untaken::Superseded => RefusalCode::Taken,
        Untaken::Failed => RefusalCode::Busy,
        Untaken::Sound | Untaken::NotLive(NotLive::Malformed) => RefusalCode::Malformed,
        Untaken::NotLive(NotLive::Behind) => RefusalCode::NotLive,
        Untaken::NotLive(NotLive::Ahead) => RefusalCode::Clock,
        Untaken::NotLive(NotLive::InitNeeded) => RefusalCode::InitNeeded,
    }
}
