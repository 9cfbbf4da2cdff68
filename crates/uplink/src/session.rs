//! Opening a session and enrolling a device: the bodies of both requests and of their answers.

use ashkar_terms::{CameraId, ClockState, UtcMicros};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{CAMERAS_MAX, JSON_BYTES_MAX, PROGRAM_BYTES_MAX, RecordingId, TOKEN_BYTES_MAX};

/// Longest public key, device id or enrolment code in a body, bytes.
const KEY_BYTES_MAX: usize = 64;
/// Longest life of a session, seconds: a day.
const EXPIRES_S_MAX: u32 = 86_400;

/// A body is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Longer than [`JSON_BYTES_MAX`].
    #[error("a body of {0} bytes")]
    Long(usize),
    /// Not the JSON of this body.
    #[error("not the JSON of this body: {0}")]
    Json(#[from] serde_json::Error),
    /// A member is out of its range.
    #[error("`{0}` is out of its range")]
    Value(&'static str),
}

impl BodyError {
    pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Self> {
        if bytes.len() > JSON_BYTES_MAX {
            return Err(Self::Long(bytes.len()));
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Writing fails only for maps whose keys are not strings; no body has one.
    pub(crate) fn write(body: &impl Serialize) -> Vec<u8> {
        serde_json::to_vec(body).unwrap_or_default()
    }

    pub(crate) fn require(holds: bool, member: &'static str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Value(member)) }
    }
}

/// Reading and writing of a body as JSON, with its limits.
macro_rules! body {
    ($name:ident, $check:expr) => {
        impl $name {
            /// Reads the body.
            ///
            /// # Errors
            /// [`BodyError`] if it is not one, or a member is out of its range.
            pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
                let body: Self = BodyError::read(bytes)?;
                let check: fn(&Self) -> Result<(), BodyError> = $check;
                check(&body).map(|()| body)
            }

            /// The body as JSON.
            pub fn to_json(&self) -> Vec<u8> {
                BodyError::write(self)
            }
        }
    };
}

/// The body of `POST /in/v1/sessions`, which is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// The id of the agent's archive.
    pub recording: RecordingId,
    /// The cameras whose records will come; all of them belong to the device.
    pub cameras: Vec<CameraId>,
    /// Name and version of the agent.
    pub program: String,
    /// What the agent knows of its own wall clock.
    pub clock: ClockState,
    /// The agent's wall clock, microseconds.
    pub now_us: UtcMicros,
}

body!(SessionRequest, |body| {
    BodyError::require((1..=CAMERAS_MAX).contains(&body.cameras.len()), "cameras")?;
    BodyError::require(body.program.len() <= PROGRAM_BYTES_MAX, "program")
});

/// The answer to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionResponse {
    /// Proves the session: each request carries it as `Authorization: Bearer`.
    pub token: String,
    /// How long it is good, seconds.
    pub expires_s: u32,
    /// The centre's wall clock, microseconds.
    pub now_us: UtcMicros,
    /// The id of the centre's archive. If it is another one than before, nothing that was persisted is there.
    pub centre: RecordingId,
    /// Whether the election's policy lets sound through. If not, media with sound are refused.
    #[serde(default)]
    pub sound: bool,
    /// Cameras of the request that the device may not send: the session is for the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<CameraId>,
}

body!(SessionResponse, |body| {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let length = (1..=TOKEN_BYTES_MAX).contains(&body.token.len());
    BodyError::require(length && body.token.bytes().all(is_token), "token")?;
    BodyError::require((1..=EXPIRES_S_MAX).contains(&body.expires_s), "expires_s")?;
    BodyError::require(body.refused.len() < CAMERAS_MAX, "refused")
});

impl std::fmt::Debug for SessionResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { token: _, expires_s, now_us, centre, sound, refused } = self;
        write!(
            f,
            "SessionResponse {{ token: ***, expires_s: {expires_s}, now_us: {now_us:?}, centre: {centre}, sound: {sound}, refused: {refused:?} }}"
        )
    }
}

/// The body of `POST /in/v1/enrolments`: a device shows its code and leaves its public key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentRequest {
    /// The one-time code, as it was typed.
    pub code: String,
    /// The device's public key, base64url without padding.
    pub public_key: String,
    /// What the technician calls the device.
    pub device: String,
}

body!(EnrolmentRequest, |body| {
    BodyError::require(body.code.len() <= KEY_BYTES_MAX, "code")?;
    BodyError::require(body.public_key.len() <= KEY_BYTES_MAX, "public_key")?;
    BodyError::require(body.device.len() <= PROGRAM_BYTES_MAX, "device")
});

impl std::fmt::Debug for EnrolmentRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code: _, public_key, device } = self;
        write!(f, "EnrolmentRequest {{ code: ***, public_key: {public_key:?}, device: {device:?} }}")
    }
}

/// The answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentResponse {
    /// The device's id: 16 hex digits.
    pub device_id: String,
    /// The cameras that belong to it.
    pub cameras: Vec<CameraId>,
}

body!(EnrolmentResponse, |body| {
    BodyError::require(crate::name::hex::<8>(&body.device_id).is_some(), "device_id")?;
    BodyError::require((1..=CAMERAS_MAX).contains(&body.cameras.len()), "cameras")
});
