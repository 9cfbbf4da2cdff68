//! The overlay as slices: two rows of macroblocks above the scene.

use bytes::Bytes;

use super::artwork::{CLOCK_COLUMNS, COLUMNS, PLATE_COLUMNS, ROWS};
use crate::h264::bits::BitWriter;
use crate::h264::intra::{Area, MB, QP};
use crate::h264::slice::{Picture, finish, start_own};

/// What is added to `mb_type` of an intra macroblock in a P slice (table 7-13).
const INTRA_IN_P: u32 = 5;

/// One slice per macroblock row, each behind its length: one half of an IDR picture's overlay.
pub(crate) type Rows = [Bytes; ROWS];

/// The macroblocks of a slice without its header: the expensive part, and the same in every picture that shows them.
#[derive(Debug, Clone)]
pub(crate) struct Macroblocks(BitWriter);

impl Macroblocks {
    /// The slice of `picture` that holds them from macroblock `first_mb` on, behind its length.
    pub(crate) fn slice(&self, picture: Picture, first_mb: u32, initial_qp: i32) -> Bytes {
        let mut slice = start_own(picture, first_mb, QP - initial_qp);
        slice.append(&self.0);
        let mut out = Vec::new();
        finish(picture, slice, &mut out);
        out.into()
    }
}

/// One half of an IDR picture's overlay, one row of macroblocks after another.
#[derive(Debug, Clone)]
pub(crate) struct IntraRows {
    first_column: usize,
    rows: [Macroblocks; ROWS],
}

impl IntraRows {
    /// Its slices in `picture`.
    pub(crate) fn slices(&self, picture: Picture, initial_qp: i32) -> Rows {
        let first_mb = |row: usize| (row * COLUMNS + self.first_column) as u32;
        std::array::from_fn(|row| self.rows[row].slice(picture, first_mb(row), initial_qp))
    }

    fn write(area: &mut Area, first_column: usize, luma: &[u8]) -> Self {
        let columns = luma.len() / (MB * MB * ROWS);
        let rows = std::array::from_fn(|row| {
            let mut out = BitWriter::default();
            area.start_slice();
            (0..columns).for_each(|column| area.write(column, row, luma, 0, &mut out));
            Macroblocks(out)
        });
        Self { first_column, rows }
    }
}

/// Codes the part left of the clock in an IDR picture. In other pictures it is skipped.
pub(crate) fn plate_rows(luma: &[u8]) -> IntraRows {
    IntraRows::write(&mut Area::new(PLATE_COLUMNS, ROWS), 0, luma)
}

/// The clock over one group of pictures.
#[derive(Debug)]
pub(crate) struct ClockCoder {
    area: Area,
    shown: Vec<u8>,
}

impl ClockCoder {
    /// Starts at an IDR picture that shows `luma`.
    pub(crate) fn start(luma: Vec<u8>) -> (Self, IntraRows) {
        let mut area = Area::new(CLOCK_COLUMNS, ROWS);
        let rows = IntraRows::write(&mut area, PLATE_COLUMNS, &luma);
        (Self { area, shown: luma }, rows)
    }

    /// The whole overlay of a picture in which the clock changes to `luma`: macroblocks that differ are written, all
    /// others are skipped.
    pub(crate) fn change(&mut self, luma: Vec<u8>) -> Macroblocks {
        let mut out = BitWriter::default();
        self.area.start_inter_picture();
        let mut skipped = 0;
        for row in 0..ROWS {
            skipped += PLATE_COLUMNS as u32;
            for column in 0..CLOCK_COLUMNS {
                if same(&self.shown, &luma, column, row) {
                    skipped += 1;
                    continue;
                }
                out.ue(skipped);
                skipped = 0;
                self.area.write(column, row, &luma, INTRA_IN_P, &mut out);
            }
        }
        if skipped > 0 {
            out.ue(skipped);
        }
        self.shown = luma;
        Macroblocks(out)
    }

    /// The clock as shown by decoders now.
    #[cfg(test)]
    pub(crate) fn decoded(&self) -> &[u8] {
        self.area.luma()
    }
}

/// The overlay of a picture in which nothing changes.
pub(crate) fn unchanged() -> Macroblocks {
    let mut out = BitWriter::default();
    out.ue((COLUMNS * ROWS) as u32);
    Macroblocks(out)
}

fn same(a: &[u8], b: &[u8], column: usize, row: usize) -> bool {
    let stride = CLOCK_COLUMNS * MB;
    (row * MB..(row + 1) * MB).all(|y| {
        let start = y * stride + column * MB;
        a[start..start + MB] == b[start..start + MB]
    })
}
