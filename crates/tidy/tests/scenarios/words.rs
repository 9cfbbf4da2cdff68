//! Names are the field's: own words that were replaced do not come back. The glossary is in `docs/design/glossary.md`.

use crate::project::{files, hold, product_files};

/// Where an own word was used, the word, and the field's term.
const REPLACED: &[(&str, &str, &str)] = &[
    ("crates/", "workshop", "offload"),
    ("crates/", "patience", "time-out"),
    ("crates/", "standstill", "stall"),
    ("crates/", "reel", "loop"),
    ("crates/archive/", "keeper", "sealer"),
    ("web/src/", "cloth", "coverage"),
    ("web/src/", "cushion", "hold-back"),
    ("web/src/", "weave", "grid"),
];

#[test]
fn own_words_do_not_come_back() {
    let mut broken = Vec::new();
    let sources = files(&[".ts", ".svelte", ".css"]).into_iter().chain(product_files());
    for file in sources {
        for (number, line) in file.text.lines().enumerate() {
            let names = line.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
            for name in names {
                let is_own =
                    |(place, own, _): &&(&str, &str, &str)| name == *own && file.path.starts_with(place);
                if let Some((_, own, field)) = REPLACED.iter().find(is_own) {
                    broken.push(format!("{}:{}: {own}; the field says {field}", file.path, number + 1));
                }
            }
        }
    }
    hold("a word of our own where the field has one", broken);
}
