//! Devices at the stations: agents that record a camera and send it with a key of their own. Only the public half of
//! that key is known here.

use ashkar_terms::{CameraId, UtcMicros};
use serde::Serialize;

use crate::text::is_invisible;

/// Length of a device's id, hexadecimal digits.
const ID_DIGITS: usize = 16;

/// Longest name of a device, bytes.
const NAME_BYTES_MAX: usize = 64;

/// A device that may send one camera. One that sends several appears once for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// The camera.
    pub camera: CameraId,
    /// Its id: 16 lower-case hexadecimal digits, which follow from its key.
    #[serde(rename = "device")]
    pub id: String,
    /// Its public key (Ed25519).
    #[serde(skip)]
    pub public_key: [u8; 32],
    /// What it calls itself.
    pub name: String,
    /// Since when it has been enrolled for the camera.
    pub enrolled_at: UtcMicros,
    /// Since when it has been refused again.
    pub revoked_at: Option<UtcMicros>,
}

/// A device to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// Its id: 16 lower-case hexadecimal digits.
    pub id: String,
    /// Its public key (Ed25519).
    pub public_key: [u8; 32],
    /// What it calls itself: at most 64 bytes, all of them visible; may be empty.
    pub name: String,
}

/// Why a device is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// Its id is none.
    #[error("the id of a device has {ID_DIGITS} hexadecimal digits, in lower case")]
    Id,
    /// Its name is too long.
    #[error("the name of a device has at most {NAME_BYTES_MAX} bytes; give it a shorter one")]
    LongName,
    /// Its name has characters that nobody can see.
    #[error("the name of a device has no invisible characters; give it another one")]
    InvisibleName,
}

impl NewDevice {
    /// Whether the store may take it.
    pub(super) fn check(&self) -> Result<(), DeviceError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if self.id.len() != ID_DIGITS || !self.id.bytes().all(is_digit) {
            return Err(DeviceError::Id);
        }
        if self.name.len() > NAME_BYTES_MAX {
            return Err(DeviceError::LongName);
        }
        // The name is shown in tables and logs, where it must not look like another one.
        if self.name.chars().any(is_invisible) { Err(DeviceError::InvisibleName) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(id: &str, name: &str) -> Result<(), DeviceError> {
        NewDevice { id: id.to_owned(), public_key: [7; 32], name: name.to_owned() }.check()
    }

    #[test]
    fn ids_and_names_have_their_form() {
        let good = "0123456789abcdef";
        for name in ["", "Səs qutusu 7/12", &"ə".repeat(32)] {
            assert_eq!(check(good, name), Ok(()), "{name}");
        }
        for id in
            ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdeg", "əəəəəəəə"]
        {
            assert_eq!(check(id, "box"), Err(DeviceError::Id), "{id}");
        }
        assert_eq!(check(good, &"x".repeat(65)), Err(DeviceError::LongName));
        for name in ["a\nb", "\u{1b}[2J", "a\u{202e}b", "\u{7f}"] {
            assert_eq!(check(good, name), Err(DeviceError::InvisibleName), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_keeps_the_limits(id in "\\PC{0,20}|[0-9a-f]{16}", name in ".{0,80}") {
            if check(&id, &name).is_ok() {
                prop_assert!(u64::from_str_radix(&id, 16).is_ok() && id.len() == 16);
                prop_assert!(name.len() <= NAME_BYTES_MAX && !name.contains(char::is_control));
            }
        }
    }
}
