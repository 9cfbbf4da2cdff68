//! Ceremonies that have begun: for each session at most one, for five minutes, to be finished once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::CEREMONY;

/// Ceremonies at once; beyond, the oldest is dropped.
const CEREMONIES_MAX: usize = 4096;
/// Longest id of a session, bytes.
pub(super) const SESSION_BYTES_MAX: usize = 128;
/// Random bytes of a challenge.
pub(super) const CHALLENGE_BYTES: usize = 32;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Registration,
    Authentication,
}

#[derive(Debug)]
struct Ceremony {
    purpose: Purpose,
    challenge: [u8; CHALLENGE_BYTES],
    began: Instant,
}

/// By session.
#[derive(Debug, Default)]
pub(super) struct Ceremonies(Mutex<HashMap<String, Ceremony>>);

impl Ceremonies {
    /// Begins one, in place of any other of the session.
    pub(super) fn begin(
        &self,
        session: &str,
        purpose: Purpose,
        challenge: [u8; CHALLENGE_BYTES],
        now: Instant,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CEREMONIES_MAX {
            all.retain(|_, one| is_running(one.began, now));
        }
        if all.len() >= CEREMONIES_MAX {
            let oldest = all.iter().min_by_key(|(_, one)| one.began).map(|(session, _)| session.clone());
            oldest.and_then(|session| all.remove(&session));
        }
        all.insert(session.to_owned(), Ceremony { purpose, challenge, began: now });
    }

    /// Ends that of a session; its challenge, if it is for `purpose` and not over.
    pub(super) fn end(&self, session: &str, purpose: Purpose, now: Instant) -> Option<[u8; CHALLENGE_BYTES]> {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session)?;
        (ended.purpose == purpose && is_running(ended.began, now)).then_some(ended.challenge)
    }
}

fn is_running(began: Instant, now: Instant) -> bool {
    now.saturating_duration_since(began) < CEREMONY
}

/// Longest time that a page may be told to wait, the same for the authenticator.
pub(super) const fn time_out_ms(ceremony: Duration) -> u64 {
    ceremony.as_secs() * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_and_the_oldest_goes_first() {
        let ceremonies = Ceremonies::default();
        let began = Instant::now();
        let at = |number: usize| began + Duration::from_millis(number as u64);
        for number in 0..CEREMONIES_MAX + 10 {
            ceremonies.begin(&number.to_string(), Purpose::Authentication, [1; 32], at(number));
        }
        assert_eq!(ceremonies.0.lock().unwrap().len(), CEREMONIES_MAX);
        let now = at(CEREMONIES_MAX + 10);
        assert_eq!(ceremonies.end("9", Purpose::Authentication, now), None);
        assert_eq!(ceremonies.end("10", Purpose::Authentication, now), Some([1; 32]));
        assert_eq!(ceremonies.end("10", Purpose::Authentication, now), None, "once");
        assert_eq!(ceremonies.end("11", Purpose::Registration, now), None, "begun for something else");
        // Those that are over make room.
        ceremonies.begin("new", Purpose::Registration, [2; 32], now + CEREMONY);
        ceremonies.begin("newer", Purpose::Registration, [3; 32], now + CEREMONY);
        assert!(ceremonies.0.lock().unwrap().len() <= CEREMONIES_MAX);
        assert_eq!(ceremonies.end("12", Purpose::Authentication, now + CEREMONY), None, "over");
    }
}
