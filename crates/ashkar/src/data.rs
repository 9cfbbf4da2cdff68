//! What makes a directory a centre's data directory, and how a missing half of it is detected.
//!
//! A data directory holds the registry, its secret key, the recordings, and the file `CENTRE`, which names the archive
//! that belongs to it. A disk that is not mounted, or a copy that was cut off, takes some of them away: then nothing is
//! created in their place, because that would look like a centre but know nothing.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::store;

const FILE: &str = "CENTRE";
const FIRST_LINE: &str = "ashkar-data 1";
/// The largest `CENTRE` that is read, bytes.
const MAX_FILE_BYTES: u64 = 4096;

/// What exists besides the registry and shows that there was one.
pub(crate) fn beside_the_registry(data: &Path) -> anyhow::Result<Option<&'static str>> {
    if holds_something(&store::archive_of(data))? {
        return Ok(Some("are recordings"));
    }
    Ok(read(data)?.map(|_| "is the mark of a centre, CENTRE"))
}

/// Refuses to go on without the recordings that this centre has made.
pub(crate) fn require_recordings(data: &Path) -> anyhow::Result<()> {
    let Some(Centre { archive: Some(own) }) = read(data)? else { return Ok(()) };
    let archive = store::archive_of(data);
    let shown = archive.display();
    let advice = "is its disk not mounted? `ashkar init --anew` lets a new archive begin";
    if !holds_something(&archive)? {
        bail!(
            "{shown}: the recordings are not there, but this centre has made some (archive {own}); {advice}"
        );
    }
    // An archive that lost the file finds its id in the journals.
    match fs::read_to_string(archive.join("ARCHIVE")) {
        Ok(text) => match text.lines().find_map(|line| line.strip_prefix("id ")) {
            Some(id) if id != own => {
                bail!("{shown}: this is archive {id}, and the centre's own is {own}; {advice}")
            }
            _ => Ok(()),
        },
        Err(_) => Ok(()),
    }
}

/// Records which archive belongs to this centre. Every start does so; only a change is written.
pub(crate) fn remember(data: &Path, archive: Option<&str>) -> anyhow::Result<()> {
    let wanted = Centre { archive: archive.map(str::to_owned) };
    if read(data)?.as_ref() == Some(&wanted) {
        return Ok(());
    }
    let path = data.join(FILE);
    let archive = archive.map_or_else(String::new, |id| format!("archive {id}\n"));
    replace(&path, &format!("{FIRST_LINE}\n{archive}")).with_context(|| format!("{}", path.display()))
}

/// Contents of the file.
#[derive(Debug, PartialEq, Eq)]
struct Centre {
    /// Its archive, once it has one.
    archive: Option<String>,
}

fn read(data: &Path) -> anyhow::Result<Option<Centre>> {
    use io::Read;
    let path = data.join(FILE);
    let shown = path.display();
    let mut text = String::new();
    let file = match fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{shown}: cannot be read")),
    };
    file.take(MAX_FILE_BYTES)
        .read_to_string(&mut text)
        .with_context(|| format!("{shown}: cannot be read"))?;
    // A crash during its first write: as good as absent.
    if text.is_empty() {
        return Ok(Some(Centre { archive: None }));
    }
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        bail!("{shown}: its first line is not `{FIRST_LINE}`: another version, or damaged");
    }
    Ok(Some(Centre { archive: lines.find_map(|line| line.strip_prefix("archive ")).map(str::to_owned) }))
}

/// Writes the whole file before it gets its name.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = PathBuf::from(format!("{}.new", path.display()));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    ashkar_election::give_to_owner(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
}

/// Whether a directory exists and holds more than a newly made file system.
fn holds_something(directory: &Path) -> anyhow::Result<bool> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("{}: cannot be read", directory.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("{}: cannot be read", directory.display()))?;
        if entry.file_name() != "lost+found" {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frozen_sample_is_readable() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/data-v1");
        assert_eq!(read(&sample).unwrap(), Some(Centre { archive: Some("0123abcd".to_owned()) }));
    }

    #[test]
    fn a_centre_knows_its_archive() {
        let dir = tempfile::tempdir().unwrap();
        let (data, archive) = (dir.path(), dir.path().join("archive"));
        assert_eq!(beside_the_registry(data).unwrap(), None);
        require_recordings(data).unwrap();
        remember(data, None).unwrap();
        assert!(beside_the_registry(data).unwrap().unwrap().contains("CENTRE"));
        require_recordings(data).unwrap();
        remember(data, Some("0123abcd")).unwrap();
        assert_eq!(fs::read_to_string(data.join(FILE)).unwrap(), "ashkar-data 1\narchive 0123abcd\n");
        assert!(require_recordings(data).unwrap_err().to_string().contains("are not there"));
        // An empty disk of its own is not its archive either.
        fs::create_dir_all(archive.join("lost+found")).unwrap();
        assert!(require_recordings(data).unwrap_err().to_string().contains("are not there"));
        fs::write(archive.join("ARCHIVE"), "ashkar-archive 1\nid ffff0000\n").unwrap();
        assert!(require_recordings(data).unwrap_err().to_string().contains("this is archive ffff0000"));
        fs::write(archive.join("ARCHIVE"), "ashkar-archive 1\nid 0123abcd\n").unwrap();
        require_recordings(data).unwrap();
        assert_eq!(beside_the_registry(data).unwrap(), Some("are recordings"));
        // Journals that lost the file find their id themselves.
        fs::rename(archive.join("ARCHIVE"), archive.join("2024-02-07")).unwrap();
        require_recordings(data).unwrap();
        fs::write(data.join(FILE), "something\n").unwrap();
        assert!(require_recordings(data).is_err());
    }
}
