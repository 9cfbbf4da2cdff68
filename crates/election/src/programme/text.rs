//! Limits of the texts that people enter: their length, and that all of them can be seen.

use super::Refusal;
use super::fact::{NOTE_BYTES_MAX, PERSON_BYTES_MAX, REPORT_CHARS_MAX};
use crate::text::{fold, is_invisible};

/// A text of any number of lines that may be empty.
pub(super) fn note(text: &str) -> Result<(), Refusal> {
    if text.len() > NOTE_BYTES_MAX {
        return Err(Refusal::LongText { what: "a note", max: NOTE_BYTES_MAX });
    }
    visible("a note", text)
}

/// A text that must say something.
pub(super) fn reason(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { note(text) }
}

/// A citizen's text.
pub(super) fn report(text: &str) -> Result<(), Refusal> {
    if text.chars().count() > REPORT_CHARS_MAX {
        return Err(Refusal::LongReportText);
    }
    visible("a report", text)
}

/// One line that is not empty.
pub(super) fn name(what: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty(what));
    }
    if text.len() > max {
        return Err(Refusal::LongText { what, max });
    }
    if text.chars().any(is_invisible) { Err(Refusal::Invisible(what)) } else { Ok(()) }
}

/// One line that may be empty.
pub(super) fn optional_name(what: &'static str, text: &str) -> Result<(), Refusal> {
    if text.is_empty() { Ok(()) } else { name(what, text, PERSON_BYTES_MAX) }
}

/// Two people are two: the same name in other letters is the same person.
pub(super) fn same_person(one: &str, other: &str) -> Result<(), Refusal> {
    let folded = |name: &str| fold(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let is_same = one.trim() == other.trim() || (folded(one) == folded(other) && !folded(one).is_empty());
    if is_same { Err(Refusal::OnePerson) } else { Ok(()) }
}

/// Figures in JSON: nothing hidden in them, and at most `depth` objects and lists within each other.
pub(super) fn figures(value: &serde_json::Value, depth: u8) -> Result<(), Refusal> {
    use serde_json::Value;
    let below = || depth.checked_sub(1).ok_or(Refusal::LongFigures);
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => visible("a measured figure", text),
        Value::Array(list) => {
            let depth = below()?;
            list.iter().try_for_each(|value| figures(value, depth))
        }
        Value::Object(fields) => {
            let depth = below()?;
            fields.iter().try_for_each(|(name, value)| {
                visible("a measured figure", name)?;
                figures(value, depth)
            })
        }
    }
}

fn visible(what: &'static str, text: &str) -> Result<(), Refusal> {
    let hides = |c: char| c != '\n' && is_invisible(c);
    if text.chars().any(hides) { Err(Refusal::Invisible(what)) } else { Ok(()) }
}
