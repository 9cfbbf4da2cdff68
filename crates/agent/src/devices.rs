//! Webcams of this machine, as the kernel lists them.

use std::path::{Path, PathBuf};

/// Devices that are listed at most.
const MAX_DEVICES: usize = 64;
/// Where the kernel lists them.
const SYSFS: &str = "/sys/class/video4linux";

/// A device for `v4l2:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its file.
    pub path: PathBuf,
    /// The name that it gives itself.
    pub name: String,
    /// Whether it is the first of its kind: a webcam often has a second device, for metadata, without pictures.
    pub is_first: bool,
}

/// The devices, in order of their numbers.
pub fn devices() -> Vec<Device> {
    listed(Path::new(SYSFS))
}

fn listed(sysfs: &Path) -> Vec<Device> {
    // Without the driver there is no such directory, and no device.
    let entries = std::fs::read_dir(sysfs).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(u32, Device)> =
        entries.filter_map(|entry| device(&entry.path())).take(MAX_DEVICES).collect();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, device)| device).collect()
}

fn device(entry: &Path) -> Option<(u32, Device)> {
    let file = entry.file_name()?.to_str()?;
    let number = file.strip_prefix("video")?.parse().ok()?;
    let read = |name: &str| std::fs::read_to_string(entry.join(name)).ok();
    let name = read("name").unwrap_or_default().trim().replace(char::is_control, "?");
    let is_first = read("index").is_none_or(|index| index.trim() == "0");
    Some((number, Device { path: Path::new("/dev").join(file), name, is_first }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_listed_in_order_with_their_names() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(listed(&dir.path().join("missing")), []);
        for (file, name, index) in
            [("video10", "HD Webcam", "0"), ("video2", "HD Pro\u{7}", "1"), ("radio0", "Radio", "0")]
        {
            std::fs::create_dir(dir.path().join(file)).unwrap();
            std::fs::write(dir.path().join(file).join("name"), format!("{name}\n")).unwrap();
            std::fs::write(dir.path().join(file).join("index"), format!("{index}\n")).unwrap();
        }
        let device =
            |path: &str, name: &str, is_first| Device { path: path.into(), name: name.to_owned(), is_first };
        assert_eq!(
            listed(dir.path()),
            [device("/dev/video2", "HD Pro?", false), device("/dev/video10", "HD Webcam", true)]
        );
    }
}
