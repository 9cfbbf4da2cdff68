//! Parts of an agent's packager over a line that loses, delays and ends.

use ashkar_media::{NotLive, Options, Output, Relay, Resume};
use ashkar_terms::{CameraId, Cause, Moment};
use proptest::prelude::*;

use crate::support::{Rig, judge, parts};

const CAMERA: CameraId = CameraId::new(7, 12, 1);

struct Line {
    agent: Rig,
    relay: Relay,
    out: Vec<Output>,
    /// Outputs of the agent that were offered.
    offered: usize,
    /// Results of what was offered that is a part.
    taken: Vec<Result<(), NotLive>>,
}

impl Line {
    fn new() -> Self {
        Self::resumed(Resume { next_segment: 40, ..Resume::default() })
    }

    fn resumed(resume: Resume) -> Self {
        let mut line = Self {
            agent: Rig::on_air(),
            relay: Relay::new(CAMERA, resume, Options::default()),
            out: Vec::new(),
            offered: 0,
            taken: Vec::new(),
        };
        line.connect();
        line
    }

    fn now(&self) -> Moment {
        self.agent.now()
    }

    fn connect(&mut self) {
        let now = self.now();
        self.relay.connected("agent 10.1.2.3:50123".to_owned(), now, &mut self.out);
        for output in self.agent.out.iter().filter(|output| matches!(output, Output::Init(_))) {
            self.relay.take(output, now, &mut self.out).unwrap();
        }
    }

    fn disconnect(&mut self) {
        let now = self.now();
        self.relay.disconnected(Cause::Uplink, "end".to_owned(), now, &mut self.out);
    }

    /// Offers everything new for which `arrives` holds; the rest is lost to live.
    fn deliver(&mut self, mut arrives: impl FnMut(usize) -> bool) {
        let now = self.now();
        for (at, output) in self.agent.out.iter().enumerate().skip(self.offered) {
            if matches!(output, Output::Init(_)) || arrives(at) {
                let result = self.relay.take(output, now, &mut self.out);
                if matches!(output, Output::Part(_)) {
                    self.taken.push(result);
                }
            }
        }
        self.offered = self.agent.out.len();
    }

    fn seconds(&mut self, seconds: u64, mut arrives: impl FnMut(usize) -> bool) {
        for _ in 0..seconds {
            self.agent.frames(25);
            self.deliver(&mut arrives);
            self.relay.tick(self.agent.now(), &mut self.out);
        }
    }

    fn gaps(&self) -> Vec<(i64, Option<i64>, Cause)> {
        let start = parts(&self.agent.out)[0].start;
        let gap = |output: &Output| match output {
            Output::Gap(gap) => Some((gap.from.since(start), gap.to.map(|to| to.since(start)), gap.cause)),
            _ => None,
        };
        self.out.iter().filter_map(gap).collect()
    }
}

#[test]
fn what_comes_in_order_goes_on_under_other_numbers() {
    let mut line = Line::new();
    line.seconds(20, |_| true);
    line.agent.flush();
    line.deliver(|_| true);
    assert!(line.taken.iter().all(Result::is_ok));
    let (theirs, ours) = (parts(&line.agent.out), parts(&line.out));
    assert_eq!(theirs.len(), ours.len());
    for (their, our) in theirs.iter().zip(&ours) {
        assert_eq!((&their.bytes, their.start, their.index), (&our.bytes, our.start, our.index));
        assert_eq!(their.segment - theirs[0].segment + 40, our.segment);
    }
    let hashes = |out: &[Output]| -> Vec<[u8; 32]> {
        let hash =
            |output: &Output| if let Output::SegmentEnd(end) = output { Some(end.sha256) } else { None };
        out.iter().filter_map(hash).collect()
    };
    assert_eq!(hashes(&line.agent.out), hashes(&line.out));
    judge::judge_relayed(&line.out);
}

#[test]
fn a_line_that_comes_back_in_time_leaves_no_trace() {
    let mut line = Line::new();
    line.seconds(10, |_| true);
    line.disconnect();
    let before = line.agent.out.len();
    line.agent.frames(25 * 6);
    line.relay.tick(line.now(), &mut line.out);
    line.connect();
    assert_eq!(line.offered, before);
    line.deliver(|_| true);
    line.seconds(5, |_| true);
    assert!(line.taken.iter().all(Result::is_ok));
    assert_eq!(line.gaps(), []);
    line.relay.flush(&mut line.out);
    judge::judge_relayed(&line.out);
}

#[test]
fn what_was_shown_as_missing_stays_so() {
    let mut line = Line::new();
    line.seconds(10, |_| true);
    line.disconnect();
    line.seconds(30, |_| false);
    assert_eq!(line.gaps().len(), 1);
    line.connect();
    // The rest of the segment has no beginning here.
    line.seconds(1, |_| true);
    line.seconds(8, |_| true);
    assert!(line.taken.contains(&Err(NotLive::Behind)), "the rest of a segment is not live");
    assert_eq!(line.taken.last(), Some(&Ok(())));
    let [(from, None, Cause::Uplink), (again, Some(to), Cause::Uplink)] = line.gaps()[..] else {
        panic!("{:?}", line.gaps())
    };
    assert_eq!(from, again);
    assert!((25 * 90_000..35 * 90_000).contains(&(to - from)), "{} ticks", to - from);
    line.relay.flush(&mut line.out);
    judge::judge_relayed(&line.out);
}

#[test]
fn a_gap_of_the_agent_keeps_its_cause() {
    let mut line = Line::new();
    line.seconds(10, |_| true);
    line.agent.disconnect(Cause::Source);
    line.deliver(|_| true);
    line.agent.silence(20_000_000);
    line.relay.tick(line.now(), &mut line.out);
    assert_eq!(line.relay.open_gap_cause(), Some(Cause::Source));
    line.agent.connect();
    line.seconds(5, |_| true);
    assert!(
        matches!(line.gaps()[..], [(_, None, Cause::Source), (_, Some(_), Cause::Source)]),
        "{:?}",
        line.gaps()
    );
    line.relay.flush(&mut line.out);
    judge::judge_relayed(&line.out);
}

#[test]
fn a_gap_that_was_over_when_it_was_told_is_put_right_afterwards() {
    let mut line = Line::new();
    line.seconds(10, |_| true);
    let last = parts(&line.out).last().map(|part| part.start.plus(part.duration.into())).unwrap();
    let gap =
        ashkar_media::Gap { from: last, to: Some(last.plus(900_000)), cause: Cause::Centre, next_segment: 9 };
    let now = line.now();
    assert_eq!(line.relay.take(&Output::Gap(gap), now, &mut line.out), Err(NotLive::Behind));
    assert_eq!(line.gaps(), []);
    let open = ashkar_media::Gap { to: None, ..gap };
    assert_eq!(line.relay.take(&Output::Gap(open), now, &mut line.out), Ok(()));
    assert_eq!(
        line.relay.open_gap_cause(),
        Some(Cause::Unknown),
        "what an agent calls the centre is not the centre"
    );
    assert_eq!(line.relay.take(&Output::Gap(gap), now, &mut line.out), Ok(()));
}

#[test]
fn a_gap_that_was_open_before_a_restart_is_open_after_it() {
    let mut first = Line::new();
    first.seconds(10, |_| true);
    first.disconnect();
    first.seconds(20, |_| false);
    let mut resume = Resume::default();
    first.out.iter().for_each(|output| resume.follow(output));
    let mut relay = Relay::new(CAMERA, resume, Options::default());
    let mut out = Vec::new();
    relay.tick(first.now(), &mut out);
    assert!(
        matches!(out[..], [Output::Gap(gap)] if gap.to.is_none() && gap.cause == Cause::Uplink),
        "{out:?}"
    );
}

#[test]
fn what_lies_in_the_future_or_is_no_part_is_refused() {
    let mut line = Line::new();
    line.agent.wall_ahead_us = 60_000_000;
    line.agent.frames(50);
    let now = Moment { wall: line.now().wall.plus(-60_000_000), ..line.now() };
    let part = parts(&line.agent.out)[0].clone();
    let inits: Vec<Output> =
        line.agent.out.iter().filter(|output| matches!(output, Output::Init(_))).cloned().collect();
    let mut take = |output: Output, now| line.relay.take(&output, now, &mut line.out);
    assert_eq!(take(Output::Part(part.clone()), now), Err(NotLive::Ahead));
    assert_eq!(take(Output::Part(part.clone()), line.agent.now()), Err(NotLive::InitNeeded));
    inits.into_iter().for_each(|init| take(init, now).unwrap());
    let bytes = part.bytes.slice(1..);
    let cut = ashkar_media::Part { bytes, ..part };
    assert_eq!(take(Output::Part(cut), line.agent.now()), Err(NotLive::Malformed));
    assert_eq!(take(Output::Part(part), line.agent.now()), Ok(()));
}

#[derive(Debug, Clone)]
enum Step {
    Live(u64),
    Lossy(u64, u64),
    Down(u64),
    Silence(u64),
    Reconnect,
    CameraGone(u64),
    AgentClock(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1..10_u64).prop_map(Step::Live),
        2 => (1..10_u64, any::<u64>()).prop_map(|(seconds, seed)| Step::Lossy(seconds, seed)),
        2 => (1..40_u64).prop_map(Step::Down),
        1 => (0..20_000_000_u64).prop_map(Step::Silence),
        1 => Just(Step::Reconnect),
        1 => (0..30_000_000_u64).prop_map(Step::CameraGone),
        1 => (-100_000_000_i64..100_000_000).prop_map(Step::AgentClock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_line_keeps_every_promise(steps in prop::collection::vec(step(), 1..30)) {
        let mut line = Line::new();
        for step in &steps {
            match *step {
                Step::Live(seconds) => line.seconds(seconds, |_| true),
                Step::Lossy(seconds, seed) => line.seconds(seconds, |at| {
                    !(seed ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).is_multiple_of(7)
                }),
                Step::Down(seconds) => {
                    line.disconnect();
                    line.seconds(seconds, |_| false);
                    line.connect();
                }
                Step::Silence(us) => line.agent.silence(us),
                Step::Reconnect => {
                    line.disconnect();
                    line.connect();
                }
                Step::CameraGone(us) => {
                    line.agent.disconnect(Cause::Source);
                    line.agent.silence(us);
                    line.agent.connect();
                }
                Step::AgentClock(us) => line.agent.wall_ahead_us += us,
            }
        }
        line.relay.flush(&mut line.out);
        judge::judge_relayed(&line.out);
        let taken = line.taken.iter().filter(|taken| taken.is_ok()).count();
        prop_assert_eq!(parts(&line.out).len(), taken);
    }
}
