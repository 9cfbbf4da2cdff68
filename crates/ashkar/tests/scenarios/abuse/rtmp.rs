//! Known attacks on RTMP servers, and further ones against ours.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::{Duration, Instant};

use ashkar_ingest::rtmp::amf0::Value;
use ashkar_ingest::rtmp::chunk::{kind, put_message};

use super::dice::Dice;
use super::publisher::{handshake, publish, transcript};
use super::sockets::{self, closes_within, connect_from, connect_tiny, reset, send, source};
use super::stage::{Stage, until};

const IDLE: usize = 10_000;
const CONNECTS: usize = 40_000;
/// The port accepts some 5,000 a second; at a higher rate, the kernel only delays connecting.
const PER_SECOND: f64 = 4500.0;
const TIMEOUT: Duration = Duration::from_secs(20);
/// For a camera to be let in while others crowd the port. The kernel may have to retry the connection.
const LET_IN: Duration = Duration::from_secs(3);

/// Random bytes, at once and after a proper handshake.
pub fn random_bytes(stage: &Stage, dice: &mut Dice) {
    for number in 0..400 {
        let mut stream = connect_from(source(number), stage.rtmp);
        if number % 2 == 0 {
            send(&mut stream, &handshake(), TIMEOUT);
        } else if number % 4 == 1 {
            send(&mut stream, &[3], TIMEOUT);
        }
        let length = 1 + dice.below(8192);
        send(&mut stream, &dice.bytes(length), Duration::from_secs(1));
        if number % 3 == 0 {
            reset(stream);
        }
    }
}

/// Leaves at every stage of a valid session: cleanly, with a reset, and half open.
pub fn leaves_at_each_stage(stage: &Stage) {
    let said = transcript(stage.rtmp, &stage.keys[0]);
    let behind_handshake = handshake().len();
    let places =
        (0..behind_handshake).step_by(307).chain([1, 1536, 1537, 1538]).chain(behind_handshake..said.len());
    let mut half_open = Vec::new();
    for (number, place) in places.enumerate() {
        let mut stream = connect_from(source(number), stage.rtmp);
        send(&mut stream, &said[..place], TIMEOUT);
        match number % 3 {
            0 => drop(stream),
            1 => reset(stream),
            _ => {
                let _ = stream.shutdown(Shutdown::Write);
                half_open.push(stream);
            }
        }
    }
    assert!(half_open.iter_mut().all(|stream| closes_within(stream, TIMEOUT)), "half open ones are closed");
}

/// The known attacks, each from a stranger and from somebody who has a key.
pub fn known_attacks(stage: &Stage, dice: &mut Dice) {
    for (number, (name, bytes)) in attacks(dice).into_iter().enumerate() {
        let mut stranger = connect_from(source(number), stage.rtmp);
        send(&mut stranger, &handshake(), TIMEOUT);
        send(&mut stranger, &bytes, Duration::from_secs(1));
        let mut publisher = let_in(stage, number % 2, name);
        send(&mut publisher, &bytes, Duration::from_secs(1));
        reset(publisher);
    }
}

/// A spare camera's connection. The end of the one before it may not have been noticed yet.
fn let_in(stage: &Stage, camera: usize, name: &str) -> TcpStream {
    let end = Instant::now() + TIMEOUT;
    loop {
        match publish(Ipv4Addr::LOCALHOST, stage.rtmp, &stage.keys[camera]) {
            Ok(stream) => return stream,
            Err(why) => assert!(Instant::now() < end, "{name}: {why}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn attacks(dice: &mut Dice) -> Vec<(&'static str, Vec<u8>)> {
    let message = |kind, payload: &[u8]| {
        let mut out = Vec::new();
        put_message(2, kind, 0, payload, &mut out);
        out
    };
    let chunk_size = |size: u32| message(kind::SET_CHUNK_SIZE, &size.to_be_bytes());
    let behind_size = |size: u32, rest: &[u8]| [&chunk_size(size)[..], rest].concat();
    let command = |payload: &[u8]| {
        let mut out = chunk_size(1 << 20);
        put_message(3, kind::COMMAND, 0, payload, &mut out);
        out
    };
    let noise = dice.bytes(4096);
    // A picture of 300 bytes, of which the first chunk came.
    let begun = [&[0x06, 0, 0, 0, 0, 1, 44, 9, 1, 0, 0, 0][..], &[0x11; 128]].concat();
    let mut sixteen_megabytes = Vec::new();
    for id in 64..2064_u32 {
        let [low, high, ..] = (id - 64).to_le_bytes();
        sixteen_megabytes.extend([0x01, low, high, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0, 0xAA]);
    }
    let four_megabytes: Vec<u8> =
        (4..12_u8).flat_map(|id| [id, 0, 0, 0, 0x3F, 0xFF, 0xFF, 9, 1, 0, 0, 0]).collect();
    let nested = |marker: &[u8]| [&[2, 0, 7][..], b"connect", &[0; 9], &marker.repeat(10_000)].concat();
    vec![
        ("an acknowledgement window of 0", [message(kind::WINDOW_SIZE, &[0; 4]), noise.clone()].concat()),
        ("an acknowledgement window of 1", message(kind::WINDOW_SIZE, &[0, 0, 0, 1]).repeat(2000)),
        ("a short acknowledgement window", message(kind::WINDOW_SIZE, &[0]).repeat(10)),
        ("a first chunk of type 3", [&[0xC3][..], &noise].concat()),
        ("a first chunk of type 2", [&[0x83, 0, 0, 1][..], &noise].concat()),
        ("a length that shrinks", [&begun[..], &[0x46, 0, 0, 0, 0, 0, 10, 9], &noise].concat()),
        (
            "sound inside a picture",
            [&begun[..], &[0x04, 0, 0, 0, 0, 0, 2, 8, 1, 0, 0, 0, 0xAF, 1], &noise].concat(),
        ),
        ("16 MB on 2000 chunk streams", sixteen_megabytes),
        ("4 MB on 8 chunk streams", four_megabytes),
        ("a chunk size of 0", behind_size(0, &noise)),
        ("a chunk size of 1", behind_size(1, &noise)),
        ("the largest chunk size", behind_size(0x7FFF_FFFF, &[&begun[..], &noise].concat())),
        ("a chunk size with the highest bit", behind_size(0x8000_0000, &noise)),
        ("aborts", [&begun[..], &message(kind::ABORT, &[0, 0, 0, 6]).repeat(5000)].concat()),
        ("aborts of what is not there", message(kind::ABORT, &[0xFF; 4]).repeat(5000)),
        ("objects 10,000 deep", command(&nested(&[3, 0, 1, b'a']))),
        ("arrays 10,000 deep", command(&nested(&[10, 0, 0, 0, 1]))),
        ("an array of 4,000,000,000", command(&[2, 0, 1, b'x', 10, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("a string of 4 GB", command(&[12, 0xFF, 0xFF, 0xFF, 0xFF, b'x'])),
        ("a string of 60 kB", command(&[&[2, 0xEA, 0x60][..], &[b'k'; 60_000]].concat())),
        ("10,000 commands", command(&[2, 0, 1, b'x', 0, 0, 0, 0, 0, 0, 0, 0, 0]).repeat(10_000)),
        ("20,000 pings", message(kind::USER_CONTROL, &[0, 6, 1, 2, 3, 4]).repeat(20_000)),
        ("aggregates", message(kind::AGGREGATE, &[9; 100]).repeat(5000)),
        // A header, and then one byte for each further message without a payload.
        (
            "a million messages of a byte",
            [&[0x06, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0][..], &[0xC6; 1_000_000]].concat(),
        ),
        ("pictures without anything", message(kind::VIDEO, &[]).repeat(5000)),
        (
            "pictures of nonsense",
            message(kind::VIDEO, &[0x17, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]).repeat(5000),
        ),
        ("configurations of nonsense", message(kind::VIDEO, &[0x17, 0, 0, 0, 0, 1, 0xFF, 0xFF]).repeat(5000)),
        ("sound of nonsense", message(kind::AUDIO, &[0xAF, 0, 0xFF, 0xFF]).repeat(5000)),
    ]
}

/// Hundreds of wrong keys; and two publishers with one key, of which the second goes.
pub fn wrong_and_doubled_keys(stage: &Stage) {
    let before = stage.refused("wrong_key");
    let mut guessing = Vec::new();
    for number in 0..300 {
        let said = transcript_with_wrong_key(number);
        let mut stream = connect_from(Ipv4Addr::new(127, 0, 2, (number % 250) as u8), stage.rtmp);
        send(&mut stream, &said, TIMEOUT);
        guessing.push(stream);
    }
    until("every wrong key is refused", TIMEOUT, || stage.refused("wrong_key") - before >= 300.0);
    // The first one is silent, and could be taken over after five seconds.
    let first = let_in(stage, 2, "publishing twice");
    for _ in 0..20 {
        let second = publish(Ipv4Addr::LOCALHOST, stage.rtmp, &stage.keys[2]);
        assert!(second.is_err_and(|why| why.contains("another publisher is live")), "a second one is let in");
    }
    reset(first);
}

fn transcript_with_wrong_key(number: usize) -> Vec<u8> {
    let mut said = handshake();
    let connect = [
        "connect".into(),
        Value::Number(1.0),
        Value::object([("app", "ingest".into()), ("tcUrl", "rtmp://centre/ingest".into())]),
    ];
    let chunk_size = (1_u32 << 20).to_be_bytes();
    put_message(2, kind::SET_CHUNK_SIZE, 0, &chunk_size, &mut said);
    put_message(3, kind::COMMAND, 0, &encode(&connect), &mut said);
    let key = format!("120-90-1.{number:040}");
    let publish = ["publish".into(), Value::Number(5.0), Value::Null, key.as_str().into(), "live".into()];
    put_message(3, kind::COMMAND, 1, &encode(&publish), &mut said);
    said
}

fn encode(values: &[Value]) -> Vec<u8> {
    let mut payload = Vec::new();
    values.iter().for_each(|value| value.put(&mut payload));
    payload
}

/// Byte by byte, and clients that never read the responses that they cause.
pub fn slow_ones(stage: &Stage) {
    let said = handshake();
    let mut slow: Vec<_> = (0..500).map(|number| connect_from(source(number), stage.rtmp)).collect();
    let mut deaf: Vec<_> = (0..20).map(|_| connect_tiny(stage.rtmp)).collect();
    let mut ping = Vec::new();
    put_message(2, kind::USER_CONTROL, 0, &[0, 6, 1, 2, 3, 4], &mut ping);
    let pings = ping.repeat(20_000);
    for stream in &mut deaf {
        send(stream, &said, TIMEOUT);
        send(stream, &pings, Duration::from_millis(300));
    }
    let begun = Instant::now();
    for byte in said.iter().take(100) {
        for stream in &mut slow {
            let _ = stream.write(&[*byte]);
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    // A connection that dawdles is closed after ten seconds, however busy it looks.
    let rest = Duration::from_secs(12).saturating_sub(begun.elapsed());
    assert!(slow.iter_mut().all(|stream| closes_within(stream, rest + Duration::from_secs(2))));
}

/// Ten thousand silent connections; a camera is let in all the same, again and again.
pub fn idle(stage: &Stage) {
    let before = stage.figure("ashkar_rtmp_accepted_total");
    let crowd = sockets::idle(IDLE, PER_SECOND, stage.rtmp);
    until("all were at the door", TIMEOUT, || {
        stage.figure("ashkar_rtmp_accepted_total") - before >= IDLE as f64
    });
    let inside = stage.figure("ashkar_rtmp_connections");
    assert!(inside <= 4096.0, "{inside} are inside");
    assert!(stage.refused("made_room") > 0.0, "the oldest give way");
    println!("  {inside} inside, {} gave way", stage.refused("made_room"));
    assert_cameras_come_in(stage, "ten thousand stand at the door");
    drop(crowd);
}

fn assert_cameras_come_in(stage: &Stage, what: &str) {
    for number in 0..5 {
        let begun = Instant::now();
        let stream = publish(Ipv4Addr::new(127, 0, 3, number), stage.rtmp, &stage.keys[3]);
        let took = begun.elapsed();
        assert!(stream.is_ok() && took < LET_IN, "{what}: a camera is let in after {took:?}: {stream:?}");
        reset(stream.expect("just looked at"));
        let camera = "ashkar_camera_connected{camera=\"120/90/4\"}";
        until("the camera is gone", TIMEOUT, || super::witness::figure(&stage.figures(), camera) == 0.0);
    }
}

/// Forty thousand connections that come and go, while cameras join.
pub fn comings_and_goings(stage: &Stage) {
    std::thread::scope(|scope| {
        let crowd = scope.spawn(|| sockets::connect_and_disconnect(CONNECTS, PER_SECOND, stage.rtmp));
        std::thread::sleep(Duration::from_secs(1));
        assert_cameras_come_in(stage, "forty thousand come and go");
        crowd.join().expect("the crowd does not fail");
    });
}

/// A valid publisher that then sends garbage, again and again.
pub fn valid_and_then_garbage(stage: &Stage, dice: &mut Dice) {
    for number in 0..60 {
        let mut stream = let_in(stage, number % 3, "valid and then garbage");
        send(&mut stream, &dice.bytes(20_000), Duration::from_secs(1));
        let mut rest = Vec::new();
        let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
        let _ = stream.read_to_end(&mut rest);
    }
}
