//! The technical conditions of the station: measured each hour and when somebody asks, judged, and sent to the centre.
//!
//! In: this computer, its disk, the line, the streams as recorded. Out: findings with a verdict, and reports that are
//! kept until the centre has them. What must never happen: a recording or live that waits for a measurement; a value
//! that was not measured.

mod cameras;
mod disk;
mod doctor;
mod hour;
mod judge;
mod line;
mod machine;
mod reorder;
mod socket;
mod spool;
mod task;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ashkar_kernel_clock::state;
use ashkar_terms::{Blame, CameraId, Clock};
use ashkar_uplink::{CONDITIONS_PATH, Conditions, Note, Occasion, ReferencePath, RefusalCode};
use bytes::Bytes;
use futures_util::future::join_all;
use hyper::Method;
use parking_lot::Mutex;
use tokio::sync::Mutex as Turn;

use crate::cameras::clock_of;
use crate::config::{CameraConfig, Config, Source};
use crate::placing::SharedPlacing;
use crate::station::Station;
use crate::uplink::{Caller, Fault, PROGRAM, Sending, Unanswered, enrolled_at_first};
pub(crate) use cameras::{Newest, Streams};
pub use doctor::{DoctorError, Examined, doctor};
use hour::Hour;
use judge::{CameraMeasured, Measured, Reading, judge};
use line::LineMeasured;
use machine::Machine;
pub(crate) use socket::ASKED_PAUSE;
use spool::{Spool, references};
pub use task::ReportTimes;
pub(crate) use task::Reports;

/// What a running agent knows.
pub(crate) struct Known {
    pub(crate) station: Arc<Station>,
    pub(crate) streams: Arc<Streams>,
    /// How sending stands.
    pub(crate) sending: Arc<Mutex<Option<Sending>>>,
    /// What is sent as a copy.
    pub(crate) placing: SharedPlacing,
}

/// Whoever measures: an agent at work, or the doctor where none is.
pub(crate) struct Examiner {
    pub(crate) config: Arc<Config>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Nothing if no agent records here.
    pub(crate) known: Option<Known>,
    machine: Machine,
    pub(crate) spool: Spool,
    hour: Mutex<Hour>,
    /// One at a time: a second session would end the first.
    pub(crate) turn: Turn<()>,
}

impl Examiner {
    pub(crate) fn new(config: Arc<Config>, clock: Arc<dyn Clock>, known: Option<Known>) -> Self {
        let (spool, machine) = (Spool::of(&config.data), Machine::here());
        Self { config, clock, known, machine, spool, hour: Mutex::default(), turn: Turn::new(()) }
    }

    /// Measures and judges; with `pause` from one exchange with the centre to the next. `keep` writes the report to the
    /// disk until it is sent. What can be sent is sent at once if it is kept; the address of the centre, or why not.
    pub(crate) async fn examine(
        &self,
        occasion: Occasion,
        pause: Duration,
        keep: bool,
    ) -> (Conditions, Result<String, Fault>) {
        let _turn = self.turn.lock().await;
        let (report, caller) = self.measured(occasion, pause).await;
        if !keep {
            return (report, Err(Fault::line("it was not to be sent")));
        }
        let kept = self.keep(&report).await;
        let sent = match (kept, caller) {
            (Err(fault), _) | (Ok(()), Err(fault)) => Err(fault),
            (Ok(()), Ok(mut caller)) => {
                self.send_waiting(&mut caller).await.map(|()| caller.centre().to_owned())
            }
        };
        (report, sent)
    }

    /// Writes a report to the disk.
    ///
    /// # Errors
    /// [`Fault`] of the station.
    pub(crate) async fn keep(&self, report: &Conditions) -> Result<(), Fault> {
        let (spool, report) = (self.spool.clone(), report.clone());
        let kept = tokio::task::spawn_blocking(move || spool.put(&report)).await;
        kept.map_err(|_| Fault::centre("keeping a report failed"))?
            .map_err(|error| Fault::station(format!("the report cannot be kept: {error}")))
    }

    /// Writes a signed report and the stills that it names to the disk; the stills first, so that no report names one
    /// that is not there.
    ///
    /// # Errors
    /// [`Fault`] of the station.
    pub(crate) async fn keep_signed(
        &self,
        report: &Conditions,
        stills: Vec<(String, Bytes)>,
    ) -> Result<(), Fault> {
        let (spool, report) = (self.spool.clone(), report.clone());
        let kept = tokio::task::spawn_blocking(move || {
            stills.iter().try_for_each(|(sha256, jpeg)| spool.put_still(sha256, jpeg))?;
            spool.put(&report)
        });
        kept.await
            .map_err(|_| Fault::centre("keeping a report failed"))?
            .map_err(|error| Fault::station(format!("the report cannot be kept: {error}")))
    }

    /// Sends all that waits, if there is a line.
    ///
    /// # Errors
    /// [`Fault`] with what failed.
    pub(crate) async fn send(&self) -> Result<String, Fault> {
        let _turn = self.turn.lock().await;
        let mut caller = Caller::connect(&self.config, Arc::clone(&self.clock)).await?;
        caller.open_session(&self.config, state()).await?;
        self.send_waiting(&mut caller).await.map(|()| caller.centre().to_owned())
    }

    async fn send_waiting(&self, caller: &mut Caller) -> Result<(), Fault> {
        let spool = self.spool.clone();
        let waiting = tokio::task::spawn_blocking(move || spool.waiting()).await;
        let waiting = waiting.map_err(|_| Fault::centre("reading reports failed"))?;
        let waiting = waiting.map_err(|error| Fault::station(format!("reports cannot be read: {error}")))?;
        let mut unsent = None;
        for path in waiting {
            let Some(report) = Spool::read(&path) else {
                let _ = Spool::refused(&path);
                continue;
            };
            // A camera that the centre does not take holds up nothing that is said of the others.
            let Some(taken) = report.clone().without(caller.refused()) else {
                unsent = Some(Fault::new(Blame::Operator, "the centre takes no camera of a report"));
                continue;
            };
            self.send_stills(caller, &taken).await?;
            match caller.call(Method::POST, CONDITIONS_PATH, taken.to_json()).await {
                Ok(_) => {
                    self.sent(&path, taken == report).map_err(|error| Fault::station(error.to_string()))?;
                }
                Err(Unanswered { fault, code }) => {
                    let is_final = matches!(code, Some(RefusalCode::Malformed | RefusalCode::TooLong));
                    tracing::warn!(
                        cause = fault.reason,
                        blame = fault.blame.name(),
                        is_final,
                        "a report is not taken"
                    );
                    if is_final {
                        let _ = Spool::refused(&path);
                    } else if code != Some(RefusalCode::Revoked) {
                        return Err(fault);
                    }
                    // One that names a camera of which the device was deprived does not hold up the others.
                    unsent = Some(fault);
                }
            }
        }
        unsent.map_or(Ok(()), Err)
    }

    /// The centre has a report, or what it takes of it, and needs no still of it any more.
    fn sent(&self, path: &Path, is_whole: bool) -> io::Result<()> {
        if is_whole {
            Spool::sent(path)?;
        } else {
            Spool::refused(path)?;
        }
        self.spool.sweep_stills()
    }

    /// The stills that a report names, before it: where it is, they are, too. One that the centre will never take, or
    /// that is gone from this disk, holds nothing up; the centre then says that it has none.
    async fn send_stills(&self, caller: &mut Caller, report: &Conditions) -> Result<(), Fault> {
        for (camera, sha256) in references(report) {
            let Some(jpeg) = self.spool.still(&sha256) else { continue };
            let path = ReferencePath { camera, sha256 }.to_string();
            match caller.call(Method::PUT, &path, jpeg).await {
                Ok(_) => {}
                Err(Unanswered { fault, code: Some(code) }) if is_final(code) => {
                    tracing::warn!(%camera, cause = fault.reason, blame = fault.blame.name(), "a reference still is not taken");
                }
                Err(Unanswered { fault, .. }) => return Err(fault),
            }
        }
        Ok(())
    }

    async fn measured(&self, occasion: Occasion, pause: Duration) -> (Conditions, Result<Caller, Fault>) {
        let at_us = self.clock.now().wall;
        let state = state();
        let tcp = self.machine.tcp();
        let is_quiet = || self.known.as_ref().is_none_or(Known::is_quiet);
        let ((line, caller), clocks) = tokio::join!(
            line::measure(&self.config, &self.clock, state, pause, &is_quiet),
            self.camera_clocks()
        );
        let (data, reserve, clock) =
            (self.config.data.clone(), self.config.disk_reserve_bytes, Arc::clone(&self.clock));
        let disk = tokio::task::spawn_blocking(move || disk::measure(&data, reserve, clock.as_ref())).await;
        let failed = disk::DiskMeasured {
            kbit: Err(Note::NotTold),
            sync_ms: Err(Note::NotTold),
            free_bytes: Err(Note::NotTold),
        };
        let disk = disk.unwrap_or(failed);
        let processor_percent = self.machine.processor_percent().await;
        let cameras = self.reported_cameras().await;
        let (loss_permille, breaks_s) = self.hour_of_line(tcp);
        let LineMeasured { centre, delay_ms, up_kbit, down_kbit, clock_ahead_ms, clock_margin_ms } = line;
        let measured = Measured {
            centre,
            delay_ms,
            loss_permille,
            up_kbit: up_kbit.map(|kbit| kbit.saturating_add(self.live_kbit())),
            down_kbit,
            breaks_s,
            disk_kbit: disk.kbit,
            sync_ms: disk.sync_ms,
            free_bytes: disk.free_bytes,
            celsius: self.machine.celsius(),
            power: self.machine.power(),
            memory_mb: self.machine.memory_mb(),
            processor_percent,
            clock: state,
            clock_ahead_ms,
            clock_margin_ms,
            cameras: self.cameras(&cameras, &clocks),
        };
        let findings = judge(&measured);
        let program = PROGRAM.to_owned();
        (Conditions { occasion, at_us, program, cameras, findings, sign_off: None }, caller)
    }

    /// Those that the device may send; before it is enrolled, those of the settings.
    async fn reported_cameras(&self) -> Vec<CameraId> {
        let config = Arc::clone(&self.config);
        let enrolled = tokio::task::spawn_blocking(move || enrolled_at_first(&config)).await;
        let enrolled = enrolled.unwrap_or_default();
        if enrolled.is_empty() {
            return self.config.cameras.iter().map(|camera| camera.id).collect();
        }
        enrolled
    }

    fn hour_of_line(&self, before: Option<machine::TcpCounters>) -> (Reading, Reading) {
        if self.config.centres.is_empty() {
            return (Err(Note::NoCentre), Err(Note::NoCentre));
        }
        match self.known {
            Some(_) => {
                let hour = self.hour.lock();
                (hour.loss_permille(self.machine.tcp()), hour.breaks_s())
            }
            None => (machine::loss_permille(before, self.machine.tcp()), Err(Note::NoAgent)),
        }
    }

    /// What live takes of the line while it is measured.
    fn live_kbit(&self) -> i64 {
        let Some(known) = &self.known else { return 0 };
        let of = |camera: &CameraConfig| known.streams.facts(camera.id).map_or(0, |facts| facts.kbit);
        self.config.cameras.iter().map(of).fold(0, i64::saturating_add)
    }

    /// What the clocks of IP cameras say; each camera has five seconds.
    async fn camera_clocks(&self) -> BTreeMap<CameraId, Option<(i64, i64)>> {
        let asked = self
            .config
            .cameras
            .iter()
            .filter(|camera| camera.onvif.is_some())
            .map(async |camera| (camera.id, clock_of(camera, Arc::clone(&self.clock)).await));
        join_all(asked).await.into_iter().collect()
    }

    fn cameras(
        &self,
        reported: &[CameraId],
        clocks: &BTreeMap<CameraId, Option<(i64, i64)>>,
    ) -> Vec<(CameraId, CameraMeasured)> {
        let now = self.clock.now();
        let own = self.config.cameras.iter().filter(|camera| reported.contains(&camera.id));
        own.map(|camera| {
            let (picture, facts) = match &self.known {
                None => (Err(Note::NoAgent), None),
                Some(known) if known.is_recording(camera.id, now) => (Ok(()), known.streams.facts(camera.id)),
                Some(_) => (Err(Note::NoPictures), None),
            };
            let (planned_kbit, may_sound) = planned(&camera.source);
            let wants_sound = self.config.sound && may_sound;
            let clock = clocks.get(&camera.id).copied();
            (camera.id, CameraMeasured { picture, facts, planned_kbit, wants_sound, clock })
        })
        .collect()
    }
}

/// Whether the centre will say the same of the same reference still for ever.
const fn is_final(code: RefusalCode) -> bool {
    matches!(code, RefusalCode::Malformed | RefusalCode::TooLong | RefusalCode::Revoked)
}

/// The rate that the settings allow a camera, and whether it can have sound.
fn planned(source: &Source) -> (Option<i64>, bool) {
    match source {
        Source::V4l2(_, picture) => (Some(i64::from(picture.bitrate / 1000)), false),
        Source::File(_, picture) => (Some(i64::from(picture.bitrate / 1000)), true),
        _ => (None, true),
    }
}

impl Known {
    /// Whether nothing waits to be sent: only then may a measurement use the line.
    fn is_quiet(&self) -> bool {
        self.sending.lock().as_ref().is_some_and(Sending::is_quiet)
    }

    fn is_recording(&self, camera: CameraId, now: ashkar_terms::Moment) -> bool {
        self.station.recordings.get(&camera).is_some_and(|recording| recording.found(now).recording)
    }
}
