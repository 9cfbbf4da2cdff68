//! Opening sessions: who the device is, what time it is at the centre, and a signature.

use std::collections::BTreeSet;
use std::sync::Arc;

use ashkar_terms::{Blame, CameraId};
use ashkar_uplink::{DeviceKey, Line, RefusalCode, SessionRequest, SessionResponse, TIME_PATH};
use hyper::header::HeaderValue;
use hyper::{Method, Request};

use super::Shell;
use super::actions::refusal;
use crate::config::Config;
use crate::uplink::caller::{PROGRAM, Time, session_request};
use crate::uplink::device_key;
use crate::uplink::enrolled::Enrolled;
use crate::uplink::event::{Identity, Report, Tag};
use crate::uplink::fault::Fault;
use crate::uplink::line::{Answered, Command};

/// A session is renewed when this part of its time is over, percent.
const RENEW_PERCENT: u64 = 80;
/// How often a camera that the centre refused is asked for again, microseconds.
const REFUSED_AGAIN_US: u64 = 300_000_000;
/// Pause after a renewal that failed, microseconds.
const RENEW_AGAIN_US: u64 = 30_000_000;

/// Where opening a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Step {
    #[default]
    None,
    /// For the line.
    Waits,
    Begun,
}

/// The session, and the next one.
#[derive(Default)]
pub(super) struct Session {
    step: Step,
    /// Answers to an attempt before the present one are ignored.
    attempt: u64,
    identity: Option<Identity>,
    /// The header of each request, while there is a session.
    pub(super) token: Option<HeaderValue>,
    cameras: Vec<CameraId>,
    /// Those of them that the centre does not take.
    refused: BTreeSet<CameraId>,
    renew_at: u64,
    /// The centre refused the time of the last signature.
    distrusts_clock: bool,
}

impl Session {
    /// The line is gone, and with it what was asked over it.
    pub(super) fn interrupted(&mut self) {
        if self.step == Step::Begun {
            self.step = Step::Waits;
        }
    }

    /// Whether the centre has said that it does not take `camera`.
    pub(super) fn refuses(&self, camera: CameraId) -> bool {
        self.refused.contains(&camera)
    }

    /// Cameras of the session that is open.
    pub(super) fn cameras(&self) -> &[CameraId] {
        &self.cameras
    }
}

impl Shell {
    /// The sender wants a session; there is none.
    pub(super) fn open_session(&mut self) {
        self.session.token = None;
        self.session.step = Step::Waits;
        self.continue_session();
    }

    /// Begins with it as soon as there is a line.
    pub(super) fn continue_session(&mut self) {
        if self.session.step != Step::Waits || !self.line.0 {
            return;
        }
        self.session.step = Step::Begun;
        self.session.attempt += 1;
        let (attempt, parts, origin) =
            (self.session.attempt, Arc::clone(&self.parts), self.centre.origin.clone());
        self.aside(move || Some(Report::Identity(attempt, identity(&parts.config, &origin))));
    }

    /// Opens another session before the present one is over.
    pub(super) fn renew_session(&mut self, now: u64) {
        if self.session.token.is_some() && self.session.step == Step::None && now >= self.session.renew_at {
            self.session.renew_at = now + RENEW_AGAIN_US;
            self.session.step = Step::Waits;
            self.continue_session();
        }
    }

    pub(super) fn identified(&mut self, attempt: u64, identity: Result<Identity, Fault>, now: u64) {
        if attempt != self.session.attempt {
            return;
        }
        match identity {
            Ok(identity) => {
                self.enrolled(identity.cameras.clone());
                self.session.identity = Some(identity);
            }
            Err(fault) => return self.session_failed(fault, now),
        }
        if !self.session.distrusts_clock && self.offset.centre_now(self.parts.clock.now()).is_some() {
            return self.ask_session(now);
        }
        let time =
            |shell: &Self| shell.centre.target.as_ref()?.request(Method::GET, TIME_PATH, Vec::new()).ok();
        let asked = time(self)
            .is_some_and(|request| self.hand_over(Line::Live, Command { tag: Tag::Time(attempt), request }));
        if !asked {
            self.session_failed(Fault::line("the line takes no request"), now);
        }
    }

    pub(super) fn time_told(&mut self, attempt: u64, answered: &Answered, now: u64) {
        if attempt != self.session.attempt {
            return;
        }
        match self.time_in(answered) {
            Ok(()) => self.ask_session(now),
            Err(fault) => self.session_failed(fault, now),
        }
    }

    /// The answer to a question for the centre's time: one more sample of its clock.
    pub(super) fn time_in(&mut self, answered: &Answered) -> Result<(), Fault> {
        let (status, body) = answered.result.as_ref().map_err(Fault::clone)?;
        if !status.is_success() {
            return Err(Fault::not_understood(status));
        }
        let time: Time = serde_json::from_slice(body).map_err(|error| Fault::not_understood(&error))?;
        self.offset.sample(answered.sent, answered.received, time.now_us);
        self.judge_clock();
        Ok(())
    }

    fn ask_session(&mut self, now: u64) {
        let tag = Tag::Session(self.session.attempt);
        let asked = self.signed().map(|request| self.hand_over(Line::Live, Command { tag, request }));
        match asked {
            Ok(true) => {}
            Ok(false) => self.session_failed(Fault::line("the line takes no request"), now),
            Err(fault) => self.session_failed(fault, now),
        }
    }

    fn signed(&self) -> Result<Request<http_body_util::Full<bytes::Bytes>>, Fault> {
        let (Some(target), Some(identity)) = (&self.centre.target, &self.session.identity) else {
            return Err(Fault::new(Blame::Station, "no centre"));
        };
        let now = self.parts.clock.now();
        let body = SessionRequest {
            recording: self.parts.recording,
            cameras: identity.cameras.clone(),
            program: PROGRAM.to_owned(),
            clock: self.parts.archive.clock_state(),
            now_us: now.wall,
        };
        let created_s = self.offset.centre_now(now).unwrap_or(now.wall).0.div_euclid(1_000_000);
        session_request(target, &identity.key, &body, created_s)
    }

    pub(super) fn session_answered(&mut self, attempt: u64, answered: Answered, now: u64) {
        if attempt != self.session.attempt {
            return;
        }
        let Answered { sent, received, result } = answered;
        let (status, body) = match result {
            Ok(answer) => answer,
            Err(fault) => return self.session_failed(fault, now),
        };
        if !status.is_success() {
            let refusal = match refusal(status, &body) {
                Ok(refusal) => refusal,
                Err(fault) => return self.session_failed(fault, now),
            };
            if let Some(centre) = refusal.now_us {
                self.offset.sample(sent, received, centre);
            }
            self.session.distrusts_clock = refusal.code == RefusalCode::Clock;
            return self.session_failed(Fault::from(&refusal), now);
        }
        match SessionResponse::from_json(&body) {
            Ok(response) => {
                self.offset.sample(sent, received, response.now_us);
                self.judge_clock();
                self.session_opened(&response, now);
            }
            Err(error) => self.session_failed(Fault::not_understood(&error), now),
        }
    }

    fn session_opened(&mut self, response: &SessionResponse, now: u64) {
        let Ok(mut token) = HeaderValue::try_from(format!("Bearer {}", response.token)) else {
            return self.session_failed(Fault::not_understood(&"its token"), now);
        };
        token.set_sensitive(true);
        self.session.token = Some(token);
        self.session.step = Step::None;
        self.session.distrusts_clock = false;
        self.session.renew_at = now + u64::from(response.expires_s) * 1_000_000 / 100 * RENEW_PERCENT;
        let identity = self.session.identity.take();
        self.session.cameras = identity.map(|identity| identity.cameras).unwrap_or_default();
        self.set_refused(&response.refused, now);
        self.sender.session_opened(response.centre, now);
        self.choice.is_good(now);
        self.fault = None;
        let cameras = self.session.cameras.len();
        tracing::info!(centre = self.centre.origin, cameras, "a session with the centre is open");
        if self.parts.config.sound && !response.sound {
            tracing::warn!(
                cause = "the election's policy",
                blame = "operator",
                "the centre takes no sound; write sound = false into agent.toml"
            );
        }
    }

    /// Nothing is sent of cameras that the centre does not take; those that it takes again go on.
    fn set_refused(&mut self, refused: &[CameraId], now: u64) {
        let refused: BTreeSet<CameraId> = refused.iter().copied().collect();
        for camera in &refused {
            if self.cameras.remove(camera) {
                self.sender.remove_camera(*camera);
                tracing::warn!(
                    %camera,
                    cause = "the device is not enrolled for it, or was revoked",
                    blame = "operator",
                    "the centre does not take this camera: it is recorded, and not sent"
                );
            }
        }
        if !refused.is_empty() {
            self.session.renew_at = self.session.renew_at.min(now + REFUSED_AGAIN_US);
        }
        self.session.refused = refused;
        self.enrolled(self.session.cameras.clone());
    }

    fn session_failed(&mut self, fault: Fault, now: u64) {
        self.session.step = Step::None;
        self.session.identity = None;
        self.note_fault(fault);
        // One that is still open goes on until its end.
        if self.session.token.is_none() {
            self.sender.session_failed(now);
        }
    }
}

/// The device's key, and its cameras at the centre `origin`. Waits for the disk.
pub(in crate::uplink) fn identity(config: &Config, origin: &str) -> Result<Identity, Fault> {
    let cameras = enrolled_cameras(config, origin)?;
    let key: Option<DeviceKey> =
        device_key::read(&config.data).map_err(|error| Fault::new(Blame::Station, error.to_string()))?;
    match key {
        Some(key) if !cameras.is_empty() => Ok(Identity { key, cameras }),
        _ => Err(Fault::new(
            Blame::Operator,
            format!("this device is not enrolled: ashkar agent enrol CODE --centre {origin}"),
        )),
    }
}

/// The cameras of the settings for which this device is enrolled.
pub(super) fn enrolled_cameras(config: &Config, origin: &str) -> Result<Vec<CameraId>, Fault> {
    let enrolled = Enrolled::read(&config.data)
        .map_err(|error| Fault::new(Blame::Station, format!("centre.json: {error}; enrol anew")))?;
    let all: Vec<CameraId> = config.cameras.iter().map(|camera| camera.id).collect();
    Ok(enrolled.cameras(origin, &all))
}

/// The cameras of the settings for which this device is enrolled at the preferred centre; none if that is not known.
/// Waits for the disk.
pub(crate) fn enrolled_at_first(config: &Config) -> Vec<CameraId> {
    let origin = config.centres.first().map(|url| url.origin().ascii_serialization());
    origin.and_then(|origin| enrolled_cameras(config, &origin).ok()).unwrap_or_default()
}
