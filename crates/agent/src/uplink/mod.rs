//! Sending to the centre: the shell around `ashkar_uplink`'s sender.
//!
//! In: what was recorded, and what the archive has. Out: requests to a centre, and how they stand. What must never
//! happen: a recording that waits for the line; memory that grows with the backlog; an answer that is believed without
//! limits.

mod client;
mod device_key;
mod enrol;
mod enrolled;
mod fault;
mod files;
mod tls;

pub use device_key::KeyFileError;
pub use enrol::{EnrolError, Enrolment, enrol};
pub use fault::Fault;
