//! Cameras that vanish without closing: their process is stopped, or their line is cut.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::stage::{Stage, until};
use super::witness::sum;
use crate::common::{Publish, Running, eventually, tool};

const TIMEOUT: Duration = Duration::from_secs(60);
/// The centre gives up a publisher after 15 s without a byte.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(20);
/// A camera that has been silent for 5 s may be taken over; then ffmpeg has to start and complete the handshake.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(8);

/// A separate host: a network namespace at the other end of a virtual cable.
pub struct Apart {
    name: String,
    number: u32,
}

impl Apart {
    pub fn connect() -> Self {
        let number = std::process::id();
        let apart = Self { name: format!("ashkar-{number}"), number };
        let (here, there, name) = (apart.here(), apart.there(), apart.name.clone());
        tool("ip", &["netns", "add", &name]);
        tool("ip", &["link", "add", &here, "type", "veth", "peer", "name", &there, "netns", &name]);
        tool("ip", &["addr", "add", &format!("{}/30", apart.address(1)), "dev", &here]);
        tool("ip", &["link", "set", &here, "up"]);
        tool("ip", &["-n", &name, "addr", "add", &format!("{}/30", apart.address(2)), "dev", &there]);
        tool("ip", &["-n", &name, "link", "set", &there, "up"]);
        apart
    }

    fn here(&self) -> String {
        format!("as{}a", self.number)
    }

    fn there(&self) -> String {
        format!("as{}b", self.number)
    }

    /// An address within 198.18.0.0/15, which is reserved for network tests (RFC 2544).
    fn address(&self, side: u32) -> String {
        format!("198.18.{}.{}", self.number % 256, self.number / 256 % 64 * 4 + side)
    }

    fn cut(&self) {
        tool("ip", &["link", "set", &self.here(), "down"]);
    }

    fn mend(&self) {
        tool("ip", &["link", "set", &self.here(), "up"]);
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "del", &self.here()]).status();
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

/// Two cameras vanish. One never returns: its gap is declared, and its socket is closed. The other comes back while its
/// old connection still exists, and is let in at once.
pub fn without_a_reset(stage: &Stage) {
    let apart = Apart::connect();
    let stopped = ffmpeg(stage, None, 1);
    let cut_off = ffmpeg(stage, Some(&apart), 2);
    for number in [1, 2] {
        until("the camera is live", TIMEOUT, || of(stage, "live", number) == 1.0);
    }
    let connections = stage.figure("ashkar_rtmp_connections");
    signal(&stopped.0, "-STOP");
    apart.cut();
    let vanished = Instant::now();

    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(of(stage, "connected", 1), 1.0, "the old connection is still there");
    let _again = ffmpeg(stage, None, 1);
    until("it is taken over", TAKEN_OVER_WITHIN, || of(stage, "live", 1) == 1.0);
    println!(
        "  a camera that came back 5 s after it had fallen silent was live {:?} after that",
        vanished.elapsed()
    );

    until("the other is given up", GIVEN_UP_WITHIN, || of(stage, "connected", 2) == 0.0);
    assert!(vanished.elapsed() >= Duration::from_secs(14), "not before its time: {:?}", vanished.elapsed());
    until("sockets are closed", TIMEOUT, || stage.figure("ashkar_rtmp_connections") <= connections - 1.0);
    drop(cut_off);
    apart.mend();
    let _back = ffmpeg(stage, Some(&apart), 2);
    until("it is back", TIMEOUT, || of(stage, "live", 2) == 1.0);
    // Reported by now at any hour: at night nobody is owed a picture, but a hole between pictures is a hole.
    assert_eq!(gap_of(stage, 2), "uplink", "{:#}", stage.timeline(2));
    signal(&stopped.0, "-CONT");
}

fn of(stage: &Stage, name: &str, camera: u8) -> f64 {
    sum(&stage.figures(), &format!("ashkar_camera_{name}"), &format!("camera=\"120/90/{camera}\""))
}

/// Cause of the camera's last gap.
fn gap_of(stage: &Stage, camera: u8) -> String {
    eventually("the gap is declared", TIMEOUT, || {
        let told = stage.timeline(camera);
        let gap = told.as_array()?.iter().rev().find(|entry| entry["state"] == "missing")?;
        Some(gap["cause"].as_str()?.to_owned())
    })
}

fn signal(child: &Child, name: &str) {
    assert!(
        Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill runs").success()
    );
}

fn ffmpeg(stage: &Stage, apart: Option<&Apart>, camera: usize) -> Running {
    let host = apart.map_or_else(|| "127.0.0.1".to_owned(), |apart| apart.address(1));
    let mut command = match apart {
        None => Command::new("ffmpeg"),
        Some(apart) => {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", &apart.name, "ffmpeg"]);
            command
        }
    };
    let options = Publish::default();
    let url = format!("rtmp://{host}:{}/ingest/{}", stage.rtmp.port(), stage.keys[camera - 1]);
    command.args(["-hide_banner", "-loglevel", "error", "-re"]).args(options.input).args(options.encode);
    command.args(["-f", "flv", &url]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Running(command.spawn().expect("ffmpeg is installed"))
}
