//! Paths named in documents and comments exist.

use std::collections::BTreeSet;

use crate::project::{directory, files, hold, paths};

/// First folders of the paths that are checked.
const BEGINNINGS: [&str; 7] = ["crates/", "docs/", "web/", "scripts/", "deploy/", "fuzz/", "testdata/"];

/// `a/{b,c}/d` as `a/b/d` and `a/c/d`.
fn expanded(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (choices, after))) => choices
            .split(',')
            .flat_map(|choice| expanded(&format!("{before}{}{after}", choice.trim())))
            .collect(),
        None => vec![path.to_owned()],
    }
}

/// Paths of the project that `line` names.
fn named(line: &str) -> Vec<String> {
    let part = |c: char| c.is_alphanumeric() || "/._-{},*".contains(c);
    let mut found = Vec::new();
    for beginning in BEGINNINGS {
        for (at, _) in line.match_indices(beginning) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || "/._-:~$}".contains(c)) {
                continue;
            }
            let length = line[at..].find(|c| !part(c)).unwrap_or(line.len() - at);
            let path = line[at..at + length].trim_end_matches(|c: char| ".,-".contains(c));
            if path.matches('{').count() == path.matches('}').count() && !path.contains('…') {
                found.extend(expanded(path));
            }
        }
    }
    found
}

#[test]
fn what_documents_name_is_there() {
    let all = paths();
    let folders: BTreeSet<&str> =
        all.iter().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at])).collect();
    let is_there = |path: &str| {
        let path = path.trim_end_matches('/');
        match path.split_once('*') {
            Some((start, end)) => {
                all.iter().any(|one| one.starts_with(start) && one.ends_with(end.trim_start_matches('*')))
            }
            None => all.iter().any(|one| one == path) || folders.contains(path),
        }
    };
    // Built, and not in the tree.
    let is_made = |path: &str| {
        [
            "web/dist",
            "web/node_modules",
            "web/test-results",
            "web/.prerender",
            "fuzz/artifacts",
            "fuzz/coverage",
            "fuzz/corpus",
        ]
        .iter()
        .any(|made| path.starts_with(made))
    };
    let mut missing = Vec::new();
    for file in files(&[".md", ".rs", ".sh", ".toml", "Makefile", ".ts", ".svelte"]) {
        let is_prose = file.path.ends_with(".md") || file.path.ends_with(".sh") || file.path == "Makefile";
        for (number, line) in file.text.lines().enumerate() {
            let text = if is_prose { line } else { line.split_once("//").map_or("", |(_, comment)| comment) };
            let own = file
                .path
                .match_indices('/')
                .nth(usize::from(file.path.starts_with("crates/")))
                .map_or("", |(at, _)| &file.path[..=at]);
            for path in named(text) {
                if !is_there(&path) && !is_there(&format!("{own}{path}")) && !is_made(&path) {
                    missing.push(format!("{}:{}: {path}", file.path, number + 1));
                }
            }
        }
    }
    hold("a path that is not there", missing);
}

#[test]
fn links_of_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for file in files(&[".md"]) {
        let folder = directory(&file.path).parent().unwrap().to_owned();
        for (number, line) in file.text.lines().enumerate() {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let target = link.split('#').next().unwrap_or_default();
                if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                    broken.push(format!("{}:{}: {link}", file.path, number + 1));
                }
            }
        }
    }
    hold("a link that leads nowhere", broken);
}

#[test]
fn choices_and_places_of_paths_are_understood() {
    let line = "see `crates/site/src/http/{budget,client}.rs`, docs/design/live.md. Not http://x/docs/y, nor web/src/*.ts";
    assert_eq!(
        named(line),
        [
            "crates/site/src/http/budget.rs",
            "crates/site/src/http/client.rs",
            "docs/design/live.md",
            "web/src/*.ts"
        ]
        .map(str::to_owned)
        .to_vec()
    );
}
