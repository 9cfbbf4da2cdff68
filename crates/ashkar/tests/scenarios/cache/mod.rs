//! nginx with the configuration of `deploy/nginx/`, and its requests to the centre.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{Centre, Running, eventually, self_signed};

/// A running nginx.
pub struct Nginx {
    _process: Running,
    /// Its address.
    pub url: String,
    /// Its address over TLS; `certificate` is the one to trust there.
    pub tls: String,
    certificate: PathBuf,
    asked: PathBuf,
}

impl Nginx {
    /// Starts it in front of `centre`. Only the site-specific places of the configuration are changed, with the lines
    /// for TLS uncommented; and requests to the centre are logged, which real installations do not do.
    pub fn start(centre: &Centre, dir: &Path) -> Self {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nginx");
        let [port, tls] = free_ports();
        std::fs::create_dir_all(dir).unwrap();
        let (certificate, key) = (dir.join("site.pem"), dir.join("site.key"));
        self_signed("127.0.0.1", &certificate, &key);
        let d = dir.display();
        let upstream = format!("server {};", centre.http.strip_prefix("http://").unwrap());
        let changes = [
            (
                "ashkar-cache.conf",
                &[("access_log off;", format!("access_log {d}/asked.log asked if=$upstream_status;"))][..],
            ),
            (
                "ashkar.conf",
                &[
                    ("server 127.0.0.1:8080;", upstream),
                    ("listen 80;", format!("listen 127.0.0.1:{port};")),
                    ("/var/cache/nginx/ashkar", format!("{d}/cache")),
                    ("# listen 443 ssl http2;", format!("listen 127.0.0.1:{tls} ssl http2;")),
                    ("# ssl_certificate ", "ssl_certificate ".to_owned()),
                    ("/etc/ssl/ashkar.pem", certificate.display().to_string()),
                    ("# ssl_certificate_key ", "ssl_certificate_key ".to_owned()),
                    ("/etc/ssl/private/ashkar.key", key.display().to_string()),
                    ("# ssl_protocols ", "ssl_protocols ".to_owned()),
                ],
            ),
        ];
        for (name, changes) in changes {
            let mut text = std::fs::read_to_string(ours.join(name)).unwrap();
            for (here, there) in changes {
                assert_eq!(text.matches(here).count(), 1, "{here}");
                text = text.replace(here, there);
            }
            std::fs::write(dir.join(name), text).unwrap();
        }
        let main = format!(
            "daemon off; master_process off; pid {d}/nginx.pid; error_log {d}/nginx.err;
events {{ worker_connections 2048; }}
http {{ client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f; uwsgi_temp_path {d}/u; scgi_temp_path {d}/s;
  log_format asked '$uri$is_args$args';
  include {d}/ashkar.conf; }}"
        );
        std::fs::write(dir.join("nginx.conf"), main).unwrap();
        let child = Command::new("nginx")
            .args(["-c", &dir.join("nginx.conf").display().to_string()])
            .spawn()
            .expect("nginx is installed");
        let process = Running(child);
        eventually("nginx is up", Duration::from_secs(10), || TcpStream::connect(("127.0.0.1", port)).ok());
        Self {
            _process: process,
            url: format!("http://127.0.0.1:{port}"),
            tls: format!("https://127.0.0.1:{tls}"),
            certificate,
            asked: dir.join("asked.log"),
        }
    }

    /// curl with `arguments` for an address here; it prints protocol and status of the response.
    pub fn curl(&self, arguments: &[&str], url: &str) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--max-time", "20", "--cacert"]).arg(&self.certificate);
        curl.args(["--write-out", "%{stderr}%{http_version} %{http_code}\\n"]).args(arguments).arg(url);
        curl.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        curl
    }

    /// Protocol and status, and the body, of a request by curl.
    pub fn get(&self, arguments: &[&str], url: &str) -> (String, Vec<u8>) {
        let output = self.curl(arguments, url).output().expect("curl is installed");
        (String::from_utf8_lossy(&output.stderr).trim().to_owned(), output.stdout)
    }

    /// How often the centre was asked for each address since `mark`.
    pub fn asked_since(&self, mark: usize) -> BTreeMap<String, u32> {
        let log = std::fs::read_to_string(&self.asked).unwrap();
        let mut asked = BTreeMap::new();
        for line in log[mark..].lines() {
            *asked.entry(line.to_owned()).or_default() += 1;
        }
        asked
    }

    /// Number of requests until now.
    pub fn mark(&self) -> usize {
        usize::try_from(std::fs::metadata(&self.asked).unwrap().len()).unwrap()
    }
}

/// Two different ones.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
