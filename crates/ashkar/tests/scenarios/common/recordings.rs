//! What lies in an agent's and in a centre's archive.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use ashkar_archive::{Archive, Options};
use ashkar_media::Output;
use ashkar_terms::{CameraId, Span, SystemClock, TICKS_PER_SECOND, UtcMicros};
use bytes::Bytes;

const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(i64::MAX / 200) };

/// An archive that no process uses.
pub fn open(data: &Path) -> Archive {
    let archive = Archive::open(&data.join("archive"), Options::default(), Arc::new(SystemClock::new()));
    let archive = archive.unwrap();
    archive.flush().unwrap();
    archive
}

/// The bytes of every part that an agent recorded of a camera, also of segments without an end.
pub fn recorded(agent: &Archive, camera: CameraId) -> Vec<Bytes> {
    let numbers = agent.numbers(camera).into_iter().flatten();
    let outputs = numbers.flat_map(|number| agent.outputs(camera, number).unwrap().unwrap());
    let part = |output| if let Output::Part(part) = output { Some(part.bytes) } else { None };
    outputs.filter_map(part).collect()
}

/// The bytes of every part that can be read at a centre.
pub fn at_centre(centre: &Archive, camera: CameraId) -> HashSet<Bytes> {
    let segments = centre.segments(camera, EVER).unwrap();
    segments.iter().flat_map(|segment| centre.read_segment(segment).unwrap()).collect()
}

/// When there is media, by time; what touches is one.
pub fn media(archive: &Archive, camera: CameraId) -> Vec<Span> {
    let segments = archive.segments(camera, EVER).unwrap();
    let mut spans: Vec<Span> = segments
        .iter()
        .map(|segment| Span {
            from: segment.start.to_utc(),
            to: segment.start.plus(i64::from(segment.duration)).to_utc(),
        })
        .collect();
    spans.sort_by_key(|span| span.from);
    let mut whole: Vec<Span> = Vec::new();
    let frame_us = 1_000_000 * 3600 / TICKS_PER_SECOND;
    for span in spans {
        match whole.last_mut() {
            Some(last) if span.from.since(last.to) <= frame_us => last.to = last.to.max(span.to),
            _ => whole.push(span),
        }
    }
    whole
}

/// How much of `span` there is in `spans`, microseconds.
pub fn covered_us(spans: &[Span], span: Span) -> i64 {
    let common = |one: &Span| one.to.min(span.to).since(one.from.max(span.from)).max(0);
    spans.iter().map(common).sum()
}
