//! What the fuzzer drives: every answer of a camera that is read here.

use crate::{discovery, soap, time};

/// Reads `bytes` as each kind of answer.
pub fn answer(bytes: &[u8]) {
    let _ = discovery::read(bytes, "uuid:1");
    for name in ["GetSystemDateAndTimeResponse", "GetProfilesResponse", "GetOSDsResponse", "GetMasksResponse"]
    {
        if let Ok(node) = soap::response(bytes, name) {
            let _ = time::read(&node);
            let _ = node.all("Profiles").filter_map(crate::camera::token).count();
        }
    }
}
