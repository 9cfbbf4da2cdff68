//! From a file's bytes to its text. Workbooks and Cyrillic code pages are refused.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1254};
use serde::Serialize;

use super::codepage::is_cyrillic;
use super::{MAX_FILE_BYTES, Reason};

/// The encoding that a file was read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum SourceEncoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "UTF-8")]
    Utf8,
    /// UTF-16 with a byte order mark: a spreadsheet's "Unicode text".
    #[serde(rename = "UTF-16")]
    Utf16,
    /// Windows-1254, the Turkish code page: anything that is not valid UTF-8.
    #[serde(rename = "Windows-1254")]
    Windows1254,
}

/// A file's text.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) encoding: SourceEncoding,
}

/// Byte order mark, else valid UTF-8, else Windows-1254; words in Cyrillic are refused.
///
/// That order is safe: a Windows-1254 text with any letter outside ASCII is valid UTF-8 only by a rare accident, and
/// then its letters come out so wrong that whoever reads the differences sees it.
pub(super) fn decode(file: &[u8]) -> Result<Decoded<'_>, Reason> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Reason::FileTooLarge);
    }
    let decoded = match Encoding::for_bom(file) {
        Some((encoding, bom)) => of_bom(encoding, file.get(bom..).unwrap_or_default()),
        None => without_bom(file),
    };
    if decoded.encoding == SourceEncoding::Windows1254 && is_cyrillic(file) {
        return Err(Reason::Cyrillic);
    }
    if looks_binary(&decoded.text) { Err(Reason::NotText) } else { Ok(decoded) }
}

fn of_bom<'a>(encoding: &'static Encoding, rest: &'a [u8]) -> Decoded<'a> {
    if encoding == encoding_rs::UTF_8 {
        return without_bom(rest);
    }
    Decoded { text: encoding.decode_without_bom_handling(rest).0, encoding: SourceEncoding::Utf16 }
}

fn without_bom(file: &[u8]) -> Decoded<'_> {
    match std::str::from_utf8(file) {
        Ok(text) => Decoded { text: Cow::Borrowed(text), encoding: SourceEncoding::Utf8 },
        Err(_) => Decoded {
            text: WINDOWS_1254.decode_without_bom_handling(file).0,
            encoding: SourceEncoding::Windows1254,
        },
    }
}

/// Workbooks are zip or OLE files: no text contains a NUL, or begins like a zip.
fn looks_binary(text: &str) -> bool {
    text.contains('\0') || text.starts_with("PK\u{3}\u{4}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &[u8]) -> (String, SourceEncoding) {
        let decoded = decode(file).unwrap();
        (decoded.text.into_owned(), decoded.encoding)
    }

    #[test]
    fn tells_the_encodings_apart() {
        assert_eq!(read("ünvan".as_bytes()), ("ünvan".into(), SourceEncoding::Utf8));
        assert_eq!(read("\u{feff}ünvan".as_bytes()), ("ünvan".into(), SourceEncoding::Utf8));
        assert_eq!(read(b"\xff\xfea\0\x59\x02"), ("aə".into(), SourceEncoding::Utf16));
        assert_eq!(read(b"\xddsmay\xfdll\xfd"), ("İsmayıllı".into(), SourceEncoding::Windows1254));
    }

    #[test]
    fn refuses_workbooks_and_giants() {
        assert_eq!(decode(b"PK\x03\x04\x14\x00").err(), Some(Reason::NotText));
        assert_eq!(decode(b"\xd0\xcf\x11\xe0\0").err(), Some(Reason::NotText));
        assert_eq!(decode(&vec![b'a'; MAX_FILE_BYTES + 1]).err(), Some(Reason::FileTooLarge));
    }
}
