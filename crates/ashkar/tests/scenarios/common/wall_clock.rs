//! What a process takes for the time of day, by libfaketime; its monotonic clock stays true.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

pub struct WallClock {
    file: PathBuf,
}

impl WallClock {
    /// Right, until it is set.
    pub fn in_directory(directory: &Path) -> Self {
        assert!(Path::new(FAKETIME).exists(), "libfaketime is needed for this test");
        let clock = Self { file: directory.join("clock") };
        clock.set(0, "");
        clock
    }

    /// `rate` is a factor of a drift, such as `x1.0003`, or nothing.
    pub fn set(&self, offset_seconds: i64, rate: &str) {
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("{offset_seconds:+} {rate}\n")).unwrap();
        std::fs::rename(next, &self.file).unwrap();
    }

    /// For the process that is to have it.
    pub fn environment(&self) -> [(&str, &OsStr); 5] {
        [
            ("LD_PRELOAD", FAKETIME.as_ref()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.as_os_str()),
            ("FAKETIME_NO_CACHE", "1".as_ref()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".as_ref()),
            ("NO_FAKE_STAT", "1".as_ref()),
        ]
    }
}
