//! The description of the desk's API, read by schemathesis, which others wrote: it sends every operation what the
//! description allows and what it does not, as each role. What is allowed is read; nothing else is; nothing fails.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use ashkar_election::Role;

use crate::common::desk::Person;
use crate::common::{ASHKAR, Centre, add_camera};

/// Where `scripts/tools.sh test` installs it.
fn schemathesis() -> PathBuf {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/judges/bin/schemathesis");
    assert!(found.exists(), "schemathesis is missing: run scripts/tools.sh test");
    found
}

/// Examples of each operation and way of making them.
fn examples() -> String {
    std::env::var("SCHEMATHESIS_EXAMPLES").unwrap_or_else(|_| "3".to_owned())
}

/// What a schema cannot say is refused by 422; signing in is limited by 429.
const SETTINGS: &str = r#"
[auth.openapi.session]
api_key = "TOKEN"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 422, 429]
[checks.missing_required_header]
expected-statuses = [400, 401, 403]
"#;

#[test]
fn as_administrator() {
    judged(Role::Administrator);
}

#[test]
fn as_commission() {
    judged(Role::Commission);
}

#[test]
fn as_technician() {
    judged(Role::Technician);
}

fn judged(role: Role) {
    let dir = tempfile::tempdir().unwrap();
    add_camera(dir.path(), "7/12/1");
    let centre = Centre::start(dir.path());
    let person = Person::signed_in(dir.path(), &centre.http, "kamran", role);
    let described = Command::new(ASHKAR).args(["openapi", "--desk"]).output().unwrap();
    let (schema, settings) = (dir.path().join("desk.json"), dir.path().join("schemathesis.toml"));
    std::fs::write(&schema, described.stdout).unwrap();
    let (_, token) = person.cookie().split_once('=').unwrap();
    std::fs::write(&settings, SETTINGS.replace("TOKEN", token)).unwrap();
    let judged = Command::new(schemathesis())
        .arg("--config-file")
        .arg(&settings)
        .arg("run")
        .arg(&schema)
        .args(["--url", &centre.http, "--max-examples", &examples(), "--seed", "1", "--no-color"])
        .args(["--header", "Sec-Fetch-Site: same-origin"])
        // These end the session with which everything else is asked.
        .args(["--exclude-path", "/desk/api/v1/logout", "--exclude-path", "/desk/api/v1/me/sessions/{id}"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&judged.stdout);
    assert!(judged.status.success(), "{said}\n{}", String::from_utf8_lossy(&judged.stderr));
    person.get("/me").ok();
    assert!(centre.text("/healthz").len() < 1000, "it still answers");
}
