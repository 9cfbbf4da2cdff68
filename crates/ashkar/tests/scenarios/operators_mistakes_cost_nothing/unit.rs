//! `deploy/ashkar.service` and `deploy/ashkar-agent.service` unchanged, under a systemd of its own: see scripts/test-unit.sh.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{ASHKAR, self_signed, tool};

/// Highest exposure that `systemd-analyze security` may report, in tenths. The network is what remains.
const EXPOSURE_AT_MOST: &str = "30";

/// Commands run beside the service, with their results. `$U` is the site.
const BESIDE: &str = r#"
set -eu
pid() { systemctl show -p MainPID --value ashkar; }
ask() { curl -sk --max-time 10 "$@"; }
until_ready() { for _ in $(seq 300); do [ "$(ask -o /dev/null -w '%{http_code}' "$U/readyz")" = "$1" ] && return; sleep 0.1; done; echo "readyz is not $1"; ask "$U/readyz"; exit 1; }
says() { for _ in $(seq 300); do grep -q "$1" /run/out/log && return; sleep 0.1; done; echo "the log does not say: $1"; exit 1; }

until_ready 503
says 'is its disk not mounted'
# As root, which is what an operator is here; the service must be able to go on with what that makes.
ashkar camera add 7/12/1 --approved --json --data /var/lib/ashkar >/tmp/key
until_ready 200
says 'the registry was changed; taken over'
owner=$(stat -c %u /var/lib/private/ashkar)
[ "$owner" != 0 ] || { echo "it runs as root"; exit 1; }
[ -z "$(find /var/lib/private/ashkar ! -uid "$owner")" ] || { echo "not the service's:"; find /var/lib/private/ashkar ! -uid "$owner" -ls; exit 1; }
[ "$(stat -c %a /var/lib/private/ashkar)" = 700 ]
grep -q 'Seccomp:.2' "/proc/$(pid)/status"
[ "$(awk '/CapBnd/ {print $2}' "/proc/$(pid)/status")" = 0000000000000400 ]
# The kernel's clock may be read, so the log says what state it is in.
if grep -q 'state":"Unknown\|state=Unknown' /run/out/log; then echo "the clock's state cannot be read"; exit 1; fi

# A camera, its pictures kept, and a still: the decoder lives under the unit, too.
key=$(sed -n 's/.*"stream_key": "\([^"]*\)".*/\1/p' /tmp/key)
ffmpeg -v error -re -f lavfi -i testsrc=size=320x180:rate=25 -c:v libx264 -preset ultrafast -tune zerolatency -g 50 -pix_fmt yuv420p \
  -f flv "$R/ingest/$key" </dev/null >/tmp/ffmpeg 2>&1 &
for _ in $(seq 300); do [ "$(ask -o /tmp/still -w '%{http_code}' "$U/still/7/12/1.jpg")" = 200 ] && break; sleep 0.2; done
[ "$(head -c 2 /tmp/still | od -An -tx1 | tr -d ' ')" = ffd8 ] || { echo "no still"; cat /tmp/still /tmp/ffmpeg; exit 1; }

# A reload keeps the process; a crash brings another one within seconds, and the recording with it.
before=$(pid)
systemctl reload ashkar
says 'asked to reload'
[ "$(pid)" = "$before" ]
kill -KILL "$before"
for _ in $(seq 100); do [ "$(pid)" != "$before" ] && [ "$(pid)" != 0 ] && break; sleep 0.1; done
until_ready 200
# A process that hangs is noticed by the watchdog: stopped, it says nothing any more.
[ "$(systemctl show -p WatchdogUSec --value ashkar)" = 30s ]
systemctl stop ashkar
says 'everything is durable'
ashkar archive check --data /var/lib/ashkar
"#;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn the_units_are_understood_and_leave_little_open() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["ashkar.service", "ashkar-agent.service"] {
        let unit = std::fs::read_to_string(repository().join("deploy").join(name)).unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, unit.replace("/usr/bin/ashkar", ASHKAR)).unwrap();
        let path = path.to_str().unwrap();
        let Output { status, stderr, .. } =
            Command::new("systemd-analyze").args(["verify", "--man=no", path]).output().unwrap();
        assert!(status.success() && stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&stderr));
        tool("systemd-analyze", &["security", "--offline=yes", "--threshold", EXPOSURE_AT_MOST, path]);
    }
}

#[test]
fn the_unit_puts_a_camera_on_air_over_tls_and_comes_back_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let etc = dir.path();
    let (http, rtmp) = (free_port(), free_port());
    self_signed("localhost", &etc.join("site.pem"), &etc.join("site.key"));
    let settings = format!(
        "[serve]\nlisten = \"127.0.0.1:{http}\"\nrtmp = \"127.0.0.1:{rtmp}\"\ndisk-reserve-bytes = 1048576\njournal-bytes = 16777216\n\
         tls-certificate = \"/etc/ashkar/site.pem\"\ntls-key = \"/etc/ashkar/site.key\"\n"
    );
    std::fs::write(etc.join("ashkar.toml"), settings).unwrap();
    let script = format!("U=https://127.0.0.1:{http} R=rtmp://127.0.0.1:{rtmp}\n{BESIDE}");
    let output = Command::new(repository().join("scripts/test-unit.sh"))
        .args(["ashkar", ASHKAR, etc.to_str().unwrap(), "sh", "-c", &script])
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
}

/// Commands run beside the agent.
const BESIDE_THE_AGENT: &str = r#"
set -eu
log() { for _ in $(seq 300); do [ "$(grep -c "$1" /run/out/log)" -ge "$2" ] && return; sleep 0.1; done; echo "the log does not say: $1"; exit 1; }
pid() { systemctl show -p MainPID --value ashkar-agent; }
data=/var/lib/private/ashkar-agent
# A child encodes under the unit, and what it encodes is recorded.
log '"message":"connected"' 1
for _ in $(seq 300); do [ -n "$(find $data/archive -type f -size +64k)" ] && break; sleep 0.1; done
owner=$(stat -c %u $data)
[ "$owner" != 0 ] || { echo "it runs as root"; exit 1; }
[ "$(stat -c %u "/proc/$(cut -d' ' -f1 $data/run/7-12-1/child)")" = "$owner" ]
# After a crash its recording goes on by itself.
before=$(pid)
kill -KILL "$before"
for _ in $(seq 100); do [ "$(pid)" != "$before" ] && [ "$(pid)" != 0 ] && break; sleep 0.1; done
log '"message":"connected"' 2
systemctl stop ashkar-agent
log 'everything is durable' 1
[ -z "$(pgrep ffmpeg)" ] || { echo "an encoder is left"; exit 1; }
ashkar archive check --data /var/lib/ashkar-agent
"#;

#[test]
fn the_agents_unit_records_a_child_and_comes_back_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let etc = dir.path().join("etc");
    std::fs::create_dir(&etc).unwrap();
    let settings = "time_zone = \"Asia/Baku\"\ndisk_reserve_bytes = 16777216\njournal_bytes = 16777216\n\
        [[camera]]\nid = \"7/12/1\"\nsource = \"file:clip.mp4\"\nwidth = 320\nheight = 240\n";
    std::fs::write(etc.join("agent.toml"), settings).unwrap();
    let clip = etc.join("clip.mp4");
    let pictures = "testsrc=size=320x240:rate=25:duration=3";
    tool("ffmpeg", &["-nostdin", "-v", "error", "-f", "lavfi", "-i", pictures, clip.to_str().unwrap()]);
    let output = Command::new(repository().join("scripts/test-unit.sh"))
        .args(["ashkar-agent", ASHKAR, etc.to_str().unwrap(), "sh", "-c", BESIDE_THE_AGENT])
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
}
