//! Hidings: times that somebody took from the public, why, and who gave the camera back.

use ashkar_terms::{CameraId, UtcMicros};
use serde::{Deserialize, Serialize};

use super::ViewError;

/// Longest words of a hiding, bytes.
const TEXT_BYTES_MAX: usize = 500;

/// Why a camera was hidden. The reason is public; the words that go with it are the desk's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HidingReason {
    /// The picture endangers the secrecy of the vote.
    Secrecy,
    /// It shows a person who must not be shown.
    Person,
    /// Something else, which the words say.
    Other,
}

impl HidingReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Secrecy, Self::Person, Self::Other];

    /// Its name in JSON, on the command line and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secrecy => "secrecy",
            Self::Person => "person",
            Self::Other => "other",
        }
    }

    /// The reason with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A hiding, as it was recorded. What it hid stays hidden after its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hiding {
    /// Its number; later ones are larger.
    pub id: i64,
    /// The camera.
    pub camera: CameraId,
    /// The first hidden moment: when it was hidden, or an earlier one.
    pub from: UtcMicros,
    /// When two persons showed the camera again; none while it is hidden.
    pub to: Option<UtcMicros>,
    /// Why.
    pub reason: HidingReason,
    /// Why, in words; at most 500 bytes.
    pub text: String,
    /// Who hid it.
    pub by: String,
    /// When that was.
    pub at: UtcMicros,
    /// Who proposed to show it again, and who approved.
    pub shown_by: Option<[String; 2]>,
}

/// Checks the words of a hiding.
///
/// # Errors
/// [`ViewError::LongText`] and [`ViewError::Control`].
pub(crate) fn check_hiding_text(text: &str) -> Result<(), ViewError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(ViewError::LongText(TEXT_BYTES_MAX));
    }
    if text.chars().any(char::is_control) { Err(ViewError::Control) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_plain() {
        for (text, expected) in [
            (String::new(), Ok(())),
            ("Kabinə görünür".to_owned(), Ok(())),
            ("a".repeat(500), Ok(())),
            ("ə".repeat(251), Err(ViewError::LongText(500))),
            ("one\ntwo".to_owned(), Err(ViewError::Control)),
            ("\u{1b}[31m".to_owned(), Err(ViewError::Control)),
            ("\u{85}".to_owned(), Err(ViewError::Control)),
        ] {
            assert_eq!(check_hiding_text(&text), expected, "{text:?}");
        }
    }

    #[test]
    fn reasons_have_one_name() {
        for reason in HidingReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
            assert_eq!(HidingReason::named(reason.name()), Some(reason));
        }
        assert_eq!(HidingReason::named("Secrecy"), None);
    }
}
