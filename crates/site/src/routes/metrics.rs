//! `/metrics`, OpenMetrics text.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ashkar_centre::Centre;
use ashkar_terms::Blame;
use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::http::budget;
use crate::http::client::Client;
use crate::http::offload;
use crate::http::problem::Problem;
use crate::http::server::Counters;

/// Within this time the text is not generated again.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Headers that proxies add to a request that they make for another.
const FOR_ANOTHER: [HeaderName; 4] = [
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-real-ip"),
    header::FORWARDED,
    header::VIA,
];
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Bounds of the request histogram, seconds; blocking playlists wait for a part, at most 13 s.
const REQUEST_SECONDS: [f64; 10] = [0.0005, 0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 2.5, 5.0, 15.0];

type Labels = Vec<(&'static str, String)>;

/// Counts of what was logged, and of what the log lost.
#[derive(Debug, Default)]
pub struct LogCounters {
    /// Lines that were lost.
    pub lost: AtomicU64,
    /// Warnings and errors, by blame; the last entry of each level counts those without one.
    events: [[AtomicU64; Blame::ALL.len() + 1]; 2],
}

impl LogCounters {
    /// Counts a warning or an error.
    pub fn count(&self, is_error: bool, blame: Option<Blame>) {
        let blame = blame.and_then(|blame| Blame::ALL.iter().position(|one| *one == blame));
        self.events[usize::from(is_error)][blame.unwrap_or(Blame::ALL.len())].fetch_add(1, Ordering::Relaxed);
    }

    /// Level, blame and number of events.
    fn events(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let blames = || Blame::ALL.map(Blame::name).into_iter().chain(["unknown"]);
        ["warn", "error"].into_iter().zip(&self.events).flat_map(move |(level, counts)| {
            blames().zip(counts).map(move |(blame, count)| (level, blame, count.load(Ordering::Relaxed)))
        })
    }
}

/// Everything that `/metrics` shows.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Histogram, fn() -> Histogram>,
    /// The newest text. The lock is held while the next one is generated: those who come meanwhile wait for it.
    last: Mutex<Option<(Instant, Bytes)>>,
}

impl Metrics {
    /// Metrics of `centre` and of the site's connections.
    pub fn new(centre: Arc<Centre>, http: Arc<Counters>, log: Arc<LogCounters>) -> Self {
        let mut registry = Registry::with_prefix("ashkar");
        let requests: Family<Labels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS));
        registry.register("http_request_seconds", "Time until the head of an answer", requests.clone());
        registry.register_collector(Box::new(Measured { centre, http, log }));
        Self { registry, requests, last: Mutex::default() }
    }

    /// The histogram of the route `name`, for handlers outside the router.
    pub(crate) fn times_of(&self, name: &'static str) -> Route {
        let ok = self.requests.get_or_create(&labels(name.to_owned(), 200)).clone();
        Route { name, ok, requests: self.requests.clone() }
    }

    /// At most a second old, however many ask; generated on no thread of the runtime.
    async fn text(self: &Arc<Self>) -> Result<Bytes, Problem> {
        let mut last = self.last.lock().await;
        if let Some((made, text)) = &*last
            && made.elapsed() < FRESH_FOR
        {
            return Ok(text.clone());
        }
        let own = Arc::clone(self);
        let text = spawn_blocking(move || own.encoded()).await.map_err(|panic| Problem::internal(&panic))?;
        let text = Bytes::from(text.map_err(|error| Problem::internal(&error))?);
        *last = Some((Instant::now(), text.clone()));
        Ok(text)
    }

    fn encoded(&self) -> Result<String, fmt::Error> {
        let mut text = String::with_capacity(64 * 1024);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Response times of one route.
#[derive(Debug)]
pub(crate) struct Route {
    name: &'static str,
    /// Those of status 200, which almost all have: looked up once instead of at each request.
    ok: Histogram,
    requests: Family<Labels, Histogram, fn() -> Histogram>,
}

impl Route {
    pub(crate) fn observe(&self, status: u16, took: Duration) {
        if status == 200 {
            self.ok.observe(took.as_secs_f64());
        } else {
            self.requests.get_or_create(&labels(self.name.to_owned(), status)).observe(took.as_secs_f64());
        }
    }
}

fn labels(route: String, status: u16) -> Labels {
    vec![("route", route), ("status", status.to_string())]
}

/// `GET /metrics`
pub(crate) async fn show(State(metrics): State<Arc<Metrics>>) -> Result<Response, Problem> {
    let text = metrics.text().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

/// `GET /metrics` on the site's own address: for this machine alone. A proxy that names the client that it asks for is
/// not believed to be asking for itself.
pub(crate) async fn show_here(
    State(metrics): State<Arc<Metrics>>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let is_here = client.is_some_and(|Extension(client)| client.is_this_machine());
    let is_for_another = FOR_ANOTHER.into_iter().any(|name| headers.contains_key(name));
    if !is_here || is_for_another {
        return Err(Problem::not_found("There is nothing at this address."));
    }
    show(State(metrics)).await
}

/// Measures every request by the route that answered it, never by its address.
pub(crate) async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "page".to_owned(), |path| path.as_str().to_owned());
    let start = Instant::now();
    let response = next.run(request).await;
    let labels = labels(route, response.status().as_u16());
    metrics.requests.get_or_create(&labels).observe(start.elapsed().as_secs_f64());
    response
}

/// Reads the centre's own counters at each scrape.
#[derive(Debug)]
struct Measured {
    centre: Arc<Centre>,
    http: Arc<Counters>,
    log: Arc<LogCounters>,
}

impl Collector for Measured {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        self.cameras(&mut encoder)?;
        self.archive(&mut encoder)?;
        self.ingest(&mut encoder)?;
        self.site(&mut encoder)
    }
}

impl Measured {
    fn cameras(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let now = self.centre.now();
        let registry = self.centre.registry();
        let is_sub_stream = |id| registry.snapshot.camera(id).is_some_and(|camera| camera.sub_of.is_some());
        let cameras: Vec<(String, _)> = self
            .centre
            .cameras_that_sent()
            .into_iter()
            .filter(|camera| !is_sub_stream(camera.id))
            .map(|camera| (camera.id.to_string(), camera.status(now)))
            .collect();
        let mut each =
            |name: &str, help: &str, kind: Kind, value: &dyn Fn(&ashkar_centre::Status) -> Option<f64>| {
                let rows = cameras
                    .iter()
                    .filter_map(|(id, status)| Some((vec![("camera", id.clone())], value(status)?)));
                family(encoder, name, help, kind, rows)
            };
        let flag = |on: bool| Some(f64::from(u8::from(on)));
        let count = |number: u64| Some(number as f64);
        each("camera_connected", "1 while somebody sends", Kind::Gauge, &|s| flag(s.connected))?;
        each("camera_live", "1 while pictures are recorded", Kind::Gauge, &|s| flag(s.live))?;
        each("camera_recording", "1 while the disk takes the recording", Kind::Gauge, &|s| {
            flag(s.recording)
        })?;
        each(
            "camera_silence_seconds",
            "Since the newest picture that was kept arrived",
            Kind::Gauge,
            &|s| s.last_picture.map(|arrival| now.mono_us.saturating_sub(arrival.mono_us) as f64 / 1e6),
        )?;
        each("camera_access_units", "Pictures taken in", Kind::Counter, &|s| count(s.counters.access_units))?;
        each("camera_bytes", "Bytes of pictures taken in", Kind::Counter, &|s| {
            count(s.counters.access_unit_bytes)
        })?;
        each("camera_refused_access_units", "Pictures that could not be used", Kind::Counter, &|s| {
            count(s.counters.refused)
        })?;
        each(
            "camera_too_fast_access_units",
            "Pictures that came faster than time passes",
            Kind::Counter,
            &|s| count(s.counters.too_fast),
        )?;
        each(
            "camera_waiting_access_units",
            "Pictures before parameter sets or a keyframe",
            Kind::Counter,
            &|s| count(s.counters.waiting_dropped),
        )?;
        each("camera_repaired_timestamps", "Decoding times that were repaired", Kind::Counter, &|s| {
            count(s.counters.timestamps_repaired)
        })?;
        each("camera_clock_jumps", "Steps of the camera's clock", Kind::Counter, &|s| {
            count(s.counters.camera_clock_jumps)
        })?;
        each("camera_parts", "Parts made", Kind::Counter, &|s| count(s.counters.parts))?;
        each("camera_segments", "Segments made", Kind::Counter, &|s| count(s.counters.segments))?;
        each("camera_gaps", "Gaps opened", Kind::Counter, &|s| count(s.counters.gaps))?;
        let unusable = cameras.iter().filter_map(|(id, status)| {
            let (reason, _) = status.unusable.as_ref()?;
            Some((vec![("camera", id.clone()), ("reason", (*reason).to_owned())], 1.0))
        });
        let help = "1 while a camera is connected and nothing usable comes, by what is wrong with it";
        family(encoder, "camera_unusable", help, Kind::Gauge, unusable)
    }

    fn archive(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        for (name, help, kind, rows) in self.centre.archive_figures() {
            let kind = if kind { Kind::Counter } else { Kind::Gauge };
            family(encoder, name, help, kind, rows.into_iter())?;
        }
        Ok(())
    }

    fn ingest(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let figures = self.centre.ingest_figures().into_iter().chain(self.centre.agent_figures());
        for (name, help, kind, rows) in figures {
            let kind = if kind { Kind::Counter } else { Kind::Gauge };
            family(encoder, name, help, kind, rows.into_iter())?;
        }
        Ok(())
    }

    fn site(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let one = |value: f64| std::iter::once((Labels::new(), value));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let tasks = runtime.metrics().num_alive_tasks() as f64;
            family(encoder, "tasks", "Tasks that are not over", Kind::Gauge, one(tasks))?;
        }
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        family(
            encoder,
            "http_open_connections",
            "Connections open",
            Kind::Gauge,
            one(read(&self.http.open)),
        )?;
        family(
            encoder,
            "http_connections",
            "Connections accepted",
            Kind::Counter,
            one(read(&self.http.accepted)),
        )?;
        family(
            encoder,
            "http_refused_connections",
            "Connections refused by a limit",
            Kind::Counter,
            one(read(&self.http.refused)),
        )?;
        family(
            encoder,
            "http_evicted_connections",
            "Connections ended so that clients with fewer had room",
            Kind::Counter,
            one(read(&self.http.evicted)),
        )?;
        let responses = budget::responses();
        family(
            encoder,
            "http_held_bytes",
            "Answers that their clients have not taken",
            Kind::Gauge,
            one(responses.used() as f64),
        )?;
        family(
            encoder,
            "http_responses_evicted",
            "Connections ended so that clients who hold less had answers",
            Kind::Counter,
            one(responses.evicted() as f64),
        )?;
        family(
            encoder,
            "http_held_refused",
            "Answers for which there was no room",
            Kind::Counter,
            one(responses.refused() as f64),
        )?;
        let offload = offload::semaphore();
        family(
            encoder,
            "http_offloaded",
            "Answers whose generation was begun away from the players' threads",
            Kind::Counter,
            one(offload.granted() as f64),
        )?;
        family(
            encoder,
            "http_offload_waiting",
            "Requests that wait for a permit to have their answer generated",
            Kind::Gauge,
            one(offload.waiting() as f64),
        )?;
        family(
            encoder,
            "http_offload_refused",
            "Requests that got no permit to have their answer generated",
            Kind::Counter,
            one(offload.refused() as f64),
        )?;
        family(
            encoder,
            "log_lines_lost",
            "Log lines that standard error did not take",
            Kind::Counter,
            one(read(&self.log.lost)),
        )?;
        let events = self.log.events().map(|(level, blame, count)| {
            (vec![("level", level.to_owned()), ("blame", blame.to_owned())], count as f64)
        });
        family(encoder, "log_events", "Warnings and errors, by whose fault they are", Kind::Counter, events)
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
}

fn family(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    kind: Kind,
    rows: impl Iterator<Item = (Labels, f64)>,
) -> fmt::Result {
    let metric_type = match kind {
        Kind::Counter => MetricType::Counter,
        Kind::Gauge => MetricType::Gauge,
    };
    let mut metrics = encoder.encode_descriptor(name, help, None, metric_type)?;
    for (labels, value) in rows {
        if labels.is_empty() {
            return write(kind, value, metrics);
        }
        write(kind, value, metrics.encode_family(&labels)?)?;
    }
    Ok(())
}

fn write(kind: Kind, value: f64, to: MetricEncoder<'_>) -> fmt::Result {
    match kind {
        Kind::Counter => ConstCounter::new(value).encode(to),
        Kind::Gauge => ConstGauge::new(value).encode(to),
    }
}
