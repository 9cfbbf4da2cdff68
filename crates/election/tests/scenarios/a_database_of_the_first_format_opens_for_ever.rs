//! `testdata/registry-1` is a data directory as the first version wrote it. It is never written anew: whatever this
//! program becomes, it must open the directory and find the same data in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{STATIONS, by, election, import, list, store_with_list};
use ashkar_election::{Act, Hidden, Minute, NewCamera, NewDevice, SqliteStore, StationId, Store, Turnout};
use ashkar_terms::{CameraId, UtcMicros};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const ADDRESS: &str = "rtsp://user:password@192.0.2.7:554/stream";

fn frozen() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/registry-1")
}

/// How the sample was made; it runs only where the sample does not exist.
async fn make(dir: &Path) {
    let store = store_with_list(dir).await;
    let camera = NewCamera {
        id: CAMERA,
        pull: Some(ADDRESS.parse().unwrap()),
        unlisted: false,
        sub_of: None,
        approved: false,
    };
    let key = store.add_camera(&camera, &by("cli:aysel")).await.unwrap();
    store
        .mark(StationId::new(7, 12), Act::Closed, UtcMicros(1_707_318_060_000_000), &by("desk:rauf"))
        .await
        .unwrap();
    import(&store, &STATIONS.replace("991", "992")).await;
    store.close().await;
    fs::write(dir.join("stream-key.txt"), key.reveal()).unwrap();
    fs::remove_file(dir.join("election.lock")).unwrap();
}

#[tokio::test]
async fn it_holds_what_was_put_into_it() {
    if std::env::var_os("UPDATE_TESTDATA").is_some() && !frozen().exists() {
        make(&frozen()).await;
    }
    let dir = tempfile::tempdir().unwrap();
    for file in ["election.db", "secret.key"] {
        fs::copy(frozen().join(file), dir.path().join(file)).unwrap();
    }
    let store = SqliteStore::open(dir.path()).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.election, Some(election()));
    assert_eq!(snapshot.version.as_ref().unwrap().number, 3);
    assert_eq!(store.list_version(2).await.unwrap().1, list());
    assert_eq!(
        snapshot.marks_of(StationId::new(7, 12)).at(Act::Closed),
        Some(UtcMicros(1_707_318_060_000_000))
    );
    let key = fs::read_to_string(frozen().join("stream-key.txt")).unwrap();
    let camera = snapshot.verify_key(&key).unwrap();
    assert_eq!(camera.pull.as_ref().unwrap().expose().as_str(), ADDRESS);
    assert_eq!(store.audit(0, 100).await.unwrap().len(), 6);
    import(&store, STATIONS).await;
    assert_eq!(store.list_versions().await.unwrap().len(), 4, "and it can be written on");

    // Its versions were public when they were made.
    let publication = snapshot.version.as_ref().unwrap().publication.as_ref().unwrap();
    assert_eq!(publication.at, snapshot.version.as_ref().unwrap().at);
    assert!(publication.by_owner && publication.approved_by == "before publications existed");
    assert_eq!(snapshot.published_versions().count(), 3);
    assert_eq!(store.snapshot().await.unwrap().published_list(), &snapshot.list, "the fourth is a draft");
    // What came with later formats.
    assert!(snapshot.turnout.is_empty() && snapshot.sub_streams.is_empty() && camera.sub_of.is_none());
    assert!(snapshot.devices.is_empty());
    // What could send before there was a gate was public, and stays so; what could not must be approved.
    let [approval] = snapshot.approvals_of(CAMERA) else { panic!("{:?}", snapshot.approvals) };
    assert!(approval.owner && approval.approved_by == "before the gate");
    assert!(Hidden::of(snapshot.approvals_of(CAMERA), &[], &[]).spans().is_empty());
    assert_eq!((snapshot.cameras.len(), snapshot.approvals.len()), (4, 1));
    let figure = Turnout {
        at: Minute::at(10, 0),
        constituency: Some(7),
        percent: "8.12".parse().unwrap(),
        source: "https://example.org/".parse().unwrap(),
    };
    store.set_turnout(&figure, &by("cli:aysel")).await.unwrap();
    let sub = NewCamera {
        id: CameraId::new(7, 12, 101),
        pull: None,
        unlisted: false,
        sub_of: Some(CAMERA),
        approved: false,
    };
    store.add_camera(&sub, &by("cli:aysel")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.turnout, [figure]);
    assert_eq!(snapshot.sub_stream_of(CAMERA).unwrap().id, sub.id);
    store.issue_enrolment(CAMERA, [1; 32], by("").at.plus(1), &by("cli:aysel")).await.unwrap();
    let device = NewDevice { id: "0123456789abcdef".into(), public_key: [2; 32], name: "box".into() };
    assert_eq!(store.enrol_device([1; 32], &device, &by("device")).await.unwrap(), [CAMERA]);
    assert!(store.snapshot().await.unwrap().device(CAMERA, &device.id).is_some());
}
