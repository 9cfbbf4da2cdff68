use ashkar_media::{ConfigError, VideoCodec, VideoConfig, VideoParameters};
use bytes::Bytes;
use h264_reader::nal::sps::SeqParameterSet;
use h264_reader::rbsp::{BitReader, decode_nal};

use crate::support::{HEVC_PPS, PPS_180, PPS_360, SPS_180, SPS_360, config_hevc, config_of};

fn h264(sps: &[u8], pps: &[u8]) -> Result<VideoParameters, ConfigError> {
    VideoParameters::parse(&config_of(VideoCodec::H264, &[sps, pps])?)
}

#[test]
fn h264_reader_agrees_on_the_size() {
    for (sps, pps) in [(SPS_180, PPS_180), (SPS_360, PPS_360)] {
        let ours = h264(sps, pps).unwrap();
        let rbsp = decode_nal(sps).unwrap();
        let theirs = SeqParameterSet::from_bits(BitReader::new(&rbsp[..])).unwrap();
        let size = (u32::from(ours.width), u32::from(ours.height));
        assert_eq!(size, theirs.pixel_dimensions().unwrap());
        assert_eq!(ours.codecs, format!("{}", theirs.rfc6381()).to_lowercase());
    }
}

/// If both can parse a damaged SPS, they get the same result.
#[test]
fn h264_reader_agrees_on_damaged_sets_too() {
    let mut both = 0;
    for at in 4..SPS_360.len() {
        for bit in 0..8 {
            let mut sps = SPS_360.to_vec();
            sps[at] ^= 1 << bit;
            let Ok(rbsp) = decode_nal(&sps) else { continue };
            let Ok(theirs) = SeqParameterSet::from_bits(BitReader::new(&rbsp[..])) else { continue };
            let (Ok(ours), Ok(size)) = (h264(&sps, PPS_360), theirs.pixel_dimensions()) else { continue };
            assert_eq!((u32::from(ours.width), u32::from(ours.height)), size, "bit {bit} of byte {at}");
            both += 1;
        }
    }
    assert!(both > 20, "{both}");
}

#[test]
fn records_without_parameter_sets_say_which_are_missing() {
    let parse = |codec, record: &'static [u8]| {
        VideoParameters::parse(&VideoConfig { codec, record: Bytes::from_static(record) })
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        parse(VideoCodec::H264, &[1, 0x42, 0xc0, 0x0c, 0xff, 0xe0, 0]),
        "no H.264 sequence parameter set"
    );
    assert_eq!(
        parse(VideoCodec::H264, &[1, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0, 0, 0]),
        "the H.264 sequence parameter set ends too early"
    );
    assert_eq!(parse(VideoCodec::H264, &[0; 7]), "unknown version 0 of the decoder configuration record");
    let sps_only = config_of(VideoCodec::H264, &[SPS_180]).unwrap_err();
    assert_eq!(sps_only, ConfigError::Missing { what: "H.264 picture parameter set" });
    let mut swapped = config_hevc().record.to_vec();
    // The first array claims to hold picture parameter sets, the last one to hold video parameter sets.
    let last = swapped.len() - HEVC_PPS.len() - 5;
    (swapped[23], swapped[last]) = (0x80 | 34, 0x80 | 32);
    let config = VideoConfig { codec: VideoCodec::H265, record: swapped.into() };
    let wrong = VideoParameters::parse(&config).unwrap_err();
    assert!(matches!(wrong, ConfigError::WrongNalUnit { header: 0x44, .. }), "{wrong}");
}

/// A crop larger than the picture, and a picture of 2^32 macroblocks: scuffle-h264 and scuffle-h265 overflow here.
#[test]
fn absurd_sizes_are_refused() {
    // Baseline, level 1.2, sps 0, log2_max_frame_num 0, order count type 2, 1 reference, no gaps allowed, then
    // width and height as given, frames only, no direct 8x8, cropping as given.
    let sps = |width: u32, height: u32, crop: Option<[u32; 4]>| {
        let mut bits = String::new();
        for code in [0, 0, 2, 1] {
            bits += &golomb(code);
        }
        bits += "0";
        bits += &golomb(width);
        bits += &golomb(height);
        bits += "10";
        match crop {
            Some(crop) => crop.iter().fold(bits + "1", |bits, code| bits + &golomb(*code)),
            None => bits + "0",
        }
    };
    let refused = |bits: String| h264(&nal(&bits), PPS_180).unwrap_err();
    assert!(h264(&nal(&sps(19, 11, None)), PPS_180).is_ok());
    let sizes = [
        sps(u32::MAX - 1, 11, None),
        sps(19, u32::MAX - 1, None),
        sps(512, 11, None),
        sps(19, 11, Some([1000, 0, 0, 0])),
        sps(19, 11, Some([u32::MAX - 1; 4])),
        sps(19, 11, Some([0, 0, 90, 0])),
    ];
    for bits in sizes {
        assert!(matches!(refused(bits), ConfigError::PictureSize { .. }));
    }
}

/// `ue(v)` as a text of bits.
fn golomb(value: u32) -> String {
    let code = format!("{:b}", u64::from(value) + 1);
    "0".repeat(code.len() - 1) + &code
}

/// A baseline SPS with these bits after its id and level, emulation prevention included.
fn nal(bits: &str) -> Vec<u8> {
    let padded = format!("{bits}1{}", "0".repeat((8 - (bits.len() + 1) % 8) % 8));
    let mut out = vec![0x67, 0x42, 0xc0, 0x0c];
    let mut zeros = 0;
    for byte in padded
        .as_bytes()
        .chunks(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
    {
        if zeros >= 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}
