//! Answers of IP cameras: SOAP of any kind, and those to a search.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| ashkar_onvif::fuzz::answer(bytes));
