//! Text as it is printed: whatever comes from outside is data, and what cannot be seen is told.
//!
//! In: any text. Out: text of letters and signs that the face has, in one direction, each on its own place. What must
//! never happen: an invisible sign, a sign that turns others around or stands above them, a letter that is missing.

use std::fmt::Write;

use unicode_normalization::UnicodeNormalization;

use crate::error::PrintError;
use crate::fonts::{self, Face};

/// Maximum length of one text as it is printed, in characters.
pub(crate) const MAX_CHARS: usize = 1000;

/// Longer texts are not even looked at: no letter is composed of more than four signs of four bytes.
const MAX_BYTES: usize = 16 * MAX_CHARS;

/// `text` as it is printed: letters are composed; white space is a space; whatever else `face` cannot show, or would not
/// show as one sign on its own place, is written as its code, such as `[U+202E]`.
///
/// # Errors
/// [`PrintError::TooLong`], naming `what` it is.
pub(crate) fn printable(face: Face, text: &str, what: &'static str) -> Result<String, PrintError> {
    if text.len() > MAX_BYTES {
        return Err(PrintError::TooLong { what, chars: text.chars().count() });
    }
    let mut printed = String::with_capacity(text.len());
    let mut chars = 0_usize;
    // One more than is allowed suffices to know.
    for c in text.nfc().take(MAX_CHARS + 1) {
        let before = printed.len();
        if c.is_whitespace() {
            printed.push(' ');
        } else if is_plain(c) && fonts::has(face, c) {
            printed.push(c);
        } else {
            let _ = write!(printed, "[U+{:04X}]", u32::from(c));
        }
        chars += printed.get(before..).unwrap_or_default().chars().count();
    }
    if chars > MAX_CHARS { Err(PrintError::TooLong { what, chars }) } else { Ok(printed) }
}

/// Letters and signs that go from left to right and have a place of their own.
const fn is_plain(c: char) -> bool {
    matches!(c,
        ' '..='~'
        | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' // Latin, phonetic letters
        | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}' // Greek, Cyrillic, without what stands above letters
        | '\u{1e00}'..='\u{1eff}' // more Latin
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' // dashes, quotation marks
        | '\u{20a0}'..='\u{20bf}' | '\u{2100}'..='\u{214f}' // currencies, №
        | '\u{2190}'..='\u{22ff}' // arrows, mathematics
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        printable(Face::Regular, text, "text").unwrap()
    }

    #[test]
    fn what_has_a_letter_is_that_letter() {
        for text in [
            "Şəki şəhəri, İsmayıl Ğ. küç. 5-7 «Ö-Ü» №3",
            "Школа № 34, ё",
            r##"#let x = $1$ *a* \b "c" <d> @e"##,
        ] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("s\u{327}\u{a0}u\u{308}\ta\r\nb"), "ş ü a  b");
    }

    #[test]
    fn what_cannot_be_seen_is_told() {
        assert_eq!(shown("a\u{202e}b\u{200b}c\u{ad}d\u{0}"), "a[U+202E]b[U+200B]c[U+00AD]d[U+0000]");
        assert_eq!(shown("z\u{300}\u{300}"), "z[U+0300][U+0300]", "nothing stands above other lines");
        assert_eq!(shown("学\u{5d0}\u{627}😀\u{feff}"), "[U+5B66][U+05D0][U+0627][U+1F600][U+FEFF]");
    }

    #[test]
    fn what_is_too_long_is_refused_whatever_its_length() {
        assert_eq!(shown(&"ə".repeat(MAX_CHARS)).chars().count(), MAX_CHARS);
        for text in ["ə".repeat(MAX_CHARS + 1), "\u{202e}".repeat(MAX_CHARS / 8 + 1), "x".repeat(50_000_000)]
        {
            assert!(matches!(printable(Face::Bold, &text, "text"), Err(PrintError::TooLong { .. })));
        }
    }
}
