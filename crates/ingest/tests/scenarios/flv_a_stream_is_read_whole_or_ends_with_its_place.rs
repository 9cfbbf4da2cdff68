//! FLV streams: every tag comes out once whatever the pieces, ffmpeg's own streams are read to their last picture, a
//! tag that is of no use costs only itself, and broken framing ends the stream with its place.

use std::process::Command;

use ashkar_ingest::flv::{FlvError, FlvReader, MAX_TAG_BYTES};
use ashkar_media::{AccessUnit, MediaEvent};
use ashkar_terms::{Moment, UtcMicros};
use proptest::prelude::*;

const NOW: Moment = Moment { wall: UtcMicros(1_700_000_000_000_000), mono_us: 5 };
const AUDIO: u8 = 8;
const VIDEO: u8 = 9;
const SCRIPT: u8 = 18;

/// A stream written by the format's description alone.
#[derive(Clone, Default)]
struct Stream(Vec<u8>);

impl Stream {
    fn begin() -> Self {
        Self(b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec())
    }

    fn tag(mut self, kind: u8, timestamp_ms: u32, payload: &[u8]) -> Self {
        let length = u32::try_from(payload.len()).unwrap();
        let [upper, a, b, c] = timestamp_ms.to_be_bytes();
        self.0.push(kind);
        self.0.extend(&length.to_be_bytes()[1..]);
        self.0.extend([a, b, c, upper, 0, 0, 0]);
        self.0.extend(payload);
        self.0.extend((length + 11).to_be_bytes());
        self
    }

    fn picture(self, timestamp_ms: u32, data: &[u8]) -> Self {
        let mut payload = vec![0x27, 1, 0, 0, 40];
        payload.extend(data);
        self.tag(VIDEO, timestamp_ms, &payload)
    }
}

/// The events of `bytes` in pieces of these lengths, over and over; and the error that ended it.
fn read(reader: &mut FlvReader, bytes: &[u8], pieces: &[usize]) -> (Vec<MediaEvent>, Option<FlvError>) {
    let (mut events, mut rest) = (Vec::new(), bytes);
    for length in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (mut piece, later) = rest.split_at((*length).clamp(1, rest.len()));
        rest = later;
        loop {
            match reader.next(&mut piece, NOW) {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break,
                Err(error) => return (events, Some(error)),
            }
        }
        assert!(piece.is_empty(), "all of it is consumed");
    }
    (events, None)
}

fn read_whole(stream: &Stream) -> (Vec<MediaEvent>, Option<FlvError>) {
    read(&mut FlvReader::new(true), &stream.0, &[usize::MAX])
}

fn unit(event: &MediaEvent) -> &AccessUnit {
    match event {
        MediaEvent::Video(unit) => unit,
        other => panic!("no picture: {other:?}"),
    }
}

proptest! {
    #[test]
    fn each_tag_comes_out_once_whatever_the_pieces(
        pictures in prop::collection::vec((0_u32..100_000, prop::collection::vec(any::<u8>(), 1..300)), 0..20),
        pieces in prop::collection::vec(1_usize..64, 1..10),
    ) {
        let mut stream = Stream::begin().tag(SCRIPT, 0, b"\x02\0\x0aonMetaData");
        for (at_ms, data) in &pictures {
            stream = stream.picture(*at_ms, data).tag(AUDIO, *at_ms, &[0xAF, 1, 7]);
        }
        let (events, error) = read(&mut FlvReader::new(false), &stream.0, &pieces);
        prop_assert_eq!(error, None);
        let units: Vec<_> = events.iter().filter(|event| matches!(event, MediaEvent::Video(_))).map(unit).collect();
        prop_assert_eq!(units.len(), pictures.len());
        for (unit, (at_ms, data)) in units.iter().zip(&pictures) {
            prop_assert_eq!(&unit.data[..], &data[..]);
            prop_assert_eq!(unit.camera_dts, i64::from(*at_ms) * 90);
            prop_assert_eq!((unit.composition_offset, unit.arrival), (40 * 90, NOW));
        }
        let sound = events.len() - units.len();
        prop_assert_eq!(sound, usize::from(!pictures.is_empty()), "sound that is not wanted is named once");
    }

    #[test]
    fn changed_bytes_never_panic_and_never_grow(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        pieces in prop::collection::vec(1_usize..64, 1..4),
    ) {
        let mut stream = Stream::begin().picture(0, &[1; 90]).tag(AUDIO, 5, &[0xAF, 0, 0x12, 0x10]).picture(40, &[2; 90]);
        let length = stream.0.len();
        for (place, value) in changes {
            let place = place.index(length);
            stream.0[place] = value;
        }
        let (events, _) = read(&mut FlvReader::new(true), &stream.0, &pieces);
        prop_assert!(events.len() <= 4);
    }
}

#[test]
fn times_go_on_past_24_bits() {
    let stream = Stream::begin().picture(0xFF_FFFF, &[1]).picture(0x100_0027, &[2]);
    let (events, error) = read_whole(&stream);
    assert_eq!(error, None);
    assert_eq!(unit(&events[1]).camera_dts - unit(&events[0]).camera_dts, 40 * 90);
}

#[test]
fn a_tag_of_no_use_costs_only_itself() {
    let stream = Stream::begin()
        .tag(VIDEO | 0x20, 0, &[0x17, 1, 0, 0, 0, 9])
        .tag(VIDEO, 40, &vec![0x27; MAX_TAG_BYTES + 1])
        .tag(VIDEO, 80, &[0x12, 0])
        .tag(VIDEO, 120, &[])
        .picture(160, &[7]);
    let (events, error) = read(&mut FlvReader::new(true), &stream.0, &[4096]);
    assert_eq!(error, None);
    let reasons: Vec<_> = events[..3]
        .iter()
        .map(|event| match event {
            MediaEvent::Refused { reason, camera_dts: Some(at) } => (at / 90, reason.as_str()),
            other => panic!("taken: {other:?}"),
        })
        .collect();
    assert_eq!(reasons[0], (0, "an encrypted tag is not taken in"));
    assert_eq!(
        reasons[1],
        (40, &*format!("a tag of {} bytes; the limit is {MAX_TAG_BYTES}", MAX_TAG_BYTES + 1))
    );
    assert_eq!(reasons[2].0, 80);
    assert_eq!(&unit(&events[3]).data[..], [7]);
    assert_eq!(events.len(), 4);
}

#[test]
fn broken_framing_ends_the_stream_with_its_place() {
    let says = |bytes: &[u8]| read(&mut FlvReader::new(true), bytes, &[7]).1.map(|error| error.to_string());
    assert_eq!(says(b"frame= 25 fps=0.0").unwrap(), "this is no FLV stream");
    assert_eq!(says(b"no").unwrap(), "this is no FLV stream");
    assert_eq!(says(b"FL"), None, "the rest may follow");
    assert_eq!(says(b"FLV\x02\x05\0\0\0\x09").unwrap(), "FLV version 2 is not known");
    assert_eq!(says(b"FLV\x01\x05\0\0\0\x08").unwrap(), "an FLV header of 8 bytes");
    assert_eq!(says(b"FLV\x01\x05\x7F\0\0\0").unwrap(), "an FLV header of 2130706432 bytes");
    assert_eq!(says(b"FLV\x01\x05\0\0\0\x0B??\0\0\0\0"), None, "a longer header is passed over");
    let mut wrong = Stream::begin().picture(0, &[1]);
    *wrong.0.last_mut().unwrap() += 1;
    assert_eq!(says(&wrong.0).unwrap(), "byte 30: 18 stands behind a tag of 17 bytes");
    let other = Stream::begin().tag(11, 0, &[1]);
    assert_eq!(says(&other.0).unwrap(), "byte 13: a tag of type 11");
}

#[test]
fn the_stream_of_ffmpeg_is_read_to_its_last_picture() {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=2"])
        .args(["-f", "lavfi", "-i", "sine=duration=2", "-c:v", "libx264", "-preset", "ultrafast"])
        .args(["-tune", "zerolatency", "-c:a", "aac", "-f", "flv", "pipe:1"])
        .output()
        .expect("ffmpeg must be installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (events, error) = read(&mut FlvReader::new(true), &output.stdout, &[4096, 1]);
    assert_eq!(error, None);
    let count = |is: fn(&MediaEvent) -> bool| events.iter().filter(|event| is(event)).count();
    assert_eq!(count(|event| matches!(event, MediaEvent::Video(_))), 50);
    assert_eq!(count(|event| matches!(event, MediaEvent::VideoConfig(_))), 1);
    assert_eq!(count(|event| matches!(event, MediaEvent::AudioConfig(_))), 1);
    assert!(count(|event| matches!(event, MediaEvent::Audio(_))) > 80);
    assert_eq!(count(|event| matches!(event, MediaEvent::Refused { .. })), 0);
}
