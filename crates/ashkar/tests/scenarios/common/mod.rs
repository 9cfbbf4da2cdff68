//! Starts the real binary and real clients, and ends them with the test.
#![allow(dead_code, unreachable_pub, clippy::panic, reason = "each test uses its own part of this module")]

pub mod desk;
#[path = "../../../../archive/tests/scenarios/support/disk.rs"]
pub mod disk;
pub mod recordings;
pub mod station;
#[path = "../../../../archive/tests/scenarios/support/tracer.rs"]
pub mod tracer;
pub mod wall_clock;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The binary under test.
pub const ASHKAR: &str = env!("CARGO_BIN_EXE_ashkar");

/// A process that is killed when the test is over.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running centre.
pub struct Centre {
    pub process: Running,
    pub data: PathBuf,
    pub http: String,
    pub rtmp: String,
    /// Host and port for the stations' agents, if there is one.
    pub agents: Option<String>,
    /// The desk's address, if it has one of its own.
    pub desk: Option<String>,
}

impl Centre {
    /// Starts `ashkar serve` on `data`, on free ports, and waits until it reports that it is ready.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"])
    }

    pub fn start_with(data: &Path, arguments: &[&str]) -> Self {
        Self::start_under(data, arguments, &[])
    }

    /// The same with environment variables.
    pub fn start_under(data: &Path, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Self {
        let mut child = Command::new(ASHKAR)
            .args(["serve", "--data"])
            .arg(data)
            .args(arguments)
            // Set as variables, so that arguments may override them.
            .envs([("ASHKAR_JOURNAL_BYTES", "16777216"), ("ASHKAR_DISK_RESERVE_BYTES", "1048576")])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log_file(data, LOG))
            .spawn()
            .expect("ashkar starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let process = Running(child);
        let mut lines = BufReader::new(stdout).lines();
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.starts_with("ready "))
            .unwrap_or_else(|| panic!("the server ended before it was ready:\n{}", log_of(data)));
        let mut words = ready.split(' ').skip(1).map(str::to_owned);
        let (http, rtmp) = (words.next().expect("its address"), words.next().expect("its RTMP address"));
        // "agents", then its address; the same of the desk.
        let (mut agents, mut desk) = (None, None);
        while let (Some(name), Some(url)) = (words.next(), words.next()) {
            match &*name {
                "agents" => agents = url.split_once("://").map(|(_, address)| address.to_owned()),
                _ => desk = Some(url),
            }
        }
        Self { process, data: data.to_owned(), http, rtmp, agents, desk }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.process.0.kill().expect("it can be killed");
        self.process.0.wait().expect("it ends");
    }

    /// SIGTERM, and waits for a clean end.
    pub fn stop(mut self) {
        let pid = self.process.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        let status = self.process.0.wait().expect("it ends");
        assert!(status.success(), "a graceful stop ends with 0: {status}\n{}", log_of(&self.data));
    }

    /// Body of a GET that must succeed.
    pub fn get(&self, path: &str) -> Vec<u8> {
        let (status, _, body) = self.request(path, &[]);
        assert_eq!(status, 200, "GET {path}: {}\n{}", String::from_utf8_lossy(&body), log_of(&self.data));
        body
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path)).expect("UTF-8")
    }

    pub fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.get(path)).expect("JSON")
    }

    /// Status, headers (lower-case names) and body.
    pub fn request(&self, path: &str, headers: &[(&str, &str)]) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.http) };
        fetch(&url, headers)
    }

    /// Publishes `seconds` (or endlessly) of ffmpeg's test picture, which shows the camera's clock.
    pub fn publish(&self, key: &str, options: &Publish<'_>) -> Running {
        let url = format!("{}/ingest/{key}", self.rtmp);
        Running(
            Command::new("ffmpeg")
                .args(["-hide_banner", "-loglevel", "error", "-re"])
                .args(options.input)
                .args(options.encode)
                .args(["-f", "flv", &url])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log_file(&self.data, PUBLISHERS_LOG))
                .spawn()
                .expect("ffmpeg is installed"),
        )
    }

    /// Viewers that wait for part after part of a camera's live stream.
    pub fn watch(&self, camera: &str, count: u32) -> Running {
        let child = Command::new(ASHKAR)
            .args(["simulate", "viewers", "--wait-only", "--ramp", "0.5", "--url", &self.http])
            .args(["--cameras", camera, "--count", &count.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.unwrap())
    }
}

/// How ffmpeg publishes.
pub struct Publish<'a> {
    pub input: &'a [&'a str],
    pub encode: &'a [&'a str],
}

impl Default for Publish<'_> {
    fn default() -> Self {
        Self {
            input: &["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25"],
            encode: &[
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-tune",
                "zerolatency",
                "-g",
                "50",
                "-b:v",
                "300k",
                "-pix_fmt",
                "yuv420p",
            ],
        }
    }
}

/// GET; never follows redirects, never fails because of a status.
pub fn fetch(url: &str, headers: &[(&str, &str)]) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .max_redirects(0)
        .build()
        .into();
    let mut request = agent.get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.call().unwrap_or_else(|error| panic!("GET {url}: {error}"));
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let body = response.body_mut().with_config().limit(256 << 20).read_to_vec().expect("a body");
    (status, headers, body)
}

/// Value of a header.
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Runs `ashkar` with `arguments` and returns its output; it must succeed.
pub fn ashkar(arguments: &[&str]) -> String {
    let output = ashkar_output(arguments);
    assert!(output.status.success(), "ashkar {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

pub fn ashkar_output(arguments: &[&str]) -> Output {
    Command::new(ASHKAR).args(arguments).stdin(Stdio::null()).output().expect("ashkar runs")
}

/// Adds a camera and returns its stream key.
pub fn add_camera(data: &Path, camera: &str) -> String {
    let printed =
        ashkar(&["camera", "add", camera, "--approved", "--json", "--data", &data.display().to_string()]);
    let answer: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    answer["stream_key"].as_str().expect("a key").to_owned()
}

/// Drawn cameras, the first `count` of the list of `data`, which publish to `rtmp`; with `more` arguments.
pub fn simulate_cameras(data: &Path, rtmp: &str, count: usize, more: &[&str]) -> Running {
    let child = Command::new(ASHKAR)
        .args([
            "simulate",
            "cameras",
            "--log",
            "warn",
            "--count",
            &count.to_string(),
            "--rtmp",
            rtmp,
            "--data",
        ])
        .arg(data)
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Running(child.expect("ashkar starts"))
}

/// Runs an external tool that must succeed; returns its standard output.
pub fn tool(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Writes a certificate for `name`, which may be an address, and its key: self-signed, valid for a day.
pub fn self_signed(name: &str, certificate: &Path, key: &Path) {
    let kind = if name.parse::<std::net::IpAddr>().is_ok() { "IP" } else { "DNS" };
    let (subject, known_as) = (format!("/CN={name}"), format!("subjectAltName={kind}:{name}"));
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    let kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    let what = ["-nodes", "-days", "1", "-subj", &subject, "-addext", &known_as];
    tool("openssl", &[&kind[..], &what, &["-keyout", &key, "-out", &certificate]].concat());
}

/// Whether this is a long run (`make test-long`), which tests more of what takes long.
pub fn is_long() -> bool {
    std::env::var_os("TEST_LONG").is_some()
}

/// Calls `probe` repeatedly until it returns something; fails after `limit`.
pub fn eventually<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The centre's log, in its data directory.
pub const LOG: &str = "test.log";

/// ffmpeg's log of its publishing; it contains the address, and so the key.
pub const PUBLISHERS_LOG: &str = "publishers.log";

/// The centre's log.
pub fn log_of(data: &Path) -> String {
    std::fs::read_to_string(data.join(LOG)).unwrap_or_default()
}

fn log_file(data: &Path, name: &str) -> Stdio {
    std::fs::create_dir_all(data).expect("the data directory can be made");
    std::fs::OpenOptions::new().create(true).append(true).open(data.join(name)).expect("a log file").into()
}

/// Ten viewers of these cameras, who tell in JSON at their end what they saw.
pub fn ten_viewers(url: &str, cameras: &str) -> Running {
    let child = Command::new(ASHKAR)
        .args(["simulate", "viewers", "--json", "--count", "10", "--url", url, "--cameras", cameras])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    Running(child.unwrap())
}
