//! Agents on hosts of their own, with real sources and bad lines: slow, lossy, narrow, cut. Agents are killed, the
//! centre is killed, a disk is filled. In the end the centre has what the agents recorded, byte for byte; what it told
//! meanwhile was true; and viewers of other stations noticed nothing. `TEST_LONG` has twenty agents, for some minutes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod lines;
mod site;
mod station;
mod witness;

use std::path::Path;
use std::time::{Duration, Instant};

use ashkar_election::sample_list;
use ashkar_terms::{CameraId, Clock, Span, SystemClock, UtcMicros};

use crate::common::recordings::{at_centre, covered_us, media, open, recorded};
use crate::common::station::put_election;
use crate::common::{add_camera, ashkar, eventually, is_long, tool};
use lines::{CUT, GOOD, Lines, MOBILE, NARROW, TERRIBLE};
use site::{Site, Viewers};
use station::{Installed, Station};
use witness::{Account, Told, Witness, ask, lies};

const SEED: u64 = 20_261_122;
/// Until all cameras are live: children start, and playlists need a keyframe.
const ON_AIR: Duration = Duration::from_secs(40);
/// Until what waited is at the centre.
const CAUGHT_UP: Duration = Duration::from_secs(90);
/// The first of the four is spared: its viewers must notice nothing of what becomes of the others.
const SPARED: usize = 0;

/// A running rehearsal.
struct Rehearsal {
    stations: Vec<Station>,
    lines: Lines,
    site: Site,
    /// When each line was cut.
    dead: Vec<Vec<Span>>,
}

fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

/// The first cameras of an election that is on air.
fn cameras_on_air(data: &Path, count: usize) -> Vec<CameraId> {
    put_election(data);
    let list = sample_list().unwrap();
    list.stations()
        .iter()
        .take(count)
        .map(|station| CameraId::new(station.id.constituency, station.id.station, 1))
        .collect()
}

fn draw_clip(dir: &Path) -> std::path::PathBuf {
    let clip = dir.join("clip.mp4");
    let pictures = "testsrc2=size=320x240:rate=25:duration=20";
    let encode =
        ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "50", "-b:v", "500k"];
    let input = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", pictures, "-pix_fmt", "yuv420p"];
    tool("ffmpeg", &[&input[..], &encode, &[clip.to_str().unwrap()]].concat());
    clip
}

impl Rehearsal {
    fn begin(dir: &Path, count: usize) -> Self {
        let data = dir.join("centre");
        let lines = Lines::make(count, SEED);
        let cameras = cameras_on_air(&data, count);
        cameras.iter().for_each(|camera| drop(add_camera(&data, &camera.to_string())));
        let site = Site::open(dir, &data, lines.centre());
        let installed = Installed {
            url: site.agents_url(),
            certificate: site.certificate.clone(),
            clip: draw_clip(dir),
            data,
        };
        let install = |(number, camera)| Station::install(&lines, number, camera, dir, &installed);
        let mut stations: Vec<_> = cameras.into_iter().enumerate().map(install).collect();
        stations.iter_mut().for_each(Station::start);
        let rehearsal = Self { dead: vec![Vec::new(); count], stations, lines, site };
        rehearsal.wait_for_live();
        rehearsal
    }

    fn wait_for_live(&self) {
        for station in &self.stations {
            eventually(&format!("{} is live", station.camera), ON_AIR, || {
                let told = ask(&self.site.url, station.camera)?;
                let last = told.entries.iter().rfind(|told| told.state != "due")?;
                (last.state == "live").then_some(())
            });
        }
    }

    /// Cuts the lines of all stations of which `which` holds, for `seconds`, while `meanwhile` happens.
    fn cut(&mut self, which: impl Fn(usize) -> bool, meanwhile: impl FnOnce(&mut Self)) {
        let from = now();
        let all: Vec<usize> = (0..self.stations.len()).filter(|number| which(*number)).collect();
        all.iter().for_each(|number| self.lines.set(*number, CUT));
        meanwhile(self);
        all.iter().for_each(|number| self.lines.set(*number, GOOD));
        all.iter().for_each(|number| self.dead[*number].push(Span { from, to: now() }));
    }

    fn each(&mut self, which: impl Fn(usize) -> bool, act: impl Fn(&mut Station)) {
        self.stations.iter_mut().enumerate().filter(|(n, _)| which(*n)).for_each(|(_, station)| act(station));
    }

    fn set_lines(&mut self, which: impl Fn(usize) -> bool, to: lines::Condition) {
        (0..self.stations.len())
            .filter(|number| which(*number))
            .for_each(|number| self.lines.set(number, to));
    }

    fn wait_for_full_disks(&self) {
        for station in self.stations.iter().filter(|station| station.has_own_disk()) {
            eventually(&format!("the full disk of {} is told", station.camera), ON_AIR, || {
                ask(&self.site.url, station.camera)?.entries.iter().any(Told::is_of_full_disk).then_some(())
            });
        }
    }

    fn wait_until_all_is_sent(&self) {
        let begun = Instant::now();
        for station in &self.stations {
            let left = CAUGHT_UP.saturating_sub(begun.elapsed());
            eventually(&format!("nothing of {} waits", station.camera), left, || {
                (station.waits_s()? == 0).then_some(())
            });
        }
    }
}

#[test]
fn agents_lose_nothing_on_bad_lines() {
    let (count, long) = if is_long() { (20, 60) } else { (4, 5) };
    let dir = tempfile::tempdir().unwrap();
    let mut all = Rehearsal::begin(dir.path(), count);
    let cameras: Vec<CameraId> = all.stations.iter().map(|station| station.camera).collect();
    let witness = Witness::of(all.site.url.clone(), cameras.clone());

    let viewers = Viewers::of(&all.site, cameras[SPARED]);
    all.set_lines(|n| n % 4 == 1, MOBILE);
    all.set_lines(|n| n % 4 == 2, NARROW);
    all.cut(
        |n| n % 4 == 3,
        |all| {
            wait(20 + long);
            all.each(|n| n % 4 == 3, Station::kill);
            all.each(|n| n % 4 == 3, Station::start);
        },
    );
    all.set_lines(|n| n % 4 == 1, TERRIBLE);
    all.each(|n| n % 4 == 2, |station| station.fill());
    wait(8 + long);
    all.each(|n| n % 4 == 2, |station| station.tidy());
    all.set_lines(|n| n != SPARED, GOOD);
    // What lay behind the narrow line comes before what the stations say of their disks.
    all.wait_for_full_disks();
    wait(2 + long / 2);
    viewers.noticed_nothing();

    let killed = now();
    all.site.kill();
    all.each(|n| n % 4 == 1, Station::kill);
    wait(2 + long / 4);
    all.each(|n| n % 4 == 1, Station::start);
    all.site.start_again();
    wait(4);
    all.wait_for_live();
    all.wait_until_all_is_sent();
    all.each(|_| true, Station::stop);
    let accounts = witness.stop();
    let last: Vec<Account> = cameras.iter().map(|camera| ask(&all.site.url, *camera).unwrap()).collect();
    let data = all.site.stop();
    judge(&all, &data, (&accounts, &last), killed);
}

fn wait(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}

/// Nothing that was recorded is missing at the centre, and what was told was so.
fn judge(all: &Rehearsal, data: &Path, (accounts, last): (&[Account], &[Account]), killed: UtcMicros) {
    let centre = open(data);
    for ((number, station), told) in all.stations.iter().enumerate().zip(last) {
        let agent = open(&station.data());
        let (recorded, here) = (recorded(&agent, station.camera), at_centre(&centre, station.camera));
        let lacks = recorded.iter().filter(|part| !here.contains(*part)).count();
        let log = station.log_text();
        assert_eq!(
            lacks,
            0,
            "{lacks} of {} parts of {} are not at the centre\n{log}",
            recorded.len(),
            station.camera
        );
        assert!(recorded.len() > 80, "{} parts of {}\n{log}", recorded.len(), station.camera);
        let (there, kept) = (media(&centre, station.camera), media(&agent, station.camera));
        let of_camera = accounts.iter().chain([told]).filter(|account| account.camera == station.camera);
        let lies: Vec<_> = of_camera.flat_map(|account| lies(account, &there, &all.dead[number])).collect();
        let dead = &all.dead[number];
        assert!(
            lies.is_empty(),
            "{}\ncut: {dead:?}\nrecorded: {kept:?}\nat the centre: {there:?}\n{log}",
            lies.join("\n")
        );
        for missing in told.entries.iter().filter(|told| told.state == "missing") {
            let had = covered_us(&kept, missing.span);
            assert!(
                had < 1_100_000,
                "{}: {missing:?} is called missing: {had} µs were recorded",
                station.camera
            );
            assert!(missing.cause.is_some(), "{missing:?}");
        }
        // A line that is cut for twenty seconds, or carries less than the camera gives, makes media late. The others may.
        let late = told.entries.iter().any(|told| told.state == "late" && !told.arriving);
        assert!(late || number % 4 < 2, "nothing of {} was late: {told:?}\n{log}", station.camera);
        if station.has_own_disk() {
            assert!(
                told.entries.iter().any(Told::is_of_full_disk),
                "the full disk of {} is not told: {told:?}",
                station.camera
            );
            let before =
                accounts.iter().filter(|account| account.camera == station.camera && account.at < killed);
            let before = before.flat_map(|account| &account.entries).any(Told::is_of_full_disk);
            assert!(before, "the full disk of {} was told at a restart only", station.camera);
        }
    }
    drop(centre);
    let data = data.display().to_string();
    assert!(ashkar(&["archive", "check", "--data", &data]).contains("all is well"));
}
