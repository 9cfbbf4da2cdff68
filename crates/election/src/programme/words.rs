//! The words of the programme: its stages, the items of its checklist, reasons and kinds. Each has one name, in kebab
//! case, in JSON, CSV, the database and the command line.

use serde::{Deserialize, Serialize};

/// An enum of unit variants with names, in order.
macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads [`Self::name`].
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }
        }
    };
}

names! {
    /// A stage that a station reaches. Each counts only after all before it.
    Stage {
        /// It is in the list, with cameras.
        Chosen = "chosen",
        /// Every item of the checklist has an answer.
        Surveyed = "surveyed",
        /// Every item of the checklist is met.
        ConditionsMet = "conditions-met",
        /// Each of its cameras has a key, an address or a device.
        Installed = "installed",
        /// The chair and the technician have accepted it.
        Accepted = "accepted",
        /// Its chair has tested it, or a rehearsal has.
        Rehearsed = "rehearsed",
        /// What each of its cameras shows is approved.
        Public = "public",
    }
}

names! {
    /// An item of the checklist: a condition that a station must meet.
    Item {
        /// Power at the place of the camera.
        Power = "power",
        /// A reserve of it that lasts through a cut.
        PowerReserve = "power-reserve",
        /// The line, with the figures that the agent measured.
        Line = "line",
        /// Light by day.
        LightDay = "light-day",
        /// Light at the count, after dark.
        LightCount = "light-count",
        /// The mount holds, and nobody reaches it.
        Mount = "mount",
        /// The view: the box and the tables, and no booth.
        View = "view",
        /// What lies on the counting table can be read.
        Legibility = "legibility",
        /// The house's own cameras are off or covered.
        OwnCameras = "own-cameras",
        /// The notice at the door hangs.
        Notice = "notice",
    }
}

impl Item {
    /// Whether it is met only with figures that were measured.
    pub(crate) const fn needs_figures(self) -> bool {
        matches!(self, Self::Line)
    }
}

names! {
    /// The answer to an item.
    Met {
        /// It is met.
        Yes = "yes",
        /// It is not met.
        No = "no",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

names! {
    /// A question of the self-test.
    Question {
        /// "I see our room."
        Room = "room",
        /// "I see the box and the tables."
        BoxAndTables = "box-and-tables",
        /// "No booth is visible."
        NoBooth = "no-booth",
    }
}

names! {
    /// Why a station has no camera.
    NoCameraReason {
        /// A hospital.
        Hospital = "hospital",
        /// A prison, or another place of detention.
        Prison = "prison",
        /// A ship, or a platform at sea.
        Ship = "ship",
        /// Abroad.
        Abroad = "abroad",
        /// It has few voters.
        Small = "small",
        /// Something else, which the words say.
        Other = "other",
    }
}

names! {
    /// What a citizen reports of a camera.
    ReportKind {
        /// The ballot box cannot be seen.
        Box = "box-unseen",
        /// It is too dark.
        Dark = "dark",
        /// It shows another room.
        Place = "other-room",
        /// A booth can be seen.
        Booth = "booth-seen",
        /// Somebody or something stands before it.
        Covered = "covered",
        /// Something else, which the text says.
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_are_those_of_json() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_name(stage.name()), Some(stage));
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.name());
        }
        assert_eq!(Item::from_name("own-cameras"), Some(Item::OwnCameras));
        assert_eq!(Met::from_name("Yes"), None);
        assert!(Stage::ALL.is_sorted() && NoCameraReason::ALL.len() == 6 && ReportKind::ALL.len() == 6);
    }
}
