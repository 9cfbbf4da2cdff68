//! Invented days for tests.

use ashkar_election::HiddenWhy;
use ashkar_terms::{Cause, State, UtcMicros};
use proptest::prelude::*;

use crate::Entry;

/// A moment, in seconds of the day.
pub(super) fn at(second: i64) -> UtcMicros {
    UtcMicros(1_700_000_000_000_000 + second * 1_000_000)
}

/// A camera's day: entries that tile it, with lengths from a second to some minutes.
pub(super) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let state = prop::sample::select(vec![
        State::Live,
        State::Live,
        State::Late,
        State::Missing,
        State::Hidden,
        State::Due,
    ]);
    let cause = prop::option::of(prop::sample::select(vec![Cause::Unknown, Cause::Uplink, Cause::Power]));
    let entry = (prop_oneof![1..3i64, 1..700i64], state, cause);
    prop::collection::vec(entry, 0..20).prop_map(|drawn| {
        let mut second = 0;
        let tile = |(length, state, cause): (i64, State, Option<Cause>)| {
            let from = at(second);
            second += length;
            // Late with a cause is arriving.
            Entry {
                from,
                to: at(second),
                state,
                cause: cause.filter(|_| matches!(state, State::Missing | State::Late)),
                hidden: (state == State::Hidden).then_some(HiddenWhy::Other),
            }
        };
        drawn.into_iter().map(tile).collect()
    })
}

/// Some cameras' days.
pub(super) fn cameras() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    prop::collection::vec(entries(), 0..5)
}
