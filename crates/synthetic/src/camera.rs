//! A synthetic camera: combines scene, plate and clock into access units, picture by picture.

use std::sync::Arc;

use ashkar_load::{SharedAccessUnit, Source};
use ashkar_media::AccessUnit;
use ashkar_terms::{CameraId, MediaTime, Moment, TICKS_PER_SECOND};
use jiff::civil::Date;

use crate::Loops;
use crate::loops::Loop;
use crate::options::{GOP_TICKS, GOPS_PER_LOOP};
use crate::overlay::cache::{ClockGop, ClockKey};
use crate::overlay::coder::Rows;

/// Cameras start their groups of pictures on this grid, 90 kHz ticks: 10 ms.
const PHASE_TICKS: i64 = 900;

/// One synthetic camera. Its pictures depend only on its name and the wall time, so a history made later continues into
/// the live stream.
#[derive(Debug)]
pub struct Camera {
    loops: Loops,
    id: CameraId,
    phase_ticks: i64,
    /// Number of groups by which this camera's loop is ahead of others in the same room; even, to keep the parities.
    lead_gops: usize,
    playing: Option<Playing>,
    plate: Option<Plate>,
}

/// The current group of pictures.
#[derive(Debug, Clone)]
struct Playing {
    gop: i64,
    scene: Arc<Loop>,
    scene_gop: usize,
    clock: Arc<ClockGop>,
    plate: Rows,
}

/// The plate as coded last, for both parities.
#[derive(Debug)]
struct Plate {
    date: Date,
    by_parity: [Rows; 2],
}

impl Camera {
    pub(crate) fn new(loops: Loops, id: CameraId) -> Self {
        let hash = scatter(id);
        let phases = (GOP_TICKS / PHASE_TICKS) as u64;
        Self {
            phase_ticks: (hash % phases) as i64 * PHASE_TICKS,
            lead_gops: (hash >> 32) as usize % (GOPS_PER_LOOP / 2) * 2,
            loops,
            id,
            playing: None,
            plate: None,
        }
    }

    /// Picture `frame` as one access unit, like the output of ingest; `arrival` is copied.
    pub(crate) fn whole_access_unit(&mut self, frame: i64, arrival: Moment) -> AccessUnit {
        let shared = self.access_unit(frame);
        AccessUnit {
            data: shared.to_bytes(),
            camera_dts: self.time_of(frame).0,
            composition_offset: 0,
            keyframe: shared.keyframe,
            arrival,
        }
    }

    /// The moment of the loop shown by picture `frame`, seconds.
    #[cfg(test)]
    pub(crate) fn loop_s(&self, frame: i64) -> f32 {
        let gops = (frame.div_euclid(self.frames_per_gop()) + self.lead_gops as i64) % GOPS_PER_LOOP as i64;
        let frames = gops * self.frames_per_gop() + frame.rem_euclid(self.frames_per_gop());
        frames as f32 * (self.frame_ticks() as f32 / TICKS_PER_SECOND as f32)
    }

    fn frame_ticks(&self) -> i64 {
        i64::from(self.loops.rate().ticks())
    }

    fn frames_per_gop(&self) -> i64 {
        i64::from(self.loops.rate().frames_per_gop())
    }

    fn play(&mut self, gop: i64) -> Option<&Playing> {
        if self.playing.as_ref().is_none_or(|playing| playing.gop != gop) {
            self.playing = self.start_gop(gop);
        }
        self.playing.as_ref()
    }

    fn start_gop(&mut self, gop: i64) -> Option<Playing> {
        let start = self.time_of(gop * self.frames_per_gop());
        let parity = gop.rem_euclid(2) == 1;
        let room = self.loops.room_of(self.id);
        let local = self.loops.local(start.0);
        Some(Playing {
            gop,
            scene: self.loops.show(room, self.loops.act_at(start.0))?,
            scene_gop: gop.rem_euclid(GOPS_PER_LOOP as i64) as usize + self.lead_gops,
            clock: self.loops.overlays().clock(&self.clock_key(start, local.time(), parity)),
            plate: self.plate(local.date(), parity),
        })
    }

    fn clock_key(&self, start: MediaTime, local: jiff::civil::Time, parity: bool) -> ClockKey {
        let into_second = start.0.rem_euclid(TICKS_PER_SECOND);
        let frame_ticks = self.frame_ticks();
        let changes = (1..)
            .map(|seconds| (seconds * TICKS_PER_SECOND - into_second + frame_ticks - 1) / frame_ticks)
            .take_while(|&frame| frame < self.frames_per_gop())
            .map(|frame| frame as u16)
            .collect();
        let second =
            i32::from(local.hour()) * 3600 + i32::from(local.minute()) * 60 + i32::from(local.second());
        ClockKey { second: second as u32, parity, changes }
    }

    fn plate(&mut self, date: Date, parity: bool) -> Rows {
        let plate = match self.plate.take() {
            Some(plate) if plate.date == date => plate,
            _ => Plate { date, by_parity: self.loops.overlays().plate(self.id, date) },
        };
        self.plate.insert(plate).by_parity[usize::from(parity)].clone()
    }
}

impl Source for Camera {
    fn id(&self) -> CameraId {
        self.id
    }

    fn frame_from(&self, at: MediaTime) -> i64 {
        let ticks = self.frame_ticks();
        at.0.saturating_sub(self.phase_ticks).saturating_add(ticks - 1).div_euclid(ticks)
    }

    fn time_of(&self, frame: i64) -> MediaTime {
        MediaTime(frame.saturating_mul(self.frame_ticks()).saturating_add(self.phase_ticks))
    }

    fn is_keyframe(&self, frame: i64) -> bool {
        frame.rem_euclid(self.frames_per_gop()) == 0
    }

    fn access_unit(&mut self, frame: i64) -> SharedAccessUnit {
        let gop = frame.div_euclid(self.frames_per_gop());
        let position = frame.rem_euclid(self.frames_per_gop()) as usize;
        let mut out = SharedAccessUnit::new(position == 0);
        let Some(playing) = self.play(gop) else { return out };
        match position.checked_sub(1).and_then(|at| playing.clock.overlays.get(at)) {
            Some(overlay) => out.push(overlay.clone()),
            None => {
                for (plate, clock) in playing.plate.iter().zip(&playing.clock.rows) {
                    out.push(plate.clone());
                    out.push(clock.clone());
                }
            }
        }
        out.push(playing.scene.scene(playing.scene_gop, position));
        out
    }
}

/// Spreads neighbouring names over all phases (the finaliser of splitmix64).
fn scatter(id: CameraId) -> u64 {
    let name = u64::from(id.constituency) << 32 | u64::from(id.station) << 8 | u64::from(id.camera);
    let mut x = name.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
