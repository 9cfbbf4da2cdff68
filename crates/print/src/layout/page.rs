//! What is on a page, before it is written: marks with their places, from the top left, in points.

use super::lines::{Align, Style};
use super::tags::NodeId;
use crate::fonts::Shaped;

/// A4.
pub(crate) const WIDTH: f32 = 595.276;
/// A4.
pub(crate) const HEIGHT: f32 = 841.89;
/// Left and right of everything: 20 mm.
pub(crate) const SIDE: f32 = 56.7;
/// Above and below everything: 14 mm.
pub(crate) const EDGE: f32 = 40.0;
/// Width of what is between the margins.
pub(crate) const MEASURE: f32 = WIDTH - 2.0 * SIDE;

/// What a mark belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Part of the document's text.
    Node(NodeId),
    /// At the top or bottom of each page; not read aloud.
    Furniture,
}

/// A mark.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// A line of text from `x`, with its baseline at `y`.
    Text { x: f32, y: f32, style: Style, line: Shaped, owner: Owner },
    /// The number of the page on which `section` begins, right-aligned to `x`.
    PageOf { section: usize, x: f32, y: f32, style: Style, owner: Owner },
    /// A horizontal rule.
    Rule { x: f32, y: f32, width: f32, weight: f32 },
    /// An empty box.
    Frame { x: f32, y: f32, width: f32, height: f32, weight: f32 },
    /// A QR code of `size` points, with its margin: rows of dark modules.
    Code { x: f32, y: f32, size: f32, rows: Vec<Vec<bool>>, owner: Owner },
}

/// Where a line that is `width` points wide begins in a column.
pub(crate) fn begin(align: Align, x: f32, column: f32, width: f32) -> f32 {
    match align {
        Align::Left => x,
        Align::Right => x + column - width,
        Align::Centre => x + (column - width) / 2.0,
    }
}
