//! A viewer against a server that sends what the test wants, on a clock that the test moves.

use std::rc::Rc;

use proptest::prelude::*;

use super::figures::{Fault, Figures};
use super::playlist::tests::playlist;
use super::playlist_cache::PlaylistCache;
use super::viewer::{Context, Profile, Viewer, Which};

const PATH: &str = "/live/7/12/1/index.m3u8";
const PART: &[u8] = b"\0\0\0\x08moof\0\0\0\x08mdat";
const INIT: &[u8] = b"\0\0\0\x08ftyp";

struct Stage {
    viewer: Viewer,
    playlists: PlaylistCache,
    figures: Figures,
    profile: Profile,
    now_us: u64,
}

impl Stage {
    fn new() -> Self {
        Self {
            viewer: Viewer::new(0, Rc::from(PATH)),
            playlists: PlaylistCache::default(),
            figures: Figures::default(),
            profile: Profile { host: "h:80".into(), gzip: false, wait_only: false },
            now_us: 1_000_000,
        }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Viewer, &mut Context<'_>) -> T) -> T {
        let Self { viewer, playlists, figures, profile, now_us } = self;
        let utc_us = 1_700_000_000_000_000;
        act(viewer, &mut Context { profile, playlists, figures, now_us: *now_us, utc_us })
    }

    /// The request that it makes now.
    fn asks(&mut self, which: Which) -> Option<String> {
        self.viewer.due_us(which).filter(|&due_us| due_us <= self.now_us)?;
        let mut out = Vec::new();
        self.with(|viewer, context| viewer.ask(which, context, &mut out));
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with("\r\n\r\n") && text.contains("\r\nHost: h:80\r\n"), "{text}");
        text.strip_prefix("GET ")?.split(' ').next().map(str::to_owned)
    }

    fn gets(&mut self, which: Which, status: &str, body: &[u8]) -> Result<bool, Fault> {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        let answer = [head.as_bytes(), body].concat();
        self.with(|viewer, context| viewer.received(which, &answer, context))
    }

    /// Requests the playlist, receives this one, and returns its request.
    fn playlist(&mut self, text: &str) -> String {
        let asked = self.asks(Which::Playlist).unwrap();
        assert_eq!(self.gets(Which::Playlist, "200 OK", text.as_bytes()), Ok(false));
        asked
    }

    /// Fetches all media that are wanted.
    fn fetches(&mut self) -> Vec<String> {
        let mut asked = Vec::new();
        while let Some(target) = self.asks(Which::Media) {
            let body = if target.ends_with(".mp4") { INIT } else { PART };
            assert_eq!(self.gets(Which::Media, "200 OK", body), Ok(false));
            asked.push(target);
        }
        asked
    }

    fn fails(&mut self, which: Which, fault: Fault) {
        self.with(|viewer, context| viewer.closed(which, fault, context));
    }

    /// Joined at 13.3, with 1.5 s buffered.
    fn joined() -> Self {
        let mut stage = Self::new();
        stage.playlist(&playlist(10, 3, 3, &[], 0));
        stage.fetches();
        stage
    }
}

#[test]
fn joins_as_a_player_does_and_goes_on_part_by_part() {
    let mut stage = Stage::new();
    assert_eq!(stage.asks(Which::Media), None, "nothing is known yet");
    assert_eq!(stage.playlist(&playlist(10, 3, 2, &[], 0)), PATH);
    let start = ["init-1.mp4", "12.0.m4s", "12.1.m4s", "12.2.m4s", "12.3.m4s", "13.0.m4s", "13.1.m4s"];
    assert_eq!(stage.fetches(), start.map(|name| format!("/media/a/{name}")));
    let waits = stage.playlist(&playlist(10, 3, 3, &[], 2));
    assert_eq!(waits, format!("{PATH}?_HLS_msn=13&_HLS_part=2&_HLS_skip=YES"));
    assert_eq!(stage.fetches(), ["/media/a/13.2.m4s"], "the init segment of a delta update is the known one");
    // The segment ended with the part before: the awaited part is the first of the next one.
    stage.playlist(&playlist(10, 4, 1, &[], 2));
    assert_eq!(stage.fetches(), ["/media/a/13.3.m4s", "/media/a/14.0.m4s"]);
    assert_eq!(stage.figures.errors.total() + stage.figures.jumps, 0);
    assert_eq!((stage.figures.parts.answered, stage.figures.inits.answered), (9, 1));
}

#[test]
fn queries_are_those_that_caches_share() {
    let mut stage = Stage::joined();
    for age_us in [0, 13_000_000] {
        stage.now_us += age_us;
        let asked = stage.asks(Which::Playlist).unwrap();
        let query = asked.split_once('?').unwrap().1;
        assert_eq!(ashkar_live::Query::parse(query).unwrap().canonical(), query);
        assert_eq!(query.contains("_HLS_skip"), age_us == 0, "no delta update for who is out of date");
        stage.fails(Which::Playlist, Fault::Connect);
        stage.now_us += 2_000_000;
    }
}

#[test]
fn after_a_delta_update_that_skips_the_unknown_the_whole_is_loaded_at_once() {
    let mut stage = Stage::joined();
    stage.asks(Which::Playlist).unwrap();
    let later = playlist(16, 10, 1, &[], 5);
    stage.gets(Which::Playlist, "200 OK", later.as_bytes()).unwrap();
    assert_eq!(stage.asks(Which::Playlist).as_deref(), Some(PATH));
    assert_eq!((stage.figures.reloaded_whole, stage.figures.errors.total()), (1, 0));
}

#[test]
fn an_answer_without_what_was_waited_for_is_an_error() {
    let mut stage = Stage::joined();
    stage.asks(Which::Playlist).unwrap();
    let same = playlist(10, 3, 3, &[], 0);
    assert_eq!(stage.gets(Which::Playlist, "200 OK", same.as_bytes()), Err(Fault::Stale));
}

#[test]
fn lateness_is_counted_from_the_first_sighting() {
    let mut stage = Stage::joined();
    let next = playlist(10, 4, 0, &[], 0);
    // Another viewer of the camera got it 30 ms earlier, and this one's part comes 10 ms after its playlist.
    stage.playlists.read(next.as_bytes(), false, stage.now_us).unwrap();
    stage.now_us += 30_000;
    stage.playlist(&next);
    stage.asks(Which::Media).unwrap();
    stage.now_us += 10_000;
    stage.gets(Which::Media, "200 OK", PART).unwrap();
    let figures = &stage.figures;
    assert_eq!((figures.answer_late.total(), figures.answer_late.max()), (1, 30_000));
    assert_eq!(
        (figures.part_late.total(), figures.part_late.max()),
        (1, 40_000),
        "what was there before it joined is not counted"
    );
    assert_eq!(figures.behind_media.total(), 4);
}

#[test]
fn parts_that_come_late_make_a_stall_and_a_gap_does_not() {
    let mut stage = Stage::joined();
    let joined_us = stage.now_us;
    assert_eq!(stage.viewer.picture(stage.now_us), (true, false));
    stage.now_us = joined_us + 2_500_000;
    assert_eq!(stage.viewer.picture(stage.now_us), (false, true));
    stage.playlist(&playlist(10, 4, 0, &[], 0));
    stage.fetches();
    assert_eq!((stage.figures.stalls, stage.figures.stalled_us), (1, 1_000_000));
    stage.playlist(&playlist(10, 6, 0, &[14, 15], 0));
    assert_eq!(stage.fetches(), [""; 0]);
    stage.now_us += 10_000_000;
    assert_eq!(stage.viewer.picture(stage.now_us), (false, false), "the gap is declared");
    stage.playlist(&playlist(10, 6, 3, &[14, 15], 0));
    assert_eq!(stage.fetches().len(), 3);
    assert_eq!((stage.figures.stalls, stage.figures.gaps, stage.figures.gap_us), (1, 2, 9_500_000));
}

#[test]
fn a_camera_that_is_cut_off_is_a_gap_although_no_parts_are_listed_meanwhile() {
    let mut stage = Stage::joined();
    // Cut off in the middle of a segment: its last part is listed only as part of the whole segment.
    let silent = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with("#EXT-X-PART:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    stage.playlist(&silent(playlist(10, 4, 0, &[], 0)));
    stage.playlist(&silent(playlist(10, 5, 0, &[14], 0)));
    stage.now_us += 60_000_000;
    assert_eq!(stage.viewer.picture(stage.now_us), (false, false), "the gap is declared");
    stage.playlist(&playlist(10, 5, 3, &[14], 0));
    assert_eq!(stage.fetches().len(), 3);
    assert_eq!((stage.figures.stalls, stage.figures.gaps, stage.figures.jumps), (0, 1, 0));
}

#[test]
fn who_is_too_far_behind_goes_to_the_edge() {
    let mut stage = Stage::joined();
    stage.fails(Which::Playlist, Fault::Connect);
    stage.now_us += 60_000_000;
    stage.playlist(&playlist(40, 8, 3, &[], 0));
    assert_eq!(stage.fetches(), ["/media/a/48.0.m4s", "/media/a/48.1.m4s", "/media/a/48.2.m4s"]);
    assert_eq!((stage.figures.jumps, stage.figures.stalls), (1, 1));
}

#[test]
fn one_redirect_is_followed_and_only_here() {
    let mut stage = Stage::joined();
    let redirect = |to: &str| format!("307 Temporary Redirect\r\nlocation: {to}");
    stage.asks(Which::Playlist).unwrap();
    stage.gets(Which::Playlist, &redirect("http://h:80/x?_HLS_msn=13&_HLS_part=3"), b"").unwrap();
    assert_eq!(stage.asks(Which::Playlist).as_deref(), Some("/x?_HLS_msn=13&_HLS_part=3"));
    assert_eq!(stage.gets(Which::Playlist, &redirect("/y"), b""), Err(Fault::Redirect), "not twice");
    stage.fails(Which::Playlist, Fault::Redirect);
    for elsewhere in ["http://else/x", "//else/x", "x", "/x y"] {
        stage.now_us += 20_000_000;
        stage.asks(Which::Playlist).unwrap();
        assert_eq!(
            stage.gets(Which::Playlist, &redirect(elsewhere), b""),
            Err(Fault::Redirect),
            "{elsewhere}"
        );
        stage.fails(Which::Playlist, Fault::Redirect);
    }
}

#[test]
fn failures_are_counted_by_kind_and_tried_again_later() {
    let mut stage = Stage::new();
    stage.asks(Which::Playlist).unwrap();
    stage.fails(Which::Playlist, Fault::Connect);
    assert_eq!(stage.asks(Which::Playlist), None, "not at once");
    stage.now_us += 500_000;
    stage.asks(Which::Playlist).unwrap();
    stage.gets(Which::Playlist, "404 Not Found", b"no").unwrap();
    stage.now_us += 1_000_000;
    stage.playlist(&playlist(10, 3, 3, &[], 0));
    for (body, fault) in
        [(&b"<html>"[..], Some(Fault::NotMedia)), (INIT, None), (INIT, Some(Fault::NotMedia))]
    {
        stage.asks(Which::Media).unwrap();
        assert_eq!(stage.gets(Which::Media, "200 OK", body).err(), fault);
        if let Some(fault) = fault {
            stage.fails(Which::Media, fault);
            stage.now_us += 20_000_000;
        }
    }
    let errors = &stage.figures.errors;
    assert_eq!((errors.connect, errors.status.get(&404), errors.total()), (1, Some(&1), 4));
}

#[test]
fn a_connection_that_was_closed_for_idle_is_no_error() {
    let mut stage = Stage::joined();
    stage.fails(Which::Media, Fault::Reset);
    stage.asks(Which::Playlist).unwrap();
    stage.fails(Which::Playlist, Fault::Reset);
    assert_eq!((stage.figures.errors.total(), stage.figures.repeated), (0, 1));
    stage.asks(Which::Playlist).expect("asked again at once");
    stage.fails(Which::Playlist, Fault::Reset);
    assert_eq!(stage.figures.errors.reset, 1, "on a new connection it is one");
}

#[test]
fn a_viewer_waits_no_longer_than_a_player() {
    let mut stage = Stage::new();
    stage.asks(Which::Playlist).unwrap();
    assert!(!stage.viewer.is_overdue(Which::Playlist, stage.now_us + 19_000_000));
    assert!(stage.viewer.is_overdue(Which::Playlist, stage.now_us + 20_000_000));
}

proptest! {
    /// Whatever a server sends, and wherever it is cut: no panic, and always something to do next.
    #[test]
    fn any_answer_is_survived(
        junk in prop::collection::vec(any::<u8>(), 0..200),
        cuts in prop::collection::vec(1_usize..400, 1..8),
        at in 0_usize..900,
    ) {
        let mut stage = Stage::joined();
        let text = playlist(10, 4, 1, &[12], 1);
        let mut answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len()).into_bytes();
        let at = at.min(answer.len());
        answer.splice(at..(at + junk.len()).min(answer.len()), junk);
        stage.asks(Which::Playlist).unwrap();
        let mut rest = answer.as_slice();
        for cut in cuts.iter().cycle() {
            let (piece, more) = rest.split_at((*cut).min(rest.len()));
            rest = more;
            if piece.is_empty() {
                break;
            }
            if let Err(fault) = stage.with(|viewer, context| viewer.received(Which::Playlist, piece, context)) {
                stage.fails(Which::Playlist, fault);
                break;
            }
        }
        stage.now_us += 60_000_000;
        if stage.viewer.due_us(Which::Playlist).is_some() {
            prop_assert!(stage.asks(Which::Playlist).is_some());
        } else {
            prop_assert!(stage.viewer.is_overdue(Which::Playlist, stage.now_us));
        }
    }
}
