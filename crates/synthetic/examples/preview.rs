//! Writes pictures of every room as PNG files, for viewing: `preview [DIRECTORY]`.

use std::path::PathBuf;

use ashkar_synthetic::{Act, draw_picture};

/// Moments of the loop, seconds.
const MOMENTS_S: [f32; 4] = [1.0, 8.5, 16.0, 31.0];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".into()));
    std::fs::create_dir_all(&directory)?;
    for room in 0..4 {
        for act in [Act::Voting, Act::Count] {
            for at_s in MOMENTS_S {
                let file = directory.join(format!("sim-{room}-{}-{at_s}.png", act.name()));
                let picture = draw_picture(room, act, at_s).ok_or("a picture could not be encoded")?;
                std::fs::write(file, picture)?;
            }
        }
    }
    Ok(())
}
