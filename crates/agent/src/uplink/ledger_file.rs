//! The ledger in its file: one for each centre's address, so that a return to it does not begin anew.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ashkar_uplink::sender::LEDGER_BYTES_MAX;
use ashkar_uplink::{Ledger, RecordingId};

use super::files::{read_limited, write_atomically};

/// Where the ledger about the centre `origin` is.
pub(super) fn path(data: &Path, origin: &str) -> PathBuf {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let (_, authority) = origin.split_once("://").unwrap_or(("", origin));
    let name: String = authority.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    data.join("sent").join(format!("{name}.json"))
}

/// Reads it; one that cannot be used is logged, and an empty one takes its place.
pub(super) fn read(path: &Path, recording: RecordingId) -> Ledger {
    let bytes = match read_limited(path, LEDGER_BYTES_MAX as u64) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ledger::new(recording),
        Err(error) => return broken(path, recording, &error),
    };
    Ledger::from_json(&bytes, recording).unwrap_or_else(|error| broken(path, recording, &error))
}

fn broken(path: &Path, recording: RecordingId, error: &dyn std::fmt::Display) -> Ledger {
    tracing::warn!(
        path = %path.display(), cause = %error, blame = "station",
        "what was sent before is not known; the centre is asked what it has"
    );
    Ledger::new(recording)
}

/// Writes it.
pub(super) fn write(path: &Path, ledger: &Ledger) -> std::io::Result<()> {
    write_atomically(path, &ledger.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_costs_questions_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = path(dir.path(), "https://[::1]:8443");
        assert_eq!(file, dir.path().join("sent/___1__8443.json"));
        let recording = RecordingId(7);
        assert_eq!(read(&file, recording), Ledger::new(recording));
        let text = "{\"version\":1,\"recording\":\"00000007\",\"centre\":\"5b00a1e2\",\"cameras\":{\"7/12/1\":[[100,104]]}}";
        let known = Ledger::from_json(text.as_bytes(), recording).unwrap();
        write(&file, &known).unwrap();
        assert_eq!(read(&file, recording), known);
        assert_eq!(read(&file, RecordingId(8)), Ledger::new(RecordingId(8)), "another recording's");
        for wrong in ["", "{", &text.replace("100", "105")] {
            std::fs::write(&file, wrong).unwrap();
            assert_eq!(read(&file, recording), Ledger::new(recording), "{wrong}");
        }
    }
}
