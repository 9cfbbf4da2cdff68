//! A site with TLS, and clients that only begin a handshake.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::dice::Dice;
use super::sockets::{closes_within, connect_from, send, source};
use super::stage::until;
use super::vitals::{Vitals, busy_share};
use crate::common::{Centre, Running, self_signed};

/// The centre waits 15 s for the end of a handshake, and for what follows it.
const CLOSED_WITHIN: Duration = Duration::from_secs(20);
const FILES_SLACK: usize = 8;
const MEMORY_SLACK_MB: f64 = 64.0;
/// Without a camera it is nearly idle.
const IDLE_SHARE: f64 = 0.05;

/// A centre of its own, without cameras.
pub struct Site {
    centre: Centre,
    address: SocketAddr,
}

impl Site {
    pub fn start(directory: &Path) -> Self {
        let (key, certificate) = (directory.join("key.pem"), directory.join("site.pem"));
        self_signed("127.0.0.1", &certificate, &key);
        let (key, certificate) = (key.display().to_string(), certificate.display().to_string());
        let listen = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--log", "warn"];
        let tls = ["--tls-certificate", &certificate, "--tls-key", &key];
        let centre = Centre::start_with(&directory.join("tls"), &[&listen[..], &tls].concat());
        let port = centre.http.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        Self { centre, address: (Ipv4Addr::LOCALHOST, port).into() }
    }

    /// Silence, noise, beginnings of a handshake, and complete ones after which nothing comes.
    pub fn half_handshakes(&self, dice: &mut Dice) {
        let process = self.centre.process.0.id();
        let before = Vitals::of(process);
        let hello = client_hello();
        let mut open = Vec::new();
        for number in 0..600 {
            let mut stream = connect_from(source(number), self.address);
            match number % 4 {
                0 => {}
                1 => send(&mut stream, &hello[..1 + dice.below(hello.len() - 1)], CLOSED_WITHIN),
                2 => send(&mut stream, &hello, CLOSED_WITHIN),
                _ => send(&mut stream, &dice.bytes(3000), CLOSED_WITHIN),
            }
            open.push(stream);
        }
        let mut shaken: Vec<_> = (0..8).map(|number| self.shakes_hands(number)).collect();
        assert!(self.answers(), "a browser is answered meanwhile");
        assert!(
            open.iter_mut().all(|stream| closes_within(stream, CLOSED_WITHIN)),
            "they are closed by the clock"
        );
        until("those who shook hands are closed too", CLOSED_WITHIN, || {
            shaken.iter_mut().all(|client| client.0.try_wait().is_ok_and(|ended| ended.is_some()))
        });
        drop(open);
        until("everything is back", CLOSED_WITHIN, || {
            let busy = busy_share(process, Duration::from_secs(1));
            let now = Vitals::of(process);
            busy < IDLE_SHARE
                && now.files <= before.files + FILES_SLACK
                && now.resident_mb <= before.resident_mb + MEMORY_SLACK_MB
        });
        println!("  TLS: {before:?} became {:?}", Vitals::of(process));
    }

    fn answers(&self) -> bool {
        let url = format!("https://{}/healthz", self.address);
        let mut curl = Command::new("curl");
        curl.args(["-sk", "--max-time", "5", "-o", "/dev/null", "-w", "%{http_code}", &url]);
        curl.output().is_ok_and(|output| output.stdout == b"200")
    }

    /// A client that completes the handshake for HTTP/1.1 or HTTP/2 and then stays silent.
    fn shakes_hands(&self, number: usize) -> Running {
        let protocol = if number.is_multiple_of(2) { "http/1.1" } else { "h2" };
        let child = Command::new("openssl")
            .args(["s_client", "-quiet", "-alpn", protocol, "-connect", &self.address.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.expect("openssl is installed"))
    }
}

/// A client's first message, as this machine's OpenSSL sends it.
fn client_hello() -> Vec<u8> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    let _client = Running(
        Command::new("openssl")
            .args(["s_client", "-connect", &address])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is installed"),
    );
    let (mut stream, _) = listener.accept().expect("it comes");
    let mut hello = vec![0; 4096];
    let count = std::io::Read::read(&mut stream, &mut hello).expect("it speaks first");
    hello.truncate(count);
    hello
}
