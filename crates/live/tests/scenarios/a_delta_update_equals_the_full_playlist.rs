//! A delta update equals the full playlist.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, Packager, all_well, parses_elsewhere, put_together};
use ashkar_live::check::PlaylistChecker;
use ashkar_live::{LiveCamera, Query, WindowOptions};

#[tokio::test(start_paused = true)]
async fn at_every_step_of_a_minute() {
    let camera = LiveCamera::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    camera.push_all(&packager.segments(1)).unwrap();
    let text = async |skip| {
        let query = Query { skip, ..Query::default() };
        String::from_utf8(camera.playlist(query).await.unwrap().body.to_vec()).unwrap()
    };
    let mut known = text(false).await;
    let mut checker = PlaylistChecker::new();
    let skipping = Query { skip: true, ..Query::default() };
    let mut skipped = 0;
    for segment in 0..30 {
        if segment == 20 {
            camera.push(&packager.change(2)).unwrap();
        }
        for output in packager.whole_segment() {
            camera.push(&output).unwrap();
            let (full, delta) = (text(false).await, text(true).await);
            known = put_together(&known, &delta);
            assert_eq!(known, full);
            skipped += usize::from(delta.contains("#EXT-X-SKIP"));
            assert!(delta.len() <= full.len());
            parses_elsewhere(&delta);
            all_well(&mut checker, packager.now(), skipping, &delta, &[]);
        }
    }
    assert!(skipped > 50, "{skipped}");
}
