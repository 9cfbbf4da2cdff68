//! From tags to events: what RTMP's messages and the tags of an FLV stream have in common.

use ashkar_media::{AccessUnit, AudioConfig, AudioFrame, MediaEvent};
use ashkar_terms::Moment;
use bytes::Bytes;

use super::{AudioTag, VideoTag, read_audio, read_video};
use crate::rtmp::clock::PublisherClock;

/// 90 kHz ticks in a millisecond.
const TICKS_PER_MS: i32 = 90;

/// The state of one publisher's tags: its clock, and what is known of its sound.
#[derive(Debug, Default)]
pub(crate) struct TagMedia {
    clock: PublisherClock,
    wants_audio: bool,
    /// The last AAC parameters, kept in case the policy begins to want sound mid-stream.
    aac: Option<AudioConfig>,
    aac_is_announced: bool,
    dropped_reported: Option<String>,
}

impl TagMedia {
    /// Whether sound is handed out, from the next tag on.
    pub(crate) fn set_wants_audio(&mut self, wants: bool) {
        // A frame may already be half dropped when sound begins to be wanted: the first one is never handed out.
        self.aac_is_announced &= wants;
        self.wants_audio = wants;
    }

    /// A time of the publisher's clock in 90 kHz ticks.
    pub(crate) fn ticks(&mut self, timestamp_ms: u32) -> i64 {
        self.clock.ticks(timestamp_ms)
    }

    /// The event of a video tag, if it has one. Media bytes are shared with `payload`, not copied.
    pub(crate) fn take_video(
        &mut self,
        timestamp_ms: u32,
        payload: Bytes,
        now: Moment,
    ) -> Option<MediaEvent> {
        let camera_dts = self.ticks(timestamp_ms);
        match read_video(payload) {
            Ok(VideoTag::Config(config)) => Some(MediaEvent::VideoConfig(config)),
            Ok(VideoTag::Coded { keyframe, composition_ms, data, .. }) => {
                Some(MediaEvent::Video(AccessUnit {
                    data,
                    camera_dts,
                    composition_offset: composition_ms.saturating_mul(TICKS_PER_MS),
                    keyframe,
                    arrival: now,
                }))
            }
            Ok(VideoTag::End | VideoTag::Nothing) => None,
            Err(error) => {
                Some(MediaEvent::Refused { reason: error.to_string(), camera_dts: Some(camera_dts) })
            }
        }
    }

    /// The same for an audio tag.
    pub(crate) fn take_audio(
        &mut self,
        timestamp_ms: u32,
        payload: Bytes,
        now: Moment,
    ) -> Option<MediaEvent> {
        let camera_dts = self.ticks(timestamp_ms);
        match read_audio(payload) {
            Ok(AudioTag::Config(config)) => {
                self.aac_is_announced = self.wants_audio;
                self.aac = Some(config.clone());
                if self.wants_audio { Some(MediaEvent::AudioConfig(config)) } else { self.drop_sound("AAC") }
            }
            Ok(AudioTag::Frame(_)) if !self.wants_audio => self.drop_sound("AAC"),
            Ok(AudioTag::Frame(data)) => self.take_aac(data, camera_dts, now),
            Ok(AudioTag::Other(codec)) => self.drop_sound(&codec),
            Ok(AudioTag::Nothing) => None,
            Err(error) => {
                Some(MediaEvent::Refused { reason: error.to_string(), camera_dts: Some(camera_dts) })
            }
        }
    }

    /// The first frame after sound begins to be wanted is replaced by the parameters that decoding needs.
    fn take_aac(&mut self, data: Bytes, camera_dts: i64, now: Moment) -> Option<MediaEvent> {
        if self.aac_is_announced {
            return Some(MediaEvent::Audio(AudioFrame { data, camera_dts, arrival: now }));
        }
        let config = self.aac.clone()?;
        self.aac_is_announced = true;
        Some(MediaEvent::AudioConfig(config))
    }

    fn drop_sound(&mut self, codec: &str) -> Option<MediaEvent> {
        if self.dropped_reported.as_deref() == Some(codec) {
            return None;
        }
        self.dropped_reported = Some(codec.to_owned());
        Some(MediaEvent::SoundRefused { codec: codec.to_owned() })
    }
}
