//! Transform coefficients of one block in CAVLC (ITU-T H.264, 7.3.5.3.2 and 9.2).

use super::bits::BitWriter;
use super::tables::{Code, coeff_token, run_before, total_zeros};

/// Escape codes have 12 bits of level; ours stay far below.
const ESCAPE_BITS: u32 = 12;

/// Writes `coefficients`, in scan order, 15 or 16 of them. `context` is the mean count of the neighbouring blocks.
/// Returns how many are not zero.
pub(crate) fn write_block(coefficients: &[i32], context: usize, out: &mut BitWriter) -> usize {
    let levels: Vec<i32> = coefficients.iter().rev().copied().filter(|&level| level != 0).collect();
    let total = levels.len();
    let ones = levels.iter().take(3).take_while(|level| level.abs() == 1).count();
    code(coeff_token(context, total, ones), out);
    if total == 0 {
        return 0;
    }
    write_levels(&levels, ones, out);
    write_zeros(coefficients, total, out);
    total
}

fn code((bits, length): Code, out: &mut BitWriter) {
    out.bits(u32::from(bits), u32::from(length));
}

/// `levels` from the highest frequency down; the first `ones` of them are trailing ones.
fn write_levels(levels: &[i32], ones: usize, out: &mut BitWriter) {
    let (trailing, others) = levels.split_at(ones);
    for &level in trailing {
        out.flag(level < 0);
    }
    let mut suffix_bits = u32::from(levels.len() > 10 && ones < 3);
    for (index, &level) in others.iter().enumerate() {
        // After fewer than three trailing ones the next level cannot be another one.
        let known_above_one = index == 0 && ones < 3;
        write_level(level, known_above_one, suffix_bits, out);
        suffix_bits = suffix_bits.max(1);
        if level.abs() > 3 << (suffix_bits - 1) && suffix_bits < 6 {
            suffix_bits += 1;
        }
    }
}

fn write_level(level: i32, known_above_one: bool, suffix_bits: u32, out: &mut BitWriter) {
    let magnitude = level.unsigned_abs() - u32::from(known_above_one);
    let value = magnitude * 2 - 2 + u32::from(level < 0);
    let escape_from = if suffix_bits == 0 { 30 } else { 15 << suffix_bits };
    if value >= escape_from {
        prefix(15, out);
        out.bits(value - escape_from, ESCAPE_BITS);
    } else if suffix_bits > 0 {
        prefix(value >> suffix_bits, out);
        out.bits(value & ((1 << suffix_bits) - 1), suffix_bits);
    } else if value < 14 {
        prefix(value, out);
    } else {
        prefix(14, out);
        out.bits(value - 14, 4);
    }
}

fn prefix(zeros: u32, out: &mut BitWriter) {
    out.bits(1, zeros + 1);
}

fn write_zeros(coefficients: &[i32], total: usize, out: &mut BitWriter) {
    let last = coefficients.iter().rposition(|&level| level != 0).unwrap_or(0);
    let mut zeros_left = last + 1 - total;
    if total < coefficients.len() {
        code(total_zeros(total, zeros_left), out);
    }
    let mut from = last;
    for _ in 1..total {
        if zeros_left == 0 {
            return;
        }
        let run = coefficients.iter().take(from).rev().take_while(|&&level| level == 0).count();
        code(run_before(zeros_left, run), out);
        zeros_left -= run;
        from -= run + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(coefficients: &[i32], context: usize) -> String {
        let mut out = BitWriter::default();
        write_block(coefficients, context, &mut out);
        let bytes = out.finish();
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        bits.trim_end_matches('0').strip_suffix('1').unwrap().to_owned()
    }

    #[test]
    fn a_block_worked_out_by_hand() {
        // Three trailing ones (+1 −1 −1 from the end), levels +1 and +3, three zeros between them.
        let block = [0, 3, 0, 1, -1, -1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        let token_signs_levels_zeros_runs =
            ["0000100", "011", "1", "0010", "111", "10", "1", "1", "01"].concat();
        assert_eq!(written(&block, 0), token_signs_levels_zeros_runs);
    }

    #[test]
    fn an_empty_block_is_its_token() {
        assert_eq!(written(&[0; 16], 0), "1");
        assert_eq!(written(&[0; 15], 8), "000011");
    }
}
