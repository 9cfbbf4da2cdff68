//! A citizen who writes down what the centre tells of each camera, and looks afterwards whether it was true.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use ashkar_terms::{CameraId, Clock, Span, SystemClock, UtcMicros};
use serde_json::Value;

use crate::common::recordings::covered_us;

/// What is told in whole seconds, and of a segment's first and last pictures.
const SLACK_US: i64 = 1_100_000;
/// A line that has been dead for this long is no longer called live.
const NOTICED_US: i64 = 20_000_000;
/// What was on its way when a line died.
const ON_ITS_WAY_US: i64 = 4_000_000;

/// An interval as it was told.
#[derive(Debug, Clone)]
pub struct Told {
    pub state: String,
    pub arriving: bool,
    pub cause: Option<String>,
    pub span: Span,
}

impl Told {
    pub fn is_of_full_disk(&self) -> bool {
        self.cause.as_deref() == Some("stationdisk")
    }
}

/// A camera's day as it was told at a moment.
#[derive(Debug, Clone)]
pub struct Account {
    pub camera: CameraId,
    pub at: UtcMicros,
    pub entries: Vec<Told>,
}

/// Asks every second, until it is told to stop.
pub struct Witness {
    ends: Arc<AtomicBool>,
    heard: Arc<Mutex<Vec<Account>>>,
    thread: JoinHandle<()>,
}

impl Witness {
    pub fn of(site: String, cameras: Vec<CameraId>) -> Self {
        let (ends, heard) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<Account>>>::default());
        let thread = std::thread::spawn({
            let (ends, heard) = (Arc::clone(&ends), Arc::clone(&heard));
            move || {
                while !ends.load(Ordering::SeqCst) {
                    for camera in &cameras {
                        // A centre that is down tells nothing.
                        heard.lock().unwrap().extend(ask(&site, *camera));
                    }
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        });
        Self { ends, heard, thread }
    }

    /// All that was told.
    pub fn stop(self) -> Vec<Account> {
        self.ends.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

/// What is told of `camera` now; nothing if the centre does not answer.
pub fn ask(site: &str, camera: CameraId) -> Option<Account> {
    let at = SystemClock::new().now().wall;
    let body = ureq::get(format!("{site}/api/v1/cameras/{camera}/timeline")).call().ok()?;
    let told: Value = serde_json::from_reader(body.into_body().into_reader()).ok()?;
    let entries = told.as_array()?.iter().map(entry).collect();
    Some(Account { camera, at, entries })
}

fn entry(told: &Value) -> Told {
    let time = |name: &str| {
        let time: jiff::Timestamp = told[name].as_str().unwrap().parse().unwrap();
        UtcMicros(time.as_microsecond())
    };
    Told {
        state: told["state"].as_str().unwrap().to_owned(),
        arriving: told["arriving"] == true,
        cause: told["cause"].as_str().map(str::to_owned),
        span: Span { from: time("from"), to: time("to") },
    }
}

/// What of the account is not so, judged by what there is in the end. `dead`: when the camera's line was cut.
pub fn lies(account: &Account, media: &[Span], dead: &[Span]) -> Vec<String> {
    let mut lies = Vec::new();
    for told in &account.entries {
        let length = told.span.to.since(told.span.from);
        let is_media = told.state == "live" || told.state == "late";
        if is_media && length - covered_us(media, told.span) > SLACK_US {
            lies.push(format!("{} told {told:?} at {:?}, and it never came", account.camera, account.at));
        }
    }
    for cut in dead {
        let is_dead = account.at.since(cut.from) > NOTICED_US && account.at.since(cut.to) < 0;
        let last = account.entries.iter().rfind(|told| told.state == "live");
        if is_dead && last.is_some_and(|last| last.span.to.since(cut.from) > ON_ITS_WAY_US) {
            lies.push(format!(
                "{} told {last:?} at {:?} over a line cut at {:?}",
                account.camera, account.at, cut.from
            ));
        }
    }
    lies
}
