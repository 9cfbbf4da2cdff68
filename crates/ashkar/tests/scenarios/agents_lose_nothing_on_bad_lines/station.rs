//! One station: a source, an agent, and a disk of its own.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ashkar_terms::CameraId;
use serde_json::Value;

use super::lines::Lines;
use crate::common::{ASHKAR, Running, tool};

/// What gives the pictures.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// ffmpeg pushes RTMP to the agent.
    Encoder,
    /// The agent pulls from GStreamer's RTSP server.
    IpCamera,
    /// ffmpeg, as the agent's child, encodes a file.
    File,
    /// The agent runs a command that writes FLV.
    Command,
}

pub struct Station {
    pub camera: CameraId,
    host: String,
    dir: PathBuf,
    clip: PathBuf,
    source: Source,
    agent: Option<Running>,
    beside: Option<Running>,
    /// Its disk is a file system of its own.
    own_disk: bool,
}

impl Station {
    /// Enrols its device, over its line.
    pub fn install(lines: &Lines, number: usize, camera: CameraId, dir: &Path, centre: &Installed) -> Self {
        let source = [Source::Encoder, Source::IpCamera, Source::File, Source::Command][number % 4];
        let dir = dir.join(format!("station-{number}"));
        std::fs::create_dir_all(dir.join("agent")).unwrap();
        let (host, clip) = (lines.host(number), centre.clip.clone());
        let mut station =
            Self { camera, host, dir, clip, source, agent: None, beside: None, own_disk: false };
        if number % 4 == 2 {
            station.mount();
        }
        std::fs::write(station.settings(), station.settings_text(centre)).unwrap();
        let code = crate::common::ashkar(&[
            "camera",
            "enrol",
            &camera.to_string(),
            "--json",
            "--data",
            &centre.data.display().to_string(),
        ]);
        let code: Value = serde_json::from_str(&code).unwrap();
        let (config, ca) = (station.settings(), centre.certificate.display().to_string());
        let config = config.to_str().unwrap();
        let code = code["code"].as_str().unwrap();
        station.inside(
            ASHKAR,
            &["agent", "enrol", code, "--centre", &centre.url, "--ca", &ca, "--config", config],
        );
        station
    }

    /// Starts the agent, and what pushes to it or answers it.
    pub fn start(&mut self) {
        let config = self.settings();
        let config = config.to_str().unwrap();
        if self.beside.is_none() {
            self.beside = self.start_source(config);
        }
        let status = File::create(self.dir.join("status")).unwrap();
        let arguments = ["agent", "run", "--json", "--config", config];
        self.agent = Some(self.spawn(ASHKAR, &arguments, status.into(), self.log("agent.log")));
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut agent = self.agent.take().unwrap();
        agent.0.kill().unwrap();
        agent.0.wait().unwrap();
    }

    /// SIGTERM, and waits for a clean end.
    pub fn stop(&mut self) {
        let mut agent = self.agent.take().unwrap();
        tool("kill", &["-TERM", &agent.0.id().to_string()]);
        assert!(agent.0.wait().unwrap().success(), "{}: {}", self.host, self.log_text());
    }

    /// Fills its disk; only for a station with a disk of its own.
    pub fn fill(&self) {
        assert!(self.own_disk);
        let filler = self.data().join("filler");
        let _ = Command::new("dd").args(["if=/dev/zero", "bs=64k", "status=none"]).arg(of(&filler)).status();
    }

    pub fn tidy(&self) {
        std::fs::remove_file(self.data().join("filler")).unwrap();
    }

    pub fn has_own_disk(&self) -> bool {
        self.own_disk
    }

    /// Seconds of media that wait, by the agent's own status; none while it says nothing.
    pub fn waits_s(&self) -> Option<u64> {
        let text = std::fs::read_to_string(self.dir.join("status")).ok()?;
        let last: Value = serde_json::from_str(text.lines().rev().find(|line| line.ends_with('}'))?).ok()?;
        let sent = &last["cameras"][0]["sent"];
        (sent["state"] == "live").then(|| sent["waits_s"].as_u64())?
    }

    pub fn data(&self) -> PathBuf {
        self.dir.join("agent")
    }

    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.dir.join("agent.log")).unwrap_or_default()
    }

    fn settings(&self) -> PathBuf {
        self.dir.join("agent.toml")
    }

    fn settings_text(&self, centre: &Installed) -> String {
        let clip = centre.clip.display();
        let source = match self.source {
            Source::Encoder => "rtmp".to_owned(),
            Source::IpCamera => "rtsp://127.0.0.1:8554/camera".to_owned(),
            Source::File => format!("file:{clip}"),
            Source::Command => format!(
                "command: exec ffmpeg -nostdin -v error -re -stream_loop -1 -i {clip} -c copy -f flv -"
            ),
        };
        let of_files = if matches!(self.source, Source::File) {
            "width = 320\nheight = 240\nbitrate = 500000\n"
        } else {
            ""
        };
        format!(
            "time_zone = \"Asia/Baku\"\ndata = \"agent\"\ncentres = [\"{}\"]\nca = \"{}\"\nrtmp = \"127.0.0.1:1935\"\n\
             disk_reserve_bytes = 16777216\njournal_bytes = 4194304\n\
             [[camera]]\nid = \"{}\"\nsource = \"{source}\"\n{of_files}",
            centre.url,
            centre.certificate.display(),
            self.camera,
        )
    }

    fn start_source(&self, config: &str) -> Option<Running> {
        match self.source {
            Source::Encoder => {
                let told = self.inside(ASHKAR, &["agent", "keys", "--config", config]);
                let url = told.trim().split_once(' ').unwrap().1;
                // Like an encoder's box: it tries again for ever.
                let push = "ffmpeg -nostdin -v error -re -stream_loop -1 -i \"$0\" -c copy -f flv \"$1\"";
                let script = format!("while :; do {push}; sleep 1; done");
                let arguments = ["-c", &script, self.clip.to_str().unwrap(), url];
                Some(self.spawn("sh", &arguments, Stdio::null(), self.log("source.log")))
            }
            Source::IpCamera => {
                let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/test-camera.py");
                let arguments = [script, "--port", "8554", "--gop", "50"];
                Some(self.spawn("/usr/bin/python3", &arguments, Stdio::null(), self.log("source.log")))
            }
            Source::File | Source::Command => None,
        }
    }

    fn mount(&mut self) {
        tool("mount", &["-t", "tmpfs", "-o", "size=80m", "tmpfs", self.data().to_str().unwrap()]);
        self.own_disk = true;
    }

    fn log(&self, name: &str) -> File {
        OpenOptions::new().create(true).append(true).open(self.dir.join(name)).unwrap()
    }

    fn inside(&self, program: &str, arguments: &[&str]) -> String {
        tool("ip", &[&["netns", "exec", &self.host, program], arguments].concat())
    }

    fn spawn(&self, program: &str, arguments: &[&str], output: Stdio, errors: File) -> Running {
        let child = Command::new("ip")
            .args(["netns", "exec", &self.host, program])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn();
        Running(child.unwrap())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        (self.agent, self.beside) = (None, None);
        if self.own_disk {
            let _ = Command::new("umount").args(["-l", self.data().to_str().unwrap_or_default()]).status();
        }
    }
}

/// What a station must know of the centre.
pub struct Installed {
    pub data: PathBuf,
    pub url: String,
    pub certificate: PathBuf,
    pub clip: PathBuf,
}

fn of(file: &Path) -> String {
    format!("of={}", file.display())
}
