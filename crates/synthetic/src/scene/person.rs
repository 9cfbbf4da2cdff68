//! People, without faces: hair, a coat, arms and legs are enough to see what they do.

use super::palette::{Head, Looks};
use super::pen::{Ink, Pen, Xy, ellipse, ink, polygon, polyline, shape};

/// Height of a person in units of its own coordinates, from foot to crown.
const UNITS_TALL: f32 = 100.0;
const SHADOW: Ink = ink(0x000000).at(0.16);
pub(crate) const PAPER: Ink = ink(0xfbfaf4);
const PAPER_EDGE: Ink = ink(0xb9c0c0);

/// The direction in which a person looks, as seen by the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facing {
    Camera,
    Away,
    Left,
    Right,
}

/// A person's posture at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pose {
    pub(crate) facing: Facing,
    /// Phase of a double step of walking, 0 to 1; `None` while standing.
    pub(crate) step: Option<f32>,
    /// Position of the nearer hand, units from the foot; `None` for an arm that hangs.
    pub(crate) hand: Option<Xy>,
    /// Whether that hand holds a sheet.
    pub(crate) sheet: bool,
}

/// Height of people standing at floor line `y`, pixels: the room's perspective.
pub(crate) fn height_at(y: f32) -> f32 {
    80.0 + (y - 98.0) * 0.25
}

/// Draws a person standing at `foot`.
pub(crate) fn standing(pen: &mut Pen<'_>, foot: Xy, looks: &Looks, pose: &Pose) {
    let scale = height_at(foot.1) * looks.height / UNITS_TALL;
    let mut pen = pen.moved(foot, scale);
    pen.fill(ellipse((0.0, 0.0), (19.0, 4.5)), SHADOW);
    let mut pen = pen.flipped(pose.facing == Facing::Left);
    let bob = pose.step.map_or(0.0, |step| (step * std::f32::consts::TAU * 2.0).sin().abs() * -1.2);
    legs(&mut pen, looks, pose);
    let mut pen = pen.moved((0.0, bob), 1.0);
    let away = pose.facing == Facing::Away;
    if away {
        arms(&mut pen, looks, pose);
    }
    torso(&mut pen, looks, pose.facing);
    head(&mut pen, looks, pose.facing, (0.0, -88.0));
    if !away {
        arms(&mut pen, looks, pose);
    }
}

fn legs(pen: &mut Pen<'_>, looks: &Looks, pose: &Pose) {
    let swing = pose.step.map_or(0.0, |step| (step * std::f32::consts::TAU).sin());
    let shoe = looks.trousers.shade(0.45);
    let side = matches!(pose.facing, Facing::Left | Facing::Right);
    for (near, sign) in [(false, -1.0), (true, 1.0)] {
        let forward = swing * sign;
        let (hip, foot) = if side {
            ((sign * 1.5, -44.0), (forward * 13.0 + sign * 1.5, -2.0 - forward.max(0.0) * 2.0))
        } else {
            ((sign * 6.0, -44.0), (sign * 6.5, -2.5 - forward.max(0.0) * 5.0))
        };
        let trousers = if near { looks.trousers } else { looks.trousers.shade(0.15) };
        pen.line(polyline(&[hip, foot]), trousers, 9.0);
        let toe = if side { 5.0 } else { sign * 1.0 };
        pen.line(polyline(&[foot, (foot.0 + toe, foot.1)]), shoe, 5.0);
    }
}

fn torso(pen: &mut Pen<'_>, looks: &Looks, facing: Facing) {
    let side = matches!(facing, Facing::Left | Facing::Right);
    let outline = match (side, looks.long_coat) {
        (false, false) => "M-17 -38C-18 -60 -17 -78 -6 -80L6 -80C17 -78 18 -60 17 -38Z",
        (false, true) => "M-18 -22C-17 -50 -17 -78 -6 -80L6 -80C17 -78 17 -50 18 -22Z",
        (true, false) => "M-11 -38C-13 -60 -12 -79 -2 -80L3 -80C11 -78 13 -60 11 -38Z",
        (true, true) => "M-13 -22C-12 -50 -12 -79 -2 -80L3 -80C11 -78 12 -50 14 -22Z",
    };
    pen.fill(shape(outline), looks.coat);
}

/// Draws a head about `centre`, with its neck below.
fn head(pen: &mut Pen<'_>, looks: &Looks, facing: Facing, centre: Xy) {
    let mut pen = pen.moved(centre, 1.0);
    pen.fill(polygon(&[(-4.0, 4.0), (4.0, 4.0), (4.5, 12.0), (-4.5, 12.0)]), looks.skin.shade(0.1));
    let back = match looks.head {
        Head::Long => Some("M-10.5 -2C-11 -13 11 -13 10.5 -2L11.5 12C6 15 -6 15 -11.5 12Z"),
        Head::Scarf => Some("M-10.5 -2C-11 -14 11 -14 10.5 -2L13 11C7 16 -7 16 -13 11Z"),
        Head::Short => None,
    };
    if let Some(back) = back {
        pen.fill(shape(back), looks.hair.shade(0.12));
    }
    pen.fill(ellipse((0.0, 0.0), (9.0, 10.5)), looks.skin);
    let hair = match (facing, looks.head) {
        (Facing::Away, Head::Short) => "M-10 2C-11 -15 11 -15 10 2C8 10 -8 10 -10 2Z",
        (Facing::Away, _) => "M-10.5 -2C-11 -14 11 -14 10.5 -2L11 12C6 15 -6 15 -11 12Z",
        (Facing::Camera, Head::Scarf) => "M-10.5 3C-12 -15 12 -15 10.5 3C9 -5 5 -8 0 -8C-5 -8 -9 -5 -10.5 3Z",
        (Facing::Camera, _) => "M-10 1C-11 -15 11 -15 10 1C8 -4 4 -6 -1 -6C-5 -6 -8 -4 -10 1Z",
        (_, Head::Short) => "M-10 3C-12 -15 9 -15 9.5 -4C5 -6 1 -6 -2 -3C-2 2 -4 6 -8 7Z",
        (_, _) => "M-10 10C-13 -15 9 -15 9.5 -4C5 -6 1 -6 -1 -3C-1 4 -3 9 -7 12Z",
    };
    pen.fill(shape(hair), looks.hair);
}

fn arms(pen: &mut Pen<'_>, looks: &Looks, pose: &Pose) {
    let swing = pose.step.map_or(0.0, |step| (step * std::f32::consts::TAU).sin());
    let side = matches!(pose.facing, Facing::Left | Facing::Right);
    let sleeve = looks.coat.shade(0.18);
    if !side {
        arm(pen, (-15.0, -74.0), (-18.0, -44.0 - swing.abs() * 2.0), sleeve, looks.skin);
    }
    let shoulder = if side { (0.0, -74.0) } else { (15.0, -74.0) };
    let hanging = if side { (-swing * 13.0 + 1.0, -44.0) } else { (18.0, -44.0 + swing.abs() * 2.0) };
    let hand = pose.hand.unwrap_or(hanging);
    if pose.sheet {
        sheet(pen, hand);
    }
    arm(pen, shoulder, hand, sleeve, looks.skin);
}

fn arm(pen: &mut Pen<'_>, shoulder: Xy, hand: Xy, sleeve: Ink, skin: Ink) {
    // The elbow hangs slightly below the straight line.
    let middle = ((shoulder.0 + hand.0) / 2.0, (shoulder.1 + hand.1) / 2.0 + 3.0);
    pen.fill(ellipse(hand, (3.6, 3.6)), skin);
    pen.line(polyline(&[shoulder, middle, super::pen::between(middle, hand, 0.85)]), sleeve, 7.5);
}

/// A folded sheet in a hand.
fn sheet(pen: &mut Pen<'_>, (x, y): Xy) {
    let paper = polygon(&[(x - 2.0, y - 10.0), (x + 8.0, y - 11.0), (x + 9.0, y + 2.0), (x - 1.0, y + 3.0)]);
    pen.fill(paper.clone(), PAPER);
    pen.line(paper, PAPER_EDGE, 0.8);
}

/// Draws a member of the commission sitting at `seat`, a point on the table's upper edge, without the arms. `nod`
/// lowers the head, units.
pub(crate) fn seated(pen: &mut Pen<'_>, seat: Xy, scale: f32, looks: &Looks, nod: f32) {
    let mut pen = pen.moved(seat, scale);
    pen.fill(shape(BUST), looks.coat);
    head(&mut pen, looks, Facing::Camera, (0.0, -45.0 + nod));
}

/// Draws the arms of a sitting person, on top of the table; both hands in units from `seat`.
pub(crate) fn seated_arms(pen: &mut Pen<'_>, seat: Xy, scale: f32, looks: &Looks, hands: [Xy; 2]) {
    let mut pen = pen.moved(seat, scale);
    let sleeve = looks.coat.shade(0.18);
    arm(&mut pen, (-16.0, -27.0), hands[0], sleeve, looks.skin);
    arm(&mut pen, (16.0, -27.0), hands[1], sleeve, looks.skin);
}

/// Draws an observer on a chair, seen from behind, without the head.
pub(crate) fn observer(pen: &mut Pen<'_>, place: Xy, scale: f32, looks: &Looks) {
    let mut pen = pen.moved(place, scale);
    pen.fill(shape(BUST), looks.coat);
    let frame = ink(0x48525a);
    pen.fill(polygon(&[(-22.0, -12.0), (22.0, -12.0), (22.0, -6.0), (-22.0, -6.0)]), frame);
    pen.fill(polygon(&[(-22.0, 0.0), (22.0, 0.0), (22.0, 5.0), (-22.0, 5.0)]), frame);
    for x in [-20.0, 20.0] {
        pen.line(polyline(&[(x, -12.0), (x, 40.0)]), frame, 4.0);
    }
}

/// Draws the head of an observer; `turn` moves it sideways, units.
pub(crate) fn observer_head(pen: &mut Pen<'_>, place: Xy, scale: f32, looks: &Looks, turn: f32) {
    head(&mut pen.moved(place, scale), looks, Facing::Away, (turn, -45.0));
}

/// A sitting person, from the shoulders to the lap.
const BUST: &str = "M-20 4C-21 -22 -17 -35 -6 -36L6 -36C17 -35 21 -22 20 4Z";
