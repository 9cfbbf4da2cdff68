//! A citizen reports what is wrong with a camera's picture: the one thing that the public side takes.
//!
//! In: JSON from our own pages, or from no browser. Out: that it was received, or is known, or has to wait. It becomes a
//! record of the programme, and an entry at the commission's desk. What must never happen: anything kept of who it was; a
//! foreign page that makes its visitors report; a flood that costs more than its limits; waiting for the store without
//! limit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_centre::Centre;
use ashkar_election::{
    Actor, Fact, NewEntry, Programme, ProgrammeError, ProgrammeStore, Refusal, ReportKind, Standing,
};
use ashkar_terms::CameraId;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::flood::Flood;
use crate::http::client::Client;
use crate::http::origin;
use crate::http::problem::Problem;

/// Longest body, bytes: three hundred characters, each written as two escapes, and the rest.
const BODY_BYTES_MAX: usize = 4096;
/// How long a body may take.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// How long the store may take; reports that wait for it at once.
const STORE_WITHIN: Duration = Duration::from_secs(5);
const STORING_MAX: usize = 4;
/// Who reports, in the programme and the audit trail.
const PUBLIC: &str = "public";

/// What takes reports.
pub(crate) struct Reports {
    centre: Arc<Centre>,
    programme: Arc<dyn ProgrammeStore>,
    flood: Flood,
    storing: Semaphore,
}

impl Reports {
    pub(crate) fn new(centre: Arc<Centre>, programme: Arc<dyn ProgrammeStore>) -> Self {
        Self { centre, programme, flood: Flood::default(), storing: Semaphore::new(STORING_MAX) }
    }

    /// Whether the public may see the camera now. A sub-stream is no camera of its own.
    fn is_public(&self, camera: CameraId) -> bool {
        let registry = self.centre.registry();
        let is_camera = registry.snapshot.camera(camera).is_some_and(|known| known.sub_of.is_none());
        let is_hidden = registry.hidden_at(camera, self.centre.now().wall).is_some();
        is_camera && registry.standing(camera) == Standing::On && !is_hidden
    }

    async fn record(&self, fact: Fact) -> Result<Outcome, Refused> {
        let busy =
            || Refused::Problem(Problem::unavailable("The report was not received. Try again in a moment."));
        let failed = |error: &dyn std::fmt::Display| Refused::Problem(Problem::internal(error));
        let _turn = self.storing.try_acquire().map_err(|_| busy())?;
        let new = NewEntry::now(fact).map_err(|error| failed(&error))?;
        let by = Actor::new(PUBLIC, self.centre.now().wall);
        // Given up, it is taken back; or it was made just then, and is known when it is sent again.
        match timeout(STORE_WITHIN, self.programme.record(&new, &by)).await {
            Err(_) => Err(busy()),
            Ok(Ok(_)) => Ok(Outcome::Received),
            Ok(Err(ProgrammeError::Refused(Refusal::ReportKnown))) => Ok(Outcome::Known),
            Ok(Err(ProgrammeError::Refused(refusal))) => Err(refused(&refusal)),
            Ok(Err(error)) => Err(failed(&error)),
        }
    }
}

/// A report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// `box-unseen`, `dark`, `other-room`, `booth-seen`, `covered`, or `other`, which needs a text.
    #[schema(value_type = String, example = "box-unseen")]
    kind: ReportKind,
    /// In one's own words, at most 300 characters.
    #[serde(default)]
    text: Option<String>,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It is an entry at the commission's desk.
    Received,
    /// The same is one already, and nobody has closed it.
    Known,
}

/// The answer to a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reported {
    /// `received`; or `known`, if the same was reported before and is still open.
    outcome: Outcome,
}

/// Why a report was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    Problem(Problem),
    /// Too many: for how long.
    Wait(Duration),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let wait = match self {
            Self::Problem(problem) => return Problem { cache: "no-store", ..problem }.into_response(),
            Self::Wait(wait) => wait.as_secs() + u64::from(wait.subsec_nanos() > 0),
        };
        let detail = format!(
            "Too many reports came just now, and this one was not taken. Try again in {wait} seconds."
        );
        let title = "Too many reports";
        let problem = Problem::of(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many", title, detail);
        let mut response = problem.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        response
    }
}

/// A citizen reports what is wrong with a camera that is public.
///
/// Nothing is kept but camera, kind, text and time. From browsers, only the site's own pages may send it.
#[utoipa::path(post, path = "/api/v1/cameras/{constituency}/{station}/{camera}/reports",
    params(("constituency" = u16, Path), ("station" = u16, Path), ("camera" = u8, Path)),
    request_body = NewReport,
    responses((status = 200, body = Reported), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem)))]
pub(crate) async fn report(
    State(reports): State<Arc<Reports>>,
    Path((constituency, station, camera)): Path<(u16, u16, u8)>,
    client: Client,
    request: Request,
) -> Result<Response, Refused> {
    let camera = CameraId::new(constituency, station, camera);
    let (parts, body) = request.into_parts();
    check_headers(&parts.headers)?;
    if !reports.is_public(camera) {
        return Err(Problem::not_found(format!("There is no camera {camera} on the list.")).into());
    }
    let report = read(body).await?;
    let fact =
        Fact::Report { camera, kind: report.kind, text: report.text.unwrap_or_default().trim().to_owned() };
    Programme::default().check(&fact).map_err(|refusal| refused(&refusal))?;
    reports.flood.admit(client, camera, Instant::now()).map_err(Refused::Wait)?;
    let outcome = reports.record(fact).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(Reported { outcome })).into_response())
}

/// Only what our own pages, or no browser, sent; and nothing that a form of another site can send without being asked.
fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    if !origin::is_own(headers) {
        let detail = "A report must come from this site's own pages.";
        return Err(Problem::of(StatusCode::FORBIDDEN, "/problems/foreign", "From another site", detail));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) == Some("application/json") {
        return Ok(());
    }
    let (title, detail) = ("No JSON", "The body must have Content-Type: application/json.");
    Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "/problems/no-json", title, detail))
}

async fn read(body: Body) -> Result<NewReport, Problem> {
    let bytes = match timeout(BODY_WITHIN, to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let (title, detail) =
                ("Too long", "The report is longer than any that is taken, or was cut off.");
            return Err(Problem::of(StatusCode::PAYLOAD_TOO_LARGE, "/problems/too-long", title, detail));
        }
        Err(_) => return Err(Problem::bad_request("The body did not come to its end.")),
    };
    serde_json::from_slice(&bytes).map_err(|_| {
        Problem::bad_request(
            "A report is {\"kind\": \"box-unseen\", \"text\": \"…\"}, and has no other fields.",
        )
    })
}

/// A refusal of the programme in HTTP.
fn refused(refusal: &Refusal) -> Refused {
    let text = refusal.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let detail: String = first.chain(letters).chain(['.']).collect();
    let problem = match refusal {
        Refusal::ManyReports => {
            Problem::of(StatusCode::CONFLICT, "/problems/full", "Reported often already", detail)
        }
        _ => {
            Problem::of(StatusCode::UNPROCESSABLE_ENTITY, "/problems/refused", "This is not possible", detail)
        }
    };
    problem.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_report_is_a_kind_and_a_text_and_nothing_else() {
        let status =
            async |body: &str| read(Body::from(body.to_owned())).await.map(drop).map_err(|p| p.status);
        for good in [r#"{"kind":"dark"}"#, r#"{"kind":"other","text":"a"}"#, r#"{"kind":"dark","text":null}"#]
        {
            assert_eq!(status(good).await, Ok(()), "{good}");
        }
        for wrong in [
            "",
            "[]",
            "{}",
            r#"{"kind":"Dark"}"#,
            r#"{"kind":"dark","who":"me"}"#,
            r#"{"kind":"dark","text":1}"#,
        ] {
            assert_eq!(status(wrong).await, Err(400), "{wrong}");
        }
        let text = " ".repeat(BODY_BYTES_MAX + 1);
        assert_eq!(status(&text).await, Err(413));
        // The longest text that the programme takes fits, however it is written.
        let escaped = r"\ud83d\ude00".repeat(300);
        assert_eq!(status(&format!(r#"{{"kind":"other","text":"{escaped}"}}"#)).await, Ok(()));
    }

    #[test]
    fn forms_and_foreign_pages_are_refused() {
        let status = |pairs: &[(header::HeaderName, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
            check_headers(&headers.collect()).map_err(|problem| problem.status)
        };
        let json = (header::CONTENT_TYPE, "application/json; charset=utf-8");
        assert_eq!(status(std::slice::from_ref(&json)), Ok(()));
        assert_eq!(status(&[json.clone(), (header::ORIGIN, "https://other.example")]), Err(403));
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonx",
            "",
        ] {
            assert_eq!(status(&[(header::CONTENT_TYPE, other)]), Err(415), "{other}");
        }
        assert_eq!(status(&[]), Err(415));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_kept_by_no_cache() {
        let response = Refused::Wait(Duration::from_millis(1200)).into_response();
        let headers = response.headers();
        assert_eq!(
            (response.status(), &headers[header::RETRY_AFTER]),
            (StatusCode::TOO_MANY_REQUESTS, &HeaderValue::from(2))
        );
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        let absent = Refused::from(Problem::not_found("no")).into_response();
        assert_eq!(absent.headers()[header::CACHE_CONTROL], "no-store");
    }
}
