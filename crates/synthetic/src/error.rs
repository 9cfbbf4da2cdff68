//! Errors of drawing, encoding and storing loops, and whose fault they are.

use std::path::PathBuf;

use ashkar_terms::Blame;

/// Why there are no synthetic cameras.
#[derive(Debug, thiserror::Error)]
pub enum SyntheticError {
    /// The encoder refused its settings or a picture.
    #[error("the video encoder failed: {0}")]
    Encoder(#[from] openh264::Error),
    /// The encoder's output is not one plain slice per picture, and cannot be placed below the overlay.
    #[error("the video encoder gave picture {frame} of group {gop} in an unexpected shape")]
    Shape {
        /// Group of pictures in the loop.
        gop: usize,
        /// Picture in the group.
        frame: usize,
    },
    /// Loops were encoded under different parameter sets.
    #[error("the video encoder gave different parameter sets to two loops")]
    ParameterSets,
    /// The directory for encoded loops cannot be written.
    #[error("cannot keep encoded pictures in {path}")]
    Cache {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
}

impl SyntheticError {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Cache { .. } => Blame::Operator,
            _ => Blame::Centre,
        }
    }
}
