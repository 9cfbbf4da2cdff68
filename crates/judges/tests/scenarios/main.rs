//! Scenarios: one file each, whose name is the sentence that it proves.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod clip;
mod encoders_write_the_same_records;
mod outside_players_decode_what_was_made;
#[path = "../../../media/tests/scenarios/support/mod.rs"]
#[allow(dead_code, reason = "the tests of media use the rest")]
mod support;
