//! The whole puller against GStreamer's RTSP server (`scripts/test-camera.py`), an independent implementation. Needs
//! the Debian packages that the script names; if one is missing the test fails, it is not skipped.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::rtsp_support::{Gate, eventually};
use ashkar_ingest::rtsp::{BackoffLimits, PullOptions, PullState, RtspPuller, RtspSource, Transport};
use ashkar_media::{AccessUnit, VideoCodec};
use ashkar_terms::{Blame, CameraId, Cause, SystemClock};
use tokio::runtime::Handle;

/// A camera needs time to start its encoder, and the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

struct Camera {
    process: Child,
    address: String,
}

impl Camera {
    fn start(arguments: &[&str]) -> Self {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/test-camera.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).args(arguments).stdout(Stdio::piped());
        let mut process = command.spawn().expect("python3 must be installed");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("ready ").expect("the test camera must start: see its output above");
        Self { address: address.trim().to_owned(), process }
    }

    fn port(&self) -> &str {
        self.address.trim_start_matches("rtsp://127.0.0.1:").trim_end_matches("/camera")
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn options() -> PullOptions {
    PullOptions {
        silence: Duration::from_secs(2),
        answer_timeout: Duration::from_secs(20),
        backoff: BackoffLimits { first: Duration::from_millis(100), longest: Duration::from_millis(500) },
        ..PullOptions::default()
    }
}

fn pull(address: &str, transport: Transport, gate: &Gate) -> RtspPuller {
    let source = RtspSource::parse(CameraId::new(7, 12, 1), address, transport).unwrap();
    // The encoder's start counts as silence: the first picture may take longer than later ones.
    let options = PullOptions { silence: Duration::from_secs(20), ..options() };
    RtspPuller::spawn(
        &Handle::current(),
        source,
        Arc::new(gate.clone()),
        Arc::new(SystemClock::new()),
        options,
    )
}

async fn pictures(gate: &Gate, count: usize) -> Vec<AccessUnit> {
    let wanted = gate.memory.lock().units.len() + count;
    eventually(PATIENCE, "pictures", || gate.memory.lock().units.len() >= wanted).await;
    gate.memory.lock().units.clone()
}

fn check(units: &[AccessUnit]) {
    assert!(units[0].keyframe, "the first picture must be a keyframe");
    for pair in units.windows(2) {
        let step = pair[1].camera_dts - pair[0].camera_dts;
        assert!((1..45_000).contains(&step), "25 pictures a second: {step}");
        assert_eq!(pair[1].composition_offset, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn h264_over_tcp_with_digest_and_sound() {
    let camera = Camera::start(&["--auth", "digest", "--sound", "aac"]);
    let address = camera.address.replace("rtsp://", "rtsp://camera:pass%3Aword@");
    let gate = Gate { wants_audio: true, ..Gate::default() };
    let puller = pull(&address, Transport::Tcp, &gate);
    check(&pictures(&gate, 60).await);
    assert_eq!(puller.status().state, PullState::Playing);
    puller.stop().await;
    let memory = gate.memory.lock();
    assert_eq!(memory.configs[0].codec, VideoCodec::H264);
    assert_eq!((memory.configs.len(), memory.refused.as_slice()), (1, &[][..]));
    assert!(!memory.audio_configs.is_empty() && memory.frames.len() > 50, "{}", memory.frames.len());
    let (sound, picture) =
        (memory.frames.last().unwrap().camera_dts, memory.units.last().unwrap().camera_dts);
    assert!((sound - picture).abs() < 90_000, "sound {sound} and picture {picture} are together");
    assert_eq!(memory.ends.len(), 1);
    assert_eq!(memory.ends[0].cause, Cause::Centre);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn h265_over_udp_with_basic() {
    let camera = Camera::start(&["--auth", "basic", "--codec", "h265", "--sound", "pcma"]);
    let address = camera.address.replace("rtsp://", "rtsp://camera:pass%3Aword@");
    let gate = Gate::default();
    let puller = pull(&address, Transport::Udp, &gate);
    check(&pictures(&gate, 60).await);
    puller.stop().await;
    let memory = gate.memory.lock();
    assert_eq!(memory.configs[0].codec, VideoCodec::H265);
    assert_eq!((memory.sound_refused.as_slice(), memory.frames.len()), (&["pcma".to_owned()][..], 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_camera_that_refuses_tcp_is_fetched_over_udp() {
    let camera = Camera::start(&["--transport", "udp", "--parameter-sets", "once"]);
    let gate = Gate::default();
    let puller = pull(&camera.address, Transport::Auto, &gate);
    check(&pictures(&gate, 30).await);
    let status = puller.status();
    // On a busy machine this server may refuse the first SETUP over UDP too. Then both are asked for again, in this
    // order.
    assert_eq!((status.attempts % 2, status.sessions), (0, 1), "{status:?}");
    let fault = status.last_fault.expect("TCP was refused").reason;
    assert!(fault.contains("SETUP over TCP with 461"), "{fault}");
    puller.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn b_frames_keep_their_presentation_times() {
    let camera = Camera::start(&["--codec", "h264-b"]);
    let gate = Gate::default();
    let puller = pull(&camera.address, Transport::Tcp, &gate);
    let units = pictures(&gate, 75).await;
    puller.stop().await;
    let mut shown: Vec<i64> =
        units.iter().map(|unit| unit.camera_dts + i64::from(unit.composition_offset)).collect();
    assert!(shown.windows(2).any(|pair| pair[1] < pair[0]), "the camera must send B-frames");
    for pair in units.windows(2) {
        assert!(pair[1].camera_dts > pair[0].camera_dts, "decoding times rise");
    }
    let settled = units.iter().skip(12);
    assert!(settled.clone().all(|unit| unit.composition_offset >= 0), "decoded before shown");
    shown.sort_unstable();
    assert!(
        shown[..70].windows(2).all(|pair| (1..20_000).contains(&(pair[1] - pair[0]))),
        "each has its own time"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wrong_password_is_the_operators_and_is_not_tried_again_soon() {
    let camera = Camera::start(&["--auth", "digest"]);
    let gate = Gate::default();
    let puller = pull(&camera.address.replace("rtsp://", "rtsp://camera:wrong@"), Transport::Tcp, &gate);
    eventually(PATIENCE, "refusal", || puller.status().state == PullState::Waiting).await;
    let status = puller.status();
    let fault = status.last_fault.unwrap();
    assert_eq!((fault.blame, status.attempts), (Blame::Operator, 1));
    assert!(!fault.reason.contains("wrong@") && fault.reason.contains("refuses"), "{}", fault.reason);
    puller.stop().await;
    assert_eq!(gate.memory.lock().opened, 0, "the camera was never on air");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_camera_that_is_killed_comes_back() {
    let camera = Camera::start(&[]);
    let port = camera.port().to_owned();
    let gate = Gate::default();
    let puller = pull(&camera.address, Transport::Tcp, &gate);
    let _ = pictures(&gate, 10).await;
    drop(camera);
    eventually(PATIENCE, "its end", || gate.memory.lock().ends.len() == 1).await;
    let camera = Camera::start(&["--port", &port]);
    let _ = pictures(&gate, 10).await;
    let status = puller.status();
    assert!(status.sessions >= 2 && status.state == PullState::Playing, "{status:?}");
    puller.stop().await;
    drop(camera);
    let memory = gate.memory.lock();
    assert_eq!(memory.opened, memory.ends.len());
    assert!(matches!(memory.ends[0].cause, Cause::Source | Cause::Uplink), "{:?}", memory.ends[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_camera_that_hangs_without_dying_counts_as_dead() {
    let camera = Camera::start(&[]);
    let gate = Gate::default();
    let source = RtspSource::parse(CameraId::new(7, 12, 1), &camera.address, Transport::Tcp).unwrap();
    let clock = Arc::new(SystemClock::new());
    let puller = RtspPuller::spawn(&Handle::current(), source, Arc::new(gate.clone()), clock, options());
    let _ = pictures(&gate, 10).await;
    let ends = gate.memory.lock().ends.len();
    camera.signal("-STOP");
    let stopped = Instant::now();
    eventually(PATIENCE, "its end", || gate.memory.lock().ends.len() > ends).await;
    assert!(stopped.elapsed() >= Duration::from_secs(1), "the connection is open, so only time can tell");
    {
        let memory = gate.memory.lock();
        let last = &memory.ends[memory.ends.len() - 1];
        assert_eq!((last.cause, last.reason.as_str()), (Cause::Uplink, "no access unit came for 2 s"));
    }
    camera.signal("-CONT");
    let _ = pictures(&gate, 10).await;
    puller.stop().await;
}
