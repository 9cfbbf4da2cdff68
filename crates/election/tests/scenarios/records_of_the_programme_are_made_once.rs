//! Records of the programme in the store: made once whoever repeats them, audited, never rewritten, and read on without
//! reading everything again. Photos, links and citizens' reports keep their bounds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_election::{
    Answers, Board, EntryId, Fact, Item, LinkToken, Met, NewEntry, Programme, ProgrammeError, ProgrammeStore,
    Recorded, Refusal, ReportKind, SqliteStore, Stage, StationId, Store, StoreError,
};
use ashkar_terms::{CameraId, UtcMicros};
use serde_json::json;

use crate::common::{by, election, store_with_list};

const STATION: StationId = StationId::new(7, 12);
const ID: EntryId = EntryId::from_bytes([7; 16]);

fn finding(note: &str) -> Fact {
    Fact::Finding {
        station: STATION,
        item: Item::Line,
        met: Met::Yes,
        note: note.to_owned(),
        measured: Some(json!({ "up_mbit_s": 4.217, "loss": 0.1 })),
        evidence: Vec::new(),
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ProgrammeError>) -> Refusal {
    match result {
        Err(ProgrammeError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_sent_again_is_done_and_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let found_at = Some(by("").at.plus(-3_600_000_000));
    let new = NewEntry { id: ID, found_at, fact: finding("4 Mbit/s") };
    let mut token = store.change_token().await.unwrap();
    assert_eq!(store.record(&new, &by("desk:rauf")).await.unwrap(), Recorded::Now);
    assert_ne!(
        std::mem::replace(&mut token, store.change_token().await.unwrap()),
        token,
        "servers notice it"
    );
    let mut later = by("desk:rauf");
    later.at = later.at.plus(60_000_000);
    assert_eq!(store.record(&new, &later).await.unwrap(), Recorded::Before);
    let other = NewEntry { fact: finding("5 Mbit/s"), ..new.clone() };
    assert_eq!(refusal(store.record(&other, &later).await), Refusal::OtherContent(ID));
    let other = NewEntry { found_at: None, ..new.clone() };
    assert_eq!(refusal(store.record(&other, &later).await), Refusal::OtherContent(ID));
    assert_eq!(store.change_token().await.unwrap(), token, "neither changed anything");
    store.close().await;

    let store = SqliteStore::open(dir.path()).await.unwrap();
    let programme = store.programme().await.unwrap();
    let findings = programme.station(STATION).unwrap().findings(Item::Line);
    assert_eq!((findings.len(), findings[0].what.note.as_str()), (1, "4 Mbit/s"));
    assert_eq!((Some(findings[0].at), findings[0].came_at), (found_at, by("").at));
    assert_eq!(findings[0].what.measured, Some(json!({ "up_mbit_s": 4.217, "loss": 0.1 })));
    let history = store.history(STATION).await.unwrap();
    assert_eq!((history.len(), history[0].id, history[0].by.as_str()), (1, ID, "desk:rauf"));
    let entry = store.audit(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((entry.what.as_str(), entry.subject.as_str()), ("programme.finding", "station 7/12"));
    assert_eq!(entry.after.unwrap()["id"], ID.to_string());
    let second = NewEntry::now(finding("now 2")).unwrap();
    store.record(&second, &by("desk:aysel")).await.unwrap();
    let entry = store.audit(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(entry.before.unwrap()["note"], "4 Mbit/s", "what was in force before");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let before = (store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap());
    let record = async |fact: Fact| store.record(&NewEntry::now(fact).unwrap(), &by("desk:x")).await;
    let long = "x".repeat(1001);
    let accepted = |chair: &str, technician: &str| Fact::Acceptance {
        station: STATION,
        chair: chair.into(),
        technician: technician.into(),
        words: String::new(),
    };
    let words = String::new;
    for (fact, says) in [
        (finding(&long), "at most 1000 bytes"),
        (finding("a\u{202e}b"), "invisible"),
        (accepted("Rauf Əliyev", " rauf  eliyev"), "both names are the same"),
        (accepted("", "Rauf"), "is empty"),
        (Fact::AcceptanceWithdrawn { station: STATION, words: "why".into() }, "is not accepted"),
        (Fact::Rehearsal { station: STATION, passed: false, words: words() }, "say why"),
        (Fact::Numbers { stations: 10, constituencies: 11, of_each: Vec::new() }, "cannot be"),
        (
            Fact::Publication { list_version: 1, approved_by: ["A".into(), "a ".into()] },
            "both names are the same",
        ),
        (Fact::Publication { list_version: 9, approved_by: ["A".into(), "B".into()] }, "no version 9"),
        (
            Fact::Report { camera: CameraId::new(7, 12, 2), kind: ReportKind::Box, text: words() },
            "no camera 7/12/2",
        ),
        (Fact::Report { camera: CameraId::new(7, 12, 1), kind: ReportKind::Other, text: words() }, "say why"),
    ] {
        let told = record(fact.clone()).await.unwrap_err().to_string();
        assert!(told.contains(says), "{fact:?}: {told}");
    }
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    for (figures, refused) in [
        (json!({ "x": "y".repeat(2050) }), Refusal::LongFigures),
        (deep, Refusal::LongFigures),
        (json!({ "a\u{202e}": [1] }), Refusal::Invisible("a measured figure")),
    ] {
        let Fact::Finding { station, item, met, note, evidence, .. } = finding("") else { panic!() };
        let fact = Fact::Finding { station, item, met, note, evidence, measured: Some(figures) };
        assert_eq!(refusal(record(fact).await), refused);
    }
    let elsewhere = Fact::Rehearsal { station: StationId::new(7, 99), passed: true, words: words() };
    let refused = record(elsewhere).await;
    assert!(matches!(refused, Err(ProgrammeError::Store(StoreError::NotInList(_)))), "{refused:?}");
    assert_eq!((store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap()), before);
    assert_eq!(store.programme().await.unwrap().last(), 0);
    store.close().await;
    let empty = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(empty.path()).await.unwrap();
    let refused = store.record(&NewEntry::now(finding("")).unwrap(), &by("x")).await;
    assert!(matches!(refused, Err(ProgrammeError::Store(StoreError::NoElection))), "{refused:?}");
    assert_eq!(store.programme().await.unwrap(), Programme::default());
}

#[tokio::test]
async fn a_batch_is_recorded_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let due = |stage| Fact::Due { station: STATION, stage, responsible: "Rauf".into(), due: None };
    let good: Vec<NewEntry> = Stage::ALL.map(|stage| NewEntry::now(due(stage)).unwrap()).to_vec();
    let mut bad = good.clone();
    bad.push(NewEntry::now(Fact::AcceptanceWithdrawn { station: STATION, words: "w".into() }).unwrap());
    assert_eq!(refusal(store.record_all(&bad, "dues.csv", &by("cli:x")).await), Refusal::NotAccepted);
    assert_eq!(store.programme().await.unwrap().last(), 0);
    assert_eq!(store.record_all(&good, "dues.csv", &by("cli:x")).await.unwrap(), 7);
    let entries = store.audit(0, 100).await.unwrap();
    let last = entries.last().unwrap();
    assert_eq!((last.what.as_str(), last.subject.as_str()), ("programme.import", "dues.csv"));
    assert_eq!(last.after.as_ref().unwrap()["records"], 7);
    assert_eq!(store.record_all(&good, "dues.csv", &by("cli:x")).await.unwrap(), 0);
    assert_eq!(store.audit(0, 100).await.unwrap(), entries, "the second time changed nothing");
}

#[tokio::test]
async fn a_server_reads_on_and_sees_what_another_process_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let mut programme = store.programme().await.unwrap();
    assert!(!store.catch_up(&mut programme).await.unwrap(), "nothing is new");
    let other = SqliteStore::open(dir.path()).await.unwrap();
    for note in ["a", "b"] {
        other.record(&NewEntry::now(finding(note)).unwrap(), &by("cli:x")).await.unwrap();
        assert!(store.catch_up(&mut programme).await.unwrap());
        assert_eq!(programme, store.programme().await.unwrap(), "the same as when all is read");
    }
    // Another election begins with nothing, and the first one's records are still there.
    let next = ashkar_election::Election::of_date("2025-01-29".parse().unwrap());
    store.put_election(&next, &by("cli:x")).await.unwrap();
    assert!(store.catch_up(&mut programme).await.unwrap());
    assert_eq!((programme.last(), programme.station(STATION)), (0, None));
    store.put_election(&election(), &by("cli:x")).await.unwrap();
    store.catch_up(&mut programme).await.unwrap();
    assert_eq!(programme.station(STATION).unwrap().findings(Item::Line).len(), 2);
}

#[tokio::test]
async fn nothing_recorded_can_be_rewritten() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.record(&NewEntry::now(finding("")).unwrap(), &by("x")).await.unwrap();
    store.keep_photo(STATION, &jpeg(1), &by("x")).await.unwrap();
    store.close().await;
    let database = format!("sqlite://{}", dir.path().join("election.db").display());
    let pool = sqlx::SqlitePool::connect(&database).await.unwrap();
    for statement in [
        "UPDATE programme_entry SET by_name = 'nobody'",
        "DELETE FROM programme_entry",
        "UPDATE programme_photo SET jpeg = x''",
        "DELETE FROM programme_photo",
    ] {
        assert!(sqlx::query(statement).execute(&pool).await.is_err(), "{statement}");
    }
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_cut_off_is_recorded_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let begun = store.audit(0, 100).await.unwrap().last().unwrap().id;
    let all: Vec<NewEntry> =
        (0..60).map(|number| NewEntry::now(finding(&number.to_string())).unwrap()).collect();
    for (new, wait) in all.iter().cloned().zip((0..6).cycle()) {
        let other = store.clone();
        let sent = tokio::spawn(async move { other.record(&new, &by("desk:rauf")).await.map(|_| ()) });
        tokio::time::sleep(std::time::Duration::from_micros(wait * 400)).await;
        sent.abort();
        let _ = sent.await;
    }
    store.close().await;
    let store = SqliteStore::open(dir.path()).await.unwrap();
    let ids = async || {
        let history = store.history(STATION).await.unwrap();
        history.iter().map(|entry| entry.id.to_string()).collect::<Vec<_>>()
    };
    let audited = async || {
        let entries = store.audit(begun, 1000).await.unwrap();
        let id = |entry: ashkar_election::AuditEntry| entry.after.unwrap()["id"].as_str().unwrap().to_owned();
        entries.into_iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, audited().await, "each record has its entry, and each entry its record");
    for new in &all {
        store.record(new, &by("desk:rauf")).await.unwrap();
    }
    let mut made = ids().await;
    assert_eq!(made, audited().await);
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), all.len(), "sent again, each is there once");
}

/// The markers of a small JPEG; `number` makes it another one.
fn jpeg(number: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 16, 1, 1, 0x11, 0];
    bytes.extend([0xff, 0xd9, number]);
    bytes
}

#[tokio::test]
async fn photos_are_jpegs_and_bounded_for_each_station() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let who = by("desk:rauf");
    assert_eq!(refusal(store.keep_photo(STATION, b"<svg>", &who).await), Refusal::NotJpeg);
    let name = store.keep_photo(STATION, &jpeg(0), &who).await.unwrap();
    let entries = store.audit(0, 100).await.unwrap().len();
    assert_eq!(store.keep_photo(STATION, &jpeg(0), &who).await.unwrap(), name);
    assert_eq!(store.audit(0, 100).await.unwrap().len(), entries, "one that is kept stays as it is");
    assert_eq!(store.photo(STATION, name).await.unwrap(), Some(jpeg(0)));
    assert_eq!(store.photo(StationId::new(7, 13), name).await.unwrap(), None, "it is another station's");
    for number in 1..40 {
        store.keep_photo(STATION, &jpeg(number), &who).await.unwrap();
    }
    assert_eq!(refusal(store.keep_photo(STATION, &jpeg(40), &who).await), Refusal::ManyPhotos(40));
    store.keep_photo(STATION, &jpeg(3), &who).await.unwrap();
    let photos = store.photos(STATION).await.unwrap();
    assert_eq!((photos.len(), photos[0].bytes, photos[0].by.as_str()), (40, 18, "desk:rauf"));
    assert!(store.keep_photo(StationId::new(7, 99), &jpeg(0), &who).await.is_err());
}

#[tokio::test]
async fn a_link_is_one_stations_until_a_newer_one_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let (who, chair) = (by("desk:rauf"), by("chair"));
    let yes = Answers { room: true, box_and_tables: true, no_booth: true };
    let no = Answers { no_booth: false, ..yes };
    let first = store.issue_link(STATION, &who).await.unwrap();
    let text = first.reveal();
    assert_eq!(store.programme().await.unwrap().station_of_link(&text.parse().unwrap()), Some(STATION));
    let answered = store.answer_self_test(&first, ID, no, &chair).await.unwrap();
    assert_eq!(answered, (STATION, Recorded::Now));
    assert_eq!(store.answer_self_test(&first, ID, no, &chair).await.unwrap(), (STATION, Recorded::Before));
    let tests = async || {
        let (snapshot, programme) = (store.snapshot().await.unwrap(), store.programme().await.unwrap());
        let tests = Board::of(&snapshot, &programme, who.at, |_| false).self_tests;
        (tests.of, tests.done, tests.passed)
    };
    assert_eq!(tests().await, (3, 1, 0));
    let second = store.issue_link(STATION, &who).await.unwrap();
    let id = || EntryId::generate().unwrap();
    assert_eq!(refusal(store.answer_self_test(&first, id(), yes, &chair).await), Refusal::Link);
    let programme = store.programme().await.unwrap();
    assert_eq!(programme.station_of_link(&first), None);
    assert!(programme.station(STATION).unwrap().has_link());
    store.answer_self_test(&second, id(), yes, &chair).await.unwrap();
    assert_eq!(tests().await, (3, 1, 1));
    let unknown = LinkToken::generate().unwrap();
    assert_eq!(refusal(store.answer_self_test(&unknown, id(), yes, &chair).await), Refusal::Link);
    // Only so many answers of one link are kept.
    let mut kept = 1;
    while store.answer_self_test(&second, id(), yes, &chair).await.is_ok() {
        kept += 1;
        assert!(kept <= 50);
    }
    assert_eq!(kept, 50);
    // The secret is nowhere in the database, nor in the audit trail.
    let audit = format!("{:?}", store.audit(0, 1000).await.unwrap());
    assert!(!audit.contains(&text) && audit.contains("programme.link"));
    store.close().await;
    let bytes = std::fs::read(dir.path().join("election.db")).unwrap();
    assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()));
}

#[tokio::test]
async fn a_flood_of_reports_is_told_as_twenty() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let camera = CameraId::new(7, 12, 1);
    let report = |text: &str| Fact::Report { camera, kind: ReportKind::Box, text: text.to_owned() };
    let record = async |fact: Fact| store.record(&NewEntry::now(fact).unwrap(), &by("public")).await;
    assert_eq!(refusal(record(report(&"ə".repeat(301))).await), Refusal::LongReportText);
    record(report(&"ə".repeat(300))).await.unwrap();
    let mut taken = 1;
    let last = loop {
        match record(report(&format!("qutu görünmür {taken}"))).await {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken <= 20);
    };
    assert_eq!((refusal::<()>(Err(last)), taken), (Refusal::ManyReports, 15));
    assert_eq!(refusal(record(report("qutu görünmür 1 ")).await), Refusal::ReportKnown);
    // Whoever filled those keeps nobody from saying what is wrong.
    for kind in ReportKind::ALL.into_iter().filter(|kind| *kind != ReportKind::Other) {
        let bare = || Fact::Report { camera, kind, text: String::new() };
        record(bare()).await.unwrap();
        assert_eq!(refusal(record(bare()).await), Refusal::ReportKnown);
    }
    record(Fact::Report { camera: CameraId::new(7, 13, 1), kind: ReportKind::Dark, text: String::new() })
        .await
        .unwrap();
    let programme = store.programme().await.unwrap();
    let first = programme.reports()[&camera][0].id;
    let close = |words: &str| Fact::ReportClosed { camera, report: first, words: words.to_owned() };
    assert_eq!(refusal(record(close(" ")).await), Refusal::NoWords);
    record(close("the camera was turned")).await.unwrap();
    assert_eq!(refusal(record(close("again")).await), Refusal::ReportClosed(first));
    let other = Fact::ReportClosed { camera, report: EntryId::from_bytes([0; 16]), words: "x".into() };
    assert!(matches!(refusal(record(other).await), Refusal::NoReport(_)));
    let programme = store.programme().await.unwrap();
    let closed = programme.reports()[&camera][0].closed.clone().unwrap();
    assert_eq!((closed.by.as_str(), closed.words.as_str()), ("public", "the camera was turned"));
    record(report("again")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let board = Board::of(&snapshot, &store.programme().await.unwrap(), UtcMicros(0), |_| false);
    assert_eq!(board.open_reports, 21);
}

#[test]
fn records_of_the_first_form_are_read_for_ever() {
    let frozen = include_str!("../../../../testdata/programme-v1/facts.jsonl");
    let mut kinds = std::collections::BTreeSet::new();
    for line in frozen.lines() {
        let fact: Fact = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&fact).unwrap(), line);
        kinds.insert(serde_json::to_value(&fact).unwrap()["what"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds.len(), 18, "one of each kind");
}
