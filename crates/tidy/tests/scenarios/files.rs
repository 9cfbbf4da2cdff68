//! Files: their maximum length, how they begin, and what none of them may contain.

use crate::project::{files, hold, lines, product_files};

/// Longer files must be split.
const MAX_LINES: usize = 600;

#[test]
fn no_source_file_is_long() {
    let long = files(&[".rs", ".ts", ".svelte", ".css", ".py", ".sh"]).into_iter().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > MAX_LINES).then(|| format!("{}: {lines} lines", file.path))
    });
    hold("a file has at most 600 lines; split it by purpose", long);
}

#[test]
fn every_module_says_what_it_is() {
    let silent =
        product_files().into_iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path);
    hold("a module begins with `//!`: what it is, what flows in and out, what must never happen", silent);
}

#[test]
fn nothing_is_left_undone() {
    // Written in two parts, so that this file does not contain what it looks for.
    let marks = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("X", "XX"),
        concat!("test.fix", "me"),
        concat!("test.sk", "ip"),
        concat!("#[ig", "nore"),
    ];
    let sources = files(&[".rs", ".ts", ".svelte", "Makefile", ".sh", ".py"]);
    let words = |line: &str, mark: &str| {
        line.match_indices(mark).any(|(at, _)| {
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let after = line[at + mark.len()..].chars().next();
            !letter(line[..at].chars().next_back())
                && (!letter(after) || !mark.ends_with(char::is_alphanumeric))
        })
    };
    hold(
        "work is done, or it is not begun",
        lines(&sources, |line| marks.iter().any(|mark| words(line, mark))),
    );
}

#[test]
fn nothing_names_a_place_of_one_machine() {
    let all = files(&[
        ".rs", ".ts", ".svelte", ".css", ".md", ".sh", ".py", ".toml", ".json", ".html", ".conf", ".service",
        ".yml", "Makefile",
    ]);
    let homes = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];
    let places = lines(&all, |line| {
        homes.iter().any(|home| {
            line.match_indices(home).any(|(at, _)| {
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '-' || c == '_')
            })
        })
    });
    hold("a path that only one machine has", places);
    let npm = files(&["package-lock.json"]);
    let hosts = lines(&npm, |line| {
        line.contains("\"resolved\": \"http") && !line.contains("\"https://registry.npmjs.org/")
    });
    hold("the lock file names a host that others do not have", hosts);
    let cargo = files(&["Cargo.lock"]);
    let sources = lines(&cargo, |line| {
        line.starts_with("source = ")
            && line != "source = \"registry+https://github.com/rust-lang/crates.io-index\""
    });
    hold("a dependency comes from elsewhere than crates.io", sources);
}
