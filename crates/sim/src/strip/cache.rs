//! Strips that were coded once and are shared by every camera that needs the same bits.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use ashkar_terms::CameraId;
use bytes::Bytes;
use jiff::civil::Date;
use parking_lot::Mutex;

use super::artwork::Artist;
use super::coder::{ClockCoder, Rows, plate_rows, unchanged};
use crate::h264::slice::Picture;

/// Clocks kept: at 25 pictures a second 25 are in use at once, and each lives for one group of pictures.
const CLOCKS_KEPT: usize = 256;
const SECONDS_PER_DAY: u32 = 86_400;

/// One group of pictures as the clock sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ClockKey {
    /// Second of the local day that its IDR picture shows.
    pub(crate) second: u32,
    /// `idr_pic_id` of its IDR picture.
    pub(crate) parity: bool,
    /// The pictures at which a new second begins, counted from the IDR picture.
    pub(crate) changes: Vec<u16>,
}

/// The clock's slices over one group of pictures.
#[derive(Debug)]
pub(crate) struct ClockGop {
    /// In the IDR picture: the clock alone.
    pub(crate) rows: Rows,
    /// In the pictures after it, from `frame_num` 1: the whole strip.
    pub(crate) strips: Vec<Bytes>,
}

/// Makes strips, and keeps those that others will ask for.
#[derive(Debug)]
pub(crate) struct StripCache {
    artist: Artist,
    initial_qp: i32,
    unchanged: Vec<Bytes>,
    clocks: Mutex<Clocks>,
}

#[derive(Debug, Default)]
struct Clocks {
    by_key: HashMap<ClockKey, Arc<ClockGop>>,
    oldest_first: VecDeque<ClockKey>,
}

impl StripCache {
    /// For groups of `frames_per_gop` pictures under a PPS with `initial_qp`.
    pub(crate) fn new(frames_per_gop: u16, initial_qp: i32) -> Self {
        let unchanged = (1..frames_per_gop)
            .map(|frame_num| unchanged(Picture::Inter { frame_num }, initial_qp))
            .collect();
        Self { artist: Artist::new(), initial_qp, unchanged, clocks: Mutex::default() }
    }

    /// The part left of the clock in an IDR picture.
    pub(crate) fn plate(&self, camera: CameraId, date: Date, parity: bool) -> Rows {
        plate_rows(&self.artist.plate(camera, date), Picture::Idr { parity }, self.initial_qp)
    }

    /// The clock over a group of pictures.
    pub(crate) fn clock(&self, key: ClockKey) -> Arc<ClockGop> {
        let mut clocks = self.clocks.lock();
        if let Some(known) = clocks.by_key.get(&key) {
            return known.clone();
        }
        let made = Arc::new(self.code_clock(&key));
        if clocks.oldest_first.len() >= CLOCKS_KEPT
            && let Some(oldest) = clocks.oldest_first.pop_front()
        {
            clocks.by_key.remove(&oldest);
        }
        clocks.oldest_first.push_back(key.clone());
        clocks.by_key.insert(key, made.clone());
        made
    }

    fn code_clock(&self, key: &ClockKey) -> ClockGop {
        let picture = Picture::Idr { parity: key.parity };
        let (mut coder, rows) = ClockCoder::start(self.artist.clock(key.second), picture, self.initial_qp);
        let mut strips = self.unchanged.clone();
        for (&frame_num, second) in key.changes.iter().zip(key.second + 1..) {
            if let Some(strip) = usize::from(frame_num).checked_sub(1).and_then(|at| strips.get_mut(at)) {
                let luma = self.artist.clock(second % SECONDS_PER_DAY);
                *strip = coder.change(luma, Picture::Inter { frame_num });
            }
        }
        ClockGop { rows, strips }
    }
}
