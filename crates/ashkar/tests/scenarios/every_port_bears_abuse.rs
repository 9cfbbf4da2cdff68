//! I11 and I8 with the real server under abuse at every port: noise, known attacks, slow and deaf clients, ten thousand
//! silent connections, forty thousand that come and go, cameras that vanish, hostile cameras that it pulls from.
//! Meanwhile twenty other cameras lose nothing, their media are durable as soon as ever, and twenty viewers see every
//! picture. After each phase memory, open files and threads are back, and nothing spins.
//!
//! Abuses that wait for the same time-outs run together, and with them everything else that does not disturb their
//! assertions. With `TEST_LONG` each abuse has a phase of its own, so that the remains of one are not taken for
//! another's.
//!
//! `ABUSE_SEED` repeats the noise of a run; each run prints its own. `ABUSE_ONLY` runs the phases whose names contain
//! one of its texts, which are separated by semicolons.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::time::{Duration, Instant};

use crate::abuse::dice::Dice;
use crate::abuse::stage::Newcomers::{MayBeRefused, Served};
use crate::abuse::stage::{Abuse, Stage, until};
use crate::abuse::{http, http2, rtmp, rtsp, sockets, tls, vanish};

const TIMEOUT: Duration = Duration::from_secs(60);

#[test]
fn every_port_bears_abuse() {
    let begun = Instant::now();
    let dice = Dice::announced();
    sockets::raise_open_files();
    let dir = tempfile::tempdir().unwrap();
    let mut stage = Stage::set(&dir.path().join("data"), &["--max-connections", "8000"]);
    stage.measure_baseline();
    let by_tls = tls::Site::start(dir.path());

    stage.phases(
        Served,
        vec![
            vec![Abuse::new("HTTP: slow ones", http::slow_ones)],
            vec![Abuse::new("HTTP: strange requests", http::strange_requests)],
            vec![Abuse::new("HTTP: deaf ones", http::deaf_ones)],
            vec![Abuse::new("HTTP/2: no window", http2::no_window)],
            vec![Abuse::new("TLS: half handshakes", |_| by_tls.half_handshakes(&mut dice.of("TLS")))],
            vec![
                Abuse::new("HTTP: random bytes", |stage| http::random_bytes(stage, &mut dice.of("HTTP"))),
                Abuse::new("HTTP: endless bodies", http::endless_bodies),
                Abuse::new("HTTP/2: broken rules", http2::broken_rules),
            ],
            vec![Abuse::new("RTSP: hostile cameras; and cameras that vanish", |stage| {
                hostile_cameras(stage, &mut dice.of("RTSP"));
            })],
        ],
    );
    drop(by_tls);
    stage.phases(
        Served,
        vec![
            vec![
                Abuse::new("RTMP: random bytes", |stage| rtmp::random_bytes(stage, &mut dice.of("RTMP"))),
                Abuse::new("RTMP: leaving at each stage", rtmp::leaves_at_each_stage),
                Abuse::new("RTMP: known attacks", |stage| {
                    rtmp::known_attacks(stage, &mut dice.of("attacks"));
                }),
                Abuse::new("RTMP: wrong keys and one key twice", rtmp::wrong_and_doubled_keys),
                Abuse::new("RTMP: valid and then garbage", |stage| {
                    rtmp::valid_and_then_garbage(stage, &mut dice.of("garbage"));
                }),
            ],
            vec![Abuse::new("RTMP: slow ones", rtmp::slow_ones)],
            vec![Abuse::new("HTTP: 40,000 come and go", http::comings_and_goings)],
        ],
    );
    stage.phases(Served, vec![vec![Abuse::new("RTMP: 10,000 idle", rtmp::idle)]]);
    stage.phases(Served, vec![vec![Abuse::new("RTMP: 40,000 come and go", rtmp::comings_and_goings)]]);
    stage.phases(MayBeRefused, vec![vec![Abuse::new("HTTP: 10,000 idle", http::idle)]]);
    stage.strike();
    println!("in {:.0} s", begun.elapsed().as_secs_f64());
}

fn hostile_cameras(stage: &Stage, dice: &mut Dice) {
    let hostile = rtsp::HostileCameras::install(stage.data(), dice);
    vanish::without_a_reset(stage);
    let enough = 3 * rtsp::HostileCameras::count();
    until("all are visited again and again", TIMEOUT, || hostile.visits() >= enough);
}
