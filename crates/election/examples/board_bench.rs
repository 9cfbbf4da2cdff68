//! Prints what the board of the programme costs: `cargo run --release -p ashkar-election --example board_bench`.
//!
//! The sample's 1000 stations with thirty records each, as a technician's phone sends them; the board is made a hundred
//! times. Then all records are read from the store once, and one more that was added.

use std::time::Instant;

use ashkar_election::{
    Actor, Board, EntryId, Fact, Item, Met, NewEntry, ProgrammeStore, SqliteStore, Stage, Store,
    sample_election, sample_import,
};
use ashkar_terms::UtcMicros;

const BOARDS: u32 = 100;
/// A month before the vote.
const NOW: UtcMicros = UtcMicros(1_704_607_200_000_000);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let store = SqliteStore::open(dir.path()).await?;
    let by = Actor::new("bench", NOW);
    store.put_election(&sample_election(jiff::civil::date(2024, 2, 7)), &by).await?;
    let plan = sample_import(&store.list().await?.1)?;
    store.apply_import(&plan, "sample", &by).await?;
    let snapshot = store.snapshot().await?;
    let mut new = Vec::new();
    for (station, number) in snapshot.list.stations().iter().zip(0_u32..) {
        let facts = facts(station.id, number);
        new.extend(facts.into_iter().map(NewEntry::now).collect::<Result<Vec<_>, _>>()?);
    }
    let begun = Instant::now();
    store.record_all(&new, "bench", &by).await?;
    println!("{} records made in one transaction: {:.0?}", new.len(), begun.elapsed());

    let begun = Instant::now();
    let mut programme = store.programme().await?;
    println!("all of them read: {:.1?}", begun.elapsed());
    let one = NewEntry {
        id: EntryId::generate()?,
        found_at: None,
        fact: Fact::Numbers { stations: 1000, constituencies: 119, of_each: Vec::new() },
    };
    store.record(&one, &by).await?;
    let begun = Instant::now();
    store.catch_up(&mut programme).await?;
    println!("one more read: {:.2?}", begun.elapsed());

    let mut slowest = std::time::Duration::ZERO;
    let begun = Instant::now();
    for _ in 0..BOARDS {
        let one = Instant::now();
        let board = Board::of(&snapshot, &programme, NOW, |_| false);
        slowest = slowest.max(one.elapsed());
        assert_eq!(board.stations.len(), snapshot.list.stations().len());
    }
    println!("board: {:.2?} on average, {slowest:.2?} at most", begun.elapsed() / BOARDS);
    let begun = Instant::now();
    let bytes = serde_json::to_vec(&Board::of(&snapshot, &programme, NOW, |_| false))?.len();
    println!("board and its JSON of {bytes} bytes: {:.1?}", begun.elapsed());
    Ok(())
}

/// Thirty records of a station; in every third one some item is not met at last.
fn facts(station: ashkar_election::StationId, number: u32) -> Vec<Fact> {
    let finding = |item, met| Fact::Finding {
        station,
        item,
        met,
        note: "as it was found at the first visit".to_owned(),
        measured: (item == Item::Line).then(|| serde_json::json!({ "up_mbit_s": 4.2 })),
        evidence: Vec::new(),
    };
    let mut facts: Vec<Fact> = Item::ALL.into_iter().map(|item| finding(item, Met::No)).collect();
    facts.extend(Item::ALL.into_iter().map(|item| finding(item, Met::Yes)));
    facts.extend(Stage::ALL.into_iter().map(|stage| Fact::Due {
        station,
        stage,
        responsible: "Rauf".to_owned(),
        due: Some(jiff::civil::date(2024, 1, 5)),
    }));
    let words = String::new();
    facts.push(Fact::Acceptance { station, chair: "Leyla".to_owned(), technician: "Rauf".to_owned(), words });
    facts.push(Fact::Rehearsal { station, passed: true, words: String::new() });
    let last = if number.is_multiple_of(3) { Met::No } else { Met::Yes };
    facts.push(finding(Item::Mount, last));
    facts
}
