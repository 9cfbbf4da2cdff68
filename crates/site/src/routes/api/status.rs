//! What became of each station's day, as JSON and as a table.

use std::sync::Arc;

use ashkar_centre::{Centre, StationHistory, Stretch};
use ashkar_election::{Csv, HiddenWhy};
use ashkar_terms::Cause;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::types::{ConstituencyQuery, StationHistoryView, StatusView, StretchView};
use super::{Kind, Pictures};
use crate::http::caching::{Cached, UNHURRIED};
use crate::http::problem::Problem;
use crate::routes::times;

/// Columns of the table; they are followed by one for each cause.
const COLUMNS: [&str; 17] = [
    "id",
    "constituency",
    "station",
    "venue",
    "state",
    "since",
    "cause",
    "owed",
    "live",
    "late",
    "arriving",
    "missing",
    "hidden",
    "gaps",
    "longest_from",
    "longest_to",
    "longest_cause",
];

/// What became of the day, station by station, in minutes. Generated at most every five seconds.
#[utoipa::path(get, path = "/api/v1/status", params(ConstituencyQuery),
    responses((status = 200, body = StatusView), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn json(
    State(pictures): State<Arc<Pictures>>,
    query: Result<Query<ConstituencyQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(pictures.get(Kind::Status, query, make_json).await?.respond(&headers))
}

/// The same as a table: UTF-8, a header, a row for each station, a column of missing minutes for each cause.
#[utoipa::path(get, path = "/api/v1/status.csv", params(ConstituencyQuery),
    responses((status = 200, body = String, content_type = "text/csv"),
        (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn csv(
    State(pictures): State<Arc<Pictures>>,
    query: Result<Query<ConstituencyQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mark = pictures.centre.registry().election.file_mark();
    let mut response = pictures.get(Kind::StatusCsv, query, make_csv).await?.respond(&headers);
    let name = format!("attachment; filename=\"status{mark}.csv\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn make_json(centre: &Centre, constituency: Option<u16>) -> Result<Cached, Problem> {
    Cached::json(&view(centre, constituency), UNHURRIED)
}

fn make_csv(centre: &Centre, constituency: Option<u16>) -> Result<Cached, Problem> {
    let text = table(&view(centre, constituency).items);
    Ok(Cached::new(text, "text/csv; charset=utf-8; header=present", UNHURRIED))
}

fn view(centre: &Centre, constituency: Option<u16>) -> StatusView {
    let history = centre.history(constituency);
    let zone = super::zone(centre);
    let items: Vec<_> = history.stations.into_iter().map(|station| station_view(station, &zone)).collect();
    StatusView {
        from: times::write(history.from, &zone),
        to: times::write(history.to, &zone),
        total: items.len(),
        items,
    }
}

fn station_view(station: StationHistory, zone: &TimeZone) -> StationHistoryView {
    let StationHistory { id, venue, now, tally } = station;
    let stretch = |Stretch { span, cause }| StretchView {
        from: times::write(span.from, zone),
        to: times::write(span.to, zone),
        cause: cause.map(Cause::name),
    };
    StationHistoryView {
        id: id.to_string(),
        constituency: id.constituency,
        station: id.station,
        venue,
        state: now.state.name(),
        since: now.since.map(|at| times::write(at, zone)),
        cause: now.cause.map(Cause::name),
        hidden: now.hidden.map(HiddenWhy::name),
        minutes: tally.minutes.into(),
        causes: tally.causes.into_iter().map(|(cause, minutes)| (cause.name(), minutes)).collect(),
        gaps: tally.gaps,
        longest: tally.longest.map(stretch),
    }
}

/// Rows of the table. Causes that no station has are columns of zeros, so that tables of different moments match.
fn table(stations: &[StationHistoryView]) -> String {
    let causes = Cause::ALL.map(Cause::name);
    let header = COLUMNS.iter().map(|&name| name.to_owned());
    let mut csv = Csv::for_people();
    csv.row(header.chain(causes.iter().map(|cause| format!("missing_{cause}"))));
    for station in stations {
        csv.row(cells(station).into_iter().chain(
            causes.iter().map(|cause| station.causes.get(cause).copied().unwrap_or_default().to_string()),
        ));
    }
    csv.into_text()
}

fn cells(station: &StationHistoryView) -> [String; COLUMNS.len()] {
    let (minutes, longest) = (&station.minutes, station.longest.as_ref());
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    [
        station.id.clone(),
        station.constituency.to_string(),
        station.station.to_string(),
        station.venue.clone(),
        station.state.to_owned(),
        text(station.since.as_deref()),
        text(station.cause),
        minutes.owed.to_string(),
        minutes.live.to_string(),
        minutes.late.to_string(),
        minutes.arriving.to_string(),
        minutes.missing.to_string(),
        minutes.hidden.to_string(),
        station.gaps.to_string(),
        text(longest.map(|longest| longest.from.as_str())),
        text(longest.map(|longest| longest.to.as_str())),
        text(longest.and_then(|longest| longest.cause)),
    ]
}

#[cfg(test)]
mod tests {
    use ashkar_centre::{CameraState, Minutes, Tally};
    use ashkar_election::StationId;
    use ashkar_terms::{Span, State as CameraStateName, UtcMicros};

    use super::*;

    #[test]
    fn the_table_says_what_the_json_says() {
        let span = Span { from: UtcMicros(0), to: UtcMicros(240_000_000) };
        let tally = Tally {
            minutes: Minutes { owed: 422, live: 389, late: 20, arriving: 3, missing: 6, hidden: 4 },
            causes: [(Cause::Power, 4), (Cause::Uplink, 2)].into(),
            gaps: 3,
            longest: Some(Stretch { span, cause: Some(Cause::Power) }),
        };
        let now = CameraState::of(CameraStateName::Live);
        let (id, venue) = (StationId::new(7, 12), "Məktəb, \"5 nömrəli\"".to_owned());
        let view = station_view(StationHistory { id, venue, now, tally }, &TimeZone::UTC);
        assert_eq!(serde_json::to_value(&view).unwrap()["causes"]["power"], 4);
        let table = table(&[view]);
        let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let (header, row) = (lines.next().unwrap(), lines.next().unwrap());
        assert_eq!(header.len() + 1, row.len(), "one comma stands inside quotes");
        assert!(
            header.ends_with(&["missing_centre", "missing_neverconnected", "missing_stationdisk"]),
            "{header:?}"
        );
        let written = "7/12,7,12,\"Məktəb, \"\"5 nömrəli\"\"\",live,,,422,389,20,3,6,4,3,\
             1970-01-01T00:00:00+00:00,1970-01-01T00:04:00+00:00,power,0,2,0,4,0,0,0,0,0,0";
        assert_eq!(row.join(","), written);
    }
}
