//! Proposals: nobody is both persons, the second decides about what the first saw, and it is done once or not at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{by, election, store_with_list};
use ashkar_election::{
    Act, Election, NewInvitation, PeopleStore, PersonName, Profile, Proposal, ProposalError, ProposalState,
    ProposalStore, Proposed, Role, Ruling, SqliteStore, StationId, Store, StoreError,
};
use ashkar_terms::UtcMicros;

const STATION: StationId = StationId::new(7, 12);

fn name(text: &str) -> PersonName {
    text.parse().unwrap()
}

fn approve() -> Ruling {
    let expires_at = by("").at.plus(1_000_000);
    Ruling::Approve { invitation: NewInvitation { token_hash: [5; 32], expires_at } }
}

fn closing() -> Proposed {
    Proposed::CloseStation { station: STATION, at: by("").at.plus(-1) }
}

async fn propose(store: &SqliteStore, what: &Proposed, who: &str) -> Result<Proposal, StoreError> {
    store.propose(what, &name(who), "the chair called", &by(&format!("desk:{who}"))).await
}

async fn decide(store: &SqliteStore, id: i64, how: Ruling, who: &str) -> Result<Proposal, StoreError> {
    store.decide(id, how, &name(who), &by(&format!("desk:{who}")).because("seen")).await
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> ProposalError {
    match result {
        Err(StoreError::Proposal(error)) => error,
        other => panic!("{other:?}"),
    }
}

async fn is_closed(store: &SqliteStore) -> bool {
    store.snapshot().await.unwrap().marks_of(STATION).at(Act::ProtocolCompleted).is_some()
}

#[tokio::test]
async fn what_one_proposes_another_decides() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let open = propose(&store, &closing(), "aysel").await.unwrap();
    assert_eq!((open.state, open.what.clone()), (ProposalState::Open, closing()));
    assert!(!is_closed(&store).await, "nothing is done yet");
    assert_eq!(refusal(propose(&store, &closing(), "rauf").await), ProposalError::AlreadyOpen(name("aysel")));
    for how in [approve(), Ruling::Refuse] {
        assert_eq!(refusal(decide(&store, open.id, how, "aysel").await), ProposalError::SamePerson);
    }
    assert_eq!(refusal(decide(&store, open.id, Ruling::Withdraw, "rauf").await), ProposalError::OtherPerson);
    assert!(!is_closed(&store).await);
    let done = decide(&store, open.id, approve(), "rauf").await.unwrap();
    assert_eq!(done.state, ProposalState::Approved);
    assert_eq!(done.decided.as_ref().map(|decided| decided.by.clone()), Some(name("rauf")));
    assert!(is_closed(&store).await);
    assert_eq!(refusal(decide(&store, open.id, approve(), "vusal").await), ProposalError::Decided(open.id));
    assert_eq!(store.proposals(true, 10).await.unwrap(), []);
    assert_eq!(store.proposals(false, 10).await.unwrap(), [done]);
    let what: Vec<_> =
        store.audit(3, 10).await.unwrap().into_iter().map(|entry| (entry.what, entry.by)).collect();
    let expected =
        [("proposal.open", "desk:aysel"), ("mark.set", "desk:rauf"), ("proposal.approve", "desk:rauf")];
    assert_eq!(what, expected.map(|(what, by)| (what.to_owned(), by.to_owned())));
}

#[tokio::test]
async fn what_changed_since_is_stale() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let open = propose(&store, &closing(), "aysel").await.unwrap();
    store.mark(STATION, Act::Closed, UtcMicros(5), &by("cli:x")).await.unwrap();
    let decided = decide(&store, open.id, approve(), "rauf").await.unwrap();
    assert_eq!(decided.state, ProposalState::Stale);
    assert!(!is_closed(&store).await, "nothing was done");
    let again = propose(&store, &closing(), "aysel").await.unwrap();
    assert_eq!(decide(&store, again.id, approve(), "rauf").await.unwrap().state, ProposalState::Approved);
}

#[tokio::test]
async fn what_cannot_be_done_is_not_proposed() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let (token, entries) = (store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap());
    let absent = Proposed::CloseStation { station: StationId::new(7, 99), at: by("").at };
    assert!(matches!(propose(&store, &absent, "aysel").await, Err(StoreError::NotInList(_))));
    let future = Proposed::CloseStation { station: STATION, at: by("").at.plus(1) };
    assert_eq!(refusal(propose(&store, &future, "aysel").await), ProposalError::Future);
    let other = Election::of_date("2025-01-29".parse().unwrap());
    let other = Proposed::ChangePolicy { election: Box::new(other) };
    assert_eq!(refusal(propose(&store, &other, "aysel").await), ProposalError::NotTheElection);
    for why in ["", "  ", "a\u{7}", &"x".repeat(1001)] {
        let refused = store.propose(&closing(), &name("aysel"), why, &by("desk:aysel")).await;
        assert_eq!(refusal(refused), ProposalError::Why, "{why:?}");
    }
    assert_eq!((store.change_token().await.unwrap(), store.audit(0, 100).await.unwrap()), (token, entries));
}

#[tokio::test]
async fn refused_and_withdrawn_ones_are_kept_and_done_never() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let mut changed = election();
    changed.policy.sound = true;
    let what = Proposed::ChangePolicy { election: Box::new(changed) };
    let first = propose(&store, &what, "aysel").await.unwrap();
    let silent = store.decide(first.id, Ruling::Refuse, &name("rauf"), &by("desk:rauf")).await;
    assert_eq!(refusal(silent), ProposalError::Why, "a refusal says why");
    assert_eq!(decide(&store, first.id, Ruling::Refuse, "rauf").await.unwrap().state, ProposalState::Refused);
    let second = propose(&store, &what, "aysel").await.unwrap();
    assert_eq!(
        decide(&store, second.id, Ruling::Withdraw, "aysel").await.unwrap().state,
        ProposalState::Withdrawn
    );
    assert_eq!(
        refusal(decide(&store, second.id, approve(), "rauf").await),
        ProposalError::Decided(second.id)
    );
    assert!(!store.election().await.unwrap().unwrap().policy.sound);
    // Those of another election cannot be decided while it is not the current one.
    let third = propose(&store, &what, "aysel").await.unwrap();
    let next = Election::of_date("2025-01-29".parse().unwrap());
    store.put_election(&next, &by("cli:x")).await.unwrap();
    assert_eq!(
        refusal(decide(&store, third.id, approve(), "rauf").await),
        ProposalError::OtherElection(third.id)
    );
    assert_eq!(store.proposals(false, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_recovery_gives_a_new_invitation_to_one_person() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let profile = Profile {
        display_name: "Vüsal".into(),
        role: Role::Operator,
        constituencies: None,
        language: ashkar_election::Language::Az,
    };
    let first = NewInvitation { token_hash: [1; 32], expires_at: by("").at.plus(1_000_000) };
    store.invite(&name("vusal"), &profile, &first, &by("cli:root")).await.unwrap();
    let what = Proposed::RecoverPerson { name: name("vusal") };
    let open = propose(&store, &what, "admin1").await.unwrap();
    assert!(store.invitation(&[1; 32], by("").at).await.unwrap().is_some(), "trying it out changed nothing");
    decide(&store, open.id, approve(), "admin2").await.unwrap();
    assert!(store.invitation(&[1; 32], by("").at).await.unwrap().is_none());
    assert!(store.invitation(&[5; 32], by("").at).await.unwrap().is_some());
}
