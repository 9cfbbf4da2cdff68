//! RTSP framing: any bytes, in pieces whose length is given by the first byte.
#![no_main]

use ashkar_ingest::rtsp::Receiver;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((step, data)) = data.split_first() else { return };
    let mut receiver = Receiver::new();
    for piece in data.chunks(usize::from(*step) + 1) {
        let space = receiver.space();
        assert!(space.len() >= piece.len(), "room for a read is always there");
        space[..piece.len()].copy_from_slice(piece);
        receiver.filled(piece.len());
        loop {
            match receiver.next_item() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
});
