//! What an agent is told of the records that it sent on one line of one camera in one session: how many were received,
//! and up to which of them all are durable.

use std::collections::VecDeque;

use super::planted::{Planted, is_planted};

/// Records that are received and not durable, of one line. Beyond it the agent waits.
pub(super) const WAITING_MAX: usize = 4096;

/// When a record is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ticket {
    /// Once the archive has made this many entries durable.
    Entries(u64),
    /// With the end of the late segment to which it belongs.
    WithSegment,
    /// Never: it was shown, and the archive did not take it.
    Never,
}

/// The count of one line.
#[derive(Debug, Default)]
pub(super) struct Acks {
    count: u64,
    persisted: u64,
    waiting: VecDeque<(u64, Ticket)>,
}

impl Acks {
    /// A record was received. Returns its number.
    pub(super) fn received(&mut self, ticket: Ticket) -> u64 {
        let is_early = ticket == Ticket::Never && is_planted(Planted::AcknowledgeShown);
        let ticket = if is_early { Ticket::Entries(0) } else { ticket };
        self.count += 1;
        self.waiting.push_back((self.count, ticket));
        self.count
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// The late segment's end was appended, and with it what belongs to it is durable.
    pub(super) fn segment_ended(&mut self, entries: u64) {
        let entries = if is_planted(Planted::AcknowledgeEndAtOnce) { 0 } else { entries };
        for (_, ticket) in self.waiting.iter_mut().filter(|(_, ticket)| *ticket == Ticket::WithSegment) {
            *ticket = Ticket::Entries(entries);
        }
    }

    /// The late segment was given up. Whoever sent it has not sent its end, so it counts on nothing of it.
    pub(super) fn segment_given_up(&mut self) {
        self.waiting.retain(|(_, ticket)| *ticket != Ticket::WithSegment);
    }

    /// Whether records that will never be durable hold up the count.
    pub(super) fn is_stuck(&self) -> bool {
        self.waiting.front().is_some_and(|(_, ticket)| *ticket == Ticket::Never)
    }

    /// All records up to this number are durable, if `durable` entries of the archive are.
    pub(super) fn persisted(&mut self, durable: u64) -> u64 {
        if is_planted(Planted::AcknowledgeReceived) {
            return self.count;
        }
        let is_durable = |(_, ticket): &mut (u64, Ticket)| matches!(ticket, Ticket::Entries(entries) if *entries <= durable);
        while let Some((number, _)) = self.waiting.pop_front_if(is_durable) {
            self.persisted = number;
        }
        if self.waiting.is_empty() {
            self.persisted = self.count;
        }
        self.persisted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_persisted_in_order() {
        let mut acks = Acks::default();
        let numbers = [10, 12, 11].map(|entries| acks.received(Ticket::Entries(entries)));
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!([9, 10, 11, 12].map(|durable| acks.persisted(durable)), [0, 1, 1, 3]);
    }

    #[test]
    fn what_is_late_is_persisted_with_its_segment_or_counts_for_nothing() {
        let mut acks = Acks::default();
        acks.received(Ticket::WithSegment);
        acks.received(Ticket::Entries(5));
        assert_eq!(acks.persisted(100), 0, "its end is not there");
        acks.segment_ended(101);
        assert_eq!((acks.persisted(100), acks.persisted(101)), (0, 2));
        acks.received(Ticket::WithSegment);
        acks.segment_given_up();
        assert_eq!(acks.received(Ticket::Entries(102)), 4);
        assert_eq!(acks.persisted(102), 4);
    }

    #[test]
    fn what_the_archive_did_not_take_is_never_persisted() {
        let mut acks = Acks::default();
        acks.received(Ticket::Entries(1));
        acks.received(Ticket::Never);
        acks.received(Ticket::Entries(2));
        assert_eq!(acks.persisted(u64::MAX), 1);
        assert!(acks.is_stuck());
    }
}
