//! Scenarios: one file each, whose name is the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod a_cache_in_front_asks_once_for_all;
mod a_camera_becomes_public_by_two_persons;
mod a_camera_survives_kill_9;
mod a_camera_that_is_refused_takes_no_other_with_it;
mod a_country_is_prepared_at_the_desk;
mod a_device_is_enrolled_on_the_command_line;
mod a_list_is_public_once_two_persons_publish_it;
mod a_rehearsal_never_mixes_with_its_vote;
mod a_silent_microphone_is_told;
mod a_station_has_its_papers;
mod a_sub_stream_is_served_and_counted_nowhere;
mod a_wrong_key_is_refused_and_written_nowhere;
mod abuse;
mod agents_go_over_to_another_centre_and_back;
mod agents_lose_nothing_on_bad_lines;
mod an_agent_records_on_after_kill_9;
mod an_agent_sends_all_that_its_line_lost;
mod an_agent_whose_cameras_are_silent_keeps_its_line;
mod an_agents_disk_may_fail;
mod an_election_takes_several_days;
mod an_h265_camera_is_recorded_as_it_is;
mod an_ip_camera_is_set_from_the_settings;
mod cache;
mod cameras_that_misbehave_lose_no_picture;
mod citizens_report_a_camera;
mod clocks_may_step_and_drift;
mod common;
mod completeness_adds_up_to_what_was_owed;
mod dear_questions_cost_those_who_ask;
mod every_port_bears_abuse;
mod fifty_cameras_survive_kill_after_kill;
mod fifty_viewers_see_every_part_and_tell_when_they_do_not;
mod live_goes_on_when_the_disk_is_full_or_dies;
mod operators_mistakes_cost_nothing;
mod players_that_others_wrote_play_it;
mod simulated_agents_send_all_that_they_recorded;
#[allow(dead_code, reason = "its own crate's tests use all of it")]
#[path = "../../../onvif/tests/scenarios/simulated.rs"]
mod simulated_camera;
mod stations_conditions_reach_the_centre;
mod stills_outlive_their_worker;
mod the_agents_door_knows_who_asks;
mod the_day_hides_no_hole;
mod the_desk_lets_everyone_do_what_is_theirs;
mod the_desks_description_is_true;
mod the_installation_is_carried_out_at_the_desk;
mod the_policy_decides_about_sound;
mod the_programme_is_kept_on_the_command_line;
mod the_reference_of_metrics_is_true;
mod the_technicians_page_is_this_stations_alone;
mod what_a_wrong_clock_recorded_is_placed;
mod what_nobody_approved_or_somebody_hid_is_at_no_address;
mod what_the_commission_says_is_public_at_once;
