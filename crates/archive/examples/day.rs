//! Makes a day of many cameras on disk, as `kill -9` leaves it, with true indexes and mostly hollow journals: see
//! `docs/design/archive.md`.
//!
//! `cargo run --release -p ashkar-archive --example day -- DIR LIST [HOURS] [ENDS_IN_SECONDS] <CAMERAS`: cameras such as
//! 7/12/1 are read from standard input, a line each. LIST is written: the segments whose bytes are there.

use std::error::Error;
use std::io::BufRead;
use std::path::PathBuf;
use std::time::Instant;

use ashkar_archive::day::{self, Plan};
use ashkar_terms::{CameraId, Clock, SystemClock};

/// One segment of so many has real bytes: about 6 of each camera's day.
const REAL_EVERY: u64 = 5000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("DIR is missing")?);
    let list = PathBuf::from(arguments.next().ok_or("LIST is missing")?);
    let hours: f64 = arguments.next().map_or(Ok(16.5), |text| text.parse())?;
    let ends_in: i64 = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let cameras: Vec<CameraId> = std::io::stdin()
        .lock()
        .lines()
        .map(|line| Ok(line?.parse()?))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let to = SystemClock::new().now().wall.plus(ends_in * 1_000_000);
    let from = to.plus(-(hours * 3600e6) as i64);
    let plan = Plan { cameras, from, to, real_every: REAL_EVERY };
    let started = Instant::now();
    let real = day::make(&directory, &plan, |now| {
        let done = now.since(from) as f64 / 3600e6;
        eprintln!("{done:.0} of {hours} hours after {:.0} s", started.elapsed().as_secs_f64());
    })?;
    day::write_list(&list, &real)?;
    println!(
        "{} cameras, {hours} h, up to {}: made in {:.0} s, {} segments with real bytes",
        plan.cameras.len(),
        to.0 / 1_000_000,
        started.elapsed().as_secs_f64(),
        real.len()
    );
    Ok(())
}
