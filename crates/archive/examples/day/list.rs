//! The list of the segments of a generated day whose bytes are stored: one line each with camera, number and start in
//! microseconds.

#![allow(dead_code, reason = "each example uses its own share of it")]

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use ashkar_terms::{CameraId, UtcMicros};

/// A segment whose bytes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealSegment {
    /// Its camera.
    pub camera: CameraId,
    /// Its media sequence number.
    pub segment: u64,
    /// When it begins.
    pub start: UtcMicros,
}

pub fn write_list(path: &Path, segments: &[RealSegment]) -> io::Result<()> {
    let mut out = io::BufWriter::new(fs::File::create(path)?);
    for one in segments {
        writeln!(out, "{} {} {}", one.camera, one.segment, one.start.0)?;
    }
    out.flush()
}

pub fn read_list(path: &Path) -> io::Result<Vec<RealSegment>> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not a list of segments");
    let line = |line: &str| {
        let mut words = line.split(' ');
        Some(RealSegment {
            camera: words.next()?.parse().ok()?,
            segment: words.next()?.parse().ok()?,
            start: UtcMicros(words.next()?.parse().ok()?),
        })
    };
    fs::read_to_string(path)?.lines().map(|text| line(text).ok_or_else(invalid)).collect()
}
