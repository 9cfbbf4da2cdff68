//! Scenarios: one file each, whose name is the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod a_code_enrols_one_device;
mod a_database_of_the_first_format_opens_for_ever;
mod a_device_is_never_at_two_places;
mod a_list_is_public_once_it_is_published;
mod a_programme_of_a_thousand_stations_is_told_truly;
mod a_view_is_public_on_the_word_of_two;
mod an_election_may_take_several_days;
mod an_exported_list_imports_to_itself;
mod common;
mod devices_reports_are_kept_within_bounds;
mod differences_say_what_became_of_each_station;
mod errors_say_what_and_where;
mod every_change_is_recorded_for_good;
mod files_of_the_programme_are_read_whole_or_not_at_all;
mod hostile_files_do_no_harm;
mod importing_makes_a_version_only_when_something_changed;
mod it_takes_two_persons;
mod keys_and_addresses_stay_secret;
mod official_turnout_is_kept_with_its_source;
mod processes_on_one_directory_see_each_others_changes;
mod records_of_the_programme_are_made_once;
mod rehearsals_share_the_cameras_and_nothing_else;
mod stages_follow_from_what_was_recorded;
mod sub_streams_are_no_cameras_of_the_station;
mod the_audit_trail_is_chained;
mod the_desk_knows_its_people;
