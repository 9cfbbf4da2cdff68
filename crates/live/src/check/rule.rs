//! The rules of the checker, each with its severity and its section of the draft.

use std::fmt;

/// How strongly the draft requires it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// MUST or MUST NOT, or a playlist that cannot be parsed at all.
    Must,
    /// SHOULD or SHOULD NOT, or a rule of ours where the draft has none.
    Should,
}

/// Declares the rules: name, severity, section of the draft, text.
macro_rules! rules {
    ($($name:ident $severity:ident $section:literal $says:literal;)*) => {
        /// A rule of draft-pantos-hls-rfc8216bis that a playlist can break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $says] $name,)*
        }

        impl Rule {
            /// How strongly the draft requires it.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// The section of the draft; empty for a rule of ours.
            pub const fn section(self) -> &'static str {
                match self { $(Self::$name => $section,)* }
            }

            /// Its text.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

rules! {
    FirstLine Must "4.4.1.1" "The first line is EXTM3U.";
    Syntax Must "4.2" "Tags, attribute lists and values are well-formed.";
    Repeated Must "4.4" "A tag that applies to the whole playlist stands there once.";
    Misplaced Must "4.4.3" "Sequence numbers come before the first segment and discontinuity.";
    InfAndUri Must "4.4.4.1" "Each segment has a duration and an address.";
    Version Must "8" "The version is at least what the tags and attributes need.";
    TargetMissing Must "4.4.3.1" "A media playlist has a target duration.";
    SegmentTooLong Must "4.4.3.1" "A segment's duration, rounded, is at most the target duration.";
    TypeAndLive Must "6.2.2" "A playlist that loses segments has no playlist type.";
    PartInf Must "4.4.3.7" "A playlist with parts has a part target.";
    PartHoldBack Must "4.4.3.8" "PART-HOLD-BACK is there with parts, and at least two part targets.";
    PartHoldBackAdvised Should "4.4.3.8" "PART-HOLD-BACK is at least three part targets.";
    HoldBack Must "4.4.3.8" "HOLD-BACK is at least three target durations.";
    SkipUntil Must "4.4.3.8" "CAN-SKIP-UNTIL is at least six target durations.";
    PartTooLong Must "4.4.4.9" "A part is at most as long as the part target.";
    PartTooShort Must "4.4.4.9" "A part is at least 85 % of the part target, unless independent, a gap, before a gap, or last.";
    PartSum Should "" "The parts of a segment are together as long as it is.";
    PartsTooOld Should "6.2.2" "Parts that begin more than three target durations from the end are no longer listed.";
    GapParts Must "6.2.1" "The parts of a GAP segment say GAP=YES.";
    MapMissing Must "3.1.2" "A segment of fragmented MP4 has a map.";
    UriRepeated Should "" "No two segments or parts have the same address.";
    DateMissing Should "6.2.1" "With dates, each segment after a discontinuity has one.";
    DateAmbiguous Must "6.2.1" "A date does not lie a second or more before the end of the segment before it.";
    DateDrift Should "" "Without a discontinuity, dates and durations agree to 20 ms.";
    HintRepeated Should "6.2.6" "There is one preload hint of a type.";
    HintListed Must "4.4.5.3" "What is hinted at is not listed yet.";
    HintAtEnd Must "4.4.5.3" "A playlist that has ended hints at nothing.";
    HintBroken Should "6.2.6" "The part that was hinted at is the next that is listed.";
    SkipUnoffered Must "4.4.5.2" "Segments are skipped only where CAN-SKIP-UNTIL offers it and the playlist has not ended.";
    SkipUnasked Must "6.2.5.1" "A delta update answers a request for one.";
    SkipRefused Must "6.2.5.1" "A request for a delta update is answered by one where something can be skipped.";
    SkipTooMuch Must "6.2.5.1" "Nothing within the skip boundary is skipped.";
    SkipUnknown Should "" "What is skipped was listed before.";
    TargetChanged Must "6.2.1" "The target duration never changes.";
    PartTargetChanged Should "" "The part target does not change.";
    SequenceBackwards Must "6.2.2" "Media sequence numbers never go back.";
    SegmentChanged Must "6.2.1" "A listed segment does not change.";
    PartChanged Must "6.2.1" "A listed part does not change, and leaves only in order.";
    WindowTooShort Must "6.2.2" "No segment leaves if less than three target durations would stay.";
    DiscontinuityNumber Must "6.2.2" "EXT-X-DISCONTINUITY-SEQUENCE counts each discontinuity that has left.";
    TypeChanged Must "6.2.1" "The playlist type does not change, but EVENT may end as VOD.";
    ChangedAfterEnd Must "6.2.1" "A playlist that has ended does not change.";
    LateUpdate Must "6.2.1" "A live playlist gets a new segment within 1.5 target durations.";
    BlockedTooEarly Must "6.2.5.2" "The answer to a blocking request contains what was asked for.";
    MediaChanged Must "6.2.1" "The bytes behind an address never change.";
    PartsAreSegment Must "4.4.4.9" "A segment is its parts, one after the other.";
    MediaStart Should "" "Decode times in the media follow the listed durations to 20 ms.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
