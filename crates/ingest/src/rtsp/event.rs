use ashkar_media::{AccessUnit, AudioConfig, AudioFrame, VideoConfig};

/// What a camera's session gives out, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The camera has described its streams; it waits for [`super::Session::proceed`].
    Described,
    /// The camera said that it plays, or media came.
    Playing,
    /// Parameter sets, new or changed.
    VideoConfig(VideoConfig),
    /// AAC parameters.
    AudioConfig(AudioConfig),
    /// The camera has sound that is not AAC.
    SoundRefused {
        /// Its encoding name, such as `pcma`.
        codec: String,
    },
    /// One picture.
    Video(AccessUnit),
    /// One AAC frame.
    Audio(AudioFrame),
    /// Something that whoever looks for the cause of trouble wants to know; nothing was lost by it.
    Told {
        /// What.
        what: String,
    },
    /// Something could not be used and was dropped alone (I3).
    Refused {
        /// Why.
        reason: String,
        /// Its place, 90 kHz ticks of the video's origin, where it is known.
        camera_dts: Option<i64>,
    },
}
