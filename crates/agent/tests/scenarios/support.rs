//! An agent in a directory of its own, and what it recorded.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ashkar_agent::{Agent, CameraStatus, ChildLimits, Config, Options, Outlet};
use ashkar_ingest::rtsp::{BackoffLimits, PullOptions};
use ashkar_media::Output;
use ashkar_terms::{CameraId, SystemClock};

/// A machine that builds and tests at the same time is slow.
const AT_LAST: Duration = Duration::from_secs(40);

/// Everything that was handed on.
#[derive(Default)]
pub(crate) struct HandedOn(Mutex<Vec<(CameraId, Output)>>);

impl Outlet for HandedOn {
    fn recorded(&self, camera: CameraId, output: &Output) {
        self.0.lock().unwrap().push((camera, output.clone()));
    }
}

impl HandedOn {
    pub(crate) fn of(&self, camera: CameraId) -> Vec<Output> {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(of, _)| *of == camera).map(|(_, output)| output.clone()).collect()
    }
}

pub(crate) struct Scene {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) handed_on: Arc<HandedOn>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), handed_on: Arc::default() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn config(&self, head: &str, cameras: &[&str]) -> Config {
        let mut text = format!(
            "time_zone = \"Asia/Baku\"\ndata = \"data\"\nrtmp = \"127.0.0.1:0\"\ndisk_reserve_bytes = 16777216\n{head}\n"
        );
        for (number, camera) in cameras.iter().enumerate() {
            text.push_str(&format!("[[camera]]\nid = \"7/12/{}\"\n{camera}\n", number + 1));
        }
        let path = self.path("agent.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).unwrap()
    }

    pub(crate) async fn start(&self, config: Config) -> Agent {
        let outlet = Arc::clone(&self.handed_on) as Arc<dyn Outlet>;
        Agent::start(config, quick(), Arc::new(SystemClock::new()), outlet).await.unwrap()
    }
}

/// Limits for a test that cannot wait.
fn quick() -> Options {
    let child = ChildLimits {
        grace: Duration::from_secs(6),
        silence: Duration::from_secs(2),
        kill_after: Duration::from_millis(500),
        backoff_first: Duration::from_millis(300),
        ..ChildLimits::default()
    };
    let backoff = BackoffLimits { first: Duration::from_millis(100), longest: Duration::from_millis(500) };
    Options { child, pull: PullOptions { backoff, ..PullOptions::default() }, ..Options::default() }
}

pub(crate) const fn camera(number: u8) -> CameraId {
    CameraId::new(7, 12, number)
}

pub(crate) fn status_of(agent: &Agent, number: u8) -> CameraStatus {
    agent.status().cameras.into_iter().find(|status| status.camera == camera(number)).unwrap()
}

/// Waits until the status of a camera satisfies `is`, and fails loudly if it never does.
pub(crate) async fn until(agent: &Agent, number: u8, is: impl Fn(&CameraStatus) -> bool) -> CameraStatus {
    let began = Instant::now();
    loop {
        let status = status_of(agent, number);
        if is(&status) {
            return status;
        }
        assert!(began.elapsed() < AT_LAST, "it stays so: {status:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) fn says(text: &str) -> impl Fn(&CameraStatus) -> bool {
    move |status| status.reason.as_ref().is_some_and(|reason| reason.contains(text))
}

/// Runs a tool, which must succeed.
pub(crate) fn tool(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Pictures in what a player would get.
pub(crate) fn pictures_in(file: &Path) -> usize {
    let shown = file.to_str().unwrap();
    let lines = tool(
        "ffprobe",
        &["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts", "-of", "csv", shown],
    );
    lines.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"packet")).count()
}
