//! The part writer: one `moof` and one `mdat`, in one buffer whose size is computed before it is allocated.
//!
//! ```text
//! moof                          8
//!   mfhd  sequence_number      16
//!   traf                        8    once for the picture, and once for the sound if there is any
//!     tfhd  track_ID           16    default-base-is-moof
//!     tfdt  v1                 20    MediaTime as is
//!     trun  v1            20 + 16n   per sample: duration, size, flags, composition offset
//! mdat                          8
//!   the picture's samples, then the sound's
//! ```

use ashkar_terms::MediaTime;
use bytes::Bytes;

use crate::assembly::RandomAccess;
use crate::boxes::{field_i32, field_u32};
use crate::init::{AUDIO_TRACK, VIDEO_TRACK};

const BOX: usize = 8;
const MFHD: usize = 16;
const TFHD: usize = 16;
const TFDT: usize = 20;
const TRUN: usize = 20;
const TRUN_SAMPLE: usize = 16;

/// `default-base-is-moof` (ISO/IEC 14496-12, 8.8.7.1).
const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;
/// `trun` has a data offset, and durations, sizes, flags and composition offsets of each sample (8.8.8.1).
const TRUN_FLAGS: u32 = 0x0f01;
/// `sample_depends_on` 2: on no other sample (8.8.3.1); a sync sample.
const SYNC_SAMPLE: u32 = 0x0200_0000;
/// `sample_depends_on` 1; still marked as a sync sample, or no player could start anywhere in such a stream.
const GRADUAL_SYNC_SAMPLE: u32 = 0x0100_0000;
/// Depends on others and is not a sync sample.
const OTHER_SAMPLE: u32 = 0x0101_0000;

/// One sample of a part.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    data: Bytes,
    /// Ticks, at least one.
    duration: u32,
    composition_offset: i32,
    dependence: Dependence,
}

impl Sample {
    /// A sample that lasts `duration` ticks.
    ///
    /// # Panics
    /// If the duration is zero or does not fit `sample_duration` of `trun` (8.8.8.2): the timeline only moves forward,
    /// and a picture longer than `segment_max_ticks` is cut.
    #[track_caller]
    pub(crate) fn new(data: Bytes, duration: i64, composition_offset: i32, dependence: Dependence) -> Self {
        Self { data, duration: checked_duration(duration), composition_offset, dependence }
    }

    /// Ticks.
    pub(crate) const fn duration(&self) -> u32 {
        self.duration
    }

    /// Lengthens it by `ticks`.
    ///
    /// # Panics
    /// Like [`Sample::new`].
    pub(crate) fn stretch(&mut self, ticks: i64) {
        self.duration = checked_duration(i64::from(self.duration) + ticks);
    }
}

/// The duration field of a sample, in ticks.
#[track_caller]
pub(crate) fn checked_duration(ticks: i64) -> u32 {
    assert!(ticks > 0, "time goes forward");
    u32::try_from(ticks).expect("a segment lasts seconds")
}

/// Whether a player may start at a sample, and how well it then shows the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dependence {
    /// It may start, and everything is correct.
    Sync,
    /// It may start, and everything is correct some pictures later.
    Gradual,
    /// It may not start.
    Other,
}

impl Dependence {
    pub(crate) const fn of(access: RandomAccess) -> Self {
        match access {
            RandomAccess::Key | RandomAccess::Exact | RandomAccess::Intra => Self::Sync,
            RandomAccess::Gradual => Self::Gradual,
            RandomAccess::None => Self::Other,
        }
    }

    const fn flags(self) -> u32 {
        match self {
            Self::Sync => SYNC_SAMPLE,
            Self::Gradual => GRADUAL_SYNC_SAMPLE,
            Self::Other => OTHER_SAMPLE,
        }
    }
}

/// The samples of one track in a part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) start: i64,
    pub(crate) samples: &'a [Sample],
}

/// The part's bytes. One allocation; each sample is copied once.
///
/// # Panics
/// If a run begins before the epoch, or the part is larger than its fields can hold: see [`field_u32`].
pub(crate) fn write_part(sequence: u32, video: Run<'_>, audio: Option<Run<'_>>) -> Bytes {
    let audio = audio.filter(|run| !run.samples.is_empty());
    let moof = BOX + MFHD + track_size(&video) + audio.as_ref().map_or(0, track_size);
    let (video_bytes, audio_bytes) = (payload(&video), audio.as_ref().map_or(0, payload));
    let mdat = BOX + video_bytes + audio_bytes;
    let mut out = Vec::with_capacity(moof + mdat);
    put_header(&mut out, moof, b"moof");
    put_header(&mut out, MFHD, b"mfhd");
    put(&mut out, &[0, sequence]);
    put_track(&mut out, VIDEO_TRACK, &video, moof + BOX);
    if let Some(audio) = &audio {
        put_track(&mut out, AUDIO_TRACK, audio, moof + BOX + video_bytes);
    }
    put_header(&mut out, mdat, b"mdat");
    for sample in video.samples.iter().chain(audio.iter().flat_map(|run| run.samples)) {
        out.extend_from_slice(&sample.data);
    }
    assert_eq!(out.len(), moof + mdat, "the size was computed right");
    Bytes::from(out)
}

/// A part without a picture, at `start`: served to a player that requests a piece of a gap nevertheless. A gap before
/// the epoch, which only a damaged archive can contain, is shown at the epoch.
pub fn empty_part(start: MediaTime) -> Bytes {
    write_part(0, Run { start: start.0.max(0), samples: &[] }, None)
}

fn track_size(run: &Run<'_>) -> usize {
    BOX + TFHD + TFDT + TRUN + TRUN_SAMPLE * run.samples.len()
}

fn payload(run: &Run<'_>) -> usize {
    run.samples.iter().map(|sample| sample.data.len()).sum()
}

fn put_track(out: &mut Vec<u8>, track: u32, run: &Run<'_>, data_offset: usize) {
    put_header(out, track_size(run), b"traf");
    put_header(out, TFHD, b"tfhd");
    put(out, &[DEFAULT_BASE_IS_MOOF, track]);
    put_header(out, TFDT, b"tfdt");
    let start = u64::try_from(run.start).expect("no timeline begins before the epoch");
    put(out, &[1 << 24, (start >> 32) as u32, start as u32]);
    put_header(out, TRUN + TRUN_SAMPLE * run.samples.len(), b"trun");
    let (count, offset) = (field_u32(run.samples.len()), field_i32(data_offset));
    put(out, &[1 << 24 | TRUN_FLAGS, count, offset.cast_unsigned()]);
    for sample in run.samples {
        let flags = sample.dependence.flags();
        let offset = sample.composition_offset.cast_unsigned();
        put(out, &[sample.duration, field_u32(sample.data.len()), flags, offset]);
    }
}

fn put_header(out: &mut Vec<u8>, size: usize, kind: &[u8; 4]) {
    out.extend_from_slice(&field_u32(size).to_be_bytes());
    out.extend_from_slice(kind);
}

fn put(out: &mut Vec<u8>, words: &[u32]) {
    for word in words {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(duration: i64) -> Sample {
        Sample::new(Bytes::from_static(b"abc"), duration, -1, Dependence::Sync)
    }

    #[test]
    fn what_is_written_is_what_was_given() {
        let samples = [sample(90), sample(3600)];
        let part = write_part(7, Run { start: 0x1_2345_6789, samples: &samples }, None);
        assert_eq!(part.len(), BOX + MFHD + track_size(&Run { start: 0, samples: &samples }) + BOX + 6);
        assert_eq!(part[60..68], [0, 0, 0, 1, 0x23, 0x45, 0x67, 0x89], "tfdt");
        let offset = u32::from_be_bytes(*part[84..].first_chunk().unwrap());
        assert_eq!(&part[offset as usize..], b"abcabc");
        assert_eq!(part[88..104], [0, 0, 0, 90, 0, 0, 0, 3, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "trun");
    }

    #[test]
    #[should_panic(expected = "time goes forward")]
    fn a_sample_without_a_length_is_not_made() {
        let _ = sample(0);
    }

    #[test]
    #[should_panic(expected = "a segment lasts seconds")]
    fn a_sample_of_half_a_day_is_not_made() {
        let _ = sample(1 << 32);
    }

    #[test]
    #[should_panic(expected = "before the epoch")]
    fn no_part_begins_before_the_epoch() {
        let _ = write_part(0, Run { start: -1, samples: &[sample(1)] }, None);
    }
}
