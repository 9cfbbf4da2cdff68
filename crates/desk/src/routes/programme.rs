//! The installation programme: the board, a station's records and photos, the stock of devices.

use std::sync::Arc;

use ashkar_election::{
    Actor, Board, Entry, EntryId, Fact, NewEntry, Permission, PersonName, Programme, ProgrammeError,
    Recorded, StationId, StoreError,
};
use ashkar_terms::UtcMicros;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::given::{At, Given};
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// A station's address in the path.
type Place = At<(u16, u16)>;

/// The programme as it is in memory, read on where something was recorded since.
#[derive(Default)]
pub(crate) struct Known(tokio::sync::Mutex<Programme>);

impl Known {
    /// What `look` finds in the programme as it is now.
    pub(super) async fn with<T>(
        &self,
        desk: &Desk,
        look: impl FnOnce(&Programme) -> T,
    ) -> Result<T, Refusal> {
        let mut programme = self.0.lock().await;
        desk.store.catch_up(&mut programme).await?;
        Ok(look(&programme))
    }
}

impl Desk {
    /// The board of this moment.
    async fn board(&self) -> Result<Board, Refusal> {
        let registry = self.centre.registry();
        let is_public = |camera| !registry.snapshot.approvals_of(camera).is_empty();
        let now = self.now();
        self.programme.with(self, |programme| Board::of(&registry.snapshot, programme, now, is_public)).await
    }
}

/// The board of what the caller looks after; its sums are those of the country.
pub(super) async fn board(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let mut board = desk.board().await?;
    let profile = &caller.person.profile;
    board.constituencies.retain(|one| profile.covers(one.constituency));
    board.stations.retain(|one| profile.covers(one.station.constituency));
    let without = desk.programme.with(&desk, |programme| programme.without_camera().clone()).await?;
    let mut shown = with_times(json!(board));
    shown["without_camera"] = without
        .iter()
        .filter(|(station, _)| profile.covers(station.constituency))
        .map(|(station, one)| json!({ "station": station, "reason": one.reason, "words": one.words }))
        .collect();
    let registry = desk.centre.registry();
    for (one, board) in shown["stations"].as_array_mut().into_iter().flatten().zip(&board.stations) {
        one["venue"] = json!(registry.newest_station(board.station).map_or("", |station| &*station.venue));
    }
    Ok(Json(shown))
}

/// Fields that hold times.
const TIMES: [&str; 7] = ["at", "since", "found_at", "came_at", "opened_at", "closed_at", "published_at"];

/// Microseconds as the API writes times, wherever they stand.
pub(super) fn with_times(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                *field = match field.as_i64() {
                    Some(us) if TIMES.contains(&name.as_str()) => json!(times::text(UtcMicros(us))),
                    _ => with_times(field.take()),
                };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = with_times(item.take())),
        _ => {}
    }
    value
}

/// A station of the list.
pub(super) fn listed(desk: &Desk, At((constituency, station)): Place) -> Result<StationId, Refusal> {
    in_list(desk, StationId::new(constituency, station))
}

/// The same of one that the body names.
pub(super) fn in_list(desk: &Desk, id: StationId) -> Result<StationId, Refusal> {
    match desk.centre.registry().snapshot.list.station(id) {
        Some(_) => Ok(id),
        None => Err(StoreError::NotInList(id).into()),
    }
}

/// Where a station stands, everything that was recorded of it, and its photos.
pub(super) async fn station(State(desk): State<Arc<Desk>>, place: Place) -> Answer<Value> {
    let id = listed(&desk, place)?;
    let board = desk.board().await?;
    let history: Vec<Entry> = desk.store.history(id).await?;
    let registry = desk.centre.registry();
    let (venue, address) = registry.newest_station(id).map_or(("", ""), |at| (&*at.venue, &*at.address));
    Ok(Json(with_times(json!({
        "station": id,
        "venue": venue,
        "address": address,
        "sheet": {
            "codes": super::papers::enrolled_by_sheet(&desk, id),
            "telephones": desk.options.telephones.len(),
        },
        "board": board.station(id),
        "records": history,
        "photos": desk.store.photos(id).await?,
    }))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRecord {
    id: EntryId,
    #[serde(default)]
    found_at: Option<String>,
    /// Who typed it, where it was handed over in a file.
    #[serde(default)]
    of: Option<PersonName>,
    fact: Fact,
}

impl NewRecord {
    /// The actor of the record: the trail says who typed what somebody else hands in.
    fn actor(&self, caller: &Caller) -> Actor {
        match &self.of {
            Some(typed_by) => caller.actor_for(typed_by),
            None => caller.actor_again(),
        }
    }
}

/// The station that something found or done there is about; nothing of what has a route of its own.
fn found_at_station(fact: &Fact) -> Option<StationId> {
    match fact {
        Fact::Finding { station, .. }
        | Fact::Acceptance { station, .. }
        | Fact::AcceptanceWithdrawn { station, .. }
        | Fact::Rehearsal { station, .. } => Some(*station),
        _ => None,
    }
}

/// Records something that was found or done at a station. A phone may send it again: it is recorded once.
pub(super) async fn record(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    place: Place,
    Given(new): Given<NewRecord>,
) -> Answer<Value> {
    let id = listed(&desk, place)?;
    if found_at_station(&new.fact) != Some(id) {
        return Err(Refusal::malformed("The record is not about this station, or is none of a station."));
    }
    let found_at = match new.found_at.as_deref() {
        Some(text) => Some(
            times::parse(text).ok_or_else(|| Refusal::malformed("\"found_at\" is no time (RFC 3339)."))?,
        ),
        None => None,
    };
    let by = new.actor(&caller);
    recorded(&desk, &by, NewEntry { id: new.id, found_at, fact: new.fact }).await
}

async fn recorded(desk: &Desk, by: &Actor, new: NewEntry) -> Answer<Value> {
    // The record's own id says that it is done once, over a restart of the page too.
    let recorded: Recorded = desk.store.record(&new, by).await?;
    desk.centre.refresh().await;
    Ok(Json(json!({ "id": new.id, "recorded": recorded })))
}

/// Decisions about stations that are not made at them: responsible persons, dates, stations without a camera.
pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(new): Given<NewRecord>,
) -> Answer<Value> {
    match &new.fact {
        Fact::Due { station, .. } | Fact::WithoutCamera { station, .. } => {
            require(&caller, Permission::EditProgramme, station.constituency)?;
        }
        Fact::ReportClosed { camera, .. } => {
            require(&caller, Permission::EditProgramme, camera.constituency)?;
        }
        Fact::Numbers { .. } | Fact::Decision { .. } if caller.may(Permission::ProposeList) => {}
        Fact::Numbers { .. } | Fact::Decision { .. } => return Err(Refusal::not_your_role()),
        _ => return Err(Refusal::malformed("This is no decision of the programme.")),
    }
    recorded(&desk, &caller.actor_again(), NewEntry { id: new.id, found_at: None, fact: new.fact }).await
}

pub(super) fn require(caller: &Caller, permission: Permission, constituency: u16) -> Result<(), Refusal> {
    if caller.may_there(permission, constituency) { Ok(()) } else { Err(Refusal::not_your_role()) }
}

/// The stock, with who has what.
pub(super) async fn stock(State(desk): State<Arc<Desk>>) -> Answer<Value> {
    let items = desk.programme.with(&desk, |programme| json!(programme.stock().values().collect::<Vec<_>>()));
    Ok(Json(with_times(items.await?)))
}

/// A device comes, goes, is wiped, or becomes a spare.
pub(super) async fn move_device(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(new): Given<NewRecord>,
) -> Answer<Value> {
    match &new.fact {
        Fact::StockAdded { .. }
        | Fact::HandedOver { .. }
        | Fact::Returned { .. }
        | Fact::Wiped { .. }
        | Fact::Spare { .. } => {
            recorded(&desk, &caller.actor_again(), NewEntry { id: new.id, found_at: None, fact: new.fact })
                .await
        }
        _ => Err(Refusal::malformed("This is no movement of a device.")),
    }
}

/// Keeps a photo of a station; the same one again is kept once.
pub(super) async fn keep_photo(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    place: Place,
    jpeg: Bytes,
) -> Answer<Value> {
    let id = listed(&desk, place)?;
    let sha256 = desk.store.keep_photo(id, &jpeg, &caller.actor_again()).await?;
    Ok(Json(json!({ "sha256": sha256 })))
}

/// A photo of a station.
pub(super) async fn photo(
    State(desk): State<Arc<Desk>>,
    At((constituency, station, file)): At<(u16, u16, String)>,
) -> Result<Response, Refusal> {
    let absent = || Refusal::absent("There is no such photo.");
    let id = listed(&desk, At((constituency, station)))?;
    let name = file.strip_suffix(".jpg").and_then(|name| name.parse().ok()).ok_or_else(absent)?;
    let jpeg = desk.store.photo(id, name).await?.ok_or_else(absent)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"))], jpeg).into_response())
}

impl From<ProgrammeError> for Refusal {
    fn from(error: ProgrammeError) -> Self {
        match error {
            ProgrammeError::Store(error) => error.into(),
            ProgrammeError::Refused(refusal) => {
                let text = refusal.to_string();
                let mut letters = text.chars();
                let first = letters.next().map(char::to_uppercase).into_iter().flatten();
                Self::impossible(first.chain(letters).chain(['.']).collect::<String>())
            }
        }
    }
}
