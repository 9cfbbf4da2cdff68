//! Scenarios: one file each, named after the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod cameras_differ_in_phase_and_plate_but_share_all_else;
mod cameras_publish_and_come_back;
mod the_overlay_parses_in_a_parser_of_others;
