//! Opens the day made by `examples/day`, and measures how long that takes, and the time from a query for a moment to
//! the first bytes: `cargo run --release -p ashkar-archive --example day_bench -- DIR LIST [QUESTIONS]`.
//!
//! A query is the same as a centre's: the segments of ten seconds, then the first part of the first of them, every byte
//! of which is compared. Cold means that the kernel's caches of files, names and inodes are dropped before each
//! reader's single query; that needs root.

#![allow(unreachable_pub, reason = "the modules of an example are its own")]

#[path = "day/content.rs"]
mod content;
#[path = "day/list.rs"]
mod list;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, Options};
use ashkar_terms::{Span, SystemClock};

use content::content;
use list::{RealSegment, read_list};

const READERS: [usize; 3] = [1, 8, 32];
/// Number of half hours requested.
const HALF_HOURS: usize = 50;
const HALF_HOUR_US: i64 = 1_800_000_000;
/// Length of the requested span.
const SPAN_US: i64 = 10_000_000;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("DIR is missing")?);
    let list = PathBuf::from(arguments.next().ok_or("LIST is missing")?);
    let questions: usize = arguments.next().map_or(Ok(960), |text| text.parse())?;
    let moments = shuffled(read_list(&list)?);
    drop_caches()?;
    let archive = open(&directory)?;
    let (mut cold, mut warm) = (moments.iter().cycle(), moments.iter().cycle());
    for readers in READERS {
        let mut times = Vec::new();
        for _ in 0..questions / readers {
            drop_caches()?;
            let asked: Vec<RealSegment> = cold.by_ref().take(readers).copied().collect();
            times.extend(ask_at_once(&archive, &asked, 1)?);
        }
        print(&format!("moment to first byte, cold, {readers} at once"), times);
    }
    ask_for_half_hours(&archive, &moments)?;
    for readers in READERS {
        let asked: Vec<RealSegment> = warm.by_ref().take(questions).copied().collect();
        ask_at_once(&archive, &asked, questions)?;
        let times = ask_at_once(&archive, &asked, questions / readers)?;
        print(&format!("moment to first byte, warm, {readers} at once"), times);
    }
    // As `kill -9` does: the day stays as it was generated.
    std::process::exit(0)
}

fn open(directory: &Path) -> Result<Archive, Failure> {
    let before = resident_kb()?;
    let started = Instant::now();
    let archive = Archive::open(directory, Options::default(), Arc::new(SystemClock::new()))?;
    let opened = started.elapsed();
    archive.flush()?;
    println!(
        "opened cold in {:.2} s, interrupted segments ended after {:.2} s: {:?}",
        opened.as_secs_f64(),
        started.elapsed().as_secs_f64(),
        archive.recovery()
    );
    println!("memory of the index: {} MB", (resident_kb()?.saturating_sub(before)) / 1024);
    Ok(archive)
}

/// Sends each query of `asked`, `each` of them in sequence by a thread of its own.
fn ask_at_once(archive: &Archive, asked: &[RealSegment], each: usize) -> Result<Vec<Duration>, Failure> {
    let groups = asked.chunks(each.max(1));
    let barrier = Barrier::new(groups.len());
    std::thread::scope(|scope| {
        let threads: Vec<_> = groups
            .map(|group| {
                scope.spawn(|| {
                    barrier.wait();
                    group.iter().map(|moment| ask(archive, moment)).collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let mut times = Vec::new();
        for thread in threads {
            times.extend(thread.join().map_err(|_| "a reader failed")??);
        }
        Ok(times)
    })
}

fn ask(archive: &Archive, moment: &RealSegment) -> Result<Duration, Failure> {
    let span = Span::new(moment.start, moment.start.plus(SPAN_US)).ok_or("a span of ten seconds")?;
    let started = Instant::now();
    let entries = archive.segments(moment.camera, span)?;
    let first = entries.iter().find(|entry| entry.segment == moment.segment);
    let first = first.ok_or_else(|| format!("{moment:?} is not found"))?;
    let bytes = archive.read_part(moment.camera, first.segment, 0)?.ok_or("the part was recorded")?;
    let took = started.elapsed();
    if bytes == content(moment.camera, moment.segment).bytes { Ok(took) } else { Err("other bytes".into()) }
}

/// The query of the site's pages: all segments of half an hour, for its playlist.
fn ask_for_half_hours(archive: &Archive, moments: &[RealSegment]) -> Result<(), Failure> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for moment in moments.iter().take(HALF_HOURS) {
        let span =
            Span::new(moment.start, moment.start.plus(HALF_HOUR_US)).ok_or("a span of half an hour")?;
        drop_caches()?;
        for times in [&mut cold, &mut warm] {
            let started = Instant::now();
            archive.segments(moment.camera, span)?;
            times.push(started.elapsed());
        }
    }
    print("segments of half an hour, cold", cold);
    print("segments of half an hour, warm", warm);
    Ok(())
}

fn drop_caches() -> Result<(), Failure> {
    Ok(std::fs::write("/proc/sys/vm/drop_caches", "3").map_err(|error| format!("needs root: {error}"))?)
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at =
        |percent: usize| times.get((times.len() - 1) * percent / 100).map_or(0.0, |t| t.as_secs_f64() * 1e3);
    let count = times.len();
    println!("{what}: p50 {:.2} p99 {:.2} max {:.2} ms, {count} questions", at(50), at(99), at(100));
}

/// In an order unrelated to time, the same each time.
fn shuffled(mut moments: Vec<RealSegment>) -> Vec<RealSegment> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..moments.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        moments.swap(at, usize::try_from(state % (at as u64 + 1)).unwrap_or_default());
    }
    moments
}

fn resident_kb() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("VmRSS is told")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
