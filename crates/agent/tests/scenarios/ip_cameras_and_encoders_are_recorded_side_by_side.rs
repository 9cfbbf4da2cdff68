//! An IP camera of GStreamer's making that is pulled, and ffmpeg as an encoder that pushes, in one agent.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use ashkar_agent::reveal_keys;
use ashkar_media::Output;
use ashkar_terms::{Blame, Cause};

use crate::support::{Scene, camera, says, until};

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ip_camera() -> (Killed, String) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/test-camera.py");
    let mut process = Command::new("/usr/bin/python3")
        .arg(script)
        .args(["--auth", "digest"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 must be installed");
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("ready rtsp://").expect("the test camera must start").trim().to_owned();
    (Killed(process), address)
}

fn encoder(address: &str) -> Killed {
    let process = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25"])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-tune",
            "zerolatency",
            "-g",
            "25",
            "-f",
            "flv",
            address,
        ])
        .spawn();
    Killed(process.expect("ffmpeg must be installed"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_are_recorded_and_a_stranger_is_not() {
    let scene = Scene::new();
    let (ip_camera, address) = ip_camera();
    let pulled = format!("source = \"rtsp://camera@{address}\"\npassword_file = \"password\"");
    let password = scene.path("password");
    std::fs::write(&password, "pass:word\n").unwrap();
    let chmod = Command::new("chmod").arg("600").arg(&password).status().unwrap();
    assert!(chmod.success());
    let config = scene.config("", &[&pulled, "source = \"rtmp\""]);
    let keys = reveal_keys(&config).unwrap();
    assert_eq!(keys.len(), 1, "only what is pushed has a key");
    let agent = scene.start(config).await;
    let server = agent.rtmp_address().unwrap();

    let idle = until(&agent, 2, says("no encoder sends to it")).await;
    assert_eq!((idle.blame, idle.cause), (Some(Blame::Station), Some(Cause::NeverConnected)));
    let stranger = encoder(&format!("rtmp://{server}/ingest/7-12-2.{}", "x".repeat(32)));
    let pushing = encoder(&format!("rtmp://{server}/ingest/{}", keys[0].1));
    for number in [1, 2] {
        let status = until(&agent, number, |status| status.recording && status.pictures > 25).await;
        assert!(!status.source.contains("word"), "{status:?}");
    }
    drop((stranger, pushing));
    let ended = until(&agent, 2, says("no encoder sends to it")).await;
    assert!(ended.since.is_some() && !ended.recording, "{ended:?}");
    drop(ip_camera);
    let gone = until(&agent, 1, |status| status.blame.is_some()).await;
    assert!(matches!(gone.blame, Some(Blame::Camera | Blame::Line)), "{gone:?}");
    agent.stop().await;
    for number in [1, 2] {
        let outputs = scene.handed_on.of(camera(number));
        assert!(outputs.iter().any(|output| matches!(output, Output::SegmentEnd(_))));
    }
}
