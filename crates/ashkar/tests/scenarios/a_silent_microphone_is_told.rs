//! The policy wants sound: a camera that sends digital silence for a minute is told as silent, another as heard, one
//! without sound as such; without the policy nothing is told about sound.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Centre, Publish, add_camera, ashkar, eventually};

const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10"];
const ENCODE: [&str; 10] =
    ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10", "-pix_fmt", "yuv420p"];

fn sound_of(centre: &Centre, camera: &str) -> Value {
    let station = centre.json("/api/v1/stations/7/12");
    let cameras = station["cameras"].as_array().unwrap();
    cameras.iter().find(|one| one["id"] == camera).unwrap()["sound"].clone()
}

#[test]
fn silence_is_told_after_a_minute_and_what_is_heard_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let at = data.display().to_string();
    let keys = ["7/12/1", "7/12/2", "7/12/3"].map(|camera| add_camera(&data, camera));
    let file = data.join("election.toml");
    let shown = ashkar(&["election", "show", "--data", &at]);
    let set = |text: &str| {
        std::fs::write(&file, text).unwrap();
        ashkar(&["election", "set", "--data", &at, &file.display().to_string()]);
    };
    set(&shown.replace("sound = false", "sound = true"));
    let centre = Centre::start(&data);
    let with = |sound: &'static str| [&PICTURE[..], &["-f", "lavfi", "-i", sound]].concat();
    let (silence, tone) = (with("anullsrc=r=48000:cl=stereo"), with("sine=frequency=440:sample_rate=48000"));
    let aac = [&ENCODE[..], &["-c:a", "aac", "-b:a", "64k"]].concat();
    let begun = Instant::now();
    let _senders = [
        centre.publish(&keys[0], &Publish { input: &silence, encode: &aac }),
        centre.publish(&keys[1], &Publish { input: &tone, encode: &aac }),
        centre.publish(&keys[2], &Publish { input: &PICTURE, encode: &ENCODE }),
    ];
    let becomes = |camera: &str, sound: &str, within: u64| {
        eventually(&format!("{camera}: {sound}"), Duration::from_secs(within), || {
            (sound_of(&centre, camera) == sound).then_some(())
        });
    };
    becomes("7/12/2", "heard", 30);
    becomes("7/12/3", "none", 30);
    becomes("7/12/1", "not-judged", 30);
    becomes("7/12/1", "silent", 100);
    assert!(begun.elapsed() >= Duration::from_secs(60), "after {:?}", begun.elapsed());
    assert_eq!(sound_of(&centre, "7/12/2"), "heard");
    set(&shown);
    eventually("nothing is told", Duration::from_secs(10), || {
        ["7/12/1", "7/12/2", "7/12/3"].iter().all(|camera| sound_of(&centre, camera).is_null()).then_some(())
    });
}
