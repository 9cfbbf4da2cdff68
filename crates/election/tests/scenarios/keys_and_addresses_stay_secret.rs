//! One key per camera, stored hashed, replaceable; addresses with passwords sealed; neither in any text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{by, store_with_list};
use ashkar_election::{KeyRefusal, NewCamera, PullUrl, SqliteStore, Store, StoreError};
use ashkar_terms::CameraId;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const ADDRESS: &str = "rtsp://admin:cox-gizli-parol@192.0.2.7:554/user=admin_password=cox-gizli-parol";

fn new_camera(id: CameraId) -> NewCamera {
    NewCamera { id, pull: Some(ADDRESS.parse().unwrap()), unlisted: false, sub_of: None, approved: false }
}

fn files_contain(dir: &Path, needle: &[u8]) -> bool {
    let files = fs::read_dir(dir).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|file| file.windows(needle.len()).any(|window| window == needle))
}

#[tokio::test]
async fn the_files_hold_neither_keys_nor_passwords() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let key = store.add_camera(&new_camera(CAMERA), &by("cli:aysel")).await.unwrap().reveal();
    let new = store.replace_keys(&[CAMERA], &by("cli:aysel")).await.unwrap()[0].reveal();
    store.close().await;
    assert!(files_contain(dir.path(), b"camera.add"), "the files are those that are written");
    for secret in [&key["7-12-1.".len()..], &new["7-12-1.".len()..], "cox-gizli-parol"] {
        assert!(!files_contain(dir.path(), secret.as_bytes()));
    }
}

#[tokio::test]
async fn no_text_form_holds_them() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let key = store.add_camera(&new_camera(CAMERA), &by("cli:aysel")).await.unwrap().reveal();
    let snapshot = store.snapshot().await.unwrap();
    let camera = snapshot.camera(CAMERA).unwrap();
    let audit = store.audit(0, 1000).await.unwrap();
    let json = serde_json::to_string(camera).unwrap();
    assert!(json.contains(r#""has_key":true"#) && json.contains("rtsp://***@192.0.2.7:554/…"), "{json}");
    for text in [format!("{snapshot:?}"), json, serde_json::to_string(&audit).unwrap(), format!("{store:?}")]
    {
        assert!(!text.contains("gizli") && !text.contains(&key["7-12-1.".len()..]));
    }
    assert_eq!(camera.pull.as_ref().unwrap().expose().as_str(), ADDRESS, "whoever connects gets all of it");
}

#[tokio::test]
async fn a_key_opens_its_camera_until_it_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let key = store.add_camera(&new_camera(CAMERA), &by("cli:aysel")).await.unwrap();
    let other = CameraId::new(7, 13, 2);
    let other_key = store.add_camera(&new_camera(other), &by("cli:aysel")).await.unwrap();
    let verify = |text: String| {
        let store = store.clone();
        async move { store.snapshot().await.unwrap().verify_key(&text).map(|camera| camera.id) }
    };
    assert_eq!(verify(key.reveal()).await, Ok(CAMERA));
    assert_eq!(verify(other_key.reveal().replace("7-13-2", "7-12-1")).await, Err(KeyRefusal::Wrong(CAMERA)));
    assert_eq!(
        verify(key.reveal().replace("7-12-1", "9-9-9")).await,
        Err(KeyRefusal::NoCamera(CameraId::new(9, 9, 9)))
    );
    assert_eq!(
        verify(key.reveal().replace("7-12-1", "8-1-1")).await,
        Err(KeyRefusal::NoKey(CameraId::new(8, 1, 1)))
    );
    assert_eq!(verify("7-12-1".into()).await, Err(KeyRefusal::Malformed));

    let again = store.add_camera(&new_camera(CAMERA), &by("cli:aysel")).await;
    assert!(matches!(again, Err(StoreError::CameraExists(CAMERA))), "no key is lost by accident");
    let new = store.replace_keys(&[CAMERA], &by("cli:aysel")).await.unwrap().remove(0);
    assert_eq!(verify(key.reveal()).await, Err(KeyRefusal::Wrong(CAMERA)));
    assert_eq!(verify(new.reveal()).await, Ok(CAMERA));
    store.set_enabled(CAMERA, false, &by("cli:aysel")).await.unwrap();
    assert_eq!(verify(new.reveal()).await, Err(KeyRefusal::Disabled(CAMERA)));
    assert_eq!(
        verify(key.reveal()).await,
        Err(KeyRefusal::Wrong(CAMERA)),
        "a disabled camera tells nothing more"
    );
}

#[tokio::test]
async fn cameras_of_no_station_are_added_only_on_purpose() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let stranger = CameraId::new(7, 99, 1);
    let refused = store.add_camera(&new_camera(stranger), &by("cli:x")).await;
    assert!(matches!(refused, Err(StoreError::NotInList(_))));
    store.add_camera(&NewCamera { unlisted: true, ..new_camera(stranger) }, &by("cli:x")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert!(!snapshot.camera(stranger).unwrap().listed);
    let none = store.replace_keys(&[CAMERA, CameraId::new(7, 98, 1)], &by("cli:x")).await;
    assert!(matches!(none, Err(StoreError::NoCamera(_))));
    assert!(
        store.snapshot().await.unwrap().camera(CAMERA).unwrap().key.is_none(),
        "then none of them is replaced"
    );
}

#[tokio::test]
async fn addresses_change_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let pull = |store: &SqliteStore| {
        let store = store.clone();
        async move { store.snapshot().await.unwrap().camera(CAMERA).unwrap().pull.clone() }
    };
    let address: PullUrl = ADDRESS.parse().unwrap();
    store.set_pull(CAMERA, Some(&address), &by("cli:x")).await.unwrap();
    assert_eq!(pull(&store).await, Some(address.clone()));
    let token = store.change_token().await.unwrap();
    store.set_pull(CAMERA, Some(&address), &by("cli:x")).await.unwrap();
    assert_eq!(store.change_token().await.unwrap(), token, "the same address is no change");
    store.set_pull(CAMERA, None, &by("cli:x")).await.unwrap();
    assert_eq!(pull(&store).await, None);
}

#[tokio::test]
async fn another_directorys_key_opens_nothing_and_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.add_camera(&new_camera(CAMERA), &by("cli:x")).await.unwrap();
    store.close().await;
    // Without a key file, nothing is opened at all.
    let key = dir.path().join("secret.key");
    fs::remove_file(&key).unwrap();
    assert!(SqliteStore::open(dir.path()).await.is_err());
    let other = tempfile::tempdir().unwrap();
    store_with_list(other.path()).await.close().await;
    fs::copy(other.path().join("secret.key"), &key).unwrap();
    let store = SqliteStore::open(dir.path()).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let camera = snapshot.camera(CAMERA).unwrap();
    assert!(camera.pull.is_none() && camera.pull_unreadable && camera.key.is_some());
    store.set_pull(CAMERA, Some(&ADDRESS.parse().unwrap()), &by("cli:x")).await.unwrap();
    assert!(!store.snapshot().await.unwrap().camera(CAMERA).unwrap().pull_unreadable);
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("new/data");
    let store = store_with_list(&dir).await;
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let entries: Vec<_> = fs::read_dir(&dir).unwrap().map(Result::unwrap).collect();
    assert!(entries.len() >= 3, "while the store is open its -wal and -shm files are there too");
    for entry in entries {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
    store.close().await;
}
