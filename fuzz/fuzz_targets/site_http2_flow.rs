//! Arbitrary bytes on an HTTP/2 connection, in both directions: however they are cut, the result is the same, and
//! nothing grows without limit.
#![no_main]

use std::time::Duration;

use ashkar_site::fuzz::FlowControl;
use tokio::time::Instant;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((cut, data)) = data.split_first() else { return };
    let (incoming, outgoing) = data.split_at(data.len() / 2);
    let begun = Instant::now();
    let mut outcomes = Vec::new();
    for piece in [data.len().max(1), usize::from(*cut).max(1)] {
        let mut flow = FlowControl::new(begun);
        let mut too_many = false;
        for bytes in incoming.chunks(piece) {
            // Time stands still, so that it does not matter in which piece something comes.
            too_many |= flow.received(bytes, begun).is_err();
            if too_many {
                break;
            }
        }
        outgoing.chunks(piece).for_each(|bytes| flow.sent(bytes, begun + Duration::from_secs(1)));
        outcomes.push((too_many, flow.deadline()));
    }
    let both_are_read_out = !outcomes.iter().any(|(too_many, _)| *too_many);
    assert_eq!(outcomes[0].0, outcomes[1].0);
    assert!(!both_are_read_out || outcomes[0].1 == outcomes[1].1);
});
