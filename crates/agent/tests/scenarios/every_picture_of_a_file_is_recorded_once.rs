//! A file in a loop is encoded, masked, recorded and read back: what was taken, what was recorded, what was handed on and
//! what a player finds are the same pictures.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ashkar_agent::{Config, recordings_of};
use ashkar_archive::Archive;
use ashkar_media::Output;
use ashkar_terms::{Span, SystemClock, UtcMicros};

use crate::support::{Scene, camera, pictures_in, status_of, tool, until};

const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(i64::MAX / 200) };

fn clip(path: &Path) {
    // It gets bars of 40 pixels at its sides. White, so that what is covered shows; with sound, which the policy excludes.
    let pictures = "color=white:size=320x240:rate=25:duration=2";
    tool(
        "ffmpeg",
        &[
            "-nostdin",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            pictures,
            "-f",
            "lavfi",
            "-i",
            "sine=duration=2",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
            path.to_str().unwrap(),
        ],
    );
}

fn config(scene: &Scene) -> Config {
    let camera = "source = \"file:a 'clip'.mp4\"\nwidth = 320\nheight = 180\nmasks = [[[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 1]]]";
    scene.config("station = \"Məntəqə %{x}: 'a', [b]\"", &[camera])
}

/// Parts by segment and index.
fn parts(outputs: &[Output]) -> BTreeMap<(u64, u16), (u16, bytes::Bytes)> {
    let mut parts = BTreeMap::new();
    for output in outputs {
        if let Output::Part(part) = output {
            let before = parts.insert((part.segment, part.index), (part.samples, part.bytes.clone()));
            assert!(before.is_none(), "a part is made once");
        }
    }
    parts
}

/// The share of white in a part of all pictures, in percent.
fn white(video: &Path, crop: &str) -> f64 {
    let filter = format!("crop={crop},format=gray");
    let grey = tool(
        "ffmpeg",
        &["-nostdin", "-v", "error", "-i", video.to_str().unwrap(), "-vf", &filter, "-f", "rawvideo", "-"],
    );
    grey.iter().filter(|value| **value > 128).count() as f64 * 100.0 / grey.len() as f64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_is_recorded_handed_on_and_played() {
    let scene = Scene::new();
    clip(&scene.path("a 'clip'.mp4"));
    let agent = scene.start(config(&scene)).await;
    let status = until(&agent, 1, |status| status.recording && status.pictures > 60).await;
    assert_eq!((status.cause, status.blame, status.reason), (None, None, None));
    assert!(agent.status().line().starts_with("7/12/1 recording since "), "{}", agent.status().line());
    // Past the clip's end: the loop goes on.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let before = status_of(&agent, 1).pictures;
    let id = agent.archive().id().to_owned();
    agent.stop().await;

    let handed_on = scene.handed_on.of(camera(1));
    let parts = parts(&handed_on);
    let samples: u64 = parts.values().map(|(samples, _)| u64::from(*samples)).sum();
    assert!(samples >= before, "{samples} of at least {before}");
    let gaps = handed_on.iter().filter(|output| matches!(output, Output::Gap(_))).count();
    assert_eq!(gaps, 1, "only the one that the stop began");

    let options = ashkar_archive::Options::default();
    let recordings = recordings_of(&scene.path("data"));
    let archive = Archive::open(&recordings, options, Arc::new(SystemClock::new())).unwrap();
    assert_eq!(archive.id(), id);
    let segments = archive.segments(camera(1), EVER).unwrap();
    let mut played = archive.init(camera(1), segments[0].init).unwrap().unwrap().bytes.to_vec();
    let mut recorded = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        assert_eq!(segment.segment, segments[0].segment + number as u64, "no number is missing");
        for (index, bytes) in archive.read_segment(segment).unwrap().into_iter().enumerate() {
            played.extend(&bytes);
            recorded.push(((segment.segment, u16::try_from(index).unwrap()), bytes));
        }
    }
    let handed_on: Vec<_> = parts.into_iter().map(|(place, (_, bytes))| (place, bytes)).collect();
    assert_eq!(recorded, handed_on, "byte for byte");
    assert_eq!(archive.undeclared(), []);

    let video = scene.path("played.mp4");
    std::fs::write(&video, played).unwrap();
    assert_eq!(pictures_in(&video) as u64, samples);
    assert!(white(&video, "60:40:60:130") > 99.0, "the lower left is seen");
    assert_eq!(white(&video, "60:40:162:92"), 0.0, "the mask covers its corner");
    assert_eq!(white(&video, "60:40:215:135"), 0.0, "and all of it");
    assert!(white(&video, "60:40:160:48") > 99.0, "it ends where it should");
    let drawn = white(&video, "60:40:44:0");
    assert!(drawn < 90.0, "clock and name are drawn: {drawn} % is white");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_has_its_directory_for_itself() {
    let scene = Scene::new();
    clip(&scene.path("a 'clip'.mp4"));
    let agent = scene.start(config(&scene)).await;
    let outlet = Arc::new(ashkar_agent::NoOutlet);
    let clock = Arc::new(SystemClock::new());
    let second =
        ashkar_agent::Agent::start(config(&scene), ashkar_agent::Options::default(), clock, outlet).await;
    assert!(second.unwrap_err().to_string().contains("the recordings cannot be opened"));
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_is_recorded_if_the_policy_says_so() {
    for (sound, codecs) in [(true, "avc1.640014,mp4a.40.2"), (false, "avc1.640014")] {
        let scene = Scene::new();
        clip(&scene.path("clip.mp4"));
        let camera = "source = \"file:clip.mp4\"\nwidth = 320\nheight = 240";
        let agent = scene.start(scene.config(&format!("sound = {sound}"), &[camera])).await;
        until(&agent, 1, |status| status.recording).await;
        agent.stop().await;
        let init =
            scene.handed_on.of(crate::support::camera(1)).into_iter().find_map(|output| match output {
                Output::Init(init) => Some(init),
                _ => None,
            });
        assert_eq!(init.unwrap().codecs, codecs);
    }
}
