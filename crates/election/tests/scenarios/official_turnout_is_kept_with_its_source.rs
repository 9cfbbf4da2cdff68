//! Official turnout: figures announced for the plan's times, for the country and for constituencies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{by, election, store_with_list};
use ashkar_election::{Minute, SqliteStore, Store, StoreError, Turnout};

fn figure(at: &str, constituency: Option<u16>, percent: &str) -> Turnout {
    Turnout {
        at: at.parse().unwrap(),
        constituency,
        percent: percent.parse().unwrap(),
        source: "https://example.org/turnout".parse().unwrap(),
    }
}

#[tokio::test]
async fn figures_come_back_in_the_order_of_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let figures = [
        figure("10:00", None, "8.12"),
        figure("10:00", Some(7), "9.5"),
        figure("12:00", None, "0"),
        figure("19:00", Some(29), "100"),
    ];
    for figure in figures.iter().rev() {
        store.set_turnout(figure, &by("cli:aysel")).await.unwrap();
    }
    assert_eq!(store.turnout().await.unwrap(), figures);
    store.close().await;
    let store = SqliteStore::open(dir.path()).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().turnout, figures);
}

#[tokio::test]
async fn a_figure_is_corrected_and_removed_and_all_of_it_stays_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let begun = store.audit(0, 100).await.unwrap().last().unwrap().id;
    let token = store.change_token().await.unwrap();
    store.set_turnout(&figure("10:00", None, "8.12"), &by("cli:aysel")).await.unwrap();
    assert_ne!(store.change_token().await.unwrap(), token, "a running server notices it");
    store.set_turnout(&figure("10:00", None, "8.12"), &by("cli:aysel")).await.unwrap();
    store.set_turnout(&figure("10:00", None, "8.21"), &by("cli:rauf")).await.unwrap();
    store.set_turnout(&figure("10:00", Some(7), "7"), &by("cli:rauf")).await.unwrap();
    let at = Minute::at(10, 0);
    store.remove_turnout(at, None, &by("cli:rauf")).await.unwrap();
    assert_eq!(store.turnout().await.unwrap(), [figure("10:00", Some(7), "7")], "only the country's");

    let entries = store.audit(begun, 100).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            let percent =
                |side: &Option<serde_json::Value>| side.as_ref().map(|json| json["percent"].as_f64());
            (entry.what.as_str(), entry.subject.as_str(), percent(&entry.before), percent(&entry.after))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("turnout.set", "10:00", None, Some(Some(8.12))),
            ("turnout.set", "10:00", Some(Some(8.12)), Some(Some(8.21))),
            ("turnout.set", "10:00 constituency 7", None, Some(Some(7.0))),
            ("turnout.remove", "10:00", Some(Some(8.21)), None),
        ]
    );
    let refused = store.remove_turnout(at, None, &by("cli:rauf")).await.unwrap_err();
    assert_eq!(refused.to_string(), "no turnout of the whole country is entered for 10:00");
}

#[tokio::test]
async fn a_time_or_a_constituency_that_is_not_there_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let before = (store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap());
    let refused = store.set_turnout(&figure("10:30", None, "8"), &by("cli:x")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "10:30 is no time at which turnout is announced; the plan has 10:00, 12:00, 15:00, 17:00, 19:00"
    );
    let refused = store.set_turnout(&figure("10:00", Some(77), "8"), &by("cli:x")).await;
    assert!(matches!(refused, Err(StoreError::NoConstituency(77))), "{refused:?}");
    let refused = store.remove_turnout(Minute::at(10, 0), Some(7), &by("cli:x")).await.unwrap_err();
    assert_eq!(refused.to_string(), "no turnout of constituency 7 is entered for 10:00");
    assert_eq!((store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap()), before);
}

#[tokio::test]
async fn a_figure_shows_only_while_the_plan_has_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let ten = figure("10:00", None, "8.12");
    store.set_turnout(&ten, &by("cli:x")).await.unwrap();
    let mut other = election();
    other.plan.turnout.remove(0);
    store.put_election(&other, &by("cli:x")).await.unwrap();
    assert!(store.snapshot().await.unwrap().turnout.is_empty());
    store.put_election(&election(), &by("cli:x")).await.unwrap();
    assert_eq!(store.turnout().await.unwrap(), [ten]);
}

#[tokio::test]
async fn elections_do_not_share_figures() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.set_turnout(&figure("10:00", None, "8.12"), &by("cli:x")).await.unwrap();
    let next = ashkar_election::Election::of_date("2025-01-29".parse().unwrap());
    store.put_election(&next, &by("cli:x")).await.unwrap();
    assert!(store.turnout().await.unwrap().is_empty());
}
