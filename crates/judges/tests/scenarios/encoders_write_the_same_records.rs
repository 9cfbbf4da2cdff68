//! Decoder configuration records built here equal those that x264 and x265 write themselves.

use ashkar_media::{VideoCodec, VideoParameters};
use bytes::Bytes;
use tempfile::tempdir;

use crate::clip::encode;
use crate::support::{config_hevc, config_of};

#[test]
fn records_built_here_are_the_encoders_own() {
    let directory = tempdir().unwrap();
    let profiles = ["baseline", "main", "high", "high10"];
    for profile in profiles {
        let pixels = if profile == "high10" { "yuv420p10le" } else { "yuv420p" };
        let clip = encode(
            directory.path(),
            1,
            false,
            &["-c:v", "libx264", "-profile:v", profile, "-pix_fmt", pixels],
        );
        let theirs = VideoParameters::parse(&clip.config).unwrap();
        assert_eq!((theirs.width, theirs.height), (320, 180));
        let (sps, pps) = avc_sets(&clip.config.record);
        let ours = config_of(VideoCodec::H264, &[&sps, &pps]).unwrap();
        assert_eq!(ours.record, clip.config.record, "{profile}");
    }
}

fn avc_sets(record: &Bytes) -> (Bytes, Bytes) {
    let length = usize::from(u16::from_be_bytes([record[6], record[7]]));
    let pps = 8 + length + 3;
    let pps_length = usize::from(u16::from_be_bytes([record[pps - 2], record[pps - 1]]));
    (record.slice(8..8 + length), record.slice(pps..pps + pps_length))
}

#[test]
fn an_h265_record_is_x265s_own_up_to_its_arrays() {
    let directory = tempdir().unwrap();
    let clip = encode(
        directory.path(),
        1,
        false,
        &["-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"],
    );
    let theirs = VideoParameters::parse(&clip.config).unwrap();
    assert_eq!((theirs.width, theirs.height, theirs.codecs.as_str()), (320, 180, "hvc1.1.6.L60.90"));
    let ours = config_hevc();
    assert_eq!(ours.record[..22], clip.config.record[..22]);
    let ours = VideoParameters::parse(&ours).unwrap();
    assert_eq!((ours.width, ours.height, ours.codecs), (320, 180, theirs.codecs));
}
