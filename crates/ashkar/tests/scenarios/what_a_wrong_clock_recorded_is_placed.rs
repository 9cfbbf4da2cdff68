//! A station's computer is switched on without a clock: it believes that it is an hour ago. It records, is killed, records on, gets a
//! line, and at last the right time. The centre never shows anything an hour early; in the end it has all of it where it truly
//! happened, and the bytes are those that the agent recorded, moved by what its records say.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use ashkar_archive::Archive;
use ashkar_media::{FactKind, Output, Part, shift_part};
use ashkar_terms::{Clock, MediaTime, Span, SystemClock, TICKS_PER_SECOND, UtcMicros};

use crate::common::recordings::{at_centre, covered_us, media, open};
use crate::common::station::{
    CAMERA, TIMELINE, Wire, durable, enrol, newest_status, put_election, settings_for, start_agent_under,
    start_centre, state_now, stop_agent, wait_for_live,
};
use crate::common::wall_clock::WallClock;
use crate::common::{Centre, add_camera, eventually};
use serde_json::Value;

const HOUR: i64 = 3600;
const LATER: Duration = Duration::from_secs(30);
const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(i64::MAX / 200) };

fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

/// Waits until a run of the agent has recorded some segments, of two seconds.
fn records(status_file: &Path) {
    let pictures = |status: Value| status["cameras"][0]["pictures"].as_u64();
    eventually("it records", LATER, || {
        newest_status(status_file).and_then(pictures).filter(|pictures| *pictures > 100).map(drop)
    });
}

/// And some more.
fn records_on(status_file: &Path) {
    let sent = |status: Value| status["cameras"][0]["sent"]["live_records"].as_u64();
    eventually("it is sent", LATER, || {
        newest_status(status_file).and_then(sent).filter(|records| *records > 8).map(drop)
    });
}

/// No media are told more than half an hour before now.
fn nothing_is_early(centre: &Centre) {
    let told = centre.json(TIMELINE);
    let is_media = |entry: &&Value| entry["state"] == "live" || entry["state"] == "late";
    let early = jiff::Timestamp::from_microsecond(now().0 - HOUR * 500_000).unwrap();
    for entry in told.as_array().unwrap().iter().filter(is_media) {
        let from: jiff::Timestamp = entry["from"].as_str().unwrap().parse().unwrap();
        assert!(from >= early, "{told:#}");
    }
}

/// Every part that was recorded.
fn parts(agent: &Archive) -> Vec<Part> {
    let numbers = agent.numbers(CAMERA).into_iter().flatten();
    let outputs = numbers.flat_map(|number| agent.outputs(CAMERA, number).unwrap().unwrap());
    outputs.filter_map(|output| if let Output::Part(part) = output { Some(part) } else { None }).collect()
}

/// From, to, and offset of what an archive says to be moved.
fn moved(archive: &Archive) -> BTreeSet<(MediaTime, Option<MediaTime>, i64)> {
    let facts = archive.facts(CAMERA, EVER).unwrap();
    let moved = facts.into_iter().filter_map(|fact| match fact.kind {
        FactKind::MediaPlaced { from, to, offset_us, .. } => Some((from, to, offset_us)),
        _ => None,
    });
    moved.collect()
}

/// Prints the agent's log if the test fails.
struct Log<'a>(&'a Path);

impl Drop for Log<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", std::fs::read_to_string(self.0).unwrap_or_default());
        }
    }
}

#[test]
fn what_a_wrong_clock_recorded_is_placed() {
    let dir = tempfile::tempdir().unwrap();
    let (data, kept, log) =
        (dir.path().join("centre"), dir.path().join("agent"), dir.path().join("agent.log"));
    let _log = Log(&log);
    put_election(&data);
    add_camera(&data, "7/12/1");
    let (centre, agents) = start_centre(&data);
    let wire = Wire::to(agents);
    let url = format!("http://{}", wire.address);
    let settings = settings_for(dir.path(), &url, "trust_kernel_clock = false\n");
    enrol(&data, &url, settings.to_str().unwrap());
    let clock = WallClock::in_directory(dir.path());
    clock.set(-HOUR, "");
    let told = dir.path().join("status");
    let start = || {
        std::fs::write(&told, "").unwrap();
        start_agent_under(&settings, &log, &told, &clock.environment())
    };

    wire.cut();
    let began = now();
    let mut agent = start();
    records(&told);
    agent.0.kill().unwrap();
    agent.0.wait().unwrap();
    let agent = start();
    records(&told);
    assert_eq!(newest_status(&told).unwrap()["line"]["moved_ms"], Value::Null, "nobody knows yet");
    let timeline = state_now(&centre);
    assert_eq!(timeline["state"], "missing", "{timeline}");
    wire.mend();
    // With its clock still wrong.
    wait_for_live(&centre);
    nothing_is_early(&centre);
    eventually("it is told", LATER, || {
        let moved = newest_status(&told)?["line"]["moved_ms"].as_i64()?;
        ((moved - HOUR * 1000).abs() < 1000).then_some(())
    });
    records_on(&told);
    let so_far = durable(&kept);
    clock.set(0, "");
    eventually("what it records by the right clock is durable", LATER, || {
        nothing_is_early(&centre);
        (durable(&kept) >= so_far + 3 && state_now(&centre)["state"] == "live").then_some(())
    });
    eventually("the end of the wrong clock is on record", LATER, || {
        std::fs::read_to_string(&log).unwrap().matches("MediaPlaced").nth(2).map(|_| ())
    });
    stop_agent(agent);
    let ended = now();
    centre.stop();

    let text = std::fs::read_to_string(&log).unwrap();
    let (agent, centre) = (open(&kept), open(&data));
    let told = moved(&agent);
    assert!(told.len() >= 3 && told.is_subset(&moved(&centre)), "{told:?} {:?}\n{text}", moved(&centre));
    assert!(told.iter().all(|(.., offset_us)| (offset_us - HOUR * 1_000_000).abs() < 1_000_000), "{told:?}");
    let offset_of = |part: &Part| {
        let within = |(from, to, _): &&(MediaTime, Option<MediaTime>, i64)| {
            *from <= part.start && to.is_some_and(|to| part.start < to)
        };
        told.iter().find(within).map_or(0, |(.., offset_us)| *offset_us)
    };
    let there = at_centre(&centre, CAMERA);
    let (mut early, mut lacks) = (0, Vec::new());
    let recorded = parts(&agent);
    for part in &recorded {
        let offset_us = offset_of(part);
        early += u64::from(offset_us != 0);
        let copy = shift_part(&part.bytes, offset_us / 100 * 9).unwrap();
        if !there.contains(&copy) {
            lacks.push((part.start, offset_us));
        }
    }
    assert!(
        lacks.is_empty(),
        "{} of {} are not there: {lacks:?}; {told:?}\n{text}",
        lacks.len(),
        recorded.len()
    );
    assert!(early > 12 && early < recorded.len() as u64, "{early} of {}", recorded.len());

    // In its place within a second: where the agent recorded, the centre has media, and nowhere else.
    let spans = media(&centre, CAMERA);
    let (first, last) = (spans.first().unwrap().from, spans.last().unwrap().to);
    assert!(
        first >= began.plus(-1_000_000) && last <= ended.plus(1_000_000),
        "{began:?} {spans:?} {ended:?}"
    );
    let recorded_us: i64 =
        recorded.iter().map(|part| i64::from(part.duration) * 1_000_000 / TICKS_PER_SECOND).sum();
    let covered = covered_us(&spans, Span { from: began.plus(-1_000_000), to: ended.plus(1_000_000) });
    assert!((covered - recorded_us).abs() < 1_000_000, "{covered} of {recorded_us}: {spans:?}");
    for data in [&kept, &data] {
        drop(
            ashkar_archive::check::run(&data.join("archive"), |_| {})
                .map(|report| assert!(report.is_well(), "{report:?}")),
        );
    }
}
