//! Strips that are coded once and shared by every camera that needs the same bits.

use std::sync::Arc;

use ashkar_terms::{CameraId, TICKS_PER_SECOND};
use bytes::Bytes;
use jiff::civil::Date;

use super::artwork::Artist;
use super::coder::{ClockCoder, IntraRows, Macroblocks, Rows, plate_rows, unchanged};
use super::kept::Kept;
use crate::h264::slice::Picture;
use crate::options::GOP_TICKS;

/// Number of clocks kept: at 25 pictures a second 25 are in use at once, and each lives for one group of pictures.
const CLOCKS_KEPT: usize = 256;
/// Number of coded seconds kept: live cameras use three of them, cameras that make a history together a minute or two.
const SECONDS_KEPT: usize = 256;
const SECONDS_PER_DAY: u32 = 86_400;
/// Maximum number of seconds that begin within a group of pictures.
const CHANGES: usize = (GOP_TICKS / TICKS_PER_SECOND) as usize;

/// One group of pictures from the clock's point of view.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ClockKey {
    /// Second of the local day shown by its IDR picture.
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
    /// In the pictures after it, from `frame_num` 1: the whole overlay.
    pub(crate) overlays: Vec<Bytes>,
}

/// The macroblocks of a group of pictures that begins in a given second, whichever its pictures are.
#[derive(Debug)]
struct Seconds {
    first: IntraRows,
    changes: [Macroblocks; CHANGES],
}

/// Makes overlays, and keeps those that will be requested again.
#[derive(Debug)]
pub(crate) struct OverlayCache {
    artist: Artist,
    initial_qp: i32,
    unchanged: Vec<Bytes>,
    clocks: Kept<ClockKey, ClockGop>,
    seconds: Kept<u32, Seconds>,
}

impl OverlayCache {
    /// For groups of `frames_per_gop` pictures under a PPS with `initial_qp`.
    pub(crate) fn new(frames_per_gop: u16, initial_qp: i32) -> Self {
        let nothing = unchanged();
        let unchanged = (1..frames_per_gop)
            .map(|frame_num| nothing.slice(Picture::Inter { frame_num }, 0, initial_qp))
            .collect();
        Self {
            artist: Artist::new(),
            initial_qp,
            unchanged,
            clocks: Kept::new(CLOCKS_KEPT),
            seconds: Kept::new(SECONDS_KEPT),
        }
    }

    /// The part left of the clock, in IDR pictures with `idr_pic_id` 0 and 1.
    pub(crate) fn plate(&self, camera: CameraId, date: Date) -> [Rows; 2] {
        let rows = plate_rows(&self.artist.plate(camera, date));
        [false, true].map(|parity| rows.slices(Picture::Idr { parity }, self.initial_qp))
    }

    /// The clock over a group of pictures.
    pub(crate) fn clock(&self, key: &ClockKey) -> Arc<ClockGop> {
        self.clocks.get_or_make(key, || self.assemble(key))
    }

    fn assemble(&self, key: &ClockKey) -> ClockGop {
        let coded = self.seconds.get_or_make(&key.second, || self.code(key.second));
        let rows = coded.first.slices(Picture::Idr { parity: key.parity }, self.initial_qp);
        let mut overlays = self.unchanged.clone();
        for (&frame_num, change) in key.changes.iter().zip(&coded.changes) {
            if let Some(overlay) = usize::from(frame_num).checked_sub(1).and_then(|at| overlays.get_mut(at)) {
                *overlay = change.slice(Picture::Inter { frame_num }, 0, self.initial_qp);
            }
        }
        ClockGop { rows, overlays }
    }

    fn code(&self, second: u32) -> Seconds {
        let (mut coder, first) = ClockCoder::start(self.artist.clock(second));
        let changes = std::array::from_fn(|at| {
            coder.change(self.artist.clock((second + 1 + at as u32) % SECONDS_PER_DAY))
        });
        Seconds { first, changes }
    }
}
