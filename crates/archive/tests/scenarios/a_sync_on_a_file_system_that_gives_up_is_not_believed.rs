//! I2 if the file system itself gives up in the middle of a sync: ext4's `fdatasync` then reports success for bytes
//! that are not there afterwards. The archive's own disk must not.

#![allow(clippy::unwrap_used, reason = "a test that finds something else fails here")]

use std::io::IoSlice;
use std::thread;
use std::time::Duration;

use crate::support::disk::{Cut, Disk as TestDisk};
use ashkar_archive::disk::{Disk, DiskFile, RealDisk};

/// Without the second check, one in five loses something.
const ROUNDS: u64 = 40;
const FILE_BYTES: u64 = 16 << 20;
static BLOCK: [u8; 120 << 10] = [b'x'; 120 << 10];

/// Writes and syncs until that fails; returns the number of bytes reported as durable.
fn write_until_it_fails(file: &dyn DiskFile) -> u64 {
    let mut durable = 0;
    while durable + BLOCK.len() as u64 <= FILE_BYTES {
        let written = file.write_at(durable, &mut [IoSlice::new(&BLOCK)]);
        if written.and_then(|()| file.sync()).is_err() {
            break;
        }
        durable += BLOCK.len() as u64;
    }
    durable
}

#[test]
fn what_a_sync_said_to_be_durable_is_there_after_the_shutdown() {
    let mut disk = TestDisk::ext4(64);
    let mut durable_in_all = 0;
    for round in 0..ROUNDS {
        let path = format!("file-{}", round % 2);
        let files = RealDisk::create(&disk.path()).unwrap();
        let _ = files.remove(&path);
        let file = files.create(&path).unwrap();
        file.allocate(FILE_BYTES).unwrap();
        file.sync().unwrap();
        files.sync_dir("").unwrap();
        let durable = thread::scope(|scope| {
            let writer = scope.spawn(|| write_until_it_fails(&*file));
            thread::sleep(Duration::from_micros(500 + round * 487));
            disk.cut(Cut::JournalLost);
            writer.join().unwrap()
        });
        drop((file, files));
        disk.remount();
        let mut read = vec![0; usize::try_from(durable).unwrap()];
        RealDisk::existing(&disk.path()).unwrap().open(&path, false).unwrap().read_at(0, &mut read).unwrap();
        let lost = read.iter().position(|byte| *byte != b'x');
        assert_eq!(lost, None, "round {round}: of {durable} bytes that were said to be durable");
        durable_in_all += durable;
    }
    assert!(durable_in_all > 0, "nothing was ever durable, so nothing was tried");
}
