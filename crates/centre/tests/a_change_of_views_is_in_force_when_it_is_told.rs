//! The desk hides a camera, takes the change over, and answers: from then on nothing is given, and when two persons show
//! the camera again, it is given. The same for an approval, and for a sub-stream.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ashkar_centre::{Centre, Options};
use ashkar_election::{
    Actor, Asked, Denial, HiddenWhy, HidingReason, NewCamera, SqliteStore, Standing, Store, ViewStore,
    sample_election_on_air,
};
use ashkar_ingest::rtmp::RtmpOptions;
use ashkar_terms::{CameraId, Clock, Span, State, SystemClock, UtcMicros};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const SUB: CameraId = CameraId::new(7, 12, 101);
const HOUR_US: i64 = 3_600_000_000;

fn options(directory: &Path) -> Options {
    Options {
        archive: directory.join("archive"),
        archive_options: ashkar_archive::Options { reserve_bytes: 0, ..ashkar_archive::Options::default() },
        rtmp: SocketAddr::from(([127, 0, 0, 1], 0)),
        rtmp_options: RtmpOptions::default(),
        still_program: PathBuf::from("/bin/false"),
        still_worker: String::new(),
        still_workers: 1,
    }
}

/// Whether now, an hour ago, and parameters are given of the camera and its sub-stream.
fn given(centre: &Centre, now: UtcMicros) -> [Result<(), Denial>; 3] {
    let ago = Span { from: now.plus(-HOUR_US), to: now.plus(1 - HOUR_US) };
    [Asked::Now, Asked::Time(ago), Asked::Parameters { live: false }].map(|asked| {
        let [one, sub] = [CAMERA, SUB].map(|camera| centre.access(camera, asked).map(drop));
        assert_eq!(one, sub, "a sub-stream follows its camera: {asked:?}");
        one
    })
}

#[tokio::test]
async fn a_change_of_views_is_in_force_when_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let now = || clock.now().wall;
    let by = |name: &str| Actor::new(name, now());
    let store = Arc::new(SqliteStore::open(dir.path()).await.unwrap());
    store.put_election(&sample_election_on_air(now().plus(-2 * HOUR_US), 16), &by("x")).await.unwrap();
    for (id, sub_of) in [(CAMERA, None), (SUB, Some(CAMERA))] {
        let new = NewCamera { id, pull: None, sub_of, unlisted: true, approved: false };
        store.add_camera(&new, &by("x")).await.unwrap();
    }
    let shared: Arc<dyn Store> = Arc::<SqliteStore>::clone(&store);
    let centre = Centre::start(options(dir.path()), shared, Arc::clone(&clock)).await.unwrap();

    assert_eq!(given(&centre, now()), [Err(Denial::Unapproved); 3]);
    assert_eq!(centre.registry().standing(CAMERA), Standing::Unapproved);
    let state = centre.state_of(CAMERA);
    assert_eq!(
        (state.state, state.hidden),
        (State::Missing, Some(HiddenWhy::Unapproved)),
        "it sends nothing"
    );

    store.approve_as_owner(CAMERA, &by("x")).await.unwrap();
    centre.refresh().await;
    assert_eq!(given(&centre, now()), [Ok(()); 3]);
    assert_eq!(centre.state_of(CAMERA).hidden, None);

    let from = now().plus(-2 * HOUR_US);
    for _ in 0..5 {
        store.hide(CAMERA, from, HidingReason::Secrecy, "", &by("x")).await.unwrap();
        centre.refresh().await;
        assert_eq!(given(&centre, now()), [Err(Denial::Hidden), Err(Denial::Hidden), Ok(())]);
        let whole = Span { from: now().plus(-HOUR_US), to: now() };
        assert_eq!(centre.access(CAMERA, Asked::List(whole)).map(drop), Err(Denial::Hidden));
        assert_eq!(centre.registry().hidden_at(CAMERA, now()), Some((HiddenWhy::Secrecy, Some(from))));
        store.show_again(CAMERA, "x", &by("y")).await.unwrap();
        centre.refresh().await;
        assert_eq!(given(&centre, now()), [Ok(()), Err(Denial::Hidden), Ok(())], "the past stays hidden");
    }
    let unknown = CameraId::new(9, 9, 9);
    assert_eq!(centre.access(unknown, Asked::Now).map(drop), Err(Denial::Unknown));
    assert!(centre.registry().hidden_at(unknown, now()).is_some(), "of what is not known nothing is public");
    centre.stop().await;
}
