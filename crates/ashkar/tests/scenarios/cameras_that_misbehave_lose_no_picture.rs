//! Some sixty cameras and encoders that misbehave as public reports describe, all at once against the real centre: what
//! they sent is recorded, nothing else is, and nothing untrue is reported about them. The cases are in
//! `tests/cameras/`, each a class of a few lines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::process::Command;

#[test]
fn cameras_that_misbehave_lose_no_picture() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cameras/run.py");
    let lists = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data");
    let judged = Command::new("python3")
        .args([here, "--ashkar", env!("CARGO_BIN_EXE_ashkar"), "--lists", lists])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 is installed");
    let printed = String::from_utf8_lossy(&judged.stdout);
    assert!(judged.status.success(), "{printed}\n{}", String::from_utf8_lossy(&judged.stderr));
    assert!(printed.contains(" passed, 0 failed"), "{printed}");
}
