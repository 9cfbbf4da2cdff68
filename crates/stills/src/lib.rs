//! Still pictures: the keyframe at the head of a part, as a JPEG.
//!
//! In: an init segment and an independent part, as recorded. Out: a JPEG of at most [`MAX_WIDTH`] pixels' width.
//!
//! The H.264 decoder is the one piece of C++ that reads what a camera sent, so it never runs inside the centre: it
//! runs in processes that make one still each, and can reach nothing but their memory and one socket ([`worker`],
//! [`sandbox`]). They are copies of a process that has read nothing ([`zygote`]), since a program that is started anew
//! costs more than a still. They may die at any time without anyone but the asker noticing ([`Pool`]).

#[doc(hidden)]
pub mod fuzz;
mod keyframe;
mod picture;
mod pool;
#[doc(hidden)]
pub mod sandbox;
mod unfiltered;
mod wire;
pub mod worker;
pub mod zygote;

pub use keyframe::KeyframeError;
pub use picture::{MAX_WIDTH, StillError, still};
pub use pool::{Pool, PoolError};
