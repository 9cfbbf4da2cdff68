//! Any bytes after a good handshake, or after an accepted publish, through a whole session: nothing panics, and
//! responses stay few.
#![no_main]

use ashkar_ingest::Refusal;
use ashkar_ingest::rtmp::PublisherSession;
use ashkar_ingest::rtmp::session::{Event, Session};
use ashkar_terms::{Moment, UtcMicros};

const NOW: Moment = Moment { wall: UtcMicros(0), mono_us: 0 };

fn greeted() -> Session {
    let mut session = Session::new(7);
    let mut hello = vec![3];
    hello.resize(1 + 2 * 1536, 0);
    assert_eq!(session.next(&mut &hello[..], NOW, &mut Vec::new()), Ok(None));
    session
}

fn publishing() -> Session {
    let mut session = Session::new(7);
    let mut publisher = PublisherSession::new("ingest", "key", "rtmp://centre/ingest");
    while let Some(bytes) = publisher.poll_output() {
        let (mut input, mut out) = (&bytes[..], Vec::new());
        while session.next(&mut input, NOW, &mut out).expect("a good publisher").is_some() {
            session.accept(true, &mut out);
        }
        publisher.feed(&out).expect("a good session");
    }
    assert!(session.is_publishing());
    session
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let mut session = if choice & 0x20 == 0 { greeted() } else { publishing() };
    let mut out = Vec::new();
    for piece in data.chunks(usize::from(choice & 0x1F) * 16 + 1) {
        let mut input = piece;
        loop {
            match session.next(&mut input, NOW, &mut out) {
                Ok(Some(Event::Publish(_))) if choice & 0x80 != 0 => {
                    session.refuse(Refusal::WrongKey, &mut out);
                }
                Ok(Some(Event::Publish(_))) => session.accept(choice & 0x40 != 0, &mut out),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
    // 64 commands of at most 700 bytes of response each, 18 bytes per ping or piece.
    assert!(out.len() <= 64 * 700 + 2 * 18 * (data.len() + 1) + 4096);
});
