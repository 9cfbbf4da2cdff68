//! Papers of a station: the act of acceptance, and the sheet that stays there.
//!
//! In: what was recorded, and the settings of the desk. Out: PDFs, made off the threads that serve. A sheet carries
//! secrets: they are made for it, printed, and put into force only after that, all in one transaction. What must never
//! happen: a sheet whose secrets are not in force; a secret that is in force and on no paper; the same request answered
//! with other secrets. So a repeated request is answered `already-done`, and a sheet that was lost is made anew.

use std::sync::Arc;

use ashkar_election::{
    Acceptance, Constituency, Dated, Election, Finding, Holder, Item, Language, LinkToken, Met, NewSheet,
    Programme, Station, StationId, StationRecord, StoreError,
};
use ashkar_print::{
    Check, CheckResult, Conclusion, Enrolment, Installed, Issue, Link, PrintError, Signatory, StationSheet,
    station_sheets,
};
use ashkar_terms::{CameraId, UtcMicros};
use ashkar_uplink::EnrolmentCode;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::Desk;
use crate::caller::{Asked, Caller};
use crate::given::{At, Given, Wanted};
use crate::refusal::{Refusal, sentence};

/// How long the codes of a sheet are good, days, unless something else is asked for: a sheet is printed before the
/// technician travels.
pub(super) const DAYS: u8 = 14;
/// The longest time, days.
const DAYS_MAX: u8 = 30;
const DAY_US: i64 = 24 * 3_600_000_000;
/// Sheets in one PDF.
const SHEETS_MAX: usize = 200;
/// Documents made at once; more wait.
const AT_ONCE: usize = 2;

/// The turn of those who make documents.
pub(crate) struct Turns(tokio::sync::Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(tokio::sync::Semaphore::new(AT_ONCE))
    }
}

impl Turns {
    /// Makes a document on a thread that serves nobody.
    async fn make(
        &self,
        work: impl FnOnce() -> Result<Vec<u8>, PrintError> + Send + 'static,
    ) -> Result<Vec<u8>, Refusal> {
        let _turn = self.0.acquire().await;
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(pdf)) => Ok(pdf),
            Ok(Err(error)) => Err(Refusal::impossible(sentence(&error))),
            Err(cause) => {
                tracing::error!(%cause, blame = "centre", "a document could not be made");
                Err(Refusal::unavailable("The document could not be made; try again in a moment."))
            }
        }
    }
}

/// A PDF to be saved. A browser shows it in a viewer of its own, never in the desk's page.
fn pdf(bytes: Vec<u8>, name: &str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.pdf\""));
    let disposition = disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/pdf");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InLanguage {
    #[serde(default)]
    lang: Option<Language>,
}

/// What every paper of a station names.
struct About {
    election: Election,
    constituency: Constituency,
    station: Station,
}

fn about(desk: &Desk, id: StationId) -> Result<About, Refusal> {
    let registry = desk.centre.registry();
    let list = &registry.snapshot.list;
    let station = list.station(id).cloned().ok_or(StoreError::NotInList(id))?;
    let constituency = list.constituencies().iter().find(|one| one.number == id.constituency).cloned();
    let constituency = constituency.unwrap_or_else(|| Constituency::unnamed(id.constituency));
    Ok(About { election: registry.election.clone(), constituency, station })
}

/// The values of an act of acceptance.
struct Act {
    accepted: Accepted,
    checks: Vec<Check>,
    installed: Vec<Installed>,
}

/// The acceptance in force.
struct Accepted {
    at: UtcMicros,
    chair: String,
    technician: String,
    words: String,
}

fn accepted(record: &StationRecord) -> Option<Accepted> {
    let last = record.acceptances().last()?;
    match &last.what {
        Acceptance::Accepted { chair, technician, words } => {
            let (chair, technician, words) = (chair.clone(), technician.clone(), words.clone());
            Some(Accepted { at: last.at, chair, technician, words })
        }
        Acceptance::Withdrawn { .. } => None,
    }
}

/// What was found of an item, as it was when the station was accepted: later findings belong to no act.
fn check(record: &StationRecord, item: Item, at: UtcMicros, language: Language) -> Check {
    let found: Option<&Dated<Finding>> = record.findings(item).iter().rev().find(|found| found.at <= at);
    let result = match found.map(|found| found.what.met) {
        Some(Met::Yes) => CheckResult::Passed,
        Some(Met::No) => CheckResult::Failed,
        Some(Met::Unknown) | None => CheckResult::NotDone,
    };
    let remark = found.map(|found| remark(&found.what)).unwrap_or_default();
    Check::of_item(language, item, result, remark)
}

/// The note and the figures, such as `up_mbit_s: 4.2`.
fn remark(finding: &Finding) -> String {
    let mut parts = Vec::new();
    if !finding.note.trim().is_empty() {
        parts.push(finding.note.trim().to_owned());
    }
    match &finding.measured {
        Some(serde_json::Value::Object(figures)) => {
            parts.extend(figures.iter().map(|(name, value)| format!("{name}: {value}")));
        }
        Some(other) => parts.push(other.to_string()),
        None => {}
    }
    parts.join("; ")
}

fn act(programme: &Programme, id: StationId, language: Language) -> Option<Act> {
    let record = programme.station(id)?;
    let accepted = accepted(record)?;
    let checks = Item::ALL.map(|item| check(record, item, accepted.at, language)).to_vec();
    let there = programme.stock().values().filter(|device| device.holder == Holder::Station(id));
    let installed = there.map(|device| Installed {
        what: device.kind.clone(),
        serial: device.serial.to_string(),
        place: device.note.clone(),
    });
    Some(Act { installed: installed.collect(), accepted, checks })
}

/// The act of the acceptance in force.
pub(super) async fn acceptance(
    State(desk): State<Arc<Desk>>,
    place: At<(u16, u16)>,
    Wanted(InLanguage { lang }): Wanted<InLanguage>,
) -> Result<Response, Refusal> {
    let id = super::programme::listed(&desk, place)?;
    let language = lang.unwrap_or(Language::Az);
    let about = about(&desk, id)?;
    let act = desk.programme.with(&desk, |programme| act(programme, id, language)).await?;
    let Some(act) = act else {
        let detail = format!("Station {id} has no acceptance in force, so there is no act of it.");
        return Err(Refusal::impossible(detail));
    };
    let bytes = desk.turns.make(move || print_act(&about, &act, language)).await?;
    Ok(pdf(bytes, &format!("acceptance-{}-{}", id.constituency, id.station)))
}

fn print_act(about: &About, act: &Act, language: Language) -> Result<Vec<u8>, PrintError> {
    let Accepted { at, chair, technician, words } = &act.accepted;
    let all_passed = act.checks.iter().all(|check| check.result == CheckResult::Passed);
    let conclusion = match all_passed && words.trim().is_empty() {
        true => Conclusion::Accepted,
        false => Conclusion::AcceptedWithRemarks,
    };
    ashkar_print::acceptance(&ashkar_print::Acceptance {
        issue: Issue { language, election: &about.election, made: *at },
        constituency: &about.constituency,
        station: &about.station,
        number: "",
        date: about.election.time_zone.local(*at).0,
        installed: &act.installed,
        checks: &act.checks,
        remarks: words.trim(),
        conclusion,
        signatories: &[
            Signatory::chair(language, chair.clone()),
            Signatory::technician(language, technician.clone()),
        ],
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSheets {
    lang: Language,
    #[serde(default)]
    days: Option<u8>,
}

/// A sheet before it is printed, with its secrets.
struct Sheet {
    about: About,
    codes: Vec<(CameraId, String)>,
    self_test: String,
}

/// The cameras for which a sheet has a code: those without a device, if the devices' address of the centre is known. A
/// paper at a wall must not enrol a second device for a camera that has one.
pub(super) fn enrolled_by_sheet(desk: &Desk, id: StationId) -> Vec<CameraId> {
    if desk.options.devices_reach.is_none() {
        return Vec::new();
    }
    let registry = desk.centre.registry();
    let snapshot = &registry.snapshot;
    let has_device = |camera| snapshot.devices_of(camera).iter().any(|device| device.revoked_at.is_none());
    let cameras = snapshot.cameras_of(id).iter();
    let cameras = cameras.filter(|camera| camera.enabled && camera.sub_of.is_none()).map(|camera| camera.id);
    cameras.filter(|camera| !has_device(*camera)).collect()
}

fn draft(desk: &Desk, origin: &str, id: StationId) -> Result<(Sheet, NewSheet), Refusal> {
    let token = LinkToken::generate().map_err(ashkar_election::ProgrammeError::from)?;
    let (mut codes, mut hashes) = (Vec::new(), Vec::new());
    for camera in enrolled_by_sheet(desk, id) {
        let code = EnrolmentCode::generate().map_err(no_random)?;
        let centre = desk.options.devices_reach.as_deref().unwrap_or_default();
        codes.push((camera, code.link(centre)));
        hashes.push((camera, code.hash().0));
    }
    let self_test = format!("{origin}/desk/self-test#{}", token.reveal());
    let stored = NewSheet { station: id, link: token.hash(), codes: hashes };
    Ok((Sheet { about: about(desk, id)?, codes, self_test }, stored))
}

fn no_random(error: ashkar_uplink::KeyError) -> Refusal {
    tracing::error!(cause = %error, blame = "centre", "a code of enrolment could not be made");
    Refusal::unavailable("No random numbers are to be had; try again in a moment.")
}

/// Prints the sheets of `stations`, puts their secrets into force, and answers the PDF.
async fn issue(
    desk: &Arc<Desk>,
    (caller, asked): (&Caller, &Asked),
    headers: &HeaderMap,
    (stations, name): (Vec<StationId>, String),
    new: &NewSheets,
) -> Result<Response, Refusal> {
    let days = new.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Refusal::malformed(format!("\"days\" is a number from 1 to {DAYS_MAX}.")));
    }
    let until = asked.at.plus(i64::from(days) * DAY_US);
    // A device that was enrolled a moment ago, by another process, counts.
    desk.centre.refresh().await;
    let origin = super::people::origin(desk, headers);
    let drafts: Result<Vec<_>, Refusal> = stations.into_iter().map(|id| draft(desk, &origin, id)).collect();
    let (sheets, stored): (Vec<Sheet>, Vec<NewSheet>) = drafts?.into_iter().unzip();
    let (telephones, language, made) = (Arc::clone(&desk.options.telephones), new.lang, asked.at);
    let print = move || print_sheets(&sheets, &telephones, (language, made, until));
    let bytes = desk.turns.make(print).await?;
    // Only what is on paper comes into force.
    desk.store.issue_sheets(&stored, until, &caller.actor(None)).await?;
    desk.centre.refresh().await;
    Ok(pdf(bytes, &name))
}

fn print_sheets(
    sheets: &[Sheet],
    telephones: &[ashkar_print::Telephone],
    (language, made, until): (Language, UtcMicros, UtcMicros),
) -> Result<Vec<u8>, PrintError> {
    let enrolments: Vec<Vec<Enrolment<'_>>> = sheets
        .iter()
        .map(|sheet| {
            let codes = sheet.codes.iter();
            codes.map(|(camera, link)| Enrolment { camera: *camera, link: Link(link), until }).collect()
        })
        .collect();
    let papers: Vec<StationSheet<'_>> = sheets
        .iter()
        .zip(&enrolments)
        .map(|(sheet, enrolments)| StationSheet {
            issue: Issue { language, election: &sheet.about.election, made },
            constituency: &sheet.about.constituency,
            station: &sheet.about.station,
            enrolments,
            self_test: Some(Link(&sheet.self_test)),
            telephones,
        })
        .collect();
    match papers.split_first() {
        Some((first, others)) => station_sheets(first, others),
        None => Ok(Vec::new()),
    }
}

/// A new sheet of a station: its former secrets are void.
pub(super) async fn sheet(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    place: At<(u16, u16)>,
    headers: HeaderMap,
    Given(new): Given<NewSheets>,
) -> Result<Response, Refusal> {
    let id = super::programme::listed(&desk, place)?;
    let name = format!("sheet-{}-{}", id.constituency, id.station);
    issue(&desk, (&caller, &asked), &headers, (vec![id], name), &new).await
}

/// New sheets of all stations of a constituency.
pub(super) async fn sheets(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    At(constituency): At<u16>,
    headers: HeaderMap,
    Given(new): Given<NewSheets>,
) -> Result<Response, Refusal> {
    let registry = desk.centre.registry();
    let stations = registry.snapshot.list.stations().iter().map(|station| station.id);
    let stations: Vec<_> = stations.filter(|id| id.constituency == constituency).collect();
    match stations.len() {
        0 => Err(Refusal::absent(format!("Constituency {constituency} has no station in the list."))),
        1..=SHEETS_MAX => {
            let name = format!("sheets-{constituency}");
            issue(&desk, (&caller, &asked), &headers, (stations, name), &new).await
        }
        many => Err(Refusal::impossible(format!(
            "Constituency {constituency} has {many} stations; at most {SHEETS_MAX} sheets are printed at once."
        ))),
    }
}
