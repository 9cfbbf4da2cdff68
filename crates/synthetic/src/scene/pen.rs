//! Drawing on a canvas in a local coordinate system.

use tiny_skia::{LineCap, LineJoin, Path, PathBuilder, PathStroker, Pixmap, Rect, Stroke, Transform};

use super::cover::Cover;

/// A point or a size, in pixels or units of the pen's coordinates; x to the right, y down.
pub(crate) type Xy = (f32, f32);

/// A colour as `0xRRGGBB`, or with an opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    rgb: u32,
    opacity: f32,
}

/// The opaque colour `0xRRGGBB`.
pub(crate) const fn ink(rgb: u32) -> Ink {
    Ink { rgb, opacity: 1.0 }
}

impl Ink {
    /// The same colour, made translucent.
    pub(crate) const fn at(self, opacity: f32) -> Self {
        Self { opacity, ..self }
    }

    /// The same colour, darkened by `amount`.
    pub(crate) fn shade(self, amount: f32) -> Self {
        let channel = |shift: u32| ((self.rgb >> shift & 0xff) as f32 * (1.0 - amount)) as u32;
        Self { rgb: channel(16) << 16 | channel(8) << 8 | channel(0), ..self }
    }

    /// The premultiplied pixel for a shape of this colour with coverage `cover`.
    fn pixel(self, cover: f32) -> [u8; 4] {
        let [_, r, g, b] = self.rgb.to_be_bytes();
        let alpha = (cover * self.opacity * 255.0 + 0.5) as u8;
        let share = |channel: u8| ((u32::from(channel) * u32::from(alpha) + 127) / 255) as u8;
        [share(r), share(g), share(b), alpha]
    }
}

/// Draws onto a canvas through a transform.
#[derive(Debug)]
pub(crate) struct Pen<'a> {
    canvas: &'a mut Pixmap,
    frame: Transform,
}

impl<'a> Pen<'a> {
    /// In pixels of the canvas, or mirrored left to right.
    pub(crate) fn new(canvas: &'a mut Pixmap, mirrored: bool) -> Self {
        let width = canvas.width() as f32;
        let frame = if mirrored {
            Transform::from_row(-1.0, 0.0, 0.0, 1.0, width, 0.0)
        } else {
            Transform::identity()
        };
        Self { canvas, frame }
    }

    /// A pen whose origin is at `(x, y)`, whose units are `scale` of this pen's.
    pub(crate) fn moved(&mut self, (x, y): Xy, scale: f32) -> Pen<'_> {
        let frame = self.frame.pre_translate(x, y).pre_scale(scale, scale);
        Pen { canvas: self.canvas, frame }
    }

    /// A pen mirrored about its own origin.
    pub(crate) fn flipped(&mut self, flipped: bool) -> Pen<'_> {
        let frame = if flipped { self.frame.pre_scale(-1.0, 1.0) } else { self.frame };
        Pen { canvas: self.canvas, frame }
    }

    /// Copies a sprite to the place where it was captured; the coordinate system has no effect.
    pub(crate) fn stamp(&mut self, sprite: &Sprite) {
        let stride = self.canvas.width() as usize * 4;
        let rows = self.canvas.data_mut().chunks_exact_mut(stride).skip(sprite.top);
        for (row, pixels) in rows.zip(sprite.pixels.chunks_exact(sprite.width * 4)) {
            let row = row.get_mut(sprite.left * 4..).unwrap_or_default();
            for (below, pixel) in row.as_chunks_mut::<4>().0.iter_mut().zip(pixels.as_chunks::<4>().0) {
                lay(below, pixel);
            }
        }
    }

    /// Fills a shape.
    pub(crate) fn fill(&mut self, shape: Option<Path>, ink: Ink) {
        let width = self.canvas.width() as usize;
        let shape = shape.and_then(|shape| shape.transform(self.frame));
        let Some(cover) = shape.and_then(|shape| Cover::of(&shape, width, self.canvas.height() as usize))
        else {
            return;
        };
        let full = ink.pixel(1.0);
        for ((x, y), covers) in cover.rows() {
            let row = self.canvas.data_mut().get_mut((y * width + x) * 4..).unwrap_or_default();
            for (below, cover) in row.as_chunks_mut::<4>().0.iter_mut().zip(covers) {
                if cover > 0.999 {
                    lay(below, &full);
                } else if cover > 0.001 {
                    lay(below, &ink.pixel(cover));
                }
            }
        }
    }

    /// Draws a shape's outline, with round ends and corners.
    pub(crate) fn line(&mut self, shape: Option<Path>, ink: Ink, width: f32) {
        let stroke =
            Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        let scale = PathStroker::compute_resolution_scale(&self.frame);
        self.fill(shape.and_then(|shape| shape.stroke(&stroke, scale)), ink);
    }
}

/// An object that looks the same in every picture: drawn once, then copied.
#[derive(Debug, Clone)]
pub(crate) struct Sprite {
    left: usize,
    top: usize,
    width: usize,
    pixels: Vec<u8>,
}

impl Sprite {
    /// Captures what `draw` puts on an empty canvas of the scene's size.
    pub(crate) fn capture(mirrored: bool, draw: impl Fn(&mut Pen<'_>)) -> Self {
        let nothing = Self { left: 0, top: 0, width: 1, pixels: Vec::new() };
        let Some(mut canvas) = Pixmap::new(super::WIDTH, super::HEIGHT) else { return nothing };
        draw(&mut Pen::new(&mut canvas, mirrored));
        let width = canvas.width() as usize;
        let drawn = canvas.pixels().iter().enumerate().filter(|(_, pixel)| pixel.alpha() > 0);
        let places: Vec<(usize, usize)> = drawn.map(|(at, _)| (at % width, at / width)).collect();
        let (xs, ys) = (places.iter().map(|place| place.0), places.iter().map(|place| place.1));
        let (Some(left), Some(right)) = (xs.clone().min(), xs.max()) else { return nothing };
        let (Some(top), Some(bottom)) = (ys.clone().min(), ys.max()) else { return nothing };
        let rows = canvas.data().chunks_exact(width * 4).take(bottom + 1).skip(top);
        let pixels = rows.flat_map(|row| &row[left * 4..(right + 1) * 4]).copied().collect();
        Self { left, top, width: right + 1 - left, pixels }
    }
}

/// Puts a premultiplied pixel over another.
fn lay(below: &mut [u8; 4], pixel: &[u8; 4]) {
    match pixel[3] {
        0 => {}
        255 => *below = *pixel,
        alpha => {
            for (below, &above) in below.iter_mut().zip(pixel) {
                let kept = u32::from(*below) * u32::from(255 - alpha) + 127;
                *below = above.saturating_add((kept / 255) as u8);
            }
        }
    }
}

/// A closed polygon.
pub(crate) fn polygon(points: &[Xy]) -> Option<Path> {
    let mut builder = through(points)?;
    builder.close();
    builder.finish()
}

/// An open line through points.
pub(crate) fn polyline(points: &[Xy]) -> Option<Path> {
    through(points)?.finish()
}

fn through(points: &[Xy]) -> Option<PathBuilder> {
    let (&(x, y), rest) = points.split_first()?;
    let mut builder = PathBuilder::new();
    builder.move_to(x, y);
    rest.iter().for_each(|&(x, y)| builder.line_to(x, y));
    Some(builder)
}

/// A rectangle with its upper left corner at `(x, y)`.
pub(crate) fn rectangle((x, y): Xy, (width, height): Xy) -> Option<Path> {
    Rect::from_xywh(x, y, width, height).map(PathBuilder::from_rect)
}

/// An ellipse about `(x, y)`.
pub(crate) fn ellipse((x, y): Xy, (rx, ry): Xy) -> Option<Path> {
    PathBuilder::from_oval(Rect::from_xywh(x - rx, y - ry, 2.0 * rx, 2.0 * ry)?)
}

/// A shape from moves, lines and curves written as text, such as `M0 0L4 0Q8 0 8 4Z`.
pub(crate) fn shape(commands: &str) -> Option<Path> {
    crate::overlay::font::path(commands)
}

/// A smooth step from 0 to 1 while `x` goes from `from` to `to`.
pub(crate) fn ease(x: f32, from: f32, to: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The point `t` of the way from `a` to `b`.
pub(crate) fn between(a: Xy, b: Xy, t: f32) -> Xy {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}
