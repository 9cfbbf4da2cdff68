//! The look of the overlay: the station's plate, the word for "sample", the date, and the clock.

use ashkar_terms::CameraId;

use super::font::Face;
use crate::h264::intra::MB;

/// Macroblock columns of the picture.
pub(crate) const COLUMNS: usize = 40;
/// Macroblock rows of the overlay.
pub(crate) const ROWS: usize = 2;
/// The clock's columns are the last ones. The first of them stays empty, so that it does not depend on anything left of
/// it.
pub(crate) const CLOCK_COLUMNS: usize = 10;
/// Columns of everything else.
pub(crate) const PLATE_COLUMNS: usize = COLUMNS - CLOCK_COLUMNS;

const CLOCK_WIDTH: usize = CLOCK_COLUMNS * MB;
const PLATE_WIDTH: usize = PLATE_COLUMNS * MB;
const HEIGHT: usize = ROWS * MB;

/// Luma of the overlay, of letters on it, and of quieter letters.
const GROUND: u8 = 34;
const INK: u8 = 226;
const INK_QUIET: u8 = 158;
/// The plate's corner pixels, so that it looks slightly rounded.
const CORNER: u8 = 130;

/// The word that marks every picture as synthetic.
const SAMPLE: &str = "NÜMUNƏ";

/// Positions, in pixels from the left edge of the overlay or the clock.
const PLATE_LEFT: usize = 10;
const PLATE_TOP: usize = 4;
const PLATE_PADDING: usize = 8;
const SAMPLE_GAP: usize = 16;
const RIGHT_MARGIN: usize = 12;
const CAP_TOP: usize = 9;
const CLOCK_TOP: usize = 7;
/// The second of the minute in machine-readable form: six cells one above the other, the lowest bit on top, each beside
/// its inverse. A reader that finds a pair equal rejects the reading. Docs: `docs/design/synthetic.md`.
const CODE_BITS: usize = 6;
const CODE_LEFT: usize = 20;
const CODE_TOP: usize = 4;
const CODE_CELL: usize = 4;

/// Draws overlays. Letters are drawn once, then copied.
#[derive(Debug)]
pub(crate) struct Artist {
    text: Face,
    plate: Face,
    clock: Face,
}

impl Artist {
    /// Draws the letters.
    pub(crate) fn new() -> Self {
        Self {
            text: Face::new("0123456789.NÜMUƏ", 14.0, 2.1),
            plate: Face::new("0123456789/", 14.0, 2.7),
            clock: Face::new("0123456789:", 18.0, 2.6),
        }
    }

    /// Everything left of the clock: luma, `PLATE_COLUMNS` × `ROWS` macroblocks.
    pub(crate) fn plate(&self, camera: CameraId, date: jiff::civil::Date) -> Vec<u8> {
        let mut luma = vec![GROUND; PLATE_WIDTH * HEIGHT];
        let number = plate_text(camera);
        let plate_right = PLATE_LEFT + 2 * PLATE_PADDING + self.plate.width(&number);
        for row in luma.chunks_exact_mut(PLATE_WIDTH).skip(PLATE_TOP).take(HEIGHT - 2 * PLATE_TOP) {
            row[PLATE_LEFT..plate_right].fill(INK);
        }
        for x in [PLATE_LEFT, plate_right - 1] {
            luma[PLATE_TOP * PLATE_WIDTH + x] = CORNER;
            luma[(HEIGHT - 1 - PLATE_TOP) * PLATE_WIDTH + x] = CORNER;
        }
        self.plate.set(&number, &mut luma, PLATE_WIDTH, (PLATE_LEFT + PLATE_PADDING, CAP_TOP), GROUND);
        self.text.set(SAMPLE, &mut luma, PLATE_WIDTH, (plate_right + SAMPLE_GAP, CAP_TOP), INK_QUIET);
        let date = format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year());
        let left = PLATE_WIDTH - self.text.width(&date);
        self.text.set(&date, &mut luma, PLATE_WIDTH, (left, CAP_TOP), INK_QUIET);
        luma
    }

    /// The clock at `second` of the day: luma, `CLOCK_COLUMNS` × `ROWS` macroblocks.
    pub(crate) fn clock(&self, second: u32) -> Vec<u8> {
        let mut luma = vec![GROUND; CLOCK_WIDTH * HEIGHT];
        let text = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        let left = CLOCK_WIDTH - RIGHT_MARGIN - self.clock.width(&text);
        self.clock.set(&text, &mut luma, CLOCK_WIDTH, (left, CLOCK_TOP), INK);
        draw_code(second % 60, &mut luma);
        luma
    }
}

fn draw_code(value: u32, luma: &mut [u8]) {
    let rows = luma.chunks_exact_mut(CLOCK_WIDTH).skip(CODE_TOP).take(CODE_BITS * CODE_CELL);
    for (y, row) in rows.enumerate() {
        let inverse = value >> (y / CODE_CELL) & 1 == 0;
        let left = CODE_LEFT + usize::from(inverse) * CODE_CELL;
        row[left..left + CODE_CELL].fill(INK);
    }
}

/// `16/34`; further cameras of a station add their number: `16/34/2`.
fn plate_text(camera: CameraId) -> String {
    match camera.camera {
        1 => format!("{}/{}", camera.constituency, camera.station),
        number => format!("{}/{}/{number}", camera.constituency, camera.station),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_plate_leaves_room_for_the_date() {
        let artist = Artist::new();
        let longest = artist.plate.width("65535/65535/255") + PLATE_LEFT + 2 * PLATE_PADDING + SAMPLE_GAP;
        assert!(longest + artist.text.width(SAMPLE) + artist.text.width("30.12.2027") < PLATE_WIDTH);
    }

    #[test]
    fn nothing_is_drawn_beside_the_clock() {
        let clock = Artist::new().clock(12 * 3600 + 7 * 60 + 45);
        for row in clock.chunks_exact(CLOCK_WIDTH) {
            assert!(row[..MB].iter().all(|&luma| luma == GROUND));
        }
        assert!(clock.contains(&INK));
    }

    #[test]
    fn the_code_says_the_second_and_keeps_clear_of_the_digits() {
        let artist = Artist::new();
        for second in 0..60 {
            let clock = artist.clock(13 * 3600 + 46 * 60 + second);
            let at = |x: usize, y: usize| clock[y * CLOCK_WIDTH + x];
            let middle = |cell: usize| cell * CODE_CELL + CODE_CELL / 2;
            let mut read = 0;
            for bit in 0..CODE_BITS {
                let [set, unset] =
                    [0, 1].map(|column| at(CODE_LEFT + middle(column), CODE_TOP + middle(bit)) == INK);
                assert_ne!(set, unset, "bit {bit} of {second}");
                read |= u32::from(set) << bit;
            }
            assert_eq!(read, second);
            let right = CODE_LEFT + 2 * CODE_CELL;
            let free = (0..HEIGHT).all(|y| (right..right + 8).all(|x| at(x, y) == GROUND));
            assert!(free, "a digit touches the code at {second}");
        }
    }

    #[test]
    fn each_second_looks_different() {
        let artist = Artist::new();
        let mut seen: Vec<Vec<u8>> = (0..60).map(|second| artist.clock(second)).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 60);
    }
}
