//! Why a camera has given no answer that can be used.

use std::io;

use ashkar_terms::Blame;

/// Why there is none. The texts hold neither name nor password; what a camera says is one short line of visible text.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It cannot be reached.
    #[error("the camera cannot be reached: {0}")]
    Connect(io::Error),
    /// It has not answered, or not to the end, in time.
    #[error("the camera has not answered within {0} s")]
    Slow(u64),
    /// What it answers is no HTTP, or is cut.
    #[error("the camera's answer is no HTTP, or was cut")]
    NotHttp,
    /// It answers more than is read.
    #[error("the camera's answer is longer than {0} bytes")]
    Long(usize),
    /// Another status than those that carry SOAP.
    #[error("the camera answers with HTTP status {0}")]
    Status(u16),
    /// What it answers cannot be read as the answer that was asked for.
    #[error("the camera's answer cannot be understood: {0}")]
    NotUnderstood(&'static str),
    /// It does not accept the name and password, wants one, or does not let that user do it.
    #[error("the camera refuses the user name or password of the settings, or what that user may do")]
    NotAuthorised,
    /// It wants the password in the clear.
    #[error("the camera wants the password in the clear (Basic), which is not sent")]
    Basic,
    /// It answers that it will not.
    #[error("the camera says: {0}")]
    Fault(String),
    /// It does not offer this.
    #[error("the camera does not offer {0}")]
    NotOffered(&'static str),
    /// This computer gives no chance for a nonce.
    #[error("this computer gives no random numbers")]
    NoChance,
}

impl CallError {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::NotAuthorised => Blame::Operator,
            Self::NoChance => Blame::Station,
            _ => Blame::Camera,
        }
    }

    /// Whether the camera says that it cannot do this at all.
    pub(crate) fn is_not_offered(&self) -> bool {
        match self {
            Self::NotOffered(_) => true,
            Self::Fault(text) => ["ActionNotSupported", "NotImplemented", "not implemented", "not supported"]
                .iter()
                .any(|word| text.contains(word)),
            _ => false,
        }
    }
}
