//! The stations' agents: who they are, their sessions, and where what they send goes.
//!
//! In: verified requests, records. Out: answers that say what was received and what is durable. What must never
//! happen: that a record is called durable that is not, that a device sends for a camera that is not its own, or that
//! late media delay live ones.

mod acks;
mod late;
mod meters;
mod planted;
mod reports;
mod session;
#[cfg(test)]
mod simulation;
mod turns;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use ashkar_election::{Actor, NewDevice, StoreError};
use ashkar_media::{Fact, FactKind, Output};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, Span, UtcMicros};
use ashkar_uplink::signature::{Claim, Nonces, SignedRequest};
use ashkar_uplink::{
    Answer, EnrolmentCode, EnrolmentRequest, EnrolmentResponse, HAVE_PARTS_MAX, Have, HavePath, Line,
    PublicKey, RecordName, RecordPath, RecordingId, Refusal, RefusalCode, SessionRequest, SessionResponse,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use sha2::{Digest, Sha256};

use crate::Centre;
use crate::registry::Right;
use late::Known;
use meters::Meters;
use reports::Allowance;
use session::{OfCamera, Sent, Session};
pub use turns::Turn;
use waiting::Waiting;

/// How long a session lasts, seconds. The agent opens another one before.
const SESSION_S: u32 = 3600;
/// Sessions at once: each station may have some agents, and each agent one session.
const SESSIONS_MAX: usize = 8192;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// Records with other bytes under a known name that are noted as facts, of one session; others are only refused.
const DIFFERENCES_NOTED_MAX: u32 = 16;

/// The hash of a session's token: only this is kept.
type TokenHash = [u8; 32];

/// What the centre knows of its agents.
pub(crate) struct Agents {
    sessions: RwLock<HashMap<TokenHash, Arc<Session>>>,
    nonces: Mutex<Nonces>,
    waiting: Waiting,
    meters: Meters,
    /// What devices may measure their lines with.
    probes: Allowance,
    reports: Allowance,
}

/// The three headers of a signed request, and the request itself.
#[derive(Debug, Clone, Copy)]
pub struct SignedHeaders<'a> {
    /// `Signature-Input`.
    pub input: &'a str,
    /// `Signature`.
    pub signature: &'a str,
    /// `Content-Digest`.
    pub digest: &'a str,
}

impl Agents {
    pub(crate) fn new(now: UtcMicros) -> Self {
        Self {
            sessions: RwLock::default(),
            nonces: Mutex::new(Nonces::new(now)),
            waiting: Waiting::default(),
            meters: Meters::default(),
            probes: Allowance::of_probes(),
            reports: Allowance::of_reports(),
        }
    }

    /// The spans of `camera` that its agent holds and is about to send.
    pub(crate) fn waiting(&self, camera: CameraId, now: Moment) -> Vec<Span> {
        self.waiting.of(camera, now)
    }

    fn session(&self, token: &str, now: Moment) -> Result<Arc<Session>, Refusal> {
        let session = self.sessions.read().get(&hash(token)).cloned();
        session
            .filter(|session| now.mono_us < session.expires_us)
            .ok_or_else(|| Refusal::new(RefusalCode::UnknownSession, "open a session first"))
    }

    /// Once a second: agents off the line, sessions that are over.
    pub(crate) fn tick(&self, now: Moment) {
        let sessions: Vec<Arc<Session>> = self.sessions.read().values().cloned().collect();
        for session in &sessions {
            session.cameras.values().for_each(|camera| camera.work.lock().tick(now));
        }
        self.waiting.tick(now);
        self.end(now, Cause::Uplink, "its session was not renewed", |session| {
            now.mono_us >= session.expires_us
        });
    }

    /// Ends those sessions for which `is_over`.
    fn end(&self, now: Moment, cause: Cause, reason: &str, is_over: impl Fn(&Session) -> bool) {
        self.remove(is_over).iter().for_each(|session| session.close(now, cause, reason));
    }

    fn remove(&self, is_over: impl Fn(&Session) -> bool) -> Vec<Arc<Session>> {
        let mut sessions = self.sessions.write();
        sessions.extract_if(|_, session| is_over(session)).map(|(_, session)| session).collect()
    }
}

fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

fn malformed(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::Malformed, error.to_string())
}

impl Centre {
    /// Opens a session for the device that signed `request`. `source` is its address.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub fn open_session(
        &self,
        request: &SignedRequest<'_>,
        headers: SignedHeaders<'_>,
        source: &str,
    ) -> Result<SessionResponse, Refusal> {
        let now = self.now();
        let claim =
            Claim::parse(headers.input).map_err(|error| Refusal::new(error.code(), error.to_string()))?;
        let body = SessionRequest::from_json(request.body).map_err(|error| malformed(&error))?;
        let registry = self.registry();
        let id = claim.device.to_string();
        let key =
            registry.snapshot.devices.iter().find(|device| device.id == id).map(|device| device.public_key);
        let key = key.and_then(|key| PublicKey::from_bytes(&key).ok());
        let Some(key) = key else {
            return Err(Refusal::new(
                RefusalCode::UnknownDevice,
                "enrol the device with a code of the commission",
            ));
        };
        let verified = claim.verify(&key, request, headers.digest, headers.signature);
        verified.map_err(|error| Refusal::new(error.code(), error.to_string()))?;
        let mut nonces = self.agents.nonces.lock();
        let accepted = nonces.accept(&claim, now.wall);
        let time = nonces.time(now.wall);
        drop(nonces);
        accepted.map_err(|error| Refusal {
            now_us: Some(time),
            ..Refusal::new(error.code(), error.to_string())
        })?;
        let right = Right::Device(claim.device);
        let (cameras, refused): (Vec<CameraId>, Vec<CameraId>) =
            body.cameras.iter().partition(|camera| registry.allows(**camera, right));
        for camera in &refused {
            tracing::warn!(%camera, device = %claim.device, cause = "it is not enrolled for it, or was revoked", blame = "operator", "an agent is refused");
        }
        // One camera that is refused takes no other with it.
        if let (true, Some(camera)) = (cameras.is_empty(), refused.first()) {
            return Err(Refusal::new(
                RefusalCode::Revoked,
                format!("the device is not enrolled for camera {camera}"),
            ));
        }
        let session = Session {
            device: claim.device,
            recording: body.recording,
            source: format!("agent {source}"),
            expires_us: now.mono_us + u64::from(SESSION_S) * 1_000_000,
            cameras: cameras.iter().map(|camera| (*camera, OfCamera::default())).collect(),
            differences: AtomicU32::new(0),
        };
        let token = self.begin(session)?;
        tracing::info!(device = %claim.device, source, program = body.program, cameras = cameras.len(), "an agent opened a session");
        let centre = self.archive.id().parse().map_err(|error| malformed(&error))?;
        let sound = registry.election.policy.sound;
        Ok(SessionResponse { token, expires_s: SESSION_S, now_us: now.wall, centre, sound, refused })
    }

    /// Puts a session into effect, in place of the device's one before it. Returns its token.
    fn begin(&self, session: Session) -> Result<String, Refusal> {
        let mut secret = [0; TOKEN_BYTES];
        getrandom::fill(&mut secret).map_err(|error| Refusal::new(RefusalCode::Busy, error.to_string()))?;
        let token = URL_SAFE_NO_PAD.encode(secret);
        let now = self.now();
        session.cameras.values().for_each(|camera| camera.work.lock().note_heard(now));
        let is_before =
            |other: &Session| (other.device, other.recording) == (session.device, session.recording);
        self.agents.remove(is_before).iter().for_each(|former| session.replace(former, now));
        let mut sessions = self.agents.sessions.write();
        if sessions.len() >= SESSIONS_MAX {
            return Err(Refusal::new(RefusalCode::Busy, "too many sessions are open"));
        }
        sessions.insert(hash(&token), Arc::new(session));
        Ok(token)
    }

    /// The agent of this session is there, whether or not it has anything to send.
    pub fn hear_of(&self, token: &str) {
        let now = self.now();
        if let Ok(session) = self.agents.session(token, now) {
            session.cameras.values().for_each(|camera| camera.work.lock().note_heard(now));
        }
    }

    /// A place in the order of a line's requests, to be taken when a request comes. Only somebody with a session gets
    /// one.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub fn turn(&self, token: &str, path: &RecordPath) -> Result<Turn, Refusal> {
        let session = self.agents.session(token, self.now())?;
        let of_camera = self.of_session(&session, path.camera, Some(path.recording))?;
        Ok(Turn::take(of_camera.turns(path.line)))
    }

    /// Takes a record, when it is its turn: as live, or as media of the past.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub async fn take_record(
        self: &Arc<Self>,
        token: &str,
        path: &RecordPath,
        body: Bytes,
        turn: Turn,
    ) -> Result<Answer, Refusal> {
        let _turn = turn.come().await;
        let now = self.now();
        let session = self.agents.session(token, now)?;
        let of_camera = self.of_session(&session, path.camera, Some(path.recording))?;
        let crc32c = crc32c::crc32c(&body);
        let output = ashkar_uplink::decode(body).map_err(|error| malformed(&error))?;
        if RecordName::of(&output) != path.record {
            return Err(Refusal::new(
                RefusalCode::Malformed,
                "the address names another record than the body",
            ));
        }
        let sent = Sent { name: path.record, output: &output, crc32c };
        let taken = match path.line {
            Line::Live => {
                let camera = self.camera(path.camera);
                let camera = camera.ok_or_else(|| Refusal::new(RefusalCode::Revoked, "the camera is off"))?;
                of_camera.work.lock().take_live(&session, &camera, &self.archive, &sent, now)
            }
            Line::Late => {
                let known = self.look(path.camera, &output).await?;
                let sound = self.registry().election.policy.sound;
                of_camera.work.lock().take_late(path.camera, &self.archive, &sent, known, sound, now)
            }
        };
        if let Ok(answer) = &taken {
            let newly = of_camera.work.lock().newly_persisted(path.line, answer);
            self.agents.meters.answered(path.line, answer, newly);
        }
        taken.map_err(|code| self.refused(code, &session, path, now))
    }

    fn of_session<'a>(
        &self,
        session: &'a Session,
        camera: CameraId,
        recording: Option<RecordingId>,
    ) -> Result<&'a OfCamera, Refusal> {
        if recording.is_some_and(|recording| recording != session.recording) {
            return Err(Refusal::new(
                RefusalCode::UnknownSession,
                "the session is that of another recording",
            ));
        }
        if !self.registry().allows(camera, Right::Device(session.device)) {
            return Err(Refusal::new(
                RefusalCode::Revoked,
                format!("the device is not enrolled for camera {camera}"),
            ));
        }
        let of_session = session.cameras.get(&camera);
        of_session
            .ok_or_else(|| Refusal::new(RefusalCode::UnknownSession, "the session is not for this camera"))
    }

    /// What the archive has in the place of a late record.
    async fn look(&self, camera: CameraId, output: &Output) -> Result<Known, Refusal> {
        let archive = self.archive.clone();
        match output {
            Output::Part(part) if late::is_unsettled(&archive, camera, part) => Ok(Known::Unsettled),
            Output::Part(part) if late::may_be_known(&archive, camera, part) => {
                let part = part.clone();
                self.read_for_agent(move || late::look(&archive, camera, &part)).await
            }
            Output::Fact(fact) => {
                let fact = fact.clone();
                self.read_for_agent(move || late::look_for_fact(&archive, camera, &fact)).await
            }
            _ => Ok(Known::Nothing),
        }
    }

    async fn read_for_agent<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let busy = |error: &dyn std::fmt::Display| Refusal::new(RefusalCode::Busy, error.to_string());
        let _turn = self.media.turn().await.map_err(|error| busy(&error))?;
        tokio::task::spawn_blocking(read).await.map_err(|error| busy(&error))
    }

    fn refused(&self, code: RefusalCode, session: &Session, path: &RecordPath, now: Moment) -> Refusal {
        if code == RefusalCode::Differs && session.note_difference(DIFFERENCES_NOTED_MAX) {
            let (camera, device) = (path.camera, session.device);
            tracing::warn!(%camera, %device, record = %path.record, cause = "other bytes under a name that was used", blame = "station", "a record is refused");
            let source = format!("device {device}, {}/{}", path.recording, path.record);
            let fact = Fact { at: now, kind: FactKind::RecordDiffers { source } };
            let _ = self.archive.append(camera, &Output::Fact(fact));
        }
        let refusal = Refusal::new(code, format!("{} {}", path.camera, path.record));
        Refusal { now_us: (code == RefusalCode::Clock).then_some(now.wall), ..refusal }
    }

    /// The parts that the centre has, durably, and that begin in a span.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub async fn have(self: &Arc<Self>, token: &str, path: &HavePath) -> Result<Have, Refusal> {
        let now = self.now();
        let session = self.agents.session(token, now)?;
        self.of_session(&session, path.camera, None)?.work.lock().note_request(now);
        let (archive, path) = (self.archive.clone(), *path);
        let found = self.read_for_agent(move || archive.parts(path.camera, path.from, path.to)).await?;
        let found = found.map_err(|error| Refusal::new(RefusalCode::Busy, error.to_string()))?;
        Ok(Have { parts: found.iter().take(HAVE_PARTS_MAX).map(late::have).collect() })
    }

    /// The agent of a camera says which spans it holds that the centre lacks; none if there are none any more.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub fn note_backlog(
        &self,
        token: &str,
        camera: CameraId,
        spans: &[(MediaTime, MediaTime)],
    ) -> Result<(), Refusal> {
        let now = self.now();
        let session = self.agents.session(token, now)?;
        self.of_session(&session, camera, None)?.work.lock().note_request(now);
        self.agents.waiting.told(camera, spans, now);
        Ok(())
    }

    /// Enrols the device that knows a code of the commission, at `source`.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub async fn enrol(
        self: &Arc<Self>,
        request: &EnrolmentRequest,
        source: &str,
    ) -> Result<EnrolmentResponse, Refusal> {
        let unknown = || {
            Refusal::new(
                RefusalCode::UnknownDevice,
                "the code is not valid; ask the commission for a new one",
            )
        };
        let code: EnrolmentCode = request.code.parse().map_err(|_| unknown())?;
        let key: PublicKey = request.public_key.parse().map_err(|error| malformed(&error))?;
        let device =
            NewDevice { id: key.id().to_string(), public_key: key.to_bytes(), name: request.device.clone() };
        let by = Actor::new(format!("device:{}", device.id), self.now().wall);
        let enrolled = self.store.enrol_device(code.hash().0, &device, &by).await;
        let cameras = enrolled.map_err(|error| {
            tracing::warn!(source, device = device.id, cause = %error, blame = "station", "a device is not enrolled");
            match error {
                StoreError::Device(_) => malformed(&error),
                StoreError::CodeUnknown
                | StoreError::CodeReplaced(_)
                | StoreError::CodeUsed(_)
                | StoreError::CodeExpired(_) => Refusal::new(RefusalCode::UnknownDevice, error.to_string()),
                _ => Refusal::new(RefusalCode::Busy, "the registry cannot be written now"),
            }
        })?;
        tracing::info!(source, device = device.id, cameras = cameras.len(), "a device is enrolled");
        // Its next request is for a session; until the next look into the store it would be unknown.
        if let Err(error) = self.reload_if_changed().await {
            tracing::warn!(cause = %error, blame = "centre", "the enrolled device is known a moment later");
        }
        Ok(EnrolmentResponse { device_id: device.id, cameras })
    }

    /// Ends every session: the centre stops.
    pub(crate) fn end_sessions(&self, now: Moment) {
        self.agents.end(now, Cause::Centre, "the centre stops", |_| true);
    }
}
