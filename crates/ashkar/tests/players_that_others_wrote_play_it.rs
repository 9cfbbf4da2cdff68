//! GStreamer's hlsdemux2 and ffmpeg play the live stream; ffmpeg plays a span of the past; nginx caches it all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod common;

use std::time::Duration;

use common::{Centre, Publish, Running, add_camera, ashkar_output, eventually, fetch, header, tool};

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
    the_past_is_immutable_and_plays(&centre);
    the_checker_finds_no_broken_rule(&live);
    nginx_answers_many_with_one_request(&centre, dir.path());
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
    // ffprobe says it for the stream, and again for the program that the stream is in.
    let first = frames.lines().next().unwrap_or_default();
    let frames: u32 =
        first.trim_end_matches(',').parse().unwrap_or_else(|_| panic!("ffprobe said {frames:?}"));
    assert!(frames >= 60, "three seconds are at least 60 frames, not {frames}");
}

/// `uridecodebin3` is streams-aware, so it takes hlsdemux2, the demuxer that knows parts.
fn gstreamer_decodes(url: &str) {
    let uri = format!("uri={url}");
    let pipeline = ["-v", "uridecodebin3", &uri, "!", "identity", "eos-after=60", "!", "fakesink"];
    let printed = tool("timeout", &[&["30", "gst-launch-1.0"], pipeline.as_slice()].concat());
    assert!(printed.contains("video/x-raw") && printed.contains("Got EOS"), "{printed}");
}

fn the_past_is_immutable_and_plays(centre: &Centre) {
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
    assert!(header(&headers, "cache-control").unwrap().contains("immutable"), "{headers:?}");
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

fn nginx_answers_many_with_one_request(centre: &Centre, dir: &std::path::Path) {
    let port = free_port();
    let upstream = centre.http.strip_prefix("http://").unwrap();
    let d = dir.display();
    let config = format!(
        "daemon off; master_process off; pid {d}/nginx.pid; error_log {d}/nginx.err;
events {{ worker_connections 512; }}
http {{ access_log off; client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f; uwsgi_temp_path {d}/u; scgi_temp_path {d}/s;
  proxy_cache_path {d}/cache keys_zone=media:4m;
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://{upstream}; proxy_http_version 1.1; proxy_set_header Connection '';
      proxy_cache media; proxy_cache_lock on; add_header X-Cache $upstream_cache_status always; }} }} }}"
    );
    std::fs::write(dir.join("nginx.conf"), config).unwrap();
    let _nginx = Running(
        std::process::Command::new("nginx")
            .args(["-c", &dir.join("nginx.conf").display().to_string()])
            .spawn()
            .expect("nginx is installed"),
    );
    let cached = format!("http://127.0.0.1:{port}");
    let playlist = eventually("nginx is up", Duration::from_secs(5), || {
        std::net::TcpStream::connect(("127.0.0.1", port))
            .ok()
            .map(|_| fetch(&format!("{cached}/live/7/12/1/index.m3u8"), &[]))
    });
    let text = String::from_utf8(playlist.2).unwrap();
    let segment = text.lines().find(|line| line.ends_with(".m4s") && !line.starts_with('#')).unwrap();
    let (_, first, body) = fetch(&format!("{cached}{segment}"), &[]);
    let (_, second, again) = fetch(&format!("{cached}{segment}"), &[]);
    assert_eq!((header(&first, "x-cache"), header(&second, "x-cache")), (Some("MISS"), Some("HIT")));
    assert_eq!(body, again);
    assert!(header(&second, "set-cookie").is_none());
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

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
