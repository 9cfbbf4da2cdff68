//! What the browser answers: the JSON form of `PublicKeyCredential` (WebAuthn 3, 5.1).

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::Value;

use super::PasskeyError;

/// Longest field, letters: an attestation with its certificates has some thousands.
const LETTERS_MAX: usize = 64 << 10;
/// Ways to reach an authenticator that are kept.
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

/// Base64url, which some pages pad.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64_URL.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > LETTERS_MAX {
        return None;
    }
    BASE64_URL.decode(text).ok()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<R> {
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationJson {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthenticationJson {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

/// The answer to a registration.
pub(super) struct Registration {
    pub(super) id: Vec<u8>,
    pub(super) client_data: Vec<u8>,
    pub(super) attestation_object: Vec<u8>,
    pub(super) transports: Vec<String>,
}

/// The answer to an authentication.
pub(super) struct Authentication {
    pub(super) id: Vec<u8>,
    pub(super) client_data: Vec<u8>,
    pub(super) authenticator_data: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) user_handle: Option<Vec<u8>>,
}

fn credential<'a, R: Deserialize<'a>>(answer: &'a Value) -> Result<(Vec<u8>, R), PasskeyError> {
    let credential: Credential<R> = Credential::deserialize(answer).map_err(|_| PasskeyError::Form)?;
    let id = decode(&credential.raw_id).filter(|_| credential.kind == "public-key");
    Ok((id.ok_or(PasskeyError::Form)?, credential.response))
}

impl Registration {
    pub(super) fn read(answer: &Value) -> Result<Self, PasskeyError> {
        let (id, response): (_, RegistrationJson) = credential(answer)?;
        let known = TRANSPORTS.into_iter().filter(|known| response.transports.iter().any(|one| one == known));
        Ok(Self {
            id,
            client_data: decode(&response.client_data).ok_or(PasskeyError::Form)?,
            attestation_object: decode(&response.attestation_object).ok_or(PasskeyError::Form)?,
            transports: known.map(str::to_owned).collect(),
        })
    }
}

impl Authentication {
    pub(super) fn read(answer: &Value) -> Result<Self, PasskeyError> {
        let (id, response): (_, AuthenticationJson) = credential(answer)?;
        let user_handle = response.user_handle.filter(|handle| !handle.is_empty());
        Ok(Self {
            id,
            client_data: decode(&response.client_data).ok_or(PasskeyError::Form)?,
            authenticator_data: decode(&response.authenticator_data).ok_or(PasskeyError::Form)?,
            signature: decode(&response.signature).ok_or(PasskeyError::Form)?,
            user_handle: user_handle.map(|handle| decode(&handle).ok_or(PasskeyError::Form)).transpose()?,
        })
    }
}

/// What the browser saw (WebAuthn 3, 5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) challenge: String,
    pub(super) origin: String,
    #[serde(default)]
    pub(super) cross_origin: bool,
}
