//! Versions of the list, and the cameras that follow it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{CONSTITUENCIES, STATIONS, by, import, plan, store_with_list};
use ashkar_election::{Applied, NewCamera, SqliteStore, StationChange, StationId, Store, StoreError};
use ashkar_terms::CameraId;

/// Cameras as `7/12/1` if enabled, `-7/12/1` if not, with `*` if they are not in the list.
async fn cameras(store: &SqliteStore) -> Vec<String> {
    let show = |camera: &ashkar_election::Camera| {
        let (enabled, listed) = (if camera.enabled { "" } else { "-" }, if camera.listed { "" } else { "*" });
        format!("{enabled}{}{listed}", camera.id)
    };
    store.cameras().await.unwrap().iter().map(show).collect()
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let token = store.change_token().await.unwrap();
    assert_eq!(import(&store, STATIONS).await, Applied::NoChange);
    assert_eq!(import(&store, CONSTITUENCIES).await, Applied::NoChange);
    assert_eq!(store.change_token().await.unwrap(), token);
    assert_eq!(store.list_versions().await.unwrap().len(), 2);
}

#[tokio::test]
async fn each_change_is_a_version_and_the_earlier_ones_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.publish_as_owner(2, None, &by("cli:aysel")).await.unwrap();
    let changed = STATIONS.replace("7,12,", "7,21,").replace("1200", "1190");
    let Applied::NewVersion { version, .. } = import(&store, &changed).await else { panic!("it changed") };
    assert_eq!((version.number, version.stations, version.by.as_str()), (3, 3, "cli:aysel"));
    let (old, before) = store.list_version(2).await.unwrap();
    assert_eq!(old.number, 2);
    assert!(before.station(StationId::new(7, 12)).is_some());
    let (newest, list) = store.list().await.unwrap();
    assert_eq!(newest, Some(*version));
    assert!(list.station(StationId::new(7, 12)).is_none());
    let changes = store.list_changes(3).await.unwrap();
    assert_eq!((changes.counts.renumbered, changes.counts.changed), (1, 1));
    assert_eq!(changes.previous.unwrap().number, 2);
    assert!(matches!(changes.diff.stations[0], StationChange::Renumbered { .. }));
    let first = store.list_changes(1).await.unwrap();
    assert!(first.previous.is_none() && first.diff.stations.is_empty(), "nothing was before it");
    assert!(matches!(store.list_version(4).await, Err(StoreError::NoVersion(4))));
    assert!(matches!(store.list_changes(0).await, Err(StoreError::NoVersion(0))));
}

#[tokio::test]
async fn a_plan_made_against_another_list_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let stale = plan(&store, &STATIONS.replace("991", "992")).await;
    import(&store, &STATIONS.replace("991", "993")).await;
    let refused = store.apply_import(&stale, "list.csv", &by("cli:rauf")).await;
    assert!(matches!(refused, Err(StoreError::ListChanged)));
    assert_eq!(store.list_versions().await.unwrap().len(), 3);
}

#[tokio::test]
async fn cameras_follow_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    assert_eq!(cameras(&store).await, ["7/12/1", "7/13/1", "7/13/2", "8/1/1"]);
    // One added by hand, one disabled by hand; then the list loses 8/1 and a camera of 7/13, and gains 7/14.
    let added =
        NewCamera { id: CameraId::new(7, 12, 2), pull: None, unlisted: false, sub_of: None, approved: false };
    store.add_camera(&added, &by("cli:rauf")).await.unwrap();
    store.set_enabled(CameraId::new(7, 12, 1), false, &by("cli:rauf")).await.unwrap();
    let header = STATIONS.lines().next().unwrap();
    let smaller = format!("{header}\n7,12,Məktəb,,1,1\n7,13,Klub,,1,1\n7,14,Ev,,1,1\n");
    let applied = import(&store, &smaller).await;
    assert!(
        matches!(applied, Applied::NewVersion { cameras_enabled: 1, cameras_disabled: 2, .. }),
        "{applied:?}"
    );
    let expected = ["-7/12/1", "7/12/2*", "7/13/1", "-7/13/2*", "7/14/1", "-8/1/1*"];
    assert_eq!(cameras(&store).await, expected);
    // The first list again: cameras that the list disabled come back, one that a person disabled does not.
    let applied = import(&store, STATIONS).await;
    assert!(
        matches!(applied, Applied::NewVersion { cameras_enabled: 2, cameras_disabled: 1, .. }),
        "{applied:?}"
    );
    let expected = ["-7/12/1", "7/12/2*", "7/13/1", "7/13/2", "-7/14/1*", "8/1/1"];
    assert_eq!(cameras(&store).await, expected);
}

#[tokio::test]
async fn a_thousand_stations_are_imported_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).await.unwrap();
    store
        .put_election(&ashkar_election::sample_election("2024-02-07".parse().unwrap()), &by("demo"))
        .await
        .unwrap();
    let plan = ashkar_election::sample_import(&store.list().await.unwrap().1).unwrap();
    let Applied::NewVersion { version, cameras_enabled, .. } =
        store.apply_import(&plan, "sample", &by("demo")).await.unwrap()
    else {
        panic!("the list was empty")
    };
    assert_eq!(
        (version.number, version.constituencies, version.stations, cameras_enabled),
        (1, 125, 1000, 1000)
    );
    let ids: Vec<CameraId> = store.cameras().await.unwrap().iter().map(|camera| camera.id).collect();
    let keys = store.replace_keys(&ids, &by("demo")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert!(snapshot.election.as_ref().unwrap().sample);
    for (id, key) in ids.iter().zip(&keys) {
        assert_eq!(snapshot.verify_key(&key.reveal()).unwrap().id, *id);
    }
}

#[tokio::test]
async fn without_an_election_there_is_nothing_to_import_into() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).await.unwrap();
    assert!(store.list().await.unwrap().1.is_empty() && store.election().await.unwrap().is_none());
    let plan = plan(&store, CONSTITUENCIES).await;
    assert!(matches!(store.apply_import(&plan, "list.csv", &by("cli:x")).await, Err(StoreError::NoElection)));
    assert!(store.snapshot().await.unwrap().cameras.is_empty());
}
