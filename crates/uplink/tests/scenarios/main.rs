//! The protocol as its two sides see it.

mod addresses_have_one_spelling;
mod answers_are_read_back;
mod codes_forgive_how_they_are_typed;
mod reports_keep_their_limits;
mod sets_of_segments;
mod signatures_fit_one_request;
mod support;
mod the_sender_decides;
mod what_travels_is_read_back;
