//! Every reader of stored bytes accepts any input without harm: real files with some bytes changed, cut or repeated,
//! from a fixed seed. The fuzz targets do the same without end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use crate::support::{Feed, TestClock, append_all, open};
use ashkar_archive::disk::MemoryDisk;
use ashkar_archive::fuzz;
use ashkar_terms::CameraId;

const ROUNDS: u32 = 400;

/// xorshift64*: the same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % end.max(1)
    }
}

fn samples() -> Vec<(String, Vec<u8>)> {
    let (disk, clock) = (MemoryDisk::new(), TestClock::at(crate::support::MORNING));
    let archive = open(&disk, &clock);
    for camera in [CameraId::new(7, 12, 1), CameraId::new(7, 13, 1)] {
        let mut feed = Feed::new(camera);
        for _ in 0..5 {
            append_all(&archive, camera, &feed.segment(3).0).unwrap();
            archive.append(camera, &feed.gap(90_000, ashkar_terms::Cause::Power)).unwrap();
        }
    }
    archive.close().unwrap();
    disk.files().into_iter().map(|(path, _)| (path.clone(), disk.content(&path).unwrap())).collect()
}

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        match dice.below(4) {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            2 => bytes.splice(at..at, [0, 255, 7, 0]).for_each(drop),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
}

fn feed(bytes: &[u8]) {
    fuzz::record(bytes);
    fuzz::sidecar(bytes);
    fuzz::summary(bytes);
    fuzz::journal(bytes).unwrap();
}

#[test]
fn of_any_file() {
    let mut dice = Dice(42);
    for (path, pristine) in samples() {
        feed(&pristine);
        // A summary's checksum is corrected, so that the code behind the check is reached.
        let body = pristine.len() - 4 * usize::from(path == "coverage");
        for _ in 0..ROUNDS {
            let mut bytes = pristine[..body].to_vec();
            mutate(&mut bytes, &mut dice);
            feed(&bytes);
        }
    }
}
