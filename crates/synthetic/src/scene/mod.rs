//! The scene: a polling station, drawn. A loop of forty seconds, the same each time.

mod count;
mod cover;
mod furniture;
mod palette;
mod pen;
mod person;
mod room;
mod voting;

use tiny_skia::Pixmap;

use count::Count;
use palette::{PALETTES, Palette};
use pen::Pen;
use voting::Voting;

/// Width of the scene, pixels.
pub(crate) const WIDTH: u32 = 640;
/// Height of the scene, pixels: the picture's 360 less the overlay.
pub(crate) const HEIGHT: u32 = 328;
/// Length of a loop, seconds.
pub(crate) const LOOP_S: f32 = 40.0;

/// The act in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Voters come, get a ballot, go to the booth and to the box.
    Voting,
    /// The commission counts.
    Count,
}

impl Act {
    /// The name used in file names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Voting => "voting",
            Self::Count => "count",
        }
    }
}

/// Objects to draw, each with its floor line: nearer ones hide those behind them.
type Layered<'a> = Vec<(f32, Box<dyn Fn(&mut Pen<'_>) + 'a>)>;

fn draw_layers(pen: &mut Pen<'_>, mut layers: Layered<'_>) {
    layers.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    layers.iter().for_each(|(_, draw)| draw(pen));
}

/// A room with its people: draws any moment of the loop.
#[derive(Debug)]
pub(crate) struct Stage {
    palette: &'static Palette,
    empty: Option<Pixmap>,
    play: Play,
}

#[derive(Debug)]
enum Play {
    Voting(Voting),
    Count(Count),
}

impl Stage {
    /// Room `room`, modulo the number of rooms.
    pub(crate) fn new(room: usize, act: Act) -> Self {
        let palette = &PALETTES[room % PALETTES.len()];
        let mut empty = Pixmap::new(WIDTH, HEIGHT);
        if let Some(canvas) = &mut empty {
            room::draw(&mut Pen::new(canvas, palette.mirrored), palette);
        }
        let play = match act {
            Act::Voting => Play::Voting(Voting::new(room, palette)),
            Act::Count => Play::Count(Count::new(room, palette)),
        };
        Self { palette, empty, play }
    }

    /// Draws the moment `at_s` seconds into the loop.
    pub(crate) fn draw(&self, at_s: f32, canvas: &mut Pixmap) {
        if let Some(empty) = &self.empty {
            canvas.data_mut().copy_from_slice(empty.data());
        }
        let mut pen = Pen::new(canvas, self.palette.mirrored);
        match &self.play {
            Play::Voting(voting) => voting.draw(&mut pen, self.palette, at_s),
            Play::Count(count) => count.draw(&mut pen, at_s),
        }
    }

    /// A canvas of the scene's size.
    pub(crate) fn canvas(&self) -> Option<Pixmap> {
        Pixmap::new(WIDTH, HEIGHT)
    }
}

/// Draws one moment of a loop as a PNG file, without the overlay, for viewing. `None` if it cannot be encoded.
pub fn draw_picture(room: usize, act: Act, at_s: f32) -> Option<Vec<u8>> {
    let stage = Stage::new(room, act);
    let mut canvas = stage.canvas()?;
    stage.draw(at_s, &mut canvas);
    canvas.encode_png().ok()
}
