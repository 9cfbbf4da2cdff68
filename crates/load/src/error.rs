//! How a load fails to start.

use ashkar_terms::Blame;

/// Why the load could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The thread or its poll could not be started.
    #[error("cannot start the load")]
    Start(#[source] std::io::Error),
}

impl LoadError {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        Blame::Centre
    }
}
