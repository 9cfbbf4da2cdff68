//! The variable-length codes of CAVLC (ITU-T H.264, tables 9-5, 9-7, 9-8 and 9-10), as `(code, length in bits)`.

/// A code word: its bits and their number.
pub(crate) type Code = (u8, u8);

/// `coeff_token` by context (0..2, 2..4, 4..8 neighbouring coefficients), total coefficients and trailing ones.
/// From 8 on the code has a fixed length: [`coeff_token`].
const COEFF_TOKEN: [[[Code; 4]; 17]; 3] = [
    [
        [(1, 1), (0, 0), (0, 0), (0, 0)],
        [(5, 6), (1, 2), (0, 0), (0, 0)],
        [(7, 8), (4, 6), (1, 3), (0, 0)],
        [(7, 9), (6, 8), (5, 7), (3, 5)],
        [(7, 10), (6, 9), (5, 8), (3, 6)],
        [(7, 11), (6, 10), (5, 9), (4, 7)],
        [(15, 13), (6, 11), (5, 10), (4, 8)],
        [(11, 13), (14, 13), (5, 11), (4, 9)],
        [(8, 13), (10, 13), (13, 13), (4, 10)],
        [(15, 14), (14, 14), (9, 13), (4, 11)],
        [(11, 14), (10, 14), (13, 14), (12, 13)],
        [(15, 15), (14, 15), (9, 14), (12, 14)],
        [(11, 15), (10, 15), (13, 15), (8, 14)],
        [(15, 16), (1, 15), (9, 15), (12, 15)],
        [(11, 16), (14, 16), (13, 16), (8, 15)],
        [(7, 16), (10, 16), (9, 16), (12, 16)],
        [(4, 16), (6, 16), (5, 16), (8, 16)],
    ],
    [
        [(3, 2), (0, 0), (0, 0), (0, 0)],
        [(11, 6), (2, 2), (0, 0), (0, 0)],
        [(7, 6), (7, 5), (3, 3), (0, 0)],
        [(7, 7), (10, 6), (9, 6), (5, 4)],
        [(7, 8), (6, 6), (5, 6), (4, 4)],
        [(4, 8), (6, 7), (5, 7), (6, 5)],
        [(7, 9), (6, 8), (5, 8), (8, 6)],
        [(15, 11), (6, 9), (5, 9), (4, 6)],
        [(11, 11), (14, 11), (13, 11), (4, 7)],
        [(15, 12), (10, 11), (9, 11), (4, 9)],
        [(11, 12), (14, 12), (13, 12), (12, 11)],
        [(8, 12), (10, 12), (9, 12), (8, 11)],
        [(15, 13), (14, 13), (13, 13), (12, 12)],
        [(11, 13), (10, 13), (9, 13), (12, 13)],
        [(7, 13), (11, 14), (6, 13), (8, 13)],
        [(9, 14), (8, 14), (10, 14), (1, 13)],
        [(7, 14), (6, 14), (5, 14), (4, 14)],
    ],
    [
        [(15, 4), (0, 0), (0, 0), (0, 0)],
        [(15, 6), (14, 4), (0, 0), (0, 0)],
        [(11, 6), (15, 5), (13, 4), (0, 0)],
        [(8, 6), (12, 5), (14, 5), (12, 4)],
        [(15, 7), (10, 5), (11, 5), (11, 4)],
        [(11, 7), (8, 5), (9, 5), (10, 4)],
        [(9, 7), (14, 6), (13, 6), (9, 4)],
        [(8, 7), (10, 6), (9, 6), (8, 4)],
        [(15, 8), (14, 7), (13, 7), (13, 5)],
        [(11, 8), (14, 8), (10, 7), (12, 6)],
        [(15, 9), (10, 8), (13, 8), (12, 7)],
        [(11, 9), (14, 9), (9, 8), (12, 8)],
        [(8, 9), (10, 9), (13, 9), (8, 8)],
        [(13, 10), (7, 9), (9, 9), (12, 9)],
        [(9, 10), (12, 10), (11, 10), (10, 10)],
        [(5, 10), (8, 10), (7, 10), (6, 10)],
        [(1, 10), (4, 10), (3, 10), (2, 10)],
    ],
];

/// `total_zeros` of 4×4 blocks by total coefficients less one, then by the zeros.
const TOTAL_ZEROS: [&[Code]; 15] = [
    &[
        (1, 1),
        (3, 3),
        (2, 3),
        (3, 4),
        (2, 4),
        (3, 5),
        (2, 5),
        (3, 6),
        (2, 6),
        (3, 7),
        (2, 7),
        (3, 8),
        (2, 8),
        (3, 9),
        (2, 9),
        (1, 9),
    ],
    &[
        (7, 3),
        (6, 3),
        (5, 3),
        (4, 3),
        (3, 3),
        (5, 4),
        (4, 4),
        (3, 4),
        (2, 4),
        (3, 5),
        (2, 5),
        (3, 6),
        (2, 6),
        (1, 6),
        (0, 6),
    ],
    &[
        (5, 4),
        (7, 3),
        (6, 3),
        (5, 3),
        (4, 4),
        (3, 4),
        (4, 3),
        (3, 3),
        (2, 4),
        (3, 5),
        (2, 5),
        (1, 6),
        (1, 5),
        (0, 6),
    ],
    &[(3, 5), (7, 3), (5, 4), (4, 4), (6, 3), (5, 3), (4, 3), (3, 4), (3, 3), (2, 4), (2, 5), (1, 5), (0, 5)],
    &[(5, 4), (4, 4), (3, 4), (7, 3), (6, 3), (5, 3), (4, 3), (3, 3), (2, 4), (1, 5), (1, 4), (0, 5)],
    &[(1, 6), (1, 5), (7, 3), (6, 3), (5, 3), (4, 3), (3, 3), (2, 3), (1, 4), (1, 3), (0, 6)],
    &[(1, 6), (1, 5), (5, 3), (4, 3), (3, 3), (3, 2), (2, 3), (1, 4), (1, 3), (0, 6)],
    &[(1, 6), (1, 4), (1, 5), (3, 3), (3, 2), (2, 2), (2, 3), (1, 3), (0, 6)],
    &[(1, 6), (0, 6), (1, 4), (3, 2), (2, 2), (1, 3), (1, 2), (1, 5)],
    &[(1, 5), (0, 5), (1, 3), (3, 2), (2, 2), (1, 2), (1, 4)],
    &[(0, 4), (1, 4), (1, 3), (2, 3), (1, 1), (3, 3)],
    &[(0, 4), (1, 4), (1, 2), (1, 1), (1, 3)],
    &[(0, 3), (1, 3), (1, 1), (1, 2)],
    &[(0, 2), (1, 2), (1, 1)],
    &[(0, 1), (1, 1)],
];

/// `run_before` by zeros left less one (at most six), then by the run.
const RUN_BEFORE: [&[Code]; 7] = [
    &[(1, 1), (0, 1)],
    &[(1, 1), (1, 2), (0, 2)],
    &[(3, 2), (2, 2), (1, 2), (0, 2)],
    &[(3, 2), (2, 2), (1, 2), (1, 3), (0, 3)],
    &[(3, 2), (2, 2), (3, 3), (2, 3), (1, 3), (0, 3)],
    &[(3, 2), (0, 3), (1, 3), (3, 3), (2, 3), (5, 3), (4, 3)],
    &[
        (7, 3),
        (6, 3),
        (5, 3),
        (4, 3),
        (3, 3),
        (2, 3),
        (1, 3),
        (1, 4),
        (1, 5),
        (1, 6),
        (1, 7),
        (1, 8),
        (1, 9),
        (1, 10),
        (1, 11),
    ],
];

/// The code of `coeff_token`. `context` is the mean of the neighbours' counts.
pub(crate) fn coeff_token(context: usize, total: usize, trailing_ones: usize) -> Code {
    match context {
        0..2 => COEFF_TOKEN[0][total][trailing_ones],
        2..4 => COEFF_TOKEN[1][total][trailing_ones],
        4..8 => COEFF_TOKEN[2][total][trailing_ones],
        _ if total == 0 => (3, 6),
        _ => (((total - 1) << 2 | trailing_ones) as u8, 6),
    }
}

/// The code of `total_zeros` in a block of `total` coefficients, 1 to 15.
pub(crate) fn total_zeros(total: usize, zeros: usize) -> Code {
    TOTAL_ZEROS[total - 1][zeros]
}

/// The code of `run_before` if `zeros_left`, at least 1, have not been placed yet.
pub(crate) fn run_before(zeros_left: usize, run: usize) -> Code {
    RUN_BEFORE[zeros_left.min(7) - 1][run]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code table can be decoded only if no code is a prefix of another; a complete one leaves no bits unused.
    fn check_prefix_free(codes: &[Code]) {
        for (index, &(code, length)) in codes.iter().enumerate() {
            for &(other, other_length) in &codes[index + 1..] {
                let short = length.min(other_length);
                assert_ne!(u32::from(code) >> (length - short), u32::from(other) >> (other_length - short));
            }
        }
    }

    #[test]
    fn no_code_begins_with_another() {
        for context in [0, 2, 4, 8] {
            let codes: Vec<Code> = (0..=16)
                .flat_map(|total| (0..=total.min(3)).map(move |ones| coeff_token(context, total, ones)))
                .collect();
            assert_eq!(codes.len(), 62);
            check_prefix_free(&codes);
        }
        TOTAL_ZEROS.iter().chain(&RUN_BEFORE).for_each(|codes| check_prefix_free(codes));
    }
}
