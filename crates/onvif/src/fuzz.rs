//! What the fuzzer drives: every answer of a camera that is read here.

use crate::{camera, discovery, mask, overlay, soap, time};

/// Reads `bytes` as each kind of answer.
pub fn answer(bytes: &[u8]) {
    let _ = discovery::read(bytes, "uuid:1");
    for name in ["GetSystemDateAndTimeResponse", "GetProfilesResponse", "GetOSDsResponse", "GetMasksResponse"]
    {
        let Ok(node) = soap::response(bytes, name) else { continue };
        let _ = time::read(&node).map(|told| time::ahead_s(&told.zone));
        for child in &node.children {
            let (_, _, read) = (camera::profile(child), overlay::plain(child, ""), mask::mask(child));
            let _ = read.covers(&vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]);
        }
    }
}
