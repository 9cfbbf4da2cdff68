//! The audit: who changed what, when, from what to what; and nobody can rewrite it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{STATIONS, by, election, import, store_with_list};
use ashkar_election::{Act, NewCamera, StationId, Store, StoreError, Zone};
use ashkar_terms::{CameraId, UtcMicros};

const STATION: StationId = StationId::new(7, 12);
const CAMERA: CameraId = CameraId::new(7, 12, 1);

#[tokio::test]
async fn each_change_leaves_one_entry() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let who = by("desk:rauf");
    store.put_election(&election(), &who).await.unwrap();
    let mut other = election();
    other.time_zone = Zone::new("Europe/Berlin").unwrap();
    store.put_election(&other, &who).await.unwrap();
    let new = NewCamera { id: CAMERA, pull: None, unlisted: false, sub_of: None, approved: false };
    store.add_camera(&new, &who).await.unwrap();
    store.replace_keys(&[CAMERA], &who).await.unwrap();
    store.set_pull(CAMERA, Some(&"rtsp://a:b@h/".parse().unwrap()), &who).await.unwrap();
    store.set_enabled(CAMERA, false, &who).await.unwrap();
    store.set_enabled(CAMERA, false, &who).await.unwrap();
    store.mark(STATION, Act::Closed, UtcMicros(5), &who).await.unwrap();
    store.withdraw_mark(STATION, Act::Closed, &who).await.unwrap();

    let entries = store.audit(0, 100).await.unwrap();
    let what: Vec<String> = entries.iter().map(|entry| format!("{} {}", entry.what, entry.subject)).collect();
    assert_eq!(
        what,
        [
            "election.put 2024-02-07",
            "list.import version 1",
            "list.import version 2",
            "election.put 2024-02-07",
            "camera.add 7/12/1",
            "camera.key 7/12/1",
            "camera.pull 7/12/1",
            "camera.enabled 7/12/1",
            "mark.set 7/12",
            "mark.withdraw 7/12",
        ],
        "what changes nothing is not recorded"
    );
    let moved = &entries[3];
    assert_eq!((moved.by.as_str(), moved.at), ("desk:rauf", who.at));
    assert_eq!(moved.before.as_ref().unwrap()["time_zone"], "Asia/Baku");
    assert_eq!(moved.after.as_ref().unwrap()["time_zone"], "Europe/Berlin");
    assert_eq!(entries[6].after.as_ref().unwrap()["pull"], "rtsp://***@h/…");
    assert_eq!(store.audit(entries[7].id, 1).await.unwrap(), entries[8..9], "it is read in pages");
}

#[tokio::test]
async fn a_refused_change_leaves_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let (token, entries) = (store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap());
    let who = by("cli:x");
    let new =
        NewCamera { id: CameraId::new(7, 99, 1), pull: None, unlisted: false, sub_of: None, approved: false };
    assert!(store.add_camera(&new, &who).await.is_err());
    assert!(store.mark(StationId::new(7, 99), Act::Closed, UtcMicros(1), &who).await.is_err());
    assert!(store.withdraw_mark(STATION, Act::Count, &who).await.is_err());
    assert!(store.set_enabled(CameraId::new(1, 1, 1), true, &who).await.is_err());
    assert!(store.issue_enrolment(CameraId::new(1, 1, 1), [1; 32], UtcMicros(i64::MAX), &who).await.is_err());
    assert!(store.revoke_device(CAMERA, "0123456789abcdef", &who).await.is_err());
    let mut wrong = election();
    wrong.names.az.clear();
    assert!(matches!(store.put_election(&wrong, &who).await, Err(StoreError::Election(_))));
    assert_eq!((store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap()), (token, entries));
}

#[tokio::test]
async fn a_wrong_mark_is_withdrawn_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let act = Act::ProtocolCompleted;
    store.mark(STATION, act, UtcMicros(10), &by("desk:a")).await.unwrap();
    let twice = store.mark(STATION, act, UtcMicros(20), &by("desk:b")).await;
    assert!(matches!(twice, Err(StoreError::AlreadyMarked { .. })));
    store.withdraw_mark(STATION, act, &by("desk:b")).await.unwrap();
    assert!(store.snapshot().await.unwrap().marks_of(STATION).is_empty());
    store.mark(STATION, act, UtcMicros(20), &by("desk:b")).await.unwrap();
    let marks = store.snapshot().await.unwrap().marks_of(STATION);
    let mark = marks.get(act).unwrap();
    assert_eq!((mark.at, mark.by.as_str(), mark.entered_at), (UtcMicros(20), "desk:b", by("").at));
}

#[tokio::test]
async fn elections_do_not_share_lists_or_cameras() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let next = ashkar_election::Election::of_date("2025-01-29".parse().unwrap());
    store.put_election(&next, &by("cli:x")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert!(snapshot.list.is_empty() && snapshot.cameras.is_empty() && snapshot.version.is_none());
    store.put_election(&election(), &by("cli:x")).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().list.stations().len(), 3, "the earlier one is still there");
}

#[tokio::test]
async fn nothing_published_or_recorded_can_be_rewritten() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    import(&store, &STATIONS.replace("991", "992")).await;
    store.publish_as_owner(3, None, &by("cli:aysel")).await.unwrap();
    store.close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", dir.path().join("election.db").display()))
        .await
        .unwrap();
    for statement in [
        "UPDATE audit SET by_name = 'nobody'",
        "DELETE FROM audit",
        "UPDATE list_version SET at_us = 0",
        "DELETE FROM list_version",
        "UPDATE list_publication SET by_owner = 1",
        "DELETE FROM list_publication",
        "UPDATE list_station SET voters = 1",
        "DELETE FROM list_station",
        "UPDATE list_constituency SET name_az = 'x'",
        "DELETE FROM list_constituency",
    ] {
        assert!(sqlx::query(statement).execute(&pool).await.is_err(), "{statement}");
    }
    pool.close().await;
}
