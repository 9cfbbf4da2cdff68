//! The stretches of the day that deserve a sentence.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ashkar_election::{HiddenWhy, StationId};
use ashkar_terms::{CameraId, Cause, State, UtcMicros};

use super::badness;
use super::minutes::rounded_up;
use crate::Entry;

/// Maximum number of them.
const MAX_NOTES: usize = 5;

/// A stretch in which cameras of one constituency were missing, late or hidden, one after the other without a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its constituency.
    pub constituency: u16,
    /// When the first hole began.
    pub from: UtcMicros,
    /// When the last one ended, or now.
    pub to: UtcMicros,
    /// Missing, late or hidden.
    pub state: State,
    /// Whether it is late and not there yet.
    pub is_arriving: bool,
    /// Its cause, if a single cause is known for all of it.
    pub cause: Option<Cause>,
    /// Why it is hidden, if all of it is for one reason.
    pub hidden: Option<HiddenWhy>,
    /// Stations with a hole in it.
    pub stations: usize,
    /// Its camera-minutes, rounded up for each camera.
    pub minutes: u64,
}

/// An interval of a camera that was not live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hole {
    /// Its camera.
    camera: CameraId,
    /// Late, missing or hidden.
    entry: Entry,
}

/// The holes among a camera's `entries`.
pub(super) fn holes(camera: CameraId, entries: &[Entry]) -> impl Iterator<Item = Hole> {
    let is_hole = |entry: &&Entry| badness(entry.state) > badness(State::Live);
    entries.iter().filter(is_hole).map(move |&entry| Hole { camera, entry })
}

/// The worst stretches, most camera time first. Holes of one constituency and state that overlap or touch are one.
pub(super) fn notes(mut holes: Vec<Hole>) -> Vec<Note> {
    holes.sort_unstable_by_key(|hole| (kind(hole), hole.entry.from, hole.camera));
    let mut stretches: Vec<&[Hole]> = stretches(&holes).collect();
    stretches.sort_by_key(|stretch| Reverse(lost_us(stretch)));
    stretches.iter().take(MAX_NOTES).filter_map(|stretch| note(stretch)).collect()
}

/// The cause shared by all; `None` if there are several, or if it is not known.
pub(super) fn shared_cause(mut causes: impl Iterator<Item = Option<Cause>>) -> Option<Cause> {
    let first = causes.next().flatten()?;
    (first != Cause::Unknown && causes.all(|cause| cause == Some(first))).then_some(first)
}

fn kind(hole: &Hole) -> (u16, State, bool) {
    (hole.camera.constituency, hole.entry.state, hole.entry.is_arriving())
}

/// Splits holes, sorted by kind and start, wherever one begins after all before it have ended.
fn stretches(holes: &[Hole]) -> impl Iterator<Item = &[Hole]> {
    let mut end: Option<UtcMicros> = None;
    holes.chunk_by(move |hole, next| {
        let until = end.map_or(hole.entry.to, |end| end.max(hole.entry.to));
        let goes_on = kind(hole) == kind(next) && next.entry.from <= until;
        end = goes_on.then_some(until);
        goes_on
    })
}

fn lost_us(stretch: &[Hole]) -> i64 {
    super::minutes::lengths(stretch.iter().map(|hole| &hole.entry))
}

fn note(stretch: &[Hole]) -> Option<Note> {
    let first = stretch.first()?;
    let mut lost: BTreeMap<CameraId, i64> = BTreeMap::new();
    for hole in stretch {
        *lost.entry(hole.camera).or_default() += hole.entry.to.since(hole.entry.from);
    }
    let stations: BTreeSet<StationId> = lost.keys().map(|camera| StationId::from(*camera)).collect();
    Some(Note {
        constituency: first.camera.constituency,
        from: first.entry.from,
        to: stretch.iter().map(|hole| hole.entry.to).max()?,
        state: first.entry.state,
        is_arriving: first.entry.is_arriving(),
        cause: shared_cause(stretch.iter().map(|hole| hole.entry.cause)),
        hidden: first.entry.hidden.filter(|why| stretch.iter().all(|hole| hole.entry.hidden == Some(*why))),
        stations: stations.len(),
        minutes: lost.values().copied().map(rounded_up).sum(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::day::test_days::{at, cameras};

    fn hole(constituency: u16, station: u16, from: i64, to: i64, cause: Cause) -> Hole {
        let entry =
            Entry { from: at(from), to: at(to), state: State::Missing, cause: Some(cause), hidden: None };
        Hole { camera: CameraId::new(constituency, station, 1), entry }
    }

    #[test]
    fn overlapping_holes_of_a_constituency_are_one_note() {
        let told = notes(vec![
            hole(7, 1, 0, 600, Cause::Power),
            hole(7, 2, 300, 900, Cause::Power),
            // Begins when no other camera of 7 is missing any more.
            hole(7, 3, 901, 961, Cause::Uplink),
            hole(88, 1, 0, 600, Cause::Power),
            hole(88, 1, 600, 630, Cause::Centre),
        ]);
        let brief: Vec<_> = told
            .iter()
            .map(|note| {
                let seconds = |at: UtcMicros| at.since(super::super::test_days::at(0)) / 1_000_000;
                (
                    note.constituency,
                    seconds(note.from),
                    seconds(note.to),
                    note.cause,
                    note.stations,
                    note.minutes,
                )
            })
            .collect();
        assert_eq!(
            brief,
            [
                (7, 0, 900, Some(Cause::Power), 2, 20),
                (88, 0, 630, None, 1, 11),
                (7, 901, 961, Some(Cause::Uplink), 1, 1)
            ]
        );
    }

    #[test]
    fn a_long_hole_holds_those_together_that_lie_in_it() {
        let told = notes(vec![
            hole(7, 1, 0, 1000, Cause::Power),
            hole(7, 2, 10, 20, Cause::Power),
            hole(7, 3, 900, 950, Cause::Unknown),
        ]);
        assert_eq!((told.len(), told[0].stations, told[0].cause), (1, 3, None));
    }

    #[test]
    fn the_worst_five_are_told() {
        let many = (1..=9).map(|number| hole(number, 1, 0, i64::from(number) * 60, Cause::Power));
        let told: Vec<_> = notes(many.collect()).iter().map(|note| note.constituency).collect();
        assert_eq!(told, [9, 8, 7, 6, 5]);
    }

    proptest! {
        #[test]
        fn stretches_neither_overlap_nor_lose_a_hole(cameras in cameras()) {
            let ids = (1..).map(|number| CameraId::new(number % 2 + 1, number, 1));
            let mut all: Vec<Hole> =
                ids.zip(&cameras).flat_map(|(id, entries)| holes(id, entries).collect::<Vec<_>>()).collect();
            all.sort_unstable_by_key(|hole| (kind(hole), hole.entry.from, hole.camera));
            let told: Vec<Note> = stretches(&all).filter_map(note).collect();
            for pair in told.windows(2) {
                let kind = |note: &Note| (note.constituency, note.state, note.is_arriving);
                let same = kind(&pair[0]) == kind(&pair[1]);
                prop_assert!(!same || pair[0].to < pair[1].from);
            }
            for hole in &all {
                let holding = told.iter().filter(|note| {
                    (note.constituency, note.state, note.is_arriving) == kind(hole)
                        && note.from <= hole.entry.from
                        && hole.entry.to <= note.to
                });
                prop_assert_eq!(holding.count(), 1);
            }
            let us: i64 = lost_us(&all);
            prop_assert!(told.iter().map(|note| note.minutes).sum::<u64>() >= rounded_up(us));
        }
    }
}
