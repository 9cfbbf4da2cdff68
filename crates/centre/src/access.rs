//! What the public may see of a camera: gathers the facts for the one decision ([`Case`]).
//!
//! In: a camera and the request. Out: the decision. If no answer depends on the time that a piece shows, which is the
//! normal case, that time is not looked up.

use std::sync::Arc;

use ashkar_archive::ReadError;
use ashkar_election::{Access, Asked, Case, Denial, Standing};
use ashkar_live::Place;
use ashkar_terms::{CameraId, Span, UtcMicros};

use crate::media::recorded_gap;
use crate::registry::Registry;
use crate::{Camera, Centre, MediaFailure, MediaName};

/// With the past closed, a segment this many numbers before the listed ones is not looked up in the archive: no line of
/// the live playlist can still name it.
const LEAVING_SEGMENTS: u64 = 32;

/// A piece that may be served at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// How long a cache may keep it at most, microseconds; `None` for no limit.
    pub for_us: Option<i64>,
}

impl Centre {
    /// Whether the public may now see what `asked` requests of the camera `id`.
    ///
    /// # Errors
    /// The reason for the refusal.
    pub fn access(&self, id: CameraId, asked: Asked) -> Result<Allowed, Denial> {
        let registry = self.registry.load();
        allowed(&self.case(&registry, id), asked)
    }

    /// The items of a list that may be served. `time` returns the time that an item shows.
    pub(crate) fn accessible<T>(&self, id: CameraId, pieces: &mut Vec<T>, time: impl Fn(&T) -> Span) {
        let registry = self.registry.load();
        let case = self.case(&registry, id);
        if case.standing != Standing::On {
            pieces.clear();
        } else if case.depends_on_time() {
            pieces.retain(|piece| allowed(&case, Asked::Time(time(piece))).is_ok());
        }
    }

    /// Whether the public may now see the media `name` of `camera`.
    ///
    /// # Errors
    /// [`MediaFailure::Denied`] if not; others if the archive must look up its time, and cannot.
    pub async fn media_access(
        self: &Arc<Self>,
        camera: &Camera,
        name: MediaName,
    ) -> Result<Allowed, MediaFailure> {
        let place = match self.placed(camera, name) {
            Ok(decided) => return decided.map_err(MediaFailure::Denied),
            Err(segment) => self.time_of(camera.id, segment).await?,
        };
        self.access(camera.id, Asked::Time(place)).map_err(MediaFailure::Denied)
    }

    /// The decision, if memory is enough for it; otherwise the segment whose time must be looked up in the archive.
    fn placed(&self, camera: &Camera, name: MediaName) -> Result<Result<Allowed, Denial>, u64> {
        let registry = self.registry.load();
        let case = self.case(&registry, camera.id);
        let segment = match name {
            MediaName::Init(init) => {
                let live = case.depends_on_time() && camera.live.init(init).is_some();
                return Ok(allowed(&case, Asked::Parameters { live }));
            }
            MediaName::Segment(number) | MediaName::Part(number, _) => number,
        };
        if !case.depends_on_time() {
            return Ok(allowed(&case, Asked::Time(Span { from: case.now, to: case.now.plus(1) })));
        }
        match camera.live.place_of(segment) {
            Place::ToCome => Ok(allowed(&case, Asked::Now)),
            Place::Listed(from, to) => {
                let (from, to) = (from.to_utc(), to.to_utc());
                Ok(allowed(&case, Asked::Time(Span { from, to: to.max(from.plus(1)) })))
            }
            Place::Before(numbers) if numbers > LEAVING_SEGMENTS && !case.is_past_open() => {
                Ok(Err(Denial::Past))
            }
            Place::Before(_) => Err(segment),
        }
    }

    /// From memory if it was requested recently.
    async fn time_of(self: &Arc<Self>, camera: CameraId, segment: u64) -> Result<Span, MediaFailure> {
        let key = (camera, segment);
        if let Some(time) = self.media.times.get(&key) {
            return Ok(time);
        }
        let find = async {
            let _turn = self.media.turn().await?;
            let archive = self.archive.clone();
            let found = tokio::task::spawn_blocking(move || {
                let entry = archive.segment(camera, segment)?;
                let piece = entry.map(|entry| (entry.start, entry.end()));
                Ok(piece.or_else(|| recorded_gap(&archive, camera, segment)))
            });
            let found: Result<_, ReadError> =
                found.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
            let (from, to) = found?.ok_or(MediaFailure::Absent)?;
            Ok(Span { from: from.to_utc(), to: to.to_utc() })
        };
        // Boxed: see `Centre::media`.
        Box::pin(self.media.times.get_or_insert_async(&key, find)).await
    }

    fn case<'a>(&self, registry: &'a Registry, id: CameraId) -> Case<'a> {
        let mut case = Case {
            standing: registry.standing(id),
            policy: registry.election.policy,
            day_over: registry.day_over,
            live_from: None,
            hidden: registry.hidden(id),
            now: self.now().wall,
        };
        if case.depends_on_time() {
            case.live_from = self.camera(id).and_then(|camera| listed_from(registry, &camera, case.now));
        }
        case
    }
}

/// The start of the oldest piece that the live window lists. What belongs to another election ends by the clock, without a
/// change of the registry: if the window still lists some of it, it starts over before anybody is told what it lists.
fn listed_from(registry: &Registry, camera: &Camera, now: UtcMicros) -> Option<UtcMicros> {
    let listed = || camera.live.listed_from().map(|from| from.to_utc());
    let (first, shown_from) = (listed()?, registry.listed_from(camera.id, now));
    match shown_from.filter(|from| first < *from) {
        None => Some(first),
        Some(from) => {
            camera.live.list_from(from);
            listed()
        }
    }
}

fn allowed(case: &Case<'_>, asked: Asked) -> Result<Allowed, Denial> {
    match case.decide(asked) {
        Access::Allowed { until } => {
            Ok(Allowed { for_us: until.map(|until: UtcMicros| until.since(case.now)) })
        }
        Access::Denied(denial) => Err(denial),
    }
}
