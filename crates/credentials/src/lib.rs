//! What proves who somebody is: passwords, codes of an authenticator app, passkeys, recovery codes, tokens; and limits
//! on guessing them.
//!
//! In: what somebody sent, what is stored about them, the time. Out: whether it proves them, and what is to be stored
//! from now on. No database, no HTTP, no clock; the only threads are those on which passwords are hashed
//! ([`password::PasswordPool`]).
//!
//! What must never happen: a secret in a log or in `Debug`, or left in memory when it is dropped; work without a limit
//! for somebody unknown; a comparison whose time tells anything; a panic on what somebody sent.

mod base32;
pub mod passkey;
pub mod password;
pub mod qr;
pub mod recovery;
pub mod throttle;
pub mod token;
pub mod totp;

/// The system has no random numbers to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandomError;

/// So many random bytes of the system's.
fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, NoRandomError> {
    let mut bytes = zeroize::Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(|_| NoRandomError)?;
    Ok(bytes)
}
