//! The list at the desk: its versions, drafts too; what a draft would change; files of it; and the import of a new one.
//!
//! In: numbers of versions, and CSV files. Out: versions with the names of who published them, differences, files. What
//! must never happen: a file that is applied to another list than the one whose differences somebody looked at.

use std::sync::Arc;

use ashkar_election::{
    Applied, Board, Election, ImportErrors, ImportPlan, Language, ListPublication, ListVersion, Proposed,
    StoreError, export_stations_csv, plan_import,
};
use ashkar_print::{Issue, PublishedList, published_list};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::given::{At, Wanted};
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// Proposals that are looked through.
const PROPOSALS: u32 = 2000;
/// The longest name of a file that is kept, characters.
const NAME_CHARS_MAX: usize = 100;

fn publication(publication: &ListPublication) -> Value {
    json!({
        "at": times::text(publication.at),
        "decision": publication.decision,
        "by_owner": publication.by_owner,
        "by": [publication.proposed_by, publication.approved_by],
    })
}

fn version(version: &ListVersion) -> Value {
    json!({
        "number": version.number,
        "made_at": times::text(version.at),
        "by": version.by,
        "source": version.source,
        "constituencies": version.constituencies,
        "stations": version.stations,
        "sha256": version.sha256_hex(),
        "publication": version.publication.as_ref().map(publication),
    })
}

/// All versions, newest first, and where publication stands.
pub(super) async fn show(State(desk): State<Arc<Desk>>) -> Answer<Value> {
    let registry = desk.centre.registry();
    let snapshot = &registry.snapshot;
    let now = desk.now();
    let board = desk.programme.with(&desk, |programme| Board::of(snapshot, programme, now, |_| false));
    let board = board.await?.publication;
    let newest = snapshot.version.as_ref().map(|version| version.number);
    let is_about_newest =
        |what: &Proposed| matches!(what, Proposed::PublishList { version, .. } if Some(*version) == newest);
    let open = desk.store.proposals(true, PROPOSALS).await?;
    let proposal = open.iter().find(|proposal| is_about_newest(&proposal.what)).map(|proposal| proposal.id);
    Ok(Json(json!({
        "versions": snapshot.versions().map(version).collect::<Vec<_>>(),
        "newest": newest,
        "published": snapshot.published_versions().next().map(|version| version.number),
        "deadline": board.deadline,
        "late": board.late,
        "proposal": proposal,
    })))
}

/// What a version changes, or would change, against the one published before it.
pub(super) async fn changes(State(desk): State<Arc<Desk>>, At(number): At<u32>) -> Answer<Value> {
    let changes = desk.centre.store().list_changes(number).await?;
    let value = serde_json::to_value(&changes);
    value.map(Json).map_err(|_| StoreError::Corrupt { what: "the differences of a list" }.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paper {
    #[serde(default)]
    language: Option<Language>,
}

/// A version as `N.csv` or `N.pdf`, a draft too.
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    At(name): At<String>,
    Wanted(paper): Wanted<Paper>,
) -> Result<Response, Refusal> {
    let absent = || Refusal::absent("There is no such file.");
    let (number, kind) = name.split_once('.').ok_or_else(absent)?;
    let number: u32 = number.parse().map_err(|_| absent())?;
    let (version, list) = desk.centre.store().list_version(number).await?;
    let election = desk.centre.registry().election.clone();
    let language = paper.language.unwrap_or(Language::Az);
    let (kind, body) = match kind {
        "csv" => ("text/csv; charset=utf-8; header=present", export_stations_csv(&list).into_bytes()),
        "pdf" => {
            let made = blocking(move || pdf(language, &election, &version, &list)).await?;
            ("application/pdf", made?)
        }
        _ => return Err(absent()),
    };
    let disposition = format!("attachment; filename=\"stations-{name}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| absent())?;
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, body).into_response())
}

fn pdf(
    language: Language,
    election: &Election,
    version: &ListVersion,
    list: &ashkar_election::StationList,
) -> Result<Vec<u8>, Refusal> {
    let made = version.published_at().unwrap_or(version.at);
    let document = PublishedList::of_version(Issue { language, election, made }, version, list);
    published_list(&document).map_err(|error| {
        tracing::error!(cause = %error, blame = "centre", "a list could not be printed");
        Refusal::unavailable("This list cannot be printed; the centre's log has the reason.")
    })
}

/// Work that takes longer than a runtime thread may be held.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(cause = %error, blame = "centre", "work of the desk failed");
        Refusal::unavailable("The centre failed; its log has the reason.")
    })
}

async fn planned(desk: &Desk, csv: Bytes) -> Result<Result<ImportPlan, ImportErrors>, Refusal> {
    let (_, current) = desk.centre.store().list().await?;
    blocking(move || plan_import(&current, &csv)).await
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a file would change, or what is wrong with it by line. Changes nothing.
pub(super) async fn look(State(desk): State<Arc<Desk>>, csv: Bytes) -> Answer<Value> {
    Ok(Json(match planned(&desk, csv).await? {
        Ok(plan) => json!({ "plan": plan, "base": hex(&plan.base), "errors": null }),
        Err(errors) => json!({ "plan": null, "base": null, "errors": errors }),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Looked {
    /// The list whose differences were looked at.
    base: String,
    /// The name of the file.
    name: String,
}

/// Makes the file the newest version, as a draft.
pub(super) async fn import(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Wanted(looked): Wanted<Looked>,
    csv: Bytes,
) -> Answer<Value> {
    let name: String = looked.name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let plan = planned(&desk, csv).await?;
    let plan = plan.map_err(|_| Refusal::impossible("The file is wrong; look at it again."))?;
    if hex(&plan.base) != looked.base {
        return Err(StoreError::ListChanged.into());
    }
    let applied = desk.centre.store().apply_import(&plan, &name, &caller.actor(None)).await?;
    desk.centre.refresh().await;
    let made = match applied {
        Applied::NewVersion { version, .. } => Some(version.number),
        Applied::NoChange => None,
    };
    Ok(Json(json!({ "version": made })))
}
