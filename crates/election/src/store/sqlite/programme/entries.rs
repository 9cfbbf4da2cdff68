//! Records: read in their order, and added after a check against those with the same subject, in one transaction.

use std::collections::HashSet;

use ashkar_terms::{CameraId, UtcMicros};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use super::super::super::programme::ProgrammeError;
use super::super::super::{Actor, StoreError};
use super::super::record::{self, Change};
use super::super::row::row;
use super::super::{elections, lists};
use super::require_station;
use crate::model::StationId;
use crate::programme::{Entry, EntryId, Fact, LinkHash, NewEntry, Programme, Recorded, Refusal};

row! {
    struct EntryRow {
        number: i64,
        entry_id: String,
        found_at_us: Option<i64>,
        came_at_us: i64,
        by_name: String,
        fact: String,
    }
}

const CORRUPT: StoreError = StoreError::Corrupt { what: "a record of the programme" };

fn entry(row: EntryRow) -> Result<Entry, ProgrammeError> {
    let new = NewEntry {
        id: row.entry_id.parse().map_err(|_| CORRUPT)?,
        found_at: row.found_at_us.map(UtcMicros),
        fact: serde_json::from_str(&row.fact).map_err(|_| CORRUPT)?,
    };
    Ok(Entry::new(row.number, new, UtcMicros(row.came_at_us), &row.by_name))
}

/// Adds to `programme` what is not in it yet. Numbers rise in the order of the commits, because one transaction writes at
/// a time.
pub(super) async fn catch_up(
    tx: &mut SqliteConnection,
    programme: &mut Programme,
) -> Result<bool, ProgrammeError> {
    let election = elections::current(tx).await?.map(|current| current.gear);
    let is_other = programme.election != election;
    if is_other {
        *programme = Programme::default();
        programme.election = election;
    }
    let Some(election) = election else { return Ok(is_other) };
    let rows: Vec<EntryRow> = sqlx::query_as(
        "SELECT number, entry_id, found_at_us, came_at_us, by_name, fact FROM programme_entry \
         WHERE election_id = $1 AND number > $2 ORDER BY number",
    )
    .bind(election)
    .bind(programme.last())
    .fetch_all(tx)
    .await?;
    let is_more = !rows.is_empty();
    for row in rows {
        programme.apply(&entry(row)?);
    }
    Ok(is_other || is_more)
}

async fn of_subject(
    tx: &mut SqliteConnection,
    election: i64,
    subject: &str,
) -> Result<Vec<Entry>, ProgrammeError> {
    let rows: Vec<EntryRow> = sqlx::query_as(
        "SELECT number, entry_id, found_at_us, came_at_us, by_name, fact FROM programme_entry \
         WHERE election_id = $1 AND subject = $2 ORDER BY number",
    )
    .bind(election)
    .bind(subject)
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(entry).collect()
}

pub(super) async fn history(
    tx: &mut SqliteConnection,
    station: StationId,
) -> Result<Vec<Entry>, ProgrammeError> {
    match elections::current(tx).await? {
        Some(current) => of_subject(tx, current.gear, &Fact::subject_of_station(station)).await,
        None => Ok(Vec::new()),
    }
}

/// The station to which a link was ever given.
pub(super) async fn station_of_link(
    tx: &mut SqliteConnection,
    link: LinkHash,
) -> Result<Option<StationId>, ProgrammeError> {
    let election = elections::required(tx).await?.gear;
    let fact: Option<String> =
        sqlx::query_scalar("SELECT fact FROM programme_entry WHERE election_id = $1 AND link_hash = $2")
            .bind(election)
            .bind(&link.0[..])
            .fetch_optional(tx)
            .await?;
    let Some(fact) = fact else { return Ok(None) };
    match serde_json::from_str(&fact) {
        Ok(Fact::Link { station, .. }) => Ok(Some(station)),
        _ => Err(CORRUPT.into()),
    }
}

/// Adds one record, with an audit entry of its own.
pub(in super::super) async fn record(
    tx: &mut SqliteConnection,
    new: &NewEntry,
    by: &Actor,
) -> Result<Recorded, ProgrammeError> {
    let mut writer = Writer::new(tx, by).await?;
    let Some(made) = writer.add(tx, new).await? else { return Ok(Recorded::Before) };
    let after = json!({ "id": made.id, "found_at": made.found_at, "fact": made.fact });
    let (what, subject) = (made.fact.name(), made.fact.subject());
    let change = Change { what, subject, before: made.before, after: Some(after) };
    record::write(tx, by, change).await?;
    Ok(Recorded::Now)
}

/// Adds many records, with one audit entry for all.
pub(super) async fn record_all(
    tx: &mut SqliteConnection,
    new: &[NewEntry],
    source: &str,
    by: &Actor,
) -> Result<usize, ProgrammeError> {
    let mut writer = Writer::new(tx, by).await?;
    let mut made = 0;
    let mut digest = Sha256::new();
    for new in new {
        if let Some(added) = writer.add(tx, new).await? {
            digest.update(added.id.to_string());
            digest.update(added.text);
            made += 1;
        }
    }
    if made > 0 {
        let sha256: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let after = Some(json!({ "records": made, "sha256": sha256 }));
        let change = Change { what: "programme.import", subject: source.to_owned(), before: None, after };
        record::write(tx, by, change).await?;
    }
    Ok(made)
}

/// A record that was added.
struct Added {
    id: EntryId,
    found_at: UtcMicros,
    fact: Fact,
    text: String,
    before: Option<serde_json::Value>,
}

/// Adds records within one transaction, and remembers what it read of their subjects.
struct Writer<'a> {
    election: i64,
    by: &'a Actor,
    known: Programme,
    subjects: HashSet<String>,
}

impl<'a> Writer<'a> {
    async fn new(tx: &mut SqliteConnection, by: &'a Actor) -> Result<Self, ProgrammeError> {
        let election = elections::required(tx).await?.gear;
        Ok(Self { election, by, known: Programme::default(), subjects: HashSet::new() })
    }

    /// Adds `new`, or returns nothing if it is there already.
    async fn add(
        &mut self,
        tx: &mut SqliteConnection,
        new: &NewEntry,
    ) -> Result<Option<Added>, ProgrammeError> {
        let text = serde_json::to_string(&new.fact).map_err(|_| CORRUPT)?;
        if self.is_made(tx, new, &text).await? {
            return Ok(None);
        }
        // What was written must be what is read later, so the text is judged, not the value.
        let fact: Fact = serde_json::from_str(&text).map_err(|_| CORRUPT)?;
        let subject = fact.subject();
        if self.subjects.insert(subject.clone()) {
            for entry in of_subject(tx, self.election, &subject).await? {
                self.known.apply(&entry);
            }
        }
        self.known.check(&fact)?;
        self.require_known(tx, &fact).await?;
        let before = self.known.before(&fact);
        let number = self.insert(tx, new, &subject, &text).await?;
        let entry = Entry::new(
            number,
            NewEntry { id: new.id, found_at: new.found_at, fact },
            self.by.at,
            &self.by.name,
        );
        self.known.apply(&entry);
        Ok(Some(Added { id: entry.id, found_at: entry.found_at, fact: entry.fact, text, before }))
    }

    /// Whether this very record was made before.
    async fn is_made(
        &self,
        tx: &mut SqliteConnection,
        new: &NewEntry,
        text: &str,
    ) -> Result<bool, ProgrammeError> {
        let made: Option<(String, Option<i64>)> = sqlx::query_as(
            "SELECT fact, found_at_us FROM programme_entry WHERE election_id = $1 AND entry_id = $2",
        )
        .bind(self.election)
        .bind(new.id.to_string())
        .fetch_optional(tx)
        .await?;
        match made {
            None => Ok(false),
            Some((fact, found)) if fact == text && found == new.found_at.map(|at| at.0) => Ok(true),
            Some(_) => Err(Refusal::OtherContent(new.id).into()),
        }
    }

    /// Refuses what the registry does not know: stations, cameras, versions of the list.
    async fn require_known(&self, tx: &mut SqliteConnection, fact: &Fact) -> Result<(), ProgrammeError> {
        match fact {
            Fact::Report { camera, .. } => self.require_camera(tx, *camera).await,
            Fact::Decision { list_version, .. } | Fact::Publication { list_version, .. } => {
                // Those of what is rehearsed, while a rehearsal is the current one.
                let versions = lists::versions_of(tx, self.election).await?;
                let is_there = versions.iter().any(|version| version.number == *list_version);
                if is_there { Ok(()) } else { Err(StoreError::NoVersion(*list_version).into()) }
            }
            _ => match fact.listed_station() {
                Some(station) => require_station(tx, self.election, station).await,
                None => Ok(()),
            },
        }
    }

    async fn require_camera(
        &self,
        tx: &mut SqliteConnection,
        camera: CameraId,
    ) -> Result<(), ProgrammeError> {
        let is_known: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM camera WHERE election_id = $1 AND constituency = $2 AND station = $3 \
             AND camera = $4 AND sub_of IS NULL)",
        )
        .bind(self.election)
        .bind(camera.constituency)
        .bind(camera.station)
        .bind(camera.camera)
        .fetch_one(tx)
        .await?;
        if is_known { Ok(()) } else { Err(StoreError::NoCamera(camera).into()) }
    }

    async fn insert(
        &self,
        tx: &mut SqliteConnection,
        new: &NewEntry,
        subject: &str,
        text: &str,
    ) -> Result<i64, ProgrammeError> {
        let link = match &new.fact {
            Fact::Link { link, .. } => Some(link.0.to_vec()),
            _ => None,
        };
        let number = sqlx::query_scalar(
            "INSERT INTO programme_entry \
             (election_id, entry_id, subject, found_at_us, came_at_us, by_name, fact, link_hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING number",
        )
        .bind(self.election)
        .bind(new.id.to_string())
        .bind(subject)
        .bind(new.found_at.map(|at| at.0))
        .bind(self.by.at.0)
        .bind(&self.by.name)
        .bind(text)
        .bind(link)
        .fetch_one(tx)
        .await?;
        Ok(number)
    }
}
