//! Reads outputs with mp4-atom and checks them against what `Output` promises.

use ashkar_media::{GAP_SEGMENT_TICKS, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::MediaTime;
use bytes::Bytes;
use mp4_atom::{Any, DecodeMaybe, Moof, TrunSamples};
use sha2::{Digest, Sha256};

/// The contents of the parts.
#[derive(Debug, Default)]
pub struct Judged {
    pub samples: Vec<Found>,
    pub sound: Vec<Found>,
    pub parts: usize,
    pub segments: usize,
    pub gaps: Vec<Gap>,
}

#[derive(Debug, Clone)]
pub struct Found {
    pub data: Bytes,
    pub time: i64,
    pub duration: i64,
    pub composition_offset: i64,
    pub sync: bool,
}

#[derive(Default)]
struct State {
    /// The numbers in the bytes are those of the parts.
    numbered: bool,
    init: Option<InitSegment>,
    segment: Option<OpenSegment>,
    next_number: Option<u64>,
    /// Required start of the next part, unless it is discontinuous.
    expected: Option<MediaTime>,
    open_gap: Option<Gap>,
    gap_closed: bool,
    last_time: Option<i64>,
}

struct OpenSegment {
    number: u64,
    start: MediaTime,
    duration: u64,
    parts: u16,
    bytes: Vec<u8>,
    init: [u8; 8],
}

/// Asserts every promise, and returns the contents.
pub fn judge(out: &[Output]) -> Judged {
    judge_numbered(out, true)
}

/// The same for a relay, whose numbers are not those in the bytes.
pub fn judge_relayed(out: &[Output]) -> Judged {
    judge_numbered(out, false)
}

fn judge_numbered(out: &[Output], numbered: bool) -> Judged {
    let (mut state, mut judged) = (State { numbered, ..State::default() }, Judged::default());
    for output in out {
        match output {
            Output::Init(init) => state.init(init),
            Output::Part(part) => state.part(part, &mut judged),
            Output::SegmentEnd(end) => state.segment_end(end, &mut judged),
            Output::Gap(gap) => state.gap(gap, &mut judged),
            Output::Fact(_) => {}
        }
    }
    assert!(state.segment.is_none(), "the last segment has ended");
    judged
}

impl State {
    fn init(&mut self, init: &InitSegment) {
        assert_eq!(init.sha256, <[u8; 32]>::from(Sha256::digest(&init.bytes)));
        assert!(self.segment.is_none(), "parameters change between segments only");
        self.init = Some(init.clone());
    }

    fn part(&mut self, part: &Part, judged: &mut Judged) {
        let init = self.init.as_ref().expect("an init segment comes first");
        assert_eq!(part.init, init.sha256[..8], "the part names the init segment given last");
        assert!(self.open_gap.is_none(), "no part inside a gap");
        let segment = self.segment.get_or_insert_with(|| OpenSegment {
            number: part.segment,
            start: part.start,
            duration: 0,
            parts: 0,
            bytes: Vec::new(),
            init: part.init,
        });
        let goes_back = part.index == 0
            && part.discontinuity
            && self.expected.is_some_and(|expected| part.start < expected);
        if part.index == 0
            && let Some(next) = self.next_number
        {
            let left_out = u64::from(goes_back);
            assert_eq!(
                part.segment,
                next + left_out,
                "numbers rise by one, by the gaps, and where time goes back"
            );
        }
        assert_eq!((part.segment, part.index), (segment.number, segment.parts), "parts in order");
        assert!(part.index == 0 || !part.discontinuity, "segments begin anew, not parts within them");
        if goes_back {
            self.last_time = None;
        } else if let Some(expected) = self.expected {
            assert_eq!(part.start, expected, "without a gap the timeline is contiguous");
        }
        assert!(!self.gap_closed || part.discontinuity, "after a gap all begins anew");
        let samples = read_part(part, self.numbered, judged);
        assert_eq!(samples.len(), usize::from(part.samples));
        assert_eq!(samples.iter().map(|sample| sample.duration).sum::<i64>(), i64::from(part.duration));
        assert!(
            part.duration <= 48_600 || samples.len() == 1,
            "parts are half a second, and even ones at most 0.54 s"
        );
        // A stream without intra pictures still has parts at which a player may start although they need others.
        assert!(samples[0].sync || !part.independent);
        for sample in &samples {
            assert!(self.last_time.is_none_or(|last| last < sample.time), "decoding times rise");
            self.last_time = Some(sample.time);
        }
        segment.duration += u64::from(part.duration);
        segment.parts += 1;
        segment.bytes.extend_from_slice(&part.bytes);
        self.expected = Some(part.start.plus(i64::from(part.duration)));
        self.gap_closed = false;
        judged.parts += 1;
        judged.samples.extend(samples);
    }

    fn segment_end(&mut self, end: &SegmentEnd, judged: &mut Judged) {
        let segment = self.segment.take().expect("a segment that has parts");
        assert_eq!((end.segment, end.start, end.parts), (segment.number, segment.start, segment.parts));
        assert_eq!(u64::from(end.duration), segment.duration);
        assert_eq!(end.byte_length, segment.bytes.len() as u64);
        assert_eq!(end.sha256, <[u8; 32]>::from(Sha256::digest(&segment.bytes)));
        assert_eq!(end.init_sha256[..8], segment.init);
        assert!(segment.duration < 405_000, "EXTINF rounds to at most 4");
        self.next_number = Some(segment.number + 1);
        judged.segments += 1;
    }

    fn gap(&mut self, gap: &Gap, judged: &mut Judged) {
        assert!(self.segment.is_none(), "gaps lie between segments");
        if let Some(end) = self.expected {
            assert_eq!(gap.from, end, "a gap begins where the pictures end");
        }
        match gap.to {
            None => {
                let again =
                    self.open_gap.is_some_and(|open| open.from == gap.from && open.cause != gap.cause);
                assert!(
                    self.open_gap.is_none() || again,
                    "a gap is opened once, and again with a better cause"
                );
                assert!(self.next_number.is_none_or(|next| next == gap.next_segment));
                self.next_number = Some(gap.next_segment);
                self.open_gap = Some(*gap);
            }
            Some(to) => {
                let length = to.since(gap.from);
                assert!(length > 0, "time moves forward");
                if let Some(next) = self.next_number {
                    let pieces = (length + GAP_SEGMENT_TICKS - 1) / GAP_SEGMENT_TICKS;
                    assert_eq!(gap.next_segment, next + pieces as u64);
                }
                self.next_number = Some(gap.next_segment);
                self.open_gap = None;
                self.expected = Some(to);
                self.gap_closed = true;
            }
        }
        judged.gaps.push(*gap);
    }
}

fn read_part(part: &Part, numbered: bool, judged: &mut Judged) -> Vec<Found> {
    let mut bytes = part.bytes.as_ref();
    let moof = match Any::decode_maybe(&mut bytes).unwrap().unwrap() {
        Any::Moof(moof) => moof,
        other => panic!("a part begins with moof, not {other:?}"),
    };
    match Any::decode_maybe(&mut bytes).unwrap().unwrap() {
        Any::Mdat(_) => {}
        other => panic!("mdat follows, not {other:?}"),
    }
    assert!(bytes.is_empty(), "nothing follows mdat");
    let sequence = (part.segment as u32).wrapping_mul(256).wrapping_add(part.index.into());
    assert!(!numbered || moof.mfhd.sequence_number == sequence);
    let video = read_track(part, &moof, 0);
    assert_eq!(video[0].time, part.start.0, "tfdt is the media time as is");
    let sound = if moof.traf.len() > 1 { read_track(part, &moof, 1) } else { Vec::new() };
    // Matches what the writer computed beforehand: one sample after the other, up to the end.
    let mut at = part.bytes.len();
    for sample in video.iter().chain(&sound).rev() {
        at -= sample.data.len();
        assert_eq!(sample.data.as_ptr(), part.bytes[at..].as_ptr(), "samples lie one behind the other");
    }
    assert_eq!(&part.bytes[at - 4..at], b"mdat", "and nothing is before them");
    judged.sound.extend(sound);
    video
}

fn read_track(part: &Part, moof: &Moof, index: usize) -> Vec<Found> {
    let traf = &moof.traf[index];
    assert_eq!(traf.tfhd.track_id as usize, index + 1);
    assert!(traf.tfhd.default_base_is_moof && traf.tfhd.base_data_offset.is_none());
    let mut time = traf.tfdt.as_ref().unwrap().base_media_decode_time as i64;
    let [run] = &traf.trun[..] else { panic!("one run per track") };
    let mut at = run.data_offset.unwrap() as usize;
    let TrunSamples::Explicit(entries) = &run.samples else { panic!("each sample says all of itself") };
    entries
        .iter()
        .map(|entry| {
            let size = entry.size.unwrap() as usize;
            let duration = i64::from(entry.duration.unwrap());
            let found = Found {
                data: part.bytes.slice(at..at + size),
                time,
                duration,
                composition_offset: entry.cts.unwrap_or(0),
                sync: entry.flags.unwrap() & 0x1_0000 == 0,
            };
            (at, time) = (at + size, time + duration);
            assert!(duration > 0, "no sample is empty");
            found
        })
        .collect()
}
