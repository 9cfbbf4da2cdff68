//! The task of one child: a thin shell around its supervisor and the reader of its stream.

use std::future;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ashkar_ingest::flv::{FlvError, FlvReader};
use ashkar_ingest::{End, MediaSink, PullGate};
use ashkar_terms::{Blame, CameraId, Cause, Clock};
use futures_util::FutureExt;
use parking_lot::Mutex;
use rustix::process::Signal;
use tokio::io::AsyncReadExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ffmpeg::CommandLine;
use super::leftover::Note;
use super::lines::{Lines, blame_of};
use super::process::{Process, ended};
use super::supervisor::{Action, ChildLimits, Fault, Supervisor};
use crate::config::{CameraConfig, Config, Source};

/// Bytes of one read; a pipe holds as many.
const READ_BYTES: usize = 64 << 10;
/// How long bytes gather before the next read. With [`READ_BYTES`] it bounds what a child can make us do: 52 Mbit/s.
/// What it says on its standard error has the same pause.
const GATHER: Duration = Duration::from_millis(10);
/// How long the last bytes of a child that has ended are waited for.
const LAST_BYTES_WITHIN: Duration = Duration::from_millis(500);
/// Pause after a panic, before the source is begun anew.
const AFTER_PANIC: Duration = Duration::from_secs(5);

/// A source that is a process.
pub(crate) struct ChildSource {
    pub(crate) config: Arc<Config>,
    pub(crate) camera: CameraConfig,
    /// Its own directory.
    pub(crate) directory: PathBuf,
    pub(crate) gate: Arc<dyn PullGate>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: ChildLimits,
}

/// The running task of a source.
#[derive(Debug)]
pub(crate) struct ChildTask {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    fault: Arc<Mutex<Option<Fault>>>,
}

impl ChildTask {
    /// Ends what an earlier agent left, and begins. The caller holds the data directory alone.
    pub(crate) fn spawn(source: ChildSource) -> Self {
        let (stop, stopped) = watch::channel(false);
        let fault = Arc::new(Mutex::new(None));
        let task = Task { source, stopped, stopping: false, fault: Arc::clone(&fault) };
        Self { stop, task: tokio::spawn(task.run()), fault }
    }

    /// Why it gives no pictures; nothing while it does.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault.lock().clone()
    }

    /// Ends the child, and its sink with [`Cause::Centre`].
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        // Its panics are caught inside; what remains is a runtime that shuts down.
        let _ = self.task.await;
    }
}

struct Task {
    source: ChildSource,
    stopped: watch::Receiver<bool>,
    /// It was asked to stop.
    stopping: bool,
    fault: Arc<Mutex<Option<Fault>>>,
}

/// A child, and what its bytes become.
struct Run {
    process: Process,
    reader: FlvReader,
    /// Made at the first event.
    sink: Option<Box<dyn MediaSink>>,
    /// The stream is of no use any more; the rest of it is read and thrown away.
    is_over: bool,
    lines: Lines,
}

/// What the task waits for.
enum Happened {
    Due,
    Stop,
    Bytes(std::io::Result<usize>),
    Said(std::io::Result<usize>),
    Ended(String),
}

impl Task {
    async fn run(mut self) {
        let camera = self.source.camera.id;
        if Note::in_directory(&self.source.directory).clean_up() {
            tracing::warn!(%camera, cause = "the agent before was killed", blame = "centre", "its child was left behind and is ended");
        }
        // What a panic leaves inconsistent is dropped with the run: the child is killed, the camera closed.
        while AssertUnwindSafe(self.supervise()).catch_unwind().await.is_err() {
            tracing::error!(%camera, cause = "a defect of this software", blame = "centre", "its source begins anew");
            tokio::time::sleep(AFTER_PANIC).await;
        }
    }

    async fn supervise(&mut self) {
        let mut supervisor = Supervisor::new(self.source.limits, self.now_us());
        let mut run: Option<Run> = None;
        let (mut out, mut err) = (vec![0; READ_BYTES], vec![0; 4096]);
        // A panic may have come after the request to stop.
        if self.stopping {
            supervisor.stop(self.now_us());
        }
        // The moment up to which it is known what came. A process that was itself held up has bytes to read before it
        // may call its child silent.
        let mut judged_us = self.now_us();
        loop {
            while let Some(action) = supervisor.next_action(judged_us) {
                match action {
                    Action::Start => run = self.start(&mut supervisor).await,
                    Action::Terminate => signal(run.as_ref(), Signal::TERM),
                    Action::Kill => signal(run.as_ref(), Signal::KILL),
                    Action::Finish => return,
                }
            }
            *self.fault.lock() = supervisor.fault().cloned();
            match self.next(&supervisor, run.as_mut(), &mut out, &mut err).await {
                Happened::Due => judged_us = self.now_us(),
                Happened::Stop => {
                    self.stopping = true;
                    supervisor.stop(self.now_us());
                }
                Happened::Bytes(Ok(length)) => {
                    let bytes = out.get(..length).unwrap_or_default();
                    self.take(&mut supervisor, run.as_mut(), bytes);
                    tokio::time::sleep(GATHER).await;
                }
                Happened::Said(Ok(length)) => {
                    self.listen(run.as_mut(), err.get(..length).unwrap_or_default());
                    tokio::time::sleep(GATHER).await;
                }
                // Its end follows.
                Happened::Bytes(Err(_)) | Happened::Said(Err(_)) => {}
                Happened::Ended(how) => {
                    if let Some(run) = run.take() {
                        self.ended(&mut supervisor, run, &how, &mut out, &mut err).await;
                    }
                }
            }
        }
    }

    fn now_us(&self) -> u64 {
        self.source.clock.now().mono_us
    }

    async fn start(&self, supervisor: &mut Supervisor) -> Option<Run> {
        let source = &self.source;
        let camera = source.camera.id;
        match self.process().await {
            Ok(process) => {
                tracing::info!(%camera, source = source.camera.source.shown(), "its child is started");
                supervisor.started(self.now_us());
                let reader = FlvReader::new(source.config.sound);
                Some(Run { process, reader, sink: None, is_over: false, lines: Lines::default() })
            }
            Err(reason) => {
                tracing::error!(%camera, cause = reason, blame = "operator", "its source does not start");
                supervisor.not_started(Fault::new(Blame::Operator, reason), self.now_us());
                None
            }
        }
    }

    async fn process(&self) -> Result<Process, String> {
        let (config, directory) = (Arc::clone(&self.source.config), self.source.directory.clone());
        let source = self.source.camera.source.clone();
        // A mask is drawn and written, on a thread that may wait for the disk.
        let prepared =
            tokio::task::spawn_blocking(move || CommandLine::prepare(&config, &source, &directory)).await;
        let line = prepared
            .map_err(|error| format!("its command line was not made: {error}"))?
            .map_err(|error| format!("its files cannot be written: {error}"))?
            .ok_or_else(|| "it has no command line".to_owned())?;
        Process::start(&line, &self.source.directory)
            .map_err(|error| format!("{} cannot be started: {error}", line.program.display()))
    }

    async fn next(
        &mut self,
        supervisor: &Supervisor,
        run: Option<&mut Run>,
        out: &mut [u8],
        err: &mut [u8],
    ) -> Happened {
        let wait = supervisor.due_us().map(|due| Duration::from_micros(due.saturating_sub(self.now_us())));
        let due = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => future::pending().await,
            }
        };
        let (stopping, stopped) = (self.stopping, &mut self.stopped);
        let stop = async {
            if stopping {
                future::pending::<()>().await;
            }
            // An agent that is gone wants no child either.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let Some(run) = run else {
            return tokio::select! {
                () = due => Happened::Due,
                () = stop => Happened::Stop,
            };
        };
        let Process { child, stdout, stderr, .. } = &mut run.process;
        // An end of file comes at once, again and again; what counts then is the end of the process.
        let bytes = async {
            match stdout.read(out).await {
                Ok(0) => future::pending().await,
                read => read,
            }
        };
        let said = async {
            match stderr.read(err).await {
                Ok(0) => future::pending().await,
                read => read,
            }
        };
        let happened = async {
            tokio::select! {
                read = bytes => Happened::Bytes(read),
                read = said => Happened::Said(read),
                () = stop => Happened::Stop,
                how = ended(child) => Happened::Ended(how),
            }
        };
        tokio::select! {
            biased;
            happened = happened => happened,
            () = due => Happened::Due,
        }
    }

    /// Bytes of its standard output.
    fn take(&self, supervisor: &mut Supervisor, run: Option<&mut Run>, bytes: &[u8]) {
        let Some(run) = run.filter(|run| !run.is_over) else { return };
        let now = self.source.clock.now();
        if let Some(sink) = &mut run.sink {
            sink.received(now);
        }
        match self.read(run, bytes) {
            Ok(()) => supervisor.bytes(now.mono_us),
            Err(fault) => {
                run.is_over = true;
                supervisor.unreadable(fault, now.mono_us);
            }
        }
    }

    fn read(&self, run: &mut Run, mut bytes: &[u8]) -> Result<(), Fault> {
        let now = self.source.clock.now();
        while let Some(event) = run.reader.next(&mut bytes, now).map_err(|error| self.unreadable(error))? {
            let sink = match &mut run.sink {
                Some(sink) => sink,
                none => none.insert(self.open()?),
            };
            if sink.superseded() {
                return Err(Fault::new(Blame::Operator, "the camera is taken by another source"));
            }
            sink.media(event, now);
        }
        Ok(())
    }

    fn open(&self) -> Result<Box<dyn MediaSink>, Fault> {
        let source = &self.source;
        source
            .gate
            .open(source.camera.id, &source.camera.source.shown(), source.clock.now())
            .map_err(|refusal| Fault::new(refusal.blame(), format!("the camera is not taken: {refusal}")))
    }

    /// A command line is the operator's; the rest is ffmpeg's and the device's.
    fn unreadable(&self, error: FlvError) -> Fault {
        let is_command = matches!(self.source.camera.source, Source::Command(_));
        let blame = if is_command { Blame::Operator } else { Blame::Camera };
        Fault::new(blame, format!("what it writes cannot be read: {error}"))
    }

    /// Bytes of its standard error.
    fn listen(&self, run: Option<&mut Run>, bytes: &[u8]) {
        let Some(run) = run else { return };
        let camera = self.source.camera.id;
        let now_us = self.now_us();
        run.lines.take(bytes, now_us, |line, more| {
            tracing::warn!(%camera, cause = line, blame = blame_of(line).name(), more, "its child says");
        });
    }

    /// The child has ended: its last bytes count, then its sink ends.
    async fn ended(
        &self,
        supervisor: &mut Supervisor,
        mut run: Run,
        how: &str,
        out: &mut [u8],
        err: &mut [u8],
    ) {
        run.process.reaped();
        let last = async {
            while let Ok(length @ 1..) = run.process.stderr.read(err).await {
                self.listen(Some(&mut run), err.get(..length).unwrap_or_default());
            }
            while let Ok(length @ 1..) = run.process.stdout.read(out).await {
                self.take(supervisor, Some(&mut run), out.get(..length).unwrap_or_default());
            }
        };
        let _ = tokio::time::timeout(LAST_BYTES_WITHIN, last).await;
        let fault = match &run.lines.last {
            Some(line) => Fault::new(blame_of(line), format!("it ended, {how}: {line}")),
            None => Fault::new(Blame::Camera, format!("it ended, {how}")),
        };
        let fault = supervisor.exited(fault, self.now_us());
        let (camera, stopping) = (self.source.camera.id, self.stopping);
        if stopping {
            tracing::info!(%camera, how, "its child has ended");
        } else {
            log_end(camera, &fault);
        }
        let cause = if stopping { Cause::Centre } else { Cause::Source };
        if let Some(sink) = run.sink.take() {
            sink.end(End::new(cause, fault.reason), self.source.clock.now());
        }
    }
}

fn log_end(camera: CameraId, fault: &Fault) {
    tracing::warn!(%camera, cause = fault.reason, blame = fault.blame.name(), "its source gives no pictures");
}

fn signal(run: Option<&Run>, signal: Signal) {
    if let Some(run) = run {
        run.process.signal(signal);
    }
}
