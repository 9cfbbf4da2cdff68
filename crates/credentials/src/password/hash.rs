//! Argon2id, and the text in which a hash is stored: a PHC string.

use std::fmt;
use std::str::FromStr;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{NewPassword, Password};

/// Random bytes of a salt.
pub(super) const SALT_BYTES: usize = 16;
/// Bytes of a hash.
const HASH_BYTES: usize = 32;
/// Longest text that is considered, bytes.
const TEXT_BYTES_MAX: usize = 256;

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Work {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What a new hash costs: OWASP's recommendation.
const WORK: Work = Work { memory_kib: 19 << 10, passes: 2, lanes: 1 };
/// What verifying a stored hash may cost at most.
const WORK_MAX: Work = Work { memory_kib: 256 << 10, passes: 10, lanes: 4 };

/// A password's hash. [`PasswordHash::to_phc`] and [`FromStr`] are its stored form; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    work: Work,
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

/// The memory that hashing takes could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoMemoryError;

impl PasswordHash {
    /// What is verified for somebody unknown, so that it takes as long.
    pub(super) const OF_NOBODY: Self = Self { work: WORK, salt: [0; SALT_BYTES], hash: [0; HASH_BYTES] };

    /// The hash of `password` with a random `salt`.
    pub(super) fn new(password: &NewPassword, salt: [u8; SALT_BYTES]) -> Result<Self, NoMemoryError> {
        let hash = *hash(password.text(), &salt, WORK)?;
        Ok(Self { work: WORK, salt, hash })
    }

    /// Whether `password` is the one that was hashed. A password that is too long takes as long as any other.
    pub(super) fn verify(&self, password: &Password) -> Result<bool, NoMemoryError> {
        let hash = hash(password.text().unwrap_or_default(), &self.salt, self.work)?;
        Ok(bool::from(hash.ct_eq(&self.hash)) && password.text().is_some())
    }

    /// Whether a new hash would cost something else: it is made anew when the password is at hand.
    pub fn needs_rehash(&self) -> bool {
        self.work != WORK
    }

    /// The stored form, such as `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
    pub fn to_phc(&self) -> String {
        let Work { memory_kib, passes, lanes } = self.work;
        let [salt, hash] = [&self.salt[..], &self.hash].map(|bytes| BASE64_STANDARD_NO_PAD.encode(bytes));
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}")
    }
}

fn hash(text: &str, salt: &[u8], work: Work) -> Result<Zeroizing<[u8; HASH_BYTES]>, NoMemoryError> {
    let params = Params::new(work.memory_kib, work.passes, work.lanes, Some(HASH_BYTES));
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| NoMemoryError)?);
    let mut hash = Zeroizing::new([0; HASH_BYTES]);
    argon2.hash_password_into(text.as_bytes(), salt, &mut *hash).map_err(|_| NoMemoryError)?;
    Ok(hash)
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// The text is no stored hash of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no PHC string of Argon2id with a salt of {SALT_BYTES} bytes and a hash of {HASH_BYTES}")]
pub struct ParsePasswordHashError;

impl FromStr for PasswordHash {
    type Err = ParsePasswordHashError;

    /// Reads [`PasswordHash::to_phc`], in that one spelling, and refuses what would cost too much to verify.
    fn from_str(text: &str) -> Result<Self, ParsePasswordHashError> {
        let read = parse(text).filter(|read| read.work.is_sane() && read.to_phc() == text);
        read.ok_or(ParsePasswordHashError)
    }
}

fn parse(text: &str) -> Option<PasswordHash> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let rest = text.strip_prefix("$argon2id$v=19$m=")?;
    let (memory, rest) = rest.split_once(",t=")?;
    let (passes, rest) = rest.split_once(",p=")?;
    let (lanes, rest) = rest.split_once('$')?;
    let (salt, hash) = rest.split_once('$')?;
    let [memory_kib, passes, lanes] = [memory, passes, lanes].map(|number| number.parse().ok());
    let work = Work { memory_kib: memory_kib?, passes: passes?, lanes: lanes? };
    Some(PasswordHash { work, salt: bytes(salt)?, hash: bytes(hash)? })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64_STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()
}

impl Work {
    /// Whether Argon2 takes it (eight blocks for each lane at least), and it is affordable.
    fn is_sane(self) -> bool {
        (1..=WORK_MAX.lanes).contains(&self.lanes)
            && (1..=WORK_MAX.passes).contains(&self.passes)
            && (8 * self.lanes..=WORK_MAX.memory_kib).contains(&self.memory_kib)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1`, with a salt of
    /// eight bytes.
    #[test]
    fn hashes_are_those_of_the_reference() {
        let work = Work { memory_kib: 65_536, passes: 2, lanes: 1 };
        let hash = hash("password", b"somesalt", work).unwrap();
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn a_hash_of_less_work_is_verified_and_made_anew() {
        let work = Work { memory_kib: 64, passes: 1, lanes: 1 };
        let salt = [7; SALT_BYTES];
        let old = PasswordHash { work, salt, hash: *hash("four small brown foxes", &salt, work).unwrap() };
        let old: PasswordHash = old.to_phc().parse().unwrap();
        assert!(old.needs_rehash());
        assert_eq!(old.verify(&Password::new("four small brown foxes".to_owned())), Ok(true));
        assert_eq!(old.verify(&Password::new("four small brown foxes ".to_owned())), Ok(false));
        assert!(!PasswordHash::OF_NOBODY.needs_rehash());
    }

    #[test]
    fn what_is_too_long_proves_nobody_who_has_an_empty_password() {
        let work = Work { memory_kib: 64, passes: 1, lanes: 1 };
        let salt = [7; SALT_BYTES];
        let empty = PasswordHash { work, salt, hash: *hash("", &salt, work).unwrap() };
        assert_eq!(empty.verify(&Password::new(String::new())), Ok(true));
        assert_eq!(empty.verify(&Password::new("x".repeat(3000))), Ok(false));
    }
}
