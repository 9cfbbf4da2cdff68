//! Cameras that are asked over real sockets: a simulated one that speaks ONVIF as its specifications say, and ones that
//! refuse, babble, never end, or are slow.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod a_camera_is_set_and_tells_it;
mod cameras_are_found_in_their_network;
mod hostile_cameras_do_no_harm;
mod simulated;
