//! How much of each pixel a shape covers, as exact areas summed up along the rows.
//!
//! People are made of dozens of small shapes, most of whose pixels are on edges; a general renderer spends most of a
//! loop's time on these. Here an edge costs a few additions.

use tiny_skia::{Path, PathSegment, Point};

/// The pixels around a shape and the coverage of each.
#[derive(Debug)]
pub(crate) struct Cover {
    left: usize,
    top: usize,
    /// Steps in a row: one for each pixel and one for everything to the right of them.
    stride: usize,
    /// Difference of each pixel's coverage from that of the pixel to its left, row by row.
    steps: Vec<f32>,
}

impl Cover {
    /// The coverage of `shape`, in pixels of a canvas of `width` and `height`. `None` if it lies outside.
    pub(crate) fn of(shape: &Path, width: usize, height: usize) -> Option<Self> {
        let bounds = shape.bounds();
        let (left, right) = inside(bounds.left(), bounds.right(), width)?;
        let (top, bottom) = inside(bounds.top(), bounds.bottom(), height)?;
        let stride = right - left + 1;
        let mut cover = Self { left, top, stride, steps: vec![0.0; stride * (bottom - top)] };
        cover.outline(shape);
        Some(cover)
    }

    /// Yields each row's first pixel, as x and y, and the coverage from there on, 0 to 1.
    pub(crate) fn rows(&self) -> impl Iterator<Item = ((usize, usize), impl Iterator<Item = f32>)> {
        self.steps.chunks_exact(self.stride).enumerate().map(|(row, steps)| {
            // If outlines overlap, the sum is the winding number: any number but 0 is inside.
            let covers = steps.iter().scan(0.0f32, |sum, step| {
                *sum += step;
                Some(sum.abs().min(1.0))
            });
            ((self.left, self.top + row), covers.take(self.stride - 1))
        })
    }

    fn outline(&mut self, shape: &Path) {
        let (mut start, mut at) = (Point::zero(), Point::zero());
        for segment in shape.segments() {
            let from = at;
            match segment {
                PathSegment::MoveTo(to) => {
                    self.line(from, start);
                    (start, at) = (to, to);
                }
                PathSegment::LineTo(to) => {
                    self.line(from, to);
                    at = to;
                }
                PathSegment::QuadTo(a, to) => at = self.curve([from, between(from, a), between(to, a), to]),
                PathSegment::CubicTo(a, b, to) => at = self.curve([from, a, b, to]),
                PathSegment::Close => {
                    self.line(from, start);
                    at = start;
                }
            }
        }
        self.line(at, start);
    }

    /// A cubic curve, as lines that stay within a tenth of a pixel of it at any bend drawn here; returns its end.
    fn curve(&mut self, points: [Point; 4]) -> Point {
        let length: f32 = points.array_windows().map(|[a, b]| a.distance(*b)).sum();
        let pieces = 4 + (2.0 * length.sqrt()) as u16;
        let mut from = points[0];
        for piece in 1..=pieces {
            let to = on_curve(points, f32::from(piece) / f32::from(pieces));
            self.line(from, to);
            from = to;
        }
        from
    }

    fn line(&mut self, from: Point, to: Point) {
        let (sign, upper, lower) = if from.y < to.y { (1.0, from, to) } else { (-1.0, to, from) };
        let (left, top, right) = (self.left as f32, self.top as f32, (self.stride - 1) as f32);
        let (first_y, last_y) = (upper.y - top, lower.y - top);
        let slope = if first_y < last_y { (lower.x - upper.x) / (last_y - first_y) } else { 0.0 };
        // Everything left of the canvas covers the whole row, everything right of it nothing. In the row where an edge
        // crosses the canvas's side, this distributes it slightly wrongly over the outermost pixels, which nobody sees.
        let x_at = |y: f32| (upper.x - left + (y - first_y) * slope).clamp(0.0, right);
        let rows = self.steps.len() / self.stride;
        for row in first_y.max(0.0) as usize..(last_y.ceil().max(0.0) as usize).min(rows) {
            let (from_y, to_y) = (first_y.max(row as f32), last_y.min((row + 1) as f32));
            self.edge(row, x_at(from_y), x_at(to_y), (to_y - from_y) * sign);
        }
    }

    /// An edge within `row`, from x `a` to `b`, over `height` of it: everything to the right of it is covered by that
    /// much.
    fn edge(&mut self, row: usize, a: f32, b: f32, height: f32) {
        let (a, b) = (a.min(b), a.max(b));
        let Some(steps) = self.steps.get_mut(row * self.stride..(row + 1) * self.stride) else { return };
        for x in a as usize..(b.ceil() as usize).max(a as usize + 1) {
            let (from, to) = (a.max(x as f32), b.min((x + 1) as f32));
            let share = if b > a { height * (to - from) / (b - a) } else { height };
            let covered = share * ((x + 1) as f32 - (from + to) / 2.0);
            for (at, step) in [(x, covered), (x + 1, share - covered)] {
                if let Some(sum) = steps.get_mut(at) {
                    *sum += step;
                }
            }
        }
    }
}

/// The whole pixels that contain `from..to`, clamped to `size` of them.
fn inside(from: f32, to: f32, size: usize) -> Option<(usize, usize)> {
    let (from, to) = (from.floor().max(0.0) as usize, (to.ceil().max(0.0) as usize).min(size));
    (from < to).then_some((from, to))
}

/// Two thirds of the way to a quadratic curve's control point: the control point of the equivalent cubic curve.
fn between(end: Point, control: Point) -> Point {
    end + (control - end).scaled(2.0 / 3.0)
}

trait Scaled {
    fn scaled(self, by: f32) -> Self;
}

impl Scaled for Point {
    fn scaled(self, by: f32) -> Self {
        Self::from_xy(self.x * by, self.y * by)
    }
}

fn on_curve([a, b, c, d]: [Point; 4], t: f32) -> Point {
    let s = 1.0 - t;
    a.scaled(s * s * s) + b.scaled(3.0 * s * s * t) + c.scaled(3.0 * s * t * t) + d.scaled(t * t * t)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiny_skia::{Color, FillRule, Paint, Pixmap, Transform};

    use super::super::pen::{Xy, ellipse, polygon, shape};
    use super::*;

    const SIZE: usize = 40;

    fn covers(shape: &Path) -> Vec<f32> {
        let mut canvas = vec![0.0; SIZE * SIZE];
        for ((x, y), row) in Cover::of(shape, SIZE, SIZE).iter().flat_map(Cover::rows) {
            canvas[y * SIZE + x..].iter_mut().zip(row).for_each(|(pixel, cover)| *pixel = cover);
        }
        canvas
    }

    /// The same by the reference renderer.
    fn rendered(shape: &Path) -> Vec<f32> {
        let mut canvas = Pixmap::new(SIZE as u32, SIZE as u32).unwrap();
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(Color::WHITE);
        canvas.fill_path(shape, &paint, FillRule::Winding, Transform::identity(), None);
        canvas.pixels().iter().map(|pixel| f32::from(pixel.alpha()) / 255.0).collect()
    }

    fn area(points: &[Xy]) -> f32 {
        let next = points.iter().cycle().skip(1);
        points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f32>().abs() / 2.0
    }

    #[test]
    fn half_a_pixel_is_half_covered() {
        let cover = covers(&polygon(&[(2.0, 3.0), (4.5, 3.0), (4.5, 4.0), (2.0, 4.0)]).unwrap());
        assert_eq!(cover[3 * SIZE + 1..3 * SIZE + 6], [0.0, 1.0, 1.0, 0.5, 0.0]);
        assert_eq!(cover.iter().sum::<f32>(), 2.5);
    }

    #[test]
    fn curves_are_as_a_renderer_has_them() {
        let blob = shape("M2 8C3 28 18 38 38 30C28 20 32 8 20 2C16 9 8 5 2 8Z");
        for shape in [ellipse((18.3, 20.6), (11.2, 15.7)), ellipse((1.0, 39.0), (9.0, 9.0)), blob] {
            let shape = shape.unwrap();
            let pairs = covers(&shape).into_iter().zip(rendered(&shape));
            let worst = pairs.map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max);
            assert!(worst < 0.2, "{worst}");
        }
    }

    proptest! {
        #[test]
        fn a_triangle_covers_its_area(points in proptest::array::uniform3((0.0f32..40.0, 0.0f32..40.0))) {
            let triangle = polygon(&points);
            prop_assume!(triangle.is_some());
            let sum: f32 = covers(&triangle.unwrap()).iter().sum();
            prop_assert!((sum - area(&points)).abs() < 0.05, "{sum} of {}", area(&points));
        }

        #[test]
        fn any_outline_stays_inside_the_canvas(
            points in proptest::collection::vec((-90.0f32..130.0, -90.0f32..130.0), 3..9),
        ) {
            if let Some(outline) = polygon(&points) {
                prop_assert!(covers(&outline).iter().all(|cover| (0.0..=1.0).contains(cover)));
            }
        }
    }
}
