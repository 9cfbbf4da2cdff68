//! Too far ahead is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::support::{ARCHIVE, CAMERA, HALF, Packager};
use ashkar_live::{LiveCamera, PlaylistError, Query, WindowOptions};

/// The response if it is immediate; `None` for a request that waits.
fn at_once(camera: &LiveCamera, msn: Option<u64>, part: Option<u32>) -> Option<Result<(), PlaylistError>> {
    let answer = pin!(camera.playlist(Query { msn, part, skip: false }));
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer.map(|_| ())),
        Poll::Pending => None,
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_two_segments_or_six_parts() {
    let too_far = Some(Err(PlaylistError::TooFarAhead));
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    camera.push_all(&packager.segments(3)).unwrap();
    camera.push_all(&[packager.part(HALF, true), packager.part(HALF, false)]).unwrap();
    // The last segment is 2, the last part is 3.1.
    assert_eq!(at_once(&camera, Some(2), None), Some(Ok(())));
    assert_eq!(at_once(&camera, Some(3), None), None);
    assert_eq!(at_once(&camera, Some(4), None), None);
    assert_eq!(at_once(&camera, Some(5), None), too_far);
    assert_eq!(at_once(&camera, Some(u64::MAX), None), too_far);
    assert_eq!(at_once(&camera, Some(3), Some(7)), None);
    assert_eq!(at_once(&camera, Some(3), Some(8)), too_far);
    assert_eq!(at_once(&camera, Some(4), Some(5)), None);
    assert_eq!(at_once(&camera, Some(4), Some(6)), too_far);
    assert_eq!(at_once(&camera, Some(3), Some(u32::MAX)), too_far);
    assert_eq!(at_once(&camera, None, Some(0)), Some(Err(PlaylistError::PartWithoutMsn)));
    assert_eq!(PlaylistError::TooFarAhead.status(), 400);
    assert_eq!(PlaylistError::PartWithoutMsn.status(), 400);
    assert_eq!(PlaylistError::Unavailable.status(), 503);
    assert_eq!(PlaylistError::NotStarted.status(), 404);
}
