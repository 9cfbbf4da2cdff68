//! The centre's memory against replay: each nonce opens one session.
//!
//! Signatures are good only near the centre's time, so only nonces of that time need to be remembered. That time never
//! goes back: if the wall clock steps back, it stands until the clock has caught up, since what was forgotten meanwhile
//! would be good again. Refusals tell it, so a device that follows them is not kept out.

use std::collections::{BTreeMap, BTreeSet};

use ashkar_terms::UtcMicros;

use super::{Claim, DeviceId, NONCE_BYTES};
use crate::RefusalCode;

/// How far the date of a signature may be from the centre's time, either way, seconds.
pub const SIGNATURE_WINDOW_S: i64 = 60;
/// Most nonces that are remembered at a time.
pub const NONCES_MAX: usize = 1 << 16;
/// Most nonces of one device among them: so many sessions it may open in two minutes.
const NONCES_PER_DEVICE_MAX: usize = 64;

/// Why a nonce is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NonceError {
    /// The date is too far from the centre's time.
    #[error("the date of the signature is too far from the centre's time")]
    Clock {
        /// The centre's time, by which the device should sign.
        now: UtcMicros,
    },
    /// It was signed when the centre was not running, or in the second in which it started: what was used then is
    /// not known.
    #[error("the centre has just started; sign again")]
    Started,
    /// It was used before.
    #[error("the nonce was used before")]
    Replayed,
    /// Too many are remembered, of all or of this device.
    #[error("too many sessions were opened within two minutes")]
    Full,
}

impl NonceError {
    /// The code with which the request is refused.
    pub const fn code(self) -> RefusalCode {
        match self {
            Self::Clock { .. } => RefusalCode::Clock,
            Self::Replayed => RefusalCode::Replayed,
            Self::Started | Self::Full => RefusalCode::Busy,
        }
    }
}

/// The nonces that were used and whose time is not over.
#[derive(Debug)]
pub struct Nonces {
    /// By the date of their signature, to forget them in that order.
    by_date: BTreeSet<(i64, DeviceId, [u8; NONCE_BYTES])>,
    /// The same by device: a nonce of one device says nothing about that of another.
    by_device: BTreeMap<DeviceId, BTreeSet<[u8; NONCE_BYTES]>>,
    /// Nothing signed at or before this second is accepted: it may have been used in an earlier process.
    floor_s: i64,
    latest: UtcMicros,
}

impl Nonces {
    /// An empty memory at the start of the process: what was signed before may have been used before.
    pub fn new(start: UtcMicros) -> Self {
        let floor_s = start.0.div_euclid(1_000_000);
        Self { by_date: BTreeSet::new(), by_device: BTreeMap::new(), floor_s, latest: start }
    }

    /// The time by which dates are judged: the wall clock, but never going back.
    pub fn time(&self, now: UtcMicros) -> UtcMicros {
        now.max(self.latest)
    }

    /// Accepts the nonce of a claim whose signature was verified, once.
    ///
    /// # Errors
    /// [`NonceError`]; nothing is remembered then.
    pub fn accept(&mut self, claim: &Claim, now: UtcMicros) -> Result<(), NonceError> {
        self.latest = self.time(now);
        let now_s = self.latest.0.div_euclid(1_000_000);
        self.forget(now_s.saturating_sub(SIGNATURE_WINDOW_S));
        let window = now_s.saturating_sub(SIGNATURE_WINDOW_S)..=now_s.saturating_add(SIGNATURE_WINDOW_S);
        let is_early = claim.created_s <= self.floor_s;
        if is_early && (now_s - 1..=now_s).contains(&claim.created_s) {
            return Err(NonceError::Started);
        }
        if is_early || !window.contains(&claim.created_s) {
            return Err(NonceError::Clock { now: self.latest });
        }
        let used = self.by_device.get(&claim.device);
        if used.is_some_and(|used| used.contains(&claim.nonce)) {
            return Err(NonceError::Replayed);
        }
        if self.by_date.len() >= NONCES_MAX || used.is_some_and(|used| used.len() >= NONCES_PER_DEVICE_MAX) {
            return Err(NonceError::Full);
        }
        self.by_date.insert((claim.created_s, claim.device, claim.nonce));
        self.by_device.entry(claim.device).or_default().insert(claim.nonce);
        Ok(())
    }

    /// Forgets what was signed before `from_s`.
    fn forget(&mut self, from_s: i64) {
        while let Some(&(created_s, device, nonce)) = self.by_date.first()
            && created_s < from_s
        {
            self.by_date.pop_first();
            if let Some(used) = self.by_device.get_mut(&device) {
                used.remove(&nonce);
                if used.is_empty() {
                    self.by_device.remove(&device);
                }
            }
        }
    }
}
