//! Text broken into lines: at spaces, and within a word only if the word alone is wider than the line.

use crate::error::PrintError;
use crate::fonts::{Face, Shaped, Shaper};

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Its face.
    pub(crate) face: Face,
    /// Its size, points.
    pub(crate) size: f32,
    /// From one baseline to the next, points.
    pub(crate) leading: f32,
    /// Where its lines stand.
    pub(crate) align: Align,
    /// Grey, for what is less important.
    pub(crate) is_quiet: bool,
}

/// Where a line stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Centre,
}

impl Style {
    /// Text of `size` in `face`.
    pub(crate) const fn new(face: Face, size: f32) -> Self {
        Self { face, size, leading: size * 1.22, align: Align::Left, is_quiet: false }
    }

    /// The same, in grey.
    pub(crate) const fn quiet(self) -> Self {
        Self { is_quiet: true, ..self }
    }

    /// The same, aligned.
    pub(crate) const fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// From the top of a line to its baseline.
    pub(crate) const fn ascent(&self) -> f32 {
        self.size * 0.92
    }
}

/// `text`, which is printable, in lines of at most `width` points; at least one, possibly empty.
///
/// # Errors
/// If a font cannot be read.
pub(crate) fn broken(
    shaper: &mut Shaper,
    style: Style,
    text: &str,
    width: f32,
) -> Result<Vec<Shaped>, PrintError> {
    let width = width / style.size;
    let space = shaper.shape(style.face, " ")?.clone();
    let (mut lines, mut line) = (Vec::new(), Shaped::default());
    for word in words(text) {
        let mut word = shaper.shape(style.face, &word)?.clone();
        if !line.glyphs.is_empty() {
            if line.width + space.width + word.width <= width {
                line.append(&space);
            } else {
                lines.push(std::mem::take(&mut line));
            }
        }
        while line.glyphs.is_empty() && word.width > width && word.glyphs.len() > 1 {
            let (head, tail) = word.cut(width);
            lines.push(head);
            word = tail;
        }
        line.append(&word);
    }
    lines.push(line);
    Ok(lines)
}

/// The words of a text. A number stays with its №.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(sign) if sign == "№" => {
                sign.push(' ');
                sign.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, width: f32) -> Vec<String> {
        let style = Style::new(Face::Regular, 10.0);
        let lines = broken(&mut Shaper::default(), style, text, width).unwrap();
        assert!(lines.iter().all(|line| line.width * 10.0 <= width + 0.01 || line.glyphs.len() == 1));
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(texts("158 nömrəli tam orta məktəb", 60.0), ["158 nömrəli", "tam orta", "məktəb"]);
        let long = "Məktəb".repeat(20);
        let lines = texts(&format!("a {long} b"), 60.0);
        assert!(lines.len() > 5 && lines[0] == "a" && lines.concat().contains(&long), "{lines:?}");
        assert_eq!(texts("", 60.0), [""]);
        assert_eq!(texts("Избирательный округ № 5", 100.0), ["Избирательный округ", "№ 5"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_lost(text in "[ əaWfiğ.-]{0,80}", width in 1.0_f32..200.0) {
            let lines = texts(&text, width);
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
