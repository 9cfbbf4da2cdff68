//! GStreamer's hlsdemux2 and ffmpeg play the live stream; ffmpeg plays a span of the past.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, ashkar_output, eventually, fetch, header, tool};

#[test]
fn players_that_others_wrote_play_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    let live = format!("{}/live/7/12/1/index.m3u8", centre.http);
    eventually("four segments", Duration::from_secs(30), || {
        let (status, _, body) = fetch(&live, &[]);
        (status == 200 && String::from_utf8_lossy(&body).matches("#EXTINF").count() >= 4).then_some(())
    });

    ffmpeg_decodes_without_an_error(&live);
    gstreamer_decodes(&live);
    the_past_is_whole_and_plays(&centre);
    the_checker_finds_no_broken_rule(&live);
    stills_are_pictures(&centre);
}

fn ffmpeg_decodes_without_an_error(url: &str) {
    let frames = tool(
        "ffprobe",
        &[
            "-v",
            "error",
            "-read_intervals",
            "%+3",
            "-count_frames",
            "-select_streams",
            "v",
            "-show_entries",
            "stream=nb_read_frames",
            "-of",
            "csv=p=0",
            url,
        ],
    );
    // ffprobe prints it for the stream, and again for the program that contains the stream.
    let first = frames.lines().next().unwrap_or_default();
    let frames: u32 =
        first.trim_end_matches(',').parse().unwrap_or_else(|_| panic!("ffprobe said {frames:?}"));
    assert!(frames >= 60, "three seconds are at least 60 frames, not {frames}");
}

/// `uridecodebin3` is streams-aware, so it uses hlsdemux2, the demuxer that supports parts.
fn gstreamer_decodes(url: &str) {
    let uri = format!("uri={url}");
    let pipeline = ["-v", "uridecodebin3", &uri, "!", "identity", "eos-after=60", "!", "fakesink"];
    let printed = tool("timeout", &[&["30", "gst-launch-1.0"], pipeline.as_slice()].concat());
    assert!(printed.contains("video/x-raw") && printed.contains("Got EOS"), "{printed}");
}

fn the_past_is_whole_and_plays(centre: &Centre) {
    let timeline = centre.json("/api/v1/cameras/7/12/1/timeline");
    let live = timeline
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["state"] == "live")
        .expect("something was live");
    let from = live["from"].as_str().unwrap();
    let to = tool("date", &["-u", "-d", &format!("{from} + 4 seconds"), "+%Y-%m-%dT%H:%M:%SZ"]);
    let path = format!("/dvr/7/12/1/index.m3u8?from={}&to={}", from.replace('+', "%2B"), to.trim());
    let (headers, text) = eventually("the span is over", Duration::from_secs(20), || {
        let (status, headers, body) = centre.request(&path, &[]);
        let text = String::from_utf8(body).unwrap();
        (status == 200 && text.contains("#EXT-X-ENDLIST")).then_some((headers, text))
    });
    assert_eq!(header(&headers, "cache-control"), Some("public, max-age=10, must-revalidate"));
    assert!(text.contains("#EXT-X-PLAYLIST-TYPE:VOD"), "{text}");
    tool("ffmpeg", &["-v", "error", "-xerror", "-i", &format!("{}{path}", centre.http), "-f", "null", "-"]);

    let (status, _, _) = centre.request("/dvr/7/12/1/index.m3u8?from=yesterday&to=today", &[]);
    assert_eq!(status, 400);
}

fn the_checker_finds_no_broken_rule(url: &str) {
    let output = ashkar_output(&["live", "check", url, "--seconds", "10"]);
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn stills_are_pictures(centre: &Centre) {
    let (status, headers, body) = centre.request("/still/7/12/1.jpg", &[]);
    assert_eq!(
        (status, header(&headers, "content-type")),
        (200, Some("image/jpeg")),
        "{}",
        String::from_utf8_lossy(&body)
    );
    assert!(body.starts_with(&[0xff, 0xd8, 0xff]) && body.len() > 1000);
}
