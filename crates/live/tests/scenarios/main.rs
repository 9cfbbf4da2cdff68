//! Scenarios: one file each, named after the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod a_blocked_request_wakes_on_its_part;
mod a_delta_update_equals_the_full_playlist;
mod a_gap_is_listed_at_its_length;
mod a_restart_goes_on_with_the_numbers;
mod a_slow_camera_raises_the_part_target;
mod a_span_of_the_past;
mod any_bytes_are_answered;
mod any_day_keeps_the_rules;
mod numbers_that_do_not_follow;
mod support;
mod ten_thousand_viewers_wake_once;
mod the_checker_finds_each_fault;
mod the_first_part_appears;
mod too_far_ahead_is_refused;
mod what_was_withheld_is_not_listed_again;
