//! What the fuzzer drives: everything that browsers, authenticators and the store send.

use super::answer::{Authentication, ClientData, Registration};
use super::authenticator::Said;
use super::cbor;

/// Reads `bytes` as each of them.
pub fn read(bytes: &[u8]) {
    if let Some((_, rest)) = cbor::Value::first(bytes) {
        assert!(rest.len() < bytes.len());
    }
    for said in [Said::read(bytes), Said::of_registration(bytes)].into_iter().flatten() {
        assert_eq!(said.host_hash.len(), 32);
    }
    let _ = serde_json::from_slice::<ClientData>(bytes);
    if let Ok(answer) = serde_json::from_slice(bytes) {
        let _ = (Registration::read(&answer), Authentication::read(&answer));
    }
}
