//! Sessions with cameras of many vendors, each with its quirk: the files of `testdata/rtsp`.

use std::path::Path;

use crate::rtsp_support::transcript;

#[test]
fn cameras_of_each_vendor_are_taken_in() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/rtsp");
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "txt")).collect();
    files.sort();
    assert!(files.len() >= 17, "{files:?}");
    files.iter().for_each(|file| transcript::play(file));
}
