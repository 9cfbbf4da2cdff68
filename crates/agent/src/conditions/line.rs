//! The line to the centre: delay, and what it carries up and down, over a connection beside those of the recordings.
//!
//! What must never happen: live that waits for a measurement. Each step doubles what is sent, until the next one would
//! hold the line for longer than [`STEP_MS`]; none is made while something waits to be sent.

use std::sync::Arc;
use std::time::Duration;

use ashkar_terms::{Blame, Clock, ClockState};
use ashkar_uplink::{Note, PROBE_BYTES_MAX, PROBE_PATH};
use hyper::Method;
use tokio::time::sleep;

use super::judge::Reading;
use crate::config::Config;
use crate::uplink::{Caller, Fault, Unanswered};

/// The first step, bytes.
const STEP_BYTES: usize = 16 << 10;
/// A step that would take longer is not made, milliseconds: less than the half second of a part.
const STEP_MS: u64 = 300;
/// A shorter time is not told from none, microseconds.
const LEAST_US: u64 = 200;
/// Exchanges of which the middle one counts.
pub(crate) const EXCHANGES: usize = 20;

/// What was found.
#[derive(Debug)]
pub(crate) struct LineMeasured {
    pub(crate) centre: Result<(), Note>,
    pub(crate) delay_ms: Reading,
    pub(crate) up_kbit: Reading,
    pub(crate) down_kbit: Reading,
    pub(crate) clock_ahead_ms: Reading,
    pub(crate) clock_margin_ms: i64,
}

impl LineMeasured {
    /// Nothing, for one reason.
    fn none(note: Note) -> Self {
        Self {
            centre: Err(note),
            delay_ms: Err(note),
            up_kbit: Err(note),
            down_kbit: Err(note),
            clock_ahead_ms: Err(note),
            clock_margin_ms: 0,
        }
    }
}

/// Measures it. Returns the connection too, with a session if the centre opened one.
pub(crate) async fn measure(
    config: &Arc<Config>,
    clock: &Arc<dyn Clock>,
    state: ClockState,
    pause: Duration,
    is_quiet: &(dyn Fn() -> bool + Send + Sync),
) -> (LineMeasured, Result<Caller, Fault>) {
    if config.centres.is_empty() {
        let none = Fault::new(Blame::Operator, "the settings name no centre");
        return (LineMeasured::none(Note::NoCentre), Err(none));
    }
    let mut caller = match Caller::connect(config, Arc::clone(clock)).await {
        Ok(caller) => caller,
        Err(fault) => return (LineMeasured::none(note_of(&fault)), Err(fault)),
    };
    let delays = match delays(&mut caller, pause).await {
        Ok(delays) => delays,
        Err(fault) => return (LineMeasured::none(note_of(&fault)), Err(fault)),
    };
    let opened = caller.open_session(config, state).await;
    let (up_kbit, down_kbit) = match &opened {
        Ok(()) => (
            rate(&mut caller, Way::Up, delays.shortest_us, is_quiet).await,
            rate(&mut caller, Way::Down, delays.shortest_us, is_quiet).await,
        ),
        Err(fault) => (Err(note_of(fault)), Err(note_of(fault))),
    };
    let ahead = caller.clock_ahead_us();
    let measured = LineMeasured {
        centre: match &opened {
            Ok(()) => Ok(()),
            Err(fault) => Err(note_of(fault)),
        },
        delay_ms: Ok(whole(delays.middle_us.div_ceil(1000))),
        up_kbit,
        down_kbit,
        clock_ahead_ms: ahead.map(|(us, _)| us / 1000).ok_or(Note::CentreFails),
        clock_margin_ms: ahead.map_or(0, |(_, margin_us)| whole(margin_us.div_ceil(1000))),
    };
    (measured, opened.map(|()| caller))
}

struct Delays {
    middle_us: u64,
    shortest_us: u64,
}

async fn delays(caller: &mut Caller, pause: Duration) -> Result<Delays, Fault> {
    let mut took_us = Vec::with_capacity(EXCHANGES);
    for number in 0..EXCHANGES {
        if number > 0 {
            sleep(pause).await;
        }
        took_us.push(caller.time().await?);
    }
    took_us.sort_unstable();
    let shortest_us = took_us.first().copied().unwrap_or_default();
    let middle_us = took_us.get(took_us.len() / 2).copied().unwrap_or_default();
    Ok(Delays { middle_us, shortest_us })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// The best of some steps, kbit/s.
async fn rate(
    caller: &mut Caller,
    way: Way,
    exchange_us: u64,
    is_quiet: &(dyn Fn() -> bool + Send + Sync),
) -> Reading {
    let mut noise = vec![0; PROBE_BYTES_MAX];
    // Something on the way may compress.
    getrandom::fill(&mut noise).map_err(|_| Note::NotTold)?;
    let mut best: Option<u64> = None;
    let mut bytes = STEP_BYTES;
    while bytes <= PROBE_BYTES_MAX && is_quiet() && best.is_none_or(|kbit| step_ms(bytes, kbit) <= STEP_MS) {
        let took_us = match step(caller, way, noise.get(..bytes).unwrap_or_default()).await {
            Ok(took_us) => took_us,
            Err(note) => return best.map(whole).ok_or(note),
        };
        // Beside the exchange itself.
        let us = took_us.saturating_sub(exchange_us).max(LEAST_US);
        let kbit = bytes as u64 * 8 * 1000 / us;
        best = Some(best.map_or(kbit, |best| best.max(kbit)));
        bytes *= 2;
    }
    best.map(whole).ok_or(Note::Busy)
}

/// How long `bytes` take, milliseconds.
fn step_ms(bytes: usize, kbit: u64) -> u64 {
    bytes as u64 * 8 / kbit.max(1)
}

async fn step(caller: &mut Caller, way: Way, noise: &[u8]) -> Result<u64, Note> {
    let failed = |unanswered: Unanswered| match unanswered.fault.blame {
        // It has no room for a measurement now.
        Blame::Centre => Note::Busy,
        _ => note_of(&unanswered.fault),
    };
    if way == Way::Up {
        let answered = caller.call(Method::POST, PROBE_PATH, noise.to_vec()).await;
        return answered.map(|answered| answered.took_us).map_err(failed);
    }
    let path = format!("{PROBE_PATH}?bytes={}", noise.len());
    let answered = caller.call(Method::GET, &path, Vec::new()).await.map_err(failed)?;
    if answered.body.len() == noise.len() { Ok(answered.took_us) } else { Err(Note::CentreFails) }
}

/// Why nothing could be measured.
fn note_of(fault: &Fault) -> Note {
    match fault.blame {
        Blame::Line => Note::NoLine,
        Blame::Operator => Note::NotEnrolled,
        Blame::Station => Note::KeyFails,
        Blame::Centre | Blame::Camera => Note::CentreFails,
    }
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
