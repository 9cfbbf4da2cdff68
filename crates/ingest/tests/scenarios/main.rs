//! Scenarios: one file each, whose name is the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod flv_a_stream_is_read_whole_or_ends_with_its_place;
mod rtmp_a_publisher_is_taken_in;
mod rtmp_an_idle_port_does_not_wake_up;
mod rtmp_changed_bytes_never_panic;
mod rtmp_each_attack_that_felled_another_server_is_survived;
mod rtmp_messages_survive_any_chunking;
mod rtmp_real_encoders_are_taken_in;
mod rtmp_support;
mod rtmp_the_port_survives_strangers;
mod rtsp_a_camera_on_a_bad_line_is_tried_again;
mod rtsp_a_real_camera_is_fetched_and_fetched_again;
mod rtsp_a_session_believes_what_it_agreed_on;
mod rtsp_cameras_of_each_vendor_are_taken_in;
mod rtsp_hostile_bytes_neither_panic_nor_grow;
mod rtsp_odd_answers_are_forgiven;
mod rtsp_support;
mod rtsp_what_cameras_do_wrong_costs_only_itself;
