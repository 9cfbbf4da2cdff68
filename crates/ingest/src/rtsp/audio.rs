//! One AAC stream: RTP packets in, frames on the video's clock out.
//!
//! The two streams count from different random origins. At first they are aligned by arrival; sender reports of both
//! (RFC 3550, 6.4.1) then give the exact offset, if the camera sends them.

use ashkar_media::{AudioConfig, AudioFrame, MediaEvent};
use ashkar_terms::{Moment, TICKS_PER_SECOND};

use super::aac::AacDepacketizer;
use super::event::Event;
use super::rtp::{Order, RtpPacket};
use super::sdp::AacFormat;
use crate::timestamp::{TimestampUnwrapper, nearest};

/// Sound farther from the picture than this is aligned anew, ticks: five seconds.
const MAX_APART_TICKS: i64 = 5 * TICKS_PER_SECOND;
/// Smallest correction by sender reports, ticks: 40 ms, the frame of a film.
const MIN_CORRECTION_TICKS: i64 = 3600;

/// One sender report: NTP time, 32.32 bits, and the timestamp of the same instant.
pub(super) type Report = (u64, u32);

/// Depacketiser of one AAC stream.
#[derive(Debug)]
pub(super) struct AudioDepacketizer {
    frames: AacDepacketizer,
    clock: TimestampUnwrapper,
    last: i64,
    /// Offset from its own time, at 90 kHz, to the video's.
    shift: Option<i64>,
}

impl AudioDepacketizer {
    /// A stream of `format`, whose configuration goes out at once.
    pub(super) fn new(format: AacFormat, out: &mut Vec<Event>) -> Self {
        out.push(MediaEvent::AudioConfig(AudioConfig { record: format.config.clone() }).into());
        Self {
            frames: AacDepacketizer::new(format),
            clock: TimestampUnwrapper::default(),
            last: 0,
            shift: None,
        }
    }

    /// Takes a packet that is not old. Frames before the first picture are dropped: they have no position yet.
    pub(super) fn take(
        &mut self,
        packet: &RtpPacket<'_>,
        order: Order,
        video_dts: Option<i64>,
        arrival: Moment,
        out: &mut Vec<Event>,
    ) {
        if order != Order::Next {
            self.frames.interrupted();
        }
        self.last = self.clock.unwrap(packet.timestamp);
        let Some(video_dts) = video_dts else { return };
        let base = self.at_90_khz(self.last);
        let near =
            |shift: &i64| base.saturating_add(*shift).saturating_sub(video_dts).abs() <= MAX_APART_TICKS;
        let shift = self.shift.filter(near).unwrap_or_else(|| video_dts.saturating_sub(base));
        self.shift = Some(shift);
        let (first, clock_hz) = (self.last, self.frames.clock_hz());
        let readable = self.frames.take(packet.payload, &mut |data, offset| {
            let camera_dts = to_90_khz(first.saturating_add(offset), clock_hz).saturating_add(shift);
            out.push(MediaEvent::Audio(AudioFrame { data, camera_dts, arrival }).into());
        });
        if !readable {
            let reason = "a packet of sound cannot be read".to_owned();
            out.push(MediaEvent::Refused { reason, camera_dts: Some(base.saturating_add(shift)) }.into());
        }
    }

    /// Aligns sound and picture by the newest report of each.
    pub(super) fn reported(&mut self, own: Report, video: Report, video_dts: i64) {
        let apart = own.0.wrapping_sub(video.0).cast_signed();
        let apart_ticks = (i128::from(apart) * i128::from(TICKS_PER_SECOND)) >> 32;
        let Ok(apart_ticks) = i64::try_from(apart_ticks) else { return };
        let on_video = nearest(video_dts, video.1).saturating_add(apart_ticks);
        let on_own = self.at_90_khz(nearest(self.last, own.1));
        let shift = on_video.saturating_sub(on_own);
        let lands = self.at_90_khz(self.last).saturating_add(shift).saturating_sub(video_dts);
        let moved = self.shift.map_or(i64::MAX, |old| shift.saturating_sub(old).saturating_abs());
        if lands.saturating_abs() <= MAX_APART_TICKS && moved >= MIN_CORRECTION_TICKS {
            self.shift = Some(shift);
        }
    }

    fn at_90_khz(&self, ticks: i64) -> i64 {
        to_90_khz(ticks, self.frames.clock_hz())
    }
}

/// Truncated to the tick; the remainder is never carried, so no error adds up.
fn to_90_khz(ticks: i64, clock_hz: u32) -> i64 {
    let scaled = i128::from(ticks) * i128::from(TICKS_PER_SECOND) / i128::from(clock_hz.max(1));
    i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use ashkar_terms::UtcMicros;
    use bytes::Bytes;

    use super::*;

    fn audio() -> AudioDepacketizer {
        let config = Bytes::from_static(&[0x11, 0x90]);
        AudioDepacketizer::new(
            AacFormat { config, clock_hz: 48_000, size_bits: 13, index_bits: 3 },
            &mut Vec::new(),
        )
    }

    fn times(audio: &mut AudioDepacketizer, timestamp: u32, video_dts: Option<i64>) -> Vec<i64> {
        let payload = &[0, 32, 0, 1 << 3, 0, 1 << 3, b'a', b'b'];
        let packet = RtpPacket { marker: true, payload_type: 97, sequence: 0, timestamp, ssrc: 1, payload };
        let mut out = Vec::new();
        let now = Moment { wall: UtcMicros(0), mono_us: 0 };
        audio.take(&packet, Order::Next, video_dts, now, &mut out);
        out.iter()
            .filter_map(|event| {
                if let Event::Media(MediaEvent::Audio(frame)) = event { Some(frame.camera_dts) } else { None }
            })
            .collect()
    }

    #[test]
    fn sound_begins_where_the_picture_is_and_keeps_its_own_pace() {
        let mut audio = audio();
        assert_eq!(times(&mut audio, 1_000_000, None), []);
        assert_eq!(times(&mut audio, 1_002_048, Some(500)), [500, 500 + 1920]);
        assert_eq!(times(&mut audio, 1_004_096, Some(90_000)), [500 + 3840, 500 + 5760]);
    }

    #[test]
    fn a_step_of_either_clock_lays_them_side_by_side_again() {
        let mut audio = audio();
        assert_eq!(times(&mut audio, 0, Some(0))[0], 0);
        assert_eq!(times(&mut audio, 2048, Some(9_000_000))[0], 9_000_000);
        assert_eq!(times(&mut audio, 4_000_000_000, Some(9_000_100))[0], 9_000_100);
    }

    #[test]
    fn sender_reports_correct_the_distance() {
        let mut audio = audio();
        assert_eq!(times(&mut audio, 48_000, Some(900_000))[0], 900_000);
        // At NTP second 7 the video is at 900,000; half a second later the sound is at 48,000.
        audio.reported((7 << 32 | 1 << 31, 48_000), (7 << 32, 900_000), 900_000);
        assert_eq!(times(&mut audio, 48_000, Some(900_000))[0], 945_000);
        audio.reported((u64::MAX, 0), (0, 77), 900_000);
    }
}
