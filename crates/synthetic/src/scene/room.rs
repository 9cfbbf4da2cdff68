//! The static parts: walls, windows, board, door, floor.
//!
//! There is no clock on the wall. A drawn one would contradict the correct clock in the overlay.

use super::palette::Palette;
use super::pen::{Ink, Pen, Xy, ellipse, ink, polygon, polyline, rectangle, shape};
use super::{HEIGHT, WIDTH};

const RIGHT: f32 = WIDTH as f32;
const BOTTOM: f32 = HEIGHT as f32;
/// The edge between back wall and floor, and its two ends.
const SKIRTING: f32 = 96.0;
const WALL_LEFT: f32 = 96.0;
const WALL_RIGHT: f32 = 600.0;
const WHITE: Ink = ink(0xffffff);
const SUNLIGHT: Ink = ink(0xfff6dc);

/// Draws the empty room.
pub(crate) fn draw(pen: &mut Pen<'_>, palette: &Palette) {
    walls(pen, palette);
    floor(pen, palette);
    for (left, sky) in [(8.0, ink(0xe6f3fa)), (52.0, ink(0xdcedf6))] {
        window(pen, left, sky);
    }
    board(pen, palette);
    notices(pen);
    door(pen, palette);
    plant(pen);
}

fn walls(pen: &mut Pen<'_>, palette: &Palette) {
    pen.fill(rectangle((0.0, 0.0), (RIGHT, BOTTOM)), palette.wall);
    pen.fill(polygon(&[(0.0, 0.0), (WALL_LEFT, 0.0), (WALL_LEFT, SKIRTING), (0.0, 182.0)]), palette.side);
    pen.fill(
        polygon(&[(WALL_RIGHT, 0.0), (RIGHT, 0.0), (RIGHT, 126.0), (WALL_RIGHT, SKIRTING)]),
        palette.side,
    );
    pen.fill(rectangle((WALL_LEFT, SKIRTING - 5.0), (WALL_RIGHT - WALL_LEFT, 5.0)), palette.side.shade(0.06));
}

fn floor(pen: &mut Pen<'_>, palette: &Palette) {
    let outline = [
        (WALL_LEFT, SKIRTING),
        (WALL_RIGHT, SKIRTING),
        (RIGHT, 126.0),
        (RIGHT, BOTTOM),
        (0.0, BOTTOM),
        (0.0, 182.0),
    ];
    pen.fill(polygon(&outline), palette.floor);
    let joint = palette.floor.shade(0.1).at(0.7);
    for (top, bottom) in [(180.0, 20.0), (268.0, 166.0), (356.0, 312.0), (444.0, 458.0), (532.0, 604.0)] {
        pen.line(polyline(&[(top, SKIRTING), (bottom, BOTTOM)]), joint, 1.4);
    }
    for (left, y) in [(66.0, 123.0), (20.0, 164.0), (0.0, 226.0)] {
        pen.line(polyline(&[(left, y), (RIGHT, y)]), joint, 1.2);
    }
    pen.fill(polygon(&[(118.0, 236.0), (262.0, 178.0), (326.0, 214.0), (174.0, 286.0)]), SUNLIGHT.at(0.26));
    pen.fill(polygon(&[(262.0, 160.0), (352.0, 130.0), (404.0, 152.0), (318.0, 188.0)]), SUNLIGHT.at(0.2));
}

fn window(pen: &mut Pen<'_>, left: f32, sky: Ink) {
    let (top, drop) = (20.0 - left * 0.06, 84.0 - left * 0.22);
    let corners =
        [(left, top), (left + 34.0, top - 2.0), (left + 34.0, top + drop - 12.0), (left, top + drop)];
    pen.fill(polygon(&corners), sky);
    pen.line(polygon(&corners), WHITE, 3.0);
    let middle = left + 17.0;
    pen.line(polyline(&[(middle, top - 1.0), (middle, top + drop - 6.0)]), WHITE, 2.2);
    pen.line(polyline(&[(left, top + drop * 0.42), (left + 34.0, top + drop * 0.37)]), WHITE, 2.2);
}

fn board(pen: &mut Pen<'_>, palette: &Palette) {
    let frame = rectangle((178.0, 14.0), (150.0, 52.0));
    pen.fill(frame.clone(), palette.board);
    pen.line(frame, WHITE.at(0.85), 3.0);
    for x in [190.0, 224.0, 258.0, 292.0] {
        pen.fill(rectangle((x, 23.0), (24.0, 34.0)), ink(0xfbfaf4));
        for (y, width) in [(29.0, 16.0), (35.0, 13.0), (41.0, 16.0), (47.0, 9.0)] {
            pen.line(polyline(&[(x + 4.0, y), (x + 4.0 + width, y)]), ink(0xc4cac8), 1.4);
        }
    }
}

fn notices(pen: &mut Pen<'_>) {
    for (x, tint) in [(366.0, 0xf4efe0), (400.0, 0xf7f5ee), (434.0, 0xf1ede2)] {
        pen.fill(rectangle((x, 20.0), (26.0, 38.0)), ink(tint));
        pen.line(rectangle((x, 20.0), (26.0, 38.0)), ink(0x9aa39f).at(0.6), 1.0);
        pen.fill(rectangle((x + 6.0, 25.0), (14.0, 14.0)), ink(0xb9c2c0));
        pen.line(polyline(&[(x + 5.0, 45.0), (x + 21.0, 45.0)]), ink(0xa9b2b0), 1.6);
        pen.line(polyline(&[(x + 5.0, 50.0), (x + 16.0, 50.0)]), ink(0xc4cac8), 1.6);
    }
}

/// An open doorway with its leaf against the wall.
fn door(pen: &mut Pen<'_>, palette: &Palette) {
    pen.fill(rectangle((504.0, 4.0), (56.0, 92.0)), palette.door.shade(0.18));
    pen.fill(rectangle((509.0, 9.0), (46.0, 87.0)), palette.side.shade(0.12));
    pen.fill(
        polygon(&[(509.0, 78.0), (555.0, 78.0), (555.0, 96.0), (509.0, 96.0)]),
        palette.floor.shade(0.22),
    );
    pen.fill(polygon(&[(555.0, 9.0), (582.0, 3.0), (582.0, 103.0), (555.0, 96.0)]), palette.door);
    pen.fill(polygon(&[(560.0, 15.0), (577.0, 11.0), (577.0, 48.0), (560.0, 49.0)]), palette.door.shade(0.1));
    pen.fill(polygon(&[(560.0, 56.0), (577.0, 56.0), (577.0, 95.0), (560.0, 91.0)]), palette.door.shade(0.1));
    pen.fill(ellipse((579.0, 54.0), (2.0, 2.4)), ink(0xe8dcc0));
}

fn plant(pen: &mut Pen<'_>) {
    let foot: Xy = (614.0, 150.0);
    let mut pen = pen.moved(foot, 1.0);
    pen.fill(ellipse((0.0, 28.0), (20.0, 4.0)), ink(0x000000).at(0.14));
    pen.fill(shape("M-4 2C-24 -18 -22 -34 -16 -46C-8 -30 -4 -18 -1 0Z"), ink(0x4b7d56));
    pen.fill(shape("M-2 2C-8 -24 -4 -44 4 -56C8 -38 6 -18 2 2Z"), ink(0x5a8f63));
    pen.fill(shape("M2 2C6 -20 14 -34 24 -38C24 -24 16 -8 5 2Z"), ink(0x43724e));
    pen.fill(shape("M-14 0L14 0L10 28L-10 28Z"), ink(0x8c5a3c));
    pen.fill(shape("M-15 -2L15 -2L14.4 4L-14.4 4Z"), ink(0x9c6848));
}
