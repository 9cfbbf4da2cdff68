//! The addresses of the page: who may ask for them, and what is answered.

use std::net::SocketAddr;
use std::sync::Arc;

use ashkar_terms::{CameraId, MediaTime};
use bytes::BytesMut;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde::Deserialize;

use super::Page;
use super::guard::Denied;
use super::http::{Answer, Asked};
use super::legibility::{NoStill, Unread};
use super::state::{ToSign, Unsigned};
use crate::conditions::Newest;

const HTML: &str = include_str!("../../../../web/technician/index.html");
const STYLE: &str = include_str!("../../../../web/technician/technician.css");
const SCRIPT: &str = include_str!("../../../../web/technician/technician.js");
const WORDS: &str = include_str!("../../../../web/technician/words.js");
const CARD_STYLE: &str = include_str!("../../../../web/technician/card.css");
const PREVIEW: &str = include_str!("../../../../web/technician/preview.js");

/// Where a code is given.
const LOGIN: &str = "/api/login";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCamera {
    camera: CameraId,
}

/// What somebody read on a card, row by row.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    camera: CameraId,
    rows: Vec<String>,
}

fn json(status: StatusCode, value: &impl serde::Serialize) -> Answer {
    Answer::new(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
}

fn refusal(status: StatusCode, code: &str) -> Answer {
    json(status, &serde_json::json!({ "code": code }))
}

impl From<Denied> for Answer {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Host => refusal(StatusCode::MISDIRECTED_REQUEST, "host"),
            Denied::Site => refusal(StatusCode::FORBIDDEN, "site"),
            Denied::Proof => refusal(StatusCode::FORBIDDEN, "proof"),
            Denied::Code => refusal(StatusCode::UNAUTHORIZED, "code"),
            Denied::Guesses => refusal(StatusCode::TOO_MANY_REQUESTS, "guesses"),
        }
    }
}

/// What the page is made of: nothing of the station is in it.
fn asset(path: &str) -> Option<(&'static str, &'static str)> {
    Some(match path {
        "/" => ("text/html; charset=utf-8", HTML),
        "/technician.css" => ("text/css; charset=utf-8", STYLE),
        "/technician.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "/card.css" => ("text/css; charset=utf-8", CARD_STYLE),
        "/words.js" => ("text/javascript; charset=utf-8", WORDS),
        "/preview.js" => ("text/javascript; charset=utf-8", PREVIEW),
        _ => return None,
    })
}

/// Whether a request is answered at all; looked at before its body is read.
pub(super) fn admit(page: &Page, head: &Parts, here: SocketAddr, peer: SocketAddr) -> Result<(), Answer> {
    page.guard.is_ours(&head.headers, here, peer)?;
    let path = head.uri.path();
    let is_get = head.method == Method::GET;
    if !is_get && head.method != Method::POST {
        return Err(refusal(StatusCode::METHOD_NOT_ALLOWED, "method"));
    }
    if is_get && asset(path).is_some() {
        return Ok(());
    }
    if path == LOGIN && !is_get {
        // Only a page can send this, and only after asking this server, which never allows it to another site.
        let kind = head.headers.get(hyper::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        return if kind == Some("application/json") { Ok(()) } else { Err(Denied::Site.into()) };
    }
    page.guard.is_in(&head.headers, peer, page.examiner.clock.now().mono_us)?;
    if !is_get {
        page.guard.is_proved(&head.headers)?;
    }
    Ok(())
}

/// Answers a request that was admitted.
pub(super) async fn answer(page: &Arc<Page>, asked: Asked) -> Answer {
    let path = asked.head.uri.path();
    if asked.head.method == Method::GET {
        if let Some((kind, text)) = asset(path) {
            return Answer::new(StatusCode::OK, kind, text);
        }
        return match path {
            "/api/state" => json(StatusCode::OK, &page.shown().await),
            _ => view(page, path)
                .await
                .or_else(|| media(page, path, asked.head.uri.query().unwrap_or_default()))
                .unwrap_or_else(|| refusal(StatusCode::NOT_FOUND, "absent")),
        };
    }
    let done = || refusal(StatusCode::ACCEPTED, "begun");
    match path {
        LOGIN => login(page, &asked),
        "/api/measure" => {
            page.begin_measuring();
            done()
        }
        "/api/test" => match serde_json::from_slice::<OfCamera>(&asked.body) {
            Ok(OfCamera { camera }) if page.examiner.config.camera(camera).is_some() => {
                page.begin_test(camera);
                done()
            }
            _ => refusal(StatusCode::BAD_REQUEST, "malformed"),
        },
        "/api/card" | "/api/read" | "/api/reference" => accepted(page, path, &asked.body).await,
        "/api/sign" => match serde_json::from_slice::<ToSign>(&asked.body) {
            Ok(to_sign) => match page.sign(to_sign).await {
                Ok(()) => refusal(StatusCode::CREATED, "kept"),
                Err(Unsigned::NotMeasured) => refusal(StatusCode::CONFLICT, "not-measured"),
                Err(Unsigned::Malformed) => refusal(StatusCode::BAD_REQUEST, "malformed"),
                Err(Unsigned::NotKept) => refusal(StatusCode::INSUFFICIENT_STORAGE, "disk"),
            },
            Err(_) => refusal(StatusCode::BAD_REQUEST, "malformed"),
        },
        _ => refusal(StatusCode::NOT_FOUND, "absent"),
    }
}

/// A card is drawn or judged, or the still of a view is kept.
async fn accepted(page: &Page, path: &str, body: &[u8]) -> Answer {
    let (camera, rows) = match path {
        "/api/read" => match serde_json::from_slice::<Typed>(body) {
            Ok(Typed { camera, rows }) => (camera, rows),
            Err(_) => return refusal(StatusCode::BAD_REQUEST, "malformed"),
        },
        _ => match serde_json::from_slice::<OfCamera>(body) {
            Ok(OfCamera { camera }) => (camera, Vec::new()),
            Err(_) => return refusal(StatusCode::BAD_REQUEST, "malformed"),
        },
    };
    if page.examiner.config.camera(camera).is_none() {
        return refusal(StatusCode::BAD_REQUEST, "malformed");
    }
    match path {
        "/api/card" => unread(page.draw_card(camera)),
        "/api/read" => unread(page.judge(camera, &rows)),
        _ => match page.keep_reference(camera).await {
            Ok(_) => refusal(StatusCode::CREATED, "kept"),
            Err(NoStill::NoPicture) => refusal(StatusCode::CONFLICT, "no-picture"),
            Err(NoStill::NotDecoded) => refusal(StatusCode::UNPROCESSABLE_ENTITY, "not-decoded"),
            Err(NoStill::NotKept) => refusal(StatusCode::INSUFFICIENT_STORAGE, "disk-still"),
        },
    }
}

fn unread<T>(judged: Result<T, Unread>) -> Answer {
    match judged {
        Ok(_) => refusal(StatusCode::CREATED, "kept"),
        Err(Unread::Card) => refusal(StatusCode::CONFLICT, "no-card"),
        Err(Unread::Picture) => refusal(StatusCode::CONFLICT, "no-card-picture"),
        Err(Unread::Chance) => refusal(StatusCode::SERVICE_UNAVAILABLE, "no-chance"),
    }
}

/// `/card/7/12/1`, to be printed, and `/reference/7/12/1`.
async fn view(page: &Page, path: &str) -> Option<Answer> {
    if let Some(camera) = path.strip_prefix("/card/") {
        let camera: CameraId = camera.parse().ok()?;
        let card = page.work.lock().cards.get(&camera).cloned()?;
        let html = card.page(camera, &page.local(card.at.wall));
        return Some(Answer::new(StatusCode::OK, "text/html; charset=utf-8", html));
    }
    let camera: CameraId = path.strip_prefix("/reference/")?.parse().ok()?;
    let (_, still) = page.references().await.into_iter().find(|(of, _)| *of == camera)?;
    Some(Answer::new(StatusCode::OK, "image/jpeg", still.jpeg))
}

fn login(page: &Page, asked: &Asked) -> Answer {
    let Ok(Login { code }) = serde_json::from_slice(&asked.body) else {
        return refusal(StatusCode::BAD_REQUEST, "malformed");
    };
    match page.guard.enter(&code, asked.peer, page.examiner.clock.now().mono_us) {
        Ok(cookie) => {
            let mut answer = refusal(StatusCode::OK, "in");
            answer.more.push(("set-cookie", cookie));
            answer
        }
        Err(denied) => {
            let (peer, cause) = (asked.peer, "a wrong code, or too many of them");
            tracing::warn!(%peer, cause, blame = "station", "somebody is not let into the technician's page");
            denied.into()
        }
    }
}

/// `/preview/7/12/1?after=TICK`, `/returned/7/12/1`, and `/picture/7/12/1`, in which a card is read.
fn media(page: &Page, path: &str, query: &str) -> Option<Answer> {
    if let Some(camera) = path.strip_prefix("/returned/") {
        let picture = page.work.lock().pictures.get(&camera.parse().ok()?).cloned()?;
        return picture.from_centre.then(|| Answer::new(StatusCode::OK, "video/mp4", picture.whole));
    }
    if let Some(camera) = path.strip_prefix("/picture/") {
        let picture = page.work.lock().picture_of_card(camera.parse().ok()?).cloned()?;
        return Some(Answer::new(StatusCode::OK, "video/mp4", picture.whole));
    }
    let camera: CameraId = path.strip_prefix("/preview/")?.parse().ok()?;
    let after = query.strip_prefix("after=").and_then(|tick| tick.parse().ok()).map(MediaTime);
    let newest = page.examiner.known.as_ref()?.streams.newest(camera, after)?;
    let Newest { init, parts, is_whole } = newest;
    let mut body = BytesMut::new();
    if is_whole {
        body.extend_from_slice(&init.bytes);
    }
    parts.iter().for_each(|part| body.extend_from_slice(&part.bytes));
    let mut answer = Answer::new(StatusCode::OK, "video/mp4", body.freeze());
    let last = parts.last().map_or(after, |part| Some(part.start)).map_or(0, |at| at.0);
    answer.more.push(("ashkar-last", last.to_string()));
    if is_whole {
        answer.more.push(("ashkar-codecs", init.codecs.clone()));
    }
    Some(answer)
}
