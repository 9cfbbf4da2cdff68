//! The parent's side: a worker for each still. The next one is started ahead, so that nobody waits for it.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
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

/// Bytes of the first marker of a JPEG.
const START_OF_IMAGE: [u8; 2] = [0xff, 0xd8];
/// Longest explanation that is taken from a worker, bytes.
const MAX_WORDS: usize = 256;

/// For the worker's C library: memory comes in few large pieces, of huge pages where the kernel has some. A worker touches
/// all of its memory for the first time, and page by page that was a third of its CPU. Where the variable means
/// nothing, stills only cost more.
const ALLOCATOR: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=134217728:\
     glibc.malloc.top_pad=16777216:glibc.malloc.hugetlb=1",
);

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
    places: Semaphore,
    waiting: Semaphore,
    /// Started ahead, and never asked.
    fresh: Mutex<Vec<Worker>>,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

impl Pool {
    /// A pool of at most `workers` children of `program argument`, which calls [`crate::worker::run`].
    pub fn new(program: PathBuf, argument: impl Into<OsString>, workers: usize) -> Self {
        Self {
            program,
            argument: argument.into(),
            places: Semaphore::new(workers.max(1)),
            waiting: Semaphore::new(MAX_WAITING),
            fresh: Mutex::default(),
        }
    }

    /// The first picture of `part` as a JPEG.
    ///
    /// # Errors
    /// See [`PoolError`]. Whatever happens, the next request finds a working pool.
    pub async fn still(&self, init: &[u8], part: &[u8]) -> Result<Bytes, PoolError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| PoolError::Busy)?;
        let _place = self.places.acquire().await.map_err(|_| PoolError::Busy)?;
        let worker = self.take()?;
        let answer = tokio::time::timeout(TIMEOUT, worker.ask(init, part)).await;
        // Behind this still, so that it does not wait. Where it fails, the next request tries and tells.
        if let Ok(next) = self.start() {
            self.fresh.lock().push(next);
        }
        let answer = answer.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        match answer.split_first() {
            Some((&wire::OK, jpeg)) if jpeg.starts_with(&START_OF_IMAGE) => {
                Ok(Bytes::from(answer).slice(1..))
            }
            Some((&wire::FAILED, words)) => {
                let words = words.get(..MAX_WORDS).unwrap_or(words);
                Err(PoolError::Picture(String::from_utf8_lossy(words).into_owned()))
            }
            _ => Err(PoolError::Worker(io::ErrorKind::InvalidData.into())),
        }
    }

    /// One that nobody has asked yet and that still lives. There are never more of them than places.
    fn take(&self) -> io::Result<Worker> {
        while let Some(mut worker) = self.fresh.lock().pop() {
            if matches!(worker.child.try_wait(), Ok(None)) {
                return Ok(worker);
            }
        }
        self.start()
    }

    fn start(&self) -> io::Result<Worker> {
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
        Ok(Worker { child, requests, answers })
    }
}

impl Worker {
    /// Asks for the one still. However that ends, the worker is killed: it belongs to the camera whose bytes it read.
    async fn ask(mut self, init: &[u8], part: &[u8]) -> io::Result<Vec<u8>> {
        match self.exchange(init, part).await {
            // Whoever asked is told why: a worker that cannot shut itself in ends before it reads.
            Err(error) if is_of_pipe(&error) => {
                let status = self.child.wait().await?;
                Err(io::Error::other(format!("the decoder ended before its answer: {status}")))
            }
            answer => answer,
        }
    }

    async fn exchange(&mut self, init: &[u8], part: &[u8]) -> io::Result<Vec<u8>> {
        for frame in [init, part] {
            let length =
                u32::try_from(frame.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            self.requests.write_all(&length.to_be_bytes()).await?;
            self.requests.write_all(frame).await?;
        }
        self.requests.flush().await?;
        let length = self.answers.read_u32().await? as usize;
        if length > wire::MAX_ANSWER_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut answer = vec![0; length];
        self.answers.read_exact(&mut answer).await?;
        Ok(answer)
    }
}

fn is_of_pipe(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof)
}
