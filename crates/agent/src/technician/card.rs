//! The card of the legibility test: letters in falling sizes, drawn anew for each test. A person lays it on the table,
//! reads it in the picture that arrived, and types it. Nothing here looks into a picture.

use std::fmt::Write as _;

use ashkar_terms::{CameraId, Moment};

/// Heights of the letters of each row, tenths of a millimetre, on a card that is printed in its size.
const ROWS: [u32; CARD_ROWS] = [400, 280, 200, 140, 100, 70, 50, 35];
/// Rows of a card.
pub(super) const CARD_ROWS: usize = 8;
/// Letters of a row: one in two hundred thousand is guessed.
const LETTERS: usize = 4;
/// None of them is easily taken for another, none is wide, and none hangs below its line.
const ALPHABET: &[u8; 21] = b"ACDEFHKLNPRTUVXY34679";
/// Letters of Cyrillic keyboards that look like those of the card.
const LOOK_ALIKE: [(char, char); 9] = [
    ('А', 'A'),
    ('С', 'C'),
    ('Е', 'E'),
    ('Н', 'H'),
    ('К', 'K'),
    ('Р', 'P'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('У', 'Y'),
];
/// Height of capitals in the usual fonts, thousandths of their size.
const CAPITALS: u32 = 720;
/// The sheet, tenths of a millimetre: what an A4 printer prints of it.
const SHEET: (u32, u32) = (1900, 2600);

/// A card that was drawn, and not answered yet.
#[derive(Debug, Clone)]
pub(super) struct Card {
    /// When it was drawn: no picture from before can show it.
    pub(super) at: Moment,
    rows: [[u8; LETTERS]; CARD_ROWS],
}

impl Card {
    /// A card that nobody has seen.
    ///
    /// # Errors
    /// If the system gives no chance.
    pub(super) fn draw(at: Moment) -> Result<Self, getrandom::Error> {
        let mut rows = [[0; LETTERS]; CARD_ROWS];
        for letter in rows.iter_mut().flatten() {
            *letter = letter_by_chance()?;
        }
        Ok(Self { at, rows })
    }

    /// How many rows, from the largest on, were typed as they are on the card, and the height of the letters of the last
    /// of these, tenths of a millimetre. A smaller row behind one that was not read counts for nothing.
    pub(super) fn judge(&self, typed: &[String]) -> (u32, Option<u32>) {
        let is_read = |(row, typed): &(&[u8; LETTERS], &String)| letters(typed).as_bytes() == &row[..];
        let read = self.rows.iter().zip(typed).take_while(is_read).count();
        let smallest = read.checked_sub(1).and_then(|last| ROWS.get(last)).copied();
        (u32::try_from(read).unwrap_or_default(), smallest)
    }

    /// The page that is printed: no script, and nothing of the station but its number.
    pub(super) fn page(&self, camera: CameraId, when: &str) -> String {
        let (width, height) = SHEET;
        let mut rows = String::new();
        let mut bottom = 0;
        for (row, high) in self.rows.iter().zip(ROWS) {
            bottom += high + high / 2 + 30;
            let size = high * 1000 / CAPITALS;
            let text: String = row.iter().map(|&letter| char::from(letter)).collect();
            let _ = write!(
                rows,
                "<text x=\"{}\" y=\"{bottom}\" font-size=\"{size}\" letter-spacing=\"{}\">{text}</text>\n\
                 <text class=\"size\" x=\"0\" y=\"{bottom}\" font-size=\"30\">{}.{} mm</text>\n",
                width / 2,
                high / 8,
                high / 10,
                high % 10
            );
        }
        format!(
            "<!doctype html>\n<html lang=\"az\"><head><meta charset=\"utf-8\"><title>{camera} {when}</title>\n\
             <link rel=\"stylesheet\" href=\"/card.css\"></head>\n<body>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{}mm\" height=\"{}mm\" role=\"img\" aria-label=\"{camera}\">\n\
             {rows}<path d=\"M450 2440v40h1000v-40\"/>\n\
             <text class=\"scale\" x=\"950\" y=\"2460\" font-size=\"30\">100 mm</text>\n\
             <text class=\"size\" x=\"0\" y=\"2560\" font-size=\"36\">{camera} · {when}</text>\n</svg>\n\
             <p lang=\"az\">100 % ölçüdə çap edin: yuxarıdakı xətt 100 mm olmalıdır. Kartı səs sayılan masanın üstünə qoyun.</p>\n\
             <p lang=\"en\">Print it at 100 %: the line above must be 100 mm long. Lay the card on the table where votes are counted.</p>\n\
             <p lang=\"ru\">Печатайте в масштабе 100 %: линия выше должна быть 100 мм. Положите карту на стол подсчёта голосов.</p>\n\
             </body></html>\n",
            width / 10,
            height / 10
        )
    }
}

/// What was typed, as the card would have it.
fn letters(typed: &str) -> String {
    let plain = |c: char| LOOK_ALIKE.iter().find(|(other, _)| *other == c).map_or(c, |(_, own)| *own);
    let all = typed.chars().take(4 * LETTERS).flat_map(char::to_uppercase);
    all.filter(|c| c.is_alphanumeric()).map(plain).collect()
}

/// Each letter as often as the others.
fn letter_by_chance() -> Result<u8, getrandom::Error> {
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        if let Some(letter) = ALPHABET.get(usize::from(byte[0] % 32)) {
            return Ok(*letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use ashkar_terms::UtcMicros;

    use super::*;

    fn card() -> Card {
        let mut card = Card::draw(Moment { wall: UtcMicros(5), mono_us: 5 }).unwrap();
        card.rows[0] = *b"ACEH";
        card.rows[1] = *b"X347";
        card
    }

    fn typed(rows: &[&str]) -> Vec<String> {
        rows.iter().map(|row| (*row).to_owned()).collect()
    }

    #[test]
    fn rows_count_from_the_largest_on_as_long_as_they_are_right() {
        let card = card();
        let third = String::from_utf8(card.rows[2].to_vec()).unwrap();
        assert_eq!(card.judge(&[]), (0, None));
        assert_eq!(card.judge(&typed(&["ACEH"])), (1, Some(400)));
        assert_eq!(card.judge(&typed(&["a c-e h", "x347"])), (2, Some(280)), "spaces and small letters");
        assert_eq!(card.judge(&typed(&["АСЕН", "Х347"])), (2, Some(280)), "of a Cyrillic keyboard");
        assert_eq!(card.judge(&typed(&["ACEH", "", &third])), (1, Some(400)), "one between was not read");
        assert_eq!(card.judge(&typed(&["ACE", "X347"])), (0, None));
        assert_eq!(card.judge(&typed(&["ACEHA", "X347"])), (0, None));
        let all: Vec<String> = card.rows.iter().map(|row| String::from_utf8(row.to_vec()).unwrap()).collect();
        assert_eq!(card.judge(&all), (8, Some(35)));
        let more: Vec<String> = all.iter().cloned().chain(["ACEH".to_owned()]).collect();
        assert_eq!(card.judge(&more), (8, Some(35)));
        let _ = card.judge(&typed(&["\u{0}\u{202e}İ\u{1F600}"]));
    }

    #[test]
    fn each_card_is_another_and_its_page_has_its_rows() {
        let (one, other) = (card(), Card::draw(Moment { wall: UtcMicros(5), mono_us: 5 }).unwrap());
        assert_ne!(one.rows, other.rows);
        assert!(other.rows.iter().flatten().all(|letter| ALPHABET.contains(letter)));
        let page = one.page(CameraId::new(7, 12, 1), "2026-11-01 12:00");
        for row in one.rows {
            assert!(page.contains(&format!(">{}</text>", String::from_utf8(row.to_vec()).unwrap())));
        }
        assert!(page.contains("3.5 mm") && page.contains("width=\"190mm\""), "{page}");
        assert!(!page.contains("script") && !page.contains("style=\""), "what the page's policy forbids");
        let used: u32 = ROWS.iter().map(|high| high + high / 2 + 30).sum();
        assert!(used < 2400, "the rows end above the line: {used}");
    }
}
