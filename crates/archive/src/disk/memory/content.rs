//! The bytes of one file: in the page cache and on the medium, and the sectors in which the two differ.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::dice::Dice;

/// The unit that a device writes either completely or not at all.
const SECTOR: usize = 512;

/// The bytes of a file, as a process sees them and as they survive a power cut. Shared until they differ, so that a
/// copy of a whole disk costs little.
#[derive(Default, Clone)]
pub(super) struct Content {
    current: Arc<Vec<u8>>,
    durable: Arc<Vec<u8>>,
    /// Sectors that the next sync makes durable.
    dirty: BTreeSet<usize>,
    /// Bytes that cannot be read.
    bad: Vec<Range<usize>>,
}

impl Content {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.current
    }

    pub(super) fn length(&self) -> usize {
        self.current.len()
    }

    pub(super) fn set_length(&mut self, length: usize) {
        Arc::make_mut(&mut self.current).resize(length, 0);
    }

    /// Whether a byte of this range cannot be read.
    pub(super) fn is_bad(&self, range: &Range<usize>) -> bool {
        self.bad.iter().any(|bad| bad.start < range.end && range.start < bad.end)
    }

    /// Makes `range` unreadable; an empty range heals the whole file.
    pub(super) fn spoil(&mut self, range: Range<usize>) {
        if range.is_empty() {
            self.bad.clear();
        } else {
            self.bad.push(range);
        }
    }

    /// Writes within the present length.
    pub(super) fn put(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = offset + bytes.len();
        Arc::make_mut(&mut self.current)[offset..end].copy_from_slice(bytes);
        self.dirty.extend(offset / SECTOR..=(end - 1) / SECTOR);
    }

    pub(super) fn flip(&mut self, offset: usize, bits: u8) {
        Arc::make_mut(&mut self.current)[offset] ^= bits;
        if let Some(byte) = Arc::make_mut(&mut self.durable).get_mut(offset) {
            *byte ^= bits;
        }
    }

    pub(super) fn sync(&mut self) {
        let durable = Arc::make_mut(&mut self.durable);
        durable.resize(self.current.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let from = sector * SECTOR;
            let to = (from + SECTOR).min(self.current.len());
            if from < to {
                durable[from..to].copy_from_slice(&self.current[from..to]);
            }
        }
    }

    /// The written bytes count as clean without being durable: no later sync makes them durable.
    pub(super) fn forget_dirty(&mut self) {
        self.dirty.clear();
    }

    /// The bytes after a power cut; with dice, some of those that were not durable are among them.
    pub(super) fn after(&self, dice: Option<&mut Dice>) -> Self {
        let left = match dice {
            Some(dice) if self.current != self.durable => Arc::new(self.torn(dice)),
            _ => self.durable.clone(),
        };
        Self { current: left.clone(), durable: left, dirty: BTreeSet::new(), bad: self.bad.clone() }
    }

    fn torn(&self, dice: &mut Dice) -> Vec<u8> {
        let mut left = Vec::clone(&self.durable);
        if self.current.len() != left.len() && dice.coin() {
            left.resize(self.current.len(), 0);
        }
        for (new, old) in self.current.chunks(SECTOR).zip(left.chunks_mut(SECTOR)) {
            let both = new.len().min(old.len());
            if new[..both] != old[..both] && dice.coin() {
                old[..both].copy_from_slice(&new[..both]);
            }
        }
        left.shrink_to_fit();
        left
    }
}
