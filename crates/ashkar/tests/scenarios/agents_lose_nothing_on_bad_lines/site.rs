//! The centre, behind a plain proxy for those of its visitors who speak no TLS.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ashkar_terms::CameraId;
use serde_json::Value;

use crate::common::{Centre, Running, eventually, self_signed, ten_viewers};

/// The centre and its proxy.
pub struct Site {
    centre: Option<Centre>,
    data: PathBuf,
    arguments: Vec<String>,
    agents: String,
    pub certificate: PathBuf,
    /// The proxy's address.
    pub url: String,
    _proxy: Running,
}

impl Site {
    /// Opens it at `address`.
    pub fn open(dir: &Path, data: &Path, address: Ipv4Addr) -> Self {
        let (certificate, key) = (dir.join("centre.pem"), dir.join("centre.key"));
        self_signed(&address.to_string(), &certificate, &key);
        let [site, agents, proxy] = free_ports(address);
        let arguments = [
            "--listen",
            &format!("{address}:{site}"),
            "--rtmp",
            "127.0.0.1:0",
            "--agent-listen",
            &format!("{address}:{agents}"),
            "--tls-certificate",
            certificate.to_str().unwrap(),
            "--tls-key",
            key.to_str().unwrap(),
        ]
        .map(str::to_owned)
        .to_vec();
        let proxied = start_proxy(dir, proxy, &format!("{address}:{site}"));
        let mut opened = Self {
            centre: None,
            data: data.to_owned(),
            arguments,
            agents: format!("{address}:{agents}"),
            certificate,
            url: format!("http://127.0.0.1:{proxy}"),
            _proxy: proxied,
        };
        opened.start_again();
        opened
    }

    pub fn agents_url(&self) -> String {
        format!("https://{}", self.agents)
    }

    pub fn kill(&mut self) {
        self.centre.take().unwrap().kill();
    }

    pub fn start_again(&mut self) {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        self.centre = Some(Centre::start_with(&self.data, &arguments));
    }

    /// Stops it; returns its data directory.
    pub fn stop(&mut self) -> PathBuf {
        self.centre.take().unwrap().stop();
        self.data.clone()
    }
}

fn free_ports(address: Ipv4Addr) -> [u16; 3] {
    let listeners = [address, address, Ipv4Addr::LOCALHOST].map(|at| TcpListener::bind((at, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn start_proxy(dir: &Path, port: u16, to: &str) -> Running {
    let settings = dir.join("proxy.conf");
    let d = dir.display();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {d}/proxy.pid;\nerror_log {d}/proxy.log;\nevents {{}}\nhttp {{\n  access_log off;\n\
         \x20 proxy_http_version 1.1;\n  proxy_set_header Connection \"\";\n  proxy_buffering off;\n\
         \x20 server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass https://{to}; }} }}\n}}\n"
    );
    std::fs::write(&settings, text).unwrap();
    let child = Command::new("nginx")
        .arg("-c")
        .arg(&settings)
        .args(["-p", &d.to_string()])
        .stdin(Stdio::null())
        .spawn();
    Running(child.expect("nginx is needed for this test"))
}

/// Viewers of one camera.
pub struct Viewers(Running);

impl Viewers {
    pub fn of(site: &Site, camera: CameraId) -> Self {
        let camera = camera.to_string();
        let playlist = format!("{}/live/{camera}/index.m3u8", site.url);
        eventually("there is a playlist", Duration::from_secs(10), || ureq::get(&playlist).call().ok());
        Self(ten_viewers(&site.url, &camera))
    }

    /// Ends them; none has stalled, jumped, or been told of a gap.
    pub fn noticed_nothing(mut self) {
        let number = self.0.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &number]).status().unwrap().success());
        let told: Value = serde_json::from_reader(self.0.0.stdout.take().unwrap()).unwrap();
        let all = ["stalls", "jumps", "gaps", "errors_total"].map(|what| told[what].as_u64());
        assert_eq!(all, [Some(0); 4], "{told:#}");
        assert!(told["part"]["answered"].as_u64().unwrap() > 200, "{told:#}");
    }
}
