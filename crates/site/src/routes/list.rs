//! `/list`: the published list, its versions, and what changed between them. What must never happen: anything of a
//! draft, or a name of whoever published it.
//!
//! The last published list is in the registry. Another version is read from the store when it is requested; the most recently
//! requested ones are kept under their digests, since what a digest names never changes.

pub(crate) mod pdf;

use std::sync::{Arc, LazyLock};

use ashkar_centre::{Centre, Registry};
use ashkar_election::{
    Diff, DiffCounts, ListDecision, ListDocument, ListVersion, StationList, StoreError, export_stations_csv,
};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;
use crate::routes::times;

/// Two versions never change, but after a rehearsal the election's numbers begin again.
const SETTLED: &str = "public, max-age=300";

/// Lists kept in memory. One of 7000 stations takes some 2 MB.
const KEPT_LISTS: usize = 8;
/// Differences kept in memory: each at most as large as the two lists that it compares.
const KEPT_DIFFS: usize = 16;

static NO_DIFFERENCE: LazyLock<Diff> = LazyLock::new(Diff::default);

/// SHA-256 of a list.
type Digest = [u8; 32];

/// The recently requested lists, and their differences.
pub(crate) struct Lists {
    centre: Arc<Centre>,
    lists: Cache<Digest, Arc<StationList>>,
    diffs: Cache<(Digest, Digest), Arc<Diff>>,
    pdfs: pdf::Pdfs,
}

impl Lists {
    pub(crate) fn new(centre: Arc<Centre>) -> Self {
        let (lists, diffs) = (Cache::new(KEPT_LISTS), Cache::new(KEPT_DIFFS));
        Self { centre, lists, diffs, pdfs: pdf::Pdfs::default() }
    }

    /// The list of `version`. Simultaneous requests wait for one read.
    async fn list(&self, version: &ListVersion) -> Result<Arc<StationList>, Problem> {
        self.lists.get_or_insert_async(&version.sha256, self.read(version)).await
    }

    async fn read(&self, version: &ListVersion) -> Result<Arc<StationList>, Problem> {
        match self.centre.store().list_version(version.number).await {
            Ok((read, list)) if read.sha256 == version.sha256 => Ok(Arc::new(list)),
            // Another election became the current one, and the registry does not know it yet.
            Ok(_) | Err(StoreError::NoVersion(_)) => {
                Err(Problem::unavailable("The list is being changed; try again in a moment."))
            }
            Err(error) => Err(Problem::internal(&error)),
        }
    }

    async fn diff(&self, from: &ListVersion, to: &ListVersion) -> Result<Arc<Diff>, Problem> {
        let between = async {
            let (old, new) = (self.list(from).await?, self.list(to).await?);
            Ok(Arc::new(Diff::between(&old, &new)))
        };
        self.diffs.get_or_insert_async(&(from.sha256, to.sha256), between).await
    }
}

/// The requested version of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct VersionQuery {
    version: Option<u32>,
}

/// `GET /list/stations.csv`
pub(crate) async fn csv(
    State(lists): State<Arc<Lists>>,
    query: Result<Query<VersionQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = read(query)?.version;
    let registry = lists.centre.registry();
    let (version, text) = match asked {
        Some(number) => {
            let version = published(&registry, number)?;
            (number, export_stations_csv(&*lists.list(version).await?))
        }
        None => {
            let newest = registry.snapshot.published_versions().next().map_or(0, |version| version.number);
            (newest, export_stations_csv(registry.snapshot.published_list()))
        }
    };
    let mut response = Cached::new(text, "text/csv; charset=utf-8; header=present", BRIEF).respond(&headers);
    name_file(&mut response, "attachment", registry.election.file_mark(), &format!("v{version}.csv"));
    Ok(response)
}

/// The name under which browsers keep the file, and whether they show it first.
fn name_file(response: &mut Response, disposition: &str, mark: &str, end: &str) {
    let name = format!("{disposition}; filename=\"stations{mark}-{end}\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
}

/// `GET /list/stations.json`
pub(crate) async fn json(
    State(lists): State<Arc<Lists>>,
    query: Result<Query<VersionQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = read(query)?.version;
    let registry = lists.centre.registry();
    let answer = match asked {
        Some(number) => {
            let version = published(&registry, number)?;
            let list = lists.list(version).await?;
            let election = registry.snapshot.election.as_ref();
            Cached::json(&ListDocument::new(election, Some(version), &list), BRIEF)?
        }
        None => Cached::json(&ListDocument::published(&registry.snapshot), BRIEF)?,
    };
    Ok(answer.respond(&headers))
}

/// All published versions of the list.
#[derive(Debug, Serialize)]
struct Versions<'a> {
    /// Newest first.
    items: Vec<VersionView<'a>>,
}

#[derive(Debug, Serialize)]
struct VersionView<'a> {
    number: u32,
    /// RFC 3339.
    published: String,
    /// The decision that it carries out.
    decision: Option<&'a ListDecision>,
    /// Two persons approved it; otherwise it was published in the owner's way.
    by_two: bool,
    constituencies: u32,
    stations: u32,
    /// 64 hexadecimal digits.
    sha256: String,
}

/// `GET /list/versions`
pub(crate) async fn versions(
    State(lists): State<Arc<Lists>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let registry = lists.centre.registry();
    let zone = registry.election.time_zone.rules();
    let items = registry
        .snapshot
        .published_versions()
        .filter_map(|version| Some((version, version.publication.as_ref()?)))
        .map(|(version, publication)| VersionView {
            number: version.number,
            published: times::write(publication.at, zone),
            decision: publication.decision.as_ref(),
            by_two: !publication.by_owner,
            constituencies: version.constituencies,
            stations: version.stations,
            sha256: version.sha256_hex(),
        })
        .collect();
    Ok(Cached::json(&Versions { items }, BRIEF)?.respond(&headers))
}

/// The two versions: `to` defaults to the newest, `from` to the one before.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangesQuery {
    from: Option<u32>,
    to: Option<u32>,
}

/// The changes, in the shape of [`ashkar_election::ListChanges`]; without versions while there is no list.
#[derive(Debug, Serialize)]
struct Changes<'a> {
    version: Option<&'a ListVersion>,
    previous: Option<&'a ListVersion>,
    counts: DiffCounts,
    #[serde(flatten)]
    diff: &'a Diff,
}

/// `GET /list/changes`
pub(crate) async fn changes(
    State(lists): State<Arc<Lists>>,
    query: Result<Query<ChangesQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ChangesQuery { from, to } = read(query)?;
    let registry = lists.centre.registry();
    if from.is_none() && to.is_none() {
        return newest_changes(&registry, &headers);
    }
    let newest = registry.snapshot.published_versions().next().map_or(0, |version| version.number);
    let version = published(&registry, to.unwrap_or(newest))?;
    let previous = match from {
        Some(from) => Some(published(&registry, from)?),
        None => registry.snapshot.published_versions().find(|before| before.number < version.number),
    };
    let between = match previous {
        Some(previous) => Some(lists.diff(previous, version).await?),
        None => None,
    };
    let diff = between.as_deref().unwrap_or(&NO_DIFFERENCE);
    let changes = Changes { version: Some(version), previous, counts: diff.counts(), diff };
    // Versions never change, so the difference between two that are named does not either.
    let cache = if from.is_some() && to.is_some() { SETTLED } else { BRIEF };
    Ok(Cached::json(&changes, cache)?.respond(&headers))
}

/// The changes of the last published version, which the registry has.
fn newest_changes(registry: &Registry, headers: &HeaderMap) -> Result<Response, Problem> {
    let answer = match &registry.changes {
        Some(changes) => Cached::json(changes, BRIEF)?,
        None => {
            let counts = DiffCounts::default();
            Cached::json(&Changes { version: None, previous: None, counts, diff: &NO_DIFFERENCE }, BRIEF)?
        }
    };
    Ok(answer.respond(headers))
}

fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    query.map(|Query(query)| query).map_err(|error| Problem::bad_request(error.body_text()))
}

/// The version `number`, if it is published: one that does not exist costs the store nothing.
fn published(registry: &Registry, number: u32) -> Result<&ListVersion, Problem> {
    let found = registry.snapshot.published_versions().find(|version| version.number == number);
    found.ok_or_else(|| Problem::not_found(format!("The list has no version {number}.")))
}
