//! Text that a spreadsheet would run as a formula instead of showing it.
//!
//! The first character makes a cell a formula; and any character that separates cells in somebody else's settings makes
//! a cell out of the middle of one. An apostrophe before such a character keeps it a text. Published files have it, and
//! reading one removes it again, so the file is read back unchanged.

use std::borrow::Cow;

/// Characters that begin a formula, including the full-width forms that some spreadsheets accept as well.
pub(crate) const fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r')
}

const GUARD: char = '\'';

/// `text` with an apostrophe wherever a cell might begin with a formula.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    edited(text, |out, rest| {
        if is_guarded_or_not(rest) {
            out.push(GUARD);
        }
        0
    })
}

/// The text of which [`guarded`] made it.
pub(crate) fn unguarded(text: &str) -> Cow<'_, str> {
    edited(text, |_, rest| usize::from(rest.starts_with(GUARD) && is_guarded_or_not(rest)))
}

/// The beginning of a formula after any number of apostrophes.
fn is_guarded_or_not(rest: &str) -> bool {
    rest.trim_start_matches(GUARD).starts_with(begins_formula)
}

/// Goes through `text`; at each place where a cell may begin, `at` appends its output and returns how many bytes to
/// skip.
fn edited(text: &str, at: impl Fn(&mut String, &str) -> usize) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len() + 2);
    let mut may_begin = true;
    let mut skip = 0_usize;
    for (place, c) in text.char_indices() {
        if place < skip {
            continue;
        }
        if may_begin && !(c == ' ' || c == '"') {
            let left_out = at(&mut out, text.get(place..).unwrap_or_default());
            may_begin = false;
            skip = place + left_out;
            if left_out > 0 {
                continue;
            }
        }
        out.push(c);
        may_begin =
            (may_begin && (c == ' ' || c == '"')) || matches!(c, ',' | ';' | '|' | '\t' | '\n' | '\r');
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_place_where_a_cell_may_begin_is_guarded() {
        for (text, guarded_text) in [
            ("=1+1", "'=1+1"),
            ("＝1", "'＝1"),
            ("a;=1", "a;'=1"),
            ("a, =1", "a, '=1"),
            ("a; \"-1\"", "a; \"'-1\""),
            ("a\t@x", "a\t'@x"),
            ("\t=x", "'\t'=x"),
            ("'=1", "''=1"),
            ("Nizami küç. 5-7, A+B", "Nizami küç. 5-7, A+B"),
            ("'ad'", "'ad'"),
        ] {
            assert_eq!(guarded(text), guarded_text);
            assert_eq!(unguarded(guarded_text), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_guarded_is_read_back(text in "[a'=+@＝,;|\t \"ə-]{0,12}") {
            let written = guarded(&text).into_owned();
            prop_assert_eq!(unguarded(&written), text);
            for cell in written.split([',', ';', '|', '\t']) {
                let cell = cell.trim_start_matches([' ', '"']);
                prop_assert!(!cell.starts_with(begins_formula), "{:?} in {:?}", cell, written);
            }
        }
    }
}
