//! Stream keys of the cameras that are pushed. Made once and kept in files that only the agent's user can read; why not
//! as hashes stands in `docs/reference/agent-settings.md`. They go to people and to encoders, never into a log.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use ashkar_terms::CameraId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// Random bytes of a key.
const SECRET_BYTES: usize = 24;
/// Longest file of a key, bytes; one that a person wrote may be longer than ours.
const MAX_KEY_BYTES: usize = 256;

/// The keys of a station.
#[derive(Default)]
pub(crate) struct Keys(Vec<(CameraId, String)>);

impl Keys {
    /// Reads the key of each camera from `directory`, or makes it.
    ///
    /// A crash while a key is made leaves a file under another name, which the next start overwrites.
    pub(crate) fn read_or_make(
        directory: &Path,
        cameras: impl Iterator<Item = CameraId>,
    ) -> io::Result<Self> {
        let mut keys = Vec::new();
        for camera in cameras {
            let path = directory.join(camera.dashed());
            let key = match std::fs::read_to_string(&path) {
                Ok(text) => text.trim().to_owned(),
                Err(error) if error.kind() == ErrorKind::NotFound => make(&path, camera)?,
                Err(error) => return Err(error),
            };
            if key.is_empty() || key.len() > MAX_KEY_BYTES {
                let shown = path.display();
                return Err(io::Error::new(ErrorKind::InvalidData, format!("{shown} holds no key")));
            }
            keys.push((camera, key));
        }
        Ok(Self(keys))
    }

    /// The camera that `key` opens. The time that a wrong one takes tells nothing but whether its length is right.
    pub(crate) fn camera_of(&self, key: &str) -> Option<CameraId> {
        let is_it = |own: &String| bool::from(own.as_bytes().ct_eq(key.as_bytes()));
        self.0.iter().find(|(_, own)| is_it(own)).map(|(camera, _)| *camera)
    }

    /// Cameras and their keys, for the person who sets up an encoder.
    pub(crate) fn reveal(self) -> Vec<(CameraId, String)> {
        self.0
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(hidden)")
    }
}

/// The camera's name before it, as in the centre's keys: an encoder that shows it tells which camera it is.
fn make(path: &Path, camera: CameraId) -> io::Result<String> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|error| io::Error::other(error.to_string()))?;
    let key = format!("{}.{}", camera.dashed(), URL_SAFE_NO_PAD.encode(secret));
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let unfinished = path.with_extension("new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    std::fs::File::open(directory)?.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_opens_its_camera_alone() {
        let dir = tempfile::tempdir().unwrap();
        let directory = dir.path().join("keys");
        let cameras = [CameraId::new(7, 12, 1), CameraId::new(7, 12, 2)];
        let made = Keys::read_or_make(&directory, cameras.into_iter()).unwrap();
        let read = Keys::read_or_make(&directory, cameras.into_iter()).unwrap();
        assert_eq!(made.0, read.0);
        for (camera, key) in &made.0 {
            assert!(key.starts_with(&format!("{}.", camera.dashed())) && key.len() > 36, "{key}");
            assert_eq!(read.camera_of(key), Some(*camera));
            assert_eq!(read.camera_of(&key[..key.len() - 1]), None);
            let mode = std::fs::metadata(directory.join(camera.dashed())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(read.camera_of(""), None);
        assert!(!format!("{read:?}").contains("7-12"));
        std::fs::write(directory.join("7-12-1"), "\n").unwrap();
        let empty = Keys::read_or_make(&directory, cameras.into_iter()).unwrap_err();
        assert!(empty.to_string().ends_with("7-12-1 holds no key"));
    }
}
