use std::collections::BTreeMap;

use ashkar_media::{Fact, FactKind, Gap, Output, Part, SegmentEnd, empty_part};
use ashkar_terms::{CameraId, Cause, ClockState, MediaTime, Moment, UtcMicros};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

const CAMERA: CameraId = CameraId::new(7, 12, 1);
/// 2024-02-07 07:30:00 UTC.
const MORNING: i64 = 1_707_291_000_000_000;
const S: u64 = 1_000_000;
const HOUR: i64 = 3600 * 1_000_000;
const UNSYNC: ClockState = ClockState::Unsynchronised;
const SYNC: ClockState = ClockState::Synchronised;
/// The kernel's monotonic clock at the true MORNING.
const KERNEL: i64 = 50_000_000;

/// A run of the agent that began `begin` seconds after the morning.
#[derive(Clone, Copy)]
struct Machine {
    begin: u64,
    /// By how much its clock is ahead, microseconds.
    ahead: i64,
}

impl Machine {
    fn at(self, s: u64) -> Moment {
        Moment { wall: UtcMicros(MORNING + (s * S) as i64 + self.ahead), mono_us: (s - self.begin) * S }
    }

    fn run(self, boot: &str, first: u64) -> Run {
        Run {
            boot: boot.to_owned(),
            zero_mono_us: KERNEL + (self.begin * S) as i64,
            firsts: BTreeMap::from([(CAMERA, first)]),
            believes_kernel: true,
        }
    }

    fn part(self, segment: u64, index: u16, s: u64) -> Part {
        let at = self.at(s);
        let start = MediaTime::from_utc(at.wall);
        Part {
            segment,
            index,
            start,
            duration: 90_000,
            independent: index == 0,
            init: [7; 8],
            discontinuity: false,
            camera_dts: 5,
            first_arrival: at,
            last_arrival: at,
            samples: 25,
            bytes: empty_part(start),
        }
    }

    fn end(self, segment: u64, s: u64, parts: &[Part]) -> SegmentEnd {
        let mut sha256 = Sha256::new();
        parts.iter().for_each(|part| sha256.update(&part.bytes));
        SegmentEnd {
            segment,
            start: parts[0].start,
            duration: 90_000 * parts.len() as u32,
            parts: parts.len() as u16,
            byte_length: 500,
            sha256: sha256.finalize().into(),
            init_sha256: [7; 32],
            last_arrival: self.at(s),
        }
    }
}

fn centre(ahead_us: i64) -> Option<CentreTime> {
    Some(CentreTime { ahead_us, margin_us: 20_000 })
}

fn begin(machine: Machine, boot: &str, first: u64, kernel: ClockState) -> Placing {
    Placing::begin(None, machine.run(boot, first), machine.at(machine.begin), kernel)
}

/// As after a restart of the agent.
fn again(placing: &Placing, machine: Machine, boot: &str, first: u64) -> Placing {
    let saved = Placing::from_json(&placing.to_json()).unwrap();
    Placing::begin(Some(saved), machine.run(boot, first), machine.at(machine.begin), UNSYNC)
}

fn written(placing: &mut Placing) -> bool {
    placing.unwritten().is_some_and(|(change, _)| placing.wrote(change))
}

const LATE: Machine = Machine { begin: 0, ahead: -HOUR };

#[test]
fn what_a_clock_an_hour_behind_recorded_is_moved_by_an_hour_once_that_is_noted() {
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    assert_eq!(placing.of_new_segment(CAMERA, &LATE.part(1, 0, 1)), Verdict::Waits);
    assert!(!placing.judge(LATE.at(2), None), "nobody has told the time");
    assert!(placing.judge(LATE.at(3), centre(-HOUR)));
    assert_eq!(placing.current(), Verdict::Waits, "a crash now would decide anew");
    assert!(written(&mut placing));
    assert_eq!(placing.current(), Verdict::By(HOUR));
    assert!(!placing.judge(LATE.at(9), centre(-HOUR + 300_000)), "once and for all");
    // A time service sets the clock; what was before stays as it was decided.
    let right = Machine { ahead: 0, ..LATE };
    assert_eq!(placing.of_new_segment(CAMERA, &right.part(7, 0, 10)), Verdict::Waits);
    placing.observe(right.at(10), UNSYNC);
    placing.judge(right.at(11), centre(4000));
    assert_eq!(placing.current(), Verdict::By(0));
    assert_eq!(placing.of_part(CAMERA, &LATE.part(6, 2, 9)), Verdict::By(HOUR));
    assert_eq!(placing.of_part(CAMERA, &right.part(7, 1, 11)), Verdict::By(0));
    let split = placing.split(CAMERA, [0..3, 5..9]);
    let by = |offset| Verdict::By(offset);
    assert_eq!(split, [(0..1, by(0)), (1..3, by(HOUR)), (5..7, by(HOUR)), (7..9, by(0))]);
}

#[test]
fn what_the_line_explains_is_no_wrong_clock() {
    for (ahead, margin, expected) in
        [(1_900_000, 20_000, 0), (2_600_000, 700_000, 0), (-2_900_000, 700_000, 2_900_000)]
    {
        let mut placing = begin(LATE, "a", 1, UNSYNC);
        placing.judge(LATE.at(1), Some(CentreTime { ahead_us: ahead, margin_us: margin }));
        written(&mut placing);
        assert_eq!(placing.current(), Verdict::By(expected), "{ahead} {margin}");
    }
    // A slow exchange counts only if no better one comes.
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    let slow = Some(CentreTime { ahead_us: -HOUR, margin_us: 4_000_000 });
    assert!(!placing.judge(LATE.at(1), slow) && !placing.judge(LATE.at(10), slow));
    assert!(placing.judge(LATE.at(11), slow));
}

#[test]
fn a_clock_that_a_time_service_keeps_is_right_whatever_a_centre_says() {
    let mut placing = begin(LATE, "a", 1, SYNC);
    assert!(placing.judge(LATE.at(0), centre(-HOUR)));
    assert_eq!(placing.current(), Verdict::By(0));
    // Unless the settings say that this service is not to be believed.
    let run = Run { believes_kernel: false, ..LATE.run("a", 1) };
    let mut placing = Placing::begin(None, run, LATE.at(0), SYNC);
    assert!(placing.judge(LATE.at(0), centre(-HOUR)) && written(&mut placing));
    assert_eq!(placing.current(), Verdict::By(HOUR));
    // The kernel says later that nothing was wrong: the next segments stay, those before are not touched again.
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    assert!(placing.judge(LATE.at(1), centre(-HOUR)) && written(&mut placing));
    assert_eq!(placing.of_new_segment(CAMERA, &LATE.part(1, 0, 2)), Verdict::By(HOUR));
    placing.observe(LATE.at(3), SYNC);
    assert!(!placing.judge(LATE.at(5), centre(-HOUR)), "the step may be about to come");
    assert!(placing.judge(LATE.at(6), centre(-HOUR)));
    assert_eq!(placing.of_new_segment(CAMERA, &LATE.part(4, 0, 7)), Verdict::By(0));
    assert_eq!(placing.of_part(CAMERA, &LATE.part(3, 0, 6)), Verdict::By(HOUR));
}

#[test]
fn all_runs_of_a_boot_are_placed_when_the_time_is_known_in_one() {
    let first = begin(LATE, "a", 1, UNSYNC);
    let second = Machine { begin: 100, ..LATE };
    let mut placing = again(&first, second, "a", 20);
    let third = Machine { begin: 200, ahead: HOUR };
    placing = again(&placing, third, "a", 40);
    // Another boot is nobody's business.
    assert_eq!(placing.of_part(CAMERA, &LATE.part(3, 0, 9)), Verdict::Waits);
    placing.judge(third.at(210), centre(HOUR));
    written(&mut placing);
    let verdicts = [LATE.part(3, 0, 9), second.part(21, 0, 110), third.part(41, 0, 201)]
        .map(|part| placing.of_part(CAMERA, &part));
    assert_eq!(verdicts, [Verdict::By(HOUR), Verdict::By(HOUR), Verdict::By(-HOUR)]);
    // A run that has no line knows it by the boot.
    let fourth = Machine { begin: 300, ..LATE };
    let mut placing = again(&placing, fourth, "a", 60);
    assert!(placing.judge(fourth.at(301), None) && written(&mut placing));
    assert_eq!(placing.current(), Verdict::By(HOUR));
    // In another boot the monotonic clock is another one.
    let mut placing = again(&placing, Machine { begin: 400, ..LATE }, "b", 80);
    assert!(!placing.judge(Machine { begin: 400, ..LATE }.at(401), None));
}

#[test]
fn a_boot_without_a_line_is_believed_only_if_the_computer_keeps_time_by_itself() {
    let offline = Machine { begin: 0, ahead: 0 };
    for (ahead, expected) in [(0, Verdict::By(0)), (-HOUR, Verdict::Waits)] {
        let before = begin(offline, "a", 1, UNSYNC);
        let next = Machine { begin: 5000, ahead };
        let mut placing = again(&before, next, "b", 90);
        placing.judge(next.at(5001), centre(ahead));
        written(&mut placing);
        assert_eq!(placing.of_part(CAMERA, &offline.part(5, 0, 7)), expected, "{ahead}");
    }
    // A clock that was set in that boot says nothing.
    let mut before = begin(offline, "a", 1, UNSYNC);
    before.observe(LATE.at(9), UNSYNC);
    let next = Machine { begin: 5000, ahead: 0 };
    let mut placing = again(&before, next, "b", 90);
    placing.judge(next.at(5001), centre(0));
    assert_eq!(placing.of_part(CAMERA, &offline.part(5, 0, 7)), Verdict::Waits);
}

#[test]
fn a_step_that_nobody_noted_before_the_agent_died_is_seen_in_the_parts() {
    let first = begin(LATE, "a", 1, UNSYNC);
    let second = Machine { begin: 100, ahead: 0 };
    let mut placing = again(&first, second, "a", 20);
    placing.judge(second.at(101), centre(0));
    written(&mut placing);
    let stepped = Machine { begin: 0, ahead: 0 };
    assert_eq!(placing.of_part(CAMERA, &stepped.part(10, 0, 50)), Verdict::Waits, "found now");
    placing.judge(second.at(102), centre(0));
    assert_eq!(placing.of_part(CAMERA, &stepped.part(10, 0, 50)), Verdict::By(0));
    assert_eq!(placing.of_part(CAMERA, &LATE.part(9, 0, 40)), Verdict::By(HOUR));
    // What was found late is no clock of what came after it.
    assert_eq!(placing.of_part(CAMERA, &second.part(25, 0, 130)), Verdict::By(0));
    assert_eq!(placing.eras().len(), 3);
}

#[test]
fn a_gap_that_a_step_of_the_clock_made_is_none_in_its_place_and_others_stay() {
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    placing.judge(LATE.at(0), centre(-HOUR));
    written(&mut placing);
    let mut flow = Flow::default();
    let take = |flow: &mut Flow, placing: &mut Placing, output: Output| -> Vec<String> {
        let name = |placed| match placed {
            Placed::Now(Output::Part(part)) => {
                format!("{}.{} at {}", part.segment, part.index, part.start.to_utc().0 - MORNING)
            }
            Placed::Now(Output::Gap(gap)) => {
                format!(
                    "gap {} {}",
                    gap.from.to_utc().0 - MORNING,
                    gap.to.map_or(0, |to| to.to_utc().0 - MORNING)
                )
            }
            Placed::Now(_) => "other".to_owned(),
            Placed::Left(segment) => format!("left {segment}"),
        };
        flow.take(placing, CAMERA, &output).into_iter().map(name).collect()
    };
    assert_eq!(take(&mut flow, &mut placing, Output::Part(LATE.part(1, 0, 1))), ["1.0 at 1000000"]);
    let right = Machine { ahead: 0, ..LATE };
    let step = Gap {
        from: LATE.part(1, 0, 2).start,
        to: Some(right.part(901, 0, 2).start),
        cause: Cause::Clock,
        next_segment: 901,
    };
    assert!(take(&mut flow, &mut placing, Output::Gap(step)).is_empty());
    placing.observe(right.at(2), UNSYNC);
    placing.judge(right.at(2), centre(0));
    assert_eq!(take(&mut flow, &mut placing, Output::Part(right.part(901, 0, 2))), ["901.0 at 2000000"]);
    assert_eq!(placing.gap(CAMERA, &step), Ok(None));
    let silence = Gap {
        from: right.part(0, 0, 3).start,
        to: Some(right.part(0, 0, 9).start),
        cause: Cause::Source,
        next_segment: 903,
    };
    assert!(take(&mut flow, &mut placing, Output::Gap(silence)).is_empty());
    let next = take(&mut flow, &mut placing, Output::Part(right.part(903, 0, 9)));
    assert_eq!(next, ["gap 3000000 9000000", "903.0 at 9000000"]);
    // The hole before a run of the agent belongs to the clocks of both.
    let lasts = Gap { from: LATE.part(0, 0, 1).start, to: None, cause: Cause::Power, next_segment: 2 };
    assert_eq!(
        placing.gap(CAMERA, &lasts).unwrap().unwrap().from,
        MediaTime::from_utc(UtcMicros(MORNING + S as i64))
    );
}

#[test]
fn a_segment_that_began_before_its_place_was_known_goes_on_as_soon_as_it_is() {
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    let mut flow = Flow::default();
    let parts = [1, 2, 3].map(|s| LATE.part(1, s as u16 - 1, s));
    assert!(flow.take(&mut placing, CAMERA, &Output::Part(parts[0].clone())).is_empty());
    assert!(flow.take(&mut placing, CAMERA, &Output::Part(parts[1].clone())).is_empty());
    placing.judge(LATE.at(3), centre(-HOUR));
    written(&mut placing);
    let mut sent: Vec<Output> = Vec::new();
    for output in [Output::Part(parts[2].clone()), Output::SegmentEnd(LATE.end(1, 3, &parts))] {
        for placed in flow.take(&mut placing, CAMERA, &output) {
            let Placed::Now(output) = placed else { panic!("left") };
            sent.push(output);
        }
    }
    // The copy read from the disk is the same, byte for byte.
    let recorded: Vec<Output> =
        parts.iter().cloned().map(Output::Part).chain([Output::SegmentEnd(LATE.end(1, 3, &parts))]).collect();
    let verdict = placing.of_segment(CAMERA, &recorded);
    let read = segment_copy(recorded, verdict).unwrap();
    let bodies = |outputs: &[Output]| outputs.iter().map(crate::encode).collect::<Vec<_>>();
    assert_eq!((sent.len(), bodies(&sent)), (4, bodies(&read)));
    let Some(Output::SegmentEnd(end)) = sent.last() else { panic!("no end") };
    let true_parts = [1, 2, 3].map(|s| Machine { ahead: 0, ..LATE }.part(1, s as u16 - 1, s));
    assert_eq!(end.sha256, Machine { ahead: 0, ..LATE }.end(1, 3, &true_parts).sha256);
    // One that ends before is backlog.
    let mut placing = begin(LATE, "b", 1, UNSYNC);
    flow.take(&mut placing, CAMERA, &Output::Part(LATE.part(5, 0, 9)));
    let left = flow.take(&mut placing, CAMERA, &Output::SegmentEnd(LATE.end(5, 9, &parts)));
    assert!(matches!(left[..], [Placed::Left(5)]), "{left:?}");
}

#[test]
fn facts_are_placed_by_their_two_times() {
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    let fact = |machine: Machine, s| Fact { at: machine.at(s), kind: FactKind::ParametersChanged };
    assert_eq!(placing.fact(&fact(LATE, 4)), Err(Waiting));
    placing.judge(LATE.at(4), centre(-HOUR));
    written(&mut placing);
    assert_eq!(placing.fact(&fact(LATE, 4)).unwrap().at.wall, UtcMicros(MORNING + 4 * S as i64));
    let before = Machine { begin: 0, ahead: -9 * HOUR };
    assert_eq!(placing.fact(&fact(before, 4)), Ok(fact(before, 4)), "of a time before this table");
}

#[test]
fn too_many_steps_wait_and_a_broken_file_is_refused() {
    let mut placing = begin(LATE, "a", 1, UNSYNC);
    for step in 0..2 * ERAS_MAX as i64 {
        placing.observe(Machine { ahead: step * HOUR, ..LATE }.at(9), UNSYNC);
    }
    assert_eq!(placing.eras().len(), ERAS_MAX);
    assert!(Placing::from_json(&placing.to_json()).is_ok());
    let last = Machine { ahead: -77 * HOUR, ..LATE };
    assert_eq!(placing.of_new_segment(CAMERA, &last.part(9, 0, 9)), Verdict::Waits);
    let text = String::from_utf8(begin(LATE, "a", 1, UNSYNC).to_json()).unwrap();
    for (good, bad) in [
        ("\"version\":1", "\"version\":2"),
        ("\"offset_us\":null", "\"offset_us\":7"),
        ("\"boot\":\"a\"", "\"boot\":7"),
    ] {
        assert!(
            text.contains(good) && Placing::from_json(text.replace(good, bad).as_bytes()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn clocks_that_were_right_take_one_line_of_the_table() {
    let mut placing = begin(Machine { begin: 0, ahead: 0 }, "a", 1, SYNC);
    for run in 1..100 {
        let machine = Machine { begin: 100 * run, ahead: 0 };
        placing.judge(Machine { begin: 100 * (run - 1), ahead: 0 }.at(100 * run - 1), centre(0));
        placing = again(&placing, machine, "a", 10 * run);
    }
    assert_eq!(placing.eras().len(), 2);
    assert_eq!(placing.of_part(CAMERA, &Machine { begin: 300, ahead: 0 }.part(33, 0, 333)), Verdict::By(0));
}

proptest! {
    #[test]
    fn the_copy_moved_back_is_the_record(
        s in 1_u64..100_000, offset in -2_000_000_000_000_000_i64 / 100..2_000_000_000_000_000 / 100, kinds in 1_usize..5,
    ) {
        let offset_us = offset * OFFSET_UNIT_US;
        let machine = Machine { begin: 0, ahead: 0 };
        let parts: Vec<Part> = (0..kinds).map(|at| machine.part(3, at as u16, s + at as u64)).collect();
        let mut recorded: Vec<Output> = parts.iter().cloned().map(Output::Part).collect();
        recorded.push(Output::SegmentEnd(machine.end(3, s, &parts)));
        let bodies = |outputs: &[Output]| outputs.iter().map(crate::encode).collect::<Vec<_>>();
        if let Ok(copy) = segment_copy(recorded.clone(), Verdict::By(offset_us)) {
            let moved = |output: &Output| if let Output::Part(part) = output { part.start.0 } else { 0 };
            prop_assert_eq!(moved(&copy[0]) - moved(&recorded[0]), offset * 9);
            let back = segment_copy(copy, Verdict::By(-offset_us)).unwrap();
            prop_assert_eq!(bodies(&back), bodies(&recorded));
        } else {
            prop_assert!(parts[0].start.0 + offset * 9 < 0);
        }
    }

    #[test]
    fn no_file_and_no_moment_makes_it_panic(
        noise in prop::collection::vec(any::<u8>(), 0..100),
        moments in prop::collection::vec((any::<i64>(), any::<u64>(), any::<i64>(), any::<u64>(), any::<bool>()), 1..20),
    ) {
        let _ = Placing::from_json(&noise);
        let mut placing = begin(LATE, "a", 1, UNSYNC);
        let mut flow = Flow::default();
        for (wall, mono_us, ahead_us, margin_us, is_synchronised) in moments {
            let at = Moment { wall: UtcMicros(wall), mono_us };
            placing.observe(at, if is_synchronised { SYNC } else { UNSYNC });
            placing.judge(at, Some(CentreTime { ahead_us, margin_us }));
            written(&mut placing);
            let part = Part { first_arrival: at, last_arrival: at, segment: mono_us % 99, ..LATE.part(1, 0, 1) };
            let gap = Gap { from: MediaTime(wall), to: Some(MediaTime(ahead_us)), cause: Cause::Clock, next_segment: margin_us };
            let fact = Fact { at, kind: FactKind::ParametersChanged };
            for output in [Output::Part(part), Output::Gap(gap), Output::Fact(fact)] {
                let _ = (placing.metadata(CAMERA, &output), flow.take(&mut placing, CAMERA, &output));
            }
            prop_assert!(Placing::from_json(&placing.to_json()).is_ok());
        }
    }
}

#[test]
fn that_an_era_lasts_is_noted_each_minute_whoever_saw_it_first() {
    let machine = Machine { begin: 0, ahead: 0 };
    let mut placing = Placing::begin(None, machine.run("a", 1), machine.at(0), SYNC);
    let mut flow = Flow::default();
    for minute in 1..4 {
        placing.observe(machine.at(60 * minute - 1), SYNC);
        if let Some((change, _)) = placing.unwritten() {
            placing.wrote(change);
        }
        let part = machine.part(minute, 0, 60 * minute);
        flow.take(&mut placing, CAMERA, &Output::Part(part));
        placing.observe(machine.at(60 * minute + 1), SYNC);
        assert!(placing.unwritten().is_some(), "minute {minute}");
    }
}
