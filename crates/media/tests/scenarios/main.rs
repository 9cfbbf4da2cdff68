//! Scenarios: one file each, named after the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod a_burst_after_a_stall_does_not_move_the_timeline;
mod a_camera_that_declares_25_and_sends_21_makes_no_gap;
mod a_corrupt_access_unit_is_dropped_alone;
mod a_jump_of_the_cameras_clock_is_a_fact_and_nothing_else;
mod a_relay_keeps_every_promise;
mod a_step_of_the_centres_clock_is_recorded;
mod a_wild_clock_keeps_every_picture_at_its_arrival;
mod an_even_camera_is_cut_at_keyframes_into_half_second_parts;
mod any_delivery_makes_the_same_access_units;
mod any_sequence_keeps_every_promise;
mod b_frames_keep_their_order_through_loss;
mod equal_and_backward_decoding_times_are_repaired_one_by_one;
mod g711_beside_the_video_is_dropped_with_one_fact;
mod missing_or_invalid_parameter_sets_wait_for_sound_ones;
mod new_parameters_in_mid_stream_make_a_new_init_segment;
mod no_bytes_make_a_parser_panic;
mod no_time_is_claimed_that_has_not_been;
mod parameter_sets_are_read_as_other_readers_read_them;
mod silence_and_disconnects_are_declared_as_gaps;
mod support;
mod what_cannot_be_used_is_the_cameras_fault;
