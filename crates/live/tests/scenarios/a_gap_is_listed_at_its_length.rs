//! A gap is listed at its length.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, HALF, Packager, all_well, parses_elsewhere};
use ashkar_live::check::{PlaylistChecker, Rule};
use ashkar_live::{LiveCamera, Query, Window, WindowOptions};
use ashkar_terms::{Cause, State};

fn gaps(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let after = |index: usize| lines.get(index + 1).map_or(String::new(), ToString::to_string);
    (0..lines.len()).filter(|&index| lines[index] == "#EXT-X-GAP").map(after).collect()
}

#[test]
fn while_it_lasts_and_when_it_is_over() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    let mut checker = PlaylistChecker::new();
    let mut judge = |window: &Window, at| {
        // A gap is listed 12 s after it began at the earliest: later than the draft requires for new segments.
        all_well(&mut checker, at, Query::default(), &window.playlist(), &[Rule::LateUpdate]);
        parses_elsewhere(&window.playlist());
    };
    packager.segments(8).iter().for_each(|output| window.push(output).unwrap());
    judge(&window, packager.now());
    let gone = packager.now();
    window.push(&packager.gap_opens()).unwrap();
    assert_eq!(window.hint(), None);
    assert_eq!(window.snapshot().state, State::Missing);
    assert_eq!(window.snapshot().cause, Some(Cause::Uplink));

    for (seconds, listed) in [(0, 0), (11, 0), (12, 1), (15, 1), (16, 2), (20, 3), (29, 5)] {
        window.tick(gone.plus(seconds * 1_000_000));
        assert_eq!(gaps(&window.playlist()).len(), listed, "after {seconds} s");
        judge(&window, gone.plus(seconds * 1_000_000));
    }

    // Back after 30.5 s: seven gaps of 4 s and one of 2.5 s.
    window.push(&packager.gap_closes(30 * 90_000 + 45_000)).unwrap();
    packager.whole_segment().iter().for_each(|output| window.push(output).unwrap());
    judge(&window, packager.now());
    let text = window.playlist();
    let mut expected = vec!["#EXTINF:4.0,".to_owned(); 7];
    expected.push("#EXTINF:2.5,".to_owned());
    assert_eq!(gaps(&text), expected);
    let after = "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"/media/0a1b2c3d/7/12/1/init-0101010101010101.mp4\"\n\
                 #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:46.500Z\n";
    assert!(text.contains(after), "{text}");
    assert!(text.contains("/16.m4s\n"), "8 segments, 8 gaps, one segment\n{text}");
    assert_eq!(window.snapshot().state, State::Live);
}

#[test]
fn a_burst_within_the_margin_leaves_no_trace() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    packager.segments(3).iter().for_each(|output| window.push(output).unwrap());
    window.tick(packager.now().plus(11_900_000));
    packager.segments(3).iter().for_each(|output| window.push(output).unwrap());
    assert_eq!(gaps(&window.playlist()), [""; 0]);
    assert_eq!(window.next_segment(), Some(6));
}

#[test]
fn a_night_costs_no_more_than_a_window() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    packager.segments(3).iter().for_each(|output| window.push(output).unwrap());
    let night = 8 * 3600;
    let gone = packager.now();
    window.push(&packager.gap_opens()).unwrap();
    window.tick(gone.plus((night - 60) * 1_000_000));
    assert_eq!(gaps(&window.playlist()).len(), 15);
    window.push(&packager.gap_closes(night * 90_000)).unwrap();
    packager.whole_segment().iter().for_each(|output| window.push(output).unwrap());
    let text = window.playlist();
    assert_eq!(window.next_segment(), Some(3 + night as u64 / 4 + 1));
    // The very first segment began with one, and has left.
    assert!(text.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "{text}");
    assert!(text.contains("#EXT-X-MAP"), "{text}");
    all_well(&mut PlaylistChecker::new(), packager.now(), Query::default(), &text, &[]);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_waits_gets_the_gap() {
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    camera.push_all(&packager.segments(3)).unwrap();
    let gone = packager.now();
    camera.push(&packager.gap_opens()).unwrap();
    let query = Query { msn: Some(3), part: Some(0), skip: false };
    let clock = async {
        for second in 1..=12 {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            camera.tick(gone.plus(second * 1_000_000));
        }
    };
    let (answer, ()) = tokio::join!(camera.playlist(query), clock);
    let text = String::from_utf8(answer.unwrap().body.to_vec()).unwrap();
    assert_eq!(gaps(&text), ["#EXTINF:4.0,"]);
}

/// A playlist that lists parts ends with a growing segment or a hint: players treat the last entry as the growing one.
#[test]
fn parts_go_with_the_hint() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    let mut checker = PlaylistChecker::new();
    let mut look = |window: &Window, at| {
        let text = window.playlist();
        all_well(&mut checker, at, Query::default(), &text, &[Rule::LateUpdate]);
        assert_eq!(text.contains("#EXT-X-PART:"), text.contains("#EXT-X-PRELOAD-HINT:"), "{text}");
        text
    };
    packager.segments(8).iter().for_each(|output| window.push(output).unwrap());
    window.push(&packager.part(HALF, true)).unwrap();
    assert!(look(&window, packager.now()).contains("#EXT-X-PART:"));
    window.push(&packager.end()).unwrap();
    let gone = packager.now();
    window.push(&packager.gap_opens()).unwrap();
    for second in 0..20 {
        window.tick(gone.plus(second * 1_000_000));
        look(&window, gone.plus(second * 1_000_000));
    }
    window.push(&packager.gap_closes(20 * 90_000)).unwrap();
    packager.segments(1).iter().for_each(|output| window.push(output).unwrap());
    let text = look(&window, packager.now());
    assert_eq!(text.matches("#EXT-X-PART:").count(), 4, "those before the gap stay away\n{text}");
}

/// A part that is hinted at before its parameters are known is listed under the map from before the gap: shaka mistakes
/// the new stream for the old one. So nothing of a gap's end is published before the first part after it.
#[test]
fn a_gap_ends_with_the_first_part_after_it() {
    for (gone_ticks, listed_seconds) in [(14 * 90_000, 13), (45_000, 0)] {
        let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
        let mut packager = Packager::new(0);
        packager.segments(8).iter().for_each(|output| window.push(output).unwrap());
        let gone = packager.now();
        window.push(&packager.gap_opens()).unwrap();
        (0..=listed_seconds).for_each(|second| window.tick(gone.plus(second * 1_000_000)));
        let before = window.playlist();
        window.push(&packager.gap_closes(gone_ticks)).unwrap();
        window.tick(packager.now());
        assert_eq!(window.playlist(), before, "nothing is said of its end");
        assert_eq!((window.hint(), window.snapshot().state), (None, State::Missing));

        window.push(&packager.change(2)).unwrap();
        window.push(&packager.part(HALF, true)).unwrap();
        let text = window.playlist();
        let (_, after) = text.split_once("#EXT-X-GAP\n").expect("a gap");
        let at = |what: &str| after.find(what).unwrap_or_else(|| panic!("no {what} in {text}"));
        assert!(
            at("#EXT-X-DISCONTINUITY\n")
                < at("#EXT-X-MAP:URI=\"/media/0a1b2c3d/7/12/1/init-0202020202020202"),
            "{text}"
        );
        assert!(
            at("#EXT-X-MAP") < at("#EXT-X-PART:") && at("#EXT-X-PART:") < at("#EXT-X-PRELOAD-HINT:"),
            "{text}"
        );
        assert_eq!(window.snapshot().state, State::Live);
        all_well(&mut PlaylistChecker::new(), packager.now(), Query::default(), &text, &[Rule::LateUpdate]);
    }
}

/// A gap that is over, and another that begins before a part has come: both are listed, each at its length.
#[test]
fn two_gaps_with_nothing_between_them() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    packager.segments(8).iter().for_each(|output| window.push(output).unwrap());
    for ticks in [6 * 90_000, 5 * 90_000] {
        window.push(&packager.gap_opens()).unwrap();
        window.push(&packager.gap_closes(ticks)).unwrap();
    }
    packager.whole_segment().iter().for_each(|output| window.push(output).unwrap());
    let text = window.playlist();
    assert_eq!(gaps(&text), ["#EXTINF:4.0,", "#EXTINF:2.0,", "#EXTINF:4.0,", "#EXTINF:1.0,"]);
    assert!(text.contains("/12.m4s\n"), "8 segments, 4 gaps, one segment\n{text}");
    assert_eq!((window.gap(8), window.gap(12)), (Some(packager.at.plus(-13 * 90_000)), None));
}
