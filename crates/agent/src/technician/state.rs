//! What the page shows, as JSON; and what is signed.

use ashkar_terms::{CameraId, UtcMicros};
use ashkar_uplink::{
    CameraWork, Check, CheckItem, Conditions, EndToEnd, Finding, Legibility, Occasion, Proof, Reference,
    SignOff, Verdict,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Page;
use super::reference::Still;
use crate::uplink::{LineStatus, SentStatus};

/// The state of the station.
#[derive(Serialize)]
pub(super) struct Shown {
    /// What requests that do something repeat.
    proof: String,
    time_zone: String,
    now_us: UtcMicros,
    cameras: Vec<ShownCamera>,
    line: Option<LineStatus>,
    is_measuring: bool,
    measured_at_us: Option<UtcMicros>,
    findings: Vec<ShownFinding>,
    signed: Option<Signed>,
    /// Signatures that wait for the centre.
    unsent: usize,
}

#[derive(Serialize)]
struct ShownCamera {
    camera: CameraId,
    recording: bool,
    blame: Option<&'static str>,
    reason: Option<String>,
    sent: Option<SentStatus>,
    test: Option<EndToEnd>,
    /// A picture came back from the centre.
    is_returned: bool,
    /// When the card was drawn that waits for an answer.
    card_at_us: Option<UtcMicros>,
    /// The picture in which it may be read.
    picture: Option<ShownPicture>,
    read: Option<Legibility>,
    reference: Option<Reference>,
}

#[derive(Serialize)]
struct ShownPicture {
    at_us: UtcMicros,
    from_centre: bool,
}

#[derive(Serialize)]
struct ShownFinding {
    #[serde(flatten)]
    finding: Finding,
    blame: Option<&'static str>,
}

#[derive(Serialize)]
struct Signed {
    name: String,
    at_us: UtcMicros,
}

/// What somebody signs, as the page sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToSign {
    name: String,
    role: String,
    remark: String,
    cameras: Vec<ToSignCamera>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToSignCamera {
    camera: CameraId,
    checks: Vec<Check>,
}

/// Why something is not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// Nothing was measured.
    NotMeasured,
    /// Not as it must be: too long, of another camera, or without a remark although something is open.
    Malformed,
    /// The disk does not keep it.
    NotKept,
}

impl Page {
    /// Date and minute in the election's zone.
    pub(super) fn local(&self, at: UtcMicros) -> String {
        let zone = TimeZone::get(&self.examiner.config.zone).unwrap_or(TimeZone::UTC);
        let zoned = Timestamp::from_microsecond(at.0).unwrap_or_default().to_zoned(zone);
        zoned.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The state now.
    pub(super) async fn shown(&self) -> Shown {
        let spool = self.examiner.spool.clone();
        let unsent = tokio::task::spawn_blocking(move || spool.sign_offs_waiting()).await.unwrap_or_default();
        let references = self.references().await;
        let now = self.examiner.clock.now();
        let known = self.examiner.known.as_ref();
        let sending = known.and_then(|known| known.sending.lock().clone());
        let work = self.work.lock();
        let cameras = self.examiner.config.cameras.iter().map(|camera| {
            let found = known.and_then(|known| Some(known.station.recordings.get(&camera.id)?.found(now)));
            let trouble =
                found.as_ref().filter(|found| !found.recording).and_then(|found| found.trouble.clone());
            ShownCamera {
                camera: camera.id,
                recording: found.is_some_and(|found| found.recording),
                blame: trouble.as_ref().map(|(blame, _)| blame.name()),
                reason: trouble.map(|(_, reason)| reason),
                sent: sending.as_ref().map(|sending| sending.of(camera.id)),
                test: work.tests.get(&camera.id).cloned(),
                is_returned: work.pictures.get(&camera.id).is_some_and(|picture| picture.from_centre),
                card_at_us: work.cards.get(&camera.id).map(|card| card.at.wall),
                picture: work
                    .picture_of_card(camera.id)
                    .map(|picture| ShownPicture { at_us: picture.at.wall, from_centre: picture.from_centre }),
                read: work.read.get(&camera.id).cloned(),
                reference: of(&references, camera.id).map(|still| still.reference.clone()),
            }
        });
        let cameras = cameras.collect();
        let findings = work.report.iter().flat_map(|report| &report.findings).map(|finding| ShownFinding {
            blame: finding.blame().map(|blame| blame.name()),
            finding: finding.clone(),
        });
        Shown {
            proof: self.guard.proof().to_owned(),
            time_zone: self.examiner.config.zone.clone(),
            now_us: now.wall,
            cameras,
            line: sending.map(|sending| sending.line),
            is_measuring: work.is_measuring,
            measured_at_us: work.report.as_ref().map(|report| report.at_us),
            findings: findings.collect(),
            signed: work.signed.clone().map(|(name, at_us)| Signed { name, at_us }),
            unsent,
        }
    }

    /// Signs: once this returns, the signature is on the disk until the centre has it.
    pub(super) async fn sign(&self, to_sign: ToSign) -> Result<(), Unsigned> {
        let at_us = self.examiner.clock.now().wall;
        let references = self.references().await;
        let report = {
            let work = self.work.lock();
            let measured = work.report.as_ref().ok_or(Unsigned::NotMeasured)?;
            // Of a camera that the device may not send, the centre takes no word.
            let own = |each: &ToSignCamera| measured.cameras.contains(&each.camera);
            let cameras: Vec<CameraWork> = to_sign
                .cameras
                .into_iter()
                .filter(own)
                .map(|ToSignCamera { camera, checks }| CameraWork {
                    camera,
                    checks,
                    legibility: work.read.get(&camera).cloned(),
                    reference: of(&references, camera).map(|still| still.reference.clone()),
                    end_to_end: work.tests.get(&camera).cloned(),
                })
                .collect();
            let open = open(measured, &cameras);
            let ToSign { name, role, remark, .. } = to_sign;
            Conditions {
                occasion: Occasion::SignOff,
                at_us,
                sign_off: Some(SignOff { name, role, remark, open, cameras }),
                ..measured.clone()
            }
        };
        // The centre's own rules.
        let report = Conditions::from_json(&report.to_json()).map_err(|_| Unsigned::Malformed)?;
        let stills = references.into_iter().map(|(_, still)| (still.reference.sha256, still.jpeg)).collect();
        self.examiner.keep_signed(&report, stills).await.map_err(|_| Unsigned::NotKept)?;
        let name = report.sign_off.map(|sign_off| sign_off.name).unwrap_or_default();
        self.work.lock().signed = Some((name, at_us));
        let examiner = std::sync::Arc::clone(&self.examiner);
        // What fails is tried again each minute.
        tokio::spawn(async move { examiner.send().await });
        Ok(())
    }
}

fn of(references: &[(CameraId, Still)], camera: CameraId) -> Option<&Still> {
    references.iter().find(|(of, _)| *of == camera).map(|(_, still)| still)
}

/// How many things are open: what is not good enough, what was not answered or is not so, what was not proved, cards of
/// which nothing was read, views of which no still is kept. The page is not asked.
fn open(measured: &Conditions, cameras: &[CameraWork]) -> u32 {
    let bad = measured.findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    let of_camera = measured.cameras.iter().map(|camera| {
        let Some(work) = cameras.iter().find(|work| work.camera == *camera) else {
            return CheckItem::ALL.len() + 3;
        };
        let holds = |item: &CheckItem| work.checks.iter().any(|check| check.item == *item && check.holds);
        let checks = CheckItem::ALL.iter().filter(|item| !holds(item)).count();
        let is_proved = work.end_to_end.as_ref().is_some_and(|test| test.proof == Proof::Proved);
        let is_read = work.legibility.as_ref().is_some_and(|card| card.read > 0);
        let proofs = [is_proved, is_read, work.reference.is_some()];
        checks + proofs.into_iter().filter(|is_there| !is_there).count()
    });
    u32::try_from(bad + of_camera.sum::<usize>()).unwrap_or(u32::MAX)
}
