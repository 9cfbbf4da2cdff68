//! Many viewers of low-latency HLS, from one thread.
//!
//! Each behaves like hls.js over HTTP/1.1: a plain playlist, then blocking reloads on one connection, and init segments
//! and parts, one after the other, on a second one. `viewer` is the engine, bytes in and bytes out; `client` and
//! `shell` have the sockets. A response that many get alike is read once (`playlist_cache`); media are counted and
//! dropped.

pub mod answer;
mod client;
mod exchange;
mod figures;
mod histogram;
mod playback;
pub mod playlist;
mod playlist_cache;
mod shell;
mod summary;
#[cfg(test)]
mod tests;
mod viewer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ashkar_terms::CameraId;
use mio::{Poll, Waker};
use parking_lot::Mutex;

use crate::LoadError;
pub use figures::{Errors, Fault, Figures, Kind, Requests};
pub use histogram::Histogram;
use shell::Shell;
pub use summary::{RequestSummary, Summary, Times};

/// Who watches what, and where.
#[derive(Debug, Clone)]
pub struct ViewerOptions {
    /// The server: the centre, or a cache in front of it.
    pub target: SocketAddr,
    /// The `Host` that requests name.
    pub host: String,
    /// The cameras, at least one; viewers are spread evenly.
    pub cameras: Vec<CameraId>,
    /// Number of viewers.
    pub count: usize,
    /// Number of the first one, if other processes have viewers too.
    pub first: u64,
    /// Time within which they all join.
    pub ramp: Duration,
    /// Requests playlists compressed, like browsers.
    pub gzip: bool,
    /// They wait for playlists and fetch no media.
    pub wait_only: bool,
}

impl ViewerOptions {
    /// Sockets that each viewer has open.
    pub const fn sockets_per_viewer(wait_only: bool) -> usize {
        if wait_only { 1 } else { 2 }
    }
}

/// Running viewers, in a thread of their own, until they are stopped.
#[derive(Debug)]
pub struct Viewers {
    stop: Arc<AtomicBool>,
    waker: Arc<Waker>,
    published: Arc<Mutex<Figures>>,
    thread: Option<JoinHandle<()>>,
}

impl Viewers {
    /// Starts them. A server that is not there is not an error: that is counted.
    ///
    /// # Errors
    /// [`LoadError::Start`] if the system gives no thread or no poll.
    pub fn start(options: ViewerOptions) -> Result<Self, LoadError> {
        let stop = Arc::new(AtomicBool::new(false));
        let published = Arc::new(Mutex::new(Figures::default()));
        let poll = Poll::new().map_err(LoadError::Start)?;
        let waker = shell::waker(&poll).map_err(LoadError::Start)?;
        let (stopped, figures) = (Arc::clone(&stop), Arc::clone(&published));
        let thread = thread::Builder::new()
            .name("load-viewers".into())
            .spawn(move || match Shell::new(options, poll) {
                Ok(mut shell) => shell.run(&stopped, &figures),
                Err(error) => tracing::error!(cause = %error, blame = "centre", "viewers cannot start"),
            })
            .map_err(LoadError::Start)?;
        Ok(Self { stop, waker, published, thread: Some(thread) })
    }

    /// Counters so far; about a second old at most.
    pub fn figures(&self) -> Figures {
        self.published.lock().clone()
    }

    /// Stops all viewers, and returns their counters.
    pub fn stop(mut self) -> Figures {
        self.join();
        self.figures()
    }

    fn join(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Err(error) = self.waker.wake() {
            tracing::warn!(cause = %error, blame = "centre", "viewers are not woken; they see it within a second");
        }
        if let Some(thread) = self.thread.take() {
            // The thread ends by itself; had it panicked, its last report would still stand.
            let _ = thread.join();
        }
    }
}

impl Drop for Viewers {
    fn drop(&mut self) {
        self.join();
    }
}
