//! Text that a spreadsheet read in the wrong code page: `mÉ™ktÉ™b`, or `РњРµРєС‚РµР±`. It is valid text, so only
//! reversing the conversion shows it: bytes that become valid UTF-8 with letters that a list has were UTF-8 from the
//! beginning.

use encoding_rs::{
    Encoding, IBM866, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257,
};

/// The code pages of computers that a list passes through.
const CODE_PAGES: [&Encoding; 7] =
    [WINDOWS_1252, WINDOWS_1254, WINDOWS_1251, WINDOWS_1250, WINDOWS_1257, IBM866, MACINTOSH];

/// A text that went through two wrong readings, or three, is reversed as many times.
const MAX_READINGS: usize = 3;

/// The original of a misread text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TurnedBack {
    /// The code page in which it was read.
    pub(super) code_page: &'static str,
    /// The text itself.
    pub(super) text: String,
}

/// What `cell` was before it was read in a wrong code page; `None` for a text that is as it was written.
pub(super) fn turned_back(cell: &str) -> Option<TurnedBack> {
    if cell.is_ascii() {
        return None;
    }
    CODE_PAGES.into_iter().find_map(|page| {
        let mut text = cell.to_owned();
        for _ in 0..MAX_READINGS {
            let (back, letters) = turn_back(page, &text)?;
            // One Cyrillic letter made of two characters may be an accident (`BAĞ–2`); an Azerbaijani one is not.
            if is_of_a_list(&back) && (letters > 1 || back.chars().any(is_azerbaijani)) {
                return Some(TurnedBack { code_page: page.name(), text: back });
            }
            text = back;
        }
        None
    })
}

/// `text` read as UTF-8 from its bytes in `page`, and how many letters that combined. Every character outside ASCII
/// must be part of one.
fn turn_back(page: &'static Encoding, text: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let mut buffer = [0; 4];
        match (c, page.encode(c.encode_utf8(&mut buffer))) {
            (_, (encoded, _, false)) => bytes.extend_from_slice(&encoded),
            // Code points that a page leaves out are often kept as their original byte.
            ('\u{80}'..='\u{9f}', _) => bytes.push(u8::try_from(u32::from(c)).ok()?),
            _ => return None,
        }
    }
    let back = String::from_utf8(bytes).ok()?;
    let letters = back.chars().filter(|c| !c.is_ascii()).count();
    (letters > 0).then_some((back, letters))
}

fn is_of_a_list(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_ascii()
            || is_azerbaijani(c)
            || matches!(c, 'А'..='я' | 'Ё' | 'ё' | 'â' | 'î' | 'û' | 'é'
        | '«' | '»' | '‘'..='‟' | '–' | '—' | '…' | '№' | '°' | '\u{a0}' | '\u{307}' | '\u{feff}')
    })
}

const fn is_azerbaijani(c: char) -> bool {
    matches!(c, 'ə' | 'Ə' | 'ı' | 'İ' | 'ğ' | 'Ğ' | 'ş' | 'Ş' | 'ç' | 'Ç' | 'ö' | 'Ö' | 'ü' | 'Ü')
}

/// Whether the bytes, read in some one-byte code page, are words in Cyrillic: there a word has no ASCII letter, while
/// in Azerbaijani most words have one.
pub(super) fn is_cyrillic(file: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let (mut pure, mut mixed) = (0_usize, 0_usize);
    for word in file.split(|byte| !is_letter(byte)) {
        let high = word.iter().filter(|byte| **byte >= 0x80).count();
        if high == word.len() && high > 2 {
            pure += 1;
        } else if high > 0 {
            mixed += 1;
        }
    }
    pure > mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = [
        "158 nömrəli tam orta məktəb",
        "Uşaq bağçası; 2-ci bina",
        "Şıxəli Qurbanov küç. 5",
        "ƏLİ BAYRAMLI № 7 «Çinar»",
        "Средняя школа № 7",
        "Əhməd",
    ];

    fn misread(text: &str, page: &'static Encoding) -> String {
        page.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn what_was_read_in_a_wrong_code_page_is_turned_back() {
        for name in NAMES {
            assert_eq!(turned_back(name), None, "{name}");
            for page in CODE_PAGES {
                let once = misread(name, page);
                // A character that the page cannot represent is lost: that has another refusal.
                if !once.contains('\u{fffd}') {
                    assert_eq!(turned_back(&once).unwrap().text, name, "{} {once}", page.name());
                }
            }
            let twice = misread(&misread(name, WINDOWS_1252), WINDOWS_1252);
            assert_eq!(turned_back(&twice).unwrap().text, name, "{twice}");
        }
        assert_eq!(turned_back("mÉ™ktÉ™b").unwrap().code_page, "windows-1252");
        assert_eq!(turned_back("mЙ™ktЙ™b").unwrap().code_page, "windows-1251");
    }

    #[test]
    fn what_is_written_so_stays() {
        for text in [
            "BAĞ–2",
            "«AZNEFTYAĞ»",
            "AZNEFTYAĞ»",
            "KÖRPÜ…",
            "Çöl–düz",
            "№ 7",
            "Ёлка",
            "ШКОЛА»",
            "ДОМ № 5",
            "5°",
            "“Nizami”",
            "Göyçay küç. 7",
            "Rue de l’Éméraude",
        ] {
            assert_eq!(turned_back(text), None, "{text}");
        }
    }

    #[test]
    fn cyrillic_words_are_told_from_azerbaijani_ones() {
        for page in [WINDOWS_1251, IBM866, encoding_rs::KOI8_R] {
            let file = page.encode("constituency;venue\n7;Средняя школа\n8;ул. Низами, 5\n").0;
            assert!(is_cyrillic(&file), "{}", page.name());
        }
        let file = WINDOWS_1254.encode("Daire;Ünvan\n7;Uşaq bağçası\n8;Göyçay küç. 7\n9;ŞÜÇ\n").0;
        assert!(!is_cyrillic(&file));
    }
}
