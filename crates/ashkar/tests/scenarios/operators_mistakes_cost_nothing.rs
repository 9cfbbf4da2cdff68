//! What an operator, a full disk, a logger or a renewal does around the real binary: nobody goes off air for it, nothing is
//! lost without a word, and nothing is made anew that ought to be there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod data;
mod outputs;
mod signals;
mod unit;
