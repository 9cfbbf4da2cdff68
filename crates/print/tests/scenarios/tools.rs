//! What other programs say of a PDF.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A PDF on disk, which qpdf found well formed and whose fonts are all inside.
pub(crate) struct Paper {
    directory: TempDir,
}

/// A word of a page and its box, points from the top left.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) page: usize,
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
    pub(crate) text: String,
}

impl Paper {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let paper = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::write(paper.file(), bytes).unwrap();
        paper.run("qpdf", &["--check"], &[]);
        let fonts = paper.run("pdffonts", &[], &[]);
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!fonts.is_empty());
        for font in fonts {
            // … encoding, embedded, subset, with Unicode, object.
            let columns: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(columns[2..5], ["yes", "yes", "yes"], "{font}");
        }
        paper
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("paper.pdf")
    }

    fn run(&self, tool: &str, before: &[&str], after: &[&str]) -> String {
        let done = Command::new(tool).args(before).arg(self.file()).args(after).output();
        let done = done.unwrap_or_else(|error| panic!("{tool} is needed (scripts/tools.sh test): {error}"));
        assert!(done.status.success(), "{tool}: {}", String::from_utf8_lossy(&done.stderr));
        // pdfinfo writes some titles of its structure in UTF-16.
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// The text, laid out as on the pages.
    pub(crate) fn text(&self) -> String {
        self.run("pdftotext", &["-layout"], &["-"])
    }

    /// The text of each page, laid out.
    pub(crate) fn pages(&self) -> Vec<String> {
        let text = self.text();
        text.split_terminator('\u{c}').map(str::to_owned).collect()
    }

    /// The text in the order in which it was written, without any space.
    pub(crate) fn letters(&self) -> String {
        without_spaces(&self.run("pdftotext", &["-raw"], &["-"]))
    }

    /// A value of `pdfinfo`.
    pub(crate) fn info(&self, name: &str) -> String {
        let info = self.run("pdfinfo", &[], &[]);
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no {name} in {info}")).trim().to_owned()
    }

    /// The structure, as `pdfinfo` shows it.
    pub(crate) fn structure(&self) -> String {
        self.run("pdfinfo", &["-struct"], &[])
    }

    /// The objects, uncompressed.
    pub(crate) fn objects(&self) -> String {
        let plain = self.directory.path().join("plain.pdf");
        self.run("qpdf", &["--qdf", "--object-streams=disable"], &[plain.to_str().unwrap()]);
        String::from_utf8_lossy(&std::fs::read(plain).unwrap()).into_owned()
    }

    pub(crate) fn words(&self) -> Vec<Word> {
        let html = self.run("pdftotext", &["-bbox"], &["-"]);
        let mut page = 0;
        let mut words = Vec::new();
        for line in html.lines().map(str::trim) {
            if line.starts_with("<page ") {
                page += 1;
            } else if line.starts_with("<word ") {
                let number = |name: &str| -> f64 {
                    let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
                    rest.split_once('"').unwrap().0.parse().unwrap()
                };
                let (_, text) = line.split_once("\">").unwrap();
                words.push(Word {
                    page,
                    left: number("xMin"),
                    top: number("yMin"),
                    right: number("xMax"),
                    bottom: number("yMax"),
                    text: text.trim_end_matches("</word>").to_owned(),
                });
            }
        }
        words
    }

    /// Every word is inside its page's margins, and none lies over another.
    pub(crate) fn is_well_set(&self) {
        let words = self.words();
        assert!(!words.is_empty());
        for (at, word) in words.iter().enumerate() {
            let inside =
                word.left > 55.0 && word.right < 595.3 - 55.0 && word.top > 30.0 && word.bottom < 812.0;
            assert!(inside, "{word:?}");
            for other in words[at + 1..].iter().take_while(|other| other.page == word.page) {
                let across = word.right.min(other.right) - word.left.max(other.left);
                let along = word.bottom.min(other.bottom) - word.top.max(other.top);
                // Boxes are those of the font, somewhat larger than the letters.
                assert!(across < 0.5 || along < 0.35 * (word.bottom - word.top), "{word:?} over {other:?}");
            }
        }
    }

    /// What zbar reads in the picture of the first page, sorted.
    pub(crate) fn codes(&self) -> Vec<String> {
        let picture = self.directory.path().join("page");
        self.run("pdftoppm", &["-r", "150", "-png", "-singlefile"], &[picture.to_str().unwrap()]);
        let read = Command::new("zbarimg")
            .args(["--quiet", "--raw", "--nodbus"])
            .arg(picture.with_extension("png"))
            .output()
            .unwrap_or_else(|error| panic!("zbarimg is needed (scripts/tools.sh test): {error}"));
        let mut codes: Vec<String> =
            String::from_utf8(read.stdout).unwrap().lines().map(str::to_owned).collect();
        codes.sort();
        codes
    }
}

pub(crate) fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}
