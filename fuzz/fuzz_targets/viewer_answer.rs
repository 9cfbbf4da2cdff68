//! HTTP responses as a viewer reads them, in pieces, and a playlist in the body.
#![no_main]

use ashkar_load::viewers::answer::{AnswerReader, Piece};
use ashkar_load::viewers::playlist::Listing;

/// Limit of the body, bytes.
const MAX_BODY: u64 = 4096;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((step, bytes)) = data.split_first() else { return };
    let mut reader = AnswerReader::default();
    reader.begin(MAX_BODY);
    let mut body = Vec::new();
    'pieces: for mut piece in bytes.chunks(usize::from(*step).max(1)) {
        loop {
            let Ok((taken, found)) = reader.read(piece) else { break 'pieces };
            piece = &piece[taken..];
            match found {
                Piece::Body(some) => body.extend_from_slice(some),
                Piece::End => break 'pieces,
                Piece::Nothing if piece.is_empty() => break,
                Piece::Nothing | Piece::Head(_) => {}
            }
        }
    }
    assert!(body.len() as u64 <= MAX_BODY);
    for text in [body.as_slice(), bytes] {
        if let Ok(listing) = Listing::read(text) {
            assert!(listing.items.windows(2).all(|pair| pair[0].place < pair[1].place));
            let from = listing.start().map(|(place, _)| place);
            assert!(from.is_none_or(|place| listing.from(place).is_some()));
        }
    }
});
