//! The letters of the overlay: strokes on a grid 16 units high, drawn once into grey bitmaps.

use tiny_skia::{Color, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

/// Height of capitals and digits on the grid of the strokes.
const CAP_UNITS: f32 = 16.0;
/// Room above the capitals, for the dots of Ü.
const ABOVE_UNITS: f32 = 6.0;

/// How a letter is drawn: its width on the grid, and moves (`M`), lines (`L`) and cubic curves (`C`) on it.
fn strokes(letter: char) -> (f32, &'static str) {
    match letter {
        '0' => (10.0, "M5 0C8 0 10 3 10 8C10 13 8 16 5 16C2 16 0 13 0 8C0 3 2 0 5 0Z"),
        '1' => (10.0, "M2 3.2L6 0L6 16"),
        '2' => (10.0, "M.3 4C.5 1.6 2.3 0 5 0C8 0 9.7 1.7 9.7 4.3C9.7 7.4 6.6 9.6 .3 16L10 16"),
        '3' => (
            10.0,
            "M.5 2.6C1.4 .9 3 0 5 0C7.9 0 9.5 1.5 9.5 3.9C9.5 6.2 7.9 7.6 5 7.6L3.8 7.6M5 7.6C8.3 7.6 10 9.2 10 11.8\
             C10 14.4 8 16 5 16C2.6 16 .8 15 0 13.2",
        ),
        '4' => (10.0, "M7.6 16L7.6 0L0 11.6L10.6 11.6"),
        '5' => (
            10.0,
            "M9.2 0L1.6 0L1 7.2C2 6.2 3.4 5.8 5 5.8C8 5.8 10 7.8 10 10.8C10 13.9 8 16 5 16C2.6 16 .8 15 0 13.2",
        ),
        '6' => (
            10.0,
            "M7.6 0C3.6 2.4 .2 6.4 0 10.6C0 14 2 16 5 16C8 16 10 14 10 11C10 8.1 8 6.3 5.2 6.3C2.7 6.3 .7 7.8 0 10.2",
        ),
        '7' => (10.0, "M0 0L10 0C6.5 5 4.6 10 4 16"),
        '8' => (
            10.0,
            "M5 7.4C2.2 7.4 .6 5.9 .6 3.7C.6 1.5 2.4 0 5 0C7.6 0 9.4 1.5 9.4 3.7C9.4 5.9 7.8 7.4 5 7.4C1.9 7.4 0 9.1 0 11.7\
             C0 14.3 2 16 5 16C8 16 10 14.3 10 11.7C10 9.1 8.1 7.4 5 7.4Z",
        ),
        '9' => (
            10.0,
            "M2.4 16C6.4 13.6 9.8 9.6 10 5.4C10 2 8 0 5 0C2 0 0 2 0 5C0 7.9 2 9.7 4.8 9.7C7.3 9.7 9.3 8.2 10 5.8",
        ),
        ':' => (1.0, "M.5 4.6L.5 4.7M.5 12.2L.5 12.3"),
        '.' => (1.0, "M.5 15.6L.5 15.7"),
        '/' => (7.0, "M6.4 -1L.6 17"),
        'N' => (10.5, "M0 16L0 0L10.5 16L10.5 0"),
        'M' => (12.5, "M0 16L0 0L6.25 9.5L12.5 0L12.5 16"),
        'U' => (10.0, "M0 0L0 10.4C0 14 2 16 5 16C8 16 10 14 10 10.4L10 0"),
        'Ü' => {
            (10.0, "M0 0L0 10.4C0 14 2 16 5 16C8 16 10 14 10 10.4L10 0M2.8 -3.9L2.8 -3.8M7.2 -3.9L7.2 -3.8")
        }
        'Ə' => (
            11.0,
            "M.6 3.8C1.4 1.4 3.2 0 5.4 0C8.8 0 11 3 11 8C11 13 8.8 16 5.5 16C2.2 16 0 13.2 0 8.4L11 8.4",
        ),
        _ => (4.0, ""),
    }
}

/// One letter as a grey bitmap: how much of each pixel it covers.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    letter: char,
    width_px: usize,
    height_px: usize,
    /// Pixels from one letter's start to the next one's.
    advance_px: usize,
    cover: Vec<u8>,
}

/// Letters of one size and weight.
#[derive(Debug, Clone)]
pub(crate) struct Face {
    glyphs: Vec<Glyph>,
    above_px: usize,
}

impl Face {
    /// Draws `letters` with capitals `cap_px` high, in strokes `weight` grid units wide.
    pub(crate) fn new(letters: &str, cap_px: f32, weight: f32) -> Self {
        let scale = cap_px / CAP_UNITS;
        let glyphs = letters.chars().map(|letter| draw(letter, scale, weight)).collect();
        Self { glyphs, above_px: (ABOVE_UNITS * scale).ceil() as usize }
    }

    /// Width of `text` in pixels. Letters that the font lacks take no room.
    pub(crate) fn width(&self, text: &str) -> usize {
        text.chars().filter_map(|letter| self.glyph(letter)).map(|glyph| glyph.advance_px).sum()
    }

    /// Sets `text` onto `luma`, rows of `stride`, with the top of its capitals at `top` and its start at `left`.
    pub(crate) fn set(
        &self,
        text: &str,
        luma: &mut [u8],
        stride: usize,
        (left, top): (usize, usize),
        ink: u8,
    ) {
        let mut x = left;
        let first_row = top.saturating_sub(self.above_px);
        for glyph in text.chars().filter_map(|letter| self.glyph(letter)) {
            glyph.blend(luma, stride, (x, first_row), ink);
            x += glyph.advance_px;
        }
    }

    fn glyph(&self, letter: char) -> Option<&Glyph> {
        self.glyphs.iter().find(|glyph| glyph.letter == letter)
    }
}

impl Glyph {
    fn blend(&self, luma: &mut [u8], stride: usize, (left, top): (usize, usize), ink: u8) {
        for (y, cover) in self.cover.chunks_exact(self.width_px).take(self.height_px).enumerate() {
            let row = luma.get_mut((top + y) * stride + left..).unwrap_or_default();
            for (pixel, &cover) in row.iter_mut().zip(cover) {
                let (below, cover) = (i32::from(*pixel), i32::from(cover));
                *pixel = (below + (i32::from(ink) - below) * cover / 255) as u8;
            }
        }
    }
}

fn draw(letter: char, scale: f32, weight: f32) -> Glyph {
    let (width_units, commands) = strokes(letter);
    let margin = weight / 2.0 + 0.5;
    let width_px = ((width_units + 2.0 * margin) * scale).ceil() as usize;
    let height_px = ((ABOVE_UNITS + CAP_UNITS + 2.0 * margin) * scale).ceil() as usize;
    // Digits share one advance, so that a clock does not dance.
    let advance_px = ((width_units + weight + 1.6) * scale).round() as usize;
    let mut cover = vec![0; width_px * height_px];
    let canvas = Pixmap::new(width_px as u32, height_px as u32);
    if let (Some(mut canvas), Some(path)) = (canvas, path(commands)) {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(Color::WHITE);
        let stroke = Stroke {
            width: weight,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        let place = Transform::from_scale(scale, scale).pre_translate(margin, ABOVE_UNITS);
        canvas.stroke_path(&path, &paint, &stroke, place, None);
        cover = canvas.pixels().iter().map(|pixel| pixel.alpha()).collect();
    }
    Glyph { letter, width_px, height_px, advance_px, cover }
}

/// Builds a path from moves, lines and curves, as in [`strokes`] and the scene's shapes. `None` for an empty path.
pub(crate) fn path(commands: &str) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let starts = commands.match_indices(|c: char| c.is_ascii_alphabetic()).map(|(at, _)| at);
    let ends = starts.clone().skip(1).chain([commands.len()]);
    for (start, end) in starts.zip(ends) {
        let (command, numbers) = commands.get(start..end)?.split_at(1);
        let numbers: Vec<f32> =
            numbers.split_ascii_whitespace().map_while(|text| text.parse().ok()).collect();
        match (command, numbers.as_slice()) {
            ("M", &[x, y]) => builder.move_to(x, y),
            ("L", &[x, y]) => builder.line_to(x, y),
            ("Q", &[x1, y1, x, y]) => builder.quad_to(x1, y1, x, y),
            ("C", &[x1, y1, x2, y2, x, y]) => builder.cubic_to(x1, y1, x2, y2, x, y),
            ("Z", &[]) => builder.close(),
            _ => return None,
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_overlay_has_a_shape() {
        for letter in "0123456789:./NÜMUNƏ".chars() {
            assert!(path(strokes(letter).1).is_some(), "{letter}");
        }
    }

    #[test]
    fn digits_are_told_apart_by_many_pixels() {
        let face = Face::new("0123456789", 18.0, 2.6);
        for (index, a) in face.glyphs.iter().enumerate() {
            for b in &face.glyphs[index + 1..] {
                let differing = a.cover.iter().zip(&b.cover).filter(|(x, y)| x.abs_diff(**y) > 128).count();
                assert!(differing >= 12, "{} and {} differ in {differing} pixels", a.letter, b.letter);
            }
        }
    }
}
