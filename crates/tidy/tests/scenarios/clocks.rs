//! Engines get the time as an argument; only shells read a clock.

use crate::project::{File, hold, product_files, product_lines};

/// Files that read a clock, each with the reason why it is a shell. Files that are not listed here are engines.
const SHELLS: &[(&str, &str)] = &[
    ("crates/archive/src/", "the archive's threads"),
    ("crates/ashkar/src/", "the command line"),
    ("crates/terms/src/clock.rs", "the system's clock behind the trait `Clock`"),
    ("crates/centre/src/start.rs", "how long a start takes"),
    ("crates/desk/src/routes/", "attempts and ceremonies of one request; what counts them is told the time"),
    ("crates/door/src/rates.rs", "attempts in a minute; the count itself is told the time"),
    ("crates/ingest/src/rtmp/server/reactor.rs", "the RTMP thread"),
    ("crates/ingest/src/rtsp/pull_session.rs", "the task of a pulled camera"),
    ("crates/live/src/camera.rs", "how long a viewer waits; the window itself is told the time"),
    ("crates/load/src/line/proxy.rs", "the connections of a line; its schedule is told the time"),
    ("crates/load/src/publish/engine.rs", "the thread of the publishers"),
    ("crates/onvif/src/discovery.rs", "how long answers of cameras are waited for"),
    ("crates/site/src/http/fair_semaphore.rs", "how long a permit is held; the queue itself is told"),
    ("crates/site/src/http/single_flight.rs", "the age of a response"),
    ("crates/site/src/http/write_timeout.rs", "a socket; flow control and the stall timer are told the time"),
    ("crates/site/src/routes/", "how long a request takes"),
    ("crates/stills/src/pool.rs", "how long a worker may take"),
    ("crates/stills/src/zygote.rs", "the process that copies itself"),
];

/// Ways to read a clock.
const READS: [&str; 3] = ["Instant::now", "SystemTime::now", "Timestamp::now"];

#[test]
fn only_shells_read_a_clock() {
    let is_shell = |path: &str| SHELLS.iter().any(|(shell, _)| path.starts_with(shell));
    let engines: Vec<File> = product_files().into_iter().filter(|file| !is_shell(&file.path)).collect();
    let read = product_lines(&engines, |line| READS.iter().any(|read| line.contains(read)));
    hold("a clock is read outside a shell: hand the time in, or name the shell with its reason", read);
}

#[test]
fn shells_that_are_named_read_a_clock() {
    let files = product_files();
    let stale = SHELLS.iter().filter(|(shell, _)| {
        !files.iter().any(|file| {
            file.path.starts_with(shell) && READS.iter().any(|read| file.product_text().contains(read))
        })
    });
    hold("a shell that reads no clock any more", stale.map(|(shell, _)| (*shell).to_owned()));
}
