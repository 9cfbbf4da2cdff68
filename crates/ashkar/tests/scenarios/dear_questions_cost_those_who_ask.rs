//! Half an hour of recordings of a camera, and a client that requests all of it at once, at times that nobody else
//! would write: it waits for itself, nobody else waits for it, and what was generated once is not generated again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Centre, add_camera, fetch, header};
use ashkar_archive::Archive;
use ashkar_media::{MediaEvent, Options as MediaOptions, Packager, Resume};
use ashkar_synthetic::{FrameRate, LoopOptions, Loops};
use ashkar_terms::{CameraId, Cause, Span, SystemClock, UtcMicros};

const CAMERA: CameraId = CameraId { constituency: 7, station: 12, camera: 1 };
const MINUTE_US: i64 = 60_000_000;
/// Connections of the greedy client.
const CONNECTIONS: u64 = 64;
/// Requests of another client meanwhile.
const QUESTIONS: u64 = 12;
/// A cache on this machine reports the client.
const GREEDY: [(&str, &str); 1] = [("x-forwarded-for", "198.51.100.7")];
const OTHER: [(&str, &str); 1] = [("x-forwarded-for", "198.51.100.8")];

#[test]
fn dear_questions_cost_those_who_ask() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    add_camera(&data, &CAMERA.to_string());
    let span = record_half_an_hour(&data);
    let centre = Centre::start(&data);
    stills_of_all_moments(&centre, span);
    spans_that_differ_by_microseconds(&centre, span);
}

/// Sixty-four connections request stills of one moment after another. Another client's requests get their turn.
fn stills_of_all_moments(centre: &Centre, span: Span) {
    let (stop, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let seconds = u64::try_from(span.micros() / 1_000_000).unwrap() - 60;
    // Far from each other, and each second only once.
    let moment = |number: u64| span.from.plus((number * 1009 % seconds + 30) as i64 * 1_000_000 + 123_457);
    let (mut others, mut greedy) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let abusers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut took = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let number = QUESTIONS + asked.fetch_add(1, Ordering::Relaxed);
                        // On a slow machine there are more requests than can be answered in time: the greedy client
                        // gets a refusal.
                        took.push(still(centre, moment(number), &GREEDY, &[200, 503]));
                    }
                    took
                })
            })
            .collect();
        while asked.load(Ordering::Relaxed) < 2 * CONNECTIONS {
            std::thread::sleep(Duration::from_millis(20));
        }
        others.extend((0..QUESTIONS).map(|number| still(centre, moment(number), &OTHER, &[200])));
        stop.store(true, Ordering::Relaxed);
        greedy.extend(abusers.into_iter().flat_map(|abuser| abuser.join().unwrap()));
    });
    let (other, own) = (median(&mut others), median(&mut greedy));
    // With a single queue in order of arrival both would take equally long.
    assert!(other * 4 < own, "{other:?} for another client, {own:?} for who asks too much");
}

/// How long a still took, or a response with one of these other statuses.
fn still(centre: &Centre, at: UtcMicros, who: &[(&str, &str)], statuses: &[u16]) -> Duration {
    let begun = Instant::now();
    let (status, _, body) = fetch(&format!("{}/still/{CAMERA}.jpg?at={}", centre.http, written(at)), who);
    let is_still = status != 200 || body.starts_with(&[0xff, 0xd8]);
    assert!(statuses.contains(&status) && is_still, "{status}: {}", written(at));
    begun.elapsed()
}

/// A thousand ways to write nearly the same span are one span, which is generated once.
fn spans_that_differ_by_microseconds(centre: &Centre, span: Span) {
    let span = Span { from: span.from.plus(MINUTE_US), to: span.to.plus(-MINUTE_US) };
    let playlist = |from: UtcMicros, to: UtcMicros| {
        let path = format!("/dvr/{CAMERA}/index.m3u8?from={}&to={}", written(from), written(to));
        let (status, headers, body) = fetch(&format!("{}{path}", centre.http), &GREEDY);
        assert_eq!(status, 200, "{path}");
        (header(&headers, "content-location").unwrap().to_owned(), body)
    };
    // Each has another length, so each is generated.
    let before = generated(centre);
    for number in 0..200 {
        playlist(span.from.plus(number % 20 * 10_000_000), span.to.plus(-(number / 20) * 10_000_000));
    }
    assert_eq!(generated(centre) - before, 200);
    let before = generated(centre);
    let told: BTreeSet<_> = (0..1000)
        .map(|number| playlist(span.from.plus(1 + number * 977), span.to.plus(-1 - number * 983)))
        .collect();
    assert_eq!(told.len(), 1, "one span, one text");
    assert_eq!(generated(centre) - before, 0, "a thousand questions, and an answer that was there");
}

/// Number of responses generated so far. The metrics are at most a second old.
fn generated(centre: &Centre) -> u64 {
    std::thread::sleep(Duration::from_millis(1100));
    let text = centre.text("/metrics");
    let count = text.lines().find_map(|line| line.strip_prefix("ashkar_http_offloaded_total "));
    count.unwrap().parse::<f64>().unwrap() as u64
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn written(at: UtcMicros) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap().to_string()
}

/// What the camera would have sent in half an hour of whole minutes, through the packager and archive that live
/// pictures use.
fn record_half_an_hour(data: &Path) -> Span {
    let minute = jiff::Timestamp::now().as_microsecond() / MINUTE_US;
    let span = Span { from: UtcMicros((minute - 32) * MINUTE_US), to: UtcMicros((minute - 2) * MINUTE_US) };
    let loops =
        Loops::new(LoopOptions { rate: FrameRate::SLOW, rooms: 1, ..LoopOptions::default() }).unwrap();
    loops.prepare_for(CAMERA, span).unwrap();
    let archive = Archive::open(
        &data.join("archive"),
        ashkar_archive::Options::default(),
        Arc::new(SystemClock::new()),
    );
    let archive = archive.unwrap();
    let mut packager = Packager::new(CAMERA, Resume::default(), MediaOptions::default());
    let (mut out, mut last) = (Vec::new(), None);
    for unit in loops.history(CAMERA, span, 0) {
        if last.is_none() {
            packager.connected("test".to_owned(), unit.arrival, &mut out);
            packager.take(MediaEvent::VideoConfig(loops.config()), unit.arrival, &mut out);
        }
        last = Some(unit.arrival);
        let at = unit.arrival;
        packager.take(MediaEvent::Video(unit), at, &mut out);
        for output in out.drain(..) {
            archive.append(CAMERA, &output).unwrap();
        }
    }
    packager.disconnected(Cause::Source, "test".to_owned(), last.unwrap(), &mut out);
    for output in out.drain(..) {
        archive.append(CAMERA, &output).unwrap();
    }
    archive.close().unwrap();
    span
}
