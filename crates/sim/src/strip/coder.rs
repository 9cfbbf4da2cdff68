//! The strip as slices: two rows of macroblocks above the scene.

use bytes::Bytes;

use super::artwork::{CLOCK_COLUMNS, COLUMNS, PLATE_COLUMNS, ROWS};
use crate::h264::bits::BitWriter;
use crate::h264::intra::{Area, MB, QP};
use crate::h264::slice::{Picture, finish, start_own};

/// What is added to `mb_type` of an intra macroblock in a P slice (table 7-13).
const INTRA_IN_P: u32 = 5;

/// One slice per macroblock row, each behind its length: a half of an IDR picture's strip.
pub(crate) type Rows = [Bytes; ROWS];

/// Codes the part left of the clock in an IDR picture. In other pictures it is skipped.
pub(crate) fn plate_rows(luma: &[u8], picture: Picture, initial_qp: i32) -> Rows {
    let mut area = Area::new(PLATE_COLUMNS, ROWS);
    intra_rows(&mut area, 0, luma, picture, initial_qp)
}

/// The clock over one group of pictures.
#[derive(Debug)]
pub(crate) struct ClockCoder {
    area: Area,
    shown: Vec<u8>,
    initial_qp: i32,
}

impl ClockCoder {
    /// Starts at an IDR picture that shows `luma`.
    pub(crate) fn start(luma: Vec<u8>, picture: Picture, initial_qp: i32) -> (Self, Rows) {
        let mut area = Area::new(CLOCK_COLUMNS, ROWS);
        let rows = intra_rows(&mut area, PLATE_COLUMNS, &luma, picture, initial_qp);
        (Self { area, shown: luma, initial_qp }, rows)
    }

    /// The whole strip of a picture in which the clock changes to `luma`: macroblocks that differ are written, all
    /// others skipped.
    pub(crate) fn change(&mut self, luma: Vec<u8>, picture: Picture) -> Bytes {
        let mut slice = start_own(picture, 0, QP - self.initial_qp);
        self.area.start_inter_picture();
        let mut skipped = 0;
        for row in 0..ROWS {
            skipped += PLATE_COLUMNS as u32;
            for column in 0..CLOCK_COLUMNS {
                if same(&self.shown, &luma, column, row) {
                    skipped += 1;
                    continue;
                }
                slice.ue(skipped);
                skipped = 0;
                self.area.write(column, row, &luma, INTRA_IN_P, &mut slice);
            }
        }
        end_skipping(skipped, picture, slice, &mut self.shown, luma)
    }

    /// The clock as decoders show it now.
    #[cfg(test)]
    pub(crate) fn decoded(&self) -> &[u8] {
        self.area.luma()
    }
}

/// The strip of a picture in which nothing changes.
pub(crate) fn unchanged(picture: Picture, initial_qp: i32) -> Bytes {
    let mut slice = start_own(picture, 0, QP - initial_qp);
    slice.ue((COLUMNS * ROWS) as u32);
    let mut out = Vec::new();
    finish(picture, slice, &mut out);
    out.into()
}

fn end_skipping(
    skipped: u32,
    picture: Picture,
    mut slice: BitWriter,
    shown: &mut Vec<u8>,
    luma: Vec<u8>,
) -> Bytes {
    if skipped > 0 {
        slice.ue(skipped);
    }
    *shown = luma;
    let mut out = Vec::new();
    finish(picture, slice, &mut out);
    out.into()
}

fn intra_rows(area: &mut Area, first_column: usize, luma: &[u8], picture: Picture, initial_qp: i32) -> Rows {
    let columns = luma.len() / (MB * MB * ROWS);
    std::array::from_fn(|row| {
        let mut slice = start_own(picture, (row * COLUMNS + first_column) as u32, QP - initial_qp);
        area.start_slice();
        (0..columns).for_each(|column| area.write(column, row, luma, 0, &mut slice));
        let mut out = Vec::new();
        finish(picture, slice, &mut out);
        out.into()
    })
}

fn same(a: &[u8], b: &[u8], column: usize, row: usize) -> bool {
    let stride = CLOCK_COLUMNS * MB;
    (row * MB..(row + 1) * MB).all(|y| {
        let start = y * stride + column * MB;
        a[start..start + MB] == b[start..start + MB]
    })
}
