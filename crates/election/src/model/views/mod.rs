//! A camera's view: what it was approved to show, and when it was hidden. Why: `docs/design/desk.md`, "Views".
//!
//! In: approvals, and hidings. Out: the times that the public may not see, each with its reason. What must never happen:
//! a time that nobody approved, or that somebody hid, counted as public.

mod approval;
mod hidden;
mod hiding;

pub(crate) use approval::check_zones;
pub use approval::{
    Approval, Checks, ParseStillHashError, StillHash, ViewError, ViewPhase, ViewZone, ZoneKind,
};
pub use hidden::{Hidden, HiddenTime, HiddenWhy};
pub(crate) use hiding::check_hiding_text;
pub use hiding::{Hiding, HidingReason};
