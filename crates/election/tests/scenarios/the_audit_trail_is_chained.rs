//! The chain of the audit trail: whatever is done to the table past the program is found, with its place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::path::Path;

use crate::common::{STATIONS, by, import, store_with_list};
use ashkar_election::{
    Act, Actor, AuditFault, AuditQuery, RequestId, SqliteStore, StationId, Store, StoreError,
};
use ashkar_terms::UtcMicros;

const STATION: StationId = StationId::new(7, 12);

/// Somebody with the file and no scruples: the guards are taken away first.
async fn past_the_program(dir: &Path, statements: &[&str]) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("election.db")).foreign_keys(false);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let guards = ["audit_keeps_all", "audit_keeps_each", "chain_keeps_all", "chain_keeps_each"];
    for guard in guards {
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER IF EXISTS {guard}")))
            .execute(&pool)
            .await
            .unwrap();
    }
    for statement in statements {
        let done = sqlx::query(sqlx::AssertSqlSafe((*statement).to_owned())).execute(&pool).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    }
    pool.close().await;
}

/// Seven entries.
async fn seven(dir: &Path) {
    let store = store_with_list(dir).await;
    for act in [Act::Closed, Act::Count] {
        store.mark(STATION, act, UtcMicros(5), &by("desk:rauf").because("the chair said so")).await.unwrap();
        store.withdraw_mark(STATION, act, &by("desk:rauf")).await.unwrap();
    }
    store.close().await;
}

#[tokio::test]
async fn whatever_is_done_to_it_is_found_with_its_place() {
    let changed = |id| Some(AuditFault::Changed { id });
    let cases: [(&[&str], _); 9] = [
        (&["UPDATE audit SET by_name = 'desk:other' WHERE id = 4"], changed(4)),
        (&["UPDATE audit SET why = NULL WHERE id = 4"], changed(4)),
        (&["UPDATE audit SET at_us = at_us + 1 WHERE id = 1"], changed(1)),
        (&["UPDATE audit_chain SET hash = zeroblob(32) WHERE audit_id = 6"], changed(6)),
        (&["DELETE FROM audit_chain WHERE audit_id = 5"], Some(AuditFault::Unchained { id: 5 })),
        (
            &["DELETE FROM audit_chain WHERE audit_id = 5", "DELETE FROM audit WHERE id = 5"],
            Some(AuditFault::Missing { id: 5 }),
        ),
        (
            &["DELETE FROM audit_chain WHERE audit_id = 7", "DELETE FROM audit WHERE id = 7"],
            Some(AuditFault::Missing { id: 7 }),
        ),
        (
            &["INSERT INTO audit (at_us, by_name, what, subject) VALUES (1, 'x', 'y', 'z')"],
            Some(AuditFault::Unchained { id: 8 }),
        ),
        (
            &[
                "UPDATE audit SET id = 99 WHERE id = 4",
                "UPDATE audit SET id = 4 WHERE id = 5",
                "UPDATE audit SET id = 5 WHERE id = 99",
            ],
            changed(4),
        ),
    ];
    for (statements, fault) in cases {
        let dir = tempfile::tempdir().unwrap();
        seven(dir.path()).await;
        let check = SqliteStore::open(dir.path()).await.unwrap().check_audit().await.unwrap();
        assert_eq!((check.good, check.fault), (7, None));
        past_the_program(dir.path(), statements).await;
        let store = SqliteStore::open(dir.path()).await.unwrap();
        assert_eq!(store.check_audit().await.unwrap().fault, fault, "{statements:?}");
    }
}

#[tokio::test]
async fn a_registry_of_before_the_chain_is_chained_once() {
    let dir = tempfile::tempdir().unwrap();
    let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/registry-1");
    for file in ["election.db", "secret.key"] {
        std::fs::copy(frozen.join(file), dir.path().join(file)).unwrap();
    }
    let store = SqliteStore::open(dir.path()).await.unwrap();
    let first = store.check_audit().await.unwrap();
    assert!(first.fault.is_none() && first.good >= 6 && first.head.is_some(), "{first:?}");
    store.close().await;
    let store = SqliteStore::open(dir.path()).await.unwrap();
    assert_eq!(store.check_audit().await.unwrap(), first, "opening it again changes nothing");
    import(&store, STATIONS).await;
    let check = store.check_audit().await.unwrap();
    assert_eq!((check.good, check.fault.as_ref()), (first.good + 1, None));
    assert_eq!(store.audit(0, 100).await.unwrap().last().map(|entry| entry.hash.clone()), check.head);
}

#[tokio::test]
async fn a_request_is_done_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let asks = |digest: u8, name: &str| Actor {
        request: Some(RequestId { key: "k".into(), digest: [digest; 32] }),
        ..by(name)
    };
    // What fails is not done, and may be tried again with the same key.
    let absent = StationId::new(7, 99);
    assert!(store.mark(absent, Act::Closed, UtcMicros(5), &asks(1, "desk:rauf")).await.is_err());
    store.mark(STATION, Act::Closed, UtcMicros(5), &asks(1, "desk:rauf")).await.unwrap();
    let again = store.mark(STATION, Act::Closed, UtcMicros(5), &asks(1, "desk:rauf")).await;
    assert!(matches!(again, Err(StoreError::AlreadyDone)), "{again:?}");
    let other = store.withdraw_mark(STATION, Act::Closed, &asks(2, "desk:rauf")).await;
    assert!(matches!(other, Err(StoreError::OtherRequest)), "{other:?}");
    // The key of somebody else is another one.
    store.withdraw_mark(STATION, Act::Closed, &asks(1, "desk:aysel")).await.unwrap();
}

#[tokio::test]
async fn it_is_searched_by_what_people_know() {
    let dir = tempfile::tempdir().unwrap();
    seven(dir.path()).await;
    let store = SqliteStore::open(dir.path()).await.unwrap();
    let query = |change: fn(&mut AuditQuery)| {
        let mut query = AuditQuery { limit: 100, ..AuditQuery::default() };
        change(&mut query);
        query
    };
    for (query, expected) in [
        (query(|_| ()), vec![7, 6, 5, 4, 3, 2, 1]),
        (query(|query| query.limit = 2), vec![7, 6]),
        (query(|query| query.before = Some(3)), vec![2, 1]),
        (query(|query| query.by = Some("desk:rauf".into())), vec![7, 6, 5, 4]),
        (query(|query| query.what = Some("mark".into())), vec![7, 6, 5, 4]),
        (query(|query| query.what = Some("mark.set".into())), vec![6, 4]),
        (query(|query| query.what = Some("mar".into())), vec![]),
        (query(|query| query.subject = Some("7/12".into())), vec![7, 6, 5, 4]),
        (query(|query| query.words = Some("chair said".into())), vec![6, 4]),
        (query(|query| query.words = Some("list.csv".into())), vec![3, 2]),
        (query(|query| query.words = Some("%".into())), vec![]),
        (query(|query| query.words = Some("_".into())), vec![7, 6, 5, 4, 3, 2, 1]),
    ] {
        let found = store.find_audit(&query).await.unwrap();
        let ids: Vec<i64> = found.iter().map(|entry| entry.id).collect();
        if query.words.as_deref() == Some("_") {
            // A line below is itself, and some entries have one.
            assert!(found.iter().all(|entry| serde_json::to_string(entry).unwrap().contains('_')));
        } else {
            assert_eq!(ids, expected, "{query:?}");
        }
    }
}
