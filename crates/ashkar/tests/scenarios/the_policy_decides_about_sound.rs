//! Sound is dropped before it is recorded, unless the election's policy says otherwise; a change takes effect while
//! running.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, ashkar, eventually, fetch, tool};

const SPEAKING: Publish<'_> = Publish {
    input: &["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440"],
    encode: &[
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-g",
        "25",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-b:a",
        "64k",
    ],
};

fn set_sound(data: &Path, sound: bool) {
    let shown = ashkar(&["election", "show", "--data", &data.display().to_string()]);
    let file = data.join("election.toml");
    let (old, new) = (format!("sound = {}", !sound), format!("sound = {sound}"));
    assert!(shown.contains(&old), "{shown}");
    std::fs::write(&file, shown.replace(&old, &new)).unwrap();
    ashkar(&["election", "set", "--data", &data.display().to_string(), &file.display().to_string()]);
}

/// The newest init segment's address, as the live playlist names it.
fn newest_init(live: &str) -> Option<String> {
    let (_, _, body) = fetch(live, &[]);
    let text = String::from_utf8(body).unwrap();
    let line = text.lines().rfind(|line| line.starts_with("#EXT-X-MAP:"))?;
    line.split('"').nth(1).map(str::to_owned)
}

fn has_sound_track(centre: &Centre, live: &str) -> Option<bool> {
    let init = centre.get(&newest_init(live)?);
    Some(init.windows(4).any(|window| window == b"mp4a"))
}

#[test]
fn sound_is_recorded_only_while_the_policy_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    // The day of the election that adding the first camera created: by the zone's date, not this machine's.
    let today = tool("env", &["TZ=Asia/Baku", "date", "+%Y-%m-%d"]);
    let election = dir.path().join("election.toml");
    // The example in the guide works.
    let guide = include_str!("../../../../docs/guide/election.md");
    let described = guide.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    std::fs::write(&election, described.replace("2024-02-07", today.trim())).unwrap();
    ashkar(&["election", "set", "--data", &data.display().to_string(), &election.display().to_string()]);
    let centre = Centre::start(&data);
    let live = format!("{}/live/7/12/1/index.m3u8", centre.http);
    let _publisher = centre.publish(&key, &SPEAKING);
    let becomes = |sound: bool| {
        eventually(&format!("sound {sound}"), Duration::from_secs(30), || {
            (has_sound_track(&centre, &live) == Some(sound)).then_some(())
        });
    };

    becomes(false);
    set_sound(&data, true);
    becomes(true);
    eventually("a player hears it", Duration::from_secs(30), || {
        let streams =
            tool("ffprobe", &["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", &live]);
        (streams.contains("h264") && streams.contains("aac")).then_some(())
    });
    set_sound(&data, false);
    becomes(false);

    let timeline = centre.json("/api/v1/cameras/7/12/1/timeline");
    let gaps = timeline.as_array().unwrap().iter().filter(|entry| entry["cause"] == "uplink").count();
    assert_eq!(gaps, 0, "a policy costs no picture: {timeline}");
}
