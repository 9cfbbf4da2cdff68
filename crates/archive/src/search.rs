//! Finding a camera's records by time or number: from a run's marks to a journal, and from there on.

use std::sync::atomic::Ordering;

use ashkar_terms::{CameraId, MediaTime};

use crate::coverage::{Mark, Run};
use crate::error::ReadError;
use crate::format::{Header, Kind};
use crate::options::QUERY_RECORDS_MAX;
use crate::read::headers;
use crate::shared::Shared;

/// Number of guesses by proportion; if they do not come close, bisection does.
const GUESSES_MAX: u32 = 4;
/// Up to this many journals are read one by one rather than guessed at.
const WALKED_JOURNALS: u32 = 2;

/// Journals of a long span that are read at once.
const READ_AT_ONCE_MAX: usize = 128;
/// One helper thread for this many of them; fewer are read one by one.
const JOURNALS_A_HELPER: usize = 8;

/// A search key of a run. Both kinds increase along a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Time(MediaTime),
    Segment(u64),
}

impl Key {
    fn is_behind(self, segment: u64, start: MediaTime) -> bool {
        match self {
            Self::Time(time) => start > time,
            Self::Segment(number) => segment > number,
        }
    }

    /// The marks of a run between which it lies.
    fn marks(self, run: &Run) -> Option<(Mark, Mark)> {
        let behind = run.marks.partition_point(|mark| !self.is_behind(mark.segment, mark.start));
        let end = Mark {
            segment: run.last_segment.saturating_add(1),
            start: run.to,
            journal: run.last_journal.saturating_add(1),
        };
        let low = run.marks.get(behind.saturating_sub(1)).copied()?;
        Some((low, run.marks.get(behind).copied().unwrap_or(end)))
    }

    /// Its journal, if records are spread evenly.
    fn about(self, run: &Run) -> u32 {
        let Some((low, high)) = self.marks(run) else { return 0 };
        low.journal.saturating_add(self.share(&low, &high, high.journal.saturating_sub(low.journal)))
    }

    /// How far behind `low` it is, of the `distance` journals to `high`, if records are spread evenly.
    fn share(self, low: &Mark, high: &Mark, distance: u32) -> u32 {
        let (own, from, to): (i128, i128, i128) = match self {
            Self::Time(time) => (time.0.into(), low.start.0.into(), high.start.0.into()),
            Self::Segment(number) => (number.into(), low.segment.into(), high.segment.into()),
        };
        let (whole, part) = (to - from, own - from);
        let share = part.saturating_mul(distance.into()).checked_div(whole).unwrap_or_default();
        u32::try_from(share.clamp(0, distance.into())).unwrap_or(distance)
    }
}

/// Parts and ends of segments of a run, from the segment that contains `key` up to the first segment that is `beyond`,
/// which is near `end`.
pub(crate) fn walk(
    shared: &Shared,
    camera: CameraId,
    run: &Run,
    (key, end): (Key, Key),
    beyond: impl Fn(&Header) -> bool,
) -> Result<Vec<Header>, ReadError> {
    let mut found = Vec::new();
    let irregular = irregular(shared, camera);
    let mut journals = first_journal(shared, camera, run, key)?..=run.last_journal;
    let about_to = end.about(run);
    loop {
        let left = about_to.saturating_sub(*journals.start()) as usize;
        let at_once = if left < JOURNALS_A_HELPER { 1 } else { left.min(READ_AT_ONCE_MAX) };
        let next: Vec<u32> = journals.by_ref().take(at_once).collect();
        if next.is_empty() {
            return Ok(found);
        }
        for (journal, headers) in next.iter().zip(headers_of(shared, camera, &next)) {
            // Where numbers go back, what is wanted may come behind what is beyond.
            let is_regular = irregular.binary_search(journal).is_err();
            let beyond = |header: &Header| is_regular && beyond(header);
            if take_until(&mut found, headers?, run, key, &beyond) {
                return Ok(found);
            }
        }
        if found.len() > QUERY_RECORDS_MAX {
            return Err(ReadError::TooMany { camera });
        }
    }
}

/// Adds the parts and ends in `headers` that belong to the run; true once a segment is `beyond`.
fn take_until(
    found: &mut Vec<Header>,
    headers: Vec<Header>,
    run: &Run,
    key: Key,
    beyond: &impl Fn(&Header) -> bool,
) -> bool {
    let own =
        |header: &Header| matches!(header.kind, Kind::Part | Kind::SegmentEnd) && run.has(header.segment);
    for header in headers.into_iter().filter(own) {
        if header.kind == Kind::Part && header.part == 0 {
            if beyond(&header) {
                return true;
            }
            if !key.is_behind(header.segment, header.start) {
                // Unless it was repeated, everything before it belongs to earlier segments.
                found.retain(|earlier: &Header| earlier.segment >= header.segment);
            }
        }
        found.push(header);
    }
    false
}

/// Records of `camera` in each of `journals`. If there are many, several threads read at once: a disk has a high
/// latency, and answers many requests as quickly as one.
fn headers_of(shared: &Shared, camera: CameraId, journals: &[u32]) -> Vec<Result<Vec<Header>, ReadError>> {
    let read = |journals: &[u32]| -> Vec<_> {
        journals.iter().map(|journal| headers(shared, camera, *journal)).collect()
    };
    let wanted = journals.len() / JOURNALS_A_HELPER;
    let Some(helpers) = (wanted > 0).then(|| Helpers::take(shared, wanted)).flatten() else {
        return read(journals);
    };
    let share = journals.len().div_ceil(helpers.count + 1);
    let (own, others) = journals.split_at(share);
    std::thread::scope(|scope| {
        let others: Vec<_> = others.chunks(share).map(|share| scope.spawn(move || read(share))).collect();
        let mut all = read(own);
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}

/// Helper threads for reading, taken from the total allowed.
struct Helpers<'a> {
    shared: &'a Shared,
    count: usize,
}

impl<'a> Helpers<'a> {
    /// Some of `wanted`, if any are left.
    fn take(shared: &'a Shared, wanted: usize) -> Option<Self> {
        let mut count = 0;
        let left = shared.helpers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            count = wanted.min(left);
            (count > 0).then(|| left - count)
        });
        left.ok().map(|_| Self { shared, count })
    }
}

impl Drop for Helpers<'_> {
    fn drop(&mut self) {
        self.shared.helpers.fetch_add(self.count, Ordering::Relaxed);
    }
}

/// A journal close to, and not after, the beginning of the segment that contains `key`. Cameras send at an even rate,
/// so a guess by proportion is nearly always right, and costs a third of the files that bisection does.
fn first_journal(shared: &Shared, camera: CameraId, run: &Run, key: Key) -> Result<u32, ReadError> {
    let Some((mut low, mut high)) = key.marks(run) else { return Ok(0) };
    // In `low` a segment begins that is not behind `key`.
    for guesses in 0.. {
        let distance = high.journal.saturating_sub(low.journal);
        let ahead = if guesses < GUESSES_MAX { key.share(&low, &high, distance) } else { distance / 2 };
        if distance <= 1 || (guesses < GUESSES_MAX && ahead <= WALKED_JOURNALS) {
            break;
        }
        let middle = low.journal + ahead.saturating_sub(1).clamp(1, distance - 1);
        let Some(found) = nearest_beginning(shared, camera, run, low.journal, middle, high.journal)? else {
            break;
        };
        if key.is_behind(found.segment, found.start) {
            high = found;
        } else {
            low = found;
        }
    }
    Ok(low.journal)
}

fn irregular(shared: &Shared, camera: CameraId) -> Vec<u32> {
    let catalog = shared.catalog.read();
    catalog.cameras.get(&camera).map(|coverage| coverage.irregular.clone()).unwrap_or_default()
}

/// The first beginning of a segment in the journal nearest to `middle`, strictly between `low` and `high`.
fn nearest_beginning(
    shared: &Shared,
    camera: CameraId,
    run: &Run,
    low: u32,
    middle: u32,
    high: u32,
) -> Result<Option<Mark>, ReadError> {
    let irregular = irregular(shared, camera);
    let journals = (middle..high).chain((low + 1..middle).rev());
    for journal in journals.filter(|journal| irregular.binary_search(journal).is_err()) {
        let first = headers(shared, camera, journal)?
            .into_iter()
            .find(|header| header.kind == Kind::Part && header.part == 0 && run.has(header.segment));
        if let Some(header) = first {
            return Ok(Some(Mark { segment: header.segment, start: header.start, journal }));
        }
    }
    Ok(None)
}
