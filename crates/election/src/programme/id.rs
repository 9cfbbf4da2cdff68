//! Names of records: a UUID that whoever makes a record chooses, so that a record sent twice is kept once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Refusal;

/// Where the dashes of a UUID stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];
/// Length of a UUID in text.
const CHARS: usize = 36;

/// The UUID of one record of the programme.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId([u8; 16]);

impl EntryId {
    /// A new random one (version 4).
    ///
    /// # Errors
    /// [`Refusal::Random`] if the system gives no random numbers.
    pub fn generate() -> Result<Self, Refusal> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Refusal::Random)?;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Ok(Self(bytes))
    }

    /// The one that follows from `text`: whoever makes a record of the same thing again makes no second one (version 8).
    pub fn of_text(text: &str) -> Self {
        let hash = Sha256::digest(text.as_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }

    /// The one with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for EntryId {
    type Err = Refusal;

    /// Reads 32 hexadecimal digits with dashes in their places.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bytes = text.as_bytes();
        let dashed = |at: &usize| bytes.get(*at) == Some(&b'-');
        if bytes.len() != CHARS || !DASHES.iter().all(dashed) {
            return Err(Refusal::Id);
        }
        let digits: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'-').collect();
        digits_to_bytes(&digits).map(Self).ok_or(Refusal::Id)
    }
}

/// The bytes that hexadecimal digits mean; nothing if there are too many, too few, or others among them.
pub(super) fn digits_to_bytes<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(high)? << 4 | value(low)?;
    }
    Some(bytes)
}

impl Serialize for EntryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_uuids() {
        let id: EntryId = "0A1B2c3d-4e5f-4071-8283-94a5b6c7d8e9".parse().unwrap();
        assert_eq!(id.to_string(), "0a1b2c3d-4e5f-4071-8283-94a5b6c7d8e9");
        let new = EntryId::generate().unwrap();
        assert_eq!(new.to_string().parse(), Ok(new));
        assert_eq!(new.to_string().as_bytes()[14], b'4');
        assert_ne!(new, EntryId::generate().unwrap());
        for wrong in [
            "",
            "0a1b2c3d4e5f4071828394a5b6c7d8e9",
            "0a1b2c3d-4e5f-4071-8283-94a5b6c7d8e",
            "əəəəəəəəəəəəəəəəəə",
        ] {
            assert_eq!(wrong.parse::<EntryId>(), Err(Refusal::Id), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9a-f-]{36}") {
            if let Ok(id) = text.parse::<EntryId>() {
                prop_assert_eq!(id.to_string(), text.to_lowercase());
            }
        }
    }
}
