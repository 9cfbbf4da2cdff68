//! Why nothing is sent, in plain words, and whose fault it is.

use ashkar_terms::Blame;
use ashkar_uplink::{Refusal, RefusalCode};

/// What is wrong, for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Fault {
    /// Whose fault it is.
    pub blame: Blame,
    /// What is wrong.
    pub reason: String,
}

impl Fault {
    pub(crate) fn new(blame: Blame, reason: impl Into<String>) -> Self {
        Self { blame, reason: reason.into() }
    }

    pub(crate) fn line(reason: impl Into<String>) -> Self {
        Self::new(Blame::Line, reason)
    }

    pub(crate) fn station(reason: impl Into<String>) -> Self {
        Self::new(Blame::Station, reason)
    }

    /// A defect of this software.
    pub(crate) fn centre(reason: impl Into<String>) -> Self {
        Self::new(Blame::Centre, reason)
    }

    /// An answer that is not one of the protocol.
    pub(crate) fn not_understood(what: &dyn std::fmt::Display) -> Self {
        Self::new(
            Blame::Centre,
            format!("the answer is not that of a centre ({what}); is the address the one for agents?"),
        )
    }
}

impl From<&Refusal> for Fault {
    fn from(refusal: &Refusal) -> Self {
        let Refusal { code, detail, .. } = refusal;
        // What a centre writes goes into logs and onto a terminal: one line of a sane length.
        let detail: String = detail.chars().filter(|c| !c.is_control()).take(DETAIL_CHARS_MAX).collect();
        let reason = match code {
            RefusalCode::UnknownDevice => format!("the centre does not know this device: {detail}"),
            RefusalCode::Revoked => format!("the centre refuses this device: {detail}"),
            _ if detail.is_empty() => code.title().to_owned(),
            _ => format!("{}: {detail}", code.title()),
        };
        Self::new(code.blame(), reason)
    }
}

/// Longest text of a centre that is shown, characters.
const DETAIL_CHARS_MAX: usize = 200;
