//! What waits at the station: the times of media that the agent recorded and that the centre does not have for good. So
//! the centre can tell what comes late from what was never recorded.

use std::fmt;

use ashkar_terms::{CameraId, MediaTime};
use serde::{Deserialize, Serialize};

use crate::path::{PREFIX, camera};
use crate::{BACKLOG_SPANS_MAX, BodyError, ParsePathError, TICKS_MAX};

/// Where it is put: `/in/v1/7/12/1/backlog`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BacklogPath {
    /// The camera.
    pub camera: CameraId,
}

impl fmt::Display for BacklogPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}/backlog", self.camera)
    }
}

impl BacklogPath {
    /// Reads a path and its query, which is empty.
    ///
    /// # Errors
    /// [`ParsePathError`] for everything that `Display` would not have written.
    pub fn parse(path: &str, query: &str) -> Result<Self, ParsePathError> {
        match camera(path) {
            Some((camera, "backlog")) if query.is_empty() => Ok(Self { camera }),
            _ => Err(ParsePathError),
        }
    }
}

/// The body: spans of media time, sorted, that neither overlap nor touch; none if nothing waits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Backlog {
    /// Each from its first tick to the first one after it.
    pub spans: Vec<(MediaTime, MediaTime)>,
}

impl Backlog {
    /// Reads the body.
    ///
    /// # Errors
    /// [`BodyError`] if it is not one, has more than [`BACKLOG_SPANS_MAX`] spans, or these are empty, reversed, out of
    /// range or not in order.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
        let backlog: Self = BodyError::read(bytes)?;
        let in_range = |time: MediaTime| time.0.unsigned_abs() <= TICKS_MAX.unsigned_abs();
        let whole = backlog.spans.iter().all(|&(from, to)| from < to && in_range(from) && in_range(to));
        let in_order = backlog.spans.is_sorted_by(|(_, before), (after, _)| before < after);
        let is_good = whole && in_order && backlog.spans.len() <= BACKLOG_SPANS_MAX;
        if is_good { Ok(backlog) } else { Err(BodyError::Value("spans")) }
    }

    /// The body.
    pub fn to_json(&self) -> Vec<u8> {
        BodyError::write(self)
    }

    /// All of `spans`, in any order; the nearest are joined until there are at most [`BACKLOG_SPANS_MAX`].
    pub fn of(spans: impl IntoIterator<Item = (MediaTime, MediaTime)>) -> Self {
        let mut spans: Vec<_> = spans.into_iter().filter(|(from, to)| from < to).collect();
        spans.sort_unstable();
        spans.dedup_by(|next, before| {
            let touches = next.0 <= before.1;
            if touches {
                before.1 = before.1.max(next.1);
            }
            touches
        });
        while spans.len() > BACKLOG_SPANS_MAX {
            let holes = spans.iter().zip(spans.iter().skip(1)).map(|((_, end), (begin, _))| begin.0 - end.0);
            let Some((nearest, _)) = holes.enumerate().min_by_key(|&(_, hole)| hole) else { break };
            let (_, end) = spans.remove(nearest + 1);
            if let Some(joined) = spans.get_mut(nearest) {
                joined.1 = end;
            }
        }
        Self { spans }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_path_has_one_spelling() {
        let path = BacklogPath { camera: CameraId::new(7, 12, 1) };
        assert_eq!(path.to_string(), "/in/v1/7/12/1/backlog");
        assert_eq!(BacklogPath::parse("/in/v1/7/12/1/backlog", ""), Ok(path));
        for (wrong, query) in [
            ("/in/v1/7/12/1/backlog", "as=live"),
            ("/in/v1/7/12/01/backlog", ""),
            ("/in/v1/7/12/1/backlog/", ""),
            ("/in/v1/7/12/backlog", ""),
            ("/in/v1/7/12/1/have", ""),
        ] {
            assert!(BacklogPath::parse(wrong, query).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_in_order_is_refused() {
        let read = |text: &str| Backlog::from_json(text.as_bytes());
        assert_eq!(read("{\"spans\":[]}").unwrap(), Backlog::default());
        assert_eq!(read("{\"spans\":[[0,5],[6,9]]}").unwrap().spans.len(), 2);
        let many = format!("{{\"spans\":[{}]}}", vec!["[0,1]"; 65].join(","));
        for wrong in [
            "{}",
            "{\"spans\":[[5,5]]}",
            "{\"spans\":[[0,5],[5,9]]}",
            "{\"spans\":[[0,9007199254740993]]}",
            &many,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_covers_all(
            spans in prop::collection::vec((0_i64..100_000, 0_i64..300), 0..200),
            noise in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let _ = Backlog::from_json(&noise);
            let all: Vec<_> = spans.iter().map(|&(from, length)| (MediaTime(from), MediaTime(from + length))).collect();
            let backlog = Backlog::of(all.iter().copied());
            prop_assert_eq!(&Backlog::from_json(&backlog.to_json()).unwrap(), &backlog);
            for (from, to) in all.into_iter().filter(|(from, to)| from < to) {
                prop_assert!(backlog.spans.iter().any(|span| span.0 <= from && to <= span.1));
            }
        }
    }
}
