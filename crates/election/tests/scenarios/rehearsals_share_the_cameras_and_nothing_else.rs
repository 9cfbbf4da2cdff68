//! A rehearsal and its vote in one registry: the cameras with keys, devices and views are one and the same; marks and turnout
//! are each one's own, and the list is what the vote published; and their days have no moment in common.

use ashkar_election::{
    Act, Actor, Days, ElectionError, ElectionKey, HidingReason, Minute, NewCamera, NewDevice, NewRehearsal,
    PeopleStore, ProposalStore, Proposed, Role, Ruling, Snapshot, SqliteStore, StationId, Store, StoreError,
    Turnout, ViewStore,
};
use ashkar_terms::{CameraId, UtcMicros};

use crate::common::{STATIONS, by, election, import, store_with_list};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const STATION: StationId = StationId::new(7, 12);

fn on(date: &str) -> NewRehearsal {
    NewRehearsal { date: date.parse().unwrap(), on_air: None, until: None }
}

fn key(text: &str) -> ElectionKey {
    ElectionKey::new(text).unwrap()
}

async fn current(store: &SqliteStore) -> String {
    store.election().await.unwrap().unwrap().key.to_string()
}

/// What the public sees of an election, without what belongs to both.
fn own(snapshot: &Snapshot) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        snapshot.election, snapshot.version, snapshot.list, snapshot.marks, snapshot.turnout, snapshot.days
    )
}

/// With a new station, and a second camera for one that was published.
const DRAFT: &str = "constituency,station,venue,address,voters,cameras
7,12,34 nömrəli tam orta məktəb,Nizami küç. 5,991,2
7,13,Mədəniyyət evi,,800,2
8,1,Gənclər evi,Neftçilər pr. 1,1200,1
9,1,Kitabxana,,700,1
";

/// The newest version of an election, and the cameras that must not exist for the public while it is current.
async fn drafts(store: &SqliteStore, election: &ElectionKey) -> (Option<u32>, String) {
    store.use_election(election, &by("cli:aysel")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let drafts = snapshot.cameras.iter().filter(|camera| snapshot.is_draft(camera));
    let drafts: Vec<_> = drafts.map(|camera| camera.id.to_string()).collect();
    (snapshot.version.map(|version| version.number), drafts.join(" "))
}

#[tokio::test]
async fn a_draft_is_not_rehearsed() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let (vote, by) = (key("2024-02-07"), by("cli:aysel"));
    let rehearsal = store.plan_rehearsal(&on("2024-02-03"), &by).await.unwrap().key;
    let all = "7/12/1 7/13/1 7/13/2 8/1/1".to_owned();
    assert_eq!(drafts(&store, &rehearsal).await, (None, all.clone()), "nothing was published");
    assert_eq!(drafts(&store, &vote).await, (Some(2), all));
    store.publish_as_owner(2, None, &by).await.unwrap();
    import(&store, DRAFT).await;
    let new = "7/12/2 9/1/1".to_owned();
    assert_eq!(drafts(&store, &vote).await, (Some(3), new.clone()));
    assert_eq!(drafts(&store, &rehearsal).await, (Some(2), new), "what the vote has not published");
    store.use_election(&vote, &by).await.unwrap();
    import(&store, STATIONS).await;
    let former = "9/1/1".to_owned();
    assert_eq!(drafts(&store, &vote).await, (Some(4), former.clone()));
    assert_eq!(drafts(&store, &rehearsal).await, (Some(2), former), "nor what it had in a draft before");
}

#[tokio::test]
async fn a_rehearsal_is_planned_used_and_left_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let by = by("cli:aysel");
    let turnout = |percent: &str| Turnout {
        at: Minute::at(10, 0),
        constituency: None,
        percent: percent.parse().unwrap(),
        source: "https://example.az/".parse().unwrap(),
    };
    store.publish_as_owner(2, None, &by).await.unwrap();
    store.set_turnout(&turnout("8.12"), &by).await.unwrap();
    store.mark(STATION, Act::Closed, UtcMicros(7), &by).await.unwrap();
    let planned = store.plan_rehearsal(&on("2024-02-03"), &by).await.unwrap();
    assert_eq!(
        (planned.key.as_str(), current(&store).await.as_str()),
        ("2024-02-07-rehearsal-1", "2024-02-07")
    );
    let vote = store.snapshot().await.unwrap();
    assert_eq!(vote.days, Days { foreign: vec![planned.day()], ends: None });

    store.use_election(&planned.key, &by).await.unwrap();
    let rehearsal = store.snapshot().await.unwrap();
    assert_eq!(rehearsal.election.as_ref(), Some(&planned));
    assert_eq!((&rehearsal.list, &rehearsal.version), (&vote.list, &vote.version));
    assert!(rehearsal.marks.is_empty() && rehearsal.turnout.is_empty() && rehearsal.earlier.is_empty());
    assert_eq!(rehearsal.days.foreign.len(), 2);
    assert!(!vote.earlier.is_empty(), "the vote has an earlier version, and the rehearsal only the newest");
    store.set_turnout(&turnout("99.99"), &by).await.unwrap();
    store.mark(STATION, Act::Count, UtcMicros(9), &by).await.unwrap();
    let plan = crate::common::plan(&store, &STATIONS.replace("991", "992")).await;
    let is_refused = |error: &StoreError| matches!(error, StoreError::RehearsalList(of) if *of == vote.election.as_ref().unwrap().key);
    assert!(is_refused(&store.apply_import(&plan, "list.csv", &by).await.unwrap_err()));
    assert!(is_refused(&store.publish_as_owner(2, None, &by).await.unwrap_err()));
    let what = Proposed::PublishList {
        version: 2,
        decision_number: "12/45".to_owned(),
        decision_date: "2024-02-01".parse().unwrap(),
    };
    let proposed = store.propose(&what, &"aysel".parse().unwrap(), "why", &by).await;
    assert!(is_refused(&proposed.unwrap_err()));

    // The other way round, and again: each is as it was.
    store.use_election(&key("2024-02-07"), &by).await.unwrap();
    assert_eq!(own(&store.snapshot().await.unwrap()), own(&vote));
    import(&store, &STATIONS.replace("991", "992")).await;
    let looking = store.looking_at(&planned.key).await.unwrap();
    let seen = looking.snapshot().await.unwrap();
    assert_eq!((&seen.list, seen.turnout[0].percent.to_string().as_str()), (&vote.list, "99.99"));
    assert!(matches!(looking.use_election(&planned.key, &by).await, Err(StoreError::LooksOnly)));
    assert_eq!(current(&store).await, "2024-02-07", "looking changes nothing");
    store.use_election(&planned.key, &by).await.unwrap();
    let again = store.snapshot().await.unwrap();
    assert_eq!((&again.list, &again.version), (&vote.list, &vote.version), "a draft is not rehearsed");
    store.use_election(&key("2024-02-07"), &by).await.unwrap();
    store.publish_as_owner(3, None, &by).await.unwrap();
    let newest = store.snapshot().await.unwrap();
    store.use_election(&planned.key, &by).await.unwrap();
    let again = store.snapshot().await.unwrap();
    assert_eq!((again.list, again.version), (newest.list, newest.version), "what was published last is");
    let trail = store.audit(0, 1000).await.unwrap();
    let told: Vec<_> = trail.iter().filter(|entry| entry.what.starts_with("election.")).collect();
    let told: Vec<_> = told.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(told[..2], ["election.put", "election.rehearse"]);
    assert_eq!(told[2..], ["election.use"; 5]);
    assert!(store.check_audit().await.unwrap().fault.is_none());
}

#[tokio::test]
async fn whatever_is_done_to_a_camera_is_done_under_both() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let by = by("cli:aysel");
    let pull = "rtsp://user:pass@10.0.0.7/main".parse().unwrap();
    let new = NewCamera { id: CAMERA, pull: Some(pull), unlisted: false, sub_of: None, approved: true };
    let first = store.add_camera(&new, &by).await.unwrap();
    let rehearsal = store.plan_rehearsal(&on("2024-02-03"), &by).await.unwrap().key;
    let both = [rehearsal.clone(), key("2024-02-07")];
    store.use_election(&rehearsal, &by).await.unwrap();
    assert!(store.snapshot().await.unwrap().verify_key(&first.reveal()).is_ok());
    // A station that only has a camera that was added by hand has its acts in both, each its own.
    let by_hand = CameraId::new(8, 99, 1);
    let new = NewCamera { id: by_hand, pull: None, unlisted: true, sub_of: None, approved: true };
    store.add_camera(&new, &by).await.unwrap();
    for election in &both {
        store.use_election(election, &by).await.unwrap();
        store.mark(by_hand.into(), Act::Closed, by.at, &by).await.unwrap();
        assert_eq!(store.snapshot().await.unwrap().marks.len(), 1, "{election}");
    }
    store.use_election(&rehearsal, &by).await.unwrap();

    // Done in the rehearsal: a new key, a device, a hiding. And in the vote: the device's end.
    let second = store.replace_keys(&[CAMERA], &by).await.unwrap().remove(0);
    store.issue_enrolment(CAMERA, [7; 32], UtcMicros(i64::MAX), &by).await.unwrap();
    let device = NewDevice { id: "0123456789abcdef".to_owned(), public_key: [1; 32], name: "box".to_owned() };
    store.enrol_device([7; 32], &device, &by).await.unwrap();
    store.hide(CAMERA, by.at, HidingReason::Secrecy, "a booth", &by).await.unwrap();
    for election in &both {
        store.use_election(election, &by).await.unwrap();
        let snapshot = store.snapshot().await.unwrap();
        assert!(
            snapshot.verify_key(&first.reveal()).is_err() && snapshot.verify_key(&second.reveal()).is_ok()
        );
        assert!(snapshot.device(CAMERA, &device.id).is_some(), "{election}");
        assert_eq!(snapshot.hidings_of(CAMERA).len(), 1, "{election}");
        assert_eq!(snapshot.approvals_of(CAMERA).len(), 1, "{election}");
        let camera = snapshot.camera(CAMERA).unwrap();
        assert!(camera.pull.is_some() && !camera.pull_unreadable, "{election}");
    }
    store.revoke_device(CAMERA, &device.id, &by).await.unwrap();
    for election in &both {
        store.use_election(election, &by).await.unwrap();
        assert!(store.snapshot().await.unwrap().device(CAMERA, &device.id).is_none(), "{election}");
    }
}

#[tokio::test]
async fn days_that_cannot_be_told_apart_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let by = by("cli:aysel");
    let refused = async |new: NewRehearsal| match store.plan_rehearsal(&new, &by).await {
        Err(StoreError::Election(error)) => error,
        other => panic!("{other:?}"),
    };
    let vote = key("2024-02-07");
    assert_eq!(refused(on("2024-02-07")).await, ElectionError::SameTime(vote.clone()));
    let morning = NewRehearsal { on_air: Some(Minute(0)), until: Some(Minute::at(7, 0)), ..on("2024-02-07") };
    assert_eq!(
        refused(morning).await,
        ElectionError::SameTime(vote.clone()),
        "not on the polling day at all"
    );
    assert_eq!(refused(on("2024-03-07")).await, ElectionError::AfterVote);
    let made = store.plan_rehearsal(&on("2024-02-03"), &by).await.unwrap();
    assert_eq!(refused(on("2024-02-03")).await, ElectionError::SameTime(made.key.clone()));
    // The vote cannot be moved onto its rehearsal, nor before it, nor be made one by its description.
    let put = async |date: &str| {
        let moved = ashkar_election::Election { date: date.parse().unwrap(), ..election() };
        store.put_election(&moved, &by).await
    };
    assert!(matches!(put("2024-02-02").await, Err(StoreError::Election(ElectionError::SameTime(_)))));
    assert!(matches!(put("2024-01-20").await, Err(StoreError::Election(ElectionError::AfterVote))));
    put("2024-02-10").await.unwrap();
    let unmarked = ashkar_election::Election { rehearsal: None, ..made.clone() };
    assert!(matches!(
        store.put_election(&unmarked, &by).await,
        Err(StoreError::Election(ElectionError::RehearsalMark))
    ));
    assert!(matches!(store.use_election(&key("other"), &by).await, Err(StoreError::UnknownElection(_))));
}

#[tokio::test]
async fn two_persons_switch_at_the_desk() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let actor = |name: &str| Actor::new(format!("desk:{name}"), UtcMicros(1_707_300_000_000_000));
    let rehearsal = store.plan_rehearsal(&on("2024-02-03"), &actor("aysel")).await.unwrap().key;
    let [aysel, rauf] = ["aysel", "rauf"].map(|name| name.parse().unwrap());
    let what = Proposed::UseElection { key: rehearsal.clone() };
    assert_eq!(what.kind(), "election.use");
    assert!(Role::Commission.may(what.permissions().0) && !Role::Operator.may(what.permissions().1));
    let nowhere = Proposed::UseElection { key: key("nowhere") };
    assert!(store.propose(&nowhere, &aysel, "why", &actor("aysel")).await.is_err());
    let proposal = store.propose(&what, &aysel, "the rehearsal begins", &actor("aysel")).await.unwrap();
    assert_eq!(current(&store).await, "2024-02-07");
    let approve = || Ruling::Approve {
        invitation: ashkar_election::NewInvitation { token_hash: [0; 32], expires_at: UtcMicros(0) },
    };
    assert!(store.decide(proposal.id, approve(), &aysel, &actor("aysel")).await.is_err());
    store.decide(proposal.id, approve(), &rauf, &actor("rauf")).await.unwrap();
    assert_eq!(current(&store).await, rehearsal.as_str());
    assert!(store.people().await.unwrap().is_empty());
}
