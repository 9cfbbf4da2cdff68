//! Approvals: which view of a camera is public, by which picture, and on whose word.

use std::fmt;
use std::str::FromStr;

use ashkar_terms::{CameraId, UtcMicros};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most zones of a view.
const ZONES_MAX: usize = 16;
/// Width and height of a picture in the unit of zones.
const WHOLE: u16 = 1000;

/// The part of the day for which a view is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewPhase {
    /// People vote.
    Voting,
    /// The votes are counted.
    Count,
}

impl ViewPhase {
    /// All of them, in the order of the day.
    pub const ALL: [Self; 2] = [Self::Voting, Self::Count];

    /// Its name in addresses, JSON and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Voting => "voting",
            Self::Count => "count",
        }
    }

    /// The phase with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// What a zone of a view shows. A voting booth is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneKind {
    /// The stationary ballot box.
    Box,
    /// The mobile ballot box.
    MobileBox,
    /// The table at which ballots are given out.
    IssuingTable,
    /// The table at which votes are counted.
    CountingTable,
    /// The table at which the protocol is written.
    ProtocolTable,
}

impl ZoneKind {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::MobileBox => "mobile_box",
            Self::IssuingTable => "issuing_table",
            Self::CountingTable => "counting_table",
            Self::ProtocolTable => "protocol_table",
        }
    }
}

/// A rectangle of the picture, in thousandths of its width and height from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewZone {
    /// What it shows.
    pub kind: ZoneKind,
    /// Its left edge.
    pub x: u16,
    /// Its upper edge.
    pub y: u16,
    /// Its width.
    pub w: u16,
    /// Its height.
    pub h: u16,
}

impl ViewZone {
    /// Whether it has an area and lies in the picture.
    fn is_inside(&self) -> bool {
        let fits =
            |at: u16, length: u16| length > 0 && at.checked_add(length).is_some_and(|end| end <= WHOLE);
        fits(self.x, self.w) && fits(self.y, self.h)
    }
}

/// What the people who approved a view looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// No voting booth is in the picture.
    pub no_booth: bool,
    /// The ballot box is.
    pub box_visible: bool,
    /// The tables at which ballots are given out are.
    pub tables_visible: bool,
    /// The place where votes will be counted is.
    pub counting_visible: bool,
    /// There is light enough.
    pub lit: bool,
}

/// Why a view cannot be approved, or a camera not hidden, as it was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// More zones than a view may have.
    #[error("a view has at most {ZONES_MAX} zones")]
    Zones,
    /// A zone without an area, or one that extends beyond the picture.
    #[error("zone {0} does not lie in the picture, which is 1000 wide and 1000 high")]
    Zone(usize),
    /// Nobody said that no booth is in the picture.
    #[error("a view that shows a voting booth is never public")]
    Booth,
    /// The words of a hiding are too long.
    #[error("the words are longer than {0} bytes")]
    LongText(usize),
    /// The words of a hiding are not plain text.
    #[error("the words contain a control character")]
    Control,
}

/// Checks the zones of a view.
///
/// # Errors
/// [`ViewError::Zones`] and [`ViewError::Zone`].
pub(crate) fn check_zones(zones: &[ViewZone]) -> Result<(), ViewError> {
    if zones.len() > ZONES_MAX {
        return Err(ViewError::Zones);
    }
    match zones.iter().position(|zone| !zone.is_inside()) {
        Some(at) => Err(ViewError::Zone(at + 1)),
        None => Ok(()),
    }
}

impl Checks {
    /// Refuses a view that may show a booth: the one check that no approval may leave open.
    ///
    /// # Errors
    /// [`ViewError::Booth`].
    pub const fn check(&self) -> Result<(), ViewError> {
        if self.no_booth { Ok(()) } else { Err(ViewError::Booth) }
    }
}

/// SHA-256 of a reference still. In texts and JSON: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StillHash(pub [u8; 32]);

impl fmt::Display for StillHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for StillHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StillHash({self})")
    }
}

/// The text is no SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a still is named by 64 lower-case hexadecimal digits")]
pub struct ParseStillHashError;

impl FromStr for StillHash {
    type Err = ParseStillHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(ParseStillHashError);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().try_fold(0, |value: u8, digit| {
                let nibble = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return Err(ParseStillHashError),
                };
                Ok(value << 4 | nibble)
            })?;
        }
        Ok(Self(hash))
    }
}

impl Serialize for StillHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StillHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An approval, as it was recorded. Approvals are never changed or withdrawn: a camera is hidden instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The camera.
    pub camera: CameraId,
    /// The phase for which its view is approved.
    pub phase: ViewPhase,
    /// The reference still; none for the owner's way, in which nobody looked at a picture.
    pub still: Option<StillHash>,
    /// What the view shows.
    pub zones: Vec<ViewZone>,
    /// What was looked for.
    pub checks: Checks,
    /// When it was approved. Time before the first approval is not public.
    pub at: UtcMicros,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it: somebody else, except by the owner's way.
    pub approved_by: String,
    /// The owner's way, without a still and without a second person: it covers all time, also before `at`.
    pub owner: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(x: u16, y: u16, w: u16, h: u16) -> ViewZone {
        ViewZone { kind: ZoneKind::Box, x, y, w, h }
    }

    #[test]
    fn zones_lie_in_the_picture_and_are_few() {
        for (zones, expected) in [
            (vec![], Ok(())),
            (vec![zone(0, 0, 1000, 1000); 16], Ok(())),
            (vec![zone(0, 0, 1000, 1000); 17], Err(ViewError::Zones)),
            (vec![zone(999, 999, 1, 1)], Ok(())),
            (vec![zone(0, 0, 1, 1), zone(999, 0, 2, 1)], Err(ViewError::Zone(2))),
            (vec![zone(0, 1000, 1, 1)], Err(ViewError::Zone(1))),
            (vec![zone(0, 0, 0, 1)], Err(ViewError::Zone(1))),
            (vec![zone(0, 0, 1, 0)], Err(ViewError::Zone(1))),
            (vec![zone(65_535, 0, 65_535, 1)], Err(ViewError::Zone(1))),
        ] {
            assert_eq!(check_zones(&zones), expected, "{zones:?}");
        }
    }

    #[test]
    fn a_view_that_may_show_a_booth_is_refused_whatever_else_it_shows() {
        let all = Checks {
            no_booth: true,
            box_visible: true,
            tables_visible: true,
            counting_visible: true,
            lit: true,
        };
        assert_eq!(all.check(), Ok(()));
        assert_eq!(Checks { no_booth: false, ..all }.check(), Err(ViewError::Booth));
    }

    #[test]
    fn hashes_are_written_in_one_way() {
        let hash = StillHash(std::array::from_fn(|at| at as u8 * 8 + 1));
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<StillHash>(&format!("\"{text}\"")).unwrap(), hash);
        for wrong in
            ["", "00", &text.to_uppercase(), &format!("{text}0"), &"ə".repeat(32), &text.replace('1', "g")]
        {
            assert_eq!(wrong.parse::<StillHash>(), Err(ParseStillHashError), "{wrong}");
        }
    }

    #[test]
    fn json_has_the_names_that_the_desk_uses() {
        let json = r#"{"kind":"mobile_box","x":1,"y":2,"w":3,"h":4}"#;
        let zone: ViewZone = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&zone).unwrap(), json);
        assert_eq!(zone.kind.name(), "mobile_box");
        assert!(serde_json::from_str::<ViewZone>(&json.replace("mobile_box", "booth")).is_err());
        assert!(serde_json::from_str::<ViewZone>(&json.replace("\"x\":1", "\"x\":-1")).is_err());
        for phase in ViewPhase::ALL {
            assert_eq!(serde_json::to_value(phase).unwrap(), phase.name());
            assert_eq!(ViewPhase::named(phase.name()), Some(phase));
        }
    }
}
