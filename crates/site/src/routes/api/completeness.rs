//! How much of what was owed is there: of the country, each constituency, each station and each camera.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashkar_centre::{Centre, Completeness, CompletenessReport, CompletenessSum, Shares, StationCompleteness};
use ashkar_election::Csv;
use ashkar_terms::Cause;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::types::{
    CameraCompleteness, CompletenessLevel, CompletenessQuery, CompletenessTotals, CompletenessView,
    ConstituencyCompleteness, ConstituencyQuery, SharesView, StationCompletenessView, TimesView,
};
use super::{Kind, Pictures};
use crate::http::caching::{Cached, UNHURRIED};
use crate::http::problem::Problem;
use crate::routes::times;

/// How much of what was owed is there, to the microsecond: sums are exact. Generated at most every five seconds.
#[utoipa::path(get, path = "/api/v1/completeness", params(ConstituencyQuery),
    responses((status = 200, body = CompletenessView), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn json(
    State(pictures): State<Arc<Pictures>>,
    query: Result<Query<ConstituencyQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(pictures.get(Kind::Completeness, query, make_json).await?.respond(&headers))
}

/// The same as a table: UTF-8, a header, a row for each camera, station or constituency, so that no row is part of
/// another one and a column may be added up.
#[utoipa::path(get, path = "/api/v1/completeness.csv", params(CompletenessQuery),
    responses((status = 200, body = String, content_type = "text/csv"),
        (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn csv(
    State(pictures): State<Arc<Pictures>>,
    query: Result<Query<CompletenessQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(CompletenessQuery { constituency, level }) =
        query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let level = level.unwrap_or_default();
    let make: fn(&Centre, Option<u16>) -> Result<Cached, Problem> = match level {
        CompletenessLevel::Camera => |centre, of| make_csv(centre, of, CompletenessLevel::Camera),
        CompletenessLevel::Station => |centre, of| make_csv(centre, of, CompletenessLevel::Station),
        CompletenessLevel::Constituency => |centre, of| make_csv(centre, of, CompletenessLevel::Constituency),
    };
    let mark = pictures.centre.registry().election.file_mark();
    let query = Ok(Query(ConstituencyQuery { constituency }));
    let mut response = pictures.get(Kind::CompletenessCsv(level), query, make).await?.respond(&headers);
    let name = format!("attachment; filename=\"completeness-{}{mark}.csv\"", level.name());
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn make_json(centre: &Centre, constituency: Option<u16>) -> Result<Cached, Problem> {
    Cached::json(&completeness_view(&centre.completeness(constituency), &super::zone(centre)), UNHURRIED)
}

fn make_csv(centre: &Centre, constituency: Option<u16>, level: CompletenessLevel) -> Result<Cached, Problem> {
    let text = completeness_table(&centre.completeness(constituency), level);
    Ok(Cached::new(text, "text/csv; charset=utf-8; header=present", UNHURRIED))
}

/// The report as `/api/v1/completeness` gives it, with times in `zone`.
pub fn completeness_view(report: &CompletenessReport, zone: &TimeZone) -> CompletenessView {
    let constituencies = report.constituencies();
    let constituency = |(number, sum): (u16, CompletenessSum)| ConstituencyCompleteness {
        constituency: number,
        totals: totals(&sum),
    };
    CompletenessView {
        from: times::write(report.from, zone),
        to: times::write(report.to, zone),
        totals: totals(&report.sum()),
        constituencies: constituencies.into_iter().map(constituency).collect(),
        stations: report.stations.iter().map(station).collect(),
    }
}

fn totals(sum: &CompletenessSum) -> CompletenessTotals {
    CompletenessTotals {
        stations: sum.stations,
        owing: sum.owing,
        without_video: sum.without_video,
        without_camera: sum.without_camera,
        times: (&sum.total).into(),
    }
}

fn station(station: &StationCompleteness) -> StationCompletenessView {
    let camera = |(id, of): &(_, Completeness)| CameraCompleteness {
        id: ashkar_terms::CameraId::to_string(id),
        without_video: of.is_without_video(),
        times: of.into(),
    };
    StationCompletenessView {
        id: station.id.to_string(),
        constituency: station.id.constituency,
        station: station.id.station,
        venue: station.venue.clone(),
        without_video: station.total.is_without_video(),
        times: (&station.total).into(),
        cameras: station.cameras.iter().map(camera).collect(),
    }
}

impl From<&Completeness> for TimesView {
    fn from(of: &Completeness) -> Self {
        Self {
            owed_s: seconds(of.owed_us()),
            on_time_s: seconds(of.on_time_us),
            late_s: seconds(of.late_us),
            arriving_s: seconds(of.arriving_us),
            missing_s: seconds(of.missing_total_us()),
            hidden_s: seconds(of.hidden_us),
            causes: of.missing_us.iter().map(|(cause, us)| (cause.name(), seconds(*us))).collect(),
            percent: of.shares().map(SharesView::from),
        }
    }
}

impl From<Shares> for SharesView {
    fn from(shares: Shares) -> Self {
        let percent = |share: u32| f64::from(share) / 100.0;
        Self {
            on_time: percent(shares.on_time),
            late: percent(shares.late),
            arriving: percent(shares.arriving),
            missing: percent(shares.missing),
            hidden: percent(shares.hidden),
        }
    }
}

/// Seconds: the nearest double is written with the digits of the microseconds, up to 285 years.
fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// Columns of times; those before them say whose they are, and those after them are one for each cause.
const TIMES: [&str; 11] = [
    "owed_s",
    "on_time_s",
    "late_s",
    "arriving_s",
    "missing_s",
    "hidden_s",
    "on_time_percent",
    "late_percent",
    "arriving_percent",
    "missing_percent",
    "hidden_percent",
];

/// The report as CSV: UTF-8 for people, a header, a row for each camera, station or constituency. Seconds have six
/// decimals; percents are empty where nothing was owed.
pub fn completeness_table(report: &CompletenessReport, level: CompletenessLevel) -> String {
    let own: &[&str] = match level {
        CompletenessLevel::Camera => &["id", "constituency", "station", "venue", "without_video"],
        CompletenessLevel::Station => &["id", "constituency", "station", "venue", "cameras", "without_video"],
        CompletenessLevel::Constituency => {
            &["constituency", "stations", "owing", "without_video", "without_camera"]
        }
    };
    let mut csv = Csv::for_people();
    let causes = Cause::ALL.iter().map(|cause| format!("missing_{}_s", cause.name()));
    csv.row(own.iter().chain(&TIMES).map(|&name| name.to_owned()).chain(causes));
    let mut row = |own: Vec<String>, of: &Completeness| csv.row(own.into_iter().chain(cells(of)));
    let flag = |is_so: bool| String::from(if is_so { "yes" } else { "no" });
    if level == CompletenessLevel::Constituency {
        for (number, sum) in report.constituencies() {
            let counts = [sum.stations, sum.owing, sum.without_video, sum.without_camera];
            let own = std::iter::once(number.to_string()).chain(counts.map(|count| count.to_string()));
            row(own.collect(), &sum.total);
        }
        return csv.into_text();
    }
    for StationCompleteness { id, venue, cameras, total } in &report.stations {
        let (constituency, number) = (id.constituency.to_string(), id.station.to_string());
        let place = |id: String| vec![id, constituency.clone(), number.clone(), venue.clone()];
        if level == CompletenessLevel::Station {
            let more = [cameras.len().to_string(), flag(total.is_without_video())];
            row([place(id.to_string()), more.into()].concat(), total);
            continue;
        }
        for (camera, of) in cameras {
            row([place(camera.to_string()), vec![flag(of.is_without_video())]].concat(), of);
        }
    }
    csv.into_text()
}

fn cells(of: &Completeness) -> impl Iterator<Item = String> {
    let seconds = |us: u64| format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    let all = [of.owed_us(), of.on_time_us, of.late_us, of.arriving_us, of.missing_total_us(), of.hidden_us];
    let shares = of.shares();
    let percent = move |of: fn(&Shares) -> u32| {
        shares.as_ref().map_or_else(String::new, |shares| {
            let share = of(shares);
            format!("{}.{:02}", share / 100, share % 100)
        })
    };
    let percents: [fn(&Shares) -> u32; 5] =
        [|one| one.on_time, |one| one.late, |one| one.arriving, |one| one.missing, |one| one.hidden];
    let missing: BTreeMap<Cause, u64> = of.missing_us.clone();
    let causes =
        Cause::ALL.into_iter().map(move |cause| seconds(missing.get(&cause).copied().unwrap_or_default()));
    all.into_iter().map(seconds).chain(percents.into_iter().map(percent)).chain(causes)
}

#[cfg(test)]
mod tests {
    use ashkar_election::StationId;
    use ashkar_terms::{CameraId, UtcMicros};

    use super::*;

    fn report() -> CompletenessReport {
        let of = |number, on_time_us, late_us, missing_us: &[(Cause, u64)]| {
            let of = Completeness {
                on_time_us,
                late_us,
                missing_us: missing_us.iter().copied().collect(),
                ..Completeness::default()
            };
            (CameraId::new(7, 12, number), of)
        };
        let station = |number, cameras: Vec<(CameraId, Completeness)>| {
            let mut total = Completeness::default();
            cameras.iter().for_each(|(_, of)| total.add(of));
            let id = StationId::new(7, number);
            StationCompleteness { id, venue: "Məktəb, \"5 nömrəli\"".to_owned(), cameras, total }
        };
        let two = vec![
            of(1, 3_000_001, 1_000_000, &[(Cause::Power, 999_999)]),
            of(2, 0, 0, &[(Cause::Uplink, 5_000_000)]),
        ];
        let none = vec![of(1, 0, 0, &[(Cause::NeverConnected, 5_000_000)])];
        let stations = vec![station(12, two), station(13, none), station(14, Vec::new())];
        CompletenessReport { from: UtcMicros(0), to: UtcMicros(5_000_000), stations }
    }

    fn rows(level: CompletenessLevel) -> Vec<String> {
        completeness_table(&report(), level).lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn sums_are_exact_at_each_level_and_say_who_has_nothing() {
        let stations = rows(CompletenessLevel::Station);
        assert_eq!(
            stations[0],
            "7/12,7,12,\"Məktəb, \"\"5 nömrəli\"\"\",2,no,10.000000,3.000001,1.000000,0.000000,5.999999,0.000000,\
             30.00,10.00,0.00,60.00,0.00,0.000000,5.000000,0.000000,0.999999,0.000000,0.000000,0.000000,0.000000,0.000000,0.000000"
        );
        assert!(stations[1].contains(",1,yes,5.000000,0.000000,"), "{}", stations[1]);
        assert!(stations[2].contains(",0,no,0.000000,0.000000,0.000000,0.000000,0.000000,0.000000,,,,,,"));
        assert_eq!(rows(CompletenessLevel::Camera).len(), 3);
        let constituencies = rows(CompletenessLevel::Constituency);
        assert!(constituencies[0].starts_with("7,3,2,1,1,15.000000,3.000001,1.000000,"));
    }

    #[test]
    fn the_json_says_what_the_table_says() {
        let view = completeness_view(&report(), &TimeZone::UTC);
        let view = serde_json::to_value(&view).unwrap();
        let totals = &view["totals"];
        assert_eq!((&totals["owing"], &totals["without_video"]), (&2.into(), &1.into()));
        assert_eq!((&totals["on_time_s"], &totals["owed_s"]), (&3.000_001.into(), &15.0.into()));
        assert_eq!(view["stations"][0]["cameras"][1]["without_video"], true);
        assert_eq!(view["stations"][0]["percent"]["missing"], 60.0);
        assert_eq!(view["stations"][2]["percent"], serde_json::Value::Null);
        assert_eq!(view["constituencies"][0]["causes"]["neverconnected"], 5.0);
        assert_eq!(view["to"], "1970-01-01T00:00:05+00:00");
    }
}
