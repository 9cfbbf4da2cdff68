//! Camera addresses hold passwords: they are stored encrypted, with a key that lies beside the database.
//!
//! That keeps them out of copies and dumps of the database, and from anyone who can read only the database.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::StoreError;

/// The file in the data directory.
const FILE_NAME: &str = "secret.key";

/// Its first line; the second one is the key in 64 hexadecimal digits.
const FIRST_LINE: &str = "ashkar secret key 1";

/// The first byte of an encrypted address: XChaCha20-Poly1305, 24 bytes of nonce, then the ciphertext.
const SEALED_VERSION: u8 = 1;

const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;

/// Encrypts and decrypts with the data directory's key.
pub(super) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// Whether `data_dir` has a `secret.key`, in whatever state.
    pub(super) fn is_in(data_dir: &Path) -> bool {
        fs::symlink_metadata(data_dir.join(FILE_NAME)).is_ok()
    }

    /// Reads `secret.key` in `data_dir`, and creates it first if there is none and `may_make` allows it. The caller
    /// holds the lock that keeps other processes from doing the same.
    pub(super) fn open(data_dir: &Path, may_make: bool) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && may_make => create(&path)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(StoreError::NoSecretKey(path)),
            Err(source) => return Err(StoreError::File { path, source }),
        };
        keep_private(&path);
        let key = parse(&text).ok_or(StoreError::SecretKey(path))?;
        Ok(Self(XChaCha20Poly1305::new(&key.into())))
    }

    /// Encrypts `secret` for the row named `row`: it cannot be decrypted for any other.
    pub(super) fn seal(&self, row: &str, secret: &str) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        // 192 random bits do not repeat.
        getrandom::fill(&mut nonce).map_err(|_| StoreError::Random)?;
        let payload = Payload { msg: secret.as_bytes(), aad: row.as_bytes() };
        // Fails only for texts of many gigabytes.
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreError::Random)?;
        Ok([&[SEALED_VERSION][..], &nonce, &sealed].concat())
    }

    /// Decrypts what was encrypted for `row`; `None` if it belongs to another row or key.
    pub(super) fn open_sealed(&self, row: &str, sealed: &[u8]) -> Option<String> {
        let (&version, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        if version != SEALED_VERSION {
            return None;
        }
        let payload = Payload { msg: sealed, aad: row.as_bytes() };
        String::from_utf8(self.0.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }
}

/// Writes the whole file before it gets its name: a crash leaves no half key, only a `.new` file that is overwritten.
fn create(path: &Path) -> Result<String, StoreError> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|_| StoreError::Random)?;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("{FIRST_LINE}\n{hex}\n");
    let new = path.with_extension("key.new");
    let written =
        write_private(&new, &text).and_then(|()| fs::rename(&new, path)).and_then(|()| sync_parent(path));
    written.map_err(|source| StoreError::File { path: PathBuf::from(path), source })?;
    Ok(text)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    give_to_owner(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_parent(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// Gives a new file to the owner of its directory: what root creates in the directory of a running service must belong
/// to that service, or the service could not open it.
pub fn give_to_owner(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let Some(parent) = path.parent() else { return Ok(()) };
    let (directory, file) = (fs::metadata(parent)?, fs::metadata(path)?);
    // Only root has files of its own in somebody else's directory, and only root may give one away.
    if file.uid() == 0 && directory.uid() != 0 {
        chown(path, Some(directory.uid()), Some(directory.gid()))?;
    }
    Ok(())
}

/// A key that others could read is made private again; that somebody may have read it is worth a line in the log.
fn keep_private(path: &Path) {
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open {
        let closed = fs::set_permissions(path, fs::Permissions::from_mode(0o600)).is_ok();
        tracing::warn!(path = %path.display(), closed, cause = "its permissions", blame = "operator", "the secret key was readable by others");
    }
}

fn parse(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        return None;
    }
    let hex = lines.next().filter(|hex| hex.len() == 2 * KEY_BYTES && hex.is_ascii())?;
    let mut key = [0; KEY_BYTES];
    for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_row_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sealer = Sealer::open(dir.path(), true).unwrap();
        let sealed = sealer.seal("e 7/12/1", "rtsp://a:b@c/").unwrap();
        assert_ne!(sealed, sealer.seal("e 7/12/1", "rtsp://a:b@c/").unwrap());
        assert!(!sealed.windows(3).any(|window| window == b"a:b"));
        // The key is read again from its file.
        let sealer = Sealer::open(dir.path(), true).unwrap();
        assert_eq!(sealer.open_sealed("e 7/12/1", &sealed).unwrap(), "rtsp://a:b@c/");
        assert_eq!(sealer.open_sealed("e 7/12/2", &sealed), None);
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            assert_eq!(sealer.open_sealed("e 7/12/1", &wrong), None, "byte {at}");
            assert_eq!(sealer.open_sealed("e 7/12/1", &sealed[..at]), None);
        }
    }

    #[test]
    fn the_key_file_is_private_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        Sealer::open(dir.path(), true).unwrap();
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        Sealer::open(dir.path(), true).unwrap();
        assert_eq!(mode(), 0o600);
        for wrong in
            ["", "something\n", "ashkar secret key 1\n12\n", &format!("{FIRST_LINE}\n{}\n", "ə".repeat(32))]
        {
            fs::write(&path, wrong).unwrap();
            assert!(matches!(Sealer::open(dir.path(), true), Err(StoreError::SecretKey(_))), "{wrong}");
        }
    }
}
