//! What an authenticator says: *authenticator data* (WebAuthn 3, 6.1) and the object around it at registration (6.5).

use super::cbor::Value;
use super::key::Key;

/// Somebody touched it.
const USER_PRESENT: u8 = 1;
/// It knows who: by a PIN, a finger, a face.
const USER_VERIFIED: u8 = 1 << 2;
/// It may be copied to other devices of the person.
const BACKUP_ELIGIBLE: u8 = 1 << 3;
/// It is.
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// Longest id of a credential, bytes (WebAuthn 3, 4).
pub(super) const ID_BYTES_MAX: usize = 1023;

/// Authenticator data.
#[derive(Debug)]
pub(super) struct Said<'a> {
    /// SHA-256 of the host that it speaks to.
    pub(super) host_hash: &'a [u8],
    pub(super) user_present: bool,
    pub(super) user_verified: bool,
    pub(super) counter: u32,
    /// At registration.
    pub(super) credential: Option<New<'a>>,
}

/// A credential that was just made.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub(super) id: &'a [u8],
    /// The public key, COSE, of a kind that can be verified.
    pub(super) key: &'a [u8],
}

impl<'a> Said<'a> {
    /// Reads authenticator data to its end.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (host_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (&counter, mut rest) = rest.split_first_chunk()?;
        let is = |flag| flags & flag != 0;
        let mut credential = None;
        if is(HAS_CREDENTIAL) {
            let (made, after) = New::read(rest)?;
            (credential, rest) = (Some(made), after);
        }
        if is(HAS_EXTENSIONS) {
            let (extensions, after) = Value::first(rest)?;
            rest = matches!(extensions, Value::Map(_)).then_some(after)?;
        }
        if !rest.is_empty() || is(BACKED_UP) && !is(BACKUP_ELIGIBLE) {
            return None;
        }
        Some(Self {
            host_hash,
            user_present: is(USER_PRESENT),
            user_verified: is(USER_VERIFIED),
            counter: u32::from_be_bytes(counter),
            credential,
        })
    }

    /// The authenticator data of an attestation object. What it attests is not read: none is asked for.
    pub(super) fn of_registration(object: &'a [u8]) -> Option<Self> {
        let (object, rest) = Value::first(object)?;
        let said = object.get(&Value::Text("authData"))?.bytes()?;
        rest.is_empty().then(|| Self::read(said)).flatten()
    }
}

impl<'a> New<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        // The model of the authenticator.
        let (_, rest) = bytes.split_at_checked(16)?;
        let (&length, rest) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(length));
        let (id, rest) = rest.split_at_checked(length)?;
        let (map, after) = Value::first(rest)?;
        let key = rest.get(..rest.len() - after.len())?;
        Key::of_cose(&map)?;
        let is_sane = (1..=ID_BYTES_MAX).contains(&id.len());
        is_sane.then_some((Self { id, key }, after))
    }
}
