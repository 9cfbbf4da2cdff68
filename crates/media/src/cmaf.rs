//! The part writer: one `moof` and one `mdat`, into one buffer whose size is known before it is made.
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
/// `sample_depends_on` 1; a sync sample all the same, or no player could begin anywhere in such a stream.
const GRADUAL_SYNC_SAMPLE: u32 = 0x0100_0000;
/// Depends on others, and is no sync sample.
const OTHER_SAMPLE: u32 = 0x0101_0000;

/// One sample of a part.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) data: Bytes,
    pub(crate) duration: u32,
    pub(crate) composition_offset: i32,
    pub(crate) dependence: Dependence,
}

/// Whether a player may begin at a sample, and what it then shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dependence {
    /// It may, and all is right.
    Sync,
    /// It may, and all is right some pictures later.
    Gradual,
    /// It may not.
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
    debug_assert_eq!(out.len(), moof + mdat, "the size was computed right");
    Bytes::from(out)
}

/// A part without a picture, at `start`: what a player gets that asks for a piece of a gap all the same.
pub fn empty_part(start: MediaTime) -> Bytes {
    write_part(0, Run { start: start.0, samples: &[] }, None)
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
    let start = u64::try_from(run.start).unwrap_or(0);
    put(out, &[1 << 24, (start >> 32) as u32, start as u32]);
    put_header(out, TRUN + TRUN_SAMPLE * run.samples.len(), b"trun");
    put(out, &[1 << 24 | TRUN_FLAGS, small(run.samples.len()), small(data_offset)]);
    for sample in run.samples {
        let flags = sample.dependence.flags();
        let offset = sample.composition_offset as u32;
        put(out, &[sample.duration, small(sample.data.len()), flags, offset]);
    }
}

fn put_header(out: &mut Vec<u8>, size: usize, kind: &[u8; 4]) {
    out.extend_from_slice(&small(size).to_be_bytes());
    out.extend_from_slice(kind);
}

fn put(out: &mut Vec<u8>, words: &[u32]) {
    for word in words {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

/// Sizes fit: a part is limited to a few megabytes.
fn small(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
