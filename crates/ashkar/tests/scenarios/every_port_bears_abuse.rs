//! I11 and I8 with the real server under abuse at every port: noise, known attacks, slow ones and deaf ones, ten thousand who
//! say nothing, forty thousand who come and go, cameras that vanish, hostile cameras that it fetches. While it lasts, twenty
//! other cameras lose nothing, what they send is durable as soon as ever, and twenty viewers see every picture. After each
//! phase memory, open files and threads are back, and nothing spins.
//!
//! Those who are slow wait for the same clocks, so they come together. Abuses that are over in seconds share a phase; with
//! `TEST_LONG` each has one of its own, so that what is left of one is not taken for another's.
//!
//! `ABUSE_SEED` makes the noise come again; each run says its own. `ABUSE_ONLY` runs the phases whose names contain
//! one of the texts in it, which stand between semicolons.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::cell::RefCell;

use crate::abuse::dice::Dice;
use crate::abuse::stage::Newcomers::{MayBeRefused, Served};
use crate::abuse::stage::{Stage, until};
use crate::abuse::{http, http2, rtmp, rtsp, sockets, tls, vanish};

const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn every_port_bears_abuse() {
    let begun = std::time::Instant::now();
    let dice = RefCell::new(Dice::announced());
    sockets::raise_open_files();
    let dir = tempfile::tempdir().unwrap();
    let mut stage = Stage::set(&dir.path().join("data"), &["--max-connections", "8000"]);
    stage.measure_baseline();

    stage.phases(vec![
        ("RTMP: random bytes", Box::new(|stage| rtmp::random_bytes(stage, &mut dice.borrow_mut()))),
        ("RTMP: leaving at each stage", Box::new(rtmp::leaves_at_each_stage)),
        ("RTMP: known attacks", Box::new(|stage| rtmp::known_attacks(stage, &mut dice.borrow_mut()))),
        ("RTMP: wrong keys and one key twice", Box::new(rtmp::wrong_and_doubled_keys)),
        (
            "RTMP: valid and then garbage",
            Box::new(|stage| {
                rtmp::valid_and_then_garbage(stage, &mut dice.borrow_mut());
            }),
        ),
    ]);
    stage.phase("RTMP: 10,000 idle", Served, rtmp::idle);
    stage.phase("RTMP: 40,000 come and go", Served, rtmp::comings_and_goings);
    stage.phases(vec![
        ("HTTP: random bytes", Box::new(|stage| http::random_bytes(stage, &mut dice.borrow_mut()))),
        ("HTTP: endless bodies", Box::new(http::endless_bodies)),
        ("HTTP/2: broken rules", Box::new(http2::broken_rules)),
    ]);
    stage.phase("HTTP: 10,000 idle", MayBeRefused, http::idle);
    stage.phase("HTTP: 40,000 come and go", Served, http::comings_and_goings);
    let by_tls = tls::Site::start(dir.path());
    stage.phase("every port: slow, strange and deaf ones", Served, |stage| {
        let by_tls_dice: &mut Dice = &mut dice.borrow_mut();
        let slow = [rtmp::slow_ones, http::slow_ones, http::strange_requests, http::deaf_ones];
        std::thread::scope(|scope| {
            for abuse in slow {
                scope.spawn(move || abuse(stage));
            }
            scope.spawn(|| http2::no_window(stage));
            scope.spawn(|| by_tls.half_handshakes(by_tls_dice));
        });
    });
    drop(by_tls);
    stage.phase("RTSP: hostile cameras; and cameras that vanish", Served, |stage| {
        let hostile = rtsp::HostileCameras::install(stage.data(), &mut dice.borrow_mut());
        vanish::without_a_reset(stage);
        let enough = 3 * rtsp::HostileCameras::count();
        until("all are visited again and again", TIMEOUT, || hostile.visits() >= enough);
    });
    stage.strike();
    println!("in {:.0} s", begun.elapsed().as_secs_f64());
}
