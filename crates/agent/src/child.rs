//! Sources that are processes: a webcam, a file, a command line. A child writes FLV; the agent reads it, and watches.
//!
//! *Alive but silent* is how such processes really fail, so bytes are what counts, by the monotonic clock; a child's
//! own time-outs are not relied on. What must never happen: a child that hangs unnoticed, or that outlives its agent
//! with the device in its hands.

mod ffmpeg;
mod leftover;
mod lines;
mod mask_image;
mod process;
mod supervisor;
mod task;

pub(crate) use leftover::{UNKNOWN_BOOT, boot};
pub use supervisor::ChildLimits;
pub(crate) use task::{ChildSource, ChildTask};
