//! Any bytes through the chunk reader, whole and cut: the outcome is the same, and the limits hold.
#![no_main]

use ashkar_ingest::rtmp::chunk::{ChunkError, ChunkReader, Limits, Message};

fn read(pieces: impl Iterator<Item = Vec<u8>>, drops_audio: bool) -> (Vec<Message>, Option<ChunkError>) {
    let mut reader = ChunkReader::new(Limits::UNAUTHENTICATED);
    reader.set_drops_audio(drops_audio);
    let mut messages = Vec::new();
    for piece in pieces {
        let mut input = &piece[..];
        loop {
            match reader.next(&mut input) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
        assert!(input.is_empty());
    }
    (messages, None)
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&cut, data)) = data.split_first() else { return };
    let drops_audio = cut & 0x80 != 0;
    let whole = read(std::iter::once(data.to_vec()), drops_audio);
    let pieces = read(data.chunks(usize::from(cut & 0x7F) + 1).map(<[u8]>::to_vec), drops_audio);
    assert_eq!(whole, pieces);
    assert!(whole.0.iter().all(|message| message.payload.len() <= Limits::UNAUTHENTICATED.message_bytes));
});
