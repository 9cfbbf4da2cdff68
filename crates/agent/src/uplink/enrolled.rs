//! What enrolment answered: which cameras the device may send, at which centre.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ashkar_terms::CameraId;
use ashkar_uplink::CAMERAS_MAX;
use serde::{Deserialize, Serialize};

use super::files::{read_limited, write_atomically};

/// The file's name in the data directory.
const NAME: &str = "centre.json";
const VERSION: u32 = 1;
/// The largest file that is read, bytes.
const MAX_BYTES: u64 = 64 << 10;

/// The file `centre.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Enrolled {
    version: u32,
    /// By the centre's address: scheme, host, port.
    centres: BTreeMap<String, AtCentre>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct AtCentre {
    device_id: String,
    cameras: Vec<CameraId>,
}

impl Enrolled {
    /// The file of `data`; empty if there is none.
    ///
    /// # Errors
    /// If it cannot be read or understood.
    pub(crate) fn read(data: &Path) -> io::Result<Self> {
        let bytes = match read_limited(&file(data), MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let found: Self = serde_json::from_slice(&bytes)?;
        if found.version == VERSION { Ok(found) } else { Err(io::Error::other("another version")) }
    }

    /// Writes it.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub(crate) fn write(&self, data: &Path) -> io::Result<()> {
        write_atomically(&file(data), &serde_json::to_vec_pretty(self)?)
    }

    /// The device `id` was enrolled for `cameras` at the centre `origin`.
    pub(crate) fn insert(&mut self, origin: &str, id: String, cameras: &[CameraId]) {
        self.version = VERSION;
        let known = self.centres.entry(origin.to_owned()).or_default();
        if known.device_id != id {
            *known = AtCentre { device_id: id, cameras: Vec::new() };
        }
        known.cameras.extend_from_slice(cameras);
        known.cameras.sort_unstable();
        known.cameras.dedup();
    }

    /// Those of `cameras` that may be sent to `origin`. A centre that enrolment does not know may share its registry with
    /// another: there, those of any centre.
    pub(crate) fn cameras(&self, origin: &str, cameras: &[CameraId]) -> Vec<CameraId> {
        let here = self.centres.get(origin);
        let may = |camera: &CameraId| match here {
            Some(here) => here.cameras.contains(camera),
            None => self.centres.values().any(|centre| centre.cameras.contains(camera)),
        };
        cameras.iter().copied().filter(may).take(CAMERAS_MAX).collect()
    }
}

fn file(data: &Path) -> PathBuf {
    data.join(NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_centre_has_its_cameras() {
        let dir = tempfile::tempdir().unwrap();
        let camera = |number| CameraId::new(7, 12, number);
        let all = [camera(1), camera(2), camera(3)];
        let mut enrolled = Enrolled::read(dir.path()).unwrap();
        assert_eq!(enrolled.cameras("https://a", &all), []);
        enrolled.insert("https://a", "b16c2d1bead12626".to_owned(), &[camera(2)]);
        enrolled.insert("https://a", "b16c2d1bead12626".to_owned(), &[camera(1), camera(2)]);
        enrolled.insert("https://b", "b16c2d1bead12626".to_owned(), &[camera(3)]);
        enrolled.write(dir.path()).unwrap();
        let enrolled = Enrolled::read(dir.path()).unwrap();
        assert_eq!(enrolled.cameras("https://a", &all), [camera(1), camera(2)]);
        assert_eq!(enrolled.cameras("https://b", &all), [camera(3)]);
        assert_eq!(enrolled.cameras("https://c", &all), all);
        for wrong in ["", "{}", "{\"version\":2,\"centres\":{}}"] {
            std::fs::write(file(dir.path()), wrong).unwrap();
            assert!(Enrolled::read(dir.path()).is_err(), "{wrong}");
        }
    }
}
