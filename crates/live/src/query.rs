//! From a request's query to delivery directives (draft, 6.2.5), and back to a canonical text.

use std::fmt::Write;

/// Longest number in a query, digits: what fits 64 bits.
const MAX_DIGITS: usize = 20;

/// The delivery directives of a playlist request (draft, 6.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Query {
    /// `_HLS_msn`: answer when this media sequence number is listed.
    pub msn: Option<u64>,
    /// `_HLS_part`: answer when this part of it is listed. Meaningless without `msn`, and refused.
    pub part: Option<u32>,
    /// `_HLS_skip`: a delta update is requested.
    pub skip: bool,
}

/// The query cannot be answered: 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Not a decimal integer that fits.
    #[error("{name} must be a decimal integer")]
    NotANumber {
        /// The parameter.
        name: &'static str,
    },
    /// The same directive twice.
    #[error("{name} is given twice")]
    Twice {
        /// The parameter.
        name: &'static str,
    },
    /// `_HLS_part` without `_HLS_msn` (draft, 6.2.5.2).
    #[error("_HLS_part needs _HLS_msn")]
    PartWithoutMsn,
}

impl Query {
    /// Parses the text behind the `?`, which may be empty. Directives may come in any order: players do not sort them
    /// by name, and a redirect would cost each of them a second request. Parameters that are not delivery directives
    /// are ignored; so are values of `_HLS_skip` other than `YES` and `v2`, which counts as `YES`, because there are no
    /// date ranges to skip.
    ///
    /// # Errors
    /// [`QueryError`] for queries that the draft or common sense rule out.
    pub fn parse(raw: &str) -> Result<Self, QueryError> {
        let (mut msn, mut part, mut skip) = (None, None, false);
        for pair in raw.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "_HLS_msn" => set(&mut msn, "_HLS_msn", value)?,
                "_HLS_part" => set(&mut part, "_HLS_part", value)?,
                "_HLS_skip" => skip = skip || matches!(value, "YES" | "v2"),
                _ => {}
            }
        }
        if part.is_some() && msn.is_none() {
            return Err(QueryError::PartWithoutMsn);
        }
        // A part index beyond 32 bits is beyond every limit, and stays so.
        let part = part.map(|part| u32::try_from(part).unwrap_or(u32::MAX));
        Ok(Self { msn, part, skip })
    }

    /// Its canonical text, without the `?`: directives in the order of their names, as the draft requires of clients.
    /// Empty for a plain reload.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        let mut push = |name: &str, value: &dyn std::fmt::Display| {
            let separator = if out.is_empty() { "" } else { "&" };
            // Writing into a String cannot fail.
            let _ = write!(out, "{separator}{name}={value}");
        };
        if let Some(msn) = self.msn {
            push("_HLS_msn", &msn);
        }
        if let Some(part) = self.part {
            push("_HLS_part", &part);
        }
        if self.skip {
            push("_HLS_skip", &"YES");
        }
        out
    }
}

fn set(slot: &mut Option<u64>, name: &'static str, value: &str) -> Result<(), QueryError> {
    if slot.is_some() {
        return Err(QueryError::Twice { name });
    }
    let digits = !value.is_empty() && value.len() <= MAX_DIGITS && value.bytes().all(|b| b.is_ascii_digit());
    let number = if digits { value.parse().ok() } else { None };
    *slot = Some(number.ok_or(QueryError::NotANumber { name })?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_directives() {
        let all = Query { msn: Some(273), part: Some(2), skip: true };
        assert_eq!(Query::parse("_HLS_msn=273&_HLS_part=2&_HLS_skip=YES"), Ok(all));
        assert_eq!(Query::parse("_HLS_skip=YES&_HLS_msn=273&_HLS_part=2"), Ok(all), "in any order");
        assert_eq!(Query::parse("_HLS_skip=v2&_HLS_part=2&t=1&_HLS_msn=0273"), Ok(all));
        assert_eq!(Query::parse(""), Ok(Query::default()));
        assert_eq!(Query::parse("_HLS_skip=NO&CMCD=sid%3D%22x%22"), Ok(Query::default()));
    }

    #[test]
    fn refuses_what_cannot_be_meant() {
        assert_eq!(Query::parse("_HLS_part=2"), Err(QueryError::PartWithoutMsn));
        assert_eq!(Query::parse("_HLS_msn=1&_HLS_msn=1"), Err(QueryError::Twice { name: "_HLS_msn" }));
        for value in ["", "-1", "+1", "1.5", "1e3", "18446744073709551616", "000000000000000000001", "%31"] {
            let error = Err(QueryError::NotANumber { name: "_HLS_msn" });
            assert_eq!(Query::parse(&format!("_HLS_msn={value}")), error, "{value}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_reads_back(msn: Option<u64>, part: Option<u32>, skip: bool) {
            let query = Query { msn, part: msn.and(part), skip };
            prop_assert_eq!(Query::parse(&query.canonical()), Ok(query));
        }

        #[test]
        fn any_text_is_answered(raw in "[_HLSmsnpartskip=&0-9YES%]{0,60}") {
            if let Ok(query) = Query::parse(&raw) {
                prop_assert_eq!(Query::parse(&query.canonical()), Ok(query));
                let reversed: Vec<&str> = raw.split('&').rev().collect();
                prop_assert_eq!(Query::parse(&reversed.join("&")), Ok(query));
            }
        }
    }
}
