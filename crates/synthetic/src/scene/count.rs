//! The count after closing: the box is open and empty, ballots are sorted on one table, the protocol is written.

use super::furniture::{booth, box_back, box_front, issuing_table};
use super::palette::{Looks, Palette};
use super::pen::{Ink, Pen, Sprite, Xy, between, ease, ellipse, ink, polygon, polyline, rectangle};
use super::person::{PAPER, seated, seated_arms};
use super::voting::{observer_heads, observers};

/// The counting table: upper edge, edge nearer to the camera, floor line.
const BACK: f32 = 176.0;
const EDGE: f32 = 214.0;
const FRONT: f32 = 272.0;
const LEFT: f32 = 186.0;
const RIGHT: f32 = 512.0;
/// The heap of unsorted ballots, and the piles.
const HEAP: Xy = (268.0, 196.0);
const PILES: [Xy; 3] = [(348.0, 200.0), (384.0, 200.0), (420.0, 200.0)];
/// Members at the table, by x; the last writes the protocol.
const SEATS: [f32; 4] = [236.0, 312.0, 388.0, 468.0];
/// Where members sit, and their size.
const SEAT_Y: f32 = BACK + 2.0;
const SCALE: f32 = 1.12;
const SEALED: Ink = ink(0xcbbfa5);
/// The box, moved from its place, stands empty where everybody sees it.
const BOX_AT: Xy = (530.0, 184.0);
/// Time for sorting one ballot; a whole number of them fills the loop.
const BALLOT_S: f32 = 4.0;
/// The pile of each ballot of a loop.
const TURNS: [usize; 10] = [0, 1, 0, 2, 0, 1, 1, 0, 2, 0];

/// The room while the commission counts.
#[derive(Debug)]
pub(crate) struct Count {
    room: usize,
    behind: Sprite,
    before: Sprite,
    observers: Sprite,
}

impl Count {
    pub(crate) fn new(room: usize, palette: &Palette) -> Self {
        let capture = |draw: &dyn Fn(&mut Pen<'_>)| Sprite::capture(palette.mirrored, draw);
        Self {
            room,
            behind: capture(&|pen| {
                issuing_table(pen, 172.0, palette, false);
                parcels(pen);
                booth(pen, palette, 0.0);
            }),
            before: capture(&|pen| {
                table(pen, palette);
                ballots(pen);
                box_back(pen, BOX_AT);
                box_front(pen, BOX_AT, false);
            }),
            observers: capture(&|pen| observers(pen, room)),
        }
    }

    /// Draws people and furniture, the farthest first.
    pub(crate) fn draw(&self, pen: &mut Pen<'_>, at_s: f32) {
        let members: Vec<Member> = (0..SEATS.len()).map(|n| member(n, at_s)).collect();
        pen.stamp(&self.behind);
        for (n, member) in members.iter().enumerate() {
            seated(pen, (SEATS[n], SEAT_Y), SCALE, &Looks::of(self.room, 10 + n), member.nod);
        }
        pen.stamp(&self.before);
        for (n, member) in members.iter().enumerate() {
            if let Some(hand) = member.sheet_in {
                sheet(pen, hand);
            }
            seated_arms(pen, (SEATS[n], SEAT_Y), SCALE, &Looks::of(self.room, 10 + n), member.hands);
        }
        pen.stamp(&self.observers);
        observer_heads(pen, self.room, at_s);
    }
}

/// One member of the commission at one moment.
#[derive(Debug, Clone, Copy)]
struct Member {
    /// Offset from the seat, units.
    hands: [Xy; 2],
    nod: f32,
    /// The pixel where a ballot is held.
    sheet_in: Option<Xy>,
}

fn member(n: usize, at_s: f32) -> Member {
    if n == SEATS.len() - 1 {
        let (hands, nod) = writing(at_s);
        return Member { hands, nod, sheet_in: None };
    }
    let (hand, held) = sorting(n, at_s);
    let reach = ((hand.0 - SEATS[n]) / SCALE, (hand.1 - SEAT_Y) / SCALE);
    let hands = if n == 2 { [reach, (15.0, 12.0)] } else { [(-15.0, 12.0), reach] };
    Member { hands, nod: 1.0 + (reach.1 / 20.0).clamp(-1.0, 1.0), sheet_in: held.then_some(hand) }
}

/// The position of the sorting hand of member `n`, and whether it holds a ballot. The middle one shows each ballot to
/// all before it is put down.
fn sorting(n: usize, at_s: f32) -> (Xy, bool) {
    let ballot = at_s / BALLOT_S + n as f32 / 3.0;
    let (number, s) = (ballot.floor() as usize, ballot.fract() * BALLOT_S);
    let heap = (HEAP.0 + [-14.0, 8.0, 26.0][n % 3], HEAP.1 - 4.0);
    let pile = PILES[TURNS[(number + n) % TURNS.len()]];
    let pile = if n == 0 { (HEAP.0 - 52.0, HEAP.1 + 2.0) } else { (pile.0, pile.1 - 6.0) };
    let shown = (SEATS[n % 4], if n == 1 { BACK - 30.0 } else { BACK - 2.0 });
    let hand = if s < 1.6 {
        between(heap, shown, ease(s, 0.4, 1.2))
    } else if s < 2.9 {
        between(shown, pile, ease(s, 2.0, 2.7))
    } else {
        between(pile, heap, ease(s, 3.0, 3.8))
    };
    (hand, (0.4..2.8).contains(&s))
}

/// The member with the protocol: writes, and looks up now and then.
fn writing(at_s: f32) -> ([Xy; 2], f32) {
    let cycle = (at_s % 10.0) / 10.0;
    let up = ease(cycle, 0.7, 0.76) * (1.0 - ease(cycle, 0.92, 0.98));
    let stroke = (at_s * 6.0 * std::f32::consts::TAU / 4.0).sin() * 2.0 * (1.0 - up);
    let along = (cycle * 4.0).fract() * 14.0 * (1.0 - up);
    ([(-15.0, 12.0), (-6.0 + along + stroke, 15.0)], 2.5 - up * 3.0)
}

fn table(pen: &mut Pen<'_>, palette: &Palette) {
    pen.fill(
        ellipse(((LEFT + RIGHT) / 2.0, FRONT), ((RIGHT - LEFT) / 2.0 + 8.0, 8.0)),
        ink(0x000000).at(0.15),
    );
    pen.fill(
        polygon(&[(LEFT + 20.0, BACK), (RIGHT - 20.0, BACK), (RIGHT, EDGE), (LEFT, EDGE)]),
        palette.cloth,
    );
    let front = palette.cloth.shade(0.17);
    pen.fill(rectangle((LEFT, EDGE), (RIGHT - LEFT, FRONT - EDGE)), front);
    for n in 0..9 {
        let x = LEFT + 18.0 + n as f32 * 36.0;
        pen.line(polyline(&[(x, EDGE + 3.0), (x + 2.0, FRONT - 3.0)]), front.shade(0.12).at(0.5), 1.6);
    }
}

/// The heap, the piles, and the protocol in front of the member who writes it.
fn ballots(pen: &mut Pen<'_>) {
    let (x, y) = HEAP;
    let heap =
        [(-40.0, 10.0), (-30.0, 0.0), (-16.0, -5.0), (-2.0, -9.0), (14.0, -6.0), (30.0, 1.0), (42.0, 10.0)];
    pen.fill(polygon(&heap.map(|(dx, dy)| (x + dx, y + dy))), PAPER);
    for (dx, dy, length, slope) in [(-26.0, 4.0, 20.0, -4.0), (-6.0, -2.0, 18.0, 3.0), (2.0, 5.0, 24.0, -3.0)]
    {
        pen.line(polyline(&[(x + dx, y + dy), (x + dx + length, y + dy + slope)]), ink(0xc4ccce), 1.4);
    }
    for ((x, y), sheets) in PILES.into_iter().zip([9.0, 5.0, 3.0]) {
        pen.fill(rectangle((x - 13.0, y + 2.0 - sheets), (26.0, 6.0 + sheets)), ink(0xdfe3de));
        pen.fill(
            polygon(&[
                (x - 11.0, y - 5.0 - sheets),
                (x + 11.0, y - 5.0 - sheets),
                (x + 13.0, y + 2.0 - sheets),
                (x - 13.0, y + 2.0 - sheets),
            ]),
            PAPER,
        );
    }
    pen.fill(polygon(&[(446.0, 188.0), (484.0, 188.0), (490.0, 208.0), (444.0, 208.0)]), PAPER);
    for row in 0..4 {
        let y = 192.0 + row as f32 * 4.0;
        pen.line(polyline(&[(452.0, y), (482.0, y)]), ink(0xb9c2c4), 1.2);
    }
}

/// Unused ballots, counted, cancelled and tied up, on the issuing table.
fn parcels(pen: &mut Pen<'_>) {
    for (x, y) in [(146.0, 134.0), (176.0, 136.0), (178.0, 127.0)] {
        pen.fill(rectangle((x, y), (26.0, 9.0)), SEALED);
        pen.line(polyline(&[(x + 13.0, y), (x + 13.0, y + 9.0)]), ink(0x8c5a3c), 1.4);
    }
}

fn sheet(pen: &mut Pen<'_>, (x, y): Xy) {
    let paper = polygon(&[(x - 9.0, y - 12.0), (x + 9.0, y - 13.0), (x + 9.0, y + 3.0), (x - 9.0, y + 4.0)]);
    pen.fill(paper.clone(), PAPER);
    pen.line(paper, ink(0xaab3b5), 1.0);
    pen.line(polyline(&[(x - 5.0, y - 7.0), (x + 5.0, y - 7.5)]), ink(0xc4ccce), 1.2);
}

#[cfg(test)]
mod tests {
    use super::super::LOOP_S;
    use super::*;

    #[test]
    fn hands_do_not_jump_over_the_seam() {
        for n in 0..3 {
            let (last, first) = (sorting(n, LOOP_S - 0.02).0, sorting(n, 0.0).0);
            assert!((last.0 - first.0).abs() < 6.0 && (last.1 - first.1).abs() < 6.0, "member {n}");
        }
        let (last, first) = (writing(LOOP_S - 0.02), writing(0.0));
        assert!((last.1 - first.1).abs() < 1.0);
    }
}
