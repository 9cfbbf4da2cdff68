//! Accounts, what proves who somebody is, and sessions: each step leaves its entry, and nothing is good twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use crate::common::{by, store_with_list};
use ashkar_election::{
    Actor, FactorUse, Language, NewInvitation, NewSession, PeopleStore, PersonError, PersonName, Profile,
    Role, SecretChange, SignInStage, SqliteStore, Store, StoreError,
};
use ashkar_terms::UtcMicros;

const HOUR_US: i64 = 3_600_000_000;

fn name(text: &str) -> PersonName {
    text.parse().unwrap()
}

fn profile(role: Role) -> Profile {
    Profile { display_name: "Aysel Məmmədova".into(), role, constituencies: None, language: Language::Az }
}

fn now() -> UtcMicros {
    by("").at
}

fn invitation(token: u8) -> NewInvitation {
    NewInvitation { token_hash: [token; 32], expires_at: now().plus(HOUR_US) }
}

fn session(token: u8, stage: SignInStage) -> NewSession {
    NewSession {
        token_hash: [token; 32],
        stage,
        expires_at: now().plus(HOUR_US),
        from: "192.0.2.1".into(),
        agent: "a browser".into(),
    }
}

/// Somebody who accepted an invitation, set up one-time passwords and is signed in by the cookie `token`.
async fn signed_in(store: &SqliteStore, who: &str, role: Role, token: u8) -> i64 {
    let who = name(who);
    let actor = by("desk:root");
    store.invite(&who, &profile(role), &invitation(token), &actor).await.unwrap();
    store.accept_invitation(&[token; 32], "phc", &session(token, SignInStage::Enrol), &actor).await.unwrap();
    let id = here(store, token).await.unwrap();
    let totp = SecretChange::Totp { secret: "JBSWY3DP".into(), step: 1 };
    store.change_secret(&who, &totp, id, &actor).await.unwrap();
    store.raise_session(id, None, &session(token + 100, SignInStage::Full), &actor).await.unwrap();
    assert!(here(store, token).await.is_none(), "the former cookie is void");
    here(store, token + 100).await.unwrap()
}

async fn here(store: &SqliteStore, token: u8) -> Option<i64> {
    let found = store.session(&[token; 32], now(), now().plus(-HOUR_US)).await.unwrap();
    found.map(|(session, _)| session.id)
}

fn refused(result: Result<(), StoreError>) -> PersonError {
    match result {
        Err(StoreError::Person(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_invitation_is_good_once_and_for_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let (aysel, root) = (name("aysel"), by("cli:root"));
    store.invite(&aysel, &profile(Role::Operator), &invitation(1), &root).await.unwrap();
    let twice = store.invite(&aysel, &profile(Role::Operator), &invitation(2), &root).await;
    assert_eq!(refused(twice), PersonError::Exists(aysel.clone()));
    store.invite_again(&aysel, &invitation(3), &root).await.unwrap();
    for (token, at, is_good) in [(1, now(), false), (3, now(), true), (3, now().plus(HOUR_US), false)] {
        assert_eq!(store.invitation(&[token; 32], at).await.unwrap().is_some(), is_good, "{token}");
    }
    store.accept_invitation(&[3; 32], "phc", &session(9, SignInStage::Enrol), &root).await.unwrap();
    let again = store.accept_invitation(&[3; 32], "other", &session(10, SignInStage::Enrol), &root).await;
    assert_eq!(refused(again), PersonError::Invitation);
    assert_eq!(store.secrets(&aysel).await.unwrap().unwrap().password.as_deref(), Some("phc"));
    assert!(here(&store, 9).await.is_some() && here(&store, 10).await.is_none());
    let again = store.invite_again(&aysel, &invitation(4), &root).await;
    assert_eq!(refused(again), PersonError::SignedInBefore(aysel));
}

#[tokio::test]
async fn a_second_factor_is_good_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let aysel = name("aysel");
    let id = signed_in(&store, "aysel", Role::Commission, 1).await;
    let actor = by("desk:aysel");
    store
        .change_secret(&aysel, &SecretChange::RecoveryCodes(vec![[7; 32], [8; 32]]), id, &actor)
        .await
        .unwrap();
    let passkey = SecretChange::AddPasskey {
        credential_id: "abc".into(),
        credential: "{\"counter\":0}".into(),
        label: "key".into(),
    };
    store.change_secret(&aysel, &passkey, id, &actor).await.unwrap();
    let twice = store.change_secret(&aysel, &passkey, id, &actor).await;
    assert_eq!(refused(twice), PersonError::PasskeyTaken);
    let key = store.secrets(&aysel).await.unwrap().unwrap().passkeys.pop().unwrap();
    let mut token = 10;
    for (factor, is_good) in [
        (FactorUse::Totp(1), false),
        (FactorUse::Totp(5), true),
        (FactorUse::Totp(5), false),
        (FactorUse::Totp(4), false),
        (FactorUse::Recovery([7; 32]), true),
        (FactorUse::Recovery([7; 32]), false),
        (FactorUse::Recovery([9; 32]), false),
        (FactorUse::Passkey { id: key.id, credential: "{\"counter\":1}".into() }, true),
        (FactorUse::Passkey { id: key.id + 1, credential: "{}".into() }, false),
    ] {
        token += 1;
        store.begin_session(&aysel, &session(token, SignInStage::Second), &actor).await.unwrap();
        let waiting = here(&store, token).await.unwrap();
        let raised = store
            .raise_session(waiting, Some(&factor), &session(token + 100, SignInStage::Full), &actor)
            .await;
        assert_eq!(raised.is_ok(), is_good);
        assert!(is_good || matches!(raised, Err(StoreError::FactorUsed)), "{raised:?}");
        assert_eq!(here(&store, token + 100).await.is_some(), is_good);
    }
    let secrets = store.secrets(&aysel).await.unwrap().unwrap();
    assert_eq!((secrets.totp_step, secrets.recovery), (5, vec![[8; 32]]));
    assert_eq!(secrets.passkeys[0].credential, "{\"counter\":1}");
    assert_eq!(format!("{:?}", store.secrets(&aysel).await.unwrap()), "Some(Secrets)");
}

#[tokio::test]
async fn a_changed_or_disabled_account_is_signed_out() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let root = by("desk:root");
    signed_in(&store, "root", Role::Administrator, 1).await;
    signed_in(&store, "aysel", Role::Operator, 2).await;
    let lamiya = signed_in(&store, "lamiya", Role::Operator, 3).await;
    store.change_person(&name("aysel"), &profile(Role::Auditor), false, &root).await.unwrap();
    assert!(here(&store, 102).await.is_none());
    // Another password ends the other sessions of the same person.
    store.begin_session(&name("lamiya"), &session(50, SignInStage::Full), &root).await.unwrap();
    store.change_secret(&name("lamiya"), &SecretChange::Password("new".into()), lamiya, &root).await.unwrap();
    assert_eq!((here(&store, 103).await.is_some(), here(&store, 50).await.is_some()), (true, false));
    store.change_person(&name("lamiya"), &profile(Role::Operator), true, &root).await.unwrap();
    assert!(here(&store, 103).await.is_none() && store.secrets(&name("lamiya")).await.unwrap().is_none());
    let disabled = store.begin_session(&name("lamiya"), &session(60, SignInStage::Full), &root).await;
    assert_eq!(refused(disabled), PersonError::Disabled(name("lamiya")));
    for (role, disabled) in [(Role::Auditor, false), (Role::Administrator, true)] {
        let last = store.change_person(&name("root"), &profile(role), disabled, &root).await;
        assert_eq!(refused(last), PersonError::LastAdministrator(name("root")));
    }
    assert!(here(&store, 101).await.is_some());
    let mine = store.sessions_of(&name("root"), now()).await.unwrap();
    assert_eq!(mine.len(), 1);
    let not_ours = store.end_session(&name("aysel"), mine[0].id, &root).await;
    assert_eq!(refused(not_ours), PersonError::NotOurs("session"));
    store.end_session(&name("root"), mine[0].id, &root).await.unwrap();
    assert!(here(&store, 101).await.is_none());
}

#[tokio::test]
async fn nothing_secret_is_in_the_trail_or_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    signed_in(&store, "aysel", Role::Commission, 1).await;
    let trail = serde_json::to_string(&store.audit(0, 100).await.unwrap()).unwrap();
    assert!(!trail.contains("phc") && !trail.contains("JBSWY3DP"), "{trail}");
    let what: Vec<_> = store.audit(3, 100).await.unwrap().into_iter().map(|entry| entry.what).collect();
    assert_eq!(what, ["person.invite", "person.accept", "person.totp", "session.begin"]);
    store.close().await;
    let file = std::fs::read(dir.path().join("election.db")).unwrap();
    assert!(!file.windows(8).any(|bytes| bytes == b"JBSWY3DP"), "the secret of one-time passwords is sealed");
}

#[tokio::test]
async fn sessions_end_by_time_and_by_number() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    signed_in(&store, "aysel", Role::Commission, 1).await;
    let found = |at: UtcMicros, idle_since: UtcMicros| store.session(&[101; 32], at, idle_since);
    assert!(found(now().plus(HOUR_US), now()).await.unwrap().is_none(), "its time is over");
    assert!(found(now(), now().plus(1)).await.unwrap().is_none(), "it was not used since");
    let (session_of, _) = found(now(), now()).await.unwrap().unwrap();
    store.touch_session(session_of.id, now().plus(9)).await.unwrap();
    assert!(found(now(), now().plus(9)).await.unwrap().is_some());
    for token in 30..55 {
        store
            .begin_session(&name("aysel"), &session(token, SignInStage::Full), &Actor::new("x", now()))
            .await
            .unwrap();
    }
    assert_eq!(store.sessions_of(&name("aysel"), now()).await.unwrap().len(), 20);
    assert!(here(&store, 101).await.is_none(), "the oldest had to end");
}
