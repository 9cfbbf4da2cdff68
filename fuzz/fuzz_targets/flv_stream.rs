//! Any bytes as an FLV stream, in pieces of any length, with and without a header before them: nothing panics, and no
//! event is larger than what came.
#![no_main]

use ashkar_ingest::flv::FlvReader;
use ashkar_media::MediaEvent;
use ashkar_terms::{Moment, UtcMicros};

const NOW: Moment = Moment { wall: UtcMicros(0), mono_us: 0 };
const HEADER: &[u8] = b"FLV\x01\x05\0\0\0\x09\0\0\0\0";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let mut reader = FlvReader::new(choice & 0x40 != 0);
    if choice & 0x80 != 0 {
        assert_eq!(reader.next(&mut &*HEADER, NOW), Ok(None));
    }
    let mut handed_out = 0;
    for (number, piece) in data.chunks(usize::from(choice & 0x1F) * 16 + 1).enumerate() {
        reader.set_wants_audio(choice & 0x20 != 0 || number % 2 == 0);
        let mut input = piece;
        loop {
            match reader.next(&mut input, NOW) {
                Ok(Some(MediaEvent::Video(unit))) => handed_out += unit.data.len(),
                Ok(Some(MediaEvent::Audio(frame))) => handed_out += frame.data.len(),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
    assert!(handed_out <= data.len());
});
