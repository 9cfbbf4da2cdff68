//! Outputs that are closed or full.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::common::{ASHKAR, Running, add_camera, ashkar, eventually, fetch};

/// The exit code that a shell reports for a command ended by SIGPIPE.
const READER_GONE: i32 = 141;

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// A pipe that nobody reads any more.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn run(data: &Path, arguments: &[&str], stdout: Stdio) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = Command::new(ASHKAR)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn an_answer_that_cannot_be_written_is_told_in_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    add_camera(&data, "7/12/1");
    for arguments in [
        &["stations", "export"][..],
        &["stations", "export", "--format", "json"],
        &["camera", "list"],
        &["camera", "list", "--json"],
        &["camera", "devices"],
        &["camera", "devices", "--json"],
        &["election", "show"],
        &["turnout", "list"],
    ] {
        let (code, said) = run(&data, arguments, full());
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(
            said.contains("cannot be written to standard output: No space left"),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(run(&data, arguments, closed()), (Some(READER_GONE), String::new()), "{arguments:?}");
    }
    for arguments in [&["openapi"][..], &["--help"], &["serve", "--help"], &["--version"]] {
        let output =
            |stdout| Command::new(ASHKAR).args(arguments).stdout(stdout).stderr(full()).status().unwrap();
        assert_eq!(output(full()).code(), Some(2), "{arguments:?}");
        assert_eq!(output(closed()).code(), Some(READER_GONE), "{arguments:?}");
    }
}

#[test]
fn a_key_that_could_not_be_shown_is_not_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let token = || {
        let listed = ashkar(&["camera", "list", "--json", "--data", &data.display().to_string()]);
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        listed.as_array().unwrap().iter().map(|camera| camera["camera"].clone()).collect::<Vec<_>>()
    };
    for stdout in [full, closed] {
        let (code, said) = run(&data, &["camera", "key", "7/12/1"], stdout());
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("no new key is in force") && said.contains("the old key stays"), "{said}");
        let (code, said) = run(&data, &["camera", "add", "7/13/1", "--json"], stdout());
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("the camera was not added"), "{said}");
        assert_eq!(token(), ["7/12/1"], "no camera came up with a key that nobody knows");
        for arguments in [&["camera", "enrol", "7/12/1"][..], &["camera", "enrol", "7/12/1", "--json"]] {
            let (code, said) = run(&data, arguments, stdout());
            assert_eq!(code, Some(2), "{said}");
            assert!(said.contains("no new code was issued"), "{said}");
        }
    }
    // The old key is still the camera's: publishing with it works.
    let centre = crate::common::Centre::start(&data);
    let publisher = centre.publish(&key, &crate::common::Publish::default());
    eventually("the camera is live", Duration::from_secs(60), || {
        (centre.request("/live/7/12/1/index.m3u8", &[]).0 == 200).then_some(())
    });
    drop(publisher);
}

/// A server with the given standard output and error; its site's address is known beforehand.
fn serve(data: &Path, stdout: Stdio, stderr: Stdio) -> (Running, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let http = format!("127.0.0.1:{port}");
    let child = Command::new(ASHKAR)
        .args(["--log", "trace", "serve", "--listen", &http, "--rtmp", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .unwrap();
    let url = format!("http://{http}");
    let running = Running(child);
    eventually("the server answers", Duration::from_secs(60), || {
        std::net::TcpStream::connect(&http).ok().filter(|_| fetch(&format!("{url}/healthz"), &[]).0 == 200)
    });
    (running, url)
}

fn lost_lines(url: &str) -> f64 {
    let text = String::from_utf8(fetch(&format!("{url}/metrics"), &[]).2).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("ashkar_log_lines_lost_total "));
    line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
}

fn hangup(server: &Running) {
    let pid = server.0.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
}

#[test]
fn a_log_that_nobody_takes_is_lost_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    add_camera(&data, "7/12/1");
    for (stdout, stderr) in [(full(), full()), (closed(), closed())] {
        let (mut server, url) = serve(&data, stdout, stderr);
        let before = eventually("the first lines are counted", Duration::from_secs(30), || {
            Some(lost_lines(&url)).filter(|lost| *lost > 0.0)
        });
        // Each asks for a line.
        hangup(&server);
        eventually("another lost line is counted", Duration::from_secs(30), || {
            (lost_lines(&url) > before).then_some(())
        });
        assert_eq!(server.0.try_wait().unwrap(), None, "it runs on");
        let pid = server.0.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        assert!(server.0.wait().unwrap().success(), "it ends as it should");
    }
}

#[test]
fn a_log_whose_reader_hangs_holds_nobody_up() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    add_camera(&data, "7/12/1");
    let (mut reader, writer) = std::io::pipe().unwrap();
    // How a reader that hangs looks to the server: a full pipe. It holds 64 KiB.
    let (mut server, url) = serve(&data, Stdio::null(), writer.into());
    let unread = || rustix::io::ioctl_fionread(&reader).unwrap();
    eventually("the pipe is full", Duration::from_secs(60), || {
        hangup(&server);
        assert_eq!(fetch(&format!("{url}/healthz"), &[]).0, 200);
        (unread() > 60_000).then_some(())
    });
    for _ in 0..30 {
        hangup(&server);
        assert_eq!(fetch(&format!("{url}/healthz"), &[]).0, 200);
    }
    let pid = server.0.id().to_string();
    assert!(Command::new("kill").arg(&pid).status().unwrap().success());
    eventually("it ends though its log hangs", Duration::from_secs(60), || server.0.try_wait().unwrap());
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    assert!(said.contains("on air"), "{said}");
}

#[test]
fn a_disk_that_fills_up_under_the_log_is_told_when_it_has_room_again() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    add_camera(&data, "7/12/1");
    // Reaching the file size limit fails like a full disk, and needs no separate disk.
    let log = dir.path().join("log");
    let (server, url) = serve(&data, Stdio::null(), File::create(&log).unwrap().into());
    let limit = |bytes: &str| {
        let pid = server.0.id().to_string();
        let size = format!("--fsize={bytes}:unlimited");
        assert!(Command::new("prlimit").args(["--pid", &pid, &size]).status().unwrap().success());
    };
    let said = std::fs::read_to_string(&log).unwrap();
    limit("1");
    hangup(&server);
    eventually("a lost line is counted", Duration::from_secs(30), || (lost_lines(&url) > 0.0).then_some(()));
    limit("unlimited");
    hangup(&server);
    eventually("the log says what is missing in it", Duration::from_secs(30), || {
        std::fs::read_to_string(&log)
            .unwrap()
            .get(said.len()..)?
            .contains("log lines were lost")
            .then_some(())
    });
}
