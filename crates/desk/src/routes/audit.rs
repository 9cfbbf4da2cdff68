//! The audit trail: searched in pages, and whole as lines of JSON.

use std::sync::Arc;

use ashkar_election::{AuditEntry, AuditQuery};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::Wanted;
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// Entries of a page, unless the client wants fewer or more.
const PAGE: u32 = 50;
/// Most entries of a page.
const PAGE_MAX: u32 = 200;
/// Entries read at once for the export.
const EXPORT_PAGE: u32 = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    before: Option<i64>,
    limit: Option<u32>,
    q: Option<String>,
    by: Option<String>,
    what: Option<String>,
    subject: Option<String>,
}

/// An empty field of a form searches for nothing.
fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) async fn find(State(desk): State<Arc<Desk>>, Wanted(search): Wanted<Search>) -> Answer<Value> {
    let limit = search.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let query = AuditQuery {
        before: search.before,
        by: given(search.by),
        what: given(search.what),
        subject: given(search.subject),
        words: given(search.q),
        // One more tells whether there are more.
        limit: limit + 1,
    };
    let mut entries = desk.store.find_audit(&query).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > size;
    entries.truncate(size);
    let newest = desk.store.find_audit(&AuditQuery { limit: 1, ..AuditQuery::default() }).await?;
    let head = newest.first().map(|entry| json!({ "id": entry.id, "hash": entry.hash }));
    Ok(Json(json!({ "entries": entries.iter().map(view).collect::<Vec<_>>(), "more": more, "head": head })))
}

fn view(entry: &AuditEntry) -> Value {
    let mut view = json!(entry);
    view["at"] = json!(times::text(entry.at));
    view
}

/// All entries, oldest first, one in a line. They are read while they are sent: memory does not grow with the trail.
pub(super) async fn export(State(desk): State<Arc<Desk>>) -> Result<Response, Refusal> {
    let (lines, body) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    tokio::spawn(async move {
        let mut after = 0;
        loop {
            let page = match desk.store.audit(after, EXPORT_PAGE).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(cause = %error, blame = "centre", "the audit trail could not be exported");
                    // An export that ends early must not look like a whole one: the connection breaks.
                    let _ = lines.send(Err(std::io::Error::other("the registry failed"))).await;
                    return;
                }
            };
            let Some(last) = page.last() else { return };
            after = last.id;
            let text: String = page.iter().map(|entry| format!("{}\n", view(entry))).collect();
            if lines.send(Ok(Bytes::from(text))).await.is_err() {
                return;
            }
        }
    });
    let stream =
        futures_util::stream::unfold(body, |mut body| async { body.recv().await.map(|piece| (piece, body)) });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.ndjson\"")),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
