//! QR codes as paths of SVG.

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

/// Modules of margin on each side that readers need.
const MARGIN: usize = 4;

/// A QR code: its dark modules as the path of an SVG whose view box is `0 0 width width`. It shows what it encodes, so
/// `Debug` hides it.
#[derive(Clone)]
pub struct QrPath {
    /// Modules of a side, with the margin.
    pub width: usize,
    /// The attribute `d` of a `<path>`: a rectangle for each run of dark modules.
    pub path: Zeroizing<String>,
}

impl std::fmt::Debug for QrPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QrPath({} modules)", self.width)
    }
}

/// The text is too long for a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLongError;

/// The QR code of `text`.
///
/// # Errors
/// [`TooLongError`] if there is none that large.
pub fn svg_path(text: &str) -> Result<QrPath, TooLongError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| TooLongError)?;
    let side = code.width();
    let modules = code.to_colors();
    let mut path = Zeroizing::new(String::with_capacity(modules.len() * 10));
    for (y, row) in modules.chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let (left, top, length) = (x + MARGIN, y + MARGIN, run.len());
                path.push_str(&format!("M{left} {top}h{length}v1h-{length}z"));
            }
            x += run.len();
        }
    }
    Ok(QrPath { width: side + 2 * MARGIN, path })
}
