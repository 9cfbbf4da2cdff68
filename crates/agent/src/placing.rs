//! Which clock recorded what: the table of `ashkar_uplink::placing` in its file, written before a run records anything.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ashkar_archive::Archive;
use ashkar_terms::{CameraId, Clock, ClockState};
use ashkar_uplink::JSON_BYTES_MAX;
use ashkar_uplink::placing::{Placing, Run};
use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};

use crate::child::boot;
use crate::config::Config;
use crate::uplink::{read_limited, write_atomically};

/// Shared by whoever records, sends and shows.
pub(crate) type SharedPlacing = Arc<Mutex<Placing>>;

/// The file in the data directory.
pub(crate) fn path(data: &Path) -> PathBuf {
    data.join("clocks.json")
}

/// Begins this run, and notes that. A disk that does not take the note ends no recording: what this run records is then placed only
/// while it lasts.
pub(crate) fn begin(
    config: &Config,
    archive: &Archive,
    clock: &dyn Clock,
    kernel: ClockState,
) -> SharedPlacing {
    let file = path(&config.data);
    let now = clock.now();
    let firsts: BTreeMap<CameraId, u64> = config
        .cameras
        .iter()
        .map(|camera| {
            let resumed = archive.resume(camera.id).map(|resumed| resumed.next_segment);
            (camera.id, resumed.unwrap_or_else(|| archive.first_segment()))
        })
        .collect();
    let zero_mono_us = kernel_mono_us().saturating_sub(i64::try_from(now.mono_us).unwrap_or(i64::MAX));
    let run = Run { boot: boot(), zero_mono_us, firsts, believes_kernel: config.trust_kernel_clock };
    let mut placing = Placing::begin(read(&file), run, now, kernel);
    if let Some((change, bytes)) = placing.unwritten() {
        match write_atomically(&file, &bytes) {
            Ok(()) => drop(placing.wrote(change)),
            Err(error) => not_written(&file, &error),
        }
    }
    Arc::new(Mutex::new(placing))
}

/// Tells that the table could not be written.
pub(crate) fn not_written(file: &Path, error: &dyn std::fmt::Display) {
    tracing::warn!(
        path = %file.display(), cause = %error, blame = "station",
        "which clock recorded is not noted; what a wrong clock recorded waits here until it is"
    );
}

fn read(file: &Path) -> Option<Placing> {
    let read = read_limited(file, JSON_BYTES_MAX as u64);
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return broken(file, &error),
    };
    Placing::from_json(&bytes).map_or_else(|error| broken(file, &error), Some)
}

fn broken(file: &Path, error: &dyn std::fmt::Display) -> Option<Placing> {
    tracing::warn!(
        path = %file.display(), cause = %error, blame = "station",
        "which clock recorded before is not known; what a wrong one recorded is sent as it was recorded"
    );
    None
}

/// The kernel's monotonic clock, which is that of all processes of a boot.
fn kernel_mono_us() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000)
}
