//! A centre with a door for agents, one station, and the line between them, which can be cut.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ashkar_election::{Actor, SqliteStore, Store, sample_election_on_air};
use ashkar_terms::{CameraId, Clock, SystemClock, UtcMicros};
use serde_json::Value;

use super::{ASHKAR, Centre, Running, ashkar, eventually, tool};

/// The station's camera.
pub const CAMERA: CameraId = CameraId::new(7, 12, 1);
pub const TIMELINE: &str = "/api/v1/cameras/7/12/1/timeline";
const SOON: Duration = Duration::from_secs(15);

/// The line between station and centre: a proxy that can be cut.
pub struct Wire {
    pub address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    pub fn to(centre: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Self { address, is_cut: Arc::default(), open: Arc::default() };
        let (is_cut, open) = (Arc::clone(&wire.is_cut), Arc::clone(&wire.open));
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(there) = TcpStream::connect(&centre) else { continue };
                open.lock().unwrap().extend([here.try_clone().unwrap(), there.try_clone().unwrap()]);
                for (mut from, mut to) in
                    [(here.try_clone().unwrap(), there.try_clone().unwrap()), (there, here)]
                {
                    std::thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        wire
    }

    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

/// A day on which every camera is owed since an hour, about. Returns since when.
pub fn put_election(data: &Path) -> UtcMicros {
    let now = SystemClock::new().now().wall;
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = SqliteStore::open(data).await.unwrap();
        let election = sample_election_on_air(now, 1);
        store.put_election(&election, &Actor::new("test", now)).await.unwrap();
        store.close().await;
        election.on_air_at()
    })
}

/// `log` is appended to.
pub fn start_agent(settings: &Path, log: &Path) -> Running {
    spawn(settings, log, &[], Stdio::null(), &[])
}

/// The same with environment variables, and each second's status as a line of the file `status`.
pub fn start_agent_under(
    settings: &Path,
    log: &Path,
    status: &Path,
    environment: &[(&str, &OsStr)],
) -> Running {
    spawn(settings, log, &["--json"], appended(status).into(), environment)
}

fn appended(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

fn spawn(
    settings: &Path,
    log: &Path,
    more: &[&str],
    stdout: Stdio,
    environment: &[(&str, &OsStr)],
) -> Running {
    let child = Command::new(ASHKAR)
        .args(["agent", "run", "--config"])
        .arg(settings)
        .args(more)
        .envs(environment.iter().copied())
        .stdout(stdout)
        .stderr(appended(log))
        .spawn();
    Running(child.unwrap())
}

/// SIGTERM, and waits for a clean end.
pub fn stop_agent(mut agent: Running) {
    let stopped = Command::new("kill").args(["-TERM", &agent.0.id().to_string()]).status();
    assert!(stopped.unwrap().success() && agent.0.wait().unwrap().success());
}

/// The newest line of a file of status, as JSON.
pub fn newest_status(file: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().rev().find_map(|line| serde_json::from_str(line).ok())
}

/// Where the centre listens for agents.
pub fn start_centre(data: &Path) -> (Centre, String) {
    let arguments = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0"];
    let centre = Centre::start_with(data, &arguments);
    let door = centre.agents.clone().unwrap();
    (centre, door)
}

/// The last thing that is told of what has been.
pub fn state_now(centre: &Centre) -> Value {
    let told = centre.json(TIMELINE);
    let mut told = told.as_array().into_iter().flatten();
    told.rfind(|entry| entry["state"] != "due").cloned().unwrap_or_default()
}

pub fn wait_for_live(centre: &Centre) {
    eventually("it is live", SOON, || (state_now(centre)["state"] == "live").then_some(()));
}

/// How many segments the agent has noted as durable at the centre.
pub fn durable(data: &Path) -> u64 {
    let ledgers = std::fs::read_dir(data.join("sent")).into_iter().flatten().flatten();
    let texts = ledgers.filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    let count = |text: String| -> Option<u64> {
        let ledger: Value = serde_json::from_str(&text).ok()?;
        let ranges: Vec<(u64, u64)> = serde_json::from_value(ledger["cameras"]["7/12/1"].clone()).ok()?;
        Some(ranges.iter().map(|(from, to)| to - from).sum())
    };
    texts.filter_map(count).sum()
}

/// The settings of an agent in `dir` whose camera is a clip. `more` are lines of them.
pub fn settings_for(dir: &Path, centre: &str, more: &str) -> std::path::PathBuf {
    settings_of_size(dir, centre, more, (320, 240))
}

/// The same with pictures of this width and height.
pub fn settings_of_size(
    dir: &Path,
    centre: &str,
    more: &str,
    (width, height): (u32, u32),
) -> std::path::PathBuf {
    let clip = dir.join("clip.mp4");
    let pictures = format!("testsrc=size={width}x{height}:rate=25:duration=4");
    tool("ffmpeg", &["-nostdin", "-v", "error", "-f", "lavfi", "-i", &pictures, clip.to_str().unwrap()]);
    let settings = dir.join("agent.toml");
    let text = format!(
        "time_zone = \"Asia/Baku\"\ndata = \"agent\"\ncentres = [\"{centre}\"]\ndisk_reserve_bytes = 16777216\n\
        technician = {{ listen = \"127.0.0.1:0\" }}\n\
        {more}[[camera]]\nid = \"7/12/1\"\nsource = \"file:clip.mp4\"\nwidth = {width}\nheight = {height}\n"
    );
    std::fs::write(&settings, text).unwrap();
    settings
}

/// Issues a code for the camera and uses it. Returns it.
pub fn enrol(data: &Path, url: &str, config: &str) -> String {
    let code = ashkar(&["camera", "enrol", "7/12/1", "--json", "--data", data.to_str().unwrap()]);
    let code: Value = serde_json::from_str(&code).unwrap();
    let code = code["code"].as_str().unwrap();
    assert!(
        ashkar(&["agent", "enrol", code, "--centre", url, "--config", config]).contains("cameras  7/12/1")
    );
    code.to_owned()
}
