//! What an operator, a full disk, a logger or a renewal does around the real binary: nobody goes off air because of it,
//! nothing is lost silently, and nothing that ought to exist is created anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod data;
mod outputs;
mod signals;
mod unit;
