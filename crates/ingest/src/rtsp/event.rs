//! The events of a session, for the pull session that drives it.

use ashkar_media::MediaEvent;

/// What a session gives out, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The camera has described its streams; it waits for [`super::Session::proceed`].
    Described,
    /// The camera said that it plays, or media came.
    Playing,
    /// Media, and what of it was refused.
    Media(MediaEvent),
    /// Something that whoever looks for the cause of trouble wants to know; nothing was lost by it. In English.
    Diagnostic(String),
}

impl From<MediaEvent> for Event {
    fn from(event: MediaEvent) -> Self {
        Self::Media(event)
    }
}

impl Event {
    /// Something was dropped alone, for this reason (I3).
    pub(super) const fn refused(reason: String, camera_dts: Option<i64>) -> Self {
        Self::Media(MediaEvent::Refused { reason, camera_dts })
    }
}
