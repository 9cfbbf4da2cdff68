//! The running agent's reports: each hour, and whatever waits for the centre.

use std::sync::Arc;
use std::time::Duration;

use ashkar_uplink::Occasion;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Examiner, socket};

/// How often it is looked whether reports wait.
const SEND_EVERY: Duration = Duration::from_secs(60);

/// When reports are made.
#[derive(Debug, Clone, Copy)]
pub struct ReportTimes {
    /// From the start to the first one.
    pub first_after: Duration,
    /// From one to the next.
    pub every: Duration,
    /// From one exchange with the centre to the next, of twenty in each.
    pub pause: Duration,
}

impl Default for ReportTimes {
    /// Each hour, spread over two minutes; the first one when the day's cameras have come.
    fn default() -> Self {
        let first_after = Duration::from_secs(180);
        Self { first_after, every: Duration::from_secs(3600), pause: Duration::from_secs(6) }
    }
}

/// The tasks. They end when this is dropped: what they have begun is begun again.
pub(crate) struct Reports {
    _tasks: JoinSet<()>,
}

impl Reports {
    /// `times` are those of the settings; without them nothing is measured.
    pub(crate) fn spawn(examiner: &Arc<Examiner>, times: Option<ReportTimes>) -> Self {
        let mut tasks = JoinSet::new();
        let Some(times) = times else { return Self { _tasks: tasks } };
        tasks.spawn(seconds(Arc::clone(examiner)));
        tasks.spawn(hourly(Arc::clone(examiner), times));
        tasks.spawn(sending(Arc::clone(examiner)));
        tasks.spawn(socket::serve(Arc::clone(examiner)));
        Self { _tasks: tasks }
    }
}

/// What each second is noted of the line.
async fn seconds(examiner: Arc<Examiner>) {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let Some(known) = &examiner.known else { return };
        let is_up =
            known.sending.lock().as_ref().is_some_and(|sending| sending.line.up && sending.line.session);
        examiner.hour.lock().second(is_up, || examiner.machine.tcp());
    }
}

async fn hourly(examiner: Arc<Examiner>, times: ReportTimes) {
    // Agents that a whole country switches on in one minute do not measure in one minute.
    sleep(times.first_after + share_of(times.first_after)).await;
    loop {
        let (report, sent) = examiner.examine(Occasion::Hour, times.pause, true).await;
        let worst = report.worst();
        match sent {
            Ok(centre) => {
                tracing::info!(centre, ?worst, "the conditions of this station are measured and sent");
            }
            Err(fault) => tracing::info!(
                ?worst,
                reason = fault.reason,
                "the conditions of this station are measured, and not sent yet"
            ),
        }
        sleep(times.every).await;
    }
}

/// Some part of a time, by chance.
fn share_of(time: Duration) -> Duration {
    let mut byte = [0];
    // Without chance, at once.
    let _ = getrandom::fill(&mut byte);
    time * u32::from(byte[0]) / 256
}

async fn sending(examiner: Arc<Examiner>) {
    let mut ticks = interval(SEND_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let spool = examiner.spool.clone();
        let waits =
            tokio::task::spawn_blocking(move || spool.waiting().is_ok_and(|waiting| !waiting.is_empty()));
        if !waits.await.unwrap_or(false) {
            continue;
        }
        match examiner.send().await {
            Ok(centre) => tracing::info!(centre, "the reports that waited are sent"),
            Err(fault) => tracing::info!(reason = fault.reason, "reports wait for the centre"),
        }
    }
}
