//! A camera joins, is watched live, the server is killed, the camera joins again: numbers continue, the gap is reported
//! with its cause, and everything that was acknowledged is there (I2, I5).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, ashkar, eventually, header, tool};

const LIVE: &str = "/live/7/12/1/index.m3u8";

#[test]
fn a_camera_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");

    let centre = Centre::start(&data);
    let publisher = centre.publish(&key, &Publish::default());
    let before = eventually("three segments", Duration::from_secs(30), || {
        segments(&centre).filter(|all| all.len() >= 3)
    });
    let first = centre.get(&before[0].1);
    let streams = probe(&format!("{}{LIVE}", centre.http));
    assert!(
        streams.contains("h264") && streams.contains("320"),
        "ffprobe reads the live playlist: {streams}"
    );
    centre.kill();
    drop(publisher);

    let centre = Centre::start(&data);
    assert_eq!(centre.get(&before[0].1), first, "what was served is served again, byte for byte");
    let publisher = centre.publish(&key, &Publish::default());
    let last_before = before.last().unwrap().0;
    let after = eventually("a segment after the restart", Duration::from_secs(40), || {
        segments(&centre).filter(|all| all.iter().any(|(number, _)| *number > last_before + 3))
    });
    assert!(after.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0), "numbers go on: {after:?}");
    let playlist = centre.text(LIVE);
    assert!(playlist.contains("#EXT-X-DISCONTINUITY"), "{playlist}");
    // A player that does not know gaps requests one, and gets a part without pictures.
    let (_, after_tag) = playlist.split_once("#EXT-X-GAP\n").expect("the time in which it was down is a gap");
    let piece = after_tag.lines().find(|line| !line.starts_with('#')).unwrap();
    let (status, headers, body) = centre.request(piece, &[]);
    assert_eq!((status, header(&headers, "content-type")), (200, Some("video/mp4")), "{piece}");
    assert_eq!((&body[4..8], body.len()), (&b"moof"[..], 96), "{body:?}");

    let timeline = centre.json("/api/v1/cameras/7/12/1/timeline");
    let gaps: Vec<_> = timeline
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["state"] == "missing" && entry["cause"] == "centre")
        .collect();
    assert_eq!(gaps.len(), 1, "the centre was down once, and says so: {timeline:#}");
    drop(publisher);
    centre.stop();

    let report = ashkar(&["archive", "check", "--json", "--data", &data.display().to_string()]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(0), "{report:#}");
}

/// Number and address of each listed segment.
fn segments(centre: &Centre) -> Option<Vec<(u64, String)>> {
    let (status, _, body) = centre.request(LIVE, &[]);
    if status != 200 {
        return None;
    }
    let text = String::from_utf8(body).unwrap();
    let first: u64 =
        text.lines().find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:"))?.parse().ok()?;
    let uris = text.lines().filter(|line| line.ends_with(".m4s") && !line.starts_with('#'));
    Some((first..).zip(uris.map(str::to_owned)).collect())
}

fn probe(url: &str) -> String {
    tool("ffprobe", &["-v", "error", "-show_streams", "-of", "default=nw=1", url])
}
