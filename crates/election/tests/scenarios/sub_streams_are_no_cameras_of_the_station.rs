//! A sub-stream shows a camera's view in a lighter form. It has a key like a camera, but does not count as one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{STATIONS, by, import, store_with_list};
use ashkar_election::{
    Applied, KeyRefusal, NewCamera, SqliteStore, StationId, Store, StoreError, StreamKey, SubStreamRefusal,
};
use ashkar_terms::CameraId;

const STATION: StationId = StationId::new(7, 13);
const MAIN: CameraId = CameraId::new(7, 13, 1);
const OTHER: CameraId = CameraId::new(7, 13, 2);
const SUB: CameraId = CameraId::new(7, 13, 101);

async fn add(store: &SqliteStore, id: CameraId, main: CameraId) -> Result<StreamKey, StoreError> {
    let new = NewCamera { id, pull: None, unlisted: false, sub_of: Some(main), approved: false };
    store.add_camera(&new, &by("cli:aysel")).await
}

/// The reason for the refusal.
async fn refusal(store: &SqliteStore, id: CameraId, main: CameraId) -> SubStreamRefusal {
    match add(store, id, main).await.unwrap_err() {
        StoreError::SubStream { why, .. } => why,
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn it_may_publish_and_is_in_no_count_and_no_list() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let before = store.snapshot().await.unwrap();
    let key = add(&store, SUB, MAIN).await.unwrap();
    let after = store.snapshot().await.unwrap();
    assert_eq!(after.cameras, before.cameras);
    assert_eq!(after.cameras_of(STATION), before.cameras_of(STATION));
    let station = after.list.station(STATION).unwrap();
    assert_eq!(after.view(station), before.view(station));
    assert_eq!(after.verify_key(&key.reveal()).unwrap().id, SUB);
    assert_eq!(after.camera(SUB).unwrap().sub_of, Some(MAIN));
    assert_eq!(after.sub_stream_of(MAIN).unwrap().id, SUB);
    assert_eq!((after.sub_stream_of(OTHER), after.sub_stream_of(SUB)), (None, None));
    assert_eq!(after.with_sub_streams().count(), before.cameras.len() + 1);
    let last = store.audit(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.what.as_str(), last.after.unwrap()["sub_of"].as_str()), ("camera.add", Some("7/13/1")));
}

#[tokio::test]
async fn a_camera_has_one_and_a_sub_stream_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let number = |camera| CameraId { camera, ..MAIN };
    assert!(matches!(add(&store, SUB, number(9)).await, Err(StoreError::NoCamera(id)) if id == number(9)));
    assert!(matches!(add(&store, SUB, SUB).await, Err(StoreError::NoCamera(SUB))));
    add(&store, SUB, MAIN).await.unwrap();
    let token = store.change_token().await.unwrap();
    assert_eq!(refusal(&store, number(102), MAIN).await, SubStreamRefusal::Taken(SUB));
    assert_eq!(refusal(&store, number(102), SUB).await, SubStreamRefusal::OfSubStream);
    assert_eq!(refusal(&store, number(16), OTHER).await, SubStreamRefusal::ListedNumber);
    assert_eq!(refusal(&store, CameraId::new(8, 1, 101), MAIN).await, SubStreamRefusal::OtherStation);
    assert!(matches!(add(&store, SUB, MAIN).await, Err(StoreError::CameraExists(SUB))));
    assert_eq!(store.change_token().await.unwrap(), token, "nothing was changed");
    add(&store, number(102), OTHER).await.unwrap();
}

#[tokio::test]
async fn it_is_off_while_its_camera_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let key = add(&store, SUB, MAIN).await.unwrap().reveal();
    let who = by("cli:aysel");
    store.set_enabled(MAIN, false, &who).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.verify_key(&key).unwrap_err(), KeyRefusal::Disabled(SUB));
    assert_eq!(snapshot.sub_stream_of(MAIN), None);
    assert_eq!(refusal(&store, CameraId { camera: 102, ..MAIN }, MAIN).await, SubStreamRefusal::Off);
    store.set_enabled(MAIN, true, &who).await.unwrap();
    assert!(store.snapshot().await.unwrap().verify_key(&key).is_ok());

    // The list loses the camera, and has it again; the sub-stream follows and is never counted.
    let applied = import(&store, &STATIONS.replace(",800,2", ",800,1")).await;
    assert!(matches!(applied, Applied::NewVersion { cameras_disabled: 1, .. }), "{applied:?}");
    assert!(store.snapshot().await.unwrap().verify_key(&key).is_ok(), "camera 1 is still there");
    import(&store, STATIONS.rsplit_once("7,13").unwrap().0).await;
    assert!(store.snapshot().await.unwrap().verify_key(&key).is_err());
    let applied = import(&store, STATIONS).await;
    assert!(matches!(applied, Applied::NewVersion { cameras_enabled: 3, .. }), "{applied:?}");
    assert!(store.snapshot().await.unwrap().verify_key(&key).is_ok());
}

#[tokio::test]
async fn one_that_was_removed_makes_room_for_another() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let who = by("cli:aysel");
    add(&store, SUB, MAIN).await.unwrap();
    store.set_enabled(SUB, false, &who).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().sub_stream_of(MAIN), None);
    let second = CameraId { camera: 102, ..MAIN };
    add(&store, second, MAIN).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().sub_stream_of(MAIN).unwrap().id, second);
    let refused = store.set_enabled(SUB, true, &who).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "7/13/101 cannot be a sub-stream of 7/13/1: that camera has one already, 7/13/102; remove it first"
    );
}
