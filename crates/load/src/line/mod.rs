//! Lines between a station and a centre, as they are on the day: good, mobile, terrible, dead for an hour.
//!
//! [`Schedule`] says what a line does when, by model and seed; a [`Line`] is one in this process, over which connections
//! go. What is lost on a line appears as a stall, as it does to whoever uses TCP.

mod pipe;
mod proxy;
mod schedule;

pub use proxy::Line;
pub use schedule::{Carries, LineModel, ParseLineModelError, Schedule, Stretch};
