//! Sending to the centre: the shell around `ashkar_uplink`'s sender.
//!
//! In: what was recorded, and what the archive has. Out: requests to a centre, and how they stand. What must never
//! happen: a recording that waits for the line; memory that grows with the backlog; an answer that is believed without
//! limits.

mod caller;
mod choice;
mod client;
mod clock;
mod device_key;
mod enrol;
mod enrolled;
mod event;
mod fault;
mod files;
mod ledger_file;
mod line;
mod queue;
mod shell;
mod status;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

pub(crate) use caller::{Caller, PROGRAM, Unanswered};
pub use device_key::KeyFileError;
pub use enrol::{EnrolError, Enrolment, enrol};
pub use fault::Fault;
pub(crate) use files::{files_with_extension, read_limited, write_atomically};
pub(crate) use queue::Queue;
pub(crate) use shell::{Parts, enrolled_at_first};
pub(crate) use status::Sending;
pub use status::{LineStatus, SentState, SentStatus};

/// Pause after a defect of this software, before sending begins anew.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Sending, at work.
pub(crate) struct Uplink {
    parts: Arc<Parts>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Uplink {
    pub(crate) fn spawn(parts: Parts) -> Self {
        let (parts, stop) = (Arc::new(parts), watch::Sender::new(false));
        let task = tokio::spawn(watched(Arc::clone(&parts), stop.subscribe()));
        Self { parts, stop, task }
    }

    /// Where it is told how it stands.
    pub(crate) fn shared(&self) -> Arc<Mutex<Option<Sending>>> {
        Arc::clone(&self.parts.sending)
    }

    /// How it stands; nothing in its first moments.
    pub(crate) fn sending(&self) -> Option<Sending> {
        self.parts.sending.lock().clone()
    }

    /// Sends what live still has, within two seconds, and notes what was sent.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.task.await;
    }
}

/// A defect in sending must not end the recording (I1): sending begins anew, with what is on the disk.
async fn watched(parts: Arc<Parts>, stop: watch::Receiver<bool>) {
    loop {
        let run = tokio::spawn(shell::Shell::run(Arc::clone(&parts), stop.clone())).await;
        if run.is_ok() || *stop.borrow() {
            return;
        }
        tracing::error!(
            cause = "a defect of this software",
            blame = "centre",
            "sending failed, and begins anew"
        );
        sleep(AGAIN_AFTER).await;
    }
}
