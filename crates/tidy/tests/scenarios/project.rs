//! The files of the project, and helpers for the rules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's root.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// One file: its path from the root, and its text.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Name of the crate whose product this file belongs to; none for tests, examples and benches.
    pub(crate) fn product_of(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        (rest.starts_with("src/") && !self.is_test()).then_some(name)
    }

    /// Modules that exist only for tests.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name == "tests.rs" || self.path.contains("/tests/")
    }

    /// The text without its test modules, which stand at the end of a file.
    pub(crate) fn product_text(&self) -> &str {
        self.text.find("#[cfg(test)]\nmod tests {").map_or(&*self.text, |end| &self.text[..end])
    }
}

/// Paths of all files that are tracked or will be, as they are in the working tree.
pub(crate) fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .arg("-C")
        .arg(root())
        .args(["ls-files", "-co", "--exclude-standard"])
        .output()
        .unwrap();
    assert!(listed.status.success(), "git lists the files: {}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let there: BTreeSet<&str> = listed.lines().filter(|path| root().join(path).is_file()).collect();
    assert!(there.len() > 500, "this is the whole project: {} files", there.len());
    there.into_iter().map(str::to_owned).collect()
}

/// The files whose names have one of `endings`.
pub(crate) fn files(endings: &[&str]) -> Vec<File> {
    let wanted = |path: &String| endings.iter().any(|ending| path.ends_with(ending));
    let read = |path: String| File { text: std::fs::read_to_string(root().join(&path)).unwrap(), path };
    paths().into_iter().filter(wanted).map(read).collect()
}

/// Modules that are compiled only for tests, as prefixes of their files' paths.
fn test_modules(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_root = ["lib.rs", "main.rs", "mod.rs"].iter().any(|root| file.path.ends_with(root));
        let folder = if is_root { folder } else { file.path.trim_end_matches(".rs") };
        for after in file.text.split("#[cfg(test)]\nmod ").skip(1) {
            if let Some((name, _)) = after.split_once(';').filter(|(name, _)| !name.contains([' ', '{'])) {
                found.extend([format!("{folder}/{name}.rs"), format!("{folder}/{name}/")]);
            }
        }
    }
    found
}

/// Files of the products, without tests.
pub(crate) fn product_files() -> Vec<File> {
    let all: Vec<File> = files(&[".rs"]).into_iter().filter(|file| file.product_of().is_some()).collect();
    let tests = test_modules(&all);
    let is_test = |file: &File| tests.iter().any(|test| file.path.starts_with(test));
    let files: Vec<File> = all.into_iter().filter(|file| !is_test(file)).collect();
    assert!(files.len() > 200, "the crates are found: {}", files.len());
    files
}

/// Fails with every place in `broken`, if there is any.
pub(crate) fn hold(rule: &str, broken: impl IntoIterator<Item = String>) {
    let broken: Vec<String> = broken.into_iter().collect();
    assert!(broken.is_empty(), "{rule}:\n  {}\n", broken.join("\n  "));
}

/// Path and number of each line for which `is` holds.
pub(crate) fn lines<'a>(
    files: &'a [File],
    is: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = String> + 'a {
    files.iter().flat_map(move |file| places(file, &file.text, &is))
}

/// The same in the text of the products.
pub(crate) fn product_lines<'a>(
    files: &'a [File],
    is: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = String> + 'a {
    files.iter().flat_map(move |file| places(file, file.product_text(), &is))
}

fn places(file: &File, text: &str, is: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = text.lines().enumerate().filter(|(_, line)| is(line));
    lines.map(|(number, line)| format!("{}:{}: {}", file.path, number + 1, line.trim())).collect()
}

/// A directory of the project.
pub(crate) fn directory(path: &str) -> PathBuf {
    root().join(path)
}
