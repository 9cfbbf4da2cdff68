//! Intra macroblocks of grey areas: `I_16x16` with DC prediction, luma coefficients only, at one quantiser.
//!
//! The decoder's output is computed alongside ([`Area::luma`]), bit by bit as a decoder does it, because later
//! macroblocks are predicted from it.

use super::bits::BitWriter;
use super::cavlc::write_block;

/// Macroblock size in pixels.
pub(crate) const MB: usize = 16;
/// The quantiser of everything written here: errors stay within a few grey levels.
pub(crate) const QP: i32 = 24;
/// `mb_type` of `I_16x16` with DC prediction, without and with AC coefficients (table 7-11).
const MB_TYPE_DC_ONLY: u32 = 3;
const MB_TYPE_WITH_AC: u32 = 15;

/// Quantiser and dequantiser at `QP` (8.5.9 and its inverse), for positions with both indices even, both odd, and
/// others.
const QUANT: [i32; 3] = [13_107, 5_243, 8_066];
const DEQUANT: [i32; 3] = [10, 16, 13];
/// `QP` / 6.
const SHIFT: i32 = 4;

/// Zigzag scan of a 4×4 block, as raster positions (6.4.3).
const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];
/// Raster position of the 4×4 luma block with each index (6.4.3).
const BLOCK_ORDER: [usize; 16] = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15];

type Block = [i32; 16];

/// A rectangle of macroblocks that is coded here: the decoder's output for it, and the counts that select the code.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    columns: usize,
    luma: Vec<u8>,
    /// Coefficients in each 4×4 block, and whether its macroblock is in the slice being written.
    counts: Vec<u8>,
    in_slice: Vec<bool>,
}

impl Area {
    /// A grey area, nothing written yet.
    pub(crate) fn new(columns: usize, rows: usize) -> Self {
        let macroblocks = columns * rows;
        Self {
            columns,
            luma: vec![128; macroblocks * MB * MB],
            counts: vec![0; macroblocks * 16],
            in_slice: vec![false; macroblocks],
        }
    }

    /// The luma shown by decoders, row by row.
    #[cfg(test)]
    pub(crate) fn luma(&self) -> &[u8] {
        &self.luma
    }

    fn stride(&self) -> usize {
        self.columns * MB
    }

    /// A new slice starts: macroblocks before it are not available to those in it.
    pub(crate) fn start_slice(&mut self) {
        self.in_slice.fill(false);
    }

    /// A new P picture starts, in one slice that holds the whole area: every macroblock is skipped until written.
    pub(crate) fn start_inter_picture(&mut self) {
        self.in_slice.fill(true);
        self.counts.fill(0);
    }

    /// Writes macroblock (`column`, `row`) so that it shows `target`, which has the area's layout. `type_offset` is
    /// added to `mb_type`: 5 in P slices.
    pub(crate) fn write(
        &mut self,
        column: usize,
        row: usize,
        target: &[u8],
        type_offset: u32,
        out: &mut BitWriter,
    ) {
        let predicted = self.predict(column, row);
        let mut blocks: [Block; 16] =
            std::array::from_fn(|at| self.residual(column, row, at, target, predicted));
        blocks.iter_mut().for_each(transform);
        let dc = quantise_dc(&blocks);
        blocks.iter_mut().for_each(quantise_ac);
        let with_ac = blocks.iter().any(|block| block.iter().skip(1).any(|&level| level != 0));

        out.ue(type_offset + if with_ac { MB_TYPE_WITH_AC } else { MB_TYPE_DC_ONLY });
        out.ue(0); // intra_chroma_pred_mode: DC, which is grey beside grey
        out.se(0); // mb_qp_delta
        self.in_slice[row * self.columns + column] = true;
        self.write_coefficients(column, row, &dc, with_ac.then_some(&blocks), out);
        self.reconstruct(column, row, &dc, &mut blocks, predicted);
    }

    /// DC prediction (8.3.3.3) from the left and upper neighbours that are in the slice.
    fn predict(&self, column: usize, row: usize) -> i32 {
        let left = column > 0 && self.in_slice[row * self.columns + column - 1];
        let above = row > 0 && self.in_slice[(row - 1) * self.columns + column];
        let origin = row * MB * self.stride() + column * MB;
        let sum_left: i32 = if left {
            (0..MB).map(|y| i32::from(self.luma[origin + y * self.stride() - 1])).sum()
        } else {
            0
        };
        let sum_above: i32 =
            if above { (0..MB).map(|x| i32::from(self.luma[origin - self.stride() + x])).sum() } else { 0 };
        match (left, above) {
            (true, true) => (sum_left + sum_above + 16) >> 5,
            (true, false) | (false, true) => (sum_left + sum_above + 8) >> 4,
            (false, false) => 128,
        }
    }

    /// Index of the first pixel of 4×4 block `at`, in raster order within its macroblock.
    fn origin(&self, column: usize, row: usize, at: usize) -> usize {
        (row * MB + at / 4 * 4) * self.stride() + column * MB + at % 4 * 4
    }

    fn residual(&self, column: usize, row: usize, at: usize, target: &[u8], predicted: i32) -> Block {
        let origin = self.origin(column, row, at);
        std::array::from_fn(|i| i32::from(target[origin + i / 4 * self.stride() + i % 4]) - predicted)
    }

    fn write_coefficients(
        &mut self,
        column: usize,
        row: usize,
        dc: &Block,
        ac: Option<&[Block; 16]>,
        out: &mut BitWriter,
    ) {
        let first = (row * self.columns + column) * 16;
        self.counts[first..first + 16].fill(0);
        write_block(&ZIGZAG.map(|at| dc[at]), self.context(column, row, 0), out);
        let Some(blocks) = ac else { return };
        for at in BLOCK_ORDER {
            let scanned = ZIGZAG.map(|position| blocks[at][position]);
            let context = self.context(column, row, at);
            self.counts[first + at] = write_block(&scanned[1..], context, out) as u8;
        }
    }

    /// Mean coefficient count of the blocks left of and above block `at`, of those that are in the slice (9.2.1).
    fn context(&self, column: usize, row: usize, at: usize) -> usize {
        let (x, y) = (column * 4 + at % 4, row * 4 + at / 4);
        let left = x.checked_sub(1).and_then(|x| self.count(x, y));
        let above = y.checked_sub(1).and_then(|y| self.count(x, y));
        match (left, above) {
            (Some(left), Some(above)) => (left + above + 1) >> 1,
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => 0,
        }
    }

    fn count(&self, x: usize, y: usize) -> Option<usize> {
        let macroblock = y / 4 * self.columns + x / 4;
        self.in_slice[macroblock].then(|| usize::from(self.counts[macroblock * 16 + y % 4 * 4 + x % 4]))
    }

    fn reconstruct(
        &mut self,
        column: usize,
        row: usize,
        dc: &Block,
        blocks: &mut [Block; 16],
        predicted: i32,
    ) {
        let dc = dequantise_dc(dc);
        for (at, block) in blocks.iter_mut().enumerate() {
            dequantise_ac(block);
            block[0] = dc[at];
            inverse_transform(block);
            let origin = self.origin(column, row, at);
            let stride = self.stride();
            for (i, residual) in block.iter().enumerate() {
                self.luma[origin + i / 4 * stride + i % 4] = (predicted + residual).clamp(0, 255) as u8;
            }
        }
    }
}

/// 0 where both indices of a raster position are even, 1 where both are odd, else 2.
fn class(position: usize) -> usize {
    match (position / 4 % 2, position % 2) {
        (0, 0) => 0,
        (1, 1) => 1,
        _ => 2,
    }
}

/// The forward core transform, rows then columns.
fn transform(block: &mut Block) {
    for line in lines() {
        let [a, b, c, d] = line.map(|at| block[at]);
        let (s, t, u, v) = (a + d, b + c, b - c, a - d);
        for (at, value) in line.into_iter().zip([s + t, 2 * v + u, s - t, v - 2 * u]) {
            block[at] = value;
        }
    }
}

/// The inverse transform (8.5.12.2), rounded to pixel differences.
fn inverse_transform(block: &mut Block) {
    for line in lines() {
        let [a, b, c, d] = line.map(|at| block[at]);
        let (e, f, g, h) = (a + c, a - c, (b >> 1) - d, b + (d >> 1));
        for (at, value) in line.into_iter().zip([e + h, f + g, f - g, e - h]) {
            block[at] = value;
        }
    }
    block.iter_mut().for_each(|value| *value = (*value + 32) >> 6);
}

/// The Hadamard transform of the DC values; it is its own inverse except for a factor.
fn hadamard(mut block: Block) -> Block {
    for line in lines() {
        let [a, b, c, d] = line.map(|at| block[at]);
        let (s, t, u, v) = (a + d, b + c, b - c, a - d);
        for (at, value) in line.into_iter().zip([s + t, v + u, s - t, v - u]) {
            block[at] = value;
        }
    }
    block
}

/// The rows of a 4×4 block, then its columns, as raster positions.
fn lines() -> impl Iterator<Item = [usize; 4]> {
    let rows = (0..4).map(|y| [y * 4, y * 4 + 1, y * 4 + 2, y * 4 + 3]);
    let columns = (0..4).map(|x| [x, x + 4, x + 8, x + 12]);
    rows.chain(columns)
}

fn quantise(value: i32, factor: i32, shift: i32) -> i32 {
    let magnitude = (value.abs() * factor + (1 << shift) / 3) >> shift;
    if value < 0 { -magnitude } else { magnitude }
}

fn quantise_dc(blocks: &[Block; 16]) -> Block {
    hadamard(std::array::from_fn(|at| blocks[at][0])).map(|value| quantise(value / 2, QUANT[0], 16 + SHIFT))
}

fn quantise_ac(block: &mut Block) {
    for (position, value) in block.iter_mut().enumerate() {
        *value = quantise(*value, QUANT[class(position)], 15 + SHIFT);
    }
}

/// Scaling of the DC values (8.5.10), for a quantiser below 36.
fn dequantise_dc(dc: &Block) -> Block {
    let shift = 6 - SHIFT;
    hadamard(*dc).map(|value| (value * DEQUANT[0] * 16 + (1 << (shift - 1))) >> shift)
}

/// Scaling of the other values (8.5.12.1), for the quantisers 24 to 29.
fn dequantise_ac(block: &mut Block) {
    for (position, value) in block.iter_mut().enumerate() {
        *value *= DEQUANT[class(position)] << SHIFT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_comes_back_within_a_few_grey_levels() {
        let (columns, rows) = (3, 2);
        let target: Vec<u8> = (0..columns * rows * MB * MB)
            .map(|i| if (i / 7 + i / (columns * MB * 3)).is_multiple_of(3) { 225 } else { 30 })
            .collect();
        let mut area = Area::new(columns, rows);
        let mut out = BitWriter::default();
        for row in 0..rows {
            area.start_slice();
            (0..columns).for_each(|column| area.write(column, row, &target, 0, &mut out));
        }
        let worst = area.luma().iter().zip(&target).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst.unwrap() <= 12, "{worst:?}");
    }

    #[test]
    fn a_flat_area_costs_next_to_nothing() {
        let target = vec![30; 8 * MB * MB];
        let mut area = Area::new(8, 1);
        let mut out = BitWriter::default();
        (0..8).for_each(|column| area.write(column, 0, &target, 0, &mut out));
        assert!(out.finish().len() < 20);
        assert!(area.luma().iter().all(|&luma| luma.abs_diff(30) <= 1));
    }
}
