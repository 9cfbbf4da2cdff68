//! `Signature-Input` and the signature base (RFC 9421, sections 2.5 and 4.1), for any components without parameters.

use std::fmt;
use std::str::FromStr;

use super::{DeviceId, HEADER_BYTES_MAX, LABEL, SignatureError};
use crate::name::number;

/// Most components of one signature.
const COMPONENTS_MAX: usize = 16;
/// Largest integer of a structured field (RFC 8941, section 3.3.1).
const INTEGER_MAX: i64 = 999_999_999_999_999;
/// The parameters of RFC 9421, section 2.3, and whether each is an integer; each may occur once.
const PARAMETERS: [(&str, bool); 6] = [
    ("created", true),
    ("expires", true),
    ("nonce", false),
    ("keyid", false),
    ("alg", false),
    ("tag", false),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Integer(i64),
    Text(String),
}

/// What one signature covers, and its parameters: the value of `Signature-Input` with a single member.
///
/// It is read only as it would be written: one space between components, none elsewhere, texts without quotes and
/// backslashes. So what was read is written back the same, as the signature base requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureInput {
    label: String,
    components: Vec<String>,
    parameters: Vec<(&'static str, Value)>,
}

impl SignatureInput {
    /// That of the protocol.
    pub(super) fn of_session(created_s: i64, nonce: String, device: DeviceId) -> Self {
        Self {
            label: LABEL.to_owned(),
            components: super::COMPONENTS.map(str::to_owned).to_vec(),
            parameters: vec![
                ("created", Value::Integer(created_s.clamp(0, INTEGER_MAX))),
                ("nonce", Value::Text(nonce)),
                ("keyid", Value::Text(device.to_string())),
                ("alg", Value::Text(super::ALGORITHM.to_owned())),
            ],
        }
    }

    /// The label that `Signature` has too.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Names of the components, in their order.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.components.iter().map(String::as_str)
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.parameter(name)? {
            Value::Integer(integer) => Some(*integer),
            Value::Text(_) => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.parameter(name)? {
            Value::Text(text) => Some(text),
            Value::Integer(_) => None,
        }
    }

    fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The member without its label: the value of `@signature-params`.
    fn write_member(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_char('(')?;
        for (at, component) in self.components.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}\"{component}\"")?;
        }
        f.write_char(')')?;
        for (name, value) in &self.parameters {
            match value {
                Value::Integer(integer) => write!(f, ";{name}={integer}")?,
                Value::Text(text) => write!(f, ";{name}=\"{text}\"")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for SignatureInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.label)?;
        self.write_member(f)
    }
}

/// The signature base of RFC 9421, section 2.5: one line for each component with its value, and `input` as the last.
///
/// Values are those of section 2.1: without spaces around them. A value with a line break would forge a line; whoever
/// reads headers from HTTP cannot get one.
pub fn signature_base(components: &[(&str, &str)], input: &SignatureInput) -> String {
    let mut base = String::with_capacity(256);
    for (name, value) in components {
        base.extend(["\"", name, "\": ", value, "\n"]);
    }
    base.push_str("\"@signature-params\": ");
    // Writing into a string does not fail.
    let _ = input.write_member(&mut base);
    base
}

impl FromStr for SignatureInput {
    type Err = SignatureError;

    fn from_str(header: &str) -> Result<Self, SignatureError> {
        read(header).ok_or(SignatureError::Header("Signature-Input"))
    }
}

fn read(header: &str) -> Option<SignatureInput> {
    if header.len() > HEADER_BYTES_MAX {
        return None;
    }
    let (label, rest) = header.split_once("=(")?;
    let (components, mut rest) = rest.split_once(')')?;
    let mut parameters: Vec<(&'static str, Value)> = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.strip_prefix(';')?.split_once('=')?;
        let &(name, is_integer) = PARAMETERS.iter().find(|(known, _)| *known == name)?;
        if parameters.iter().any(|(known, _)| *known == name) {
            return None;
        }
        let (value, after) = if is_integer { integer(after)? } else { text(after)? };
        parameters.push((name, value));
        rest = after;
    }
    let components = read_components(components)?;
    is_label(label).then(|| SignatureInput { label: label.to_owned(), components, parameters })
}

fn read_components(list: &str) -> Option<Vec<String>> {
    let mut components: Vec<String> = Vec::new();
    for quoted in list.split(' ') {
        let name = quoted.strip_prefix('"')?.strip_suffix('"')?;
        let letters = name.strip_prefix('@').unwrap_or(name);
        let is_name = !letters.is_empty()
            && letters.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        // Section 2.5: each component once, and never the parameters themselves.
        let is_new = name != "@signature-params" && components.iter().all(|known| known != name);
        if !is_name || !is_new || components.len() == COMPONENTS_MAX {
            return None;
        }
        components.push(name.to_owned());
    }
    Some(components)
}

fn integer(text: &str) -> Option<(Value, &str)> {
    let end = text.find(';').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let integer = number::<i64>(digits).filter(|integer| (0..=INTEGER_MAX).contains(integer))?;
    Some((Value::Integer(integer), rest))
}

fn text(text: &str) -> Option<(Value, &str)> {
    let (text, rest) = text.strip_prefix('"')?.split_once('"')?;
    let is_plain = text.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'\\');
    is_plain.then(|| (Value::Text(text.to_owned()), rest))
}

/// A key of a dictionary (RFC 8941, section 3.1.2).
fn is_label(label: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b == b'*';
    let other = |b: u8| letter(b) || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    label.bytes().next().is_some_and(letter) && label.bytes().all(other)
}
