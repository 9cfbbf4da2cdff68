//! Scenarios: one file each, named after the sentence that it proves. One binary, so that it links once.

#![allow(unreachable_pub, reason = "the modules of a test binary are its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod a_full_disk_refuses_parts_and_goes_on_by_itself;
mod a_panic_in_the_archive_ends_the_process;
mod a_second_crash_during_recovery_is_harmless;
mod a_slow_disk_delays_nobody_who_appends;
mod a_sync_on_a_file_system_that_gives_up_is_not_believed;
mod any_bytes_do_no_harm;
mod append_never_waits_for_the_disk;
mod kills_and_power_cuts_in_any_order_lose_nothing;
mod nothing_acknowledged_is_lost_when_any_call_fails;
mod power_cuts_lose_nothing_acknowledged;
mod recording_goes_on_when_any_real_call_fails;
mod rot_is_repaired_or_named;
mod support;
mod the_frozen_archive_is_readable;
mod what_cannot_be_read_keeps_nobody_off_air;
mod what_is_asked_matches_a_naive_model;
mod what_is_removed_under_it_is_told;
mod what_retention_removes_is_on_record;
mod what_was_recorded_is_read_back;
