//! Publication of the list: a version is a draft until two persons, or the owner, publish it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{CONSTITUENCIES, STATIONS, by, election, import, list, plan, store_with_list};
use ashkar_election::{
    Board, ListDecision, NewCamera, NewInvitation, PersonName, ProgrammeStore, Proposal, ProposalError,
    ProposalState, ProposalStore, Proposed, Ruling, SqliteStore, StationId, Store, StoreError,
};
use ashkar_terms::{CameraId, UtcMicros};

const DAY_US: i64 = 24 * 3600 * 1_000_000;

fn name(text: &str) -> PersonName {
    text.parse().unwrap()
}

fn decision() -> ListDecision {
    ListDecision { number: "12/45".into(), date: "2024-02-01".parse().unwrap() }
}

fn publishing(version: u32) -> Proposed {
    let ListDecision { number, date } = decision();
    Proposed::PublishList { version, decision_number: number, decision_date: date }
}

async fn propose(store: &SqliteStore, what: &Proposed) -> Result<Proposal, StoreError> {
    store.propose(what, &name("aysel"), "the commission decided", &by("desk:aysel")).await
}

async fn approve(store: &SqliteStore, id: i64) -> Result<Proposal, StoreError> {
    let invitation = NewInvitation { token_hash: [5; 32], expires_at: by("").at };
    store.decide(id, Ruling::Approve { invitation }, &name("rauf"), &by("desk:rauf")).await
}

/// The second version without 7/13, with another venue for 8/1, a second camera for 7/12, and a new 9/1.
const REVISED: &str = "constituency,station,venue,address,voters,cameras
7,12,34 nömrəli tam orta məktəb,Nizami küç. 5,991,2
8,1,Musiqi məktəbi,Neftçilər pr. 1,1200,1
9,1,Kitabxana,,700,1
";

/// Which cameras are enabled, and which of those the public must not know.
async fn cameras(store: &SqliteStore) -> [Vec<String>; 2] {
    let snapshot = store.snapshot().await.unwrap();
    let enabled: Vec<_> = snapshot.cameras.iter().filter(|camera| camera.enabled).collect();
    let drafts = enabled.iter().filter(|camera| snapshot.is_draft(camera));
    let names = |cameras: &mut dyn Iterator<Item = CameraId>| cameras.map(|id| id.to_string()).collect();
    [names(&mut enabled.iter().map(|camera| camera.id)), names(&mut drafts.map(|camera| camera.id))]
}

#[tokio::test]
async fn a_version_is_a_draft_until_two_persons_publish_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let snapshot = store.snapshot().await.unwrap();
    assert!(snapshot.published_list().is_empty() && snapshot.published_versions().next().is_none());
    assert_eq!(snapshot.list, list());
    assert_eq!(
        cameras(&store).await[0],
        cameras(&store).await[1],
        "cameras can be installed, and are not public"
    );
    let open = propose(&store, &publishing(2)).await.unwrap();
    assert_eq!(open.seen["sha256"], snapshot.version.unwrap().sha256_hex());
    assert_eq!((&open.seen["stations"], &open.seen["published"]), (&3.into(), &serde_json::Value::Null));
    assert!(store.snapshot().await.unwrap().published_list().is_empty(), "trying it out changed nothing");
    assert_eq!(approve(&store, open.id).await.unwrap().state, ProposalState::Approved);

    let snapshot = store.snapshot().await.unwrap();
    assert_eq!((snapshot.published_list(), snapshot.published.is_some()), (&list(), false));
    let publication = snapshot.version.as_ref().unwrap().publication.clone().unwrap();
    assert_eq!((publication.at, publication.by_owner), (by("").at, false));
    assert_eq!(publication.decision, Some(decision()));
    assert_eq!((&*publication.proposed_by, &*publication.approved_by), ("desk:aysel", "desk:rauf"));
    let numbers: Vec<_> = snapshot.published_versions().map(|version| version.number).collect();
    assert_eq!(numbers, [2], "the first version never was public");
    assert!(cameras(&store).await[1].is_empty());
    // The programme knows both, and so does its board.
    let board = Board::of(&snapshot, &store.programme().await.unwrap(), by("").at, |_| false).publication;
    assert_eq!(board.decision.map(|one| (one.number, one.list_version)), Some(("12/45".into(), 2)));
    assert_eq!(board.published.map(|one| one.approved_by), Some(["desk:aysel".into(), "desk:rauf".into()]));
    let what: Vec<_> = store.audit(0, 100).await.unwrap().into_iter().map(|entry| entry.what).collect();
    let made = ["list.publish", "programme.decision", "programme.publication", "proposal.approve"];
    assert_eq!(what[what.len() - 4..], made);
    // Names are not for the public.
    let json = serde_json::to_string(&snapshot.version).unwrap();
    assert!(json.contains("12/45") && !json.contains("aysel") && !json.contains("rauf"), "{json}");
}

#[tokio::test]
async fn what_a_draft_no_longer_has_stays_until_it_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    store.publish_as_owner(2, None, &by("cli:aysel")).await.unwrap();
    let published = ["7/12/1", "7/13/1", "7/13/2", "8/1/1"];
    assert_eq!(cameras(&store).await[0], published);
    import(&store, REVISED).await;
    let [enabled, drafts] = cameras(&store).await;
    assert_eq!(enabled, ["7/12/1", "7/12/2", "7/13/1", "7/13/2", "8/1/1", "9/1/1"]);
    assert_eq!(drafts, ["7/12/2", "9/1/1"]);
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.published_list(), &list());
    let changes = store.list_changes(3).await.unwrap();
    assert_eq!((changes.previous.unwrap().number, changes.counts.new, changes.counts.removed), (2, 1, 1));

    let open = propose(&store, &publishing(3)).await.unwrap();
    assert_eq!(open.seen["published"]["version"], 2);
    assert_eq!(open.seen["changes"]["new"], 1);
    approve(&store, open.id).await.unwrap();
    let [enabled, drafts] = cameras(&store).await;
    assert_eq!(enabled, ["7/12/1", "7/12/2", "8/1/1", "9/1/1"]);
    assert!(drafts.is_empty());
}

#[tokio::test]
async fn a_station_that_only_a_draft_had_is_not_public_by_hand_either() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let add = async |id: CameraId, unlisted| {
        let new = NewCamera { id, pull: None, sub_of: None, unlisted, approved: true };
        store.add_camera(&new, &by("cli:aysel")).await.unwrap();
    };
    add(CameraId::new(7, 13, 3), false).await;
    add(CameraId::new(29, 5, 1), true).await;
    let sub = CameraId::new(7, 13, 101);
    let new = NewCamera {
        id: sub,
        pull: None,
        sub_of: Some(CameraId::new(7, 13, 1)),
        unlisted: false,
        approved: false,
    };
    store.add_camera(&new, &by("cli:aysel")).await.unwrap();
    import(&store, REVISED).await;
    let snapshot = store.snapshot().await.unwrap();
    let is_draft = |id: CameraId| snapshot.is_draft(snapshot.camera(id).unwrap());
    assert!(is_draft(CameraId::new(7, 13, 3)), "its station left the draft and never was public");
    assert!(is_draft(sub), "and so did its sub-stream's");
    assert!(!is_draft(CameraId::new(29, 5, 1)), "no version ever had that station");
    assert_eq!(snapshot.never_published.len(), 4);
}

#[tokio::test]
async fn what_changed_since_is_not_published() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    assert!(matches!(propose(&store, &publishing(1)).await, Err(StoreError::NotNewest { newest: 2 })));
    assert!(matches!(propose(&store, &publishing(3)).await, Err(StoreError::NoVersion(3))));
    let late = Proposed::PublishList {
        version: 2,
        decision_number: "1".into(),
        decision_date: "2024-02-08".parse().unwrap(),
    };
    assert!(matches!(propose(&store, &late).await, Err(StoreError::Proposal(ProposalError::Future))));
    let nameless =
        Proposed::PublishList { version: 2, decision_number: " ".into(), decision_date: decision().date };
    assert!(matches!(propose(&store, &nameless).await, Err(StoreError::Programme(_))));

    let open = propose(&store, &publishing(2)).await.unwrap();
    import(&store, REVISED).await;
    assert_eq!(approve(&store, open.id).await.unwrap().state, ProposalState::Stale);
    let open = propose(&store, &publishing(3)).await.unwrap();
    store.publish_as_owner(2, None, &by("cli:x")).await.unwrap();
    assert_eq!(approve(&store, open.id).await.unwrap().state, ProposalState::Stale);
    assert_eq!(store.snapshot().await.unwrap().published_list(), &list());
    store.publish_as_owner(3, None, &by("cli:x")).await.unwrap();
    assert!(matches!(propose(&store, &publishing(3)).await, Err(StoreError::AlreadyPublished(3, 3))));
    for number in [1, 2] {
        let again = store.publish_as_owner(number, None, &by("cli:x")).await;
        assert!(matches!(again, Err(StoreError::AlreadyPublished(3, _))), "{again:?}");
    }
}

#[tokio::test]
async fn the_owner_publishes_alone_and_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let version = store.publish_as_owner(2, Some(&decision()), &by("cli:aysel")).await.unwrap();
    let publication = version.publication.unwrap();
    assert!(publication.by_owner && publication.decision == Some(decision()));
    let entries = store.audit(0, 100).await.unwrap();
    let [.., owner, decided] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((&*owner.what, &*owner.by, &*owner.subject), ("list.owner", "cli:aysel", "version 2"));
    assert_eq!(decided.what, "programme.decision");
    let board = |at: UtcMicros| {
        let store = &store;
        async move {
            let (snapshot, programme) = (store.snapshot().await.unwrap(), store.programme().await.unwrap());
            Board::of(&snapshot, &programme, at, |_| false).publication
        }
    };
    // On the day of the vote: two days too late.
    assert!(board(by("").at).await.late);
    import(&store, REVISED).await;
    assert!(board(by("").at).await.outdated);
}

#[tokio::test]
async fn published_in_time_is_not_late() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).await.unwrap();
    store.put_election(&election(), &by("test")).await.unwrap();
    let early = ashkar_election::Actor::new("cli:aysel", by("").at.plus(-3 * DAY_US));
    for file in [CONSTITUENCIES, STATIONS] {
        store.apply_import(&plan(&store, file).await, "list.csv", &early).await.unwrap();
    }
    store.publish_as_owner(2, None, &early).await.unwrap();
    let (snapshot, programme) = (store.snapshot().await.unwrap(), store.programme().await.unwrap());
    let board = Board::of(&snapshot, &programme, by("").at, |_| false).publication;
    assert!(!board.late && !board.outdated && board.decision.is_none());
    assert_eq!(board.published.map(|one| one.list_version), Some(2));
    assert!(snapshot.published_list().station(StationId::new(7, 12)).is_some());
}
