//! An authenticator, and the browser that speaks for it: what they answer to the options of the site.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// One passkey, and what there is to be said wrongly about it.
pub(crate) struct Authenticator {
    key: Key,
    pub(crate) id: Vec<u8>,
    pub(crate) counter: u32,
    pub(crate) origin: String,
    pub(crate) host: String,
    pub(crate) flags: u8,
    pub(crate) cross_origin: Option<bool>,
    /// Another kind of ceremony than the one that is meant.
    pub(crate) kind: Option<&'static str>,
    pub(crate) user_handle: Option<String>,
    /// Sent with the data as extensions, if any.
    pub(crate) extensions: Vec<u8>,
    /// Sent behind all that.
    pub(crate) trailing: Vec<u8>,
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("a short value").to_be_bytes();
    [&[0x59], &length[..], value].concat()
}

impl Authenticator {
    pub(crate) fn p256() -> Self {
        let random = SystemRandom::new();
        let algorithm = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("random numbers");
        Self::with(Key::P256(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect("a key")))
    }

    pub(crate) fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("random numbers");
        Self::with(Key::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key")))
    }

    fn with(key: Key) -> Self {
        let public = match &key {
            Key::P256(pair) => pair.public_key().as_ref().to_vec(),
            Key::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        };
        Self {
            key,
            id: Sha256::digest(public).to_vec(),
            counter: 7,
            origin: "https://desk.example:8443".to_owned(),
            host: "desk.example".to_owned(),
            flags: 0b101,
            cross_origin: Some(false),
            kind: None,
            user_handle: None,
            extensions: Vec::new(),
            trailing: Vec::new(),
        }
    }

    /// The public key as COSE.
    pub(crate) fn cose(&self) -> Vec<u8> {
        match &self.key {
            Key::P256(pair) => {
                let point = pair.public_key().as_ref();
                let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21];
                [&head[..], &bytes(&point[1..33]), &[0x22], &bytes(&point[33..])].concat()
            }
            Key::Ed25519(pair) => {
                let head = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21];
                [&head[..], &bytes(pair.public_key().as_ref())].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::P256(pair) => {
                pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
            }
            Key::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        let mut data = json!({ "type": self.kind.unwrap_or(kind), "challenge": challenge, "origin": self.origin, "more": "x" });
        if let Some(cross) = self.cross_origin {
            data["crossOrigin"] = json!(cross);
        }
        data.to_string().into_bytes()
    }

    fn data(&self, credential: &[u8]) -> Vec<u8> {
        let has_credential = u8::from(!credential.is_empty()) << 6;
        let has_extensions = u8::from(!self.extensions.is_empty()) << 7;
        let flags = self.flags | has_credential | has_extensions;
        let host = Sha256::digest(&self.host);
        [&host, &[flags][..], &self.counter.to_be_bytes(), credential, &self.extensions, &self.trailing]
            .concat()
    }

    fn answer(&self, response: Value) -> Value {
        let id = base64(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {}, "response": response,
        })
    }

    /// The answer to options of a registration.
    pub(crate) fn create(&self, options: &Value) -> Value {
        let length = u16::try_from(self.id.len()).expect("a short id").to_be_bytes();
        let data = self.data(&[&[0; 16], &length[..], &self.id, &self.cose()].concat());
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let head = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData";
        let object = [&head[..], &bytes(&data)].concat();
        self.answer(json!({
            "clientDataJSON": base64(&self.client_data("webauthn.create", options)),
            "attestationObject": base64(&object),
            "transports": ["usb", "something new"],
        }))
    }

    /// The answer to options of an authentication.
    pub(crate) fn get(&self, options: &Value) -> Value {
        let (client_data, data) = (self.client_data("webauthn.get", options), self.data(&[]));
        let message = [&data[..], &Sha256::digest(&client_data)].concat();
        self.answer(json!({
            "clientDataJSON": base64(&client_data),
            "authenticatorData": base64(&data),
            "signature": base64(&self.sign(&message)),
            "userHandle": self.user_handle,
        }))
    }
}
