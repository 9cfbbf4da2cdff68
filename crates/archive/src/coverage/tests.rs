use ashkar_terms::{CameraId, Moment};

use super::*;
use crate::format::header::{AFTER_HOLE, DISCONTINUITY};

fn at(us: i64) -> Moment {
    Moment { wall: UtcMicros(us), mono_us: 0 }
}

fn header(kind: Kind, journal: u32, segment: u64, part: u16, start: i64) -> Header {
    Header {
        journal,
        segment,
        part,
        start: MediaTime(start),
        duration: 45_000,
        ..Header::empty(kind, CameraId::new(1, 1, 1), at(0))
    }
}

/// Two segments, a gap that opens and closes, and one more segment.
fn story(journal: u32) -> Vec<(Header, Effect)> {
    let chain = |next_sequence| Effect::Chain(Chain { next_sequence, previous: [0; 32] });
    let mut closed = header(Kind::Gap, journal, 5, 1, 90_000);
    closed.set_gap_to(Some(MediaTime(900_000)));
    let mut open = header(Kind::Gap, journal, 3, 1, 90_000);
    open.set_gap_to(None);
    vec![
        (header(Kind::Part, journal, 1, 0, 0), Effect::None),
        (header(Kind::SegmentEnd, journal, 1, 1, 0), chain(1)),
        (header(Kind::Part, journal, 2, 0, 45_000), Effect::None),
        (header(Kind::SegmentEnd, journal, 2, 1, 45_000), chain(2)),
        (open, chain(3)),
        (closed, chain(4)),
        (header(Kind::Part, journal, 5, 0, 900_000), Effect::None),
    ]
}

#[test]
fn what_comes_twice_counts_once() {
    let mut once = Coverage::default();
    story(1).iter().for_each(|(header, effect)| once.apply(header, *effect));
    assert_eq!(once.state.open_segment, Some((5, 1)));
    assert_eq!((once.runs.len(), once.gaps.len(), once.state.next_segment), (2, 1, 6));
    for with_effects in [true, false] {
        let mut twice = once.clone();
        for (header, effect) in story(2) {
            twice.apply(&header, if with_effects { effect } else { Effect::None });
        }
        assert_eq!((twice.state, &twice.gaps), (once.state, &once.gaps));
        let ends = |coverage: &Coverage| -> Vec<_> {
            coverage.runs.iter().map(|run| (run.from, run.to, run.last_segment)).collect()
        };
        assert_eq!(ends(&twice), ends(&once));
    }
}

#[test]
fn a_segment_that_begins_anew_counts_once() {
    let mut coverage = Coverage::default();
    let mut first = header(Kind::Part, 1, 1, 0, 0);
    first.flags = DISCONTINUITY | AFTER_HOLE;
    let second = Header { part: 1, start: MediaTime(45_000), ..first };
    let third = Header { segment: 2, start: MediaTime(90_000), flags: AFTER_HOLE, ..first };
    for part in [first, second, first, third, third] {
        coverage.apply(&part, Effect::None);
    }
    assert_eq!(coverage.discontinuities, 2);
}

fn seconds(intervals: &[Interval]) -> Vec<(i64, i64)> {
    let recorded = intervals.iter().filter(|interval| matches!(interval.kind, IntervalKind::Recorded { .. }));
    recorded.map(|it| (it.span.from.0 / 1_000_000, it.span.to.0 / 1_000_000)).collect()
}

fn part(segment: u64, start_s: i64, arrival_s: i64) -> Header {
    let mut part = header(Kind::Part, 1, segment, 0, start_s * 90_000);
    (part.duration, part.arrival) = (90_000, at(arrival_s * 1_000_000));
    part
}

/// An encoder without pacing sent 100 s in 1 s, and the camera continued from there for 20 s.
#[test]
fn time_that_had_not_been_counts_for_when_it_arrived() {
    let mut coverage = Coverage::default();
    for n in 0..100 {
        coverage.apply(&part(n as u64, 1000 + n, 1001), Effect::None);
    }
    for n in 100..120 {
        coverage.apply(&part(n as u64, 1000 + n, 1002 + n - 100), Effect::None);
    }
    let span = Span::new(UtcMicros(0), UtcMicros(2_000_000_000)).unwrap();
    let told = seconds(&coverage.intervals(span, UtcMicros(1_021_000_000)));
    let all: i64 = told.iter().map(|(from, to)| to - from).sum();
    assert!(told.iter().all(|(_, to)| *to <= 1021), "{told:?}");
    assert!((20..=22).contains(&all), "{told:?}");
    assert_eq!(coverage.runs.last().map(|run| run.to), Some(MediaTime(1120 * 90_000)), "it is still found");
}

/// The station tells what held it up while the centre's own gap lasts; that gap ends later.
#[test]
fn what_a_station_says_of_a_gap_that_lasts_stays_when_it_ends() {
    let gap = |from: i64, to: Option<i64>, cause: Cause| {
        let mut gap = header(Kind::Gap, 1, 2, 0, from * 90_000);
        gap.set_gap_to(to.map(|to| MediaTime(to * 90_000)));
        gap.part = u16::from(cause as u8);
        gap
    };
    let (begins, ends) = (gap(1, None, Cause::Uplink), gap(1, Some(6), Cause::Uplink));
    // While it lasts, and when it is over. The station may have lost what it had sent last.
    let orders = [(1, 4, true), (2, 4, true), (1, 4, false), (2, 4, false), (0, 4, false)];
    for (power_from, power_to, lasts) in orders {
        let mut coverage = Coverage::default();
        coverage.apply(&part(1, 0, 1), Effect::None);
        let power = gap(power_from, Some(power_to), Cause::Power);
        let all = if lasts { [begins, power, ends] } else { [begins, ends, power] };
        all.iter().for_each(|header| coverage.apply(header, Effect::None));
        let state = coverage.state;
        all.iter().for_each(|header| coverage.apply(header, Effect::None));
        assert_eq!(coverage.state, state, "what comes twice counts once");
        let span = Span::new(UtcMicros(0), UtcMicros(8_000_000)).unwrap();
        let told = coverage.intervals(span, UtcMicros(8_000_000));
        let cause = |second: i64| {
            let at = UtcMicros(second * 1_000_000 + 500_000);
            told.iter().find(|told| told.span.contains(at)).map(|told| told.kind)
        };
        for second in 1..6 {
            let is_power = (power_from..power_to).contains(&second);
            let expected = if is_power { Cause::Power } else { Cause::Uplink };
            assert_eq!(
                cause(second),
                Some(IntervalKind::Gap { cause: expected }),
                "{power_from}: {second}: {told:?}"
            );
        }
    }
}

/// A failed sync may make the archive write many records again, including several gaps.
#[test]
fn older_gaps_that_come_again_count_once() {
    let mut all = story(1);
    for (number, from) in [(3, 945_000), (4, 1_000_000)] {
        let mut open = header(Kind::Gap, 1, number + 3, 1, from);
        open.set_gap_to(None);
        let mut closed = open;
        closed.set_gap_to(Some(MediaTime(from + 10_000)));
        all.extend([(open, Effect::None), (closed, Effect::None)]);
    }
    all.push((header(Kind::Part, 1, 8, 0, 1_010_000), Effect::None));
    let mut coverage = Coverage::default();
    all.iter().for_each(|(header, effect)| coverage.apply(header, *effect));
    let once = coverage.clone();
    assert_eq!(once.gaps.len(), 3);
    all.iter().skip(2).for_each(|(header, effect)| coverage.apply(header, *effect));
    assert_eq!((coverage.state, &coverage.gaps), (once.state, &once.gaps));
}

/// The clock was an hour ahead for ten seconds; an hour later the camera was silent.
#[test]
fn what_a_wrong_clock_has_recorded_does_not_count_when_that_time_comes() {
    let mut coverage = Coverage::default();
    for n in 0..10 {
        coverage.apply(&part(n as u64, 4600 + n, 4601 + n), Effect::None);
    }
    for n in 10..20 {
        coverage.apply(&part(n as u64 + 1, 1000 + n, 1001 + n), Effect::None);
    }
    let span = Span::new(UtcMicros(0), UtcMicros(9_000_000_000)).unwrap();
    assert_eq!(seconds(&coverage.intervals(span, UtcMicros(8_000_000_000))), [(1010, 1020)]);
    assert_eq!(coverage.runs.len(), 2, "nothing is forgotten");
}

#[test]
fn a_run_of_any_length_has_few_marks() {
    let mut coverage = Coverage::default();
    for segment in 0..100_000 {
        let start = segment as i64 * 180_000;
        let mut part = header(Kind::Part, segment as u32 / 100, segment, 0, start);
        part.duration = 180_000;
        part.arrival = at(part.end().to_utc().0);
        coverage.apply(&part, Effect::None);
    }
    let [run] = &coverage.runs[..] else { panic!("one run, not {}", coverage.runs.len()) };
    assert!((MARKS_MAX / 2..=MARKS_MAX).contains(&run.marks.len()), "{} marks", run.marks.len());
    let gaps = run.marks.windows(2).map(|pair| pair[1].start.since(pair[0].start));
    assert!(gaps.clone().all(|gap| gap > 0 && gap <= 3 * run.spacing), "marks are spread evenly");
    assert_eq!((run.first_segment, run.last_segment, run.last_journal), (0, 99_999, 999));
}
