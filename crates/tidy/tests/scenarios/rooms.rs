//! Dependencies and touch points that each room may have. ARCHITECTURE.md says why.

use std::collections::BTreeMap;

use crate::project::{File, directory, files, hold, product_files, product_lines};

/// The project's crates that each crate may depend on; tests may use more.
const BUILT_OF: &[(&str, &[&str])] = &[
    ("terms", &[]),
    ("duty", &[]),
    ("fork", &[]),
    ("tidy", &[]),
    ("judges", &[]),
    ("kernel-clock", &["terms"]),
    ("evidence", &["terms"]),
    ("media", &["terms"]),
    ("live", &["terms", "media"]),
    ("archive", &["terms", "duty", "media", "evidence"]),
    ("uplink", &["terms", "media"]),
    ("ingest", &["terms", "duty", "media"]),
    ("onvif", &["terms"]),
    ("stills", &["terms", "media", "fork"]),
    ("election", &["terms"]),
    ("credentials", &["terms"]),
    ("print", &["terms", "election"]),
    (
        "centre",
        &[
            "terms",
            "duty",
            "kernel-clock",
            "media",
            "archive",
            "live",
            "ingest",
            "election",
            "stills",
            "uplink",
        ],
    ),
    ("door", &["terms", "centre", "site", "uplink"]),
    (
        "agent",
        &["terms", "duty", "kernel-clock", "media", "archive", "live", "ingest", "onvif", "stills", "uplink"],
    ),
    ("site", &["terms", "archive", "live", "election", "centre", "print"]),
    ("desk", &["terms", "election", "centre", "credentials", "site", "print", "uplink"]),
    ("load", &["terms", "media", "ingest"]),
    ("synthetic", &["terms", "media", "load"]),
    (
        "ashkar",
        &[
            "terms",
            "duty",
            "media",
            "archive",
            "live",
            "ingest",
            "election",
            "centre",
            "credentials",
            "desk",
            "door",
            "agent",
            "print",
            "site",
            "load",
            "synthetic",
            "stills",
            "uplink",
        ],
    ),
];

/// Engines have neither files nor sockets nor threads nor tasks.
const ENGINES: [&str; 5] = ["terms", "evidence", "media", "live", "uplink"];
const NOT_IN_ENGINES: [&str; 7] =
    ["std::fs", "std::net::Tcp", "std::net::Udp", "std::thread::", "tokio::net", "tokio::fs", "mio::"];

fn manifest(name: &str) -> toml::Table {
    std::fs::read_to_string(directory("crates").join(name).join("Cargo.toml")).unwrap().parse().unwrap()
}

#[test]
fn rooms_are_built_of_what_the_map_says() {
    let map: BTreeMap<&str, &[&str]> = BUILT_OF.iter().copied().collect();
    let mut broken = Vec::new();
    for entry in std::fs::read_dir(directory("crates")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let Some(allowed) = map.get(&*name) else {
            broken.push(format!("crates/{name} is not on the map"));
            continue;
        };
        let manifest = manifest(&name);
        let used = manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(|table| table.keys());
        for other in used.filter_map(|used| used.strip_prefix("ashkar-")) {
            if !allowed.contains(&other) {
                broken.push(format!("crates/{name} is built of {other}"));
            }
        }
    }
    hold("a room touches another that it must not know", broken);
}

#[test]
fn engines_touch_nothing_outside() {
    let is_engine = |file: &File| ENGINES.contains(&file.product_of().unwrap());
    let engines: Vec<File> = product_files().into_iter().filter(is_engine).collect();
    let broken = product_lines(&engines, |line| NOT_IN_ENGINES.iter().any(|outside| line.contains(outside)));
    hold("an engine touches files, sockets or threads", broken);
}

#[test]
fn every_room_is_on_the_map_of_the_architecture() {
    let text = std::fs::read_to_string(directory("ARCHITECTURE.md")).unwrap();
    let missing = BUILT_OF.iter().filter(|(name, _)| !text.contains(&format!("| `{name}` |")));
    hold("a room that ARCHITECTURE.md does not name", missing.map(|(name, _)| (*name).to_owned()));
}

#[test]
fn http_knows_nothing_of_stations() {
    let http = files(&[".rs"]).into_iter().filter(|file| file.path.starts_with("crates/site/src/http/"));
    let broken = http.flat_map(|file| {
        let known: Vec<String> =
            ["crate::routes", "ashkar_centre", "ashkar_election", "ashkar_live", "ashkar_archive"]
                .into_iter()
                .filter(|known| file.product_text().contains(known))
                .map(|known| format!("{}: {known}", file.path))
                .collect();
        known
    });
    hold("crates/site/src/http knows HTTP alone", broken);
}
