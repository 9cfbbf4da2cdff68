//! Everything that the public side serves, in one table, from which the router is built. Why: `docs/design/desk.md`,
//! "Views".
//!
//! Each route says whether it shows a camera, and how it is asked for one: so a test asks for a camera that is not public
//! by every address there is (I7). What must never happen: a route outside this table.

use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_election::{ProgrammeStore, ViewPhase};
use ashkar_terms::CameraId;
use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::api::report::{self, Reports};
use super::api::{self, Pictures};
use super::dvr::{self, Dvr};
use super::list::{self, Lists};
use super::metrics::{self, Metrics};
use super::{health, view};

/// The live playlists.
pub(crate) const LIVE: &str = "/live/{constituency}/{station}/{camera}/index.m3u8";
/// Media files.
pub(crate) const MEDIA: &str = "/media/{archive}/{constituency}/{station}/{camera}/{name}";

/// A route of the public side.
#[derive(Debug, Clone, Copy)]
pub struct PublicRoute {
    /// Its address, with names for what varies.
    pub path: &'static str,
    /// Whether it shows a camera.
    pub shows: Shows,
    pub(super) answer: Answer,
}

/// Whether a route shows a camera: pictures, sound, or where they are found.
#[derive(Debug, Clone, Copy)]
pub enum Shows {
    /// It does, under these addresses.
    Camera(fn(&Sought<'_>) -> Vec<String>),
    /// It does not: it tells about cameras at most.
    Nothing,
}

/// A camera, and what somebody knows who wants to see it.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// The camera.
    pub camera: CameraId,
    /// The archive that its media addresses name.
    pub archive: &'a str,
    /// Names of its media, such as `17.m4s`.
    pub media: &'a [String],
    /// Times of them: start, a moment, end; RFC 3339, UTC.
    pub times: [&'a str; 3],
}

/// Who answers, and in what company.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// A handler whose responses are generated: offloaded, compressed, open to pages of other sites.
    Generated(fn(&Own) -> MethodRouter),
    /// A handler open to pages of other sites.
    Open(fn(&Own) -> MethodRouter),
    /// A handler for supervisors.
    Plain(fn(&Own) -> MethodRouter),
    /// A handler that takes something from citizens: closed to pages of other sites, preflights included.
    Takes(fn(&Own) -> MethodRouter),
    /// The player's requests: see [`super::player`].
    Player,
}

/// What the handlers need.
pub(super) struct Own {
    centre: Arc<Centre>,
    lists: Arc<Lists>,
    pictures: Arc<Pictures>,
    dvr: Arc<Dvr>,
    reports: Arc<Reports>,
}

impl Own {
    pub(super) fn new(centre: &Arc<Centre>, programme: Arc<dyn ProgrammeStore>) -> Self {
        Self {
            centre: Arc::clone(centre),
            lists: Arc::new(Lists::new(Arc::clone(centre))),
            pictures: Arc::new(Pictures::new(centre)),
            dvr: Arc::new(Dvr::new(centre)),
            reports: Arc::new(Reports::new(Arc::clone(centre), programme)),
        }
    }
}

/// A route that shows a camera.
const fn shows(path: &'static str, addresses: fn(&Sought<'_>) -> Vec<String>, answer: Answer) -> PublicRoute {
    PublicRoute { path, shows: Shows::Camera(addresses), answer }
}

/// A route that shows none.
const fn tells(path: &'static str, answer: Answer) -> PublicRoute {
    PublicRoute { path, shows: Shows::Nothing, answer }
}

/// The routes. What is at none of these addresses is a page, or nothing: pages are documents, and what they show has an
/// address here.
pub const PUBLIC: [PublicRoute; 26] = [
    shows(LIVE, live, Answer::Player),
    shows(MEDIA, media, Answer::Player),
    shows(
        "/dvr/{constituency}/{station}/{camera}/index.m3u8",
        past,
        Answer::Open(|own| get(dvr::playlist).with_state(Arc::clone(&own.dvr))),
    ),
    shows(
        "/still/{constituency}/{station}/{file}",
        still,
        Answer::Open(|own| get(dvr::still).with_state(Arc::clone(&own.centre))),
    ),
    shows(
        "/view/{constituency}/{station}/{camera}/{file}",
        approved,
        Answer::Open(|own| get(view::still).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/election",
        Answer::Generated(|own| get(api::election::election).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/constituencies",
        Answer::Generated(|own| get(api::election::constituencies).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/stations",
        Answer::Generated(|own| get(api::stations::list).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/stations/{constituency}/{station}",
        Answer::Generated(|own| get(api::stations::one).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/cameras/{constituency}/{station}/{camera}/timeline",
        Answer::Generated(|own| get(api::timeline::timeline).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/cameras/{constituency}/{station}/{camera}/view",
        Answer::Generated(|own| get(api::view::view).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/cameras/{constituency}/{station}/{camera}/reports",
        Answer::Takes(|own| post(report::report).with_state(Arc::clone(&own.reports))),
    ),
    tells(
        "/api/v1/turnout",
        Answer::Generated(|own| get(api::turnout::turnout).with_state(Arc::clone(&own.centre))),
    ),
    tells(
        "/api/v1/openapi.json",
        Answer::Generated(|own| get(api::openapi::show).with_state(Arc::clone(&own.centre))),
    ),
    tells("/api/v1/day", Answer::Open(|own| get(api::day::day).with_state(Arc::clone(&own.pictures)))),
    tells("/api/v1/status", Answer::Open(|own| get(api::status::json).with_state(Arc::clone(&own.pictures)))),
    tells(
        "/api/v1/status.csv",
        Answer::Open(|own| get(api::status::csv).with_state(Arc::clone(&own.pictures))),
    ),
    tells(
        "/api/v1/completeness",
        Answer::Open(|own| get(api::completeness::json).with_state(Arc::clone(&own.pictures))),
    ),
    tells(
        "/api/v1/completeness.csv",
        Answer::Open(|own| get(api::completeness::csv).with_state(Arc::clone(&own.pictures))),
    ),
    tells("/list/stations.csv", Answer::Generated(|own| get(list::csv).with_state(Arc::clone(&own.lists)))),
    tells("/list/stations.json", Answer::Generated(|own| get(list::json).with_state(Arc::clone(&own.lists)))),
    tells(
        "/list/stations.pdf",
        Answer::Generated(|own| get(list::pdf::show).with_state(Arc::clone(&own.lists))),
    ),
    tells("/list/versions", Answer::Generated(|own| get(list::versions).with_state(Arc::clone(&own.lists)))),
    tells("/list/changes", Answer::Generated(|own| get(list::changes).with_state(Arc::clone(&own.lists)))),
    tells("/healthz", Answer::Plain(|_| get(health::healthz))),
    tells("/readyz", Answer::Plain(|own| get(health::readyz).with_state(Arc::clone(&own.centre)))),
];

fn live(sought: &Sought<'_>) -> Vec<String> {
    vec![format!("/live/{}/index.m3u8", sought.camera)]
}

fn media(sought: &Sought<'_>) -> Vec<String> {
    let address = |name| format!("/media/{}/{}/{name}", sought.archive, sought.camera);
    sought.media.iter().map(address).collect()
}

fn past(sought: &Sought<'_>) -> Vec<String> {
    let [from, _, to] = sought.times;
    vec![format!("/dvr/{}/index.m3u8?from={from}&to={to}", sought.camera)]
}

fn still(sought: &Sought<'_>) -> Vec<String> {
    let [_, at, _] = sought.times;
    vec![format!("/still/{}.jpg", sought.camera), format!("/still/{}.jpg?at={at}", sought.camera)]
}

fn approved(sought: &Sought<'_>) -> Vec<String> {
    let address = |phase: ViewPhase| format!("/view/{}/{}.jpg", sought.camera, phase.name());
    ViewPhase::ALL.map(address).into()
}

/// The routers of the kinds of handlers: generated, open, and plain, with what takes something.
pub(super) fn routers(own: &Own) -> [Router; 3] {
    let [mut generated, mut open, mut plain] = [Router::new(), Router::new(), Router::new()];
    for route in &PUBLIC {
        match route.answer {
            Answer::Generated(answer) => generated = generated.route(route.path, answer(own)),
            Answer::Open(answer) => open = open.route(route.path, answer(own)),
            Answer::Plain(answer) | Answer::Takes(answer) => plain = plain.route(route.path, answer(own)),
            Answer::Player => {}
        }
    }
    [generated, open, plain]
}

/// `/metrics` on the site's own address, for this machine alone.
pub(super) fn metrics_here(metrics: Arc<Metrics>) -> Router {
    Router::new().route("/metrics", get(metrics::show_here)).with_state(metrics)
}

/// `/metrics` alone, for an address of its own.
pub fn metrics_router(metrics: Arc<Metrics>) -> Router {
    Router::new().route("/metrics", get(metrics::show)).with_state(metrics)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
        }
        found
    }

    #[test]
    fn no_route_is_made_elsewhere() {
        // What is under `http` knows of no address.
        let mut sources = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes"));
        sources.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
        let makes_routes = |path: &&PathBuf| {
            let text = std::fs::read_to_string(path).unwrap();
            [".route(", ".nest(", ".nest_service(", ".route_service("].iter().any(|call| text.contains(call))
        };
        let found: Vec<_> = sources.iter().filter(makes_routes).collect();
        assert_eq!(found, [&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes/table.rs")]);
    }

    #[test]
    fn what_shows_a_camera_is_under_the_address_that_it_says() {
        let sought = Sought {
            camera: CameraId::new(7, 12, 1),
            archive: "00ff00ff",
            media: &["17.m4s".to_owned()],
            times: ["a", "b", "c"],
        };
        for route in &PUBLIC {
            let Shows::Camera(addresses) = route.shows else { continue };
            let addresses = addresses(&sought);
            assert!(!addresses.is_empty(), "{}", route.path);
            for address in addresses {
                let path = address.split('?').next().unwrap();
                let (names, words): (Vec<_>, Vec<_>) =
                    (route.path.split('/').collect(), path.split('/').collect());
                let fits = |(name, word): (&&str, &&str)| {
                    name == word || (name.starts_with('{') && !word.is_empty())
                };
                assert!(names.len() == words.len() && names.iter().zip(&words).all(fits), "{address}");
            }
        }
    }
}
