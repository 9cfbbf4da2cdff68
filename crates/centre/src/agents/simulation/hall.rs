//! The centre: its archive and disk, one object for each camera, the agents' sessions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use ashkar_archive::disk::{MemoryDisk, Tail};
use ashkar_archive::stepped::Stepped;
use ashkar_live::{LiveCamera, WindowOptions};
use ashkar_media::Output;
use ashkar_terms::{CameraId, Clock, Moment};
use ashkar_uplink::{
    Answer, DeviceId, HAVE_PARTS_MAX, Have, HavePath, Line, RecordName, RecordPath, RecordingId, Refusal,
    RefusalCode,
};

use super::agent::options;
use super::{Random, Violation, VirtualClock, trace};
use crate::Camera;
use crate::agents::late::{self, Known};
use crate::agents::session::{OfCamera, Sent, Session};

pub(super) struct Hall {
    pub(super) disk: MemoryDisk,
    clock: Arc<VirtualClock>,
    pub(super) running: Option<Running>,
    pub(super) start_at: u64,
}

pub(super) struct Running {
    pub(super) store: Stepped,
    cameras: BTreeMap<CameraId, Arc<Camera>>,
    /// By their number.
    sessions: BTreeMap<u64, Session>,
    next_session: u64,
    started: u64,
}

impl Hall {
    pub(super) fn new(clock: Arc<VirtualClock>) -> Self {
        Self { disk: MemoryDisk::new(), clock, running: None, start_at: 0 }
    }

    pub(super) fn start(&mut self, cameras: &[CameraId], now: u64, seed: u64) -> Result<(), Violation> {
        let opened = Stepped::open(&self.disk, options(), Arc::<VirtualClock>::clone(&self.clock), seed);
        let mut store = opened.map_err(|error| error.to_string())?;
        store.write(Duration::ZERO);
        let moment = self.clock.now();
        let camera = |id: &CameraId| {
            let live = LiveCamera::new(store.archive().id(), *id, WindowOptions::default());
            if let Some(restored) = crate::restore::newest(store.archive(), *id, moment.wall) {
                live.restore(restored);
            }
            (*id, Arc::new(Camera::new(*id, store.archive().clone(), live, false, moment)))
        };
        let cameras = cameras.iter().map(camera).collect();
        self.running =
            Some(Running { store, cameras, sessions: BTreeMap::new(), next_session: now << 8, started: now });
        Ok(())
    }

    pub(super) fn write(&mut self, now: u64) {
        if let Some(running) = &mut self.running {
            let elapsed = Duration::from_micros(now - running.started);
            running.store.write(elapsed);
            running.store.seal(elapsed);
        }
    }

    pub(super) fn tick(&self) {
        let now = self.clock.now();
        if let Some(running) = &self.running {
            for of_camera in running.sessions.values().flat_map(|session| session.cameras.values()) {
                of_camera.work.lock().tick(now);
            }
            running.cameras.values().for_each(|camera| camera.tick(now));
        }
    }

    pub(super) fn die(&mut self, power: bool, random: &mut Random) {
        trace(None, || format!("the centre dies, power {power}"));
        let Some(running) = self.running.take() else { return };
        // Sinks would end their cameras when they are dropped; a killed process does nothing of that.
        std::mem::forget(running.sessions);
        drop((running.cameras, running.store));
        self.disk = match power {
            true => self.disk.power_cut(Tail::Torn(random.number())),
            false => self.disk.kill(),
        };
    }
}

impl Running {
    pub(super) fn open(
        &mut self,
        recording: RecordingId,
        cameras: &[CameraId],
        now: Moment,
    ) -> (u64, RecordingId) {
        let session = Session {
            device: DeviceId(u64::from(recording.0).to_be_bytes()),
            recording,
            source: "agent 10.0.0.7".to_owned(),
            expires_us: u64::MAX,
            cameras: cameras.iter().map(|camera| (*camera, OfCamera::default())).collect(),
            differences: AtomicU32::new(0),
        };
        let replaced = self.sessions.extract_if(.., |_, other| other.recording == recording);
        replaced.for_each(|(_, former)| session.replace(&former, now));
        self.next_session += 1;
        self.sessions.insert(self.next_session, session);
        (self.next_session, self.store.archive().id().parse().unwrap_or(RecordingId(0)))
    }

    pub(super) fn end_session(&mut self, number: u64, now: Moment) {
        let Some(session) = self.sessions.remove(&number) else { return };
        session.close(now, ashkar_terms::Cause::Uplink, "it is over");
    }

    pub(super) fn put(
        &self,
        session: u64,
        path: &RecordPath,
        output: &Output,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        let unknown = || Refusal::new(RefusalCode::UnknownSession, "");
        let session = self.sessions.get(&session).ok_or_else(unknown)?;
        let of_camera = session.cameras.get(&path.camera).ok_or_else(unknown)?;
        let archive = self.store.archive();
        let (head, payload) = ashkar_uplink::encode(output);
        let crc32c = crc32c::crc32c_append(crc32c::crc32c(&head), &payload);
        let sent = Sent { name: RecordName::of(output), output, crc32c };
        let taken = match path.line {
            Line::Live => {
                let camera = self.cameras.get(&path.camera).ok_or_else(unknown)?;
                of_camera.work.lock().take_live(session, camera, archive, &sent, now)
            }
            Line::Late => {
                let known = match output {
                    Output::Part(part) if late::is_unsettled(archive, path.camera, part) => Known::Unsettled,
                    Output::Part(part) if late::may_be_known(archive, path.camera, part) => {
                        late::look(archive, path.camera, part)
                    }
                    Output::Fact(fact) => late::look_for_fact(archive, path.camera, fact),
                    _ => Known::Nothing,
                };
                of_camera.work.lock().take_late(path.camera, archive, &sent, known, false, now)
            }
        };

        trace(Some(path.camera), || {
            let taken = taken.as_ref().map(|answer| (answer.state, answer.count, answer.persisted));
            format!("{} {:?} {:?} -> {taken:?}", now.mono_us, path.line, sent.name)
        });
        taken.map_err(|code| Refusal::new(code, path.to_string()))
    }

    pub(super) fn status(&self, camera: CameraId, now: Moment) -> Option<crate::Status> {
        self.cameras.get(&camera).map(|camera| camera.status(now))
    }

    pub(super) fn is_live(&self, camera: CameraId, now: Moment) -> bool {
        self.cameras.get(&camera).is_some_and(|camera| camera.status(now).live)
    }

    pub(super) fn have(&self, session: u64, path: &HavePath) -> Result<Have, Refusal> {
        if !self.sessions.contains_key(&session) {
            return Err(Refusal::new(RefusalCode::UnknownSession, ""));
        }
        let found = self.store.archive().parts(path.camera, path.from, path.to);
        let found = found.map_err(|error| Refusal::new(RefusalCode::Busy, error.to_string()))?;
        Ok(Have { parts: found.iter().take(HAVE_PARTS_MAX).map(late::have).collect() })
    }
}
