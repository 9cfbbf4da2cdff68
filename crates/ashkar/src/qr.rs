//! QR codes as text: two modules, one above the other, in each character.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Black on white, whatever the terminal's own colours are: not every reader takes white on black.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const USUAL_COLOURS: &str = "\u{1b}[0m";

/// The QR code of `text`, with its margin: for a terminal with colours, otherwise with blocks for what is dark.
pub(crate) fn draw(text: &str, is_terminal: bool) -> anyhow::Result<String> {
    // The lowest correction makes the smallest picture; a screen has no dirt.
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    let picture = code.render::<Dense1x2>().build();
    if !is_terminal {
        return Ok(picture);
    }
    let lines: Vec<String> =
        picture.lines().map(|line| format!("{BLACK_ON_WHITE}{line}{USUAL_COLOURS}")).collect();
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits_a_terminal_and_is_black_on_white_there() {
        let text = "ashkar:enrol?centre=https://centre.example:8443&code=7K2M-9QXW-40TB-HZ8C-5";
        let plain = draw(text, false).unwrap();
        assert!(plain.lines().count() < 24 && plain.lines().all(|line| line.chars().count() < 80), "{plain}");
        let coloured = draw(text, true).unwrap();
        assert_eq!(coloured.replace(BLACK_ON_WHITE, "").replace(USUAL_COLOURS, ""), plain);
        assert!(
            coloured.lines().all(|line| line.starts_with(BLACK_ON_WHITE) && line.ends_with(USUAL_COLOURS))
        );
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(draw(&"x".repeat(3000), false).is_err());
    }
}
