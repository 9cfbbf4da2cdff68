//! Those who would notice: the reader of the metrics, and a new viewer every quarter of a second.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::plain_http::Line;

/// How often the metrics are read: reading several times within the tenth of a second between two syncs would cost more
/// than it shows.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const COME_EVERY: Duration = Duration::from_millis(250);
/// Longer than anything that is expected.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A thread that collects until it is stopped.
pub struct Watch<T> {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<T>>,
}

impl<T: Send + 'static> Watch<T> {
    fn start(every: Duration, mut look: impl FnMut() -> T + Send + 'static) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut seen = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                seen.push(look());
                thread::sleep(every);
            }
            seen
        });
        Self { over, thread }
    }

    pub fn stop(self) -> Vec<T> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("the watch does not fail")
    }
}

/// How long the oldest part waits to become durable, seconds, sampled repeatedly. Over many samples at random moments
/// the highest are the delays from arrival to durable, and an upper bound of their percentiles.
pub fn durability(metrics: SocketAddr) -> Watch<f64> {
    let mut line = Line::open(metrics, TIMEOUT).expect("the figures can be read");
    Watch::start(LOOK_EVERY, move || {
        let text = line.text("/metrics").expect("the figures can be read");
        figure(&text, "ashkar_archive_oldest_unsynced_seconds")
    })
}

/// A viewer that is new each time: connects, gets the camera's playlist and its newest part. Records how long that
/// took, or why it failed.
pub fn newcomers(site: SocketAddr, cameras: Vec<String>) -> Watch<Result<Duration, String>> {
    let mut next = 0;
    Watch::start(COME_EVERY, move || {
        next += 1;
        newcomer(site, &cameras[next % cameras.len()])
    })
}

pub fn newcomer(site: SocketAddr, camera: &str) -> Result<Duration, String> {
    let begun = Instant::now();
    let come = || {
        let mut line = Line::open(site, TIMEOUT)?;
        let playlist = line.text(&format!("/live/{camera}/index.m3u8"))?;
        let parts = playlist.lines().filter(|line| line.starts_with("#EXT-X-PART:"));
        let newest = parts.filter_map(|line| line.split("URI=\"").nth(1)?.split('"').next()).next_back();
        let part = newest.map_or(Ok(Vec::new()), |uri| line.get(uri))?;
        if part.is_empty() { Err(std::io::Error::other("there is no part")) } else { Ok(()) }
    };
    come().map(|()| begun.elapsed()).map_err(|error: std::io::Error| error.to_string())
}

/// One metric without labels.
pub fn figure(metrics: &str, name: &str) -> f64 {
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name}"))
}

/// Sum of a metric over all label sets that contain `labels`.
pub fn sum(metrics: &str, name: &str, labels: &str) -> f64 {
    let rows = metrics.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{'));
    let rows = rows.filter_map(|row| row.split_once("} ")).filter(|(found, _)| found.contains(labels));
    rows.filter_map(|(_, value)| value.parse::<f64>().ok()).sum()
}

/// The value that `percent` of the values do not exceed.
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}
