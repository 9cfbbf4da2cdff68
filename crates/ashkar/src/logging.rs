//! Structured logs to standard error: text for people, JSON lines for machines.
//!
//! A log is a side channel: code that logs never waits for it and never fails because of it. Lines go through a bounded
//! queue to a thread that writes them; lines that the queue or standard error does not accept are counted, and reported
//! once writing works again.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use ashkar_site::LogCounters;
use ashkar_terms::Blame;
use tracing::Event;
use tracing::field::{Field, Visit};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// Lines waiting to be written; one is some 200 bytes.
const MAX_WAITING_LINES: usize = 8192;
/// How long the end of the process waits for lines that are not written yet.
const LAST_LINES_WITHIN: Duration = Duration::from_secs(1);
/// How long an error waits for its line, so that the reason for an exit right after it gets written. A log that hangs
/// is waited for once, and not again before it moves.
const ERROR_WITHIN: Duration = Duration::from_millis(100);
/// How often the end of the process checks whether they are written.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

static LOG: OnceLock<Log> = OnceLock::new();

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One readable line each.
    Text,
    /// One JSON object each.
    Json,
}

struct Log {
    queue: Queue,
    filter: Handle<EnvFilter, Registry>,
    counters: Arc<LogCounters>,
}

/// Starts logging with `filter` such as `info` or `info,ashkar_ingest=debug`.
///
/// # Errors
/// If the filter cannot be parsed.
pub(crate) fn start(filter: &str, format: Format) -> anyhow::Result<()> {
    let (filter, handle) = reload::Layer::new(EnvFilter::try_new(filter)?);
    let counters = Arc::new(LogCounters::default());
    let queue = Queue::start(io::stderr(), Arc::clone(&counters))?;
    let lines = fmt::layer()
        .with_writer(queue.clone())
        .with_target(false)
        // It would report a line that cannot be written with another line, and panic if that cannot be written either.
        .log_internal_errors(false);
    let lines = match format {
        Format::Text => {
            lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).with_filter(filter).boxed()
        }
        Format::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    // Counted whether the log shows them or not.
    let trouble = CountByBlame(Arc::clone(&counters)).with_filter(LevelFilter::WARN);
    tracing_subscriber::registry().with(lines).with(trouble).init();
    let _ = LOG.set(Log { queue, filter: handle, counters });
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Counts warnings and errors by blame.
struct CountByBlame(Arc<LogCounters>);

impl<S: tracing::Subscriber> Layer<S> for CountByBlame {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut found = BlameOf(None);
        event.record(&mut found);
        self.0.count(*event.metadata().level() == tracing::Level::ERROR, found.0);
    }
}

/// Reads the field `blame` of an event.
struct BlameOf(Option<Blame>);

impl Visit for BlameOf {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "blame" {
            self.0 = Blame::from_name(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "blame" {
            self.0 = Blame::from_name(&format!("{value:?}"));
        }
    }
}

/// Changes the filter of the log.
///
/// # Errors
/// If the filter cannot be parsed; then nothing changes.
pub(crate) fn change(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    anyhow::ensure!(
        LOG.get().is_some_and(|log| log.filter.reload(filter).is_ok()),
        "the log cannot be changed"
    );
    Ok(())
}

/// Counters of what was logged and lost so far.
pub(crate) fn counters() -> Arc<LogCounters> {
    LOG.get().map_or_else(Arc::default, |log| Arc::clone(&log.counters))
}

/// Waits until everything logged before is written, but not for long: a log that hangs keeps no process alive.
pub(crate) fn finish() {
    if let Some(log) = LOG.get() {
        log.queue.finish(LAST_LINES_WITHIN);
    }
}

/// A panic is logged like everything else; by the time the process ends, its line is written if it can be.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("of no text");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let trace = std::backtrace::Backtrace::capture();
    let trace = (trace.status() == std::backtrace::BacktraceStatus::Captured).then(|| trace.to_string());
    tracing::error!(thread, place, trace, cause = "a panic", blame = "centre", "panicked: {message}");
    finish();
}

/// The path of a line to standard error. Clones share it.
#[derive(Clone)]
struct Queue {
    lines: SyncSender<Vec<u8>>,
    queued: Arc<AtomicU64>,
    /// Queued lines that were written or given up.
    done: Arc<AtomicU64>,
    counters: Arc<LogCounters>,
    /// Number of the last line that was waited for in vain.
    hangs_at: Arc<AtomicU64>,
}

impl Queue {
    fn start(out: impl Write + Send + 'static, counters: Arc<LogCounters>) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(MAX_WAITING_LINES);
        let (queued, done, hangs_at) = <(Arc<AtomicU64>, Arc<AtomicU64>, _)>::default();
        let writer = Writer { out, done: Arc::clone(&done), counters: Arc::clone(&counters), reported: 0 };
        let queue = Self { lines, queued, done, counters, hangs_at };
        std::thread::Builder::new().name("log".to_owned()).spawn(move || writer.run(&waiting))?;
        Ok(queue)
    }

    fn push(&self, line: &[u8]) {
        self.queued.fetch_add(1, Ordering::Relaxed);
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.lines.try_send(line.to_vec())
        {
            self.counters.lost.fetch_add(1, Ordering::Relaxed);
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn wait_for_error(&self) {
        let done = self.done.load(Ordering::Relaxed);
        if self.hangs_at.load(Ordering::Relaxed) == done + 1 {
            return;
        }
        let queued = self.queued.load(Ordering::Relaxed);
        self.finish(ERROR_WITHIN);
        let done = self.done.load(Ordering::Relaxed);
        if done < queued {
            self.hangs_at.store(done + 1, Ordering::Relaxed);
        }
    }

    fn finish(&self, limit: Duration) {
        let (start, queued) = (Instant::now(), self.queued.load(Ordering::Relaxed));
        while self.done.load(Ordering::Relaxed) < queued && start.elapsed() < limit {
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

/// Collects one line.
struct Line<'a> {
    queue: &'a Queue,
    is_error: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.queue.push(line);
        if self.is_error {
            self.queue.wait_for_error();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { queue: self, is_error: false }
    }

    fn make_writer_for(&'a self, metadata: &tracing::Metadata<'_>) -> Self::Writer {
        Line { queue: self, is_error: *metadata.level() == tracing::Level::ERROR }
    }
}

struct Writer<W> {
    out: W,
    done: Arc<AtomicU64>,
    counters: Arc<LogCounters>,
    /// Number of lost lines that the log itself has reported.
    reported: u64,
}

impl<W: Write> Writer<W> {
    fn run(mut self, waiting: &Receiver<Vec<u8>>) {
        for line in waiting {
            if self.out.write_all(&line).and_then(|()| self.out.flush()).is_err() {
                self.counters.lost.fetch_add(1, Ordering::Relaxed);
            } else {
                self.report_lost();
            }
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Reports what is missing above, as soon as a line can be written. This line does not count as one of those that
    /// are logged.
    fn report_lost(&mut self) {
        let lost = self.counters.lost.load(Ordering::Relaxed);
        if lost > self.reported {
            self.reported = lost;
            tracing::warn!(
                lost,
                cause = "standard error did not take them",
                blame = "operator",
                "log lines were lost"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Accepts nothing until it gets a signal; then reports how much it accepts.
    struct Reluctant(Receiver<()>, Sender<usize>);

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.recv().is_err() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let _ = self.1.send(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_log_that_hangs_and_lost_lines_are_counted() {
        let ((go, gate), (taken, told)) = (channel(), channel());
        let queue = Queue::start(Reluctant(gate, taken), Arc::default()).unwrap();
        let more_than_fit = MAX_WAITING_LINES + 10;
        (0..more_than_fit).for_each(|_| queue.push(b"line\n"));
        let lost = queue.counters.lost.load(Ordering::Relaxed);
        assert!((8..=10).contains(&lost), "the thread holds one or two: {lost}");
        queue.finish(Duration::from_millis(10));
        go.send(()).unwrap();
        assert_eq!(told.recv().unwrap(), 5);
        // From here on it refuses everything.
        drop(go);
        queue.finish(Duration::from_secs(60));
        let lost = usize::try_from(queue.counters.lost.load(Ordering::Relaxed)).unwrap();
        assert_eq!(lost, more_than_fit - 1, "each line was written or counted");
        queue.push(b"line\n");
        queue.finish(Duration::from_secs(60));
        assert_eq!(usize::try_from(queue.counters.lost.load(Ordering::Relaxed)).unwrap(), more_than_fit);
    }
}
