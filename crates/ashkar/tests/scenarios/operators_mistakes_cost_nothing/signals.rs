//! Signals, and a certificate that is renewed while the centre runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::common::{Centre, LOG, Publish, Running, add_camera, ashkar, eventually, log_of, self_signed};

const TIMEOUT: Duration = Duration::from_secs(60);

fn send(process: &Running, signal: &str) {
    let pid = process.0.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

#[test]
fn no_signal_ends_it_without_ending_segments() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    for (end, reloads) in [("-QUIT", true), ("-INT", false)] {
        let mut centre = Centre::start(&data);
        let publisher = centre.publish(&key, &Publish::default());
        eventually("the camera is live", TIMEOUT, || {
            let (status, _, body) = centre.request("/live/7/12/1/index.m3u8", &[]);
            (status == 200 && String::from_utf8_lossy(&body).contains("#EXTINF")).then_some(())
        });
        for signal in ["HUP", "USR1", "USR2"].into_iter().filter(|_| reloads) {
            send(&centre.process, &format!("-{signal}"));
            let line = format!("SIG{signal}");
            eventually(&line, TIMEOUT, || log_of(&data).contains(&line).then_some(()));
        }
        assert_eq!(centre.process.0.try_wait().unwrap(), None, "{}", log_of(&data));
        send(&centre.process, end);
        assert!(centre.process.0.wait().unwrap().success(), "{end}: {}", log_of(&data));
        assert!(log_of(&data).trim_end().ends_with("everything is durable"), "{end}: {}", log_of(&data));
        drop(publisher);
        std::fs::write(data.join(LOG), "").unwrap();
    }
    // Even a signal that comes the moment it is ready.
    (0..5).for_each(|_| Centre::start(&data).stop());
    ashkar(&["archive", "check", "--data", &data.display().to_string()]);
}

/// A certificate and its key, as a renewal hook leaves them.
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
}

impl Pair {
    fn new(dir: &Path) -> Self {
        Self { certificate: dir.join("site.pem"), key: dir.join("site.key") }
    }

    fn renew(&self, name: &str) {
        self_signed(name, &self.certificate, &self.key);
    }
}

/// The certificate that a new connection gets.
fn shown(centre: &Centre) -> Option<String> {
    let address = centre.http.strip_prefix("https://")?;
    let script =
        format!("openssl s_client -connect {address} </dev/null 2>/dev/null | openssl x509 -noout -subject");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap().trim().rsplit_once("CN = ")?.1.to_owned())
}

#[test]
fn a_renewed_certificate_is_shown_and_a_bad_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    add_camera(&data, "7/12/1");
    let pair = Pair::new(dir.path());
    pair.renew("first");
    let (certificate, key) = (pair.certificate.to_str().unwrap(), pair.key.to_str().unwrap());
    let listen = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"];
    let centre = Centre::start_with(
        &data,
        &[&listen[..], &["--tls-certificate", certificate, "--tls-key", key]].concat(),
    );
    let until_shown = |name: &str| {
        eventually(name, TIMEOUT, || (shown(&centre)? == name).then_some(()));
    };
    until_shown("first");

    // By itself.
    pair.renew("second");
    until_shown("second");

    // A pair that does not belong together is refused, with its file and the reason; each time once.
    let other = Pair::new(&dir.path().join("other"));
    std::fs::create_dir(dir.path().join("other")).unwrap();
    other.renew("other");
    let good = (std::fs::read(&pair.certificate).unwrap(), std::fs::read(&pair.key).unwrap());
    let half = &good.0[..good.0.len() / 2];
    for (what, certificate_holds, key_holds, said) in [
        (
            "the key of another",
            &good.0[..],
            &std::fs::read(&other.key).unwrap()[..],
            "site.key: is not the key of",
        ),
        ("half a certificate", half, &good.1[..], "site.pem: "),
        ("an empty certificate", &[][..], &good.1[..], "site.pem: holds no certificate"),
        (
            "a key that is none",
            &good.0[..],
            &b"-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n"[..],
            "site.key: ",
        ),
    ] {
        let before = log_of(&data).len();
        std::fs::write(&pair.certificate, certificate_holds).unwrap();
        std::fs::write(&pair.key, key_holds).unwrap();
        send(&centre.process, "-HUP");
        let refused = eventually(what, TIMEOUT, || {
            let log = log_of(&data)[before..].to_owned();
            log.contains("the new certificate is refused").then_some(log)
        });
        assert!(refused.contains(said), "{what}: {refused}");
        assert_eq!(shown(&centre).as_deref(), Some("second"), "{what}");
    }
    std::fs::remove_file(&pair.certificate).unwrap();
    eventually("a file that is gone is told without being asked", TIMEOUT, || {
        log_of(&data).contains("site.pem: No such file").then_some(())
    });

    pair.renew("third");
    send(&centre.process, "-HUP");
    until_shown("third");
    centre.stop();
}
