//! Reference stills: how each camera was aimed when a technician accepted its view. Kept at the station until another
//! takes its place, so that a later visit can compare.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ashkar_terms::{CameraId, UtcMicros};
use ashkar_uplink::{Reference, STILL_BYTES_MAX};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::uplink::{files_with_extension, read_limited, write_atomically};

/// A still that is kept.
#[derive(Debug, Clone)]
pub(super) struct Still {
    pub(super) jpeg: Bytes,
    /// What a sign-off says of it.
    pub(super) reference: Reference,
}

impl Still {
    fn new(jpeg: Bytes, at_us: UtcMicros) -> Self {
        let sha256 = hex(&Sha256::digest(&jpeg));
        let bytes = jpeg.len() as u64;
        Self { jpeg, reference: Reference { at_us, sha256, bytes } }
    }

    /// Keeps it as the still of `camera`, instead of any other. A crash leaves the former, or both, of which the newer
    /// counts.
    ///
    /// # Errors
    /// If it is too long, or the disk does not take it.
    pub(super) fn keep(data: &Path, camera: CameraId, jpeg: Bytes, at_us: UtcMicros) -> io::Result<Self> {
        if jpeg.len() > STILL_BYTES_MAX {
            return Err(io::Error::new(ErrorKind::FileTooLarge, "the still is too long"));
        }
        let directory = directory(data, camera);
        let path = directory.join(format!("{:020}.jpg", at_us.0.max(0)));
        write_atomically(&path, &jpeg)?;
        for other in files_with_extension(&directory, "jpg")?.into_iter().filter(|other| *other != path) {
            std::fs::remove_file(other)?;
        }
        Ok(Self::new(jpeg, at_us))
    }

    /// The still of `camera`; nothing if none is kept, or the disk does not give it.
    pub(super) fn of(data: &Path, camera: CameraId) -> Option<Self> {
        let path = files_with_extension(&directory(data, camera), "jpg").ok()?.pop()?;
        let at_us = path.file_stem()?.to_str()?.parse().ok()?;
        let jpeg = read_limited(&path, STILL_BYTES_MAX as u64).ok()?;
        Some(Self::new(jpeg.into(), UtcMicros(at_us)))
    }
}

fn directory(data: &Path, camera: CameraId) -> PathBuf {
    data.join("reference").join(camera.dashed())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_still_of_each_camera_is_kept_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let (one, two) = (CameraId::new(7, 12, 1), CameraId::new(7, 12, 2));
        let keep = |camera, jpeg: &'static [u8], at| {
            Still::keep(directory.path(), camera, Bytes::from_static(jpeg), UtcMicros(at))
        };
        assert!(Still::of(directory.path(), one).is_none());
        keep(one, b"first", 5_000_000).unwrap();
        keep(two, b"other", 6_000_000).unwrap();
        keep(one, b"second", 7_000_000).unwrap();
        let still = Still::of(directory.path(), one).unwrap();
        assert_eq!((&still.jpeg[..], still.reference.at_us), (&b"second"[..], UtcMicros(7_000_000)));
        assert_eq!(still.reference.sha256, hex(&Sha256::digest(b"second")));
        assert_eq!(&Still::of(directory.path(), two).unwrap().jpeg[..], b"other");
        // The clock was set back: the one that was kept last counts all the same.
        keep(one, b"third", 1).unwrap();
        assert_eq!(&Still::of(directory.path(), one).unwrap().jpeg[..], b"third");
        let long = Bytes::from(vec![0; STILL_BYTES_MAX + 1]);
        assert!(Still::keep(directory.path(), one, long, UtcMicros(9)).is_err());
        assert_eq!(&Still::of(directory.path(), one).unwrap().jpeg[..], b"third");
    }
}
