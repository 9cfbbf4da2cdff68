//! What is true of a station, from everything that was recorded of it, worked out slowly and in another way than the
//! product: nothing is kept in order or remembered, each question reads all records again.

use ashkar_election::{Entry, Fact, Item, Met, Stage};
use jiff::civil::Date;

const DAY_US: i64 = 86_400_000_000;

/// A mistake that is made on purpose, to see that the comparison notices it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// The record that came last counts, whenever it was found.
    OrderOfArrival,
    /// A withdrawal is forgotten.
    NoWithdrawal,
    /// A line counts without figures.
    NoFigures,
    /// A stage counts although one before it is open.
    OutOfOrder,
}

/// One station.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    pub records: Vec<Entry>,
    /// Each of its cameras: whether it is enabled, installed, and approved.
    pub cameras: Vec<(bool, bool, bool)>,
    pub planted: Option<Planted>,
}

impl Truth {
    /// The time that counts for a record.
    fn time(&self, record: &Entry) -> i64 {
        let (found, came) = (record.found_at.0, record.came_at.0);
        match () {
            () if self.planted == Some(Planted::OrderOfArrival) => came,
            () if found > came => came,
            () if found < came - 30 * DAY_US => came - 30 * DAY_US,
            () => found,
        }
    }

    /// The record among those that `pick` picks which nothing later overrules.
    fn newest<T>(&self, pick: impl Fn(&Fact) -> Option<T>) -> Option<T> {
        let mut best: Option<((i64, i64), T)> = None;
        for record in &self.records {
            let place = (self.time(record), record.number);
            if let Some(picked) = pick(&record.fact)
                && best.as_ref().is_none_or(|(before, _)| place > *before)
            {
                best = Some((place, picked));
            }
        }
        best.map(|(_, picked)| picked)
    }

    /// The answer to an item, and whether it has figures.
    pub fn answer(&self, wanted: Item) -> Option<(Met, bool)> {
        self.newest(|fact| match fact {
            Fact::Finding { item, met, measured, .. } if *item == wanted => Some((*met, measured.is_some())),
            _ => None,
        })
    }

    fn is_met(&self, item: Item) -> bool {
        let without = item != Item::Line || self.planted == Some(Planted::NoFigures);
        self.answer(item).is_some_and(|(met, figures)| met == Met::Yes && (figures || without))
    }

    /// Whether it is accepted, and whether an acceptance was withdrawn last.
    fn acceptance(&self) -> (bool, bool) {
        let withdrawn = |record: &&Entry| matches!(record.fact, Fact::AcceptanceWithdrawn { .. });
        let last =
            self.records.iter().filter(withdrawn).map(|record| (record.came_at.0, record.number)).max();
        let last = last.filter(|_| self.planted != Some(Planted::NoWithdrawal));
        let accepted = self.records.iter().any(|record| {
            matches!(record.fact, Fact::Acceptance { .. })
                && last.is_none_or(|last| (self.time(record), record.number) > last)
        });
        (accepted, !accepted && last.is_some())
    }

    /// Whether the newest test went well; nothing without one.
    fn test(&self) -> Option<bool> {
        self.newest(|fact| match fact {
            Fact::SelfTest { room, box_and_tables, no_booth, .. } => {
                Some(*room && *box_and_tables && *no_booth)
            }
            Fact::Rehearsal { passed, .. } => Some(*passed),
            _ => None,
        })
    }

    pub fn is_untested(&self) -> bool {
        self.test().is_none()
    }

    /// Whether the chair has answered, and whether with three times yes.
    pub fn self_test(&self) -> (bool, bool) {
        let newest = self.newest(|fact| match fact {
            Fact::SelfTest { room, box_and_tables, no_booth, .. } => {
                Some(*room && *box_and_tables && *no_booth)
            }
            _ => None,
        });
        (newest.is_some(), newest == Some(true))
    }

    fn fulfils(&self, stage: Stage) -> bool {
        let mut on = self.cameras.iter().filter(|(enabled, ..)| *enabled);
        match stage {
            Stage::Chosen => on.next().is_some(),
            Stage::Surveyed => {
                Item::ALL.iter().all(|item| self.answer(*item).is_some_and(|(met, _)| met != Met::Unknown))
            }
            Stage::ConditionsMet => Item::ALL.iter().all(|item| self.is_met(*item)),
            Stage::Installed => on.all(|(_, installed, _)| *installed),
            Stage::Accepted => self.acceptance().0,
            Stage::Rehearsed => self.test() == Some(true),
            Stage::Public => on.all(|(.., approved)| *approved),
        }
    }

    pub fn stage(&self) -> Option<Stage> {
        if self.planted == Some(Planted::OutOfOrder) {
            return Stage::ALL.into_iter().rev().find(|stage| self.fulfils(*stage));
        }
        let open = Stage::ALL.into_iter().position(|stage| !self.fulfils(stage)).unwrap_or(Stage::ALL.len());
        open.checked_sub(1).map(|last| Stage::ALL[last])
    }

    /// Whether what blocks the next stage was recorded as failing.
    pub fn is_blocked(&self) -> bool {
        let next = Stage::ALL.into_iter().find(|stage| !self.fulfils(*stage));
        match next {
            Some(Stage::Chosen) => true,
            Some(Stage::ConditionsMet) => {
                Item::ALL.iter().any(|item| self.answer(*item).is_some_and(|(met, _)| met == Met::No))
            }
            Some(Stage::Accepted) => self.acceptance().1,
            Some(Stage::Rehearsed) => self.test() == Some(false),
            _ => false,
        }
    }

    /// The stages that are overdue on `today`.
    pub fn late(&self, today: Date) -> Vec<Stage> {
        let due = |wanted: Stage| {
            // What came last counts: dates are set at a desk.
            let mut due = None;
            for record in &self.records {
                if let Fact::Due { stage, due: date, .. } = &record.fact
                    && *stage == wanted
                {
                    due = *date;
                }
            }
            due
        };
        let reached = self.stage();
        let open = Stage::ALL.into_iter().filter(|stage| reached.is_none_or(|reached| *stage > reached));
        open.filter(|stage| due(*stage).is_some_and(|due| due < today)).collect()
    }
}
