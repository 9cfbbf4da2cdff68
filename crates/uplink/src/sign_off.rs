//! The technician's work at a station, as it is handed over: what was seen in the picture, tested and signed.

use ashkar_terms::{CameraId, UtcMicros};
use serde::{Deserialize, Serialize};

use crate::{BodyError, CAMERAS_MAX, REMARK_CHARS_MAX, STILL_BYTES_MAX};

/// Longest name or role of a person, characters.
const PERSON_CHARS_MAX: usize = 80;
/// Most rows of a card.
const CARD_ROWS_MAX: u32 = 32;

/// What the picture of a camera must show, or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckItem {
    /// No booth is seen: the secrecy of the vote.
    BoothUnseen,
    /// The voters' list cannot be read.
    ListUnreadable,
    /// The ballot box is seen whole.
    Box,
    /// The table where ballots are issued is seen.
    IssuingTable,
    /// The table where ballots are counted is seen whole.
    CountingTable,
    /// The table where the protocol is written is seen.
    ProtocolTable,
    /// The building's own cameras are off or covered.
    OtherCameras,
}

impl CheckItem {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 7] = [
        Self::BoothUnseen,
        Self::ListUnreadable,
        Self::Box,
        Self::IssuingTable,
        Self::CountingTable,
        Self::ProtocolTable,
        Self::OtherCameras,
    ];
}

/// An answer of the technician.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// To what.
    pub item: CheckItem,
    /// Whether it is so.
    pub holds: bool,
    /// What is to be said about it.
    #[serde(default)]
    pub remark: String,
}

/// A person typed what a card on the table says, with the picture of it on the page. Nothing looked into the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Legibility {
    /// When it was typed.
    pub at_us: UtcMicros,
    /// When the picture came from the camera.
    pub picture_at_us: UtcMicros,
    /// Whether the picture had come back from the centre; otherwise it was this computer's own recording.
    pub from_centre: bool,
    /// SHA-256 of the part that begins with the picture, in hexadecimal digits.
    pub sha256: String,
    /// Rows of the card, in falling sizes.
    pub rows: u32,
    /// Rows that were typed as the card has them, from the largest on, without one between that was not.
    pub read: u32,
    /// Height of the letters in the smallest of these, tenths of a millimetre, on a card printed in its size.
    pub smallest: Option<u32>,
}

/// The still that shows how the camera was aimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// When the picture was kept.
    pub at_us: UtcMicros,
    /// SHA-256 of its bytes, a JPEG, in hexadecimal digits.
    pub sha256: String,
    /// Its length, bytes; at most [`STILL_BYTES_MAX`].
    pub bytes: u64,
}

/// How far the end-to-end test came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// It runs.
    Running,
    /// No part was recorded here.
    NotRecorded,
    /// The part did not become durable at the centre in time.
    NotArrived,
    /// It did, and could not be read back.
    NotReadBack,
    /// What came back is not what was sent.
    Differs,
    /// The same bytes came back from the centre's recording.
    Proved,
}

/// The end-to-end test of one camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndToEnd {
    /// When it began.
    pub at_us: UtcMicros,
    /// What came of it.
    pub proof: Proof,
    /// After how long the part was durable at the centre, milliseconds.
    #[serde(default)]
    pub recorded_ms: Option<u64>,
    /// After how long it had come back, milliseconds.
    #[serde(default)]
    pub returned_ms: Option<u64>,
    /// SHA-256 of the part's bytes, in hexadecimal digits.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// What the technician did for one camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraWork {
    /// The camera.
    pub camera: CameraId,
    /// The answers; those that are missing were not given.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// The last card that was read.
    #[serde(default)]
    pub legibility: Option<Legibility>,
    /// The reference still.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// The last end-to-end test.
    #[serde(default)]
    pub end_to_end: Option<EndToEnd>,
}

/// The technician hands the station over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// Who.
    pub name: String,
    /// In what role.
    pub role: String,
    /// What is to be said; required if something is open.
    #[serde(default)]
    pub remark: String,
    /// How many things were open.
    pub open: u32,
    /// What was done.
    pub cameras: Vec<CameraWork>,
}

impl SignOff {
    /// Whether it keeps the limits; `is_own` says which cameras are the device's.
    ///
    /// # Errors
    /// [`BodyError`] with the member that does not.
    pub(crate) fn check(&self, is_own: impl Fn(&CameraId) -> bool) -> Result<(), BodyError> {
        BodyError::require(!self.name.trim().is_empty() && is_line(&self.name, PERSON_CHARS_MAX), "name")?;
        BodyError::require(!self.role.trim().is_empty() && is_line(&self.role, PERSON_CHARS_MAX), "role")?;
        BodyError::require(is_line(&self.remark, REMARK_CHARS_MAX), "remark")?;
        BodyError::require(self.open == 0 || !self.remark.trim().is_empty(), "remark")?;
        BodyError::require(self.cameras.len() <= CAMERAS_MAX, "cameras")?;
        for work in &self.cameras {
            BodyError::require(is_own(&work.camera), "cameras")?;
            BodyError::require(work.checks.len() <= CheckItem::ALL.len(), "checks")?;
            let remarks = work.checks.iter().map(|check| &check.remark);
            BodyError::require(remarks.clone().all(|remark| is_line(remark, REMARK_CHARS_MAX)), "remark")?;
            let digests = work.reference.iter().map(|reference| &reference.sha256);
            let digests = digests.chain(work.legibility.iter().map(|read| &read.sha256));
            let mut digests = digests.chain(work.end_to_end.iter().filter_map(|test| test.sha256.as_ref()));
            BodyError::require(digests.all(|digest| is_digest(digest)), "sha256")?;
            let mut stills = work.reference.iter();
            BodyError::require(stills.all(|still| still.bytes <= STILL_BYTES_MAX as u64), "bytes")?;
            let mut cards = work.legibility.iter();
            let holds = |card: &Legibility| card.read <= card.rows && card.rows <= CARD_ROWS_MAX;
            BodyError::require(cards.all(holds), "legibility")?;
        }
        Ok(())
    }
}

/// One line of text that shows all that is in it.
pub(crate) fn is_line(text: &str, chars_max: usize) -> bool {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    text.chars().count() <= chars_max && !text.chars().any(is_hidden)
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
