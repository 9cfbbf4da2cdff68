//! Polygons as an image that ffmpeg lays over each picture: black where it covers, transparent elsewhere (Netpbm's PAM).
//!
//! It covers more rather than less: blocks of two by two pixels, since chroma has half the resolution; each block that
//! an edge touches; and everything that a polygon winds around, however it crosses itself.

use crate::config::Polygon;

/// Pixels along one side of a block.
const BLOCK: u32 = 2;

/// The image, of the size of the picture.
pub(super) fn pam(width: u32, height: u32, polygons: &[Polygon]) -> Vec<u8> {
    let mut image =
        format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n")
            .into_bytes();
    let grid = Grid::of(width.div_ceil(BLOCK), height.div_ceil(BLOCK), polygons);
    for y in 0..height {
        for x in 0..width {
            let alpha = if grid.is_covered(x / BLOCK, y / BLOCK) { 255 } else { 0 };
            image.extend([0, 0, 0, alpha]);
        }
    }
    image
}

/// Blocks, covered or not.
struct Grid {
    width: u32,
    height: u32,
    covered: Vec<bool>,
}

impl Grid {
    fn of(width: u32, height: u32, polygons: &[Polygon]) -> Self {
        let mut grid = Self { width, height, covered: vec![false; (width * height) as usize] };
        for Polygon(corners) in polygons {
            let scale = |&(x, y): &(f64, f64)| (x * f64::from(width), y * f64::from(height));
            let corners: Vec<(f64, f64)> = corners.iter().map(scale).collect();
            let next = corners.iter().cycle().skip(1);
            let edges: Vec<Edge> =
                corners.iter().zip(next).map(|(from, to)| Edge { from: *from, to: *to }).collect();
            grid.fill(&edges);
            edges.iter().for_each(|edge| grid.draw(edge));
        }
        grid
    }

    fn is_covered(&self, x: u32, y: u32) -> bool {
        self.covered.get((y * self.width + x) as usize).copied().unwrap_or(true)
    }

    fn cover(&mut self, x: f64, y: f64) {
        let clamp = |value: f64, size: u32| whole(value).min(size.saturating_sub(1));
        let (x, y) = (clamp(x, self.width), clamp(y, self.height));
        if let Some(block) = self.covered.get_mut((y * self.width + x) as usize) {
            *block = true;
        }
    }

    /// Covers the blocks whose centres the edges wind around.
    fn fill(&mut self, edges: &[Edge]) {
        for y in 0..self.height {
            let line = f64::from(y) + 0.5;
            let mut crossings: Vec<(f64, i32)> =
                edges.iter().filter_map(|edge| edge.crossing(line)).collect();
            crossings.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            let mut windings = 0;
            for pair in crossings.windows(2) {
                let [(from, direction), (to, _)] = pair else { continue };
                windings += direction;
                if windings != 0 {
                    for x in whole(*from)..=whole(*to) {
                        self.cover(f64::from(x), line);
                    }
                }
            }
        }
    }

    /// Covers the blocks along an edge, in steps of a quarter of a block.
    fn draw(&mut self, edge: &Edge) {
        let (across, down) = (edge.to.0 - edge.from.0, edge.to.1 - edge.from.1);
        let steps = whole(across.abs().max(down.abs()) * 4.0) + 1;
        for step in 0..=steps {
            let at = f64::from(step) / f64::from(steps);
            let (x, y) = (edge.from.0 + across * at, edge.from.1 + down * at);
            // What a step passes by lies within a quarter of a block.
            for (dx, dy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
                self.cover(x + dx, y + dy);
            }
        }
    }
}

struct Edge {
    from: (f64, f64),
    to: (f64, f64),
}

impl Edge {
    /// Where it crosses the line at `y`, and in which direction.
    fn crossing(&self, y: f64) -> Option<(f64, i32)> {
        let (above, below) = (self.from.1 <= y, self.to.1 <= y);
        let at = (y - self.from.1) / (self.to.1 - self.from.1);
        let x = self.from.0 + (self.to.0 - self.from.0) * at;
        (above != below).then_some((x, if above { 1 } else { -1 }))
    }
}

/// The whole part of a coordinate, which is small and here not below zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, as is meant"
)]
fn whole(value: f64) -> u32 {
    value as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn covered(polygons: &[Polygon]) -> Vec<String> {
        let grid = Grid::of(8, 4, polygons);
        (0..4).map(|y| (0..8).map(|x| if grid.is_covered(x, y) { '#' } else { '.' }).collect()).collect()
    }

    #[test]
    fn a_rectangle_and_its_touched_blocks_are_covered() {
        let right = vec![(0.5, 0.35), (1.0, 0.35), (1.0, 0.65), (0.5, 0.65)];
        // Its left edge lies between two blocks: both are covered.
        assert_eq!(covered(&[Polygon(right)]), ["........", "...#####", "...#####", "........"]);
    }

    #[test]
    fn a_polygon_that_crosses_itself_has_no_hole() {
        let star = Polygon(vec![(0.5, 0.0), (0.8, 1.0), (0.0, 0.4), (1.0, 0.4), (0.2, 1.0)]);
        assert!(Grid::of(64, 64, &[star]).is_covered(32, 32), "its middle");
    }

    #[test]
    fn the_image_has_its_size() {
        let image = pam(4, 2, &[]);
        assert!(image.ends_with(&[0; 4 * 2 * 4]) && image.starts_with(b"P7\nWIDTH 4\nHEIGHT 2\n"));
    }

    proptest! {
        /// No point inside a convex polygon stays visible.
        #[test]
        fn nothing_inside_stays_visible(
            corners in prop::collection::vec((0.0_f64..=1.0, 0.0_f64..=1.0), 3),
            weights in prop::collection::vec((0.0_f64..1.0, 0.0_f64..1.0), 50),
        ) {
            let grid = Grid::of(40, 30, &[Polygon(corners.clone())]);
            for (mut a, mut b) in weights {
                if a + b > 1.0 {
                    (a, b) = (1.0 - a, 1.0 - b);
                }
                let mix = |of: fn(&(f64, f64)) -> f64| {
                    of(&corners[0]) + a * (of(&corners[1]) - of(&corners[0])) + b * (of(&corners[2]) - of(&corners[0]))
                };
                let (x, y) = (whole(mix(|c| c.0) * 40.0).min(39), whole(mix(|c| c.1) * 30.0).min(29));
                prop_assert!(grid.is_covered(x, y), "{x} {y}");
            }
        }
    }
}
