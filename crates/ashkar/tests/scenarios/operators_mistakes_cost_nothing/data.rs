//! Data directories that are empty, missing, or incomplete.

use std::path::Path;
use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, ashkar, ashkar_output, eventually, log_of};

/// The message with which `ashkar` refused.
fn refused(arguments: &[&str], data: &Path) -> String {
    let data = data.display().to_string();
    let output = ashkar_output(&[arguments, &["--data", &data]].concat());
    assert_eq!(output.status.code(), Some(2), "{arguments:?} must be refused");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn serve_is_refused(data: &Path) -> String {
    refused(&["serve", "--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"], data)
}

fn init(data: &Path, more: &[&str]) -> String {
    ashkar(&[&["init", "--data", data.to_str().unwrap()], more].concat())
}

#[test]
fn what_is_not_there_is_not_made_by_looking_at_it() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let missing = dir.path().join("missing");
    for data in [&missing, &empty] {
        for arguments in [
            &["camera", "list"][..],
            &["camera", "key", "7/12/1"],
            &["camera", "remove", "7/12/1"],
            &["stations", "export"],
            &["election", "show"],
            &["turnout", "list"],
            &["mark", "7/12", "closed"],
            &["archive", "check"],
            &["archive", "mend"],
        ] {
            let said = refused(arguments, data);
            assert!(said.contains(data.to_str().unwrap()), "{arguments:?}: {said}");
        }
    }
    let said = serve_is_refused(&missing);
    assert!(said.contains("no such data directory") && said.contains("ashkar init"), "{said}");
    assert!(!missing.exists(), "nothing was made");
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0, "nothing was made");

    assert!(init(&missing, &[]).contains("is now a data directory"));
    assert!(init(&missing, &[]).contains("already"));
    assert_eq!(ashkar(&["camera", "list", "--data", missing.to_str().unwrap()]).trim(), "");
}

#[test]
fn an_empty_directory_is_told_loudly_and_is_ready_once_something_is_described() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let centre = Centre::start(&data);
    let (status, _, body) = centre.request("/readyz", &[]);
    assert_eq!(status, 503);
    assert!(String::from_utf8(body).unwrap().contains(r#""described":false"#));
    assert!(log_of(&data).contains("is its disk not mounted"), "{}", log_of(&data));
    add_camera(&data, "7/12/1");
    eventually("ready", Duration::from_secs(60), || (centre.request("/readyz", &[]).0 == 200).then_some(()));
    let said = refused(&["archive", "mend"], &data);
    assert!(said.contains("a centre runs on it; stop it first"), "{said}");
    centre.stop();
    let said = ashkar(&["archive", "mend", "--data", data.to_str().unwrap()]);
    assert_eq!(said.trim(), "Nothing is undeclared.");
}

#[test]
fn half_a_centre_is_refused_until_somebody_says_that_the_rest_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let fetched = ["camera", "add", "7/13/1", "--pull", "rtsp://a:b@127.0.0.1:9/x", "--data"];
    ashkar(&[&fetched[..], &[data.to_str().unwrap()]].concat());
    let centre = Centre::start(&data);
    let publisher = centre.publish(&key, &Publish::default());
    eventually("something is recorded", Duration::from_secs(60), || {
        let (status, _, body) = centre.request("/live/7/12/1/index.m3u8", &[]);
        (status == 200 && String::from_utf8_lossy(&body).contains("#EXTINF")).then_some(())
    });
    drop(publisher);
    centre.stop();

    let path = |name: &str| data.join(name);
    let aside = |name: &str| std::fs::rename(path(name), dir.path().join(name)).unwrap();
    let back = |name: &str| std::fs::rename(dir.path().join(name), path(name)).unwrap();

    // The recordings: their disk is not mounted, or another one is.
    aside("archive");
    assert!(serve_is_refused(&data).contains("recordings are not there"));
    std::fs::create_dir(path("archive")).unwrap();
    assert!(serve_is_refused(&data).contains("recordings are not there"));
    std::fs::remove_dir(path("archive")).unwrap();
    back("archive");

    // The key that decrypts the cameras' addresses.
    aside("secret.key");
    assert!(serve_is_refused(&data).contains("secret.key is missing"));
    assert!(!path("secret.key").exists());
    back("secret.key");

    // The registry: gone, or cut off by a copy. Each of the others shows that there was one. A stopped centre has it in
    // one file.
    for name in ["election.db-wal", "election.db-shm"] {
        assert!(!path(name).exists(), "{name}");
    }
    aside("election.db");
    for (left, emptied) in
        [(&["archive", "secret.key", "CENTRE"][..], true), (&["secret.key"], false), (&["CENTRE"], false)]
    {
        let names = ["archive", "secret.key", "CENTRE"].into_iter().filter(|name| !left.contains(name));
        names.clone().for_each(aside);
        if emptied {
            std::fs::write(path("election.db"), "").unwrap();
        }
        let said = serve_is_refused(&data);
        let what = if left == ["CENTRE"] {
            "recordings are not there"
        } else {
            "the registry (election.db) is missing or empty"
        };
        assert!(said.contains(what), "{left:?}: {said}");
        for arguments in [&["camera", "add", "7/12/1"][..], &["camera", "list"], &["init"]] {
            assert!(refused(arguments, &data).contains("the registry"), "{arguments:?}");
        }
        let _ = std::fs::remove_file(path("election.db"));
        names.for_each(back);
    }

    // All was well: nothing was created in between.
    back("election.db");
    let centre = Centre::start(&data);
    // A start does not wait for the windows to be read back.
    eventually("what was live is there", Duration::from_secs(20), || {
        (centre.request("/live/7/12/1/index.m3u8", &[]).0 == 200).then_some(())
    });
    centre.stop();

    // And if it is gone for good, the operator confirms that.
    ["election.db", "archive"].into_iter().for_each(aside);
    init(&data, &["--anew"]);
    let key = add_camera(&data, "7/12/1");
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    eventually("on air again", Duration::from_secs(60), || {
        (centre.request("/live/7/12/1/index.m3u8", &[]).0 == 200).then_some(())
    });
    centre.stop();
    assert!(!log_of(&data).contains("panicked"));
}
