//! `/list/stations.pdf`: the list on paper, in one of three languages.
//!
//! In: a version and a language. Out: the same bytes whoever asks, and when. What must never happen: the same document
//! made twice at once, or on a thread that serves players: all of `/list` is generated on offload threads.

use std::sync::Arc;

use ashkar_election::{Language, ListVersion, StationList};
use ashkar_print::{Issue, PublishedList, published_list};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use quick_cache::sync::Cache;
use serde::Deserialize;

use super::{Digest, Lists, name_file, published, read};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;

/// Documents kept in memory: about 0.8 MB for 1000 stations, 4 MB for 7000.
const KEPT: usize = 8;

/// What a document depends on: the version, the time of its publication and its list, the description of the election, the language.
type Key = (u32, i64, Digest, Vec<u8>, Language);

/// The recently requested documents.
pub(super) struct Pdfs(Cache<Key, Bytes>);

impl Default for Pdfs {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

/// The requested document.
#[derive(Debug, Deserialize)]
pub(crate) struct PdfQuery {
    version: Option<u32>,
    language: Option<Language>,
}

/// `GET /list/stations.pdf`
pub(crate) async fn show(
    State(lists): State<Arc<Lists>>,
    query: Result<Query<PdfQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let PdfQuery { version, language } = read(query)?;
    let language = language.unwrap_or(Language::Az);
    let registry = lists.centre.registry();
    let newest = registry.snapshot.published_versions().next();
    let version = match version {
        Some(number) => published(&registry, number)?,
        None => newest.ok_or_else(|| Problem::not_found("No list was published yet."))?,
    };
    let election = &registry.election;
    let described = serde_json::to_vec(election).map_err(|error| Problem::internal(&error))?;
    let made = version.published_at().unwrap_or(version.at);
    let key = (version.number, made.0, version.sha256, described, language);
    let making = async {
        let list = lists.list(version).await?;
        let issue = Issue { language, election, made };
        document(issue, version, &list)
    };
    let bytes = lists.pdfs.0.get_or_insert_async(&key, making).await?;
    let mut response = Cached::new(bytes, "application/pdf", BRIEF).respond(&headers);
    let end = format!("v{}-{}.pdf", version.number, language.tag());
    name_file(&mut response, "inline", election.file_mark(), &end);
    Ok(response)
}

/// The time of publication is the time of making, so that the same version is the same file.
fn document(issue: Issue<'_>, version: &ListVersion, list: &StationList) -> Result<Bytes, Problem> {
    let document = PublishedList::of_version(issue, version, list);
    published_list(&document).map(Bytes::from).map_err(|error| Problem::internal(&error))
}
