use std::process::Command;

use proptest::prelude::*;

use super::*;

/// Frames as ffmpeg's encoder writes them, without their ADTS headers (ISO/IEC 14496-3, 1.A.3.2).
fn encoded(source: &str, channels: &str, rate: &str) -> Vec<Vec<u8>> {
    let made = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", source, "-t", "2"])
        .args(["-ac", channels, "-ar", rate, "-c:a", "aac", "-b:a", "48k", "-f", "adts", "-"])
        .output()
        .expect("ffmpeg is installed");
    let (mut rest, mut frames) = (&made.stdout[..], Vec::new());
    while rest.len() > 7 {
        assert_eq!((rest[0], rest[1] & 0xf7), (0xff, 0xf1), "a header without a checksum");
        let length = usize::from(rest[3] & 3) << 11 | usize::from(rest[4]) << 3 | usize::from(rest[5] >> 5);
        frames.push(rest[7..length].to_vec());
        rest = &rest[length..];
    }
    assert!(frames.len() > 10, "{source}: {}", String::from_utf8_lossy(&made.stderr));
    frames
}

#[test]
fn silence_is_told_from_the_faintest_tone() {
    for channels in ["1", "2", "6"] {
        for rate in ["48000", "16000", "8000"] {
            for frame in encoded(&format!("anullsrc=r={rate}"), channels, rate) {
                assert_eq!(look(&frame), Look::Silent, "{channels} channels, {rate} Hz: {frame:02x?}");
            }
            for source in
                ["sine=frequency=440", "anoisesrc=amplitude=0.01", "sine=frequency=440,volume=-50dB"]
            {
                let frames = encoded(source, channels, rate);
                // The first frames are what comes before the sound, and the last what is behind it.
                let heard = frames.iter().filter(|frame| look(frame) == Look::Heard).count();
                assert!(heard + 4 >= frames.len(), "{source}, {channels} channels, {rate} Hz: {heard}");
                assert!(frames.iter().all(|frame| look(frame) != Look::Unjudged));
            }
        }
    }
}

/// Bits, written as one reads the specification.
fn bytes(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(|bit| matches!(bit, b'0' | b'1')).map(|bit| bit - b'0').collect();
    bits.chunks(8)
        .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at)))
        .collect()
}

#[test]
fn each_element_is_read_as_the_specification_has_it() {
    let long = "0 00 0 000010 0"; // two bands
    let zero = "0000 00010"; // two bands without values
    let tail = "0 0 0";
    for (name, bits, expected) in [
        ("no bands", format!("000 0000 11111111 0 00 0 000000 0 {tail} 111"), Look::Silent),
        ("zero bands", format!("000 0000 01100100 {long} {zero} {tail} 111"), Look::Silent),
        (
            "a band of values",
            format!("000 0000 01100100 {long} 0000 00001 0001 00001 {tail} 111"),
            Look::Heard,
        ),
        ("noise", format!("000 0000 01100100 {long} 1101 00010 {tail} 111"), Look::Heard),
        ("pulses", format!("000 0000 01100100 {long} {zero} 1 00 000000 00000 0000 00 111"), Look::Heard),
        ("prediction", format!("000 0000 01100100 0 00 0 000010 1 {zero} {tail} 111"), Look::Unjudged),
        ("gain control", format!("000 0000 01100100 {long} {zero} 0 0 1 111"), Look::Unjudged),
        (
            "a filter",
            format!("000 0000 01100100 {long} {zero} 0 1 01 1 000010 00010 0 0 0000 0000 0 111"),
            Look::Silent,
        ),
        (
            "short windows in two groups",
            format!("000 0000 01100100 0 10 0 0001 1110111 0000 001 0000 001 {tail} 111"),
            Look::Silent,
        ),
        (
            "a value in the second group",
            format!("000 0000 01100100 0 10 0 0001 1110111 0000 001 0010 001 {tail} 111"),
            Look::Heard,
        ),
        ("too many bands", format!("000 0000 01100100 {long} 0000 00011 {tail} 111"), Look::Unjudged),
        ("no bands at all", format!("000 0000 01100100 {long} 0000 00000 {zero} {tail} 111"), Look::Unjudged),
        (
            "a pair",
            format!("001 0000 1 {long} 01 00 01100100 {zero} {tail} 01100100 {zero} {tail} 111"),
            Look::Silent,
        ),
        (
            "a pair, heard on the right",
            format!("001 0000 0 01100100 {long} {zero} {tail} 01100100 {long} 0011 00010 {tail} 111"),
            Look::Heard,
        ),
        (
            "filling before it",
            format!("110 0010 0000 0000 00000000 000 0000 01100100 {long} {zero} {tail} 111"),
            Look::Silent,
        ),
        (
            "replication",
            format!("000 0000 01100100 {long} {zero} {tail} 110 0001 1101 0000 111"),
            Look::Unjudged,
        ),
        (
            "data",
            format!("100 0000 1 00000001 11111111 000 0000 01100100 {long} {zero} {tail} 111"),
            Look::Silent,
        ),
        ("nothing but filling", "110 0000 111".to_owned(), Look::Unjudged),
        ("a coupling channel", "010 0000 00000000 111".to_owned(), Look::Unjudged),
        ("cut off", "000 0000 0110".to_owned(), Look::Unjudged),
    ] {
        assert_eq!(look(&bytes(&bits)), expected, "{name}");
    }
    assert_eq!(look(&[]), Look::Unjudged);
    assert_eq!(look(&vec![0; MAX_FRAME_BYTES + 1]), Look::Unjudged);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(frame in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = look(&frame);
    }
}
