//! Tables, the booth, the box: the furniture around which people walk.

use super::palette::Palette;
use super::pen::{Ink, Pen, Xy, ease, ellipse, ink, polygon, polyline, rectangle, shape};
use super::person::PAPER;

const SHADOW: Ink = ink(0x000000).at(0.15);
const GLASS_EDGE: Ink = ink(0x5f7b8a);
const SEAL: Ink = ink(0xb0413e);

/// Half the width of an issuing table's front, pixels.
const TABLE_HALF: f32 = 74.0;
/// Upper edge of an issuing table, at which members sit.
pub(crate) const TABLE_BACK: f32 = 138.0;
/// Floor line of the issuing tables.
pub(crate) const TABLE_FRONT: f32 = 186.0;

/// A table where ballots are issued, with its list, ballots and sign.
pub(crate) fn issuing_table(pen: &mut Pen<'_>, centre_x: f32, palette: &Palette, in_use: bool) {
    let mut pen = pen.moved((centre_x, 0.0), 1.0);
    let half = TABLE_HALF;
    pen.fill(ellipse((0.0, TABLE_FRONT), (half + 6.0, 6.0)), SHADOW);
    let top = [(-half + 12.0, TABLE_BACK), (half - 12.0, TABLE_BACK), (half, 152.0), (-half, 152.0)];
    pen.fill(polygon(&top), palette.cloth);
    let front = palette.cloth.shade(0.17);
    pen.fill(rectangle((-half, 152.0), (half * 2.0, TABLE_FRONT - 152.0)), front);
    for x in [-50.0, -22.0, 8.0, 36.0, 60.0] {
        pen.line(polyline(&[(x, 154.0), (x + 1.5, TABLE_FRONT - 2.0)]), front.shade(0.12).at(0.5), 1.4);
    }
    pen.fill(polygon(&[(-52.0, 145.0), (-24.0, 144.0), (-22.0, 151.0), (-53.0, 151.6)]), PAPER);
    pen.line(polyline(&[(-38.0, 144.6), (-37.6, 151.2)]), ink(0xc9cfcd), 1.2);
    if in_use {
        pen.fill(polygon(&[(22.0, 143.0), (44.0, 143.0), (46.0, 149.0), (21.0, 149.0)]), PAPER);
        pen.fill(rectangle((21.0, 149.0), (25.0, 2.6)), ink(0xdcdfd8));
    }
    pen.fill(polygon(&[(-8.0, 151.0), (0.0, 141.0), (8.0, 151.0)]), ink(0xf3eedb));
}

/// The booth: a screen of cloth with its open side away from the camera. Whatever is behind it is never drawn. `stir`
/// moves the cloth, 0 to 1.
pub(crate) fn booth(pen: &mut Pen<'_>, palette: &Palette, stir: f32) {
    pen.fill(ellipse((58.0, 224.0), (52.0, 7.0)), SHADOW);
    let rail = ink(0xe9e6dd);
    pen.fill(
        polygon(&[(96.0, 92.0), (108.0, 86.0), (108.0, 208.0), (96.0, 222.0)]),
        palette.curtain.shade(0.24),
    );
    pen.fill(rectangle((10.0, 92.0), (86.0, 130.0)), palette.curtain);
    for fold in 0..7 {
        let x = 16.0 + fold as f32 * 12.0;
        let sway = stir * (fold as f32 * 1.7).sin() * 3.0;
        let cloth = [(x, 96.0), (x + 5.0, 96.0), (x + 5.5 + sway, 221.0), (x - 0.5 + sway, 221.0)];
        pen.fill(polygon(&cloth), palette.curtain.shade(0.09));
    }
    pen.line(polyline(&[(10.0, 92.0), (96.0, 92.0), (108.0, 86.0)]), rail, 4.0);
    for (x, bottom) in [(10.0, 224.0), (96.0, 224.0), (108.0, 210.0)] {
        pen.line(polyline(&[(x, if x > 100.0 { 86.0 } else { 92.0 }), (x, bottom)]), rail, 3.0);
    }
}

/// Position of the box: its upper left front corner, and its size relative to its own units.
pub(crate) const BOX_AT: Xy = (440.0, 202.0);
const BOX_SCALE: f32 = 0.98;
/// Floor line of the box.
pub(crate) const BOX_FRONT: f32 = 296.0;
/// The slot, pixels.
pub(crate) const SLOT: Xy = (BOX_AT.0 + 54.0, BOX_AT.1 - 7.0);

/// Stand and glass of the transparent box: everything behind its ballots.
pub(crate) fn box_back(pen: &mut Pen<'_>, at: Xy) {
    let mut pen = pen.moved(at, BOX_SCALE);
    pen.fill(ellipse((50.0, 96.0), (64.0, 9.0)), SHADOW);
    pen.fill(shape("M8 86L84 86L90 96L2 96Z"), ink(0x7d6a55));
    pen.fill(shape("M86 0L102 -14L102 72L86 88Z"), ink(0xb3cad6).at(0.72));
    pen.fill(rectangle((6.0, 0.0), (80.0, 88.0)), ink(0xdbe9f0).at(0.72));
}

/// The contents of the box: the pile, `rise` units high, and a falling ballot, 0 to 1 of its way.
pub(crate) fn box_content(pen: &mut Pen<'_>, at: Xy, rise: f32, falls: Option<f32>) {
    let mut pen = pen.moved(at, BOX_SCALE);
    pile(&mut pen, rise);
    if let Some(way) = falls {
        falling(&mut pen, way, rise);
    }
}

/// Edges of the box, and its lid with slot and seal: everything in front of its ballots.
pub(crate) fn box_front(pen: &mut Pen<'_>, at: Xy, lid: bool) {
    let mut pen = pen.moved(at, BOX_SCALE);
    pen.fill(rectangle((12.0, 4.0), (7.0, 80.0)), ink(0xffffff).at(0.28));
    if lid {
        pen.fill(shape("M6 0L22 -14L102 -14L86 0Z"), ink(0xeef5f8));
        pen.fill(shape("M38 -5.5L70 -5.5L73 -8.5L41 -8.5Z"), ink(0x33424b));
    }
    pen.line(shape("M6 0L86 0L86 88L6 88ZM86 0L102 -14L102 72L86 88M6 0L22 -14L102 -14"), GLASS_EDGE, 2.0);
    if lid {
        pen.line(polyline(&[(6.0, 7.0), (86.0, 7.0)]), SEAL, 1.6);
        pen.fill(ellipse((46.0, 7.0), (4.4, 4.4)), SEAL);
    }
}

/// Folded ballots, seen from the side.
fn pile(pen: &mut Pen<'_>, rise: f32) {
    let top = 86.0 - rise;
    let crests = [(8.0, 6.0), (20.0, 0.5), (32.0, 4.0), (46.0, -2.0), (58.0, 3.5), (70.0, 0.5), (84.0, 5.0)];
    let mut outline: Vec<Xy> = crests.iter().map(|&(x, y)| (x, top + y)).collect();
    outline.extend([(84.0, 86.5), (8.0, 86.5)]);
    pen.fill(polygon(&outline), ink(0xfdfdfb));
    let edges = [
        ((13.0, 8.0), 22.0, -2.0),
        ((40.0, 6.0), 26.0, 4.0),
        ((20.0, 15.0), 34.0, -3.0),
        ((58.0, 16.0), 20.0, 3.0),
    ];
    for ((x, down), length, slope) in edges {
        if down < rise - 2.0 {
            pen.line(polyline(&[(x, top + down), (x + length, top + down + slope)]), ink(0xc9d3d6), 1.6);
        }
    }
}

fn falling(pen: &mut Pen<'_>, way: f32, rise: f32) {
    let (from, to) = (-2.0, 82.0 - rise);
    let y = from + (to - from) * way * way;
    let mut pen = pen.moved((52.0 - way * 6.0, y), 1.0);
    let tilt = way * 5.0;
    pen.fill(
        polygon(&[(-8.0, -4.0 + tilt), (8.0, -4.0 - tilt), (8.0, 3.0 - tilt), (-8.0, 3.0 + tilt)]),
        PAPER,
    );
    pen.line(polyline(&[(-8.0, 3.0 + tilt), (8.0, 3.0 - tilt)]), ink(0xb9c0c0), 1.0);
}

/// Height of the pile `since_drop_s` after a ballot fell on it: a bump that settles.
pub(crate) fn settling(since_drop_s: f32) -> f32 {
    ease(since_drop_s, 0.0, 0.3) * (1.0 - ease(since_drop_s, 1.0, 7.0))
}
