//! A whole client session against a camera that sends anything at all, with a password at stake.
#![no_main]

use ashkar_ingest::rtsp::{Credentials, Event, LowerTransport, MAX_OUTPUT_BYTES, Session, SessionConfig};
use ashkar_terms::{Moment, UtcMicros};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let config = SessionConfig {
        url: "rtsp://camera/".into(),
        credentials: Some(Credentials { user: "user".into(), password: "password".into() }),
        transport: LowerTransport::Tcp,
        answer_timeout_us: 10_000_000,
        silence_us: 10_000_000,
    };
    let mut session = Session::new(config, at(0));
    let (mut events, mut now_us) = (Vec::new(), 0);
    for piece in data.chunks(700) {
        now_us += 100_000;
        session.space()[..piece.len()].copy_from_slice(piece);
        if session.received(piece.len(), at(now_us), &mut events).is_err() {
            return;
        }
        if events.contains(&Event::Described) {
            session.proceed(true, at(now_us), &mut events);
        }
        events.clear();
        if session.tick(at(now_us), &mut events).is_err() {
            return;
        }
        assert!(session.output().len() <= 2 * MAX_OUTPUT_BYTES);
    }
});

fn at(mono_us: u64) -> Moment {
    Moment { wall: UtcMicros(0), mono_us }
}
