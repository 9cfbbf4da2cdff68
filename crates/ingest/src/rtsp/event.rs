//! The events of a session, for the pull session that drives it.

use ashkar_media::MediaEvent;

/// An event of a session, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The camera has described its streams; the session waits for [`super::Session::proceed`].
    Described,
    /// The camera answered PLAY, or media came.
    Playing,
    /// Media, and refused items.
    Media(MediaEvent),
    /// A hint for troubleshooting; nothing was lost. In English.
    Diagnostic(String),
}

impl From<MediaEvent> for Event {
    fn from(event: MediaEvent) -> Self {
        Self::Media(event)
    }
}

impl Event {
    /// One item was dropped, for this reason; nothing else was (I3).
    pub(super) const fn refused(reason: String, camera_dts: Option<i64>) -> Self {
        Self::Media(MediaEvent::Refused { reason, camera_dts })
    }
}
