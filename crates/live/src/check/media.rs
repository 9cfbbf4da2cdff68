//! The rules for media, given the playlist that lists it.

use std::collections::VecDeque;

use super::parse::Media;
use super::rule::Rule;
use super::violation::Report;

/// Number of bodies remembered for comparison.
const MAX_BODIES: usize = 128;
/// Maximum difference between decode times and the listed durations, microseconds.
const DRIFT_US: i128 = 20_000;
/// Maximum depth to which boxes are parsed.
const MAX_DEPTH: usize = 8;

/// The media fetched so far.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    bodies: VecDeque<(String, Vec<u8>)>,
    /// Ticks per second of the newest init segment's first track.
    timescale: Option<u32>,
}

impl Fetched {
    pub(super) fn check(&mut self, uri: &str, bytes: &[u8], media: Option<&Media>, report: &mut Report) {
        if let Some(known) = self.body(uri) {
            return report.push_if(known != bytes, Rule::MediaChanged, 0, || uri.to_owned());
        }
        self.timescale = timescale(bytes).or(self.timescale);
        if self.bodies.len() >= MAX_BODIES {
            self.bodies.pop_front();
        }
        self.bodies.push_back((uri.to_owned(), bytes.to_vec()));
        if let Some(media) = media {
            self.check_parts(media, report);
            self.check_starts(uri, media, report);
        }
    }

    fn body(&self, uri: &str) -> Option<&[u8]> {
        self.bodies.iter().find(|(known, _)| known == uri).map(|(_, body)| body.as_slice())
    }

    /// If a segment and all its parts have been fetched, they must have the same bytes.
    fn check_parts(&self, media: &Media, report: &mut Report) {
        for segment in media.segments.iter().filter(|segment| !segment.parts.is_empty()) {
            let parts: Option<Vec<&[u8]>> = segment.parts.iter().map(|part| self.body(&part.uri)).collect();
            if let (Some(whole), Some(parts)) = (self.body(&segment.uri), parts) {
                let differs = whole != parts.concat();
                report.push_if(differs, Rule::PartsAreSegment, segment.line, || segment.uri.clone());
            }
        }
    }

    /// The decode time of a segment must follow that of the one before it by its duration.
    fn check_starts(&self, uri: &str, media: &Media, report: &mut Report) {
        let Some(timescale) = self.timescale.filter(|&timescale| timescale > 0) else { return };
        let start = |uri: &str| self.body(uri).and_then(first_decode_time);
        for (first, second) in media.segments.iter().zip(media.segments.iter().skip(1)) {
            let concerned = first.uri == uri || second.uri == uri;
            if !concerned || second.discontinuity {
                continue;
            }
            let (Some(begin), Some(end)) = (start(&first.uri), start(&second.uri)) else { continue };
            let elapsed_us = (i128::from(end) - i128::from(begin)) * 1_000_000 / i128::from(timescale);
            let off_us = elapsed_us - i128::from(first.duration_us);
            let text = || format!("{off_us} us off");
            report.push_if(off_us.abs() > DRIFT_US, Rule::MediaStart, second.line, text);
        }
    }
}

/// `tfdt` of the first `moof`'s first track (ISO/IEC 14496-12, 8.8.12).
fn first_decode_time(bytes: &[u8]) -> Option<u64> {
    let body = find(bytes, &[*b"moof", *b"traf", *b"tfdt"], MAX_DEPTH)?;
    match body.first()? {
        0 => Some(u64::from(u32_at(body, 4)?)),
        _ => Some(u64::from(u32_at(body, 4)?) << 32 | u64::from(u32_at(body, 8)?)),
    }
}

/// `mdhd`'s timescale of the first track (ISO/IEC 14496-12, 8.4.2).
fn timescale(bytes: &[u8]) -> Option<u32> {
    let body = find(bytes, &[*b"moov", *b"trak", *b"mdia", *b"mdhd"], MAX_DEPTH)?;
    match body.first()? {
        0 => u32_at(body, 12),
        _ => u32_at(body, 20),
    }
}

/// The body of the first box at `path`.
fn find<'a>(bytes: &'a [u8], path: &[[u8; 4]], depth: usize) -> Option<&'a [u8]> {
    let (wanted, deeper) = path.split_first()?;
    if depth == 0 {
        return None;
    }
    let mut rest = bytes;
    while let Some(length) = u32_at(rest, 0) {
        let length = length as usize;
        // 64-bit and open-ended sizes do not occur in the boxes searched.
        let (whole, after) = rest.split_at_checked(length).filter(|_| length >= 8)?;
        let body = whole.get(8..)?;
        if whole.get(4..8)? == wanted {
            return if deeper.is_empty() { Some(body) } else { find(body, deeper, depth - 1) };
        }
        rest = after;
    }
    None
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}
