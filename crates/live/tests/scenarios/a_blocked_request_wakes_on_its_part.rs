//! A blocked request wakes on its part.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::support::{ARCHIVE, CAMERA, HALF, Packager, all_well};
use ashkar_live::check::PlaylistChecker;
use ashkar_live::{CacheFor, LiveCamera, PartError, Playlist, PlaylistError, Query, WindowOptions};

fn on_air(packager: &mut Packager) -> LiveCamera {
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    camera.push_all(&packager.segments(3)).unwrap();
    camera
}

fn ask(msn: u64, part: Option<u32>) -> Query {
    Query { msn: Some(msn), part, skip: false }
}

fn now<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn checked(query: Query, answer: Result<Playlist, PlaylistError>) -> String {
    let playlist = answer.unwrap();
    let text = String::from_utf8(playlist.body.to_vec()).unwrap();
    // The checker refuses a response that lacks what was requested.
    all_well(&mut PlaylistChecker::new(), crate::support::DAY, query, &text, &[]);
    text
}

#[tokio::test(start_paused = true)]
async fn on_its_part_and_not_before() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    let query = ask(3, Some(1));
    let mut waiting = pin!(camera.playlist(query));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.part(HALF, true)).unwrap();
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.part(HALF, false)).unwrap();
    let Poll::Ready(answer) = now(waiting.as_mut()) else { unreachable!("it is there") };
    assert_eq!(answer.as_ref().unwrap().cache, CacheFor::Target);
    assert!(checked(query, answer).contains("3.1.m4s\"\n#EXT-X-PRELOAD-HINT"));
}

/// A player that means the first part gets it when it comes; one that means the whole segment asks again, waits for a
/// part each time, and gets the segment when it is complete.
#[tokio::test(start_paused = true)]
async fn without_a_part_on_each_part_until_its_segment_is_whole() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    let query = ask(3, None);
    for index in 0..4 {
        let mut waiting = pin!(camera.playlist(query));
        assert!(now(waiting.as_mut()).is_pending(), "what is listed already answers nobody: {index}");
        camera.push(&packager.part(HALF, index == 0)).unwrap();
        let Poll::Ready(answer) = now(waiting.as_mut()) else { unreachable!("it is there") };
        assert_eq!(answer.as_ref().unwrap().cache, CacheFor::Second, "not for who wants the whole");
        assert!(checked(query, answer).contains(&format!("/3.{index}.m4s\"")));
    }
    let mut waiting = pin!(camera.playlist(query));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.end()).unwrap();
    let Poll::Ready(answer) = now(waiting.as_mut()) else { unreachable!("it is there") };
    assert_eq!(answer.as_ref().unwrap().cache, CacheFor::Target);
    assert!(checked(query, answer).contains("/3.m4s\n"));
}

#[tokio::test(start_paused = true)]
async fn without_a_part_the_first_one_after_a_gap_is_enough() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    camera.push(&packager.gap_opens()).unwrap();
    let query = ask(4, None);
    let mut waiting = pin!(camera.playlist(query));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.gap_closes(90_000)).unwrap();
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.part(HALF, true)).unwrap();
    let Poll::Ready(answer) = now(waiting.as_mut()) else { unreachable!("it is there") };
    assert!(checked(query, answer).contains("/4.0.m4s\""));
}

#[tokio::test(start_paused = true)]
async fn a_part_beyond_the_last_is_the_first_of_the_next_segment() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    let query = ask(2, Some(4));
    let mut waiting = pin!(camera.playlist(query));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.part(HALF, true)).unwrap();
    let Poll::Ready(answer) = now(waiting.as_mut()) else { unreachable!("it is there") };
    checked(query, answer);
    // The same for a segment that ends earlier than the request assumed.
    let query = ask(3, Some(3));
    let mut waiting = pin!(camera.playlist(query));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.end()).unwrap();
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.part(HALF, true)).unwrap();
    let Poll::Ready(answer) = now(waiting.as_mut()) else { unreachable!("it is there") };
    checked(query, answer);
}

#[tokio::test(start_paused = true)]
async fn what_is_past_is_answered_at_once_and_kept_shortly() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    for (query, cache) in [
        (ask(0, None), CacheFor::Second),
        (ask(0, Some(77)), CacheFor::Second),
        (ask(2, Some(3)), CacheFor::Target),
        (ask(2, None), CacheFor::Target),
    ] {
        assert_eq!(camera.playlist(query).await.unwrap().cache, cache, "{query:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_come_is_given_up() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    let start = tokio::time::Instant::now();
    assert_eq!(camera.playlist(ask(3, Some(0))).await, Err(PlaylistError::Unavailable));
    assert_eq!(camera.part(3, 0).await, Err(PartError::Unavailable));
    assert_eq!(start.elapsed().as_secs(), 26);
}

#[tokio::test(start_paused = true)]
async fn a_hinted_part_is_waited_for() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    let mut waiting = pin!(camera.part(3, 0));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.part(HALF, true)).unwrap();
    assert_eq!(now(waiting.as_mut()), Poll::Ready(Ok("part 3.0 of 45000 ticks".into())));

    // The segment ends before the hinted part: it will never be.
    let mut waiting = pin!(camera.part(3, 1));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.end()).unwrap();
    assert_eq!(now(waiting.as_mut()), Poll::Ready(Err(PartError::Absent)));

    // The camera goes: the hint is withdrawn.
    let mut waiting = pin!(camera.part(4, 0));
    assert!(now(waiting.as_mut()).is_pending());
    camera.push(&packager.gap_opens()).unwrap();
    assert_eq!(now(waiting.as_mut()), Poll::Ready(Err(PartError::Absent)));
}

#[tokio::test(start_paused = true)]
async fn older_parts_are_the_archives() {
    let mut packager = Packager::new(0);
    let camera = on_air(&mut packager);
    camera.push_all(&packager.segments(20)).unwrap();
    assert_eq!(camera.part(22, 3).await.unwrap(), "part 22.3 of 45000 ticks");
    assert_eq!(camera.part(19, 3).await, Err(PartError::Archived));
    assert_eq!(camera.part(1, 3).await, Err(PartError::Archived));
    assert_eq!(camera.part(22, 4).await, Err(PartError::Absent));
    assert_eq!(camera.part(24, 0).await, Err(PartError::Absent));
    assert_eq!(camera.segment(22).unwrap().len(), 4);
    assert_eq!(camera.segment(19), None);
}
