//! What the agents' side of the centre counts, for the metrics.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ashkar_terms::{CameraId, Moment, Span};
use ashkar_uplink::{Answer, AnswerState, Line, RefusalCode};

use super::session::Session;
use crate::{Centre, Figure};

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Meters {
    /// Records taken, live and late.
    taken: [AtomicU64; 2],
    /// Records that agents were told are durable, live and late.
    persisted: [AtomicU64; 2],
    /// Requests refused, by code, in the order of [`RefusalCode::ALL`].
    refused: [AtomicU64; RefusalCode::ALL.len()],
}

impl Meters {
    /// A record of `line` was answered; `newly` records, by line, are durable that were not called so before.
    pub(super) fn answered(&self, line: Line, answer: &Answer, newly: [u64; 2]) {
        let line = line as usize;
        if answer.state == AnswerState::Received {
            self.taken[line].fetch_add(1, Ordering::Relaxed);
        }
        for (persisted, newly) in self.persisted.iter().zip(newly) {
            persisted.fetch_add(newly, Ordering::Relaxed);
        }
    }

    fn refused(&self, code: RefusalCode) {
        if let Some(place) = RefusalCode::ALL.iter().position(|one| *one == code) {
            self.refused[place].fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Centre {
    /// An agent was refused: by the door, or by what is behind it.
    pub fn note_refusal(&self, code: RefusalCode) {
        self.agents.meters.refused(code);
    }

    /// Metrics of the agents. Series of cameras are those that devices hold sessions for.
    pub fn agent_figures(&self) -> Vec<Figure> {
        let now = self.now();
        let meters = &self.agents.meters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        let by_line = |of: &[AtomicU64; 2]| {
            let line = |(name, counter): (&str, &AtomicU64)| (vec![("line", name.to_owned())], read(counter));
            ["live", "late"].into_iter().zip(of).map(line).collect()
        };
        let code = |(code, counter): (RefusalCode, &AtomicU64)| {
            (vec![("reason", code.name().to_owned())], read(counter))
        };
        let refused = RefusalCode::ALL.into_iter().zip(&meters.refused).map(code).collect();
        let (cameras, on_line) = self.agents.cameras(now);
        let waiting = cameras.iter().map(|&camera| {
            let seconds = waiting_s(&self.agents.waiting(camera, now));
            (vec![("camera", camera.to_string())], seconds)
        });
        let waiting: Vec<_> = waiting.collect();
        // The sum of no floats is -0.0.
        let all = waiting.iter().fold(0.0, |sum, (_, seconds)| sum + seconds);
        let one = |value: f64| vec![(Vec::new(), value)];
        let sessions = self.agents.session_count() as f64;
        vec![
            ("agent_sessions", "Sessions of agents that are open", false, one(sessions)),
            (
                "agent_cameras_on_line",
                "Cameras whose agents were heard of in the last 10 s",
                false,
                one(on_line as f64),
            ),
            (
                "agent_backlog_seconds",
                "What agents say that they hold and this centre lacks",
                false,
                one(all),
            ),
            ("agent_camera_backlog_seconds", "The same by camera, of cameras with a session", false, waiting),
            ("agent_records_received", "Records taken from agents, by line", true, by_line(&meters.taken)),
            (
                "agent_records_persisted",
                "Records that agents were told are durable, by line",
                true,
                by_line(&meters.persisted),
            ),
            ("agent_refused", "Requests of agents that were refused, by reason", true, refused),
        ]
    }
}

fn waiting_s(spans: &[Span]) -> f64 {
    spans.iter().map(Span::micros).sum::<i64>() as f64 / 1e6
}

impl super::Agents {
    /// The cameras that open sessions are for, each once, and of how many of them the agents were heard of lately.
    fn cameras(&self, now: Moment) -> (BTreeSet<CameraId>, usize) {
        let sessions: Vec<_> = self.sessions.read().values().cloned().collect();
        let all = || sessions.iter().flat_map(|session| &session.cameras);
        let is_heard = |session: &&Arc<Session>| {
            session.cameras.values().any(|camera| camera.work.lock().is_on_line(now))
        };
        let on_line: BTreeSet<CameraId> =
            sessions.iter().filter(is_heard).flat_map(|session| session.cameras.keys().copied()).collect();
        (all().map(|(camera, _)| *camera).collect(), on_line.len())
    }

    fn session_count(&self) -> usize {
        self.sessions.read().len()
    }
}
