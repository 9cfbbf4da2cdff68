//! One viewer: its requests, and what it does with the responses. Bytes and times in, bytes and figures out.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::rc::Rc;

use super::exchange::{Answer, Exchange};
use super::figures::{Fault, Figures, Kind};
use super::playback::Playback;
use super::playlist::{Item, Listing, Place};
use super::playlist_cache::PlaylistCache;

/// Parts waiting to be fetched. A viewer with more is too slow, and goes to the live edge like a player.
const MAX_QUEUE: usize = 64;
/// How often a part is requested.
const MAX_TRIES: u8 = 3;

/// Which of a viewer's two connections: a blocking reload occupies its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Playlist,
    Media,
}

/// What viewers of one server share.
#[derive(Debug)]
pub(super) struct Profile {
    /// `Host`.
    pub(super) host: String,
    /// Requests playlists compressed, like browsers.
    pub(super) gzip: bool,
    /// No media are fetched.
    pub(super) wait_only: bool,
}

/// The current time on both clocks, and where to record counts.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) profile: &'a Profile,
    pub(super) playlists: &'a mut PlaylistCache,
    pub(super) figures: &'a mut Figures,
    pub(super) now_us: u64,
    pub(super) utc_us: i64,
}

#[derive(Debug)]
pub(super) struct Viewer {
    number: u64,
    /// Path of the playlist.
    path: Rc<str>,
    playlist: Exchange,
    media: Exchange,
    /// Target of a redirect, and whether one was followed for this request.
    redirect: Option<String>,
    redirected: bool,
    /// The playlist as last published, and when.
    latest: Option<(Rc<Listing>, u64)>,
    /// The part that a blocking request waits for.
    awaited: Place,
    /// The part to be fetched next; `None` before a start was found.
    place: Option<Place>,
    /// The init segment in force there, and the one that was fetched.
    map: Option<Rc<str>>,
    map_had: Option<Rc<str>>,
    queue: VecDeque<Fetch>,
    playback: Playback,
}

#[derive(Debug)]
struct Fetch {
    listing: Rc<Listing>,
    index: usize,
    map: Option<Rc<str>>,
    /// It appeared while this viewer watched, so its delay is meaningful.
    fresh: bool,
    tries: u8,
}

impl Fetch {
    fn item(&self) -> Option<&Item> {
        self.listing.items.get(self.index)
    }
}

impl Viewer {
    /// Viewer `number` of the playlist at `path`.
    pub(super) fn new(number: u64, path: Rc<str>) -> Self {
        Self {
            number,
            path,
            playlist: Exchange::default(),
            media: Exchange::default(),
            redirect: None,
            redirected: false,
            latest: None,
            awaited: (0, 0),
            place: None,
            map: None,
            map_had: None,
            queue: VecDeque::new(),
            playback: Playback::Idle,
        }
    }

    /// When the next request is due; `None` while one is in flight, or nothing is wanted.
    pub(super) fn due_us(&self, which: Which) -> Option<u64> {
        let line = self.line(which);
        let wanted = which == Which::Playlist || !self.queue.is_empty();
        (wanted && line.is_free()).then(|| line.not_before_us())
    }

    /// Writes the next request, which must be due.
    pub(super) fn ask(&mut self, which: Which, context: &mut Context<'_>, out: &mut Vec<u8>) {
        let (kind, target) = match which {
            Which::Playlist => self.playlist_target(context.now_us),
            Which::Media => self.media_target(),
        };
        let encoding = match kind {
            Kind::Playlist | Kind::Reload if context.profile.gzip => "Accept-Encoding: gzip\r\n",
            _ => "",
        };
        let host = &context.profile.host;
        // Writing into a Vec cannot fail.
        let _ = write!(
            out,
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: ashkar-simulate-viewers\r\nAccept: */*\r\n{encoding}\r\n"
        );
        context.figures.requests(kind).sent += 1;
        self.line_mut(which).ask(kind, context.now_us);
    }

    /// Takes bytes from a connection. True if the server closes it now.
    pub(super) fn received(
        &mut self,
        which: Which,
        bytes: &[u8],
        context: &mut Context<'_>,
    ) -> Result<bool, Fault> {
        match self.line_mut(which).received(bytes)? {
            None => Ok(false),
            Some(answer) => self.answered(which, &answer, context).map(|()| answer.head.close),
        }
    }

    /// A connection is gone, or must be closed, for this reason.
    pub(super) fn closed(&mut self, which: Which, fault: Fault, context: &mut Context<'_>) {
        match self.line_mut(which).closed(fault) {
            // Servers close connections that they take for idle.
            None if fault == Fault::Reset => {}
            Some(true) => context.figures.repeated += 1,
            _ => {
                context.figures.fault(fault);
                self.failed(which, context);
            }
        }
    }

    /// Whether a response takes longer than a player waits.
    pub(super) fn is_overdue(&self, which: Which, now_us: u64) -> bool {
        self.line(which).is_overdue(now_us)
    }

    /// Whether the picture moves, and whether it is stalled for no declared reason.
    pub(super) fn picture(&self, now_us: u64) -> (bool, bool) {
        (self.playback.moves(now_us), self.playback.stalls(now_us))
    }

    /// The viewer leaves; a pause in progress is counted up to now.
    pub(super) fn leave(&mut self, now_us: u64, figures: &mut Figures) {
        if let Some(pause) = self.playback.stop(now_us) {
            figures.paused(pause);
        }
    }

    fn answered(
        &mut self,
        which: Which,
        answer: &Answer<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Fault> {
        context.figures.requests(answer.kind).bytes += answer.media.length();
        if answer.head.status != 200 {
            return self.refused(which, answer, context);
        }
        match answer.kind {
            Kind::Playlist | Kind::Reload => self.listed(answer, context)?,
            kind if !answer.media.is(kind) => return Err(Fault::NotMedia),
            Kind::Init => self.map_had = self.queue.front().and_then(|fetch| fetch.map.clone()),
            Kind::Part => self.fetched(context),
        }
        self.line_mut(which).succeeded();
        let requests = context.figures.requests(answer.kind);
        requests.answered += 1;
        requests.time.record(context.now_us.saturating_sub(answer.asked_us));
        Ok(())
    }

    fn refused(&mut self, which: Which, answer: &Answer<'_>, context: &mut Context<'_>) -> Result<(), Fault> {
        let status = answer.head.status;
        if (300..400).contains(&status) {
            let location = answer.head.location.as_deref().and_then(|to| here(to, &context.profile.host));
            let first = which == Which::Playlist && !self.redirected;
            self.redirect = Some(location.filter(|_| first).ok_or(Fault::Redirect)?.to_owned());
            self.redirected = true;
            context.figures.redirects += 1;
            return Ok(());
        }
        *context.figures.errors.status.entry(status).or_default() += 1;
        if which == Which::Playlist {
            self.latest = None;
        }
        self.failed(which, context);
        Ok(())
    }

    fn failed(&mut self, which: Which, context: &mut Context<'_>) {
        let number = self.number;
        self.line_mut(which).pause(number, context.now_us);
        match which {
            Which::Playlist => (self.redirect, self.redirected) = (None, false),
            Which::Media => self.tried(context.figures),
        }
    }

    /// A part that cannot be fetched is left out.
    fn tried(&mut self, figures: &mut Figures) {
        if let Some(fetch) = self.queue.front_mut() {
            fetch.tries += 1;
            if fetch.tries >= MAX_TRIES {
                self.queue.pop_front();
                self.pass_gaps(figures);
            }
        }
    }

    fn listed(&mut self, answer: &Answer<'_>, context: &mut Context<'_>) -> Result<(), Fault> {
        // If anything is wrong, the next request is for the whole current playlist.
        let before = self.latest.take();
        self.redirected = false;
        let listing = context.playlists.read(&answer.body, answer.head.gzip, context.now_us)?;
        let blocking = answer.kind == Kind::Reload;
        if blocking {
            if listing.next <= self.awaited {
                return Err(Fault::Stale);
            }
            let at = listing.items.partition_point(|item| item.place < self.awaited);
            if let Some(item) = listing.items.get(at) {
                context.figures.answer_late.record(context.now_us.saturating_sub(item.seen_us));
            }
        }
        if !before.is_some_and(|(before, _)| knows(&before, &listing)) && listing.skipped > 0 {
            // Many segments came at once, as after a step of the clock. Players then load the whole playlist.
            context.figures.reloaded_whole += 1;
            return Ok(());
        }
        if !context.profile.wait_only {
            self.take(&listing, blocking, context);
        }
        self.latest = Some((listing, context.now_us));
        Ok(())
    }

    /// Queues what is new.
    fn take(&mut self, listing: &Rc<Listing>, fresh: bool, context: &mut Context<'_>) {
        let Some(rest) = self.goes_on(listing).or_else(|| self.start(listing, context)) else { return };
        let first = listing.items.len() - rest;
        for (index, item) in listing.items.iter().enumerate().skip(first) {
            if let Some(map) = item.part.as_ref().and_then(|part| part.map.as_ref()) {
                self.map = Some(Rc::clone(map));
            }
            self.place = Some((item.place.0, item.place.1.saturating_add(1)));
            let (listing, map) = (Rc::clone(listing), self.map.clone());
            self.queue.push_back(Fetch { listing, index, map, fresh, tries: 0 });
        }
        self.pass_gaps(context.figures);
    }

    /// How many of the last items follow what is there. `None` if something between them is missing, or too much is
    /// already waiting.
    fn goes_on(&self, listing: &Listing) -> Option<usize> {
        let place = self.place.filter(|&place| place <= listing.next && self.queue.len() <= MAX_QUEUE)?;
        listing.from(place).map(<[Item]>::len)
    }

    /// Starts, or starts again at the live edge. A response in flight still counts for its own request.
    fn start(&mut self, listing: &Listing, context: &mut Context<'_>) -> Option<usize> {
        if self.place.take().is_some() {
            context.figures.jumps += 1;
            self.queue.truncate(usize::from(!self.media.is_free()));
        }
        let (place, skip_us) = listing.start()?;
        self.playback.start(skip_us, listing.hold_back_us, context.now_us);
        listing.from(place).map(<[Item]>::len)
    }

    fn fetched(&mut self, context: &mut Context<'_>) {
        let Some(fetch) = self.queue.pop_front() else { return };
        let Some(item) = fetch.item() else { return };
        let (figures, now_us) = (&mut *context.figures, context.now_us);
        if fetch.fresh {
            figures.part_late.record(now_us.saturating_sub(item.seen_us));
        }
        if let Some(end_us) = item.end_utc_us {
            figures.behind_media.record(u64::try_from(context.utc_us.saturating_sub(end_us)).unwrap_or(0));
        }
        let Listing { part_target_us, hold_back_us, .. } = *fetch.listing;
        if let Some(pause) = self.playback.add(item.duration_us, part_target_us, hold_back_us, now_us) {
            figures.paused(pause);
        }
        self.pass_gaps(figures);
    }

    /// What is declared missing is not fetched; playback learns of it in turn.
    fn pass_gaps(&mut self, figures: &mut Figures) {
        while self.queue.front().and_then(Fetch::item).is_some_and(|item| item.part.is_none()) {
            self.queue.pop_front();
            self.playback.gap();
            figures.gaps += 1;
        }
    }

    fn playlist_target(&mut self, now_us: u64) -> (Kind, String) {
        let kind = if self.latest.is_some() { Kind::Reload } else { Kind::Playlist };
        if let Some(target) = self.redirect.take() {
            return (kind, target);
        }
        let mut target = self.path.as_ref().to_owned();
        if let Some((listing, told_us)) = &self.latest {
            self.awaited = listing.next;
            let (segment, part) = listing.next;
            // Writing into a String cannot fail. The directives are ordered by name.
            let _ = write!(target, "?_HLS_msn={segment}&_HLS_part={part}");
            // A delta update is for clients with a playlist not older than half the skip boundary (draft, 6.2.5.1).
            let age_us = now_us.saturating_sub(*told_us);
            if listing.skip_until_us.is_some_and(|boundary_us| age_us < boundary_us / 2) {
                target.push_str("&_HLS_skip=YES");
            }
        }
        (kind, target)
    }

    fn media_target(&self) -> (Kind, String) {
        let Some(fetch) = self.queue.front() else { return (Kind::Part, "/".to_owned()) };
        match &fetch.map {
            Some(map) if self.map_had.as_ref() != Some(map) => (Kind::Init, map.as_ref().to_owned()),
            _ => {
                let part = fetch.item().and_then(|item| item.part.as_ref());
                (Kind::Part, part.map_or("/", |part| &part.uri).to_owned())
            }
        }
    }

    fn line(&self, which: Which) -> &Exchange {
        match which {
            Which::Playlist => &self.playlist,
            Which::Media => &self.media,
        }
    }

    fn line_mut(&mut self, which: Which) -> &mut Exchange {
        match which {
            Which::Playlist => &mut self.playlist,
            Which::Media => &mut self.media,
        }
    }
}

/// Whether everything that `delta` skips was in `before`, or in what that one was merged with.
fn knows(before: &Listing, delta: &Listing) -> bool {
    before.first <= delta.first && delta.first.saturating_add(delta.skipped) <= before.next.0
}

/// The path of a redirect that stays on this server.
fn here<'a>(location: &'a str, host: &str) -> Option<&'a str> {
    let path = match location.strip_prefix("http://") {
        Some(rest) => rest.strip_prefix(host)?,
        None => location,
    };
    let plain = path.bytes().all(|b| b.is_ascii_graphic());
    (plain && path.starts_with('/') && !path.starts_with("//")).then_some(path)
}
