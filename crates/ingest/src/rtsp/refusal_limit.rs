//! Keeps the facts about a bad stream few: refusals are recorded, and a hostile camera causes many.

use super::event::Event;
use ashkar_media::MediaEvent;

/// Maximum number of refusals reported individually in a second; those beyond are counted.
const MAX_REFUSALS_PER_SECOND: u32 = 30;

const SECOND_US: u64 = 1_000_000;

#[derive(Debug, Default)]
pub(super) struct RefusalLimit {
    began_us: u64,
    reported: u32,
    withheld: u32,
}

impl RefusalLimit {
    /// Removes refusals among the events from `known` on if there are too many of them.
    pub(super) fn apply(&mut self, known: usize, now_us: u64, events: &mut Vec<Event>) {
        if now_us.saturating_sub(self.began_us) >= SECOND_US {
            self.begin_second(now_us, events);
        }
        let mut place = 0;
        events.retain(|event| {
            place += 1;
            place <= known || !matches!(event, Event::Media(MediaEvent::Refused { .. })) || self.admit()
        });
    }

    fn begin_second(&mut self, now_us: u64, events: &mut Vec<Event>) {
        if self.withheld > 0 {
            let reason = format!("{} more like this within a second", self.withheld);
            events.push(Event::refused(reason, None));
        }
        *self = Self { began_us: now_us, reported: 0, withheld: 0 };
    }

    fn admit(&mut self) -> bool {
        if self.reported < MAX_REFUSALS_PER_SECOND {
            self.reported += 1;
            return true;
        }
        self.withheld = self.withheld.saturating_add(1);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_refusals_becomes_a_number() {
        let refused = || Event::Media(MediaEvent::Refused { reason: "x".into(), camera_dts: Some(1) });
        let (mut limit, mut total) = (RefusalLimit::default(), 0);
        for round in 0..10 {
            let mut events = vec![Event::Playing];
            events.extend((0..100).map(|_| refused()));
            limit.apply(1, 2_000_000 + round, &mut events);
            assert_eq!(events[0], Event::Playing);
            total += events.len() - 1;
        }
        assert_eq!(total, 30);
        let mut events = Vec::new();
        limit.apply(0, 3_100_000, &mut events);
        assert_eq!(
            events,
            [Event::Media(MediaEvent::Refused {
                reason: "970 more like this within a second".into(),
                camera_dts: None
            })]
        );
    }
}
