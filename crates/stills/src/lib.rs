//! Still pictures: the keyframe at the head of a part, as a JPEG.
//!
//! In: an init segment and an independent part, as recorded. Out: a JPEG at most [`MAX_WIDTH`] pixels wide, or
//! [`FULL_WIDTH`] for those who judge what a camera shows.
//!
//! The H.264 decoder is the only C++ code that reads a camera's data, so it never runs inside the centre: it runs in
//! processes that make one still each, and can reach nothing but their memory and one socket ([`worker`], [`sandbox`]).
//! They are copies of a process that has read nothing ([`zygote`]), since starting a program anew costs more than a
//! still. They may die at any time without consequences for anyone but the requester ([`Pool`]).

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
pub use picture::{FULL_WIDTH, MAX_WIDTH, StillError, still};
pub use pool::{Pool, PoolError};
