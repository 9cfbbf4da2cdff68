//! The voting: who comes in, where they stand, and what they do.
//!
//! Four voters come in per loop, ten seconds apart, and each stays longer than that: several are in the room at once,
//! and at the start of the loop each is where its end left them.

use std::f32::consts::TAU;

use super::furniture::{
    BOX_AT, BOX_FRONT, SLOT, TABLE_BACK, TABLE_FRONT, booth, box_back, box_content, box_front, issuing_table,
    settling,
};
use super::palette::{Looks, Palette};
use super::pen::{Pen, Sprite, Xy, between, ease};
use super::person::{Facing, Pose, height_at, observer, observer_head, seated, seated_arms, standing};
use super::{LOOP_S, Layered};

const VOTERS: usize = 4;
const INTERVAL_S: f32 = LOOP_S / VOTERS as f32;
/// The issuing tables, by x.
const TABLES: [f32; 2] = [214.0, 384.0];
const DOOR: Xy = (532.0, 97.0);
/// Around the right end of the tables.
const CORNER: Xy = (474.0, 203.0);
const BESIDE_BOOTH: Xy = (140.0, 230.0);
const BEHIND_BOOTH: Xy = (62.0, 208.0);
const BEHIND_BOX: Xy = (566.0, 226.0);
const AT_BOX: Xy = (570.0, 292.0);
const OUT: Xy = (692.0, 302.0);
/// Floor line of the booth, and one that is nearer than everything else.
pub(crate) const BOOTH_FRONT: f32 = 224.0;
pub(crate) const NEAREST: f32 = 400.0;
const SEATED_SCALE: f32 = 0.95;
const OBSERVERS: [Xy; 2] = [(150.0, 318.0), (228.0, 322.0)];
const OBSERVER_SCALE: f32 = 1.3;
/// Steps a second of a walking person.
const DOUBLE_STEPS_PER_S: f32 = 0.95;

/// What a voter does on one leg of the way.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Deed {
    Walk,
    Wait,
    AtTable,
    InBooth,
    Drop,
}

/// One leg: its duration and its end.
#[derive(Debug, Clone, Copy)]
struct Leg {
    seconds: f32,
    to: Xy,
    deed: Deed,
    /// Whether the ballot is in hand.
    ballot: bool,
}

const fn leg(seconds: f32, to: Xy, deed: Deed, ballot: bool) -> Leg {
    Leg { seconds, to, deed, ballot }
}

/// The path of a voter who is served at table `table`. Both paths reach the booth at the same time after coming in, so
/// that it never holds two.
fn way(table: usize) -> [Leg; 12] {
    let place = (TABLES[table] + 4.0, 207.0);
    let (queue, to_queue, to_place, served, to_booth) = match table {
        0 => ((306.0, 213.0), 2.8, 1.8, 7.2, 1.2),
        _ => (CORNER, 0.4, 1.7, 6.6, 3.9),
    };
    let waiting = 20.0 - 3.0 - to_queue - to_place - served - 0.8 - to_booth;
    [
        leg(3.0, CORNER, Deed::Walk, false),
        leg(to_queue, queue, Deed::Walk, false),
        leg(waiting, queue, Deed::Wait, false),
        leg(to_place, place, Deed::Walk, false),
        leg(served, place, Deed::AtTable, false),
        leg(0.8, (place.0 - 14.0, 232.0), Deed::Walk, true),
        leg(to_booth, BESIDE_BOOTH, Deed::Walk, true),
        leg(1.4, BEHIND_BOOTH, Deed::Walk, true),
        leg(6.0, BEHIND_BOOTH, Deed::InBooth, true),
        leg(1.4, BESIDE_BOOTH, Deed::Walk, true),
        leg(6.8, BEHIND_BOX, Deed::Walk, true),
        leg(1.4, AT_BOX, Deed::Walk, true),
    ]
}

/// The last legs, the same for all.
const DROPPING: Leg = leg(3.4, AT_BOX, Deed::Drop, true);
const LEAVING: Leg = leg(2.4, OUT, Deed::Walk, false);
/// When in the drop the ballot leaves the hand, and how long it falls.
const RELEASE_S: f32 = 1.9;
const FALL_S: f32 = 0.5;

/// A voter's position and activity.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: Xy,
    heading: Xy,
    leg: Leg,
    into_leg_s: f32,
}

/// `None` before coming in and after leaving.
fn place(table: usize, since_entry_s: f32) -> Option<Place> {
    let mut left_s = since_entry_s;
    let mut from = DOOR;
    for leg in way(table).into_iter().chain([DROPPING, LEAVING]) {
        if (0.0..leg.seconds).contains(&left_s) {
            let gentle = ease(left_s, 0.0, leg.seconds) * 0.35 + left_s / leg.seconds * 0.65;
            let heading = (leg.to.0 - from.0, leg.to.1 - from.1);
            return Some(Place { at: between(from, leg.to, gentle), heading, leg, into_leg_s: left_s });
        }
        left_s -= leg.seconds;
        from = leg.to;
    }
    None
}

/// The start of a voter's drop, counted from coming in.
fn drop_starts_s(table: usize) -> f32 {
    way(table).iter().map(|leg| leg.seconds).sum()
}

/// The room while people vote.
#[derive(Debug)]
pub(crate) struct Voting {
    room: usize,
    tables: [Sprite; 2],
    booth: Sprite,
    box_back: Sprite,
    box_front: Sprite,
    observers: Sprite,
}

impl Voting {
    pub(crate) fn new(room: usize, palette: &Palette) -> Self {
        let capture = |draw: &dyn Fn(&mut Pen<'_>)| Sprite::capture(palette.mirrored, draw);
        Self {
            room,
            tables: TABLES.map(|x| capture(&|pen| issuing_table(pen, x, palette, true))),
            booth: capture(&|pen| booth(pen, palette, 0.0)),
            box_back: capture(&|pen| box_back(pen, BOX_AT)),
            box_front: capture(&|pen| box_front(pen, BOX_AT, true)),
            observers: capture(&|pen| observers(pen, room)),
        }
    }

    /// Draws people and furniture, the farthest first.
    pub(crate) fn draw(&self, pen: &mut Pen<'_>, palette: &Palette, at_s: f32) {
        let voters = self.voters(at_s);
        let mut layers: Layered<'_> = Vec::new();
        for (table, sprite) in self.tables.iter().enumerate() {
            let served = voters.iter().find(|(n, place)| n % 2 == table && place.leg.deed == Deed::AtTable);
            let served_s = served.map(|(_, place)| place.into_leg_s);
            layers.push((TABLE_FRONT, Box::new(move |pen| self.table(pen, table, sprite, at_s, served_s))));
        }
        let stir = voters.iter().map(|(_, place)| stir(place)).fold(0.0, f32::max);
        layers.push((
            BOOTH_FRONT,
            Box::new(move |pen| if stir > 0.0 { booth(pen, palette, stir) } else { pen.stamp(&self.booth) }),
        ));
        layers.push((BOX_FRONT, Box::new(move |pen| self.ballot_box(pen, at_s))));
        for (n, place) in voters {
            let looks = Looks::of(self.room, n);
            layers.push((depth(&place), Box::new(move |pen| standing(pen, place.at, &looks, &pose(&place)))));
        }
        layers.push((NEAREST, Box::new(move |pen| pen.stamp(&self.observers))));
        layers.push((NEAREST, Box::new(move |pen| observer_heads(pen, self.room, at_s))));
        super::draw_layers(pen, layers);
    }

    fn ballot_box(&self, pen: &mut Pen<'_>, at_s: f32) {
        let (rise, falls) = box_state(at_s);
        pen.stamp(&self.box_back);
        box_content(pen, BOX_AT, rise, falls);
        pen.stamp(&self.box_front);
    }

    /// Voters in the room, with their numbers.
    fn voters(&self, at_s: f32) -> Vec<(usize, Place)> {
        let mut present = Vec::new();
        for n in 0..VOTERS {
            let since_entry_s = (at_s - n as f32 * INTERVAL_S).rem_euclid(LOOP_S);
            for rounds in 0..2 {
                present.extend(place(n % 2, since_entry_s + rounds as f32 * LOOP_S).map(|place| (n, place)));
            }
        }
        present
    }

    /// A table and its two members. One looks up and writes while a voter is served, the other hands out.
    fn table(&self, pen: &mut Pen<'_>, table: usize, sprite: &Sprite, at_s: f32, served_s: Option<f32>) {
        let busy = served_s.map_or(0.0, |s| ease(s, 0.4, 1.2) * (1.0 - ease(s, 6.0, 6.6)));
        let scribble =
            served_s.map_or(0.0, |s| (s * 7.0).sin() * ease(s, 2.0, 2.4) * (1.0 - ease(s, 4.6, 5.0)));
        let handing = served_s.map_or(0.0, |s| ease(s, 4.8, 5.5) * (1.0 - ease(s, 5.9, 6.5)));
        let sway = (at_s / LOOP_S * TAU * 4.0 + table as f32 * 2.0).sin();
        let looks = [10, 11].map(|n| Looks::of(self.room, n + table * 2));
        let seats = [-32.0, 32.0].map(|dx| (TABLES[table] + dx, TABLE_BACK + 4.0));
        let nods = [1.5 + busy - scribble.abs() * 0.5, 0.6 + sway * 0.5 - busy];
        let hands = [
            [(-13.0, 7.0), (6.0 + scribble * 2.5, 7.5)],
            [(-10.0 - handing * 8.0, 7.0 + handing * 3.0), (13.0, 7.0)],
        ];
        for n in 0..2 {
            seated(pen, seats[n], SEATED_SCALE, &looks[n], nods[n]);
        }
        pen.stamp(sprite);
        for n in 0..2 {
            seated_arms(pen, seats[n], SEATED_SCALE, &looks[n], hands[n]);
        }
    }
}

/// Two observers without their heads.
pub(crate) fn observers(pen: &mut Pen<'_>, room: usize) {
    for (n, place) in OBSERVERS.into_iter().enumerate() {
        observer(pen, place, OBSERVER_SCALE, &Looks::of(room, 20 + n));
    }
}

/// The observers' heads, which turn towards the action.
pub(crate) fn observer_heads(pen: &mut Pen<'_>, room: usize, at_s: f32) {
    for (n, place) in OBSERVERS.into_iter().enumerate() {
        let turn = (at_s / LOOP_S * TAU * 2.0 + n as f32 * 1.4).sin().clamp(-0.5, 0.5) * 3.0;
        observer_head(pen, place, OBSERVER_SCALE, &Looks::of(room, 20 + n), turn);
    }
}

/// The floor line by which a voter is sorted. Behind the booth, it is the booth that hides the voter, whatever the
/// step.
fn depth(place: &Place) -> f32 {
    if place.at.0 < BESIDE_BOOTH.0 - 4.0 { place.at.1.min(BOOTH_FRONT - 1.0) } else { place.at.1 }
}

/// How much a passing person moves the cloth of the booth.
fn stir(place: &Place) -> f32 {
    let passing = place.leg.deed == Deed::Walk
        && (place.leg.to == BEHIND_BOOTH || place.heading.0 > 0.0)
        && place.at.0 < BESIDE_BOOTH.0;
    if passing { (place.into_leg_s * 8.0).sin().abs() * 0.8 } else { 0.0 }
}

/// Height of the pile in the box, and how far a ballot has fallen, if one does.
fn box_state(at_s: f32) -> (f32, Option<f32>) {
    let (mut rise, mut falls) = (20.0, None);
    for n in 0..VOTERS {
        let released_s = n as f32 * INTERVAL_S + drop_starts_s(n % 2) + RELEASE_S;
        let since_s = (at_s - released_s).rem_euclid(LOOP_S);
        if since_s < FALL_S {
            falls = Some(since_s / FALL_S);
        } else {
            rise += settling(since_s - FALL_S) * 1.6;
        }
    }
    (rise, falls)
}

fn pose(place: &Place) -> Pose {
    let s = place.into_leg_s;
    let step = (place.leg.deed == Deed::Walk).then(|| (s * DOUBLE_STEPS_PER_S).fract());
    let walking = Pose { facing: facing(place.heading), step, hand: None, sheet: place.leg.ballot };
    match place.leg.deed {
        Deed::Walk if place.leg.ballot => Pose { hand: Some((9.0, -52.0)), ..walking },
        Deed::Walk => walking,
        Deed::Wait => Pose { facing: Facing::Away, ..walking },
        Deed::AtTable => at_table(s, walking),
        Deed::InBooth => Pose { facing: Facing::Away, ..walking },
        Deed::Drop => dropping(place, s),
    }
}

/// Shows the paper, puts it away, waits, and takes the ballot.
fn at_table(s: f32, pose: Pose) -> Pose {
    let shown = ease(s, 0.3, 1.0) * (1.0 - ease(s, 3.0, 3.6));
    let taken = ease(s, 5.2, 5.8);
    let hand = between((18.0, -44.0), (12.0, -66.0), shown.max(taken));
    Pose { facing: Facing::Away, hand: Some(hand), sheet: shown > 0.3 || s > 5.6, ..pose }
}

/// The hand goes to the slot, lets go, and comes back.
fn dropping(place: &Place, s: f32) -> Pose {
    let scale = height_at(place.at.1) / 100.0;
    let slot = ((place.at.0 - SLOT.0) / scale, (SLOT.1 - place.at.1) / scale - 4.0);
    let reach = ease(s, 0.3, 1.5) * (1.0 - ease(s, 2.1, 2.9));
    let hand = between((9.0, -52.0), (slot.0.min(44.0), slot.1), reach);
    Pose { facing: Facing::Left, step: None, hand: Some(hand), sheet: s < RELEASE_S }
}

fn facing((dx, dy): Xy) -> Facing {
    match (dx.abs() * 0.8 > dy.abs(), dx < 0.0, dy < 0.0) {
        (true, true, _) => Facing::Left,
        (true, false, _) => Facing::Right,
        (false, _, true) => Facing::Away,
        (false, _, false) => Facing::Camera,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_jumps_also_not_over_the_seam() {
        let voting = Voting::new(0, &super::super::palette::PALETTES[0]);
        let mut before = voting.voters(LOOP_S - 0.04);
        for frame in 0..1000 {
            let now = voting.voters(frame as f32 * 0.04);
            for (n, place) in &now {
                let near = before.iter().any(|(m, was)| {
                    m == n && (was.at.0 - place.at.0).abs() < 8.0 && (was.at.1 - place.at.1).abs() < 8.0
                });
                let entering = (place.at.0 - DOOR.0).abs() < 8.0;
                assert!(near || entering, "voter {n} jumps to {:?} at frame {frame}", place.at);
            }
            before = now;
        }
    }

    #[test]
    fn the_booth_never_holds_two() {
        let voting = Voting::new(0, &super::super::palette::PALETTES[0]);
        for frame in 0..1000 {
            let voters = voting.voters(frame as f32 * 0.04);
            let inside = voters.iter().filter(|(_, place)| place.leg.deed == Deed::InBooth).count();
            assert!(inside <= 1, "frame {frame}");
        }
    }

    #[test]
    fn nothing_moves_near_the_overlay() {
        let voting = Voting::new(0, &super::super::palette::PALETTES[0]);
        // Motion vectors must not reach above the scene: people stay well below its upper edge.
        for frame in 0..1000 {
            for (_, place) in voting.voters(frame as f32 * 0.04) {
                assert!(place.at.1 - height_at(place.at.1) >= 10.0);
            }
        }
    }
}
