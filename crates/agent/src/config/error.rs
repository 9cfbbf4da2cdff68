//! Mistakes in the settings, with their places.

use std::io;
use std::ops::Range;
use std::path::Path;

/// Why the settings are not taken. The operator's fault, always; the texts hold no value that may be secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// The file.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// The file is too long for settings.
    #[error("{path}: {bytes} bytes are too many for settings; the limit is 1 MiB")]
    TooLong {
        /// The file.
        path: String,
        /// Its length.
        bytes: u64,
    },
    /// A key or a value that is wrong.
    #[error("{path}, line {line}: {reason}")]
    Wrong {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The key, and what is wrong with it.
        reason: String,
    },
}

/// The file that is being read.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Place<'_> {
    /// `key`, which stands at `span`, is wrong.
    pub(super) fn wrong(&self, span: Range<usize>, key: &str, reason: impl AsRef<str>) -> ConfigError {
        self.at(span.start, format!("{key}: {}", reason.as_ref()))
    }

    /// What the parser found. Its own text would repeat the line, which may hold a password.
    pub(super) fn not_understood(&self, error: &toml::de::Error) -> ConfigError {
        let start = error.span().map_or(0, |span| span.start);
        self.at(start, error.message().to_owned())
    }

    fn at(&self, start: usize, reason: String) -> ConfigError {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        ConfigError::Wrong { path: self.path.display().to_string(), line, reason }
    }
}
