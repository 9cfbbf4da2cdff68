//! The parent's side: a few workers, started when needed, replaced when they die or hang.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

use crate::wire;

/// Longest time for one still; a worker that needs longer is killed.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Requests that may wait for a worker; the next is refused.
const MAX_WAITING: usize = 64;

/// For the worker's C library: memory of pictures is kept for the next still. Without it each still gives its planes back to the kernel and
/// has them cleared and mapped page by page anew, which is half of all its CPU. 128 MiB are kept at most; where the
/// variable means nothing, stills only cost more.
const ALLOCATOR: (&str, &str) =
    ("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=134217728");

/// Why the pool gave no still.
#[derive(Debug, Error)]
pub enum PoolError {
    /// Too many wait already.
    #[error("too many stills are being made; try again in a moment")]
    Busy,
    /// The worker died or hung over it.
    #[error("the still could not be made: {0}")]
    Worker(#[from] io::Error),
    /// The picture is not decodable.
    #[error("{0}")]
    Picture(String),
}

/// Workers, at most as many as asked for.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    argument: OsString,
    places: Arc<Semaphore>,
    waiting: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug)]
struct Worker {
    _child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

impl Pool {
    /// A pool of at most `workers` children of `program argument`, which calls [`crate::worker::run`].
    pub fn new(program: PathBuf, argument: impl Into<OsString>, workers: usize) -> Self {
        Self {
            program,
            argument: argument.into(),
            places: Arc::new(Semaphore::new(workers.max(1))),
            waiting: Semaphore::new(MAX_WAITING),
            idle: Mutex::default(),
        }
    }

    /// The first picture of `part` as a JPEG.
    ///
    /// # Errors
    /// See [`PoolError`]. Whatever happens, the next request finds a working pool.
    pub async fn still(&self, init: &[u8], part: &[u8]) -> Result<Bytes, PoolError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| PoolError::Busy)?;
        let _place = self.places.acquire().await.map_err(|_| PoolError::Busy)?;
        let mut worker = self.take()?;
        let answer = tokio::time::timeout(TIMEOUT, worker.ask(init, part))
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        // Only a worker that answered goes back; any other is killed when it is dropped.
        self.idle.lock().push(worker);
        match answer.split_first() {
            Some((&wire::OK, _)) => Ok(Bytes::from(answer).slice(1..)),
            Some((_, words)) => Err(PoolError::Picture(String::from_utf8_lossy(words).into_owned())),
            None => Err(PoolError::Worker(io::ErrorKind::InvalidData.into())),
        }
    }

    fn take(&self) -> io::Result<Worker> {
        if let Some(worker) = self.idle.lock().pop() {
            return Ok(worker);
        }
        let mut child = Command::new(&self.program)
            .arg(&self.argument)
            .env_clear()
            .env(ALLOCATOR.0, ALLOCATOR.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) = pipes.ok_or_else(|| io::Error::other("a worker came without pipes"))?;
        Ok(Worker { _child: child, requests, answers })
    }
}

impl Worker {
    async fn ask(&mut self, init: &[u8], part: &[u8]) -> io::Result<Vec<u8>> {
        for frame in [init, part] {
            let length =
                u32::try_from(frame.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            self.requests.write_all(&length.to_be_bytes()).await?;
            self.requests.write_all(frame).await?;
        }
        self.requests.flush().await?;
        let length = self.answers.read_u32().await? as usize;
        if length > wire::MAX_FRAME_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut answer = vec![0; length];
        self.answers.read_exact(&mut answer).await?;
        Ok(answer)
    }
}
