//! What agents hold and the centre lacks, as they say themselves: that a hole will be filled is told only while the
//! agent that says so is on the line.

use std::collections::HashMap;

use ashkar_terms::{CameraId, MediaTime, Moment, Span};
use parking_lot::RwLock;

/// What an agent said counts for this long, microseconds; it says it every 5 s.
const VALID_US: u64 = 20_000_000;
/// Spans of one camera.
pub(super) const SPANS_MAX: usize = 64;

/// The spans that each camera's agent is about to send.
#[derive(Default)]
pub(super) struct Waiting(RwLock<HashMap<CameraId, (u64, Vec<Span>)>>);

impl Waiting {
    /// An agent says what it holds, at `now`: spans in media time, in order.
    pub(super) fn told(&self, camera: CameraId, spans: &[(MediaTime, MediaTime)], now: Moment) {
        let spans: Vec<Span> = spans
            .iter()
            .take(SPANS_MAX)
            .filter_map(|(from, to)| Span::new(from.to_utc(), to.to_utc()))
            .collect();
        let mut all = self.0.write();
        if spans.is_empty() {
            all.remove(&camera);
        } else {
            all.insert(camera, (now.mono_us, spans));
        }
    }

    /// The spans of `camera` that are about to come.
    pub(super) fn of(&self, camera: CameraId, now: Moment) -> Vec<Span> {
        let all = self.0.read();
        let valid = |(at_us, _): &&(u64, Vec<Span>)| now.mono_us.saturating_sub(*at_us) < VALID_US;
        all.get(&camera).filter(valid).map(|(_, spans)| spans.clone()).unwrap_or_default()
    }

    /// Forgets what counts no longer.
    pub(super) fn tick(&self, now: Moment) {
        let mut all = self.0.write();
        all.retain(|_, (at_us, _)| now.mono_us.saturating_sub(*at_us) < VALID_US);
    }
}
