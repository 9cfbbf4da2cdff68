//! Prints what one look at a camera's sound costs: `cargo run --release -p ashkar-media --example sound_look`.
//!
//! A look finds the first AAC frame in a part of half a second (13 pictures, 24 frames) by its boxes, and reads it up to
//! its end or the first value. ffmpeg's encoder makes the frames beforehand.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use ashkar_media::codec::aac_silence::{Look, look};
use ashkar_media::first_sound_of;

const LOOKS: u32 = 2_000_000;
const PICTURES: usize = 13;
const FRAMES: usize = 24;
const PICTURE_BYTES: usize = 4_800;
const TRUN_FLAGS: u32 = 0x0100_0f01;

fn main() {
    for (name, source, expected) in [
        ("silence", "anullsrc=r=48000:cl=stereo", Look::Silent),
        ("noise", "anoisesrc=sample_rate=48000", Look::Heard),
    ] {
        let part = part(&frame(source));
        assert_eq!(first_sound_of(&part).map(look), Some(expected), "{name}");
        let start = Instant::now();
        for _ in 0..LOOKS {
            black_box(first_sound_of(black_box(&part)).map(look));
        }
        println!("{name}: {} ns a look", start.elapsed().as_nanos() / u128::from(LOOKS));
    }
}

/// A frame from the middle of a second of sound, without its ADTS header.
fn frame(source: &str) -> Vec<u8> {
    let made = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", source, "-t", "1", "-ac", "2"])
        .args(["-c:a", "aac", "-b:a", "64k", "-f", "adts", "-"])
        .output()
        .expect("ffmpeg is installed");
    let mut rest = &made.stdout[..];
    for _ in 0..20 {
        rest = &rest[length(rest)..];
    }
    rest[7..length(rest)].to_vec()
}

fn length(adts: &[u8]) -> usize {
    usize::from(adts[3] & 3) << 11 | usize::from(adts[4]) << 3 | usize::from(adts[5] >> 5)
}

/// A box with this content.
fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn track(number: u32, samples: usize, bytes: usize, offset: usize) -> Vec<u8> {
    let mut run = vec![TRUN_FLAGS, samples as u32, offset as u32];
    run.extend((0..samples).flat_map(|_| [3_600, bytes as u32, 0, 0]));
    let inner = [
        boxed(b"tfhd", &words(&[0x2_0000, number])),
        boxed(b"tfdt", &words(&[1 << 24, 0, 0])),
        boxed(b"trun", &words(&run)),
    ];
    boxed(b"traf", &inner.concat())
}

fn part(frame: &[u8]) -> Vec<u8> {
    let moof = |offset: usize| {
        let sound = offset + PICTURES * PICTURE_BYTES;
        let inner = [
            boxed(b"mfhd", &words(&[0, 1])),
            track(1, PICTURES, PICTURE_BYTES, offset),
            track(2, FRAMES, frame.len(), sound),
        ];
        boxed(b"moof", &inner.concat())
    };
    let media = [vec![0x5a; PICTURES * PICTURE_BYTES], frame.repeat(FRAMES)].concat();
    [moof(moof(0).len() + 8), boxed(b"mdat", &media)].concat()
}
