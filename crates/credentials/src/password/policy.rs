//! Which passwords may be chosen: long ones that are nobody's first guess. No rule on kinds of characters, and none
//! expires (NIST SP 800-63B, 3.1.1).

use zeroize::Zeroizing;

use super::Password;
use super::common::{DISGUISES, PATTERNS, WORDS};

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Most characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Fewest different characters.
const DIFFERENT_MIN: usize = 5;
/// Shortest name that a password must not be made of, characters.
const NAME_CHARS_MIN: usize = 3;
/// Characters that must remain when the name is taken out.
const BESIDE_NAME_MIN: usize = 8;

/// A password that may be somebody's from now on.
#[derive(Debug, Clone)]
pub struct NewPassword(Password);

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// Fewer than [`PASSWORD_CHARS_MIN`] characters.
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    Short,
    /// More than [`PASSWORD_CHARS_MAX`].
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    Long,
    /// A tab, a line break, or another character that not every keyboard and page lets through.
    #[error("a password has no tabs, line breaks or other control characters")]
    Control,
    /// Little more than the person's own name.
    #[error("a password is not made of one's own name")]
    Name,
    /// Few different characters, only digits and signs, or a sequence of the alphabet or the keyboard.
    #[error("the password is too simple")]
    Simple,
    /// One of those that are guessed first.
    #[error("the password is one of the most common")]
    Common,
}

impl NewPassword {
    /// `password`, if the person with these names may choose it.
    ///
    /// # Errors
    /// [`PasswordRefusal`], the first that applies.
    pub fn new(password: Password, names: &[&str]) -> Result<Self, PasswordRefusal> {
        let text = password.text().ok_or(PasswordRefusal::Long)?;
        check(text, names)?;
        Ok(Self(password))
    }

    pub(super) fn text(&self) -> &str {
        // A text that is too long has not passed.
        self.0.text().unwrap_or_default()
    }
}

fn check(text: &str, names: &[&str]) -> Result<(), PasswordRefusal> {
    let chars = text.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(PasswordRefusal::Short);
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(PasswordRefusal::Long);
    }
    if text.chars().any(char::is_control) {
        return Err(PasswordRefusal::Control);
    }
    let small = Zeroizing::new(text.to_lowercase());
    if names.iter().any(|name| is_made_of(&small, &name.to_lowercase())) {
        return Err(PasswordRefusal::Name);
    }
    if is_simple(&small) {
        return Err(PasswordRefusal::Simple);
    }
    if is_common(&small) {
        return Err(PasswordRefusal::Common);
    }
    Ok(())
}

/// Whether too little remains without the name.
fn is_made_of(text: &str, name: &str) -> bool {
    let name = name.trim();
    if name.chars().count() < NAME_CHARS_MIN || !text.contains(name) {
        return false;
    }
    Zeroizing::new(text.replace(name, "")).chars().count() < BESIDE_NAME_MIN
}

fn is_simple(text: &str) -> bool {
    let mut different = Zeroizing::new(text.chars().map(u32::from).collect::<Vec<u32>>());
    let steps = |by: i64| {
        let pairs = different.iter().zip(different.iter().skip(1));
        pairs.filter(|(one, next)| i64::from(**next) - i64::from(**one) == by).count()
    };
    // Two thirds of it go up or down by one, or stay.
    let is_sequence = [1, -1, 0].into_iter().any(|by| steps(by) * 3 >= different.len() * 2);
    different.sort_unstable();
    different.dedup();
    is_sequence || different.len() < DIFFERENT_MIN || !text.chars().any(char::is_alphabetic)
}

fn is_common(text: &str) -> bool {
    PATTERNS.iter().any(|pattern| text.contains(pattern)) || is_word(text) || is_word(&undisguised(text))
}

/// Whether the letters of `text`, without what stands around and between words, are a common word, or such words in a
/// row.
fn is_word(text: &str) -> bool {
    let letters = Zeroizing::new(text.chars().filter(|c| c.is_alphabetic()).collect::<String>());
    // ends[n]: the first n bytes are words in a row.
    let mut ends = vec![false; letters.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for (at, _) in letters.char_indices() {
        if ends.get(at) != Some(&true) {
            continue;
        }
        let Some(rest) = letters.get(at..) else { continue };
        for word in WORDS.iter().filter(|word| rest.starts_with(**word)) {
            if let Some(end) = ends.get_mut(at + word.len()) {
                *end = true;
            }
        }
    }
    ends.last() == Some(&true)
}

/// The text with digits and signs read as the letters that they stand for, without those at its end.
fn undisguised(text: &str) -> Zeroizing<String> {
    let stem = text.trim_end_matches(|c: char| !c.is_alphabetic());
    let letter = |c: char| DISGUISES.iter().find(|(sign, _)| *sign == c).map_or(c, |(_, letter)| *letter);
    Zeroizing::new(stem.chars().map(letter).collect())
}
