//! A command changes the data directory while a server runs on it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{STATIONS, by, import, store_with_list};
use ashkar_election::{Act, NewCamera, SqliteStore, StationId, Store, StoreError};
use ashkar_terms::{CameraId, UtcMicros};

#[tokio::test]
async fn a_running_server_notices_what_a_command_did() {
    let dir = tempfile::tempdir().unwrap();
    let server = store_with_list(dir.path()).await;
    let command = SqliteStore::open(dir.path()).await.unwrap();
    let before = server.snapshot().await.unwrap();
    assert_eq!(server.change_token().await.unwrap(), before.token, "nothing happened yet");

    let camera =
        NewCamera { id: CameraId::new(7, 12, 1), pull: None, unlisted: false, sub_of: None, approved: false };
    let key = command.add_camera(&camera, &by("cli:aysel")).await.unwrap();
    assert_ne!(server.change_token().await.unwrap(), before.token);
    let after = server.snapshot().await.unwrap();
    assert!(before.verify_key(&key.reveal()).is_err() && after.verify_key(&key.reveal()).is_ok());
    assert_eq!(command.change_token().await.unwrap(), after.token);

    import(&command, &STATIONS.replace("991", "992")).await;
    command.mark(StationId::new(7, 12), Act::Closed, UtcMicros(1), &by("desk:rauf")).await.unwrap();
    let last = server.snapshot().await.unwrap();
    assert_eq!(last.version.as_ref().unwrap().number, 3);
    assert_eq!(last.marks_of(StationId::new(7, 12)).at(Act::Closed), Some(UtcMicros(1)));
    assert_ne!(last.token, after.token);
}

#[test]
fn many_may_open_an_empty_directory_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = SqliteStore::open(dir.path()).await.unwrap();
            store.put_election(&crate::common::election(), &by("cli:x")).await.unwrap();
            store.close().await;
        });
    };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(open);
        }
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let audit =
        runtime.block_on(async { SqliteStore::open(dir.path()).await.unwrap().audit(0, 100).await.unwrap() });
    assert_eq!(audit.len(), 1, "the first one created the election, the others found it");
}

#[tokio::test]
async fn concurrent_writers_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let other = SqliteStore::open(dir.path()).await.unwrap();
    let writers = (1..=20_u8).map(|number| {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            let camera = NewCamera {
                id: CameraId::new(8, 1, number),
                pull: None,
                unlisted: true,
                sub_of: None,
                approved: false,
            };
            store.add_camera(&camera, &by("cli:x")).await
        })
    });
    let writers: Vec<_> = writers.collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    let with_key = store.cameras().await.unwrap().iter().filter(|camera| camera.key.is_some()).count();
    assert_eq!(with_key, 20);
}

#[tokio::test]
async fn of_two_who_mark_the_same_act_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let other = SqliteStore::open(dir.path()).await.unwrap();
    let station = StationId::new(7, 12);
    let (one, two) = (by("desk:one"), by("desk:two"));
    let (one, two) = tokio::join!(
        store.mark(station, Act::ProtocolCompleted, UtcMicros(1), &one),
        other.mark(station, Act::ProtocolCompleted, UtcMicros(2), &two)
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let told = one.err().or_else(|| two.err()).unwrap();
    assert!(matches!(told, StoreError::AlreadyMarked { .. }), "{told}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    store_with_list(dir.path()).await.close().await;
    let url = format!("sqlite://{}", dir.path().join("election.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    assert!(matches!(SqliteStore::open(dir.path()).await, Err(StoreError::Migrate(_))));
}
