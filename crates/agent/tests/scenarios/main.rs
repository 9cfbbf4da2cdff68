//! Scenarios: one file each, whose name is the sentence that it proves. One binary, so that it links once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod children_that_fail_are_ended_and_begun_again;
mod every_picture_of_a_file_is_recorded_once;
mod ip_cameras_and_encoders_are_recorded_side_by_side;
mod support;
