//! I2 on a real file system: its power is cut while many cameras are recorded, again and again on one archive, also
//! while the archive recovers from the cut before. Everything acknowledged is there byte for byte, and of the rest, at
//! most the last second is lost. `scripts/power-cuts.sh 1000` cuts more often.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::disk::{Cut, Disk};
use crate::support::recording::{Plan, Recorder, Said, Sent, verify};

/// Default number of cuts, unless `POWER_CUTS` is set.
const CYCLES: u64 = 30;
const DISK_MEGABYTES: u32 = 384;
/// After this many cycles everything is verified once more, and the next begins with an empty archive.
const CYCLES_PER_ARCHIVE: u64 = 20;
/// Every cycle divisible by this is cut again while the archive recovers.
const SECOND_CUT_EACH: u64 = 3;
/// Longest time from arrival to durable on a disk that keeps up, microseconds.
const LOSS_MAX_US: i64 = 1_000_000;
/// If data wait longer than this, the disk does not keep up at the moment, milliseconds.
const KEEPS_UP_MS: u64 = 300;

#[test]
fn power_cuts_lose_nothing_acknowledged() {
    let cycles =
        std::env::var("POWER_CUTS").map_or(CYCLES, |count| count.parse().expect("POWER_CUTS is a number"));
    let mut disk = Disk::ext4(DISK_MEGABYTES);
    let mut sums = Sums::default();
    let mut all: Vec<Sent> = Vec::new();
    for cycle in 0..cycles {
        let directory = disk.path().join(format!("archive-{}", cycle / CYCLES_PER_ARCHIVE));
        run_cycle(&mut disk, &directory, cycle, &mut sums, &mut all);
        if cycle % CYCLES_PER_ARCHIVE == CYCLES_PER_ARCHIVE - 1 || cycle + 1 == cycles {
            verify(&directory, &all, &[], &format!("everything up to cycle {cycle}"));
            all.clear();
            std::fs::remove_dir_all(&directory).unwrap();
            println!("{sums}");
        }
    }
    assert!(sums.acknowledged > 0 && sums.not_acknowledged > 0, "{sums}");
}

fn run_cycle(disk: &mut Disk, directory: &Path, cycle: u64, sums: &mut Sums, all: &mut Vec<Sent>) {
    let mut random = Random(cycle + 1);
    let context = format!("cycle {cycle}");
    let (first, cut_at) = record_until_cut(disk, directory, &mut random);
    disk.remount();
    let mut said = vec![first];
    if cycle.is_multiple_of(SECOND_CUT_EACH) {
        said.push(recover_until_cut(disk, directory, &mut random));
        disk.remount();
        sums.second_cuts += 1;
    }
    let acknowledged: Vec<Sent> = said.iter().flat_map(Said::acknowledged).cloned().collect();
    let (missing, recovery) = verify(directory, &acknowledged, &said[0].sent, &context);
    let ages: Vec<i64> = missing.iter().map(|part| cut_at - part.arrival.0).collect();
    assert!(
        ages.iter().all(|age| *age <= LOSS_MAX_US),
        "{context}: lost what had arrived long before: {ages:?} µs"
    );
    sums.add(&said, &ages, recovery.torn_bytes);
    all.extend(acknowledged);
}

/// Records until enough is durable and a random moment has passed, then cuts. Returns the time of the cut,
/// microseconds.
fn record_until_cut(disk: &mut Disk, directory: &Path, random: &mut Random) -> (Said, i64) {
    let mut recorder = Recorder::start(directory, plan(random));
    recorder.begin();
    let enough = 50 + usize::try_from(random.below(200)).unwrap();
    recorder.until("enough durable parts", |said| said.durable >= enough);
    std::thread::sleep(Duration::from_millis(random.below(150)));
    recorder.until("a disk that keeps up", |said| said.oldest_ms < KEEPS_UP_MS);
    let cut_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    disk.cut(random.cut());
    (recorder.kill(), i64::try_from(cut_at).unwrap())
}

/// Opens the archive and cuts at some moment of that, or soon after.
fn recover_until_cut(disk: &mut Disk, directory: &Path, random: &mut Random) -> Said {
    let mut recorder = Recorder::start(directory, plan(random));
    recorder.begin();
    std::thread::sleep(Duration::from_millis(random.below(60)));
    disk.cut(random.cut());
    recorder.kill()
}

fn plan(random: &mut Random) -> Plan {
    Plan {
        streams: 20 + u16::try_from(random.below(30)).unwrap(),
        period_ms: 20 + random.below(80),
        rounds: 0,
        journal_bytes: [512 << 10, 2 << 20, 8 << 20][usize::try_from(random.below(3)).unwrap()],
        by_flush: random.below(2) == 0,
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn cut(&mut self) -> Cut {
        if self.below(2) == 0 { Cut::JournalLost } else { Cut::JournalWritten }
    }
}

#[derive(Default)]
struct Sums {
    cycles: u64,
    second_cuts: u64,
    acknowledged: usize,
    not_acknowledged: usize,
    missing: usize,
    torn: u64,
    losses_us: Vec<i64>,
}

impl Sums {
    fn add(&mut self, said: &[Said], ages: &[i64], torn_bytes: u64) {
        self.cycles += 1;
        self.acknowledged += said.iter().map(|one| one.durable).sum::<usize>();
        self.not_acknowledged += said.iter().map(|one| one.sent.len() - one.durable).sum::<usize>();
        self.missing += ages.len();
        self.torn += u64::from(torn_bytes > 0);
        self.losses_us.push(ages.iter().copied().max().unwrap_or(0));
        self.losses_us.sort_unstable();
    }

    fn loss_ms(&self, percent: usize) -> i64 {
        let last = self.losses_us.len().saturating_sub(1);
        self.losses_us.get(last * percent / 100).copied().unwrap_or(0) / 1000
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cycles, second_cuts, acknowledged, not_acknowledged, missing, torn, .. } = self;
        write!(
            f,
            "{cycles} cuts and {second_cuts} during recovery: {acknowledged} parts acknowledged, 0 of them lost; of {not_acknowledged} \
             others at most {missing} are missing; age of the oldest missing one p50 {}, p99 {}, max {} ms; {torn} torn tails",
            self.loss_ms(50),
            self.loss_ms(99),
            self.loss_ms(100)
        )
    }
}
