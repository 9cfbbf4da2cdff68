//! Sixty days of a programme of a thousand stations, drawn from a seed, from an empty list to the vote: chosen, late,
//! failed and corrected stations, phones that send late, twice and with wrong clocks. Every evening the board says what the
//! simulation knows. `ASHKAR_SEEDS=100` uses that many seeds, from `ASHKAR_FIRST_SEED` on.

mod book;
mod dice;
pub mod truth;
mod world;

use std::ops::Range;

use ashkar_election::{Actor, Snapshot, SqliteStore, Store, sample_election, sample_import};
use ashkar_terms::UtcMicros;

use book::Book;
use truth::Planted;
use world::{Story, World};

/// Number of seeds by default.
const SEEDS: u64 = 3;

fn seeds() -> Range<u64> {
    let variable = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let first = variable("ASHKAR_FIRST_SEED").unwrap_or(0);
    first..first + variable("ASHKAR_SEEDS").unwrap_or(SEEDS)
}

/// A store with the sample's thousand stations, and what it holds.
async fn country(dir: &std::path::Path) -> (SqliteStore, Snapshot) {
    let store = SqliteStore::open(dir).await.unwrap();
    let by = Actor::new("test", UtcMicros(1_700_000_000_000_000));
    store.put_election(&sample_election(jiff::civil::date(2024, 2, 7)), &by).await.unwrap();
    let plan = sample_import(&store.list().await.unwrap().1).unwrap();
    store.apply_import(&plan, "sample", &by).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    (store, snapshot)
}

#[tokio::test]
async fn every_evening_the_board_is_true() {
    let dir = tempfile::tempdir().unwrap();
    let (_, snapshot) = country(dir.path()).await;
    let started = std::time::Instant::now();
    let (mut wrong, mut all) = (Vec::new(), Story::default());
    for seed in seeds() {
        match World::new(seed, snapshot.clone(), Book::default(), None).run().await {
            Ok(story) => {
                println!("seed {seed}: {story:?}");
                all.records += story.records;
                all.sent_again += story.sent_again;
                all.fell_back += story.fell_back;
                all.late += story.late;
                all.blocked += story.blocked;
                all.public += story.public;
            }
            Err(error) => {
                println!("seed {seed}: {error}");
                wrong.push(seed);
            }
        }
    }
    println!("{:.1} s", started.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "seeds with a board that was not true: {wrong:?}");
    let happened = [all.records, all.sent_again, all.fell_back, all.late, all.blocked, all.public];
    assert!(happened.iter().all(|count| *count > 100), "everything happens: {all:?}");
}

#[tokio::test]
async fn a_store_tells_the_same_story() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut snapshot) = country(dir.path()).await;
    // A fifth of the stations, so that it is done in seconds.
    let few = snapshot.list.stations().iter().step_by(5).cloned().collect();
    snapshot.list = ashkar_election::StationList::new(snapshot.list.constituencies().to_vec(), few);
    let memory = World::new(7, snapshot.clone(), Book::default(), None).run().await;
    let stored = World::new(7, snapshot, Book::with(store), None).run().await;
    assert_eq!(stored, memory);
    assert!(stored.is_ok(), "{stored:?}");
}

#[tokio::test]
async fn a_board_that_is_not_true_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let (_, snapshot) = country(dir.path()).await;
    for planted in [Planted::OrderOfArrival, Planted::NoWithdrawal, Planted::NoFigures, Planted::OutOfOrder] {
        let told = World::new(0, snapshot.clone(), Book::default(), Some(planted)).run().await;
        assert!(told.as_ref().is_err_and(|error| error.contains("the board says")), "{planted:?}: {told:?}");
    }
}
