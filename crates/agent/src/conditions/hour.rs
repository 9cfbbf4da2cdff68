//! The last hour of the line, second by second: for how long it was down, and how much was sent again.

use std::collections::VecDeque;

use ashkar_uplink::Note;

use super::judge::Reading;
use super::machine::{TcpCounters, loss_permille};

/// Minutes that are kept.
const MINUTES: usize = 60;
/// Less than this tells nothing, seconds.
const LEAST_S: u32 = 30;

#[derive(Debug, Clone, Copy)]
struct Minute {
    seconds: u32,
    down: u32,
    /// At its beginning.
    tcp: Option<TcpCounters>,
}

/// The last hour of this run.
#[derive(Debug, Default)]
pub(crate) struct Hour {
    minutes: VecDeque<Minute>,
}

impl Hour {
    /// A second is over, in which the line was up or not. `tcp` is read once a minute.
    pub(crate) fn second(&mut self, is_up: bool, tcp: impl FnOnce() -> Option<TcpCounters>) {
        if self.minutes.back().is_none_or(|minute| minute.seconds >= 60) {
            self.minutes.push_back(Minute { seconds: 0, down: 0, tcp: tcp() });
            if self.minutes.len() > MINUTES {
                self.minutes.pop_front();
            }
        }
        if let Some(minute) = self.minutes.back_mut() {
            minute.seconds += 1;
            minute.down += u32::from(!is_up);
        }
    }

    /// For how long it was down, seconds.
    pub(crate) fn breaks_s(&self) -> Reading {
        let seconds: u32 = self.minutes.iter().map(|minute| minute.seconds).sum();
        let down: u32 = self.minutes.iter().map(|minute| minute.down).sum();
        if seconds < LEAST_S { Err(Note::TooLittle) } else { Ok(i64::from(down)) }
    }

    /// The share of TCP's segments that was sent again, until `now`.
    pub(crate) fn loss_permille(&self, now: Option<TcpCounters>) -> Reading {
        loss_permille(self.minutes.front().and_then(|minute| minute.tcp), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_remembered_and_no_more() {
        let mut hour = Hour::default();
        let tcp = |sent, sent_again| Some(TcpCounters { sent, sent_again });
        assert_eq!((hour.breaks_s(), hour.loss_permille(None)), (Err(Note::TooLittle), Err(Note::NotTold)));
        (0..40).for_each(|_| hour.second(false, || tcp(1000, 10)));
        assert_eq!(hour.breaks_s(), Ok(40));
        assert_eq!(hour.loss_permille(tcp(2000, 60)), Ok(50));
        (0..59 * 60).for_each(|_| hour.second(true, || tcp(5000, 60)));
        assert_eq!(hour.breaks_s(), Ok(40));
        (0..60).for_each(|_| hour.second(true, || tcp(5000, 60)));
        assert_eq!((hour.breaks_s(), hour.minutes.len()), (Ok(0), MINUTES));
        assert_eq!(hour.loss_permille(tcp(6000, 61)), Ok(1));
    }
}
