//! A centre on air with twenty cameras and twenty viewers, and what must be unchanged after each phase of abuse.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use ashkar_load::viewers::{Summary, ViewerOptions, Viewers};
use ashkar_terms::CameraId;

use super::plain_http::Line;
use super::vitals::{Vitals, busy_share};
use super::witness::{durability, figure, newcomer, newcomers, percentile, sum};
use crate::common::{Centre, Running, add_camera, eventually, is_long, log_of, simulate_cameras};

/// Maximum age of metrics when they are served.
const FIGURES_AGE: Duration = Duration::from_millis(1_100);
const CAMERAS: usize = 20;
/// Cameras whose keys the abusers have: their pictures may suffer, those of the others must not.
const SPARE_CAMERAS: u8 = 4;
/// Their station; it is on no list.
const SPARE_STATION: &str = "\"120/90/";
/// Time for drawing and encoding rooms on a busy machine.
const DRAWN: Duration = Duration::from_secs(180);
/// Time within which the centre must be as it was before.
const CALM_WITHIN: Duration = Duration::from_secs(30);
/// Duration of each measurement of processor time.
const LOOK: Duration = Duration::from_secs(2);
/// Journals and readers open and close files all the time.
const FILES_SLACK: usize = 24;
/// The allocator keeps freed memory for a while and returns it by whole unused pages: this much may remain after a
/// phase, and is used again in the next.
const MEMORY_SLACK_MB: f64 = 96.0;
/// Threads beyond those without abuse. Threads that read the archive for viewers end by themselves after ten idle
/// seconds, so before a phase there may be fewer.
const THREADS_SLACK: usize = 2;
/// On two cores shared with abusers everything waits longer for the processor; a disk that others use too syncs more
/// slowly.
const DURABLE_FLOOR_SECONDS: f64 = 0.5;
const BEHIND_FLOOR_MS: f64 = 1500.0;
/// Viewers have a second and a half in their buffers. When compilers need the same two cores, a phase with many
/// requests made their pictures stall for up to 3.5 s; responses generated on the threads that serve them, for 7.3 s.
const STALL_SECONDS: f64 = 5.0;
/// Within this time a viewer who joins during a phase has a picture,
const NEWCOMER: Duration = Duration::from_secs(1);
/// except for one in this many: a lost SYN is repeated after a second.
const LATE_OF: usize = 10;

pub struct Stage {
    pub site: SocketAddr,
    pub rtmp: SocketAddr,
    /// Stream keys of the spare cameras.
    pub keys: Vec<String>,
    pub process: u32,
    pub cameras: Vec<String>,
    metrics: SocketAddr,
    centre: Centre,
    simulator: Running,
    baseline: Option<Baseline>,
}

/// Vital signs of the centre with its cameras and viewers, without abuse.
#[derive(Debug, Clone, Copy)]
struct Baseline {
    durable_seconds: f64,
    behind_ms: f64,
    busy: f64,
    threads: usize,
}

/// Whether viewers who join during a phase must be served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    Served,
    /// The port is full: they may be refused, and are served once the phase is over.
    MayBeRefused,
}

/// What those who must not notice a phase saw of it.
struct Seen {
    durable_seconds: f64,
    newcomers: Vec<Result<Duration, String>>,
    viewers: Summary,
}

/// One kind of abuse.
pub struct Abuse<'a> {
    name: &'a str,
    act: Box<dyn FnOnce(&Stage) + Send + 'a>,
}

impl<'a> Abuse<'a> {
    pub fn new(name: &'a str, act: impl FnOnce(&Stage) + Send + 'a) -> Self {
        Self { name, act: Box::new(act) }
    }
}

impl Stage {
    pub fn set(data: &Path, arguments: &[&str]) -> Self {
        let keys = (1..=SPARE_CAMERAS).map(|n| add_camera(data, &format!("120/90/{n}"))).collect();
        let metrics = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
        let text = metrics.to_string();
        let ours =
            ["--listen", "127.0.0.1:0", "--rtmp", "0.0.0.0:0", "--log", "warn", "--metrics-listen", &text];
        let centre = Centre::start_with(data, &[&ours, arguments].concat());
        let address = |url: &str| -> SocketAddr {
            let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
            (Ipv4Addr::LOCALHOST, port).into()
        };
        let (site, rtmp) = (address(&centre.http), address(&centre.rtmp));
        let simulator = simulate_cameras(data, &rtmp.to_string(), CAMERAS, &["--bitrate", "300000"]);
        let process = centre.process.0.id();
        let cameras = Vec::new();
        let mut stage =
            Self { site, rtmp, keys, process, cameras, metrics, centre, simulator, baseline: None };
        stage.cameras = eventually("every camera is on air", DRAWN, || stage.on_air());
        stage
    }

    /// All cameras, once they have some segments.
    fn on_air(&mut self) -> Option<Vec<String>> {
        assert!(self.simulator.0.try_wait().expect("its state").is_none(), "the simulator ended");
        let text = self.figures();
        let rows =
            text.lines().filter_map(|line| line.strip_prefix("ashkar_camera_segments_total{camera=\""));
        let rows = rows.filter_map(|row| row.split_once("\"} "));
        let ready = rows.filter(|(_, count)| count.parse::<f64>().is_ok_and(|count| count >= 4.0));
        let cameras: Vec<String> = ready.map(|(camera, _)| camera.to_owned()).collect();
        (cameras.len() == CAMERAS).then_some(cameras)
    }

    /// Metrics that are not older than this call: they may be served unchanged for a second.
    pub fn figures(&self) -> String {
        std::thread::sleep(FIGURES_AGE);
        let mut line = Line::open(self.metrics, DRAWN).expect("the figures' address answers");
        line.text("/metrics").expect("figures")
    }

    pub fn figure(&self, name: &str) -> f64 {
        figure(&self.figures(), name)
    }

    pub fn refused(&self, reason: &str) -> f64 {
        sum(&self.figures(), "ashkar_rtmp_refused_total", &format!("reason=\"{reason}\""))
    }

    pub fn data(&self) -> &Path {
        &self.centre.data
    }

    /// The timeline of the spare camera `number`, from 1.
    pub fn timeline(&self, number: u8) -> serde_json::Value {
        self.centre.json(&format!("/api/v1/cameras/120/90/{number}/timeline"))
    }

    /// Measures the state without abuse.
    pub fn measure_baseline(&mut self) {
        let busy = self.until_quiet();
        let seen = self.watch(|_| std::thread::sleep(Duration::from_secs(10)));
        let baseline = Baseline {
            durable_seconds: seen.durable_seconds,
            behind_ms: seen.viewers.behind_media.p50_ms,
            busy,
            threads: Vitals::of(self.process).threads,
        };
        println!("baseline: {baseline:?}, {:?}", Vitals::of(self.process));
        self.baseline = Some(baseline);
    }

    /// The simulator goes on drawing for a while; two equal measurements mean that it has finished.
    fn until_quiet(&self) -> f64 {
        let simulator = self.simulator.0.id();
        eventually("the rooms are drawn", DRAWN, || (busy_share(simulator, LOOK) < 0.3).then_some(()));
        busy_share(self.process, LOOK)
    }

    /// Runs `abuse`, and asserts that nobody noticed and that nothing is left of it.
    fn phase(&self, name: &str, newcomers: Newcomers, abuse: impl FnOnce(&Self)) {
        if std::env::var("ABUSE_ONLY").is_ok_and(|only| !only.split(';').any(|part| name.contains(part))) {
            return;
        }
        let begun = Instant::now();
        let (vitals, before) = (Vitals::of(self.process), self.figures());
        let seen = self.watch(abuse);
        let lasted = begun.elapsed();
        self.assert_nobody_noticed(name, newcomers, &seen);
        let (after, busy) = self.until_calm(name, vitals);
        let now = self.figures();
        self.assert_counters(name, &before, &now);
        let came: Vec<f64> = seen.newcomers.iter().flatten().map(Duration::as_secs_f64).collect();
        println!(
            "{name}: {:.1} s, calm after {:.1} s more | durable p99 {:.0} ms | behind media p50 {:.0} ms, {} stalls | {} of {} new viewers, \
             p50 {:.0} ms, max {:.0} ms | files {} → {} | {:.0} → {:.0} MB | threads {} → {} | idle {:.1} %",
            lasted.as_secs_f64(),
            (begun.elapsed() - lasted).as_secs_f64(),
            seen.durable_seconds * 1e3,
            seen.viewers.behind_media.p50_ms,
            seen.viewers.stalls,
            came.len(),
            seen.newcomers.len(),
            percentile(&came, 50) * 1e3,
            percentile(&came, 100) * 1e3,
            vitals.files,
            after.files,
            vitals.resident_mb,
            after.resident_mb,
            vitals.threads,
            after.threads,
            busy * 100.0,
        );
    }

    /// Abuses in one phase: those of one sequence run one after the other, the sequences side by side. In a long run
    /// each has a phase of its own.
    pub fn phases(&self, newcomers: Newcomers, sequences: Vec<Vec<Abuse<'_>>>) {
        if is_long() {
            sequences.into_iter().flatten().for_each(|abuse| self.phase(abuse.name, newcomers, abuse.act));
            return;
        }
        let names: Vec<&str> = sequences.iter().flatten().map(|abuse| abuse.name).collect();
        self.phase(&names.join("; "), newcomers, |stage| {
            std::thread::scope(|scope| {
                for sequence in sequences {
                    scope.spawn(move || sequence.into_iter().for_each(|abuse| (abuse.act)(stage)));
                }
            });
        });
    }

    fn watch(&self, abuse: impl FnOnce(&Self)) -> Seen {
        let viewers = self.viewers();
        let durable = durability(self.metrics);
        let new = newcomers(self.site, self.cameras.clone());
        abuse(self);
        let newcomers = new.stop();
        let durable_seconds = percentile(&durable.stop(), 99);
        Seen { durable_seconds, newcomers, viewers: Summary::from(&viewers.stop()) }
    }

    /// A viewer for each camera, once all of them have a picture.
    fn viewers(&self) -> Viewers {
        let cameras: Vec<CameraId> = self.cameras.iter().map(|id| id.parse().expect("a camera")).collect();
        let options = ViewerOptions {
            target: self.site,
            host: self.site.to_string(),
            count: cameras.len(),
            cameras,
            first: 0,
            ramp: Duration::from_millis(200),
            gzip: true,
            wait_only: false,
        };
        let viewers = Viewers::start(options).expect("viewers start");
        eventually("every viewer sees a picture", DRAWN, || {
            (viewers.figures().playing == CAMERAS as u64).then_some(())
        });
        viewers
    }

    fn assert_nobody_noticed(&self, name: &str, newcomers: Newcomers, seen: &Seen) {
        let Some(baseline) = self.baseline else { return };
        let durable_bound = (3.0 * baseline.durable_seconds).max(DURABLE_FLOOR_SECONDS);
        assert!(
            seen.durable_seconds <= durable_bound,
            "{name}: durable after {} s, at most {durable_bound} s",
            seen.durable_seconds
        );
        let told = &seen.viewers;
        let behind_bound = (3.0 * baseline.behind_ms).max(BEHIND_FLOOR_MS);
        assert!(told.behind_media.p50_ms <= behind_bound, "{name}: parts are late: {told:#?}");
        assert_eq!(
            (told.errors_total, told.playing),
            (0, CAMERAS as u64),
            "{name}: viewers notice: {told:#?}"
        );
        assert!(told.longest_stall_seconds <= STALL_SECONDS, "{name}: viewers notice: {told:#?}");
        if newcomers == Newcomers::Served {
            let came = &seen.newcomers;
            let late = came.iter().flatten().filter(|time| **time > NEWCOMER).count();
            assert!(came.iter().all(Result::is_ok), "{name}: new viewers: {came:?}");
            assert!(late <= came.len() / LATE_OF, "{name}: {late} new viewers come late: {came:?}");
        }
    }

    /// Waits until files, threads, memory and processor are as they were.
    fn until_calm(&self, name: &str, before: Vitals) -> (Vitals, f64) {
        let baseline = self.baseline.expect("the baseline is measured first");
        let end = Instant::now() + CALM_WITHIN;
        loop {
            let busy = busy_share(self.process, LOOK);
            let now = Vitals::of(self.process);
            let calm = busy <= 1.5 * baseline.busy + 0.05
                && now.files <= before.files + FILES_SLACK
                && now.threads <= before.threads.max(baseline.threads) + THREADS_SLACK
                && now.resident_mb <= before.resident_mb + MEMORY_SLACK_MB;
            if calm {
                return (now, busy);
            }
            assert!(
                Instant::now() < end,
                "{name}: {before:?} became {now:?}, idle {busy:.2} for {baseline:?}"
            );
        }
    }

    fn assert_counters(&self, name: &str, before: &str, now: &str) {
        let gaps = |text: &str| {
            sum(text, "ashkar_camera_gaps_total", "camera")
                - sum(text, "ashkar_camera_gaps_total", SPARE_STATION)
        };
        assert_eq!(gaps(now), gaps(before), "{name}: gaps of cameras that had nothing to do with it");
        for panics in
            ["ashkar_rtmp_panics_total", "ashkar_archive_errors_total", "ashkar_archive_refused_total"]
        {
            assert_eq!(figure(now, panics), 0.0, "{name}: {panics}");
        }
        assert!(!log_of(self.data()).contains("panicked"), "{name}: {}", log_of(self.data()));
        let came = newcomer(self.site, &self.cameras[0]);
        assert!(came.is_ok(), "{name}: a new viewer afterwards: {came:?}");
    }

    /// Stops cleanly, with an archive without faults.
    pub fn strike(self) {
        drop(self.simulator);
        let data = self.centre.data.display().to_string();
        self.centre.stop();
        crate::common::ashkar(&["archive", "check", "--data", &data]);
    }
}

/// Repeats until `is_so`, for at most `limit`.
pub fn until(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    eventually(what, limit, || is_so().then_some(()));
}
