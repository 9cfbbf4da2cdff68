//! How recording fails: it is refused, or the store fails.

use ashkar_terms::Blame;

use super::super::StoreError;
use crate::programme::Refusal;

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ProgrammeError {
    /// It cannot be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ProgrammeError {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Refused(Refusal::Random) => Blame::Centre,
            Self::Refused(_) => Blame::Operator,
            Self::Store(error) => error.blame(),
        }
    }
}

impl From<sqlx::Error> for ProgrammeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
