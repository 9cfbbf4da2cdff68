//! What a technician has begun here: measurements, and the way of one part to the centre's recording and back. Lost
//! with the process; what was signed is on the disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ashkar_kernel_clock::state;
use ashkar_media::Part;
use ashkar_terms::{CameraId, Moment, UtcMicros};
use ashkar_uplink::{Conditions, EndToEnd, Legibility, Occasion, PartPath, Proof, RefusalCode};
use bytes::{Bytes, BytesMut};
use hyper::Method;
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::Page;
use super::card::Card;
use super::reference::hex;
use crate::conditions::{ASKED_PAUSE, Newest};
use crate::uplink::{Caller, Unanswered};

/// How long a part may take to the centre's recording and back, microseconds: two minutes.
const TEST_WITHIN_US: u64 = 120_000_000;
/// How long a keyframe is waited for, microseconds: twice what is just good enough. And how often it is looked for.
const KEYFRAME_WITHIN_US: u64 = 12_000_000;
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Pause between two questions whether the centre has it.
const ASK_EVERY: Duration = Duration::from_secs(4);

/// The work of this run.
#[derive(Default)]
pub(super) struct Work {
    pub(super) is_measuring: bool,
    /// The last report that was measured here.
    pub(super) report: Option<Conditions>,
    pub(super) tests: BTreeMap<CameraId, EndToEnd>,
    /// The pictures of these tests.
    pub(super) pictures: BTreeMap<CameraId, Picture>,
    /// Cards that were drawn and not answered.
    pub(super) cards: BTreeMap<CameraId, Card>,
    /// What of the last card was read.
    pub(super) read: BTreeMap<CameraId, Legibility>,
    /// The last signature: whose, and when.
    pub(super) signed: Option<(String, UtcMicros)>,
}

/// The picture of an end-to-end test.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// An init segment and a part.
    pub(super) whole: Bytes,
    /// SHA-256 of the part.
    pub(super) sha256: String,
    /// When it came from the camera.
    pub(super) at: Moment,
    /// Whether these bytes came back from the centre; otherwise they are this computer's own recording.
    pub(super) from_centre: bool,
}

impl Page {
    /// Measures, beside whatever else; once at a time.
    pub(super) fn begin_measuring(self: &Arc<Self>) {
        if std::mem::replace(&mut self.work.lock().is_measuring, true) {
            return;
        }
        let page = Arc::clone(self);
        tokio::spawn(async move {
            let (report, _) = page.examiner.examine(Occasion::Asked, ASKED_PAUSE, false).await;
            let mut work = page.work.lock();
            (work.is_measuring, work.report) = (false, Some(report));
        });
    }

    /// Begins the end-to-end test of `camera`; nothing if one is under way.
    pub(super) fn begin_test(self: &Arc<Self>, camera: CameraId) {
        let at_us = self.examiner.clock.now().wall;
        let running =
            EndToEnd { at_us, proof: Proof::Running, recorded_ms: None, returned_ms: None, sha256: None };
        {
            let mut work = self.work.lock();
            if work.tests.get(&camera).is_some_and(|test| test.proof == Proof::Running) {
                return;
            }
            work.tests.insert(camera, running.clone());
            work.pictures.remove(&camera);
        }
        let page = Arc::clone(self);
        tokio::spawn(async move {
            let newest = page.keyframe_from_now(camera).await;
            let keyframe =
                newest.and_then(|Newest { init, parts, .. }| Some((init, parts.into_iter().next()?)));
            let keyframe = keyframe.map(|(init, part)| (init, page.as_sent(camera, part)));
            let (test, picture) = match keyframe {
                None => (EndToEnd { proof: Proof::NotRecorded, ..running }, None),
                Some((init, part)) => {
                    let (test, returned) = page.there_and_back(camera, &part, running).await;
                    let from_centre = returned.is_some();
                    let mut whole = BytesMut::from(&init.bytes[..]);
                    whole.extend_from_slice(returned.as_ref().unwrap_or(&part.bytes));
                    let sha256 = hex(&Sha256::digest(&part.bytes));
                    let at = part.first_arrival;
                    (test, Some(Picture { whole: whole.freeze(), sha256, at, from_centre }))
                }
            };
            let mut work = page.work.lock();
            work.tests.insert(camera, test);
            picture.map(|picture| work.pictures.insert(camera, picture));
        });
    }

    /// The copy of it that is sent, if the clock of this computer is wrong; while that is not known, nothing is sent.
    fn as_sent(&self, camera: CameraId, part: Part) -> Part {
        let known = self.examiner.known.as_ref();
        known.and_then(|known| known.placing.lock().part(camera, &part)).unwrap_or(part)
    }

    /// The first keyframe that comes from now on: what was laid on the table before somebody pressed is in it. If none
    /// comes for a while, the newest that there is.
    async fn keyframe_from_now(&self, camera: CameraId) -> Option<Newest> {
        let clock = &self.examiner.clock;
        let pressed_us = clock.now().mono_us;
        loop {
            let newest = self.examiner.known.as_ref()?.streams.newest(camera, None)?;
            let is_younger = newest.parts.first()?.first_arrival.mono_us >= pressed_us;
            if is_younger || clock.now().mono_us.saturating_sub(pressed_us) >= KEYFRAME_WITHIN_US {
                return Some(newest);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Asks the centre for `part` until it comes from its recording, and compares.
    async fn there_and_back(
        &self,
        camera: CameraId,
        part: &Part,
        test: EndToEnd,
    ) -> (EndToEnd, Option<Bytes>) {
        let clock = &self.examiner.clock;
        let began = clock.now().mono_us;
        let passed = || clock.now().mono_us.saturating_sub(began);
        let sha256 = Some(hex(&Sha256::digest(&part.bytes)));
        let path = PartPath { camera, at: part.start }.to_string();
        if self.examiner.config.centres.is_empty() {
            return (EndToEnd { proof: Proof::NotReadBack, sha256, ..test }, None);
        }
        let mut proof = Proof::NotArrived;
        while passed() < TEST_WITHIN_US {
            sleep(ASK_EVERY).await;
            match self.ask(&path).await {
                Ok(bytes) if bytes == part.bytes => {
                    let returned_ms = Some(passed() / 1000);
                    return (EndToEnd { proof: Proof::Proved, returned_ms, sha256, ..test }, Some(bytes));
                }
                Ok(_) => return (EndToEnd { proof: Proof::Differs, sha256, ..test }, None),
                // Not there yet, or no line: until the time is over.
                Err(Unanswered { code: Some(RefusalCode::OutOfOrder), .. }) => proof = Proof::NotArrived,
                Err(_) => proof = Proof::NotReadBack,
            }
        }
        (EndToEnd { proof, sha256, ..test }, None)
    }

    async fn ask(&self, path: &str) -> Result<Bytes, Unanswered> {
        let examiner = &self.examiner;
        let _turn = examiner.turn.lock().await;
        let mut caller = Caller::connect(&examiner.config, Arc::clone(&examiner.clock)).await?;
        caller.open_session(&examiner.config, state()).await?;
        Ok(caller.call(Method::GET, path, Vec::new()).await?.body)
    }
}
