//! Accounts of the desk, their secrets, and their sessions.

use ashkar_terms::UtcMicros;
use async_trait::async_trait;

use super::{Actor, StoreError};
use crate::model::{Person, PersonName, Profile};

/// Most passkeys of one account.
pub(super) const PASSKEYS_MAX: usize = 10;
/// Most sessions of one account at once; the oldest ends when there are more.
pub(super) const SESSIONS_MAX: usize = 20;

/// What proves who somebody is. Never shown, never logged.
#[derive(Clone, Default)]
pub struct Secrets {
    /// argon2id, as a PHC string; none before the invitation was accepted.
    pub password: Option<String>,
    /// The secret of the one-time passwords.
    pub totp: Option<String>,
    /// The last step for which one was used.
    pub totp_step: u64,
    /// Passkeys.
    pub passkeys: Vec<Passkey>,
    /// SHA-256 of the recovery codes that were not used yet.
    pub recovery: Vec<[u8; 32]>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// A passkey of an account.
#[derive(Clone)]
pub struct Passkey {
    /// Its number.
    pub id: i64,
    /// The credential's id, base64url.
    pub credential_id: String,
    /// The credential as JSON.
    pub credential: String,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    pub added_at: UtcMicros,
    /// When it was used last.
    pub used_at: Option<UtcMicros>,
}

/// A link by which an account is entered for the first time, or again.
#[derive(Debug, Clone, Copy)]
pub struct NewInvitation {
    /// SHA-256 of the token in the link.
    pub token_hash: [u8; 32],
    /// Until when it is good.
    pub expires_at: UtcMicros,
}

/// How far somebody has come in signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInStage {
    /// The password was right; the second factor is awaited.
    Second,
    /// The password was right; a second factor must be set up before anything else.
    Enrol,
    /// Signed in.
    Full,
}

impl SignInStage {
    /// Its name, as it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Enrol => "enrol",
            Self::Full => "full",
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        [Self::Second, Self::Enrol, Self::Full].into_iter().find(|stage| stage.name() == name)
    }
}

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// SHA-256 of the cookie.
    pub token_hash: [u8; 32],
    /// How far it has come.
    pub stage: SignInStage,
    /// When it ends at the latest.
    pub expires_at: UtcMicros,
    /// The address that it is used from.
    pub from: String,
    /// What the browser calls itself; cut to 200 characters by the caller.
    pub agent: String,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub name: PersonName,
    /// How far it has come.
    pub stage: SignInStage,
    /// Since when.
    pub began_at: UtcMicros,
    /// When it was used last, give or take a minute.
    pub seen_at: UtcMicros,
    /// When it ends at the latest.
    pub expires_at: UtcMicros,
    /// The address where it began.
    pub from: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A change of an account's secrets by its owner.
#[derive(Clone)]
pub enum SecretChange {
    /// Another password, as a PHC string.
    Password(String),
    /// One-time passwords from now on, or instead of the former ones.
    Totp {
        /// The secret.
        secret: String,
        /// The step of the code that proved that it is known.
        step: u64,
    },
    /// Another passkey.
    AddPasskey {
        /// The credential's id, base64url.
        credential_id: String,
        /// The credential as JSON.
        credential: String,
        /// What its owner calls it.
        label: String,
    },
    /// One passkey less.
    RemovePasskey(i64),
    /// New recovery codes; the former ones are void.
    RecoveryCodes(Vec<[u8; 32]>),
}

/// The use of a second factor, which must not be used again.
#[derive(Clone)]
pub enum FactorUse {
    /// A one-time password of this step.
    Totp(u64),
    /// A recovery code.
    Recovery([u8; 32]),
    /// A passkey, with its credential as it is after the use.
    Passkey {
        /// Its number.
        id: i64,
        /// The credential as JSON.
        credential: String,
    },
}

/// People, their secrets, their sessions. Every change is audited; what is only seen, such as the time of a request, is
/// not.
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// Everybody, by name.
    async fn people(&self) -> Result<Vec<Person>, StoreError>;

    /// Somebody's account.
    async fn person(&self, name: &PersonName) -> Result<Option<Person>, StoreError>;

    /// What proves who somebody is; nothing of a disabled account.
    async fn secrets(&self, name: &PersonName) -> Result<Option<Secrets>, StoreError>;

    /// Makes an account, which is entered by the invitation.
    ///
    /// # Errors
    /// [`crate::PersonError`] in [`StoreError::Person`].
    async fn invite(
        &self,
        name: &PersonName,
        profile: &Profile,
        invitation: &NewInvitation,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Another invitation for somebody who never signed in; the former ones are void.
    async fn invite_again(
        &self,
        name: &PersonName,
        invitation: &NewInvitation,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Whose invitation it is, and until when it is good at `now`.
    async fn invitation(
        &self,
        token_hash: &[u8; 32],
        now: UtcMicros,
    ) -> Result<Option<(Person, UtcMicros)>, StoreError>;

    /// Accepts an invitation with a password (PHC string), and begins a session.
    async fn accept_invitation(
        &self,
        token_hash: &[u8; 32],
        password: &str,
        session: &NewSession,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Changes an account: another profile, disabled or not. All its sessions end.
    async fn change_person(
        &self,
        name: &PersonName,
        profile: &Profile,
        disabled: bool,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Another language of the pages, for oneself.
    async fn set_language(
        &self,
        name: &PersonName,
        language: crate::model::Language,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Changes one's own secrets. Another password ends all sessions but `keep`.
    async fn change_secret(
        &self,
        name: &PersonName,
        change: &SecretChange,
        keep: i64,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Begins a session for whoever knew the password.
    async fn begin_session(
        &self,
        name: &PersonName,
        session: &NewSession,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// The session of a cookie that is good at `now` and was used since `idle_since`, with its person.
    async fn session(
        &self,
        token_hash: &[u8; 32],
        now: UtcMicros,
        idle_since: UtcMicros,
    ) -> Result<Option<(Session, Person)>, StoreError>;

    /// Takes note that a session is in use.
    async fn touch_session(&self, id: i64, now: UtcMicros) -> Result<(), StoreError>;

    /// Lets a session go on fully, under another cookie, since a second factor was used.
    ///
    /// # Errors
    /// [`StoreError::FactorUsed`] if that use was made before.
    async fn raise_session(
        &self,
        id: i64,
        factor: Option<&FactorUse>,
        session: &NewSession,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Whole sign-ins since `since`: who, and from which address, newest first; at most some thousands.
    async fn sign_ins(&self, since: UtcMicros) -> Result<Vec<(PersonName, String)>, StoreError>;

    /// Somebody's sessions that are good at `now`, newest first.
    async fn sessions_of(&self, name: &PersonName, now: UtcMicros) -> Result<Vec<Session>, StoreError>;

    /// Ends a session of somebody.
    async fn end_session(&self, name: &PersonName, id: i64, by: &Actor) -> Result<(), StoreError>;
}
