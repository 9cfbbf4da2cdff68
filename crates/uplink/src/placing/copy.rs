//! The copy of a record that stands where it happened. With the opposite offset it is the record again.

use ashkar_media::{Fact, Gap, MIN_GAP_TICKS, Output, Part, SegmentEnd, shift_part};
use ashkar_terms::{MediaTime, Moment};
use sha2::{Digest, Sha256};

use super::OFFSET_UNIT_US;
use crate::TICKS_MAX;

/// Ticks of one unit of an offset.
const UNIT_TICKS: i64 = 9;

fn ticks(offset_us: i64) -> i64 {
    offset_us / OFFSET_UNIT_US * UNIT_TICKS
}

fn time(at: MediaTime, offset_us: i64) -> Option<MediaTime> {
    let moved = at.0.checked_add(ticks(offset_us))?;
    (0..TICKS_MAX).contains(&moved).then_some(MediaTime(moved))
}

fn moment(at: Moment, offset_us: i64) -> Moment {
    Moment { wall: at.wall.plus(offset_us), ..at }
}

pub(super) fn part(part: &Part, offset_us: i64) -> Option<Part> {
    if offset_us == 0 {
        return Some(part.clone());
    }
    Some(Part {
        start: time(part.start, offset_us)?,
        bytes: shift_part(&part.bytes, ticks(offset_us))?,
        first_arrival: moment(part.first_arrival, offset_us),
        last_arrival: moment(part.last_arrival, offset_us),
        ..part.clone()
    })
}

/// `sha256` is that of the copies of its parts.
pub(super) fn end(end: &SegmentEnd, offset_us: i64, sha256: [u8; 32]) -> Option<SegmentEnd> {
    if offset_us == 0 {
        return Some(end.clone());
    }
    let last_arrival = moment(end.last_arrival, offset_us);
    Some(SegmentEnd { start: time(end.start, offset_us)?, sha256, last_arrival, ..end.clone() })
}

/// None if nothing is left of it: a gap of the length of a step of the clock.
pub(super) fn gap(gap: &Gap, before_us: i64, after_us: i64) -> Option<Gap> {
    if (before_us, after_us) == (0, 0) {
        return Some(*gap);
    }
    // A clock that went back: its end is no time, but the least that a gap lasts.
    let is_formal = gap.to.is_some_and(|to| to.since(gap.from) <= MIN_GAP_TICKS);
    if before_us != after_us && is_formal {
        return None;
    }
    let from = time(gap.from, before_us)?;
    let to = match gap.to {
        Some(to) => Some(time(to, after_us)?),
        None => None,
    };
    let is_one = to.is_none_or(|to| to.since(from) >= MIN_GAP_TICKS);
    is_one.then_some(Gap { from, to, ..*gap })
}

pub(super) fn fact(fact: &Fact, offset_us: i64) -> Option<Fact> {
    let wall = fact.at.wall.0.checked_add(offset_us)?;
    (wall >= 0 || offset_us == 0).then(|| Fact { at: moment(fact.at, offset_us), kind: fact.kind.clone() })
}

/// A whole segment, with the hash of its copy in its end. Gaps and facts beside it are left out: they have their own way.
pub(super) fn segment(outputs: Vec<Output>, offset_us: i64) -> Option<Vec<Output>> {
    let mut sha256 = Sha256::new();
    let mut copies = Vec::with_capacity(outputs.len());
    for output in outputs {
        copies.push(match output {
            Output::Init(_) => output,
            Output::Part(recorded) => {
                let copy = part(&recorded, offset_us)?;
                sha256.update(&copy.bytes);
                Output::Part(copy)
            }
            Output::SegmentEnd(recorded) => {
                Output::SegmentEnd(end(&recorded, offset_us, sha256.clone().finalize().into())?)
            }
            Output::Gap(_) | Output::Fact(_) => continue,
        });
    }
    Some(copies)
}
