//! Where a camera's outputs are made: by a packager from its pictures, or by a relay from what its agent packaged.

use ashkar_media::{Counters, Options, Output, Packager, Relay, Resume, Unusable};
use ashkar_terms::{CameraId, Cause, Moment};

/// The one of the two that the last sender needed.
pub(super) enum Maker {
    Packager(Box<Packager>),
    Relay(Box<Relay>),
}

impl Maker {
    pub(super) fn packager(camera: CameraId, resume: Resume, sound: bool) -> Self {
        Self::Packager(Box::new(Packager::new(camera, resume, options(sound))))
    }

    pub(super) fn relay(camera: CameraId, resume: Resume, sound: bool) -> Self {
        Self::Relay(Box::new(Relay::new(camera, resume, options(sound))))
    }

    /// One of the same kind.
    pub(super) fn anew(&self, camera: CameraId, resume: Resume, sound: bool) -> Self {
        match self {
            Self::Packager(_) => Self::packager(camera, resume, sound),
            Self::Relay(_) => Self::relay(camera, resume, sound),
        }
    }

    pub(super) fn connected(&mut self, source: String, at: Moment, out: &mut Vec<Output>) {
        match self {
            Self::Packager(own) => own.connected(source, at, out),
            Self::Relay(own) => own.connected(source, at, out),
        }
    }

    pub(super) fn disconnected(&mut self, cause: Cause, reason: String, at: Moment, out: &mut Vec<Output>) {
        match self {
            Self::Packager(own) => own.disconnected(cause, reason, at, out),
            Self::Relay(own) => own.disconnected(cause, reason, at, out),
        }
    }

    pub(super) fn tick(&mut self, now: Moment, out: &mut Vec<Output>) {
        match self {
            Self::Packager(own) => own.tick(now, out),
            Self::Relay(own) => own.tick(now, out),
        }
    }

    pub(super) fn flush(&mut self, at: Moment, out: &mut Vec<Output>) {
        match self {
            Self::Packager(own) => own.flush(at, out),
            Self::Relay(own) => own.flush(out),
        }
    }

    pub(super) fn received(&mut self, at: Moment) {
        match self {
            Self::Packager(own) => own.received(at),
            Self::Relay(own) => own.received(at),
        }
    }

    /// What an agent sends has its sound already, or has none: see [`super::AgentSink`].
    pub(super) fn set_sound(&mut self, sound: bool) {
        if let Self::Packager(own) = self {
            own.set_sound(sound);
        }
    }

    pub(super) fn last_picture(&self) -> Option<Moment> {
        match self {
            Self::Packager(own) => own.last_picture(),
            Self::Relay(own) => own.last_picture(),
        }
    }

    pub(super) fn open_gap_cause(&self) -> Option<Cause> {
        match self {
            Self::Packager(own) => own.open_gap_cause(),
            Self::Relay(own) => own.open_gap_cause(),
        }
    }

    /// Why the open connection brings no pictures, and, if the centre reads them itself, what is wrong with them.
    pub(super) fn trouble(&self, now: Moment) -> Option<(Cause, Option<&Unusable>)> {
        match self {
            Self::Packager(own) => own.trouble(now).map(|(cause, unusable)| (cause, Some(unusable))),
            Self::Relay(own) => own.fault(now).map(|cause| (cause, None)),
        }
    }

    pub(super) fn counters(&self) -> Counters {
        match self {
            Self::Packager(own) => own.counters(),
            Self::Relay(own) => own.counters(),
        }
    }
}

fn options(sound: bool) -> Options {
    Options { sound, ..Options::default() }
}
