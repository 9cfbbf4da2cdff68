//! Heads of requests on the way that players take: what is taken must be what the general parser sees.
#![no_main]

use ashkar_site::http::fast_path::{Head, MAX_PLAYER_HEAD_BYTES};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // No more than this is looked at before the library takes over.
    let data = &data[..data.len().min(MAX_PLAYER_HEAD_BYTES)];
    let Some(head) = Head::read(data) else { return };
    assert!(head.length <= data.len() && data[..head.length].ends_with(b"\n"));
    assert!(head.path.starts_with('/') && !head.path.contains('?'));
    // A head means the same, whatever follows it.
    assert_eq!(Head::read(&data[..head.length]).as_ref(), Some(&head));
});
