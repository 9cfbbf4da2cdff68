//! Versions of the list in SQLite. An import that changes something adds one; earlier ones are never altered.

use ashkar_terms::UtcMicros;
use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::super::{Actor, Applied, ListDecision, ListPublication, ListVersion, StoreError};
use super::elections::Current;
use super::record::{self, Change};
use super::row::row;
use super::{cameras, elections, publications};
use crate::export::list_digest;
use crate::import::ImportPlan;
use crate::model::{Constituency, Coordinates, NameStatus, Station, StationId, StationList};

/// Rows of one INSERT: 10 parameters each, far below the 32,766 that one statement may have.
const ROWS_PER_INSERT: usize = 500;

const CORRUPT: StoreError = StoreError::Corrupt { what: "a list" };

pub(super) async fn newest(
    tx: &mut SqliteConnection,
) -> Result<(Option<ListVersion>, StationList), StoreError> {
    match elections::current(tx).await? {
        Some(current) => newest_of(tx, current.id).await,
        None => Ok((None, StationList::default())),
    }
}

/// The newest list of an election, a draft or not.
pub(super) async fn newest_of(
    tx: &mut SqliteConnection,
    election: i64,
) -> Result<(Option<ListVersion>, StationList), StoreError> {
    match versions_of(tx, election).await?.pop() {
        Some(version) => {
            let list = list(tx, election, version.number).await?;
            Ok((Some(version), list))
        }
        None => Ok((None, StationList::default())),
    }
}

/// The list that was published last; an empty one before that.
pub(super) async fn published_of(
    tx: &mut SqliteConnection,
    election: i64,
) -> Result<StationList, StoreError> {
    let versions = versions_of(tx, election).await?;
    match versions.iter().rfind(|version| version.publication.is_some()) {
        Some(version) => list(tx, election, version.number).await,
        None => Ok(StationList::default()),
    }
}

pub(super) async fn versions(tx: &mut SqliteConnection) -> Result<Vec<ListVersion>, StoreError> {
    match elections::current(tx).await? {
        Some(current) => versions_of(tx, current.id).await,
        None => Ok(Vec::new()),
    }
}

pub(super) async fn version(
    tx: &mut SqliteConnection,
    number: u32,
) -> Result<(ListVersion, StationList), StoreError> {
    let election = elections::current(tx).await?.ok_or(StoreError::NoVersion(number))?.id;
    let versions = versions_of(tx, election).await?;
    let version = versions.into_iter().find(|version| version.number == number);
    let version = version.ok_or(StoreError::NoVersion(number))?;
    Ok((version, list(tx, election, number).await?))
}

/// The current election, if its list may change: that of a rehearsal is taken over, and stays as it was.
pub(super) async fn changeable(tx: &mut SqliteConnection) -> Result<Current, StoreError> {
    let current = elections::required(tx).await?;
    match &current.election.rehearsal {
        None => Ok(current),
        Some(rehearsal) => Err(StoreError::RehearsalList(rehearsal.of.clone())),
    }
}

pub(super) async fn apply(
    tx: &mut SqliteConnection,
    plan: &ImportPlan,
    source: &str,
    by: &Actor,
) -> Result<Applied, StoreError> {
    let election = changeable(tx).await?.id;
    let (previous, list) = newest_of(tx, election).await?;
    if list_digest(&list) != plan.base {
        return Err(StoreError::ListChanged);
    }
    if list == plan.list {
        return Ok(Applied::NoChange);
    }
    let version = ListVersion {
        number: previous.as_ref().map_or(1, |previous| previous.number + 1),
        at: by.at,
        by: by.name.clone(),
        source: source.to_owned(),
        constituencies: count(plan.list.constituencies().len()),
        stations: count(plan.list.stations().len()),
        sha256: list_digest(&plan.list),
        publication: None,
    };
    insert(tx, election, &version, &plan.list).await?;
    let published = published_of(tx, election).await?;
    let lists = [&plan.list, &published];
    let (cameras_enabled, cameras_disabled) = cameras::follow_lists(tx, election, lists, by.at).await?;
    let change = Change {
        what: "list.import",
        subject: format!("version {}", version.number),
        before: previous.map(|previous| json!(previous)),
        after: Some(json!({
            "version": version,
            "changes": plan.diff.counts(),
            "cameras_enabled": cameras_enabled,
            "cameras_disabled": cameras_disabled,
        })),
    };
    record::write(tx, by, change).await?;
    Ok(Applied::NewVersion { version: Box::new(version), cameras_enabled, cameras_disabled })
}

/// Gives the election `to` the version of the list of `from` that was published last, with its publication, unless it has
/// it; returns its number, or nothing if none was published. It is the same version, so it keeps its number and its times.
/// A draft is never taken over.
pub(super) async fn take_over(
    tx: &mut SqliteConnection,
    from: i64,
    to: i64,
) -> Result<Option<u32>, StoreError> {
    let mut versions = versions_of(tx, from).await?;
    versions.retain(|version| version.publication.is_some());
    let Some(published) = versions.pop() else { return Ok(None) };
    if versions_of(tx, to).await?.iter().all(|known| known.number != published.number) {
        let list = list(tx, from, published.number).await?;
        insert(tx, to, &published, &list).await?;
        publications::copy(tx, from, to, published.number).await?;
    }
    Ok(Some(published.number))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

row! {
    struct VersionRow {
        version: u32,
        at_us: i64,
        by_name: String,
        source: String,
        sha256: Vec<u8>,
        constituencies: u32,
        stations: u32,
        published_at_us: Option<i64>,
        decision_number: Option<String>,
        decided_on: Option<String>,
        proposed_by: Option<String>,
        approved_by: Option<String>,
        by_owner: Option<bool>,
    }
}

impl VersionRow {
    fn publication(&self) -> Result<Option<ListPublication>, StoreError> {
        let (Some(at), Some(by_owner)) = (self.published_at_us, self.by_owner) else { return Ok(None) };
        let decision = match (&self.decision_number, &self.decided_on) {
            (Some(number), Some(date)) => {
                Some(ListDecision { number: number.clone(), date: date.parse().map_err(|_| CORRUPT)? })
            }
            _ => None,
        };
        Ok(Some(ListPublication {
            at: UtcMicros(at),
            decision,
            by_owner,
            proposed_by: self.proposed_by.clone().unwrap_or_default(),
            approved_by: self.approved_by.clone().unwrap_or_default(),
        }))
    }
}

/// The versions of an election's list, oldest first.
pub(super) async fn versions_of(
    tx: &mut SqliteConnection,
    election: i64,
) -> Result<Vec<ListVersion>, StoreError> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        "SELECT list_version.version, list_version.at_us, by_name, source, sha256, constituencies, stations, \
         list_publication.at_us AS published_at_us, decision_number, decided_on, proposed_by, approved_by, by_owner \
         FROM list_version LEFT JOIN list_publication ON list_publication.election_id = list_version.election_id \
         AND list_publication.version = list_version.version \
         WHERE list_version.election_id = $1 ORDER BY list_version.version",
    )
    .bind(election)
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(ListVersion::try_from).collect()
}

impl TryFrom<VersionRow> for ListVersion {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self, StoreError> {
        Ok(Self {
            publication: row.publication()?,
            number: row.version,
            at: UtcMicros(row.at_us),
            by: row.by_name,
            source: row.source,
            constituencies: row.constituencies,
            stations: row.stations,
            sha256: row.sha256.try_into().map_err(|_| CORRUPT)?,
        })
    }
}

row! {
    struct ConstituencyRow {
        number: u16,
        name_az: Option<String>,
        name_en: Option<String>,
        name_ru: Option<String>,
        name_status: String,
    }
}

row! {
    struct StationRow {
        constituency: u16,
        station: u16,
        venue: String,
        address: String,
        voters: u32,
        lat_e6: Option<i32>,
        lon_e6: Option<i32>,
        cameras: u8,
    }
}

async fn list(tx: &mut SqliteConnection, election: i64, version: u32) -> Result<StationList, StoreError> {
    let constituencies: Vec<ConstituencyRow> = sqlx::query_as(
        "SELECT number, name_az, name_en, name_ru, name_status FROM list_constituency \
         WHERE election_id = $1 AND version = $2",
    )
    .bind(election)
    .bind(version)
    .fetch_all(&mut *tx)
    .await?;
    let stations: Vec<StationRow> = sqlx::query_as(
        "SELECT constituency, station, venue, address, voters, lat_e6, lon_e6, cameras FROM list_station \
         WHERE election_id = $1 AND version = $2",
    )
    .bind(election)
    .bind(version)
    .fetch_all(tx)
    .await?;
    let constituencies: Result<_, StoreError> =
        constituencies.into_iter().map(Constituency::try_from).collect();
    Ok(StationList::new(constituencies?, stations.into_iter().map(Station::from).collect()))
}

impl TryFrom<ConstituencyRow> for Constituency {
    type Error = StoreError;

    fn try_from(row: ConstituencyRow) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.number,
            name_az: row.name_az,
            name_en: row.name_en,
            name_ru: row.name_ru,
            name_status: NameStatus::from_name(&row.name_status).ok_or(CORRUPT)?,
        })
    }
}

impl From<StationRow> for Station {
    fn from(row: StationRow) -> Self {
        Self {
            id: StationId::new(row.constituency, row.station),
            venue: row.venue,
            address: row.address,
            voters: row.voters,
            coordinates: row.lat_e6.zip(row.lon_e6).map(|(lat_e6, lon_e6)| Coordinates { lat_e6, lon_e6 }),
            cameras: row.cameras,
        }
    }
}

async fn insert(
    tx: &mut SqliteConnection,
    election: i64,
    version: &ListVersion,
    list: &StationList,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO list_version (election_id, version, at_us, by_name, source, sha256, constituencies, stations) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(election)
    .bind(version.number)
    .bind(version.at.0)
    .bind(&version.by)
    .bind(&version.source)
    .bind(&version.sha256[..])
    .bind(version.constituencies)
    .bind(version.stations)
    .execute(&mut *tx)
    .await?;
    insert_constituencies(tx, election, version.number, list.constituencies()).await?;
    insert_stations(tx, election, version.number, list.stations()).await
}

async fn insert_constituencies(
    tx: &mut SqliteConnection,
    election: i64,
    version: u32,
    constituencies: &[Constituency],
) -> Result<(), StoreError> {
    for rows in constituencies.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO list_constituency (election_id, version, number, name_az, name_en, name_ru, name_status) ",
        );
        insert.push_values(rows, |mut row, constituency| {
            row.push_bind(election)
                .push_bind(version)
                .push_bind(constituency.number)
                .push_bind(constituency.name_az.as_deref())
                .push_bind(constituency.name_en.as_deref())
                .push_bind(constituency.name_ru.as_deref())
                .push_bind(constituency.name_status.name());
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_stations(
    tx: &mut SqliteConnection,
    election: i64,
    version: u32,
    stations: &[Station],
) -> Result<(), StoreError> {
    for rows in stations.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO list_station \
             (election_id, version, constituency, station, venue, address, voters, lat_e6, lon_e6, cameras) ",
        );
        insert.push_values(rows, |mut row, station| {
            row.push_bind(election)
                .push_bind(version)
                .push_bind(station.id.constituency)
                .push_bind(station.id.station)
                .push_bind(&station.venue)
                .push_bind(&station.address)
                .push_bind(station.voters)
                .push_bind(station.coordinates.map(|at| at.lat_e6))
                .push_bind(station.coordinates.map(|at| at.lon_e6))
                .push_bind(station.cameras);
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}
