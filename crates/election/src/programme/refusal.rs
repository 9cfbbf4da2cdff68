//! Why something is not recorded, in words for the one who wanted it.

use super::{EntryId, Holder, Serial};

/// Why a record is refused. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a UUID.
    #[error("the id of a record is a UUID, such as 0a1b2c3d-4e5f-4071-8283-94a5b6c7d8e9")]
    Id,
    /// The id names another record.
    #[error("record {0} exists and says something else; a new record needs a new id")]
    OtherContent(EntryId),
    /// A text is too long.
    #[error("{what} has at most {max} bytes; make it shorter")]
    LongText {
        /// Which text.
        what: &'static str,
        /// Bytes that it may have.
        max: usize,
    },
    /// A citizen's text is too long.
    #[error("a report has at most {max} characters; make it shorter", max = super::fact::REPORT_CHARS_MAX)]
    LongReportText,
    /// A text is empty.
    #[error("{0} is empty; give it")]
    Empty(&'static str),
    /// A text has characters that nobody can see.
    #[error("{0} has invisible characters; write it anew")]
    Invisible(&'static str),
    /// A reason is needed.
    #[error("this needs words: say why")]
    NoWords,
    /// One name in the place of two.
    #[error("both names are the same; two people are needed")]
    OnePerson,
    /// The measured figures are too long or too deep.
    #[error(
        "the measured figures are too long or too deep; at most 2048 bytes of JSON are kept, four levels deep"
    )]
    LongFigures,
    /// A finding names too many photos.
    #[error("a finding names at most ten photos")]
    MuchEvidence,
    /// Numbers that cannot be.
    #[error("these numbers cannot be: {0}")]
    Numbers(&'static str),
    /// A station has as many records as are kept.
    #[error("station has {0} records of this kind, and no more are kept")]
    ManyRecords(usize),
    /// The acceptance that is withdrawn is not there.
    #[error("the station is not accepted, so nothing can be withdrawn")]
    NotAccepted,
    /// The link is not one, or a newer one was made.
    #[error("this link is not valid, or a newer one was made; ask the commission for the newest")]
    Link,
    /// A photo is too long.
    #[error("a photo of {0} bytes is too long; at most 2 MiB are kept")]
    LongPhoto(usize),
    /// A photo is none.
    #[error("this is no JPEG photo")]
    NotJpeg,
    /// A photo has too many pixels.
    #[error("a photo of {width}×{height} pixels is too large")]
    LargePhoto {
        /// Pixels in a line.
        width: u16,
        /// Lines.
        height: u16,
    },
    /// The name of a photo is none.
    #[error("a photo is named by the 64 hexadecimal digits of its SHA-256")]
    PhotoName,
    /// A station has as many photos as are kept.
    #[error("the station has {0} photos, and no more are kept")]
    ManyPhotos(u32),
    /// Not a serial number.
    #[error("a serial number has 1 to 64 visible characters of ASCII without spaces")]
    Serial,
    /// Not a holder.
    #[error("{0:?} is no holder; write stock, station:7/12 or person:NAME")]
    Holder(String),
    /// The device exists.
    #[error("device {0} is in the book already; `ashkar stock list` shows it")]
    DeviceExists(Serial),
    /// The device does not exist.
    #[error("device {0} is not in the book; `ashkar stock add` enters it")]
    NoDevice(Serial),
    /// Somebody else has the device.
    #[error("device {serial} is not with {from}: {holder} has it")]
    Elsewhere {
        /// The device.
        serial: Serial,
        /// Who was said to have it.
        from: Holder,
        /// Who has it.
        holder: Holder,
    },
    /// The device would stay where it is.
    #[error("{to} has device {serial} already")]
    NoMovement {
        /// The device.
        serial: Serial,
        /// Who has it.
        to: Holder,
    },
    /// A device in the stock is handed over to the stock, or returned from it.
    #[error(
        "device {0} goes to a station or a person by being handed over, and comes back by being returned"
    )]
    StockToStock(Serial),
    /// A device at a station is no spare.
    #[error("device {serial} is at station {station}, so it is no spare; return it first")]
    InUse {
        /// The device.
        serial: Serial,
        /// Where it is.
        station: crate::model::StationId,
    },
    /// The same was reported of the camera, and is open.
    #[error("this was reported already, and is open at the commission's desk")]
    ReportKnown,
    /// The camera has as many open reports with words as are kept, or as many at all.
    #[error(
        "this camera was reported often already, and no more words about it are kept until the desk has read some"
    )]
    ManyReports,
    /// The report does not exist.
    #[error("there is no report {0} of this camera")]
    NoReport(EntryId),
    /// The report is closed.
    #[error("report {0} is closed already")]
    ReportClosed(EntryId),
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}
