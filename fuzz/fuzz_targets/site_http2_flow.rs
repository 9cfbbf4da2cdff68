//! What passes on an HTTP/2 connection, in both directions: whatever it is, it is understood alike in whatever pieces it
//! comes, and nothing grows without end.
#![no_main]

use std::time::Duration;

use ashkar_site::fuzz::Flow;
use tokio::time::Instant;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((cut, data)) = data.split_first() else { return };
    let (asked, answered) = data.split_at(data.len() / 2);
    let begun = Instant::now();
    let mut outcomes = Vec::new();
    for piece in [data.len().max(1), usize::from(*cut).max(1)] {
        let mut flow = Flow::new(begun);
        let mut talks_too_much = false;
        for bytes in asked.chunks(piece) {
            // Time stands, so that it does not matter in which piece something comes.
            talks_too_much |= flow.asks(bytes, begun).is_err();
            if talks_too_much {
                break;
            }
        }
        answered.chunks(piece).for_each(|bytes| flow.answers(bytes, begun + Duration::from_secs(1)));
        outcomes.push((talks_too_much, flow.deadline()));
    }
    let both_are_heard_out = !outcomes.iter().any(|(talks_too_much, _)| *talks_too_much);
    assert_eq!(outcomes[0].0, outcomes[1].0);
    assert!(!both_are_heard_out || outcomes[0].1 == outcomes[1].1);
});
