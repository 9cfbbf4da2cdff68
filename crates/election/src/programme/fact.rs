//! What can be recorded of the programme, and the limits of each record. Nothing here knows what was recorded before.

use ashkar_terms::CameraId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Holder, Item, LinkHash, Met, NoCameraReason, PhotoHash, Refusal, ReportKind, Serial, Stage, text,
};
use crate::model::StationId;

/// Longest note, reason or remark, bytes.
pub(crate) const NOTE_BYTES_MAX: usize = 1000;
/// Longest name of a person, bytes.
pub(crate) const PERSON_BYTES_MAX: usize = 200;
/// Longest text of a citizen's report, characters.
pub(crate) const REPORT_CHARS_MAX: usize = 300;
/// Longest measured figures, bytes of JSON.
const MEASURED_BYTES_MAX: usize = 2048;
/// Objects and lists within each other in measured figures.
const MEASURED_DEPTH_MAX: u8 = 4;
/// Photos that one finding names.
const EVIDENCE_MAX: usize = 10;
/// Longest kind of a device, bytes.
const KIND_BYTES_MAX: usize = 100;
/// Longest number of a decision, bytes.
const DECISION_BYTES_MAX: usize = 100;
/// Constituencies that numbers may be decided for.
const CONSTITUENCIES_MAX: usize = 1000;

/// One thing that was found, done or decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Fact {
    /// What was found of an item of a station's checklist.
    Finding {
        /// The station.
        station: StationId,
        /// The item.
        item: Item,
        /// Whether it is met.
        met: Met,
        /// What is to be said about it, at most 1000 bytes.
        note: String,
        /// What was measured, such as `{"up_mbit_s": 4.2}`; at most 2048 bytes.
        measured: Option<serde_json::Value>,
        /// Photos that show it, at most ten. They may come later than this.
        evidence: Vec<PhotoHash>,
    },
    /// The chair and the technician have accepted a station.
    Acceptance {
        /// The station.
        station: StationId,
        /// Name of the chair of its commission.
        chair: String,
        /// Name of the technician.
        technician: String,
        /// A remark; may be empty.
        words: String,
    },
    /// The acceptance is withdrawn.
    AcceptanceWithdrawn {
        /// The station.
        station: StationId,
        /// Why.
        words: String,
    },
    /// The result of a rehearsal.
    Rehearsal {
        /// The station.
        station: StationId,
        /// Whether it went well.
        passed: bool,
        /// What was seen; needed if it did not go well.
        words: String,
    },
    /// A new link by which the chair tests the station; a former one is void.
    Link {
        /// The station.
        station: StationId,
        /// Hash of its secret.
        link: LinkHash,
    },
    /// The chair's answers to the three questions.
    SelfTest {
        /// The station.
        station: StationId,
        /// Hash of the secret of the link by which they came.
        link: LinkHash,
        /// "I see our room."
        room: bool,
        /// "I see the box and the tables."
        box_and_tables: bool,
        /// "No booth is visible."
        no_booth: bool,
    },
    /// Who answers for a stage of a station, and until when it is due. Without both there is no more such duty.
    Due {
        /// The station.
        station: StationId,
        /// The stage.
        stage: Stage,
        /// The responsible person; empty for nobody.
        responsible: String,
        /// The last day on which it is in time.
        due: Option<Date>,
    },
    /// A station without a camera, and why; without a reason it is taken from these again.
    WithoutCamera {
        /// The station.
        station: StationId,
        /// Why it has none.
        reason: Option<NoCameraReason>,
        /// More words; needed for another reason than those that have a name.
        words: String,
    },
    /// How many stations shall have cameras.
    Numbers {
        /// Stations.
        stations: u32,
        /// Constituencies that they are spread over.
        constituencies: u16,
        /// Stations of single constituencies, if that was decided too.
        of_each: Vec<OfConstituency>,
    },
    /// The commission's decision about a version of the list.
    Decision {
        /// Its number, such as `12/45`.
        number: String,
        /// Its date.
        date: Date,
        /// The version of the list.
        list_version: u32,
    },
    /// A version of the list was published; two people approved it.
    Publication {
        /// The version of the list.
        list_version: u32,
        /// Who approved it.
        approved_by: [String; 2],
    },
    /// A device comes into the stock.
    StockAdded {
        /// Its serial number.
        serial: Serial,
        /// What it is, such as `camera` or a model's name.
        kind: String,
        /// A note; may be empty.
        note: String,
    },
    /// A device goes from one hand into another.
    HandedOver {
        /// Its serial number.
        serial: Serial,
        /// Who has it.
        from: Holder,
        /// Who gets it: a station or a person.
        to: Holder,
        /// A note; may be empty.
        note: String,
    },
    /// A device comes back into the stock.
    Returned {
        /// Its serial number.
        serial: Serial,
        /// Who had it.
        from: Holder,
        /// A note; may be empty.
        note: String,
    },
    /// What a device held was deleted.
    Wiped {
        /// Its serial number.
        serial: Serial,
        /// A note; may be empty.
        note: String,
    },
    /// A device is the spare of a station; without a station it is nobody's any more.
    Spare {
        /// Its serial number.
        serial: Serial,
        /// The station.
        station: Option<StationId>,
    },
    /// A citizen reports a camera. Nothing says who.
    Report {
        /// The camera.
        camera: CameraId,
        /// What about it.
        kind: ReportKind,
        /// In the citizen's words, at most 300 characters; may be empty.
        text: String,
    },
    /// The desk has dealt with a report.
    ReportClosed {
        /// The camera.
        camera: CameraId,
        /// The report.
        report: super::EntryId,
        /// What was done.
        words: String,
    },
}

/// A number that was decided for one constituency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfConstituency {
    /// The constituency.
    pub constituency: u16,
    /// How many of its stations shall have cameras.
    pub stations: u32,
}

impl Fact {
    /// Its name in the audit trail.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Finding { .. } => "programme.finding",
            Self::Acceptance { .. } => "programme.acceptance",
            Self::AcceptanceWithdrawn { .. } => "programme.acceptance-withdrawn",
            Self::Rehearsal { .. } => "programme.rehearsal",
            Self::Link { .. } => "programme.link",
            Self::SelfTest { .. } => "programme.self-test",
            Self::Due { .. } => "programme.due",
            Self::WithoutCamera { .. } => "programme.without-camera",
            Self::Numbers { .. } => "programme.numbers",
            Self::Decision { .. } => "programme.decision",
            Self::Publication { .. } => "programme.publication",
            Self::StockAdded { .. } => "stock.add",
            Self::HandedOver { .. } => "stock.hand-over",
            Self::Returned { .. } => "stock.return",
            Self::Wiped { .. } => "stock.wipe",
            Self::Spare { .. } => "stock.spare",
            Self::Report { .. } => "report.open",
            Self::ReportClosed { .. } => "report.close",
        }
    }

    /// What it is about. Whether a record may be made depends on the earlier ones with the same subject, and on no other.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Finding { station, .. }
            | Self::Acceptance { station, .. }
            | Self::AcceptanceWithdrawn { station, .. }
            | Self::Rehearsal { station, .. }
            | Self::Link { station, .. }
            | Self::SelfTest { station, .. }
            | Self::Due { station, .. } => Self::subject_of_station(*station),
            Self::WithoutCamera { station, .. } => format!("without camera {station}"),
            Self::Numbers { .. } | Self::Decision { .. } | Self::Publication { .. } => "programme".to_owned(),
            Self::StockAdded { serial, .. }
            | Self::HandedOver { serial, .. }
            | Self::Returned { serial, .. }
            | Self::Wiped { serial, .. }
            | Self::Spare { serial, .. } => format!("device {serial}"),
            Self::Report { camera, .. } | Self::ReportClosed { camera, .. } => format!("camera {camera}"),
        }
    }

    /// The subject of what is found or done at a station.
    pub(crate) fn subject_of_station(station: StationId) -> String {
        format!("station {station}")
    }

    /// The station that must be in the list, or have been, for this to be recorded.
    pub(crate) const fn listed_station(&self) -> Option<StationId> {
        match self {
            Self::Finding { station, .. }
            | Self::Acceptance { station, .. }
            | Self::AcceptanceWithdrawn { station, .. }
            | Self::Rehearsal { station, .. }
            | Self::Link { station, .. }
            | Self::SelfTest { station, .. }
            | Self::Due { station, .. }
            | Self::HandedOver { to: Holder::Station(station), .. }
            | Self::Spare { station: Some(station), .. } => Some(*station),
            _ => None,
        }
    }

    /// Whether each of its texts and figures is within its limits.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Finding { note, measured, evidence, .. } => {
                check_finding(note, measured.as_ref(), evidence)
            }
            Self::Acceptance { chair, technician, words, .. } => {
                text::name("the chair's name", chair, PERSON_BYTES_MAX)?;
                text::name("the technician's name", technician, PERSON_BYTES_MAX)?;
                text::same_person(chair, technician)?;
                text::note(words)
            }
            Self::Rehearsal { passed: true, words, .. } => text::note(words),
            Self::AcceptanceWithdrawn { words, .. }
            | Self::Rehearsal { passed: false, words, .. }
            | Self::ReportClosed { words, .. } => text::reason(words),
            Self::Link { .. } | Self::SelfTest { .. } | Self::Spare { .. } => Ok(()),
            Self::Due { responsible, .. } => text::optional_name("the responsible person", responsible),
            Self::WithoutCamera { reason, words, .. } => match reason {
                Some(NoCameraReason::Other) => text::reason(words),
                _ => text::note(words),
            },
            Self::Numbers { stations, constituencies, of_each } => {
                check_numbers(*stations, *constituencies, of_each)
            }
            Self::Decision { number, .. } => text::name("the decision's number", number, DECISION_BYTES_MAX),
            Self::Publication { approved_by: [one, other], .. } => {
                text::name("a name of those who approved", one, PERSON_BYTES_MAX)?;
                text::name("a name of those who approved", other, PERSON_BYTES_MAX)?;
                text::same_person(one, other)
            }
            Self::StockAdded { kind, note, .. } => {
                text::name("the kind of a device", kind, KIND_BYTES_MAX)?;
                text::note(note)
            }
            Self::HandedOver { from, to, note, .. } => {
                from.check()?;
                to.check()?;
                text::note(note)
            }
            Self::Returned { from, note, .. } => {
                from.check()?;
                text::note(note)
            }
            Self::Wiped { note, .. } => text::note(note),
            Self::Report { kind, text: words, .. } => {
                if *kind == ReportKind::Other && words.trim().is_empty() {
                    return Err(Refusal::NoWords);
                }
                text::report(words)
            }
        }
    }
}

fn check_finding(
    note: &str,
    measured: Option<&serde_json::Value>,
    evidence: &[PhotoHash],
) -> Result<(), Refusal> {
    if let Some(value) = measured {
        text::figures(value, MEASURED_DEPTH_MAX)?;
        if value.to_string().len() > MEASURED_BYTES_MAX {
            return Err(Refusal::LongFigures);
        }
    }
    if evidence.len() > EVIDENCE_MAX {
        return Err(Refusal::MuchEvidence);
    }
    text::note(note)
}

fn check_numbers(stations: u32, constituencies: u16, of_each: &[OfConstituency]) -> Result<(), Refusal> {
    if stations == 0 || constituencies == 0 || u32::from(constituencies) > stations {
        return Err(Refusal::Numbers("there are at least one constituency and as many stations"));
    }
    if of_each.len() > CONSTITUENCIES_MAX {
        return Err(Refusal::Numbers("there are not so many constituencies"));
    }
    if !of_each.is_sorted_by(|one, next| one.constituency < next.constituency) {
        return Err(Refusal::Numbers("each constituency has one number, and they are in order"));
    }
    let sum: u64 = of_each.iter().map(|one| u64::from(one.stations)).sum();
    if sum > u64::from(stations) {
        return Err(Refusal::Numbers("the constituencies have more than all together"));
    }
    Ok(())
}
