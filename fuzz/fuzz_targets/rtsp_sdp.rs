//! Session descriptions, and RTP and RTCP headers.
#![no_main]

use ashkar_ingest::rtsp::{Description, MAX_MEDIA, RtpPacket, parse_rtcp};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(description) = Description::parse(data) {
        assert!(description.media.len() <= MAX_MEDIA);
    }
    if let Some(packet) = RtpPacket::parse(data) {
        assert!(packet.payload.len() + 12 <= data.len());
    }
    let _ = parse_rtcp(data);
});
