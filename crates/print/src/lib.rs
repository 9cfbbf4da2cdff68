//! Documents on paper: values in, the bytes of a PDF out.
//!
//! * [`published_list`]: the list of stations with cameras;
//! * [`list_changes`]: what differs between two versions of it;
//! * [`acceptance`]: the act of acceptance of a station's equipment, to be signed;
//! * [`station_sheet`]: the page that stays at a station; [`station_sheets`]: those of several in one file.
//!
//! Each is A4, in one of three languages, tagged for those who hear it (PDF/UA-1) and fit to be kept (PDF/A-2a). The same
//! values give the same bytes: no clock is read, and no font, file or address outside this crate.
//!
//! What must never happen: a text from outside that is more than text; a text that is cut off, covers another or leaves
//! its page; a letter that the font lacks. A document that cannot be made whole is refused, see [`PrintError`].

mod documents;
mod error;
mod fonts;
mod layout;
mod text;
mod words;

pub use documents::acceptance::{
    Acceptance, Check, CheckResult, Conclusion, Installed, Signatory, acceptance,
};
pub use documents::changes::{Changes, list_changes};
pub use documents::list::{PublishedList, WithoutCamera, published_list};
pub use documents::sheet::{Enrolment, Link, StationSheet, Telephone, station_sheet, station_sheets};
pub use documents::{Decision, Issue};
pub use error::PrintError;
