//! The device's key in its file: made once, on this device, which it never leaves.

use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ashkar_uplink::DeviceKey;

use super::files::{read_limited, write_atomically};

/// The file's name in the data directory.
const NAME: &str = "device.key";
/// The largest file that is read, bytes.
const MAX_BYTES: u64 = 256;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}", path = path.display())]
pub struct KeyFileError {
    path: PathBuf,
    error: io::Error,
}

/// The key of `data`, if one was made.
///
/// # Errors
/// [`KeyFileError`] if it cannot be read, is none, or others can read it.
pub(crate) fn read(data: &Path) -> Result<Option<DeviceKey>, KeyFileError> {
    let path = data.join(NAME);
    let wrong = |error| KeyFileError { path: path.clone(), error };
    let text = match read_limited(&path, MAX_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(error)),
    };
    let mode = std::fs::metadata(&path).map_err(wrong)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(wrong(io::Error::other("others can read it; chmod 600, or enrol anew if they may have")));
    }
    let text = std::str::from_utf8(&text).unwrap_or_default();
    let key = text.trim().parse().map_err(|error| wrong(io::Error::new(ErrorKind::InvalidData, error)));
    key.map(Some)
}

/// The key of `data`, made if there is none.
///
/// # Errors
/// As [`read`], or if it cannot be made. A crash leaves the whole file or none.
pub(crate) fn read_or_make(data: &Path) -> Result<DeviceKey, KeyFileError> {
    if let Some(key) = read(data)? {
        return Ok(key);
    }
    let path = data.join(NAME);
    let wrong = |error| KeyFileError { path: path.clone(), error };
    let key = DeviceKey::generate().map_err(|error| wrong(io::Error::other(error)))?;
    write_atomically(&path, format!("{}\n", *key.reveal()).as_bytes()).map_err(wrong)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).unwrap().is_none());
        let made = read_or_make(dir.path()).unwrap();
        let found = read_or_make(dir.path()).unwrap();
        assert_eq!(made.public(), found.public());
        let path = dir.path().join(NAME);
        let set_mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        set_mode(0o640);
        assert!(read(dir.path()).unwrap_err().to_string().contains("others can read it"));
        set_mode(0o600);
        for wrong in ["", "short\n", &"A".repeat(300)] {
            std::fs::write(&path, wrong).unwrap();
            let error = read_or_make(dir.path()).unwrap_err().to_string();
            assert!(error.contains("device.key: "), "a key that cannot be read is not replaced: {error}");
        }
    }
}
