//! What the sender asks for, as requests and reads; and their answers.

use std::time::Duration;

use ashkar_archive::Archive;
use ashkar_media::Output;
use ashkar_terms::{Blame, CameraId, UtcMicros};
use ashkar_uplink::placing::segment_copy;
use ashkar_uplink::{
    Action, Answer, Failure, Have, HavePath, Line, ReadError, RecordPath, Refusal, RequestId, encode,
};
use bytes::Bytes;
use hyper::header::AUTHORIZATION;
use hyper::{Method, StatusCode};

use super::Shell;
use crate::placing::SharedPlacing;
use crate::uplink::event::{Report, Tag};
use crate::uplink::fault::Fault;
use crate::uplink::line::{Answered, Command};

/// How long a segment that has just ended may take until it is durable and can be read.
const DURABLE_WITHIN: Duration = Duration::from_secs(5);

impl Shell {
    pub(super) fn act(&mut self, now: u64) {
        while let Some(action) = self.sender.next(now) {
            match action {
                Action::OpenSession => self.open_session(),
                Action::Send { id, path, record } => self.send(id, &path, &record, now),
                Action::ReadSegment { id, camera, segment } => self.read_segment(id, camera, segment),
                Action::AskHave { id, path } => self.ask_have(id, &path, now),
            }
        }
    }

    fn send(&mut self, id: RequestId, path: &RecordPath, record: &Output, now: u64) {
        let (mut body, payload) = encode(record);
        body.extend_from_slice(&payload);
        if !self.put(path.line, Tag::Record(id), Method::PUT, &path.to_string(), body) {
            self.sender.answered(id, Err(Failure::Unanswered), now);
        }
    }

    fn ask_have(&mut self, id: RequestId, path: &HavePath, now: u64) {
        if !self.put(Line::Late, Tag::Have(id), Method::GET, &path.to_string(), Vec::new()) {
            self.sender.told(id, Err(Failure::Unanswered), now);
        }
    }

    /// Hands a request of this session to a line. False if there is no session, or the line takes no more.
    pub(super) fn put(&mut self, line: Line, tag: Tag, method: Method, path: &str, body: Vec<u8>) -> bool {
        let (Some(target), Some(token)) = (&self.centre.target, &self.session.token) else { return false };
        let Ok(mut request) = target.request(method, path, body) else { return false };
        request.headers_mut().insert(AUTHORIZATION, token.clone());
        self.hand_over(line, Command { tag, request })
    }

    pub(super) fn hand_over(&mut self, line: Line, command: Command) -> bool {
        let now = self.now();
        self.silence[line as usize].broken(now);
        let lines = self.centre.lines.as_ref();
        lines.is_some_and(|lines| {
            let [live, late] = lines;
            let line = if line == Line::Live { live } else { late };
            line.try_send(command).is_ok()
        })
    }

    fn read_segment(&self, id: RequestId, camera: CameraId, segment: u64) {
        let (archive, placing) = (self.parts.archive.clone(), SharedPlacing::clone(&self.parts.placing));
        self.aside(move || {
            let read = read_segment(&archive, camera, segment);
            let placed = read.and_then(|outputs| {
                let verdict = placing.lock().of_segment(camera, &outputs);
                segment_copy(outputs, verdict)
            });
            Some(Report::Read(id, placed))
        });
    }

    pub(super) fn answered(&mut self, tag: Tag, answered: Answered, now: u64) {
        match tag {
            Tag::Record(id) => {
                let answer = self.understood(answered, Answer::from_json, |answer| Some(answer.now_us));
                self.sender.answered(id, answer, now);
            }
            Tag::Have(id) => {
                let have = self.understood(answered, Have::from_json, |_| None);
                self.sender.told(id, have, now);
            }
            Tag::Silence(line) => self.silence_answered(line, &answered, now),
            Tag::Time(attempt) => self.time_told(attempt, &answered, now),
            Tag::Session(attempt) => self.session_answered(attempt, answered, now),
            Tag::Backlog => {}
        }
    }

    /// The answer to a request of the session; its time is a sample of the centre's clock.
    fn understood<T, E>(
        &mut self,
        answered: Answered,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
        time: impl FnOnce(&T) -> Option<UtcMicros>,
    ) -> Result<T, Failure> {
        let Answered { sent, received, result } = answered;
        let Ok((status, body)) = result else { return Err(Failure::Unanswered) };
        if status.is_success() {
            let answer = read(&body).map_err(|_| Failure::Unanswered)?;
            if let Some(centre) = time(&answer) {
                self.offset.sample(sent, received, centre);
            }
            self.choice.is_good(received.mono_us);
            self.fault = None;
            return Ok(answer);
        }
        let refusal = refusal(status, &body).map_err(|_| Failure::Unanswered)?;
        match refusal.code.blame() {
            Blame::Centre | Blame::Operator => self.note_fault(Fault::from(&refusal)),
            // It answers, and what the refusal is about is handled by the sender.
            _ => self.choice.is_good(received.mono_us),
        }
        Err(refusal.into())
    }
}

/// The refusal in an answer.
pub(super) fn refusal(status: StatusCode, body: &Bytes) -> Result<Refusal, Fault> {
    Refusal::from_json(body).map_err(|_| Fault::not_understood(&status))
}

/// Reads a segment that has ended, and waits if it is not durable yet.
fn read_segment(archive: &Archive, camera: CameraId, segment: u64) -> Result<Vec<Output>, ReadError> {
    let read = || {
        archive.outputs(camera, segment).map_err(|error| {
            tracing::warn!(%camera, segment, cause = %error, blame = "station", "a recorded segment cannot be read");
            ReadError::Failed
        })
    };
    if let Some(outputs) = read()? {
        return Ok(outputs);
    }
    // A disk that fails or is slow is told by the archive itself.
    let flushed = archive.flush_within(DURABLE_WITHIN);
    match read()? {
        Some(outputs) => Ok(outputs),
        None if flushed.is_err() || archive.numbers(camera).iter().any(|range| range.contains(&segment)) => {
            Err(ReadError::Failed)
        }
        None => Err(ReadError::Gone),
    }
}
