//! The order of Azerbaijani texts, with numbers ordered by value.

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;

/// The Azerbaijani alphabet; `w`, which it lacks, comes after `v`.
const ALPHABET: &str = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz";

/// Ranks: digits, then letters of the alphabet, then everything else; separators before all of them.
const SEPARATOR: u32 = 1;
const NUMBER: u32 = 2;
const LETTERS: u32 = 0x100;
const OTHERS: u32 = 0x1000;

/// Compares two texts in the order of the Azerbaijani alphabet: case does not count, and a run of digits counts as its
/// number (`9 nömrəli` before `101 nömrəli`). Texts that differ only in what does not count keep a fixed order.
pub fn collate(a: &str, b: &str) -> Ordering {
    collation_key(a).cmp(&collation_key(b)).then_with(|| a.cmp(b))
}

/// The key that [`collate`] compares; for sorting many texts with `sort_by_cached_key`.
fn collation_key(text: &str) -> Vec<u32> {
    let mut key = Vec::with_capacity(text.len());
    let mut chars = text.nfc().flat_map(lower).peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let mut digits = String::from(c);
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            push_number(&mut key, &digits);
        } else {
            key.push(rank(c));
        }
    }
    key
}

/// Lower case in Azerbaijani: I is the capital of ı, and İ that of i.
fn lower(c: char) -> impl Iterator<Item = char> {
    let c = match c {
        'I' => 'ı',
        'İ' => 'i',
        c => c,
    };
    c.to_lowercase()
}

/// By the number of digits without leading zeros, then digit by digit: any length fits.
fn push_number(key: &mut Vec<u32>, digits: &str) {
    let digits = digits.trim_start_matches('0');
    key.push(NUMBER);
    key.push(u32::try_from(digits.len()).unwrap_or(u32::MAX));
    key.extend(digits.bytes().map(u32::from));
}

fn rank(c: char) -> u32 {
    match ALPHABET.chars().position(|letter| letter == c) {
        Some(at) => LETTERS + u32::try_from(at).unwrap_or(0),
        None if c.is_alphanumeric() => OTHERS.saturating_add(u32::from(c)),
        None => SEPARATOR,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by(|a, b| collate(a, b));
        names
    }

    #[test]
    fn the_order_is_that_of_the_alphabet() {
        let alphabet: Vec<&str> =
            "a b c ç d e ə f g ğ h x ı i j k q l m n o ö p r s ş t u ü v y z".split(' ').collect();
        let mut shuffled = alphabet.clone();
        shuffled.sort_unstable();
        assert_ne!(shuffled, alphabet, "code points have another order");
        assert_eq!(sorted(shuffled), alphabet);
    }

    #[test]
    fn names_sort_as_in_a_directory() {
        let names = [
            "Ağdam",
            "Bakı",
            "Cəlilabad",
            "Çay",
            "Ərəb",
            "Gəncə",
            "Xaçmaz",
            "İmişli",
            "Qax",
            "Lənkəran",
            "Şəki",
        ];
        let mut shuffled = names.to_vec();
        shuffled.reverse();
        assert_eq!(sorted(shuffled), names);
    }

    #[test]
    fn numbers_sort_as_numbers_and_case_does_not_count() {
        assert_eq!(
            sorted(vec!["101 nömrəli", "9 nömrəli", "Məktəb", "20 nömrəli"]),
            ["9 nömrəli", "20 nömrəli", "101 nömrəli", "Məktəb"]
        );
        assert_eq!(sorted(vec!["Irmaq", "ırmaq b", "İrmaq"]), ["Irmaq", "ırmaq b", "İrmaq"]);
    }

    proptest! {
        #[test]
        fn it_is_a_total_order(a in "\\PC{0,12}", b in "\\PC{0,12}", c in "\\PC{0,12}") {
            prop_assert_eq!(collate(&a, &b), collate(&b, &a).reverse());
            if collate(&a, &b).is_le() && collate(&b, &c).is_le() {
                prop_assert!(collate(&a, &c).is_le());
            }
            prop_assert_eq!(collate(&a, &b).is_eq(), a == b);
        }
    }
}
