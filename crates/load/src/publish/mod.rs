//! Many cameras published over RTMP from one thread.
//!
//! One wake-up per tick serves all sockets: the centre's messages are read, and each camera whose picture is due writes
//! it with one vectored write. Pictures are shared between cameras and never copied here.

mod connection;
mod engine;
mod outbox;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use ashkar_media::VideoConfig;

use crate::{LoadError, Source};
use engine::Engine;

/// What a camera shows and the key with which it publishes. The key appears in no `Debug` text.
#[derive(Clone)]
pub struct Publisher<S> {
    /// Its pictures.
    pub source: S,
    /// Its stream key, such as `7-12-1.<secret>`.
    pub key: String,
}

impl<S: Source> fmt::Debug for Publisher<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("camera", &self.source.id()).finish_non_exhaustive()
    }
}

/// How and where [`Publishers`] publish.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// The centre's RTMP port.
    pub target: SocketAddr,
    /// The application part of the address: `ingest`.
    pub application: String,
    /// The parameter sets of all sources.
    pub config: VideoConfig,
}

/// Counters of the cameras. All but `publishing` only ever rise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublishStats {
    /// Cameras that publish right now.
    pub publishing: u64,
    /// Access units handed to the system, or waiting for it.
    pub frames: u64,
    /// Bytes that the system accepted.
    pub bytes: u64,
    /// Access units left out because the line was too slow or this thread was late.
    pub behind: u64,
    /// Connections that ended unintentionally, or never came to publish.
    pub lost: u64,
}

/// Counters that the thread writes and others read.
#[derive(Debug, Default)]
struct Counters {
    publishing: AtomicU64,
    frames: AtomicU64,
    bytes: AtomicU64,
    behind: AtomicU64,
    lost: AtomicU64,
}

impl Counters {
    fn store(&self, stats: PublishStats) {
        self.publishing.store(stats.publishing, Ordering::Relaxed);
        self.frames.store(stats.frames, Ordering::Relaxed);
        self.bytes.store(stats.bytes, Ordering::Relaxed);
        self.behind.store(stats.behind, Ordering::Relaxed);
        self.lost.store(stats.lost, Ordering::Relaxed);
    }

    fn load(&self) -> PublishStats {
        PublishStats {
            publishing: self.publishing.load(Ordering::Relaxed),
            frames: self.frames.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            behind: self.behind.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
        }
    }
}

/// Cameras that publish from a thread of their own until they are stopped.
#[derive(Debug)]
pub struct Publishers {
    stop: Arc<AtomicBool>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl Publishers {
    /// Starts publishing. Connections are opened a few at a time; lost ones are reopened after growing pauses.
    ///
    /// # Errors
    /// [`LoadError::Start`] if the system gives no thread or no poll. A centre that is not there is not an error.
    pub fn start<S: Source>(
        publishers: Vec<Publisher<S>>,
        options: PublishOptions,
    ) -> Result<Self, LoadError> {
        let stop = Arc::new(AtomicBool::new(false));
        let counters = Arc::new(Counters::default());
        let mut engine = Engine::new(publishers, options, counters.clone()).map_err(LoadError::Start)?;
        let stopped = stop.clone();
        let thread = thread::Builder::new()
            .name("load-cameras".into())
            .spawn(move || engine.run(&stopped))
            .map_err(LoadError::Start)?;
        Ok(Self { stop, counters, thread: Some(thread) })
    }

    /// Current counters; at most a tick old.
    pub fn stats(&self) -> PublishStats {
        self.counters.load()
    }

    /// Ends all streams like an encoder that is switched off properly, and waits for the thread.
    pub fn stop(mut self) -> PublishStats {
        self.join();
        self.stats()
    }

    fn join(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // The thread ends by itself; had it panicked, the counters would still stand.
            let _ = thread.join();
        }
    }
}

impl Drop for Publishers {
    fn drop(&mut self) {
        self.join();
    }
}
