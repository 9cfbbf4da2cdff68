//! The words of the documents, in three languages, with one term for one thing as on the pages.
//!
//! In: a language. Out: words, and sentences around values. What must never happen: a text from outside used as one.

mod az;
mod en;
mod ru;

use ashkar_election::Language;
use jiff::civil::{Date, DateTime};

/// A thing that may happen at a station, and what to do then.
pub(crate) struct Step {
    pub(crate) when: &'static str,
    pub(crate) what: &'static str,
}

/// What one language says.
pub(crate) struct Words {
    pub(crate) months: [&'static str; 12],
    pub(crate) page_of: fn(usize, usize) -> String,
    pub(crate) sample: &'static str,
    pub(crate) rehearsal: &'static str,
    pub(crate) continued: fn(&str) -> String,
    pub(crate) version: fn(u32) -> String,
    pub(crate) decision: fn(&str, &str) -> String,
    pub(crate) list: ListWords,
    pub(crate) changes: ChangesWords,
    pub(crate) acceptance: AcceptanceWords,
    pub(crate) sheet: SheetWords,
}

/// Those of the list.
pub(crate) struct ListWords {
    pub(crate) title: &'static str,
    pub(crate) election_day: &'static str,
    pub(crate) decision: &'static str,
    pub(crate) approved_by: &'static str,
    pub(crate) version: &'static str,
    pub(crate) published: &'static str,
    pub(crate) contents: &'static str,
    pub(crate) counts: fn(usize, usize, usize) -> String,
    pub(crate) digest: &'static str,
    pub(crate) digest_note: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) stations: &'static str,
    pub(crate) without: &'static str,
    pub(crate) no_reason: &'static str,
    pub(crate) col_number: &'static str,
    pub(crate) col_venue: &'static str,
    pub(crate) col_address: &'static str,
    pub(crate) col_cameras: &'static str,
    pub(crate) col_reason: &'static str,
    pub(crate) col_constituency: &'static str,
    pub(crate) col_stations: &'static str,
    pub(crate) col_page: &'static str,
    pub(crate) total: &'static str,
}

/// Those of the differences.
pub(crate) struct ChangesWords {
    pub(crate) title: fn(u32, u32) -> String,
    pub(crate) earlier: &'static str,
    pub(crate) later: &'static str,
    pub(crate) none: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) col_kind: &'static str,
    pub(crate) col_count: &'static str,
    pub(crate) added: &'static str,
    pub(crate) removed: &'static str,
    pub(crate) renumbered: &'static str,
    pub(crate) moved: &'static str,
    pub(crate) changed: &'static str,
    pub(crate) constituencies: &'static str,
    pub(crate) col_number: &'static str,
    pub(crate) col_place: &'static str,
    pub(crate) col_cameras: &'static str,
    pub(crate) col_old_number: &'static str,
    pub(crate) col_new_number: &'static str,
    pub(crate) col_old_place: &'static str,
    pub(crate) col_new_place: &'static str,
    pub(crate) col_what: &'static str,
    pub(crate) col_before: &'static str,
    pub(crate) col_after: &'static str,
    pub(crate) constituency_added: &'static str,
    pub(crate) constituency_removed: &'static str,
    /// voters, cameras, coordinates, venue, address, name_az, name_en, name_ru, name_status.
    pub(crate) fields: [&'static str; 9],
    /// confirmed, unconfirmed, unknown.
    pub(crate) statuses: [&'static str; 3],
}

/// Those of the act of acceptance.
pub(crate) struct AcceptanceWords {
    pub(crate) title: &'static str,
    pub(crate) number: &'static str,
    pub(crate) date: &'static str,
    pub(crate) station: &'static str,
    pub(crate) venue: &'static str,
    pub(crate) address: &'static str,
    pub(crate) installed: &'static str,
    pub(crate) nothing_installed: &'static str,
    pub(crate) col_what: &'static str,
    pub(crate) col_serial: &'static str,
    pub(crate) col_place: &'static str,
    pub(crate) checks: &'static str,
    pub(crate) nothing_checked: &'static str,
    pub(crate) col_check: &'static str,
    pub(crate) col_result: &'static str,
    pub(crate) col_remark: &'static str,
    /// passed, failed, not done.
    pub(crate) results: [&'static str; 3],
    pub(crate) remarks: &'static str,
    pub(crate) conclusion: &'static str,
    /// accepted, accepted with remarks, not accepted.
    pub(crate) conclusions: [&'static str; 3],
    pub(crate) signatures: &'static str,
    pub(crate) signature: &'static str,
    pub(crate) name: &'static str,
    /// The names of the checklist's items, in their order.
    pub(crate) items: [&'static str; 10],
    pub(crate) chair: &'static str,
    pub(crate) technician: &'static str,
}

/// Those of a station's sheet.
pub(crate) struct SheetWords {
    pub(crate) title: &'static str,
    pub(crate) enrolment: &'static str,
    pub(crate) self_test: &'static str,
    pub(crate) good_until: fn(&str) -> String,
    pub(crate) good_for_now: &'static str,
    pub(crate) telephones: &'static str,
    pub(crate) when: &'static str,
    pub(crate) steps: [Step; 6],
    pub(crate) never: &'static str,
}

impl Words {
    /// The words of `language`.
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Az => &az::WORDS,
            Language::En => &en::WORDS,
            Language::Ru => &ru::WORDS,
        }
    }

    /// `22 noyabr 2026`.
    pub(crate) fn date(&self, date: Date) -> String {
        let at = usize::from(date.month().unsigned_abs()).saturating_sub(1);
        format!("{} {} {}", date.day(), self.months.get(at).copied().unwrap_or_default(), date.year())
    }

    /// `22 noyabr 2026, 09:05`.
    pub(crate) fn date_time(&self, at: DateTime) -> String {
        format!("{}, {:02}:{:02}", self.date(at.date()), at.hour(), at.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_language() {
        let at = jiff::civil::date(2026, 11, 2).at(9, 5, 0, 0);
        assert_eq!(Words::of(Language::Az).date_time(at), "2 noyabr 2026, 09:05");
        assert_eq!(Words::of(Language::En).date_time(at), "2 November 2026, 09:05");
        assert_eq!(Words::of(Language::Ru).date_time(at), "2 ноября 2026, 09:05");
    }
}
