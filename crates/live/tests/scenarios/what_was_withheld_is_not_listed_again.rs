//! What was withheld from viewers is not listed again with what is live.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, DAY, HALF, Packager, all_well};
use ashkar_live::check::PlaylistChecker;
use ashkar_live::{LiveCamera, PlaylistError, Query, WindowOptions};

const PLAIN: Query = Query { msn: None, part: None, skip: false };

async fn listed(camera: &LiveCamera) -> String {
    String::from_utf8(camera.playlist(PLAIN).await.unwrap().body.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_list_starts_over_with_the_next_segment() {
    let mut packager = Packager::new(0);
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    camera.push_all(&packager.segments(5)).unwrap();
    // Shown again while segment 5 grows: that one began while it was withheld.
    camera.push(&packager.part(HALF, true)).unwrap();
    let shown = packager.now();
    camera.list_from(shown);
    assert_eq!(camera.playlist(PLAIN).await, Err(PlaylistError::NotStarted));
    let rest: Vec<_> = (0..3).map(|_| packager.part(HALF, false)).collect();
    camera.push_all(&rest).unwrap();
    camera.push(&packager.end()).unwrap();
    assert_eq!(camera.playlist(PLAIN).await, Err(PlaylistError::NotStarted));
    let mut checker = PlaylistChecker::new();
    for number in 6..30 {
        camera.push_all(&packager.whole_segment()).unwrap();
        let text = listed(&camera).await;
        all_well(&mut checker, packager.now(), PLAIN, &text, &[]);
        assert!(text.contains(&format!("/{number}.m4s")), "{text}");
        assert!((0..6).all(|withheld| !text.contains(&format!("/{withheld}."))), "{text}");
    }
    // An earlier time changes nothing any more.
    let before = listed(&camera).await;
    camera.list_from(DAY);
    camera.list_from(shown);
    assert_eq!(listed(&camera).await, before);
}

/// With a clock that went back, time that was withheld may lie ahead: it is listed nevertheless, and whoever serves it
/// decides about each piece.
#[tokio::test(start_paused = true)]
async fn a_clock_that_goes_back_stops_no_list() {
    let mut packager = Packager::new(0);
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    camera.push_all(&packager.segments(5)).unwrap();
    camera.list_from(packager.now());
    camera.push_all(&packager.whole_segment()).unwrap();
    packager.goes_back(90_000 * 3600);
    camera.push_all(&packager.whole_segment()).unwrap();
    assert!(listed(&camera).await.contains("/7.m4s"));
}
