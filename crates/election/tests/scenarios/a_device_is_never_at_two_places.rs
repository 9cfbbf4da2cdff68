//! Devices in stock and custody: whatever is asked, each device is at one place, where the last movement that was possible
//! brought it; impossible ones are refused and change nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::collections::BTreeMap;

use ashkar_election::{
    Entry, EntryId, Fact, Holder, NewEntry, Programme, ProgrammeError, ProgrammeStore, Refusal, Serial,
    StationId,
};
use ashkar_terms::UtcMicros;
use proptest::prelude::*;

use crate::common::{by, store_with_list};

fn serial(number: u8) -> Serial {
    format!("sn-{number}").parse().unwrap()
}

fn holder(number: u8) -> Holder {
    match number {
        0 => Holder::Stock,
        1 | 2 => Holder::Station(StationId::new(7, 11 + u16::from(number))),
        _ => Holder::Person(format!("Rauf {number}")),
    }
}

fn added(number: u8) -> Fact {
    Fact::StockAdded { serial: serial(number), kind: "camera".into(), note: String::new() }
}

fn handed(number: u8, from: u8, to: u8) -> Fact {
    Fact::HandedOver { serial: serial(number), from: holder(from), to: holder(to), note: String::new() }
}

fn returned(number: u8, from: u8) -> Fact {
    Fact::Returned { serial: serial(number), from: holder(from), note: String::new() }
}

/// The book as a child would keep it: a place for each device.
#[derive(Default)]
struct Places(BTreeMap<u8, (u8, bool)>);

impl Places {
    /// Whether the movement is possible; then it is made. 0 is the stock.
    fn make(&mut self, number: u8, act: u8, from: u8, to: u8) -> bool {
        let place = self.0.get(&number).copied();
        let next = match (act, place) {
            (0, None) => (0, true),
            (1, Some((at, wiped))) if at == from && to != 0 && to != from => {
                (to, wiped && !(1..3).contains(&to))
            }
            (2, Some((at, wiped))) if at == from && at != 0 => (0, wiped),
            (3, Some((at, _))) => (at, true),
            _ => return false,
        };
        self.0.insert(number, next);
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_device_is_where_the_last_possible_movement_brought_it(
        moves in proptest::collection::vec((0..3_u8, 0..4_u8, 0..5_u8, 0..5_u8), 0..60),
    ) {
        let (mut programme, mut places) = (Programme::default(), Places::default());
        for (number, (device, act, from, to)) in (1..).zip(moves) {
            let fact = match act {
                0 => added(device),
                1 => handed(device, from, to),
                2 => returned(device, from),
                _ => Fact::Wiped { serial: serial(device), note: String::new() },
            };
            let before = programme.stock().clone();
            let taken = programme.check(&fact);
            prop_assert_eq!(taken.is_ok(), places.make(device, act, from, to), "{:?}: {:?}", fact, taken);
            if taken.is_ok() {
                let new = NewEntry { id: EntryId::from_bytes([device; 16]), found_at: None, fact };
                programme.apply(&Entry::new(number, new, UtcMicros(number), "test"));
            } else {
                prop_assert_eq!(programme.stock(), &before);
            }
            for (device, (at, wiped)) in &places.0 {
                let item = &programme.stock()[&serial(*device)];
                prop_assert_eq!((&item.holder, item.wiped), (&holder(*at), *wiped));
                let last = item.movements.iter().rev().find_map(|movement| movement.to.clone());
                prop_assert_eq!(last.unwrap_or(Holder::Stock), holder(*at));
            }
            prop_assert_eq!(programme.stock().len(), places.0.len());
        }
    }
}

#[tokio::test]
async fn two_people_cannot_hand_over_one_device() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let record = async |fact: Fact| store.record(&NewEntry::now(fact).unwrap(), &by("desk:rauf")).await;
    let refused = async |fact: Fact| match record(fact).await {
        Err(ProgrammeError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(handed(1, 0, 1)).await, Refusal::NoDevice(serial(1)));
    record(added(1)).await.unwrap();
    assert_eq!(refused(added(1)).await, Refusal::DeviceExists(serial(1)));
    assert_eq!(refused(returned(1, 0)).await, Refusal::StockToStock(serial(1)));
    assert_eq!(refused(handed(1, 3, 0)).await, Refusal::StockToStock(serial(1)));
    let (one, other) = tokio::join!(record(handed(1, 0, 1)), record(handed(1, 0, 2)));
    assert!(one.is_ok() != other.is_ok(), "one of two at the same time: {one:?} {other:?}");
    let programme = store.programme().await.unwrap();
    let item = &programme.stock()[&serial(1)];
    let Holder::Station(station) = item.holder else { panic!("{item:?}") };
    assert_eq!((item.movements.len(), item.wiped), (1, false));
    assert_eq!(
        refused(handed(1, 4, 3)).await.to_string(),
        format!("device SN-1 is not with person:Rauf 4: station:{station} has it")
    );
    let spare = |station| Fact::Spare { serial: serial(1), station };
    assert_eq!(
        refused(spare(Some(StationId::new(8, 1)))).await,
        Refusal::InUse { serial: serial(1), station }
    );
    record(Fact::Returned { serial: serial(1), from: item.holder.clone(), note: String::new() })
        .await
        .unwrap();
    record(spare(Some(StationId::new(8, 1)))).await.unwrap();
    let programme = store.programme().await.unwrap();
    let item = &programme.stock()[&serial(1)];
    assert_eq!((item.spare_for, item.wiped), (Some(StationId::new(8, 1)), false));
    record(handed(1, 0, 1)).await.unwrap();
    assert_eq!(store.programme().await.unwrap().stock()[&serial(1)].spare_for, None, "it is in use");
    let unknown = record(Fact::Spare { serial: serial(1), station: Some(StationId::new(99, 1)) }).await;
    assert!(unknown.is_err());
}

#[test]
fn serials_and_holders_have_one_form() {
    assert_eq!(" sn-1 ".parse::<Serial>().unwrap().to_string(), "SN-1");
    for wrong in ["", "a b", "ə", &"x".repeat(65)] {
        assert_eq!(wrong.parse::<Serial>(), Err(Refusal::Serial), "{wrong}");
    }
    for text in ["stock", "station:7/12", "person:Rauf Əliyev"] {
        assert_eq!(text.parse::<Holder>().unwrap().to_string(), text);
    }
    for wrong in ["", "Rauf", "station:7", "person:", "person:a\u{202e}b", "stock:1"] {
        assert!(wrong.parse::<Holder>().is_err(), "{wrong}");
    }
}
