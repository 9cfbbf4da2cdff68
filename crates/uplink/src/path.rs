//! The addresses of requests: where a record is put, and how the centre is asked what it has.

use std::fmt;

use ashkar_terms::{CameraId, MediaTime};

use crate::name::number;
use crate::sign_off::is_digest;
use crate::{HAVE_TICKS_MAX, PROBE_BYTES_MAX, RecordName, RecordingId, TICKS_MAX};

/// Where sessions are opened: `POST` with a signature.
pub const SESSIONS_PATH: &str = "/in/v1/sessions";
/// Where devices are enrolled: `POST` with a code.
pub const ENROLMENTS_PATH: &str = "/in/v1/enrolments";
/// Where the centre's time is asked for.
pub const TIME_PATH: &str = "/in/v1/time";

/// Where the line is measured: `POST` of some bytes, which are dropped, and `GET` with `?bytes=`.
pub const PROBE_PATH: &str = "/in/v1/probe";
/// Where reports of a station's conditions are sent: `POST`.
pub const CONDITIONS_PATH: &str = "/in/v1/conditions";

/// What every path begins with.
pub(crate) const PREFIX: &str = "/in/v1/";
/// Longest path or query that is considered, bytes.
const PATH_BYTES_MAX: usize = 256;

/// The line on which a record is sent. Each has a connection of its own, so that a lost packet of one does not hold up
/// the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// In the order of recording, as it happens.
    Live,
    /// What live could not carry, later.
    Late,
}

impl Line {
    /// Both lines.
    pub const ALL: [Self; 2] = [Self::Live, Self::Late];

    /// Its name in a query: `live`, `late`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Late => "late",
        }
    }
}

/// Where a record is put: `/in/v1/7/12/1/0f3a9c21/4711.3?as=live`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordPath {
    /// The camera that it shows.
    pub camera: CameraId,
    /// The recording to which its numbers belong.
    pub recording: RecordingId,
    /// Its name there.
    pub record: RecordName,
    /// As what it is sent.
    pub line: Line,
}

impl fmt::Display for RecordPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { camera, recording, record, line } = self;
        write!(f, "{PREFIX}{camera}/{recording}/{record}?as={}", line.name())
    }
}

/// The path or its query is not one of this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address of this protocol is /in/v1/7/12/1/0f3a9c21/4711.3?as=live or /in/v1/7/12/1/have?from=0&to=90000"
)]
pub struct ParsePathError;

impl RecordPath {
    /// Reads a path and its query (without the `?`); the address has one spelling.
    ///
    /// # Errors
    /// [`ParsePathError`] for everything that `Display` would not have written.
    pub fn parse(path: &str, query: &str) -> Result<Self, ParsePathError> {
        let line = match query {
            "as=live" => Line::Live,
            "as=late" => Line::Late,
            _ => return Err(ParsePathError),
        };
        let (camera, rest) = camera(path).ok_or(ParsePathError)?;
        let (recording, record) = rest.split_once('/').ok_or(ParsePathError)?;
        Ok(Self {
            camera,
            recording: recording.parse().map_err(|_| ParsePathError)?,
            record: record.parse().map_err(|_| ParsePathError)?,
            line,
        })
    }
}

/// The question what the centre has of a camera, and will not lose: `/in/v1/7/12/1/have?from=0&to=90000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HavePath {
    /// The camera.
    pub camera: CameraId,
    /// First tick asked for.
    pub from: MediaTime,
    /// First tick after it; at most [`HAVE_TICKS_MAX`] later.
    pub to: MediaTime,
}

impl fmt::Display for HavePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}/have?from={}&to={}", self.camera, self.from.0, self.to.0)
    }
}

impl HavePath {
    /// Reads a path and its query (without the `?`).
    ///
    /// # Errors
    /// [`ParsePathError`] for everything that `Display` would not have written, for spans that are empty or reversed,
    /// and for those that are longer than [`HAVE_TICKS_MAX`].
    pub fn parse(path: &str, query: &str) -> Result<Self, ParsePathError> {
        let (camera, "have") = camera(path).ok_or(ParsePathError)? else { return Err(ParsePathError) };
        let (from, to) = span(query).ok_or(ParsePathError)?;
        if from < to && to - from <= HAVE_TICKS_MAX {
            Ok(Self { camera, from: MediaTime(from), to: MediaTime(to) })
        } else {
            Err(ParsePathError)
        }
    }
}

/// A part that the centre has, asked for by its first tick: `/in/v1/7/12/1/part?at=90000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartPath {
    /// The camera.
    pub camera: CameraId,
    /// The part's first tick.
    pub at: MediaTime,
}

impl fmt::Display for PartPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}/part?at={}", self.camera, self.at.0)
    }
}

impl PartPath {
    /// Reads a path and its query (without the `?`).
    ///
    /// # Errors
    /// [`ParsePathError`] for everything that `Display` would not have written.
    pub fn parse(path: &str, query: &str) -> Result<Self, ParsePathError> {
        let (camera, "part") = camera(path).ok_or(ParsePathError)? else { return Err(ParsePathError) };
        let at = query.strip_prefix("at=").filter(|at| at.len() <= PATH_BYTES_MAX).and_then(number::<i64>);
        let at = at.filter(|ticks| ticks.unsigned_abs() <= TICKS_MAX.unsigned_abs()).ok_or(ParsePathError)?;
        Ok(Self { camera, at: MediaTime(at) })
    }
}

/// Where a reference still is put, under the SHA-256 of its bytes: `/in/v1/7/12/1/reference?sha256=0a…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReferencePath {
    /// The camera.
    pub camera: CameraId,
    /// In 64 hexadecimal digits.
    pub sha256: String,
}

impl fmt::Display for ReferencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}/reference?sha256={}", self.camera, self.sha256)
    }
}

impl ReferencePath {
    /// Reads a path and its query (without the `?`).
    ///
    /// # Errors
    /// [`ParsePathError`] for everything that `Display` would not have written.
    pub fn parse(path: &str, query: &str) -> Result<Self, ParsePathError> {
        let (camera, "reference") = camera(path).ok_or(ParsePathError)? else { return Err(ParsePathError) };
        let sha256 =
            query.strip_prefix("sha256=").filter(|digest| is_digest(digest)).ok_or(ParsePathError)?;
        Ok(Self { camera, sha256: sha256.to_owned() })
    }
}

/// How many bytes the query of a measurement asks for.
///
/// # Errors
/// [`ParsePathError`] for everything but `bytes=` and a number from 1 to [`PROBE_BYTES_MAX`].
pub fn probe_bytes(query: &str) -> Result<usize, ParsePathError> {
    let bytes =
        query.strip_prefix("bytes=").filter(|bytes| bytes.len() <= PATH_BYTES_MAX).and_then(number::<usize>);
    bytes.filter(|bytes| (1..=PROBE_BYTES_MAX).contains(bytes)).ok_or(ParsePathError)
}

fn span(query: &str) -> Option<(i64, i64)> {
    if query.len() > PATH_BYTES_MAX {
        return None;
    }
    let (from, to) = query.strip_prefix("from=")?.split_once("&to=")?;
    let ticks = |text| number::<i64>(text).filter(|ticks| ticks.unsigned_abs() <= TICKS_MAX.unsigned_abs());
    Some((ticks(from)?, ticks(to)?))
}

/// Splits off the camera; returns what follows it.
pub(crate) fn camera(path: &str) -> Option<(CameraId, &str)> {
    if path.len() > PATH_BYTES_MAX {
        return None;
    }
    let rest = path.strip_prefix(PREFIX)?;
    let (end, _) = rest.match_indices('/').nth(2)?;
    let (camera, rest) = rest.split_at_checked(end)?;
    Some((camera.parse().ok()?, rest.strip_prefix('/')?))
}
