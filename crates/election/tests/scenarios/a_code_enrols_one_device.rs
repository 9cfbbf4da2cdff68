//! A code is good once, for one device and for a time; the device may then send its camera until it is revoked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{by, store_with_list};
use ashkar_election::{Actor, DeviceError, NewCamera, NewDevice, SqliteStore, Store, StoreError};
use ashkar_terms::{Blame, CameraId};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const OTHER: CameraId = CameraId::new(7, 13, 2);
const CODE: [u8; 32] = [0xc1; 32];
const SECOND: [u8; 32] = [0xc2; 32];
const THIRD: [u8; 32] = [0xc3; 32];
const FOURTH: [u8; 32] = [0xc4; 32];
const HOUR_US: i64 = 3_600_000_000;

/// `hours` after the codes are issued.
fn after(hours: i64) -> Actor {
    Actor::new("device", by("").at.plus(hours * HOUR_US))
}

fn device(number: u8) -> NewDevice {
    NewDevice { id: format!("{number:016x}"), public_key: [number; 32], name: format!("box {number}") }
}

/// A code that is good for three hours.
async fn issue(store: &SqliteStore, camera: CameraId, code: [u8; 32]) {
    store.issue_enrolment(camera, code, after(3).at, &by("cli:aysel")).await.unwrap();
}

async fn enrol(
    store: &SqliteStore,
    code: [u8; 32],
    number: u8,
    hours: i64,
) -> Result<Vec<CameraId>, StoreError> {
    store.enrol_device(code, &device(number), &after(hours)).await
}

/// Whether the device may send the camera.
async fn may_send(store: &SqliteStore, camera: CameraId, number: u8) -> bool {
    let snapshot = store.snapshot().await.unwrap();
    snapshot.device(camera, &device(number).id).is_some_and(|known| known.public_key == [number; 32])
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    issue(&store, CAMERA, CODE).await;
    assert!(matches!(enrol(&store, SECOND, 1, 1).await, Err(StoreError::CodeUnknown)));
    let expired = enrol(&store, CODE, 1, 3).await.unwrap_err();
    assert_eq!(
        expired.to_string(),
        "this code of camera 7/12/1 has expired; `ashkar camera enrol 7/12/1` makes a new one"
    );
    assert!(!may_send(&store, CAMERA, 1).await);
    assert_eq!(enrol(&store, CODE, 1, 2).await.unwrap(), [CAMERA]);
    assert!(may_send(&store, CAMERA, 1).await && !may_send(&store, OTHER, 1).await);
    let used = enrol(&store, CODE, 2, 2).await.unwrap_err();
    assert!(matches!(used, StoreError::CodeUsed(CAMERA)) && used.blame() == Blame::Station, "{used}");
    assert!(!may_send(&store, CAMERA, 2).await);
}

#[tokio::test]
async fn a_lost_answer_is_given_again_while_the_code_is_good() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    issue(&store, CAMERA, CODE).await;
    let first = enrol(&store, CODE, 1, 1).await.unwrap();
    let (token, entries) = (store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap());
    assert_eq!(enrol(&store, CODE, 1, 2).await.unwrap(), first);
    assert_eq!((store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap()), (token, entries));
    assert!(matches!(enrol(&store, CODE, 1, 3).await, Err(StoreError::CodeExpired(CAMERA))));
    let with_another_key = NewDevice { public_key: [9; 32], ..device(1) };
    let refused = store.enrol_device(CODE, &with_another_key, &after(2)).await;
    assert!(matches!(refused, Err(StoreError::CodeUsed(CAMERA))), "the id alone proves nothing");

    // The code must not undo what somebody decided since.
    store.revoke_device(CAMERA, &device(1).id, &by("cli:aysel")).await.unwrap();
    assert!(matches!(enrol(&store, CODE, 1, 2).await, Err(StoreError::CodeUsed(CAMERA))));
    assert!(!may_send(&store, CAMERA, 1).await);
}

#[tokio::test]
async fn a_newer_code_replaces_those_that_nobody_used() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    issue(&store, CAMERA, CODE).await;
    issue(&store, OTHER, THIRD).await;
    issue(&store, CAMERA, SECOND).await;
    let replaced = enrol(&store, CODE, 1, 1).await.unwrap_err();
    assert_eq!(replaced.to_string(), "this code of camera 7/12/1 was replaced by a newer one; use that");
    assert_eq!(enrol(&store, SECOND, 1, 1).await.unwrap(), [CAMERA]);
    assert_eq!(
        enrol(&store, THIRD, 1, 1).await.unwrap(),
        [CAMERA, OTHER],
        "another camera's code stays good"
    );
    // A code that was used is not replaced: its answer can still be asked for again.
    issue(&store, CAMERA, FOURTH).await;
    assert_eq!(enrol(&store, SECOND, 1, 2).await.unwrap(), [CAMERA, OTHER]);
}

#[tokio::test]
async fn a_spare_takes_over_and_the_old_device_counts_until_it_is_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    for (code, number, hours) in [(CODE, 2, 1), (SECOND, 1, 2)] {
        issue(&store, CAMERA, code).await;
        enrol(&store, code, number, hours).await.unwrap();
    }
    assert!(may_send(&store, CAMERA, 1).await && may_send(&store, CAMERA, 2).await);
    let snapshot = store.snapshot().await.unwrap();
    let ids: Vec<&str> = snapshot.devices_of(CAMERA).iter().map(|device| &*device.id).collect();
    assert_eq!(ids, [device(2).id, device(1).id], "by time");
    assert!(snapshot.devices_of(OTHER).is_empty());

    store.revoke_device(CAMERA, &device(2).id, &after(3)).await.unwrap();
    assert!(may_send(&store, CAMERA, 1).await && !may_send(&store, CAMERA, 2).await);
    let token = store.change_token().await.unwrap();
    store.revoke_device(CAMERA, &device(2).id, &after(4)).await.unwrap();
    assert_eq!(store.change_token().await.unwrap(), token, "twice is no change");
    let devices = store.devices().await.unwrap();
    assert_eq!(devices, store.snapshot().await.unwrap().devices);
    assert_eq!(devices[0].revoked_at, Some(after(3).at), "it stays on record");
    let none = store.revoke_device(OTHER, &device(2).id, &after(3)).await.unwrap_err();
    assert!(matches!(none, StoreError::NoDevice { camera: OTHER, .. }), "{none}");
}

#[tokio::test]
async fn a_revoked_device_is_enrolled_again_by_a_new_code() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    for (camera, code) in [(OTHER, THIRD), (CAMERA, CODE)] {
        issue(&store, camera, code).await;
        enrol(&store, code, 1, 1).await.unwrap();
    }
    store.revoke_device(CAMERA, &device(1).id, &by("cli:aysel")).await.unwrap();
    assert!(may_send(&store, OTHER, 1).await, "each camera is its own matter");
    assert_eq!(enrol(&store, THIRD, 1, 2).await.unwrap(), [OTHER]);
    issue(&store, CAMERA, SECOND).await;
    let renamed = NewDevice { name: "repaired".to_owned(), ..device(1) };
    assert_eq!(store.enrol_device(SECOND, &renamed, &after(2)).await.unwrap(), [CAMERA, OTHER]);
    assert!(may_send(&store, CAMERA, 1).await);
    let devices = store.devices().await.unwrap();
    assert_eq!((devices.len(), &*devices[0].name, devices[0].revoked_at), (2, "repaired", None));
    let last = store.audit(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.before.unwrap()["revoked_at"], serde_json::json!(by("").at));
}

#[tokio::test]
async fn a_camera_that_is_off_or_unknown_has_no_device() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let who = by("cli:aysel");
    let unknown = CameraId::new(9, 9, 9);
    let refused = store.issue_enrolment(unknown, CODE, after(3).at, &who).await;
    assert!(matches!(refused, Err(StoreError::NoCamera(id)) if id == unknown));
    issue(&store, CAMERA, CODE).await;
    store.set_enabled(CAMERA, false, &who).await.unwrap();
    assert!(matches!(enrol(&store, CODE, 1, 1).await, Err(StoreError::CameraOff(CAMERA))));
    let refused = store.issue_enrolment(CAMERA, SECOND, after(3).at, &who).await;
    assert!(matches!(refused, Err(StoreError::CameraOff(CAMERA))));
    store.set_enabled(CAMERA, true, &who).await.unwrap();
    assert_eq!(enrol(&store, CODE, 1, 1).await.unwrap(), [CAMERA], "the code was not used up");
    store.set_enabled(CAMERA, false, &who).await.unwrap();
    assert!(!may_send(&store, CAMERA, 1).await);
    assert_eq!(store.devices().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_sub_stream_has_devices_while_its_camera_is_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let sub = CameraId::new(7, 12, 101);
    let new = NewCamera { id: sub, pull: None, unlisted: false, sub_of: Some(CAMERA), approved: false };
    store.add_camera(&new, &by("cli:aysel")).await.unwrap();
    issue(&store, sub, CODE).await;
    assert_eq!(enrol(&store, CODE, 1, 1).await.unwrap(), [sub]);
    assert!(may_send(&store, sub, 1).await);
    store.set_enabled(CAMERA, false, &by("cli:aysel")).await.unwrap();
    assert!(!may_send(&store, sub, 1).await);
    let refused = store.issue_enrolment(sub, SECOND, after(3).at, &by("cli:aysel")).await;
    assert!(matches!(refused, Err(StoreError::CameraOff(id)) if id == sub));
}

#[tokio::test]
async fn a_device_that_says_something_wrong_of_itself_uses_no_code() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    issue(&store, CAMERA, CODE).await;
    let wrong = [
        (NewDevice { id: "7".to_owned(), ..device(1) }, DeviceError::Id),
        (NewDevice { name: "x".repeat(65), ..device(1) }, DeviceError::LongName),
        (NewDevice { name: "a\u{1b}b".to_owned(), ..device(1) }, DeviceError::InvisibleName),
    ];
    for (device, expected) in wrong {
        let refused = store.enrol_device(CODE, &device, &after(1)).await;
        assert!(matches!(refused, Err(StoreError::Device(error)) if error == expected), "{refused:?}");
    }
    assert_eq!(enrol(&store, CODE, 1, 1).await.unwrap(), [CAMERA]);
}

#[tokio::test]
async fn the_audit_has_each_step_and_no_code() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let from = store.audit(0, 100).await.unwrap().last().unwrap().id;
    issue(&store, CAMERA, CODE).await;
    issue(&store, CAMERA, SECOND).await;
    enrol(&store, SECOND, 1, 1).await.unwrap();
    store.revoke_device(CAMERA, &device(1).id, &by("cli:rauf")).await.unwrap();
    let entries = store.audit(from, 100).await.unwrap();
    let what: Vec<(&str, &str, &str)> =
        entries.iter().map(|entry| (&*entry.what, &*entry.subject, &*entry.by)).collect();
    assert_eq!(
        what,
        [
            ("camera.enrol", "7/12/1", "cli:aysel"),
            ("camera.enrol", "7/12/1", "cli:aysel"),
            ("device.enrol", "7/12/1", "device"),
            ("device.revoke", "7/12/1", "cli:rauf"),
        ]
    );
    assert_eq!(entries[1].after.as_ref().unwrap()["replaces_a_code"], true);
    assert_eq!(entries[2].after.as_ref().unwrap()["device"], "0000000000000001");
    let all = serde_json::to_string(&entries).unwrap();
    for hash in [CODE, SECOND] {
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!all.contains(&hex) && !all.contains(&serde_json::to_string(&hash).unwrap()), "{all}");
    }
}

#[tokio::test]
async fn a_code_that_could_not_be_shown_is_good_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    issue(&store, CAMERA, CODE).await;
    let token = store.change_token().await.unwrap();
    let show = || Err::<(), _>("the disk is full");
    let who = by("cli:aysel");
    let shown = store.issue_enrolment_shown(CAMERA, SECOND, after(3).at, &who, show).await.unwrap();
    assert_eq!(shown, Err("the disk is full"));
    assert_eq!(store.change_token().await.unwrap(), token);
    assert!(matches!(enrol(&store, SECOND, 1, 1).await, Err(StoreError::CodeUnknown)));
    assert!(enrol(&store, CODE, 1, 1).await.is_ok(), "the former one stays good");
    let shown = store.issue_enrolment_shown(CAMERA, SECOND, after(3).at, &who, || Ok::<_, ()>(())).await;
    assert_eq!(shown.unwrap(), Ok(()));
    assert!(enrol(&store, SECOND, 2, 1).await.is_ok());
}

#[tokio::test]
async fn of_two_devices_at_two_processes_one_gets_the_code() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let other = SqliteStore::open(dir.path()).await.unwrap();
    issue(&store, CAMERA, CODE).await;
    let before = other.change_token().await.unwrap();
    let (one, two) = tokio::join!(enrol(&store, CODE, 1, 1), enrol(&other, CODE, 2, 1));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let told = one.err().or_else(|| two.err()).unwrap();
    assert!(matches!(told, StoreError::CodeUsed(CAMERA)), "{told}");
    assert_ne!(other.change_token().await.unwrap(), before);
    let devices = other.snapshot().await.unwrap().devices;
    assert_eq!((devices.len(), store.devices().await.unwrap()), (1, devices));
}

#[tokio::test]
async fn another_election_has_neither_codes_nor_devices() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    issue(&store, CAMERA, CODE).await;
    issue(&store, OTHER, SECOND).await;
    enrol(&store, CODE, 1, 1).await.unwrap();
    let next = ashkar_election::Election::of_date("2025-01-29".parse().unwrap());
    store.put_election(&next, &by("cli:aysel")).await.unwrap();
    assert!(store.devices().await.unwrap().is_empty());
    assert!(matches!(enrol(&store, SECOND, 1, 1).await, Err(StoreError::CodeUnknown)));
    store.put_election(&crate::common::election(), &by("cli:aysel")).await.unwrap();
    assert!(may_send(&store, CAMERA, 1).await);
}
