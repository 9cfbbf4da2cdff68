//! One direction of a line: when what is sent now arrives at the other end.

use super::schedule::{Carries, Schedule, Stretch};

/// One direction of a line, shared by all its connections. Times are microseconds since the start.
#[derive(Debug, Clone)]
pub(super) struct Pipe {
    schedule: Schedule,
    stretch: Option<Stretch>,
    /// When all that was sent has left.
    free_us: u64,
    /// When the last of it arrives.
    arrived_us: u64,
}

impl Pipe {
    pub(super) fn new(mut schedule: Schedule) -> Self {
        let stretch = schedule.next();
        Self { schedule, stretch, free_us: 0, arrived_us: 0 }
    }

    /// When `bytes` that are sent at `now_us` arrive: after all before them.
    pub(super) fn send(&mut self, now_us: u64, bytes: usize) -> u64 {
        let mut at_us = self.free_us.max(now_us);
        // Bytes times microseconds a second.
        let mut left = bytes as u64 * 1_000_000;
        let mut delay = 0;
        while let Some(stretch) = self.stretch {
            if let (Carries::Bytes { rate, delay_us }, true) = (stretch.carries, at_us < stretch.to_us) {
                let carried = (stretch.to_us - at_us).saturating_mul(rate);
                delay = delay_us;
                if left <= carried {
                    at_us += left.div_ceil(rate.max(1));
                    break;
                }
                left -= carried;
            }
            at_us = at_us.max(stretch.to_us);
            self.stretch = self.schedule.next();
        }
        self.free_us = at_us;
        self.arrived_us = self.arrived_us.max(at_us.saturating_add(delay));
        self.arrived_us
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::schedule::LineModel;
    use super::*;

    #[test]
    fn bytes_take_their_time_and_wait_for_the_line() {
        // 50 000 bytes a second, 60 ms; down from 180 s on, for a minute.
        let mut pipe = Pipe::new(Schedule::new(LineModel::OnOff, 0));
        assert_eq!(pipe.send(0, 50_000), 1_060_000);
        assert_eq!(pipe.send(500_000, 5_000), 1_160_000, "behind what was sent before");
        assert_eq!(pipe.send(10_000_000, 5_000), 10_160_000);
        assert_eq!(pipe.send(179_900_000, 10_000), 240_160_000, "half of it before the line went");
        assert_eq!(pipe.send(200_000_000, 5_000), 240_260_000);
        assert_eq!(pipe.send(300_000_000, 5_000), 300_160_000);
    }

    proptest! {
        #[test]
        fn nothing_overtakes_or_is_faster_than_the_line(
            model in prop::sample::select(LineModel::ALL.to_vec()),
            seed in any::<u64>(),
            sent in prop::collection::vec((0_u64..20_000_000, 1_usize..20_000), 1..60),
        ) {
            let mut pipe = Pipe::new(Schedule::new(model, seed));
            let mut all = Schedule::new(model, seed);
            let (mut now, mut before) = (0, 0);
            for (pause, bytes) in sent {
                now += pause;
                let arrives = pipe.send(now, bytes);
                prop_assert!(arrives >= before && arrives > now);
                // The last byte left while the line was up.
                let left = pipe.free_us - 1;
                let stretch = all.clone().find(|stretch| left < stretch.to_us).unwrap();
                prop_assert!(matches!(stretch.carries, Carries::Bytes { .. }), "{stretch:?}");
                before = arrives;
            }
            prop_assert!(all.next().is_some());
        }
    }
}
