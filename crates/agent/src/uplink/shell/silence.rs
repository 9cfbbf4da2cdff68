//! A line that has nothing to say asks for the centre's time: so the clocks go on being compared, a line or a centre that
//! is gone is noticed, the centre knows that the station is there, and nobody on the way takes the connection for
//! abandoned (the centre does after 15 s, over HTTP/1.1).

use ashkar_uplink::{Line, TIME_PATH};
use hyper::Method;
use hyper::header::AUTHORIZATION;

use super::Shell;
use crate::uplink::event::Tag;
use crate::uplink::line::{Answered, Command};

/// How long live may be silent, microseconds: whoever is heard of every 10 s is on the line.
const LIVE_SILENT_MAX_US: u64 = 4_000_000;
/// The same of the late line, which is silent mostly.
const LATE_SILENT_MAX_US: u64 = 10_000_000;

/// Of one line.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Silence {
    /// When something was asked last, microseconds.
    asked_at: u64,
    /// The question for the time has no answer yet: one is enough.
    asks_time: bool,
}

impl Silence {
    pub(super) fn broken(&mut self, now: u64) {
        self.asked_at = now;
    }

    /// Another connection, or none: what was asked over the one before is lost with it.
    pub(super) fn connection_changed(&mut self) {
        self.asks_time = false;
    }

    fn asks_now(self, line: Line, now: u64) -> bool {
        let most = if line == Line::Live { LIVE_SILENT_MAX_US } else { LATE_SILENT_MAX_US };
        !self.asks_time && now.saturating_sub(self.asked_at) >= most
    }
}

impl Shell {
    /// Once a second.
    pub(super) fn break_silence(&mut self, now: u64) {
        for line in Line::ALL {
            if self.line.0 && self.silence[line as usize].asks_now(line, now) {
                self.silence[line as usize].asks_time = self.ask_time(line);
            }
        }
    }

    /// With the token, if there is a session: it says who is there.
    fn ask_time(&mut self, line: Line) -> bool {
        let Some(target) = &self.centre.target else { return false };
        let Ok(mut request) = target.request(Method::GET, TIME_PATH, Vec::new()) else { return false };
        if let Some(token) = &self.session.token {
            request.headers_mut().insert(AUTHORIZATION, token.clone());
        }
        self.hand_over(line, Command { tag: Tag::Silence(line), request })
    }

    pub(super) fn silence_answered(&mut self, line: Line, answered: &Answered, now: u64) {
        self.silence[line as usize].asks_time = false;
        if self.time_in(answered).is_ok() && line == Line::Live && self.session.token.is_some() {
            self.choice.is_good(now);
        }
    }
}
