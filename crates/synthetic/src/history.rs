//! A synthetic camera's past, for recordings that are made afterwards.

use ashkar_load::Source as _;
use ashkar_media::AccessUnit;
use ashkar_terms::{MediaTime, Moment, Span};

use crate::Camera;

/// The pictures of one camera in a span of wall time, oldest first, each with the time it shows as its arrival.
#[derive(Debug)]
pub struct History {
    camera: Camera,
    next: i64,
    end: MediaTime,
    span: Span,
    mono_us: u64,
}

impl History {
    /// Starts with the first keyframe in `span`, since a stream cannot start with anything else.
    pub(crate) fn new(camera: Camera, span: Span, mono_us: u64) -> Self {
        let mut next = camera.frame_from(MediaTime::from_utc(span.from));
        while !camera.is_keyframe(next) {
            next += 1;
        }
        Self { camera, next, end: MediaTime::from_utc(span.to), span, mono_us }
    }
}

impl Iterator for History {
    type Item = AccessUnit;

    fn next(&mut self) -> Option<AccessUnit> {
        let time = self.camera.time_of(self.next);
        if time >= self.end {
            return None;
        }
        let wall = time.to_utc();
        let elapsed_us = u64::try_from(wall.since(self.span.from)).unwrap_or(0);
        let arrival = Moment { wall, mono_us: self.mono_us.saturating_add(elapsed_us) };
        let unit = self.camera.whole_access_unit(self.next, arrival);
        self.next += 1;
        Some(unit)
    }
}
