//! The day of the country, or of a constituency, as one picture.

use std::sync::Arc;

use ashkar_centre::{Centre, Day, Minutes, Note};
use ashkar_terms::Cause;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::types::{ConstituencyQuery, DayNote, DayRow, DayView, MinutesView};
use super::{Kind, Pictures};
use crate::http::caching::{Cached, UNHURRIED};
use crate::http::problem::Problem;
use crate::routes::times;

/// The day as one picture: cells that hide no hole, minutes, and the worst stretches. Generated at most every five
/// seconds.
#[utoipa::path(get, path = "/api/v1/day", params(ConstituencyQuery),
    responses((status = 200, body = DayView), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn day(
    State(pictures): State<Arc<Pictures>>,
    query: Result<Query<ConstituencyQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(pictures.get(Kind::Day, query, make).await?.respond(&headers))
}

fn make(centre: &Centre, constituency: Option<u16>) -> Result<Cached, Problem> {
    Cached::json(&view(&centre.day(constituency), &super::zone(centre)), UNHURRIED)
}

fn view(day: &Day, zone: &TimeZone) -> DayView {
    let row = |row: &ashkar_centre::Row| DayRow {
        key: row.of.to_string(),
        cells: row.cells.letters(),
        minutes: row.minutes.into(),
    };
    DayView {
        from: times::write(day.grid.from, zone),
        to: times::write(day.grid.to, zone),
        step_s: day.grid.step_us / 1_000_000,
        minutes: day.minutes.into(),
        rows: day.rows.iter().map(row).collect(),
        notes: day.notes.iter().map(|note| note_view(note, zone)).collect(),
    }
}

fn note_view(note: &Note, zone: &TimeZone) -> DayNote {
    DayNote {
        constituency: note.constituency,
        from: times::write(note.from, zone),
        to: times::write(note.to, zone),
        state: note.state.name(),
        arriving: note.is_arriving.then_some(true),
        cause: note.cause.map(Cause::name),
        hidden: note.hidden.map(ashkar_election::HiddenWhy::name),
        stations: note.stations,
        minutes: note.minutes,
    }
}

impl From<Minutes> for MinutesView {
    fn from(minutes: Minutes) -> Self {
        let Minutes { owed, live, late, arriving, missing, hidden } = minutes;
        Self { owed, live, late, arriving, missing, hidden }
    }
}
