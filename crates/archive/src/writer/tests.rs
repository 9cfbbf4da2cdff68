use std::collections::{HashMap, VecDeque};
use std::io;
use std::time::Duration;

use ashkar_media::{Fact, FactKind};
use ashkar_terms::{CameraId, ClockState, Moment, UtcMicros};

use super::engine::{Event, Reply, Request, WriterEngine};
use crate::append_queue::{Batch, Demand, Entry};
use crate::disk::call::{Answer, Call};
use crate::now::Now;
use crate::options::{Options, RETRY_LONGEST_MS};

const DEMAND: Demand = Demand { is_empty: false, waiting_bytes: 100, flush_wanted: false, closing: false };

fn now(elapsed_ms: u64) -> Now {
    let moment = Moment { wall: UtcMicros(1_707_291_000_000_000), mono_us: elapsed_ms * 1000 };
    Now { elapsed: Duration::from_millis(elapsed_ms), moment, clock: ClockState::Unknown }
}

fn engine() -> WriterEngine {
    WriterEngine::new(Options::default(), *b"0123abcd", [0; 16], 1, HashMap::new())
}

fn batch(entries: u64) -> Batch {
    let moment = now(0).moment;
    let fact =
        || Entry::Fact(CameraId::new(7, 12, 1), Fact { at: moment, kind: FactKind::ParametersChanged });
    Batch {
        entries: (0..entries).map(|_| fact()).collect::<VecDeque<_>>(),
        undurable_entries: 1,
        undurable_bytes: 100,
        full: false,
        closing: false,
    }
}

/// Runs a cycle; `fails` decides for each call whether it fails. Returns the events.
fn cycle(engine: &mut WriterEngine, at: &Now, entries: u64, fails: impl Fn(&Call<'_>) -> bool) -> Vec<Event> {
    let mut events = Vec::new();
    engine.begin(at, batch(entries));
    loop {
        events.extend(std::iter::from_fn(|| engine.event()));
        let reply = match engine.request() {
            None => return events,
            Some(Request::Salt) => Reply::Salt(Ok(7)),
            Some(Request::Disk(call)) if fails(&call) => Reply::Disk(Err(io::Error::other("the disk"))),
            Some(Request::Disk(_)) => Reply::Disk(Ok(Answer::Done)),
            Some(request) => panic!("{request:?}"),
        };
        engine.answer(at, reply);
    }
}

const fn is_sync(call: &Call<'_>) -> bool {
    matches!(call, Call::Sync)
}

#[test]
fn what_is_acknowledged_is_published_before() {
    let events = cycle(&mut engine(), &now(0), 1, |_| false);
    let [Event::Began { .. }, Event::Published { records, .. }, Event::Durable { entries: 1, bytes: 100 }] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(records.len(), 3, "whose journal it is, the fact, the commit");
}

#[test]
fn a_journal_that_failed_is_held_back_until_everything_is_durable_elsewhere() {
    let mut engine = engine();
    let events = cycle(&mut engine, &now(0), 1, is_sync);
    let [
        Event::Began { .. },
        Event::Retired { journal: 1, cut_to: None, held_back: true },
        Event::Failed { journal: 1, .. },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    let events = cycle(&mut engine, &now(100), 0, |_| false);
    let [Event::Began { name, .. }, Event::Published { records, .. }, Event::Durable { .. }] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((name.number, records.len()), (2, 3), "the fact is written again");
}

#[test]
fn pauses_between_attempts_double_up_to_the_longest() {
    let mut engine = engine();
    let mut at = 0;
    let mut pauses = Vec::new();
    for attempt in 0..9 {
        cycle(&mut engine, &now(at), u64::from(attempt == 0), is_sync);
        let due = engine.due(&Demand { is_empty: true, ..DEMAND }).expect("it is tried again");
        let due = u64::try_from(due.as_millis()).expect("soon");
        pauses.push(due - at);
        at = due;
    }
    assert_eq!(
        pauses,
        [100, 200, 400, 800, 1600, 3200, RETRY_LONGEST_MS, RETRY_LONGEST_MS, RETRY_LONGEST_MS]
    );
    cycle(&mut engine, &now(at), 0, |_| false);
    assert_eq!(engine.due(&Demand { is_empty: true, ..DEMAND }), None, "nothing waits");
}

#[test]
fn a_cycle_is_due_an_interval_after_the_last_or_at_once_for_who_waits() {
    let mut engine = engine();
    assert_eq!(engine.due(&DEMAND), Some(Duration::ZERO), "the first");
    cycle(&mut engine, &now(1000), 1, |_| false);
    assert_eq!(engine.due(&DEMAND), Some(Duration::from_millis(1100)));
    assert_eq!(engine.due(&Demand { flush_wanted: true, ..DEMAND }), Some(Duration::ZERO));
    assert_eq!(engine.due(&Demand { waiting_bytes: 32 << 20, ..DEMAND }), Some(Duration::ZERO));
}

/// Failed journals stay as they are. They reserve little, until a sync succeeds.
#[test]
fn an_hour_of_failing_syncs_reserves_little() {
    use std::cell::Cell;
    let mut engine = engine();
    let reserved = Cell::new(0);
    let reserves = |call: &Call<'_>| {
        if let Call::Reserve(bytes) = call {
            reserved.set(reserved.get() + bytes);
        }
    };
    let mut at = now(0);
    for attempt in 0..720 {
        cycle(&mut engine, &at, u64::from(attempt == 0), |call| {
            reserves(call);
            is_sync(call)
        });
        at = now(attempt * RETRY_LONGEST_MS);
    }
    let usual = u64::from(Options::default().journal_bytes);
    assert!(reserved.get() < usual + (720 << 20), "{} MB", reserved.get() >> 20);
    for expected in [1 << 20, 0] {
        reserved.set(0);
        cycle(&mut engine, &at, 1, |call| {
            reserves(call);
            false
        });
        assert_eq!(reserved.get(), expected, "the journal of the attempt that succeeds, which is used on");
    }
}
