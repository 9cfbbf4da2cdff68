//! Prints what one access unit costs: `cargo run --release -p ashkar-media --example packager_bench`.
//!
//! 1 Mbit/s at 25 fps in two-second GOPs, for 200 cameras in turn so that no cache holds one camera's state. The input
//! is made beforehand. Copies, boxes and SHA-256 are included; sockets and disk are not.

use ashkar_media::codec::{ParameterSets, VideoCodec};
use ashkar_media::{AccessUnit, MediaEvent, Options, Output, Packager, Resume};
use ashkar_terms::{CameraId, Moment, UtcMicros};
use bytes::Bytes;

const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
    0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
];
const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];

const CAMERAS: u16 = 200;
const FRAMES: u64 = 1500;
const GOP: u64 = 50;
/// A keyframe of 40 kB and 49 others of 4286 bytes: 250,000 bytes in two seconds.
const KEYFRAME_BYTES: usize = 40_000;
const FRAME_BYTES: usize = 4_286;

fn main() {
    let (keyframe, frame) = (access_unit(0x65, KEYFRAME_BYTES), access_unit(0x41, FRAME_BYTES));
    let mut cameras: Vec<_> = (1..=CAMERAS).map(on_air).collect();
    let mut out = Vec::with_capacity(64);
    let (mut parts, mut bytes) = (0_u64, 0_u64);
    let start = cpu_ns();
    for number in 0..FRAMES {
        let arrival = moment(number * 40_000);
        for camera in &mut cameras {
            let data = if number % GOP == 0 { keyframe.clone() } else { frame.clone() };
            let camera_dts = i64::try_from(number).unwrap_or(0) * 3600;
            camera.take(
                MediaEvent::Video(AccessUnit {
                    data,
                    camera_dts,
                    composition_offset: 0,
                    keyframe: number % GOP == 0,
                    arrival,
                }),
                arrival,
                &mut out,
            );
            for output in out.drain(..) {
                if let Output::Part(part) = output {
                    parts += 1;
                    bytes += part.bytes.len() as u64;
                }
            }
        }
    }
    let taken = cpu_ns().saturating_sub(start);
    let units = FRAMES * u64::from(CAMERAS);
    let core = taken as f64 / 1e9 / (FRAMES as f64 / 25.0) / f64::from(CAMERAS) * 1000.0;
    println!(
        "{units} access units, {parts} parts, {} MB in {} ms of CPU",
        bytes / 1_000_000,
        taken / 1_000_000
    );
    println!("{} ns per access unit; 1000 cameras take {core:.3} of a core", taken / units);
    println!("{} bytes of state per camera, besides the part being filled", size_of::<Packager>());
}

/// CPU time of this thread in nanoseconds, so that other load on the machine does not count.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

fn on_air(number: u16) -> Packager {
    let mut packager = Packager::new(CameraId::new(1, number, 1), Resume::default(), Options::default());
    let mut out = Vec::new();
    packager.connected("bench".to_owned(), moment(0), &mut out);
    match ParameterSets::of(VideoCodec::H264, [SPS, PPS]).and_then(|sets| sets.config()) {
        Ok(config) => packager.take(MediaEvent::VideoConfig(config), moment(0), &mut out),
        Err(error) => eprintln!("{error}"),
    }
    packager
}

fn access_unit(header: u8, bytes: usize) -> Bytes {
    let mut data = vec![0x5a; bytes];
    data[..4].copy_from_slice(&(bytes as u32 - 4).to_be_bytes());
    data[4] = header;
    data.into()
}

fn moment(us: u64) -> Moment {
    Moment { wall: UtcMicros(1_795_334_400_000_000).plus(i64::try_from(us).unwrap_or(0)), mono_us: us }
}
