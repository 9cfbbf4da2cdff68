//! Playlists of the past: their contents, and the handling of gaps.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, DAY, parses_elsewhere};
use ashkar_live::check::check_one;
use ashkar_live::{GapItem, Item, SegmentItem, dvr_playlist};
use ashkar_terms::{MediaTime, Span};

const SECOND: i64 = 90_000;

/// Segments of 2 s and gaps, from the start of the day; a gap's length is given in seconds.
fn day(pattern: &[Option<i64>]) -> Vec<Item> {
    let mut at = MediaTime::from_utc(DAY);
    let mut number = 40;
    let mut discontinuity = true;
    let mut items = Vec::new();
    for step in pattern {
        if let Some(seconds) = step {
            let to = at.plus(seconds * SECOND);
            items.push(Item::Gap(GapItem { first_number: number, from: at, to: Some(to) }));
            number += ashkar_live::gap_pieces(seconds * SECOND);
            at = to;
            discontinuity = true;
        } else {
            let duration = 180_000;
            items.push(Item::Segment(SegmentItem {
                number,
                start: at,
                duration,
                init: [7; 8],
                discontinuity,
            }));
            number += 1;
            at = at.plus(i64::from(duration));
            discontinuity = false;
        }
    }
    items
}

fn span(from_s: i64, to_s: i64) -> Span {
    Span::new(DAY.plus(from_s * 1_000_000), DAY.plus(to_s * 1_000_000)).unwrap()
}

fn written(items: &[Item], span: Span, ended: bool) -> String {
    let text = dvr_playlist(ARCHIVE, CAMERA, items, span, ended);
    assert_eq!(check_one(&text), [], "{text}");
    parses_elsewhere(&text);
    text
}

#[test]
fn short_gaps_are_listed_and_long_ones_jumped_over() {
    let text = written(&day(&[None, Some(5), None, Some(13), None]), span(0, 60), true);
    assert_eq!(
        text,
        "#EXTM3U\n\
         #EXT-X-VERSION:8\n\
         #EXT-X-TARGETDURATION:4\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-MEDIA-SEQUENCE:40\n\
         #EXT-X-MAP:URI=\"/media/0a1b2c3d/7/12/1/init-0707070707070707.mp4\"\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:00.000Z\n\
         #EXTINF:2.0,\n\
         /media/0a1b2c3d/7/12/1/40.m4s\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:02.000Z\n\
         #EXT-X-GAP\n\
         #EXTINF:4.0,\n\
         /media/0a1b2c3d/7/12/1/41.m4s\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:06.000Z\n\
         #EXT-X-GAP\n\
         #EXTINF:1.0,\n\
         /media/0a1b2c3d/7/12/1/42.m4s\n\
         #EXT-X-DISCONTINUITY\n\
         #EXT-X-MAP:URI=\"/media/0a1b2c3d/7/12/1/init-0707070707070707.mp4\"\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:07.000Z\n\
         #EXTINF:2.0,\n\
         /media/0a1b2c3d/7/12/1/43.m4s\n\
         #EXT-X-DISCONTINUITY\n\
         #EXT-X-MAP:URI=\"/media/0a1b2c3d/7/12/1/init-0707070707070707.mp4\"\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:22.000Z\n\
         #EXTINF:2.0,\n\
         /media/0a1b2c3d/7/12/1/48.m4s\n\
         #EXT-X-ENDLIST\n"
    );
}

#[test]
fn segments_that_touch_the_span_are_in_it() {
    let items = day(&[None; 10]);
    let numbers = |from, to| -> Vec<u64> {
        let text = written(&items, span(from, to), true);
        let uris = text.lines().filter(|line| !line.starts_with('#'));
        uris.map(|uri| uri.rsplit('/').next().unwrap().trim_end_matches(".m4s").parse().unwrap()).collect()
    };
    assert_eq!(numbers(4, 8), [42, 43]);
    assert_eq!(numbers(3, 9), [41, 42, 43, 44]);
    assert_eq!(numbers(100, 110), [0; 0]);
}

#[test]
fn a_growing_span_only_appends() {
    let items = day(&[None, None, Some(6), None, Some(3600), None, None, Some(8)]);
    let mut before = String::new();
    for length in 1..=items.len() {
        let text = written(&items[..length], span(0, 86_400), false);
        assert!(text.starts_with(&before), "{before}\n{text}");
        assert!(!text.contains("ENDLIST") && text.contains("#EXT-X-PLAYLIST-TYPE:EVENT\n"));
        before = text;
    }
    // An open gap is not written: it may continue.
    assert!(!before.ends_with("#EXT-X-GAP\n"));
}

#[test]
fn dates_are_said_often_enough() {
    let text = written(&day(&[None; 100]), span(0, 300), true);
    assert_eq!(text.matches("PROGRAM-DATE-TIME").count(), 4);
    // A whole day of 2 s segments is a few megabytes at most.
    let text = written(&day(&[None; 43_200]), span(0, 86_400), true);
    assert!(text.len() < 2_500_000, "{}", text.len());
}
