//! The first part appears.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, Packager, all_well, parses_elsewhere};
use ashkar_live::check::PlaylistChecker;
use ashkar_live::{CacheFor, LiveCamera, PartError, PlaylistError, Query, WindowOptions};
use ashkar_terms::State;

#[tokio::test(start_paused = true)]
async fn from_nothing_to_the_first_segments() {
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(5);
    assert_eq!(camera.playlist(Query::default()).await, Err(PlaylistError::NotStarted));
    assert_eq!(camera.snapshot().state, State::Due);
    // Earlier days, which are not in the window, are in the archive.
    assert_eq!(camera.part(4, 0).await, Err(PartError::Archived));

    camera.push_all(&[packager.init(), packager.part(45_000, true)]).unwrap();
    assert_eq!(camera.snapshot().state, State::Live);
    assert_eq!(camera.part(5, 0).await.unwrap(), "part 5.0 of 45000 ticks");
    assert_eq!(camera.part(5, 2).await, Err(PartError::Absent));
    // A single part is nothing with which a player could start.
    assert_eq!(camera.playlist(Query::default()).await, Err(PlaylistError::NotStarted));

    camera.push_all(&[packager.part(45_000, false), packager.end()]).unwrap();
    camera.push_all(&[packager.part(43_200, true)]).unwrap();
    let playlist = camera.playlist(Query::default()).await.unwrap();
    assert_eq!(playlist.cache, CacheFor::Second);
    let text = std::str::from_utf8(&playlist.body).unwrap();
    assert_eq!(
        text,
        "#EXTM3U\n\
         #EXT-X-VERSION:9\n\
         #EXT-X-TARGETDURATION:4\n\
         #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,PART-HOLD-BACK=1.5\n\
         #EXT-X-PART-INF:PART-TARGET=0.5\n\
         #EXT-X-MEDIA-SEQUENCE:5\n\
         #EXT-X-DISCONTINUITY-SEQUENCE:0\n\
         #EXT-X-DISCONTINUITY\n\
         #EXT-X-MAP:URI=\"/media/0a1b2c3d/7/12/1/init-0101010101010101.mp4\"\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:00.000Z\n\
         #EXT-X-PART:DURATION=0.5,URI=\"/media/0a1b2c3d/7/12/1/5.0.m4s\",INDEPENDENT=YES\n\
         #EXT-X-PART:DURATION=0.5,URI=\"/media/0a1b2c3d/7/12/1/5.1.m4s\"\n\
         #EXTINF:1.0,\n\
         /media/0a1b2c3d/7/12/1/5.m4s\n\
         #EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:01.000Z\n\
         #EXT-X-PART:DURATION=0.48,URI=\"/media/0a1b2c3d/7/12/1/6.0.m4s\",INDEPENDENT=YES\n\
         #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"/media/0a1b2c3d/7/12/1/6.1.m4s\"\n"
    );
    parses_elsewhere(text);
    all_well(&mut PlaylistChecker::new(), packager.now(), Query::default(), text, &[]);

    assert_eq!(camera.init([1; 8]).unwrap(), "init 1");
    assert_eq!(camera.segment(5).unwrap().concat(), b"part 5.0 of 45000 tickspart 5.1 of 45000 ticks");
    assert_eq!(camera.segment(6), None);
    let snapshot = camera.snapshot();
    assert_eq!((snapshot.last_segment, snapshot.last_part), (Some(5), Some((6, 0))));
    assert_eq!(snapshot.edge, Some(packager.at));
    assert_eq!(snapshot.keyframe.unwrap().bytes, "part 6.0 of 43200 ticks");
    assert_eq!(snapshot.bits_per_second, 46 * 8);
}
