//! Telephone numbers in a setting: `Operator: 012 555 01 16; Fire: 101`.

use std::str::FromStr;

use ashkar_desk::Telephone;

/// How many a station's sheet has room for.
const MOST: usize = 5;
/// Longest name of who answers, characters.
const WHO_MAX: usize = 60;
/// Longest number, characters.
const NUMBER_MAX: usize = 30;

/// Whom a station calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phones(pub(crate) Vec<Telephone>);

impl FromStr for Phones {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(';').map(str::trim).filter(|entry| !entry.is_empty());
        let phones = entries.map(one).collect::<Result<Vec<_>, _>>()?;
        match phones.len() {
            0..=MOST => Ok(Self(phones)),
            many => Err(format!("{many} telephone numbers are too many; a sheet has room for {MOST}")),
        }
    }
}

fn one(entry: &str) -> Result<Telephone, String> {
    let wrong =
        || format!("{entry:?} is no telephone number with its name; write it like Operator: 012 555 01 16");
    let (who, number) = entry.rsplit_once(':').ok_or_else(wrong)?;
    let (who, number) = (who.trim(), number.trim());
    let is_number = |c: char| c.is_ascii_digit() || " +-()/*#".contains(c);
    let has_digit = number.chars().any(|c| c.is_ascii_digit());
    let fits = (1..=WHO_MAX).contains(&who.chars().count()) && number.chars().count() <= NUMBER_MAX;
    if has_digit && fits && number.chars().all(is_number) && !who.chars().any(char::is_control) {
        Ok(Telephone { who: who.to_owned(), number: number.to_owned() })
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names() {
        let read = |text: &str| text.parse::<Phones>().map(|phones| phones.0);
        let phone = |who: &str, number: &str| Telephone { who: who.into(), number: number.into() };
        assert_eq!(read("").unwrap(), []);
        assert_eq!(
            read("Dairənin operatoru: 012 555 01 16; Gecə: +994 (12) 555-01-00;").unwrap(),
            [phone("Dairənin operatoru", "012 555 01 16"), phone("Gecə", "+994 (12) 555-01-00")]
        );
        for wrong in ["101", "Fire:", ": 101", "Fire: one", "Fire: 101; Police", "A\u{7}: 1", "F: ٠٠٧"] {
            assert!(read(wrong).unwrap_err().contains("write it like"), "{wrong}");
        }
        assert!(read(&"A: 1;".repeat(6)).unwrap_err().contains("too many"));
        assert!(read(&format!("{}: 1", "ə".repeat(61))).is_err());
    }
}
