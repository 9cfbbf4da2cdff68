//! Sets of segment numbers against a naive model, and the state file that holds them.

use std::collections::BTreeSet;
use std::ops::Range;

use ashkar_uplink::sender::{LEDGER_BYTES_MAX, RANGES_MAX, RangeSet};
use ashkar_uplink::{BodyError, Ledger, RecordingId};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Change {
    Insert(Range<u64>),
    Remove(Range<u64>),
    InsertOne(u64),
    RemoveOne(u64),
}

fn change() -> impl Strategy<Value = Change> {
    let range = || (0_u64..40, 0_u64..10).prop_map(|(from, length)| from..from + length);
    prop_oneof![
        range().prop_map(Change::Insert),
        range().prop_map(Change::Remove),
        (0_u64..50).prop_map(Change::InsertOne),
        (0_u64..50).prop_map(Change::RemoveOne),
    ]
}

proptest! {
    #[test]
    fn sets_are_what_a_naive_set_is(changes in prop::collection::vec(change(), 0..40)) {
        let (mut set, mut naive) = (RangeSet::default(), BTreeSet::new());
        for change in changes {
            match change {
                Change::Insert(range) => {
                    set.insert_range(range.clone());
                    naive.extend(range);
                }
                Change::Remove(range) => {
                    set.remove_range(&range);
                    naive.retain(|number| !range.contains(number));
                }
                Change::InsertOne(number) => {
                    set.insert(number);
                    naive.insert(number);
                }
                Change::RemoveOne(number) => {
                    set.remove(number);
                    naive.remove(&number);
                }
            }
            prop_assert_eq!(set.ranges().flatten().collect::<BTreeSet<u64>>(), naive.clone());
            prop_assert_eq!(set.count(), naive.len() as u64);
            prop_assert_eq!(set.first(), naive.first().copied());
            prop_assert_eq!(set.is_empty(), naive.is_empty());
            prop_assert!((0..60).all(|number| set.contains(number) == naive.contains(&number)));
            let ranges: Vec<_> = set.ranges().collect();
            prop_assert!(ranges.windows(2).all(|two| two[0].end < two[1].start), "{:?}", ranges);
            let json = serde_json::to_string(&set).unwrap();
            prop_assert_eq!(serde_json::from_str::<RangeSet>(&json).unwrap(), set.clone());
        }
    }
}

#[test]
fn what_is_no_set_is_refused() {
    let many: Vec<(u64, u64)> = (0..=RANGES_MAX as u64).map(|at| (2 * at, 2 * at + 1)).collect();
    let many = serde_json::to_string(&many).unwrap();
    for wrong in ["[[1,1]]", "[[2,1]]", "[[1,2],[2,3]]", "[[5,6],[1,2]]", "[[1,3],[2,4]]", "[[-1,2]]", &*many]
    {
        assert!(serde_json::from_str::<RangeSet>(wrong).is_err(), "{wrong:.40}");
    }
}

#[test]
fn the_state_file() {
    let recording = RecordingId(0x0f3a_9c21);
    let empty = Ledger::new(recording);
    let json = empty.to_json();
    assert_eq!(
        std::str::from_utf8(&json).unwrap(),
        r#"{"version":1,"recording":"0f3a9c21","centre":null,"cameras":{}}"#
    );
    assert_eq!(Ledger::from_json(&json, recording).unwrap(), empty);
    // This stays readable for ever.
    let file = br#"{"version":1,"recording":"0f3a9c21","centre":"00000002","cameras":{"7/12/1":[[100,104],[106,200]]}}"#;
    let ledger = Ledger::from_json(file, recording).unwrap();
    let camera = "7/12/1".parse().unwrap();
    assert_eq!(ledger.persisted(camera).collect::<Vec<_>>(), [100..104, 106..200]);
    assert!(ledger.is_persisted(camera, 103) && !ledger.is_persisted(camera, 104));
    assert_eq!(ledger.recording(), recording);
    assert_eq!(ledger.to_json(), file);

    let wrong = |from: &str, to: &str| {
        let text = std::str::from_utf8(file).unwrap().replace(from, to);
        Ledger::from_json(text.as_bytes(), recording).unwrap_err()
    };
    assert!(matches!(wrong("\"version\":1", "\"version\":2"), BodyError::Value("version")));
    assert!(matches!(wrong("0f3a9c21", "0f3a9c22"), BodyError::Value("recording")));
    assert!(matches!(wrong("104", "107"), BodyError::Json(_)));
    assert!(matches!(wrong("7/12/1", "7/12/0"), BodyError::Json(_)));
    let long = vec![b' '; LEDGER_BYTES_MAX + 1];
    assert!(matches!(Ledger::from_json(&long, recording), Err(BodyError::Long(_))));
}
