//! Why a document was not made.

/// A document that cannot be made whole is not made.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// A text does not fit where it belongs, and would be cut off.
    #[error("{what} is too long to be printed: {chars} characters")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// Its length, with what is printed as a code written out.
        chars: usize,
    },
    /// Something that stays whole is higher than a page.
    #[error("{what} is higher than a page")]
    TooHigh {
        /// What it is.
        what: &'static str,
    },
    /// The document must fit one page, and does not.
    #[error("it does not fit one page")]
    MoreThanOnePage,
    /// There are more things of a kind than the document has room for.
    #[error("too many {what}: at most {at_most}")]
    TooMany {
        /// What they are.
        what: &'static str,
        /// How many there may be.
        at_most: usize,
    },
    /// A link that no QR code holds.
    #[error("a link does not fit a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    /// A font of this crate cannot be read.
    #[error("the font {0} cannot be read")]
    Font(&'static str),
    /// The finished document breaks a rule of the format.
    #[error("the document breaks a rule of PDF/A-2a or PDF/UA-1: {0}")]
    Format(String),
}
