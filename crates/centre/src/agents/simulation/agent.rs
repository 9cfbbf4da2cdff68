//! One agent: its cameras, its archive, its sender, and its disk.

use std::sync::Arc;
use std::time::Duration;

use ashkar_archive::disk::{MemoryDisk, Tail};
use ashkar_archive::stepped::Stepped;
use ashkar_archive::{GapEntry, Options};
use ashkar_media::{Gap, Output};
use ashkar_terms::{CameraId, ClockState, Moment, Span, UtcMicros};
use ashkar_uplink::placing::{CentreTime, Flow, Placed, Placing, Run, Verdict, segment_copy};
use ashkar_uplink::{Action, Ledger, ReadError, RecordingId, RequestId, Sender, SenderOptions};

use super::retention::Removed;
use super::source::Source;
use super::{MORNING, Random, Violation, VirtualClock, trace};
use crate::agents::planted::{Planted, is_planted};

pub(super) struct Agent {
    pub(super) sources: Vec<Source>,
    pub(super) disk: MemoryDisk,
    clock: Arc<VirtualClock>,
    /// While its process runs.
    pub(super) running: Option<Running>,
    saved: Option<Vec<u8>>,
    /// The table of its clocks, as it lies on its disk.
    clocks: Option<Vec<u8>>,
    /// By how much its wall clock is ahead, microseconds, and when it is set right.
    ahead_us: i64,
    right_at: u64,
    right_after: u64,
    /// It has no battery: it is switched on with a wrong clock.
    has_no_clock: bool,
    boot: u64,
    /// Its disk is full until then.
    pub(super) full_until: u64,
    pub(super) start_at: u64,
    /// It died, and something that it had sent was not durable on its disk.
    pub(super) has_lost: bool,
    /// It has no room for what the centre has.
    pub(super) is_small: bool,
    pub(super) removed: Removed,
}

pub(super) struct Running {
    pub(super) store: Stepped,
    pub(super) sender: Sender,
    pub(super) recording: RecordingId,
    pub(super) placing: Placing,
    flow: Flow,
    started: u64,
}

const HOUR_US: i64 = 3_600_000_000;

/// All time.
pub(super) const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(1 << 52) };

/// Small journals, so that many are sealed.
pub(super) fn options() -> Options {
    Options {
        journal_bytes: 64 << 10,
        reserve_bytes: 0,
        nearly_full_bytes: 0,
        cache_seconds: 20,
        journal_seconds: 15,
        ..Options::default()
    }
}

impl Agent {
    pub(super) fn new(number: u16, seed: u64, clock: Arc<VirtualClock>) -> Self {
        let mut random = Random(seed ^ 7);
        let camera = |camera| Source::new(CameraId::new(7, number, camera), seed ^ u64::from(camera) << 32);
        let mut agent = Self {
            sources: vec![camera(1), camera(2)],
            disk: MemoryDisk::new(),
            clock,
            running: None,
            saved: None,
            clocks: None,
            ahead_us: 0,
            right_at: 0,
            right_after: 0,
            has_no_clock: seed % 3 == 1,
            boot: 0,
            full_until: 0,
            has_lost: false,
            start_at: 0,
            is_small: seed.is_multiple_of(2),
            removed: Removed::default(),
        };
        agent.switched_on(&mut random);
        agent
    }

    pub(super) fn start(&mut self, now: u64, seed: u64) -> Result<(), Violation> {
        let opened = Stepped::open(&self.disk, options(), Arc::<VirtualClock>::clone(&self.clock), seed);
        let mut store = opened.map_err(|error| error.to_string())?;
        // Segments that a crash interrupted get their ends.
        store.write(Duration::ZERO);
        let recording: RecordingId = store.archive().id().parse().map_err(|_| "an id")?;
        let saved = self.saved.as_deref().and_then(|bytes| Ledger::from_json(bytes, recording).ok());
        if self.right_after > 0 {
            self.right_at = now + std::mem::take(&mut self.right_after);
        }
        let moment = self.moment(now, now);
        let cameras: Vec<CameraId> = self.sources.iter().map(|source| source.camera).collect();
        let first = |camera: &CameraId| {
            let resumed = store.archive().resume(*camera).map(|resumed| resumed.next_segment);
            (*camera, resumed.unwrap_or_else(|| store.archive().first_segment()))
        };
        let run = Run {
            boot: self.boot.to_string(),
            zero_mono_us: now as i64,
            firsts: cameras.iter().map(first).collect(),
            believes_kernel: true,
        };
        let clocks = self.clocks.as_deref().and_then(|bytes| Placing::from_json(bytes).ok());
        let placing = Placing::begin(clocks, run, moment, ClockState::Unsynchronised);
        let mut sender =
            Sender::new(saved.unwrap_or_else(|| Ledger::new(recording)), SenderOptions::default(), now);
        for source in &mut self.sources {
            sender.add_camera(source.camera, store.archive().numbers(source.camera));
            source.resume(store.archive(), now, placing.follows_other_boot());
        }
        let what = (self.boot, self.ahead_us, placing.eras().len());
        trace(None, || format!("{now} station of {} starts: boot, ahead, eras {what:?}", cameras[0]));
        let mut running = Running { store, sender, recording, placing, flow: Flow::default(), started: now };
        running.save_clocks(&mut self.clocks);
        running.offer_gaps(&cameras);
        self.running = Some(running);
        Ok(())
    }

    /// The cameras give their outputs.
    pub(super) fn record(&mut self, now: u64, is_over: bool) -> Result<(), Violation> {
        let Some(started) = self.running.as_ref().map(|running| running.started) else { return Ok(()) };
        let moment = self.moment(now, started);
        let Some(running) = &mut self.running else { return Ok(()) };
        for source in &mut self.sources {
            let outputs =
                if is_over { source.end(moment).into_iter().collect() } else { source.send(now, moment) };
            for output in outputs {
                running.record(source.camera, &output, now)?;
            }
        }
        Ok(())
    }

    pub(super) fn write(&mut self, now: u64) {
        if let Some(running) = &mut self.running {
            let elapsed = Duration::from_micros(now - running.started);
            running.store.write(elapsed);
            running.store.seal(elapsed);
        }
    }

    pub(super) fn save(&mut self) {
        if let Some(running) = &self.running {
            self.saved = Some(running.sender.ledger().to_json());
        }
    }

    /// The process dies.
    pub(super) fn die(&mut self, power: bool, random: &mut Random) {
        trace(None, || format!("station of {} dies, power {power}", self.sources[0].camera));
        if let Some(running) = self.running.take() {
            let (appended, durable) = running.store.archive().progress();
            self.has_lost |= durable < appended;
            drop(running);
            if power {
                self.switched_on(random);
            }
            self.disk = match power {
                true => self.disk.power_cut(Tail::Torn(random.number())),
                false => self.disk.kill(),
            };
        }
    }
}

impl Agent {
    fn moment(&self, now: u64, started: u64) -> Moment {
        Moment { wall: MORNING.plus(now as i64 + self.ahead_us), mono_us: now - started }
    }

    /// The gaps that it recorded, where they were.
    pub(super) fn gaps_as_sent(&self, camera: CameraId) -> Vec<Gap> {
        let Some(running) = &self.running else { return Vec::new() };
        let gaps = running.store.archive().gaps(camera, EVER).into_iter();
        let recorded =
            gaps.map(|GapEntry { from, to, cause, next_segment, .. }| Gap { from, to, cause, next_segment });
        recorded.filter_map(|gap| running.placing.gap(camera, &gap).ok().flatten()).collect()
    }

    /// Another boot: in 1970, where the last one ended, or ahead; for some minutes, or half of one.
    pub(super) fn switched_on(&mut self, random: &mut Random) {
        self.boot += 1;
        if self.has_no_clock {
            let behind = [-MORNING.0, -7 * 24 * HOUR_US, -HOUR_US, -20_000_000, HOUR_US / 3];
            self.ahead_us = behind[random.below(behind.len() as u64) as usize];
            self.right_after = random.between(1, 90) * 1_000_000;
        }
    }

    /// Once a second: a time service may set the clock; and the centre's time is known while there is a session.
    pub(super) fn look_at_clock(&mut self, now: u64, margin_us: Option<u64>) {
        // Not while it is switched off.
        if self.ahead_us != 0 && self.right_after == 0 && now >= self.right_at {
            self.ahead_us = 0;
        }
        let Some(started) = self.running.as_ref().map(|running| running.started) else { return };
        let (moment, ahead_us) = (self.moment(now, started), self.ahead_us);
        let cameras: Vec<CameraId> = self.sources.iter().map(|source| source.camera).collect();
        let Some(running) = &mut self.running else { return };
        running.placing.observe(moment, ClockState::Unsynchronised);
        let centre = margin_us.map(|margin_us| CentreTime { ahead_us, margin_us });
        let is_decided = running.placing.judge(moment, centre);
        if running.save_clocks(&mut self.clocks) || is_decided {
            running.sender.placed();
            running.offer_gaps(&cameras);
            for (camera, placed) in running.flow.known(&running.placing) {
                running.go_on(camera, placed, now);
            }
        }
    }
}

impl Running {
    /// Records first; what is refused is not sent, and the gap that the archive declares is.
    fn record(&mut self, camera: CameraId, output: &Output, now: u64) -> Result<(), Violation> {
        let (appended, declared) = self.store.archive().append_and_tell(camera, output);
        if let Some(gap) = declared.filter(|_| !is_planted(Planted::ConcealGap)) {
            self.hand_over(camera, &Output::Gap(gap), now);
        }
        match appended {
            Ok(()) => self.hand_over(camera, output, now),
            Err(refused) if refused.is_disk() => {}
            Err(refused) => return Err(format!("the agent's archive: {refused}")),
        }
        Ok(())
    }

    fn hand_over(&mut self, camera: CameraId, output: &Output, now: u64) {
        trace(Some(camera), || format!("{now} recorded {}; {:?}", brief(output), self.placing.current()));
        if is_planted(Planted::SendUnplaced) {
            return self.sender.recorded(camera, output, now);
        }
        for placed in self.flow.take(&mut self.placing, camera, output) {
            self.go_on(camera, placed, now);
        }
    }

    fn go_on(&mut self, camera: CameraId, placed: Placed, now: u64) {
        trace(Some(camera), || match &placed {
            Placed::Now(output) => format!("{now} goes on {}", brief(output)),
            Placed::Left(segment) => format!("{now} left {segment}"),
        });
        match placed {
            Placed::Now(output) => self.sender.recorded(camera, &output, now),
            Placed::Left(segment) => {
                self.sender.add_camera(camera, std::iter::once(segment..segment + 1));
            }
        }
    }

    /// True if something is used from now on.
    fn save_clocks(&mut self, clocks: &mut Option<Vec<u8>>) -> bool {
        self.placing.unwritten().is_some_and(|(change, bytes)| {
            *clocks = Some(bytes);
            self.placing.wrote(change)
        })
    }

    fn offer_gaps(&mut self, cameras: &[CameraId]) {
        for camera in cameras {
            for gap in self.store.archive().gaps(*camera, EVER) {
                let GapEntry { from, to, cause, next_segment, .. } = gap;
                // What this run recorded goes its own way.
                if self.placing.begins_at(*camera).is_some_and(|first| first < next_segment) {
                    continue;
                }
                let gap = Output::Gap(Gap { from, to, cause, next_segment });
                if let Ok(Some(gap)) = self.placing.metadata(*camera, &gap) {
                    self.sender.recorded_before(*camera, gap);
                }
            }
        }
    }

    /// What the centre gets of a segment that is recorded; none while its place is not known.
    pub(super) fn as_sent(
        &mut self,
        camera: CameraId,
        segment: u64,
    ) -> Result<Option<Vec<Output>>, Violation> {
        let outputs = self.store.archive().outputs(camera, segment).map_err(|error| error.to_string())?;
        let Some(outputs) = outputs else { return Ok(None) };
        let verdict = self.placing.of_segment(camera, &outputs);
        Ok(segment_copy(outputs, verdict).ok())
    }

    /// Whether it is not known yet when it was recorded.
    pub(super) fn is_unplaced(&self, camera: CameraId, segment: u64) -> bool {
        let split = self.placing.split(camera, std::iter::once(segment..segment + 1));
        split.first().is_some_and(|(_, verdict)| *verdict == Verdict::Waits)
    }
}

impl Running {
    /// Reads a segment for the sender.
    pub(super) fn read(&mut self, id: RequestId, camera: CameraId, segment: u64, now: u64) {
        // What is not durable yet is not gone.
        self.store.write(Duration::from_micros(now - self.started));
        let read = match self.store.archive().outputs(camera, segment) {
            Ok(Some(outputs)) if is_planted(Planted::SendUnplaced) => Ok(outputs),
            Ok(Some(outputs)) => {
                let verdict = self.placing.of_segment(camera, &outputs);
                segment_copy(outputs, verdict)
            }
            // As the shell does: its end may wait for room.
            Ok(None) if self.store.archive().status().queue_bytes > 0 => Err(ReadError::Failed),
            Ok(None) => Err(ReadError::Gone),
            Err(_) => Err(ReadError::Failed),
        };
        self.sender.read(id, read, now);
    }

    pub(super) fn next(&mut self, now: u64) -> Option<Action> {
        self.sender.next(now)
    }
}

/// For the trace.
fn brief(output: &Output) -> String {
    match output {
        Output::Init(_) => "init".to_owned(),
        Output::Part(part) => format!("part {}.{} {}", part.segment, part.index, part.start.0),
        Output::SegmentEnd(end) => format!("end {} {}", end.segment, end.start.0),
        other => format!("{other:?}"),
    }
}
