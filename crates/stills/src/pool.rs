//! The centre's side: one worker for each still, copied from a process that waits for requests.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::{FULL_WIDTH, MAX_WIDTH, wire, zygote};

/// Longest time for one still, with what makes its worker; a worker that takes longer is killed.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);
/// Number of requests that may wait for a worker; the next is refused.
const MAX_WAITING: usize = 64;

/// Bytes of the first marker of a JPEG.
const START_OF_IMAGE: [u8; 2] = [0xff, 0xd8];
/// Longest error message accepted from a worker, bytes.
const MAX_WORDS: usize = 256;

/// For the worker's C library: memory comes in few large pieces, made of huge pages if the kernel has some. A worker
/// touches all of its memory for the first time, and page by page that was a third of its CPU. If the variable is not
/// supported, stills only cost more.
const ALLOCATOR: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=134217728:\
     glibc.malloc.top_pad=16777216:glibc.malloc.hugetlb=1",
);

/// Why the pool returned no still.
#[derive(Debug, Error)]
pub enum PoolError {
    /// Too many requests wait already.
    #[error("too many stills are being made; try again in a moment")]
    Busy,
    /// The worker died or hung over it.
    #[error("the still could not be made: {0}")]
    Worker(#[from] io::Error),
    /// The picture is not decodable.
    #[error("{0}")]
    Picture(String),
}

/// Workers, at most as many as configured.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    argument: OsString,
    places: Semaphore,
    waiting: Semaphore,
    zygote: Mutex<Option<Zygote>>,
}

/// The process of which workers are copies, and the socket over which stills are requested from it. It is killed when
/// this is dropped, and ends by itself if the centre does.
#[derive(Debug)]
struct Zygote {
    _child: Child,
    asks: StdUnixStream,
}

impl Pool {
    /// A pool of at most `workers` workers: copies of a child `program argument`, which calls [`crate::zygote::run`].
    pub fn new(program: PathBuf, argument: impl Into<OsString>, workers: usize) -> Self {
        Self {
            program,
            argument: argument.into(),
            places: Semaphore::new(workers.max(1)),
            waiting: Semaphore::new(MAX_WAITING),
            zygote: Mutex::default(),
        }
    }

    /// The first picture of `part` as a JPEG at most [`MAX_WIDTH`] wide.
    ///
    /// # Errors
    /// See [`PoolError`]. In any case the next request finds a working pool.
    pub async fn still(&self, init: &[u8], part: &[u8]) -> Result<Bytes, PoolError> {
        self.still_within(init, part, MAX_WIDTH).await
    }

    /// The same, at most [`FULL_WIDTH`] wide.
    ///
    /// # Errors
    /// As [`Self::still`].
    pub async fn full_still(&self, init: &[u8], part: &[u8]) -> Result<Bytes, PoolError> {
        self.still_within(init, part, FULL_WIDTH).await
    }

    async fn still_within(&self, init: &[u8], part: &[u8], widest: usize) -> Result<Bytes, PoolError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| PoolError::Busy)?;
        let _place = self.places.acquire().await.map_err(|_| PoolError::Busy)?;
        let deadline = Instant::now() + TIMEOUT;
        let worker = self.worker(deadline).await?;
        let widest = u16::try_from(widest).unwrap_or(u16::MAX).to_be_bytes();
        let answer = tokio::time::timeout_at(deadline, ask(worker, [&widest, init, part])).await;
        let answer = answer.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        match answer.split_first() {
            Some((&wire::OK, jpeg)) if jpeg.starts_with(&START_OF_IMAGE) => {
                Ok(Bytes::from(answer).slice(1..))
            }
            Some((&wire::FAILED, words)) => Err(PoolError::Picture(told(words))),
            _ => Err(PoolError::Worker(io::ErrorKind::InvalidData.into())),
        }
    }

    /// A worker that has had no request yet, and that can reach nothing any more.
    async fn worker(&self, deadline: Instant) -> io::Result<UnixStream> {
        let mut worker = self.start_worker()?;
        let said = match tokio::time::timeout_at(deadline, read(&mut worker)).await {
            Ok(said) => said?,
            Err(_) => {
                // The process that should have made it hangs. The next request gets a new one.
                *self.zygote.lock() = None;
                return Err(io::ErrorKind::TimedOut.into());
            }
        };
        match said.split_first() {
            Some((&wire::SHUT_IN, [])) => Ok(worker),
            Some((&wire::NOT_SHUT_IN, words)) => {
                Err(io::Error::other(format!("the decoder could not be shut in: {}", told(words))))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// The socket to a new worker.
    fn start_worker(&self) -> io::Result<UnixStream> {
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut zygote = self.zygote.lock();
        // One that has ended is replaced, once.
        let is_told = zygote.as_ref().is_some_and(|zygote| zygote::send(&zygote.asks, &theirs).is_ok());
        if !is_told {
            let fresh = zygote.insert(Zygote::start(&self.program, &self.argument)?);
            zygote::send(&fresh.asks, &theirs)?;
        }
        UnixStream::from_std(ours)
    }
}

impl Zygote {
    fn start(program: &Path, argument: &OsStr) -> io::Result<Self> {
        let (asks, stdin) = StdUnixStream::pair()?;
        let child = Command::new(program)
            .arg(argument)
            .env_clear()
            .env(ALLOCATOR.0, ALLOCATOR.1)
            .stdin(OwnedFd::from(stdin))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { _child: child, asks })
    }
}

/// Requests the only still of `worker`. However that ends, it gets no other request: it belongs to the camera whose
/// bytes it read.
async fn ask(mut worker: UnixStream, frames: [&[u8]; 3]) -> io::Result<Vec<u8>> {
    for frame in frames {
        let length = u32::try_from(frame.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let sent = async {
            worker.write_all(&length.to_be_bytes()).await?;
            worker.write_all(frame).await
        };
        sent.await.map_err(ended)?;
    }
    read(&mut worker).await
}

/// The next message of `worker`: a status byte and its content.
async fn read(worker: &mut UnixStream) -> io::Result<Vec<u8>> {
    let length = worker.read_u32().await.map_err(ended)? as usize;
    if length > wire::MAX_ANSWER_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut answer = vec![0; length];
    worker.read_exact(&mut answer).await.map_err(ended)?;
    Ok(answer)
}

/// The end of a worker as an error message.
fn ended(error: io::Error) -> io::Error {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionReset | UnexpectedEof => {
            io::Error::other("the decoder ended before its answer")
        }
        _ => error,
    }
}

/// The error message of a worker.
fn told(words: &[u8]) -> String {
    String::from_utf8_lossy(words.get(..MAX_WORDS).unwrap_or(words)).into_owned()
}
