//! A still's decoder may be killed, or be given garbage: only that one request notices.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, eventually, header, tool};

/// Process ids of those children of `parent` from which decoders of stills are copied.
fn zygotes(parent: u32) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let is_worker = |pid: &String| {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let of_parent =
            read("status").lines().any(|line| line.strip_prefix("PPid:\t") == Some(&parent.to_string()));
        of_parent && read("cmdline").contains("still-worker")
    };
    processes.filter_map(|entry| entry.file_name().into_string().ok()).filter(is_worker).collect()
}

#[test]
fn a_killed_worker_is_replaced_by_the_next_request() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    let first = eventually("a still", Duration::from_secs(20), || {
        let (status, _, body) = centre.request("/still/7/12/1.jpg", &[]);
        (status == 200).then_some(body)
    });
    assert!(first.starts_with(&[0xff, 0xd8]));
    // The process that decoded the still has ended; its parent waits for the next, without privileges.
    let waits = || {
        let found = zygotes(centre.process.0.id());
        let is_alone = |zygote: &String| zygotes(zygote.parse().unwrap()).is_empty();
        (found.len() == 1 && is_alone(&found[0])).then(|| found[0].clone())
    };
    let before = eventually("one process waits", Duration::from_secs(20), waits);
    let told = std::fs::read_to_string(format!("/proc/{before}/status")).unwrap();
    assert!(told.contains("NoNewPrivs:\t1") && told.contains("CapEff:\t0000000000000000"), "{told}");
    tool("kill", &["-9", &before]);

    // The latest still is kept for a while; the past is decoded anew for each request.
    eventually("the past has a still again", Duration::from_secs(20), || {
        let past = format!("/still/7/12/1.jpg?at={}", second("3 seconds ago"));
        let (status, _, body) = centre.request(&past, &[]);
        (status == 200 && body.starts_with(&[0xff, 0xd8])).then_some(())
    });
    let after = eventually("one process waits again", Duration::from_secs(20), waits);
    assert_ne!(after, before);
    assert_eq!(centre.request("/healthz", &[]).0, 200);
}

/// A time that `date` accepts, to the second, in the form of addresses.
fn second(time: &str) -> String {
    tool("date", &["-u", "-d", time, "+%Y-%m-%dT%H:%M:%SZ"]).trim().to_owned()
}

/// Milliseconds since 1970.
fn milliseconds(time: &str) -> i64 {
    tool("date", &["-d", time, "+%s%3N"]).trim().parse().unwrap()
}

#[test]
fn a_still_tells_when_its_picture_was_taken() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let centre = Centre::start(&data);
    let _publisher = centre.publish(&key, &Publish::default());
    let told = |path: &str| {
        let (status, headers, _) = centre.request(path, &[]);
        (status == 200).then(|| milliseconds(header(&headers, "picture-time").unwrap()))
    };
    let latest = eventually("a still", Duration::from_secs(20), || told("/still/7/12/1.jpg"));
    let age = milliseconds("now") - latest;
    assert!((0..10_000).contains(&age), "it was taken {age} ms ago, and the camera is younger");

    // The second that begins after that picture: the one in which it was taken may have begun before the camera did.
    let moment = second(&format!("@{}", latest / 1000 + 1));
    let taken = eventually("the moment's still", Duration::from_secs(20), || {
        told(&format!("/still/7/12/1.jpg?at={moment}"))
    });
    let until = second(&format!("@{}", latest / 1000 + 5));
    let playlist = centre.text(&format!("/dvr/7/12/1/index.m3u8?from={moment}&to={until}"));
    let date = playlist.lines().find_map(|line| line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:")).unwrap();
    assert_eq!(
        taken,
        milliseconds(date),
        "the segment that the moment is in begins with this picture\n{playlist}"
    );
}
