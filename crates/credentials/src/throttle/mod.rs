//! Limits on guessing: how soon the next attempt to prove somebody may be made.
//!
//! In: the name, whether anybody has it, the client, the time. Out: an [`Attempt`], or how long to wait. An attempt
//! counts as a failure from its beginning, so that many at once are not more than one after another; it is taken back if it
//! proved somebody.
//!
//! There are two kinds of attempts.
//! - *Familiar*: the person has signed in from this client before. It counts for this person and this client alone, so
//!   nobody elsewhere can keep people out of their accounts, however often they guess from however many addresses.
//! - *Strange*: everything else. It counts for the account, for the client, and among all strange attempts of the
//!   minute. Someone who comes from a new address while the account is being guessed waits like the guesser; that is the
//!   price of a limit that many addresses do not lift.
//!
//! After some free attempts, the wait doubles with each further one up to a cap, and all is forgotten after a time
//! without any. A refused attempt does not count. A name that nobody has is treated alike, so the answers do not tell
//! who exists.
//!
//! What must never happen: memory that grows with the number of addresses or of invented names. Both are kept in tables
//! that drop the least recent; names that exist have one of their own, which invented names cannot crowd.

mod recent;

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use recent::Recent;

/// Names of people that are remembered at least; twice as many at most.
const ACCOUNTS: usize = 10_000;
/// Invented names, likewise.
const UNKNOWN_NAMES: usize = 10_000;
/// Clients, likewise.
const CLIENTS: usize = 30_000;
/// Clients of a person that are familiar: the most recent.
const FAMILIAR_CLIENTS: usize = 8;
const MINUTE: Duration = Duration::from_secs(60);

/// How long to wait between attempts.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Attempts without waiting.
    pub free: u32,
    /// The wait before the next one; it doubles with each further.
    pub first: Duration,
    /// The longest wait.
    pub cap: Duration,
    /// When nothing was attempted for so long, all is forgotten. Longer than the cap.
    pub forget: Duration,
}

/// The limits of one kind of proof.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of an account, for strange attempts.
    pub account: Backoff,
    /// Of a client, for strange attempts.
    pub client: Backoff,
    /// Of an account from a familiar client.
    pub familiar: Backoff,
    /// Strange attempts in a minute, of all accounts and clients together: what is left of the machine is for people
    /// who are familiar.
    pub strange_a_minute: u32,
}

const fn backoff(free: u32, first_s: u64, cap_s: u64, forget_s: u64) -> Backoff {
    Backoff {
        free,
        first: Duration::from_secs(first_s),
        cap: Duration::from_secs(cap_s),
        forget: Duration::from_secs(forget_s),
    }
}

impl Limits {
    /// For passwords, invitations and passkeys: a guesser has at most some hundred attempts at an account in a day.
    pub const PASSWORD: Self = Self {
        account: backoff(5, 2, 15 * 60, 6 * 3600),
        client: backoff(30, 2, 5 * 60, 3600),
        familiar: backoff(5, 2, 5 * 60, 3600),
        strange_a_minute: 300,
    };

    /// For codes of six digits, of which three are right: some thirty attempts in a day, so whoever has the password
    /// needs decades for an even chance.
    pub const SECOND_FACTOR: Self = Self {
        account: backoff(5, 30, 3600, 24 * 3600),
        client: backoff(30, 2, 5 * 60, 3600),
        familiar: backoff(5, 30, 3600, 24 * 3600),
        strange_a_minute: 300,
    };
}

/// Failures in a row, and when the last of them was.
#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Option<Instant>,
}

impl Failures {
    /// How long to wait before the next attempt.
    fn wait(&self, backoff: &Backoff, now: Instant) -> Duration {
        let Some(last) = self.last else { return Duration::ZERO };
        let Some(beyond) = self.count.checked_sub(backoff.free) else { return Duration::ZERO };
        let wait = backoff.first.saturating_mul(2_u32.saturating_pow(beyond)).min(backoff.cap);
        wait.saturating_sub(now.saturating_duration_since(last))
    }

    fn count(&mut self, backoff: &Backoff, now: Instant) {
        let is_over = self.last.is_some_and(|last| now.saturating_duration_since(last) >= backoff.forget);
        let before = if is_over { 0 } else { self.count };
        *self = Self { count: before.saturating_add(1), last: Some(now) };
    }

    fn take_back(&mut self) {
        self.count = self.count.saturating_sub(1);
    }
}

/// Of a name, whatever its length.
type NameHash = [u8; 16];

fn name_hash(name: &str) -> NameHash {
    let hash: [u8; 32] = Sha256::digest(name).into();
    std::array::from_fn(|at| hash[at])
}

#[derive(Debug)]
struct Account<C> {
    strange: Failures,
    /// The most recent last; at most [`FAMILIAR_CLIENTS`].
    familiar: Vec<(C, Failures)>,
}

impl<C> Default for Account<C> {
    fn default() -> Self {
        Self { strange: Failures::default(), familiar: Vec::new() }
    }
}

impl<C: Copy + Eq> Account<C> {
    fn familiar(&self, client: C) -> Option<&Failures> {
        self.familiar.iter().find(|(known, _)| *known == client).map(|(_, failures)| failures)
    }

    fn familiar_mut(&mut self, client: C) -> Option<&mut Failures> {
        self.familiar.iter_mut().find(|(known, _)| *known == client).map(|(_, failures)| failures)
    }

    fn make_familiar(&mut self, client: C) {
        self.familiar.retain(|(known, _)| *known != client);
        if self.familiar.len() == FAMILIAR_CLIENTS {
            self.familiar.remove(0);
        }
        self.familiar.push((client, Failures::default()));
    }
}

struct Tables<C> {
    accounts: Recent<NameHash, Account<C>>,
    unknown: Recent<NameHash, Failures>,
    clients: Recent<C, Failures>,
    minute: (Option<Instant>, u32),
}

/// Counts attempts at accounts by clients `C`.
pub struct Throttle<C> {
    limits: Limits,
    tables: Mutex<Tables<C>>,
}

/// Whose account is attempted.
#[derive(Debug, Clone, Copy)]
pub enum Name<'a> {
    /// Somebody has this name.
    Known(&'a str),
    /// Nobody has it.
    Unknown(&'a str),
}

/// An attempt that may be made now. It counts as a failure unless it is given to [`Throttle::take_back`].
#[derive(Debug)]
#[must_use]
pub struct Attempt<C> {
    name: NameHash,
    is_known: bool,
    client: C,
    is_familiar: bool,
}

/// An attempt is refused for so long, if nobody else makes one in the meantime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; the next one may be made in {} s", .0.as_millis().div_ceil(1000))]
pub struct Wait(pub Duration);

impl<C: Copy + Eq + Hash> Throttle<C> {
    /// Nothing was attempted yet, and nobody is familiar.
    pub fn new(limits: Limits) -> Self {
        let tables = Tables {
            accounts: Recent::new(ACCOUNTS),
            unknown: Recent::new(UNKNOWN_NAMES),
            clients: Recent::new(CLIENTS),
            minute: (None, 0),
        };
        Self { limits, tables: Mutex::new(tables) }
    }

    /// Counts an attempt, before anything is verified.
    ///
    /// # Errors
    /// [`Wait`]: it may not be made yet, and is not counted.
    pub fn attempt(&self, name: Name<'_>, client: C, now: Instant) -> Result<Attempt<C>, Wait> {
        let (text, is_known) = match name {
            Name::Known(text) => (text, true),
            Name::Unknown(text) => (text, false),
        };
        let mut attempt = Attempt { name: name_hash(text), is_known, client, is_familiar: false };
        let tables = &mut *self.tables();
        if is_known
            && tables.accounts.get(&attempt.name).is_some_and(|known| known.familiar(client).is_some())
        {
            attempt.is_familiar = true;
            return self.familiar(tables, attempt, now);
        }
        self.strange(tables, attempt, now)
    }

    fn familiar(
        &self,
        tables: &mut Tables<C>,
        attempt: Attempt<C>,
        now: Instant,
    ) -> Result<Attempt<C>, Wait> {
        let backoff = &self.limits.familiar;
        if let Some(failures) = tables.accounts.entry(attempt.name).familiar_mut(attempt.client) {
            allowed(failures.wait(backoff, now))?;
            failures.count(backoff, now);
        }
        Ok(attempt)
    }

    fn strange(&self, tables: &mut Tables<C>, attempt: Attempt<C>, now: Instant) -> Result<Attempt<C>, Wait> {
        let Limits { account, client, strange_a_minute, .. } = &self.limits;
        let of_name = if attempt.is_known {
            tables.accounts.get(&attempt.name).map(|known| &known.strange)
        } else {
            tables.unknown.get(&attempt.name)
        };
        let of_name = of_name.map_or(Duration::ZERO, |failures| failures.wait(account, now));
        let of_client = tables.clients.get(&attempt.client);
        let of_client = of_client.map_or(Duration::ZERO, |failures| failures.wait(client, now));
        let (began, in_minute) = match tables.minute {
            (Some(began), count) if now.saturating_duration_since(began) < MINUTE => (began, count),
            _ => (now, 0),
        };
        let of_all = if in_minute < *strange_a_minute {
            Duration::ZERO
        } else {
            MINUTE.saturating_sub(now.saturating_duration_since(began))
        };
        allowed(of_name.max(of_client).max(of_all))?;
        tables.minute = (Some(began), in_minute + 1);
        tables.strange_of(&attempt).count(account, now);
        tables.clients.entry(attempt.client).count(client, now);
        Ok(attempt)
    }

    /// The attempt is no failure: it proved what it was to prove, or nothing was verified, as when the machine was busy.
    /// Other failures stay counted, so a guesser gains nothing by it.
    pub fn take_back(&self, attempt: Attempt<C>) {
        let tables = &mut *self.tables();
        if !attempt.is_familiar {
            tables.strange_of(&attempt).take_back();
            tables.clients.entry(attempt.client).take_back();
        } else if let Some(failures) = tables.accounts.entry(attempt.name).familiar_mut(attempt.client) {
            failures.take_back();
        }
    }

    /// The person has signed in from this client, with all that is asked of them; or did so before the process started,
    /// as the store knows. It is familiar from now on, and nothing failed there.
    pub fn signed_in(&self, name: &str, client: C) {
        self.tables().accounts.entry(name_hash(name)).make_familiar(client);
    }

    /// No client is familiar to the person any more: somebody else may have been there, or the account was recovered.
    pub fn forget(&self, name: &str) {
        self.tables().accounts.entry(name_hash(name)).familiar.clear();
    }

    fn tables(&self) -> MutexGuard<'_, Tables<C>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Copy + Eq + Hash> Tables<C> {
    fn strange_of(&mut self, attempt: &Attempt<C>) -> &mut Failures {
        if attempt.is_known {
            &mut self.accounts.entry(attempt.name).strange
        } else {
            self.unknown.entry(attempt.name)
        }
    }
}

fn allowed(wait: Duration) -> Result<(), Wait> {
    if wait.is_zero() { Ok(()) } else { Err(Wait(wait)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_does_not_grow_with_addresses_or_names() {
        let mut limits = Limits::PASSWORD;
        limits.strange_a_minute = u32::MAX;
        let throttle = Throttle::<u32>::new(limits);
        let now = Instant::now();
        throttle.signed_in("leyla", 7);
        for number in 0..100_000_u32 {
            let _ = throttle.attempt(Name::Unknown(&number.to_string()), number, now);
            let _ = throttle.attempt(Name::Known("leyla"), number, now);
        }
        let tables = throttle.tables();
        assert!(tables.unknown.len() <= 2 * UNKNOWN_NAMES && tables.clients.len() <= 2 * CLIENTS);
        assert_eq!(tables.accounts.len(), 1);
        drop(tables);
        for client in 0..100 {
            throttle.signed_in("leyla", client);
        }
        assert_eq!(throttle.tables().accounts.entry(name_hash("leyla")).familiar.len(), FAMILIAR_CLIENTS);
    }
}
