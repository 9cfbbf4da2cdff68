//! Citizens' reports of a camera: which of them find a place. In: the camera's reports so far and a new one. Out: whether it
//! is taken.
//!
//! What must never happen: that whoever fills the places keeps others from saying what is wrong. So what says the same is
//! counted once, and words never take the places of reports without them: of each kind one always finds a place.

use super::state::PublicReport;
use super::{Refusal, ReportKind};

/// Open reports with words that one camera may have. With those without words, one of each kind, there are at most
/// twenty: [`ReportKind::Other`] needs words.
const WORDED_MAX: usize = 21 - ReportKind::ALL.len();
/// Reports of one camera that are kept.
const REPORTS_MAX: usize = 1000;

/// Whether a report of `kind` with these words is taken beside those that the camera has.
pub(super) fn check(reports: &[PublicReport], kind: ReportKind, words: &str) -> Result<(), Refusal> {
    let open = || reports.iter().filter(|report| report.closed.is_none());
    let words = words.trim();
    if open().any(|report| report.kind == kind && report.text.trim() == words) {
        return Err(Refusal::ReportKnown);
    }
    let worded = open().filter(|report| !report.text.trim().is_empty()).count();
    let is_full = !words.is_empty() && worded >= WORDED_MAX;
    if is_full || reports.len() >= REPORTS_MAX { Err(Refusal::ManyReports) } else { Ok(()) }
}
