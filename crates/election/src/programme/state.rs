//! The programme in memory: records go in, one after the other, and what is in force comes out. It says of a new record
//! whether it can be made. It holds nothing that no record says.

use std::collections::{BTreeMap, HashMap};

use ashkar_terms::{CameraId, UtcMicros};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use super::{
    Entry, EntryId, Fact, LinkHash, LinkToken, NoCameraReason, OfConstituency, Refusal, ReportKind, Serial,
    StationRecord, StockItem, reports,
};
use crate::model::StationId;

/// A station without a camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithoutCamera {
    /// Why it has none.
    pub reason: NoCameraReason,
    /// More words; may be empty.
    pub words: String,
}

/// How many stations shall have cameras.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Numbers {
    /// Stations.
    pub stations: u32,
    /// Constituencies that they are spread over.
    pub constituencies: u16,
    /// Those of single constituencies, by number.
    pub of_each: Vec<OfConstituency>,
}

/// The commission's decision about a version of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// The version of the list.
    pub list_version: u32,
}

/// A publication of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// The version.
    pub list_version: u32,
    /// Who approved it.
    pub approved_by: [String; 2],
    /// When.
    pub at: UtcMicros,
}

/// A citizen's report. Nothing says who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicReport {
    /// Its id.
    pub id: EntryId,
    /// What about the camera.
    pub kind: ReportKind,
    /// In the citizen's words; may be empty.
    pub text: String,
    /// When it came.
    pub at: UtcMicros,
    /// How the desk dealt with it.
    pub closed: Option<ReportClosing>,
}

/// How the desk dealt with a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportClosing {
    /// When.
    pub at: UtcMicros,
    /// Who.
    pub by: String,
    /// What was done.
    pub words: String,
}

/// Everything that was recorded of the programme of one election.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Programme {
    /// The election's row in the store that it was read from.
    pub(crate) election: Option<i64>,
    last: i64,
    stations: BTreeMap<StationId, StationRecord>,
    without: BTreeMap<StationId, WithoutCamera>,
    numbers: Option<Numbers>,
    decision: Option<Decision>,
    publications: Vec<Publication>,
    stock: BTreeMap<Serial, StockItem>,
    reports: BTreeMap<CameraId, Vec<PublicReport>>,
    links: HashMap<LinkHash, StationId>,
}

impl Programme {
    /// Number of the last record in it: while the store has no later one, this is current.
    pub const fn last(&self) -> i64 {
        self.last
    }

    /// What was recorded of a station; nothing if nothing was.
    pub fn station(&self, station: StationId) -> Option<&StationRecord> {
        self.stations.get(&station)
    }

    /// Stations without a camera, by number.
    pub const fn without_camera(&self) -> &BTreeMap<StationId, WithoutCamera> {
        &self.without
    }

    /// How many stations shall have cameras, if that was decided.
    pub const fn numbers(&self) -> Option<&Numbers> {
        self.numbers.as_ref()
    }

    /// The newest decision about the list.
    pub const fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// Publications of the list, oldest first.
    pub fn publications(&self) -> &[Publication] {
        &self.publications
    }

    /// All devices of the stock and in custody, by serial number.
    pub const fn stock(&self) -> &BTreeMap<Serial, StockItem> {
        &self.stock
    }

    /// The reports of each camera, oldest first.
    pub const fn reports(&self) -> &BTreeMap<CameraId, Vec<PublicReport>> {
        &self.reports
    }

    /// The station whose chair was given this link, if no newer one was made.
    pub fn station_of_link(&self, token: &LinkToken) -> Option<StationId> {
        self.links.get(&token.hash()).copied()
    }

    /// Whether a record can be made now, after those that are in here. Only earlier ones with the same subject matter.
    ///
    /// # Errors
    /// [`Refusal`], in words for the one who wanted it.
    pub fn check(&self, fact: &Fact) -> Result<(), Refusal> {
        fact.check()?;
        match fact {
            Fact::Finding { station, .. }
            | Fact::Acceptance { station, .. }
            | Fact::AcceptanceWithdrawn { station, .. }
            | Fact::Rehearsal { station, .. }
            | Fact::Link { station, .. }
            | Fact::SelfTest { station, .. }
            | Fact::Due { station, .. } => {
                let nothing = StationRecord::default();
                self.stations.get(station).unwrap_or(&nothing).check(fact)
            }
            Fact::StockAdded { serial, .. } => self.stock.get(serial).map_or(Ok(()), |item| item.check(fact)),
            Fact::HandedOver { serial, .. }
            | Fact::Returned { serial, .. }
            | Fact::Wiped { serial, .. }
            | Fact::Spare { serial, .. } => {
                self.stock.get(serial).ok_or_else(|| Refusal::NoDevice(serial.clone()))?.check(fact)
            }
            Fact::Report { camera, kind, text } => {
                let reported = self.reports.get(camera).map_or(&[][..], Vec::as_slice);
                reports::check(reported, *kind, text)
            }
            Fact::ReportClosed { camera, report, .. } => self.check_closing(*camera, *report),
            Fact::WithoutCamera { .. }
            | Fact::Numbers { .. }
            | Fact::Decision { .. }
            | Fact::Publication { .. } => Ok(()),
        }
    }

    /// What is in force in the place of a record that is to be made, for the audit trail.
    pub(crate) fn before(&self, fact: &Fact) -> Option<serde_json::Value> {
        match fact {
            Fact::Finding { station, item, .. } => {
                self.station(*station)?.findings(*item).last().map(|last| json!(last.what))
            }
            Fact::Acceptance { station, .. } | Fact::AcceptanceWithdrawn { station, .. } => {
                self.station(*station)?.acceptances().last().map(|last| json!(last.what))
            }
            Fact::Due { station, stage, .. } => self.station(*station)?.due(*stage).map(|due| json!(due)),
            Fact::WithoutCamera { station, .. } => self.without.get(station).map(|one| json!(one)),
            Fact::Numbers { .. } => self.numbers.as_ref().map(|one| json!(one)),
            Fact::Decision { .. } => self.decision.as_ref().map(|one| json!(one)),
            Fact::Publication { .. } => self.publications.last().map(|one| json!(one)),
            Fact::HandedOver { serial, .. } | Fact::Returned { serial, .. } | Fact::Wiped { serial, .. } => {
                let item = self.stock.get(serial)?;
                Some(json!({ "holder": item.holder, "wiped": item.wiped }))
            }
            Fact::Spare { serial, .. } => {
                let item = self.stock.get(serial)?;
                Some(json!({ "spare_for": item.spare_for }))
            }
            _ => None,
        }
    }

    fn check_closing(&self, camera: CameraId, id: EntryId) -> Result<(), Refusal> {
        let found = self.reports.get(&camera).and_then(|all| all.iter().find(|report| report.id == id));
        match found {
            None => Err(Refusal::NoReport(id)),
            Some(report) if report.closed.is_some() => Err(Refusal::ReportClosed(id)),
            Some(_) => Ok(()),
        }
    }

    /// Takes over one record that was made. They come in the order of their numbers.
    pub fn apply(&mut self, entry: &Entry) {
        self.last = self.last.max(entry.number);
        match &entry.fact {
            Fact::Finding { station, .. }
            | Fact::Acceptance { station, .. }
            | Fact::AcceptanceWithdrawn { station, .. }
            | Fact::Rehearsal { station, .. }
            | Fact::SelfTest { station, .. }
            | Fact::Due { station, .. } => self.stations.entry(*station).or_default().apply(entry),
            Fact::Link { station, link } => {
                let record = self.stations.entry(*station).or_default();
                if let Some(former) = record.link() {
                    self.links.remove(&former);
                }
                record.apply(entry);
                self.links.insert(*link, *station);
            }
            Fact::WithoutCamera { station, reason, words } => match *reason {
                Some(reason) => {
                    self.without.insert(*station, WithoutCamera { reason, words: words.clone() });
                }
                None => {
                    self.without.remove(station);
                }
            },
            Fact::Numbers { stations, constituencies, of_each } => {
                let (stations, constituencies, of_each) = (*stations, *constituencies, of_each.clone());
                self.numbers = Some(Numbers { stations, constituencies, of_each });
            }
            Fact::Decision { number, date, list_version } => {
                let (number, date, list_version) = (number.clone(), *date, *list_version);
                self.decision = Some(Decision { number, date, list_version });
            }
            Fact::Publication { list_version, approved_by } => {
                let approved_by = approved_by.clone();
                self.publications.push(Publication {
                    list_version: *list_version,
                    approved_by,
                    at: entry.came_at,
                });
            }
            Fact::StockAdded { serial, kind, note } => {
                self.stock
                    .entry(serial.clone())
                    .or_insert_with(|| StockItem::added(entry, serial, kind, note));
            }
            Fact::HandedOver { serial, .. }
            | Fact::Returned { serial, .. }
            | Fact::Wiped { serial, .. }
            | Fact::Spare { serial, .. } => {
                if let Some(item) = self.stock.get_mut(serial) {
                    item.apply(entry);
                }
            }
            Fact::Report { camera, kind, text } => {
                let report = PublicReport {
                    id: entry.id,
                    kind: *kind,
                    text: text.clone(),
                    at: entry.came_at,
                    closed: None,
                };
                self.reports.entry(*camera).or_default().push(report);
            }
            Fact::ReportClosed { camera, report, words } => self.close(entry, *camera, *report, words),
        }
    }

    fn close(&mut self, entry: &Entry, camera: CameraId, id: EntryId, words: &str) {
        let mut reports = self.reports.get_mut(&camera).into_iter().flatten();
        if let Some(report) = reports.find(|report| report.id == id) {
            let (by, words) = (entry.by.clone(), words.to_owned());
            report.closed = Some(ReportClosing { at: entry.came_at, by, words });
        }
    }
}
