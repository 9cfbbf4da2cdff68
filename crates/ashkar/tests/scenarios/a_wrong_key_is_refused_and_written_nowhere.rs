//! Wrong keys are refused; a second publisher is refused; no key is in a log, in the API or in the data directory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::time::Duration;

use crate::common::{Centre, PUBLISHERS_LOG, Publish, add_camera, ashkar, eventually, log_of};

#[test]
fn a_wrong_key_is_refused_and_written_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let centre =
        Centre::start_with(&data, &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--log", "debug"]);

    let mut wrong = centre.publish("7-12-1.aaaaaaaaaaaaaaaaaaaaaaaaaa", &Publish::default());
    let status = eventually("the wrong key ends the publisher", Duration::from_secs(20), || {
        wrong.0.try_wait().unwrap()
    });
    assert!(!status.success());

    let publisher = centre.publish(&key, &Publish::default());
    eventually("it is live", Duration::from_secs(20), || is_live(&centre).then_some(()));
    let mut second = centre.publish(&key, &Publish::default());
    eventually("a second publisher is sent away", Duration::from_secs(20), || second.0.try_wait().unwrap());
    assert!(is_live(&centre), "the first one does not notice");

    let replaced = ashkar(&["camera", "key", "7/12/1", "--json", "--data", &data.display().to_string()]);
    let replaced: serde_json::Value = serde_json::from_str(&replaced).unwrap();
    let new_key = replaced["stream_key"].as_str().unwrap();
    assert_ne!(new_key, key);
    let mut publisher = publisher;
    eventually("the old key ends with its replacement", Duration::from_secs(10), || {
        publisher.0.try_wait().unwrap()
    });
    let _publisher = centre.publish(new_key, &Publish::default());
    eventually("the new key is good", Duration::from_secs(20), || is_live(&centre).then_some(()));

    let secret = |key: &str| key.split_once('.').unwrap().1.to_owned();
    for secret in [secret(&key), secret(new_key)] {
        assert!(!log_of(&data).contains(&secret), "a key is in the log");
        for path in ["/api/v1/stations/7/12", "/api/v1/cameras/7/12/1/timeline", "/metrics"] {
            assert!(!centre.text(path).contains(&secret), "a key is in {path}");
        }
        assert!(!any_file_contains(&data, secret.as_bytes()), "a key is in a file");
    }
    centre.stop();
}

fn is_live(centre: &Centre) -> bool {
    let (status, _, body) = centre.request("/api/v1/stations/7/12", &[]);
    status == 200 && serde_json::from_slice::<serde_json::Value>(&body).unwrap()["state"] == "live"
}

fn any_file_contains(dir: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().map(Result::unwrap).any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return any_file_contains(&path, needle);
        }
        path.file_name() != Some(PUBLISHERS_LOG.as_ref())
            && std::fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle)
    })
}
