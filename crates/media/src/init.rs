//! The init segment: `ftyp` and `moov`. Its layout is in `docs/reference/media.md`.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::boxes::BoxWriter;
use crate::codec::{AudioParameters, VideoCodec, VideoParameters};
use crate::output::InitSegment;

/// Ticks per second of every track.
pub(crate) const TIMESCALE: u32 = 90_000;
/// Track ID of the picture.
pub(crate) const VIDEO_TRACK: u32 = 1;
/// Track ID of the sound, if there is any.
pub(crate) const AUDIO_TRACK: u32 = 2;

/// `matrix` of `mvhd` and `tkhd`: no transformation.
const IDENTITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Undetermined language, in the five-bit letters of `mdhd`: `und`.
const UNDETERMINED: u16 = 0x55c4;

/// The init segment for these parameters. The same parameters give the same bytes, and so the same name.
pub fn init_segment(video: &VideoParameters, audio: Option<&AudioParameters>) -> InitSegment {
    let mut w = BoxWriter::default();
    w.put_box(b"ftyp", |w| {
        w.raw(b"iso6").u32(0).raw(b"iso6").raw(b"cmfc").raw(b"mp41");
    });
    w.put_box(b"moov", |w| movie(w, video, audio));
    let bytes = Bytes::from(w.into_bytes());
    let codecs = match audio {
        Some(audio) => format!("{},{}", video.codecs, audio.codecs),
        None => video.codecs.clone(),
    };
    let sha256 = Sha256::digest(&bytes).into();
    InitSegment { sha256, bytes, codecs, width: video.width, height: video.height }
}

fn movie(w: &mut BoxWriter, video: &VideoParameters, audio: Option<&AudioParameters>) {
    w.put_full_box(b"mvhd", 0, 0, |w| {
        w.u32(0).u32(0).u32(TIMESCALE).u32(0);
        w.u32(0x1_0000).u16(0x100).zeros(10);
        matrix(w);
        w.zeros(24).u32(AUDIO_TRACK + 1);
    });
    track(w, &Track::video(video));
    if let Some(audio) = audio {
        track(w, &Track::audio(audio));
    }
    w.put_box(b"mvex", |w| {
        track_extends(w, VIDEO_TRACK);
        if audio.is_some() {
            track_extends(w, AUDIO_TRACK);
        }
    });
}

fn track_extends(w: &mut BoxWriter, track: u32) {
    w.put_full_box(b"trex", 0, 0, |w| {
        w.u32(track).u32(1).u32(0).u32(0).u32(0);
    });
}

/// The differences between the two tracks.
struct Track<'a> {
    id: u32,
    width: u16,
    height: u16,
    volume: u16,
    handler: &'static [u8; 4],
    name: &'static [u8],
    entry: Entry<'a>,
}

enum Entry<'a> {
    Video(&'a VideoParameters),
    Audio(&'a AudioParameters),
}

impl<'a> Track<'a> {
    fn video(video: &'a VideoParameters) -> Self {
        let (width, height) = (video.width, video.height);
        let entry = Entry::Video(video);
        Self { id: VIDEO_TRACK, width, height, volume: 0, handler: b"vide", name: b"video\0", entry }
    }

    fn audio(audio: &'a AudioParameters) -> Self {
        let entry = Entry::Audio(audio);
        Self {
            id: AUDIO_TRACK,
            width: 0,
            height: 0,
            volume: 0x100,
            handler: b"soun",
            name: b"sound\0",
            entry,
        }
    }
}

fn track(w: &mut BoxWriter, track: &Track<'_>) {
    w.put_box(b"trak", |w| {
        // Enabled, in the movie, in the preview.
        w.put_full_box(b"tkhd", 0, 7, |w| {
            w.u32(0).u32(0).u32(track.id).u32(0).u32(0);
            w.zeros(8).u16(0).u16(0).u16(track.volume).u16(0);
            matrix(w);
            w.u32(u32::from(track.width) << 16).u32(u32::from(track.height) << 16);
        });
        w.put_box(b"mdia", |w| media(w, track));
    });
}

fn media(w: &mut BoxWriter, track: &Track<'_>) {
    w.put_full_box(b"mdhd", 0, 0, |w| {
        w.u32(0).u32(0).u32(TIMESCALE).u32(0).u16(UNDETERMINED).u16(0);
    });
    w.put_full_box(b"hdlr", 0, 0, |w| {
        w.u32(0).raw(track.handler).zeros(12).raw(track.name);
    });
    w.put_box(b"minf", |w| {
        match track.entry {
            Entry::Video(_) => w.put_full_box(b"vmhd", 0, 1, |w| {
                w.zeros(8);
            }),
            Entry::Audio(_) => w.put_full_box(b"smhd", 0, 0, |w| {
                w.zeros(4);
            }),
        }
        w.put_box(b"dinf", |w| {
            w.put_full_box(b"dref", 0, 0, |w| {
                w.u32(1);
                // The data is in the same file.
                w.put_full_box(b"url ", 0, 1, |_| {});
            });
        });
        w.put_box(b"stbl", |w| sample_table(w, track));
    });
}

/// The sample entry, and empty tables: all samples are in the parts.
fn sample_table(w: &mut BoxWriter, track: &Track<'_>) {
    w.put_full_box(b"stsd", 0, 0, |w| {
        w.u32(1);
        match track.entry {
            Entry::Video(video) => video_entry(w, video),
            Entry::Audio(audio) => audio_entry(w, audio),
        }
    });
    for (table, zeros) in [(b"stts", 4), (b"stsc", 4), (b"stsz", 8), (b"stco", 4)] {
        w.put_full_box(table, 0, 0, |w| {
            w.zeros(zeros);
        });
    }
}

/// `avc1` or `hvc1` (ISO/IEC 14496-15, 5.4.2.1 and 8.4.1.1).
fn video_entry(w: &mut BoxWriter, video: &VideoParameters) {
    let (entry, record) = match video.codec {
        VideoCodec::H264 => (b"avc1", b"avcC"),
        VideoCodec::H265 => (b"hvc1", b"hvcC"),
    };
    w.put_box(entry, |w| {
        w.zeros(6).u16(1).zeros(16).u16(video.width).u16(video.height);
        // 72 dots per inch, one frame per sample, no compressor name, 24 bits, no colour table.
        w.u32(0x48_0000).u32(0x48_0000).u32(0).u16(1).zeros(32).u16(24).u16(0xffff);
        w.put_box(record, |w| {
            w.raw(&video.record);
        });
    });
}

/// `mp4a` with its elementary stream descriptor (ISO/IEC 14496-14, 5.6).
fn audio_entry(w: &mut BoxWriter, audio: &AudioParameters) {
    w.put_box(b"mp4a", |w| {
        w.zeros(6).u16(1).zeros(8).u16(u16::from(audio.channels)).u16(16).zeros(4);
        // 16.16 fixed point; a rate that does not fit is only in the descriptor.
        w.u32(u16::try_from(audio.sample_rate).map_or(0, |rate| u32::from(rate) << 16));
        w.put_full_box(b"esds", 0, 0, |w| {
            // Each descriptor's length is one byte of seven bits (ISO/IEC 14496-1, 8.3.3).
            let specific = u8::try_from(audio.record.len()).expect("MAX_ASC_BYTES was checked");
            assert!(specific <= 0x7f - 23, "MAX_ASC_BYTES was checked");
            w.u8(3).u8(23 + specific).u16(0).u8(0);
            // MPEG-4 audio, audio stream, no buffer size or bit rates known.
            w.u8(4).u8(15 + specific).u8(0x40).u8(0x15).zeros(11);
            w.u8(5).u8(specific).raw(&audio.record);
            w.u8(6).u8(1).u8(2);
        });
    });
}

fn matrix(w: &mut BoxWriter) {
    for value in IDENTITY {
        w.u32(value);
    }
}
