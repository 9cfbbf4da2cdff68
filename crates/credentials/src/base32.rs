//! Base 32: five bytes as eight letters, in two alphabets.

use zeroize::Zeroizing;

/// Letters for the values 0 to 31.
pub(crate) type Alphabet = [u8; 32];

/// Crockford's: no letter can be mistaken for a digit.
pub(crate) const CROCKFORD: &Alphabet = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// That of RFC 4648, which authenticator apps read.
pub(crate) const RFC_4648: &Alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The letters of `bytes`, whose number is a multiple of five.
pub(crate) fn encode(bytes: &[u8], alphabet: &Alphabet) -> Zeroizing<String> {
    debug_assert!(bytes.len().is_multiple_of(5));
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() / 5 * 8));
    for group in bytes.chunks(5) {
        let bits = group.iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        for shift in (0..8).rev() {
            let index = (bits >> (shift * 5) & 31) as usize;
            text.extend(alphabet.get(index).map(|&letter| char::from(letter)));
        }
    }
    text
}

/// The `N` bytes that `letters` encode, small ones too; `None` if they are not so many letters of the alphabet.
pub(crate) fn decode<const N: usize>(letters: &[u8], alphabet: &Alphabet) -> Option<Zeroizing<[u8; N]>> {
    if letters.len() * 5 != N * 8 {
        return None;
    }
    let mut all = Zeroizing::new([0; N]);
    for (bytes, group) in all.chunks_mut(5).zip(letters.chunks(8)) {
        let mut bits = 0_u64;
        for letter in group {
            bits = bits << 5 | value(letter.to_ascii_uppercase(), alphabet)?;
        }
        for (byte, shift) in bytes.iter_mut().rev().zip((0_u32..).step_by(8)) {
            *byte = (bits >> shift & 0xff) as u8;
        }
    }
    Some(all)
}

fn value(letter: u8, alphabet: &Alphabet) -> Option<u64> {
    alphabet.iter().position(|&known| known == letter).map(|at| at as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_are_those_of_rfc_4648() {
        assert_eq!(*encode(b"fooba", RFC_4648), "MZXW6YTB");
        assert_eq!(*decode::<5>(b"mzxw6ytb", RFC_4648).unwrap(), *b"fooba");
    }

    #[test]
    fn what_is_none_is_refused() {
        for letters in ["", "MZXW6YT", "MZXW6YTBA", "MZXW6YT1", "MZXW6YT=", "MZXW6Yə"] {
            assert!(decode::<5>(letters.as_bytes(), RFC_4648).is_none(), "{letters}");
        }
    }

    proptest! {
        #[test]
        fn every_value_survives(bytes: [u8; 20]) {
            for alphabet in [CROCKFORD, RFC_4648] {
                let text = encode(&bytes, alphabet);
                prop_assert_eq!(decode::<20>(text.as_bytes(), alphabet).map(|read| *read), Some(bytes));
            }
        }
    }
}
