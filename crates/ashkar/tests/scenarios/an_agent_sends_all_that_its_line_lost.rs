//! A station's agent is enrolled, sends live, loses its line for twenty seconds, is killed, and comes back: in the end
//! the centre has every part that the agent recorded, byte for byte, and was never wrong about it meanwhile. Another one
//! has no room: it removes what the centre has, and nothing else.

use std::path::Path;
use std::time::Duration;

use ashkar_archive::{Interval, IntervalKind};
use ashkar_terms::{MediaTime, Span};

use crate::common::recordings::{at_centre, open, recorded};
use crate::common::station::{
    CAMERA, TIMELINE, Wire, durable, enrol, put_election, settings_for, start_agent, start_centre, state_now,
    stop_agent, wait_for_live,
};
use crate::common::{Centre, add_camera, ashkar, ashkar_output, eventually};

/// The cut of the line: long enough for a gap to be open at the centre.
const CUT: Duration = Duration::from_secs(20);
/// Segments of two seconds that are recorded until the cut is over, at least.
const SEGMENTS_AT_LEAST: u64 = 8;
const SOON: Duration = Duration::from_secs(15);
const LATER: Duration = Duration::from_secs(40);

/// A sample at `/metrics`, by its name and labels.
fn metric(centre: &Centre, name: &str) -> f64 {
    let text = centre.text("/metrics");
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    value.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
}

/// Lines of the list of removed journals.
fn removed(data: &Path) -> usize {
    std::fs::read_to_string(data.join("archive/removed")).map_or(0, |list| list.lines().count())
}

/// Spans of the segments whose journals were removed, by the evidence that is left of them.
fn removed_spans(data: &Path) -> Vec<Span> {
    let days = std::fs::read_dir(data.join("archive")).unwrap().flatten();
    let files = days.filter_map(|day| std::fs::read_dir(day.path()).ok()).flatten().flatten();
    let evidence =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "evidence"));
    let mut spans = Vec::new();
    for path in evidence {
        let bytes = std::fs::read(path).unwrap();
        let mut rest = &bytes[..];
        while let [_, _, _, _, kind, ..] = rest {
            let (record, after) = rest.split_at(if *kind == 1 { 200 } else { 112 });
            if *kind == 1 {
                let start = MediaTime(i64::from_be_bytes(record[96..104].try_into().unwrap()));
                let ticks = u32::from_be_bytes(record[104..108].try_into().unwrap());
                spans.extend(Span::new(start.to_utc(), start.plus(ticks.into()).to_utc()));
            }
            rest = after;
        }
    }
    spans
}

/// A disk on which there is never room enough: whatever the centre has for good goes at once.
#[test]
fn an_agent_without_room_removes_what_the_centre_has() {
    let dir = tempfile::tempdir().unwrap();
    let (data, kept, log) =
        (dir.path().join("centre"), dir.path().join("agent"), dir.path().join("agent.log"));
    put_election(&data);
    add_camera(&data, "7/12/1");
    let (centre, agents) = start_centre(&data);
    let wire = Wire::to(agents);
    let url = format!("http://{}", wire.address);
    let small = "journal_bytes = 65536\ndisk_keep_free_bytes = 1000000000000000000\n";
    let settings = settings_for(dir.path(), &url, small);
    enrol(&data, &url, settings.to_str().unwrap());

    let mut agent = start_agent(&settings, &log);
    eventually("journals are removed", LATER, || (removed(&kept) >= 2).then_some(()));
    wire.cut();
    let ends = std::time::Instant::now() + Duration::from_secs(5);
    eventually("what was acknowledged last is gone", LATER, || {
        (std::time::Instant::now() > ends).then_some(())
    });
    let (before, waits) = (removed(&kept), durable(&kept));
    agent.0.kill().unwrap();
    agent.0.wait().unwrap();
    let agent = start_agent(&settings, &log);
    let again = std::time::Instant::now() + Duration::from_secs(4);
    eventually("it records without a line", LATER, || (std::time::Instant::now() > again).then_some(()));
    assert_eq!(removed(&kept), before, "removed without a line; {waits} segments are noted as durable");
    wire.mend();
    eventually("it goes on when the line is back", LATER, || (removed(&kept) >= before + 3).then_some(()));
    stop_agent(agent);
    centre.stop();

    let told = ashkar(&["archive", "check", "--data", kept.to_str().unwrap()]);
    assert!(told.contains("journals removed by retention") && told.contains("all is well"), "{told}");
    let archive = open(&data);
    let spans = removed_spans(&kept);
    assert!(!spans.is_empty(), "{told}\n{}", std::fs::read_to_string(&log).unwrap());
    for span in spans {
        let told = archive.coverage(CAMERA, span);
        let is_there = |interval: &Interval| matches!(interval.kind, IntervalKind::Recorded { .. });
        let rounding = |interval: &Interval| interval.span.micros() <= 12;
        assert!(told.iter().all(|interval| is_there(interval) || rounding(interval)), "{span:?}: {told:?}");
    }
}

#[test]
fn an_agent_sends_all_that_its_line_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (data, kept, log) =
        (dir.path().join("centre"), dir.path().join("agent"), dir.path().join("agent.log"));
    put_election(&data);
    add_camera(&data, "7/12/1");
    let (centre, agents) = start_centre(&data);
    let wire = Wire::to(agents);
    let url = format!("http://{}", wire.address);
    let settings = settings_for(dir.path(), &url, "");
    let config = settings.to_str().unwrap();

    let code = enrol(&data, &url, config);
    let code = code.as_str();
    let again =
        ashkar_output(&["agent", "enrol", &code.replace('-', "")[1..], "--centre", &url, "--config", config]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("the code is mistyped"));

    let mut agent = start_agent(&settings, &log);
    wait_for_live(&centre);
    assert_eq!(metric(&centre, "ashkar_agent_sessions"), 1.0);
    assert_eq!(metric(&centre, "ashkar_agent_camera_backlog_seconds{camera=\"7/12/1\"}"), 0.0);

    wire.cut();
    std::thread::sleep(CUT);
    let during = state_now(&centre);
    assert_eq!((&during["state"], &during["cause"]), (&"missing".into(), &"uplink".into()), "{during}");
    assert_eq!(metric(&centre, "ashkar_agent_cameras_on_line"), 0.0, "it has asked for nothing for 10 s");
    agent.0.kill().unwrap();
    agent.0.wait().unwrap();
    let agent = start_agent(&settings, &log);
    wire.mend();
    wait_for_live(&centre);
    eventually("what waited is durable", SOON, || (durable(&kept) > SEGMENTS_AT_LEAST).then_some(()));
    stop_agent(agent);
    let log = std::fs::read_to_string(&log).unwrap();
    eventually("it was late, and is there", SOON, || {
        let timeline = centre.json(TIMELINE);
        let states: Vec<_> =
            timeline.as_array().unwrap().iter().map(|entry| entry["state"].clone()).collect();
        states.contains(&"late".into()).then_some(())
    });
    let received = metric(&centre, "ashkar_agent_records_received_total{line=\"late\"}");
    let persisted = metric(&centre, "ashkar_agent_records_persisted_total{line=\"late\"}");
    assert!(received > 0.0 && persisted > 0.0, "{received} {persisted}");
    centre.stop();
    // The gap of the line said that its media may still arrive.
    let report = ashkar_archive::check::run(&data.join("archive"), |_| {}).unwrap();
    assert!(report.is_well() && report.gaps_that_may_fill > 0, "{report:?}");
    let (recorded, at_centre) = (recorded(&open(&kept), CAMERA), at_centre(&open(&data), CAMERA));
    let lacks = recorded.iter().filter(|part| !at_centre.contains(*part)).count();
    assert!(
        recorded.len() > 40 && lacks == 0,
        "{lacks} of {} parts are not at the centre\n{log}",
        recorded.len()
    );
}
