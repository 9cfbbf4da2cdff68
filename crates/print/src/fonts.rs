//! The fonts: four faces out of the bundled ones, and text made into glyphs.
//!
//! In: printable text. Out: glyphs with their widths. What must never happen: a font of the machine, a network, or a
//! glyph that shows that there is none.

use std::collections::HashMap;
use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Feature, UnicodeBuffer};

use crate::error::PrintError;

/// Ligatures would make two letters one glyph, which some readers copy as one sign.
const WITHOUT_LIGATURES: [&[u8; 4]; 4] = [b"liga", b"clig", b"dlig", b"hlig"];

/// A face of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Face {
    /// Text.
    Regular,
    /// Headings and numbers.
    Bold,
    /// Remarks.
    Italic,
    /// Digests and links, in which each sign counts.
    Mono,
}

impl Face {
    /// All of them, in the order of their discriminants.
    const ALL: [Self; 4] = [Self::Regular, Self::Bold, Self::Italic, Self::Mono];

    /// Its bytes; a test compares the names. Each place is a constant, so that the other bundled fonts can be left out of
    /// the binary.
    fn bytes(self) -> Option<&'static [u8]> {
        match self {
            Self::Regular => typst_assets::fonts().next(),
            Self::Bold => typst_assets::fonts().nth(1),
            Self::Italic => typst_assets::fonts().nth(2),
            Self::Mono => typst_assets::fonts().nth(16),
        }
    }

    /// Its PostScript name.
    const fn name(self) -> &'static str {
        match self {
            Self::Regular => "LibertinusSerif-Regular",
            Self::Bold => "LibertinusSerif-Bold",
            Self::Italic => "LibertinusSerif-Italic",
            Self::Mono => "DejaVuSansMono",
        }
    }
}

/// A face that was read.
struct Loaded {
    font: Font,
    shaper: rustybuzz::Face<'static>,
}

static LOADED: LazyLock<Vec<Option<Loaded>>> =
    LazyLock::new(|| Face::ALL.into_iter().map(Loaded::read).collect());

impl Loaded {
    fn read(face: Face) -> Option<Self> {
        let bytes = face.bytes()?;
        Some(Self { font: Font::new(bytes.into(), 0)?, shaper: rustybuzz::Face::from_slice(bytes, 0)? })
    }

    fn of(face: Face) -> Result<&'static Self, PrintError> {
        LOADED.get(face as usize).and_then(Option::as_ref).ok_or_else(|| PrintError::Font(face.name()))
    }
}

/// The font of `face`, to draw with.
pub(crate) fn font(face: Face) -> Result<Font, PrintError> {
    Ok(Loaded::of(face)?.font.clone())
}

/// Whether `face` has a glyph for `c`.
pub(crate) fn has(face: Face, c: char) -> bool {
    Loaded::of(face).is_ok_and(|loaded| loaded.shaper.glyph_index(c).is_some())
}

/// A word as glyphs; positions and widths are in parts of the size.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shaped {
    /// Its text.
    pub(crate) text: String,
    /// Its glyphs, in order; each names its bytes of the text.
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// Its width.
    pub(crate) width: f32,
}

impl Shaped {
    /// Adds `other` behind it.
    pub(crate) fn append(&mut self, other: &Self) {
        let offset = self.text.len();
        self.text.push_str(&other.text);
        self.width += other.width;
        self.glyphs.extend(other.glyphs.iter().cloned().map(|mut glyph| {
            glyph.text_range = glyph.text_range.start + offset..glyph.text_range.end + offset;
            glyph
        }));
    }

    /// Cuts off the longest beginning that fits `width`, at least one glyph.
    pub(crate) fn cut(&self, width: f32) -> (Self, Self) {
        let mut taken = 0.0;
        let fits = self.glyphs.iter().take_while(|glyph| {
            taken += glyph.x_advance;
            taken <= width
        });
        let at = fits.count().max(1).min(self.glyphs.len());
        let byte = self.glyphs.get(at).map_or(self.text.len(), |glyph| glyph.text_range.start);
        (self.part(0..at, 0..byte), self.part(at..self.glyphs.len(), byte..self.text.len()))
    }

    fn part(&self, glyphs: std::ops::Range<usize>, bytes: std::ops::Range<usize>) -> Self {
        let begin = bytes.start;
        let glyphs: Vec<KrillaGlyph> = self
            .glyphs
            .get(glyphs)
            .unwrap_or_default()
            .iter()
            .cloned()
            .map(|mut glyph| {
                glyph.text_range =
                    glyph.text_range.start.saturating_sub(begin)..glyph.text_range.end.saturating_sub(begin);
                glyph
            })
            .collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Self { text: self.text.get(bytes).unwrap_or_default().to_owned(), glyphs, width }
    }
}

/// Makes words into glyphs, each word once.
#[derive(Debug, Default)]
pub(crate) struct Shaper {
    known: HashMap<(Face, String), Shaped>,
}

impl Shaper {
    /// `word` in `face`.
    pub(crate) fn shape(&mut self, face: Face, word: &str) -> Result<&Shaped, PrintError> {
        let loaded = Loaded::of(face)?;
        Ok(self.known.entry((face, word.to_owned())).or_insert_with(|| shape(&loaded.shaper, word)))
    }
}

fn shape(face: &rustybuzz::Face<'static>, word: &str) -> Shaped {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(word);
    buffer.guess_segment_properties();
    buffer.set_direction(Direction::LeftToRight);
    let features = WITHOUT_LIGATURES.map(|tag| Feature::new(Tag::from_bytes(tag), 0, ..));
    let output = rustybuzz::shape(face, &features, buffer);
    let em = face.units_per_em() as f32;
    let infos = output.glyph_infos();
    let begins: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
    let end_of = |begin: usize| begins.iter().copied().find(|&other| other > begin).unwrap_or(word.len());
    let glyphs: Vec<KrillaGlyph> = infos
        .iter()
        .zip(output.glyph_positions())
        .map(|(info, position)| {
            let begin = info.cluster as usize;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                position.x_advance as f32 / em,
                position.x_offset as f32 / em,
                position.y_offset as f32 / em,
                position.y_advance as f32 / em,
                begin..end_of(begin),
                None,
            )
        })
        .collect();
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    Shaped { text: word.to_owned(), glyphs, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_fonts_are_where_they_are_looked_for() {
        for face in Face::ALL {
            let loaded = Loaded::of(face).unwrap();
            let names = loaded.shaper.names().into_iter();
            let postscript: Vec<String> =
                names.filter(|name| name.name_id == 6).filter_map(|name| name.to_string()).collect();
            assert!(postscript.iter().any(|name| name == face.name()), "{face:?}: {postscript:?}");
        }
    }

    #[test]
    fn every_letter_of_the_three_languages_is_in_every_face() {
        let letters = "ABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVYZabcçdeəfgğhxıijkqlmnoöprsştuüvyzWw0123456789\
                       АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя№«»“”„–—…→";
        for face in Face::ALL {
            let lacking: String = letters.chars().filter(|&c| !has(face, c)).collect();
            assert_eq!(lacking, "", "{face:?}");
        }
    }

    #[test]
    fn what_is_cut_is_all_there() {
        let mut shaper = Shaper::default();
        let word = shaper.shape(Face::Regular, "əlaqələndiricilik").unwrap().clone();
        let (head, tail) = word.cut(word.width / 2.0);
        assert_eq!(format!("{}{}", head.text, tail.text), word.text);
        assert!(head.width <= word.width / 2.0 && tail.glyphs.len() + head.glyphs.len() == word.glyphs.len());
        assert_eq!(tail.glyphs[0].text_range.start, 0);
        let (one, _) = word.cut(0.0);
        assert_eq!(one.text, "ə", "at least one, or it would never end");
    }
}
