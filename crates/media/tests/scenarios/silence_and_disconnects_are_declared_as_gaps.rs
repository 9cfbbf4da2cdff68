use ashkar_media::{Gap, Options, Resume};
use ashkar_terms::{Cause, MediaTime};

use crate::support::{FRAME_TICKS, MORNING, Rig};

#[test]
fn a_disconnect_opens_a_gap_and_the_next_picture_closes_it() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    let end = rig.packager.timeline_end().unwrap();
    rig.disconnect(Cause::Uplink);
    let open = Gap { from: end, to: None, cause: Cause::Uplink, next_segment: 102 };
    assert_eq!(rig.gaps(), [open]);
    rig.silence(30_000_000);
    rig.connect();
    rig.frames(60);
    let start = MediaTime::from_utc(MORNING.plus(1_000_000 + 100 * 40_000 + 30_000_000));
    let closed = Gap { to: Some(start), next_segment: 102 + 8, ..open };
    assert_eq!(rig.gaps(), [open, closed], "30 s are eight GAP segments");
    rig.finish_and_judge();
}

#[test]
fn a_quick_reconnect_still_has_a_gap_of_its_own() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    rig.disconnect(Cause::Source);
    rig.connect();
    rig.frames(100);
    let gap = rig.gaps()[1];
    assert_eq!(gap.to.unwrap().since(gap.from), ashkar_media::MIN_GAP_TICKS);
    assert_eq!(gap.next_segment, 103);
    rig.finish_and_judge();
}

#[test]
fn twelve_seconds_of_silence_open_a_gap_on_a_live_connection() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    rig.silence(11_000_000);
    assert!(rig.gaps().is_empty());
    assert!(!rig.parts().is_empty(), "a part that waits in vain was given out");
    rig.silence(2_000_000);
    assert_eq!(rig.gaps().len(), 1);
    assert_eq!(rig.gaps()[0].cause, Cause::Uplink);
    rig.silence(10_000_000);
    assert_eq!(rig.gaps().len(), 1, "once");
    // The camera did not stop: its clock kept up with time.
    rig.dts += 23 * 90_000;
    rig.frames(100);
    let gap = rig.gaps()[1];
    assert_eq!(gap.to.unwrap().since(gap.from), 23 * 90_000);
    rig.finish_and_judge();
}

/// 20 s of pictures waited in the sender's socket. Time that playlists may already show as a gap stays one; the rest of
/// the burst follows without loss.
#[test]
fn a_burst_after_a_declared_gap_fills_its_end() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    rig.silence(20_000_000);
    let end = rig.gaps()[0].from;
    let arrival = MediaTime::from_utc(rig.now().wall);
    for _ in 0..500 {
        rig.frame_of(FRAME_TICKS, 100);
    }
    let gap = rig.gaps()[1];
    assert!(gap.to.unwrap() > end && (arrival.since(gap.to.unwrap()) - 540_000).abs() < 9, "{gap:?}");
    rig.frames(25 * 240);
    let delay = rig.packager.live_delay_us().unwrap();
    assert!(delay.abs() < 600_000, "{delay} µs");
    rig.finish_and_judge();
}

#[test]
fn a_hole_of_more_than_a_segment_is_a_gap_even_if_the_camera_counts_on() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    rig.now_us += 6_000_000;
    rig.dts += 6 * 90_000;
    rig.frames(100);
    let gaps = rig.gaps();
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].cause, gaps[0].to.unwrap().since(gaps[0].from)), (Cause::Source, 6 * 90_000));
    rig.finish_and_judge();
}

#[test]
fn a_pause_of_less_than_a_segment_is_a_long_picture() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    rig.now_us += 3_000_000;
    rig.dts += 3 * 90_000;
    rig.frames(100);
    assert!(rig.gaps().is_empty());
    let judged = rig.finish_and_judge();
    assert_eq!(judged.samples[99].duration, 3 * 90_000 + FRAME_TICKS);
}

#[test]
fn after_a_restart_the_centre_is_the_cause() {
    let end = MediaTime::from_utc(MORNING);
    for (open_gap, cause) in [(None, Cause::Centre), (Some(Cause::Power), Cause::Power)] {
        let resume = Resume { next_segment: 500, timeline_end: Some(end), open_gap, ..Resume::default() };
        let mut rig = Rig::with(resume, Options::default());
        rig.packager.tick(rig.now(), &mut rig.out);
        rig.packager.tick(rig.now(), &mut rig.out);
        assert_eq!(
            rig.gaps(),
            [Gap { from: end, to: None, cause, next_segment: 500 }],
            "told once more, at once"
        );
        rig.silence(10_000_000);
        rig.connect();
        rig.frames(60);
        let gap = rig.gaps()[1];
        assert_eq!((gap.to.unwrap().since(gap.from), gap.cause), (11 * 90_000, cause));
        assert_eq!(gap.next_segment, 503);
        assert_eq!((rig.parts()[0].segment, rig.parts()[0].discontinuity), (503, true));
        rig.finish_and_judge();
    }
}

#[test]
fn a_camera_that_was_never_there_has_no_gap() {
    let mut rig = Rig::new();
    rig.silence(60_000_000);
    rig.connect();
    rig.silence(60_000_000);
    assert!(rig.gaps().is_empty());
    rig.frames(50);
    assert!(rig.gaps().is_empty() && !rig.parts()[0].discontinuity);
}

#[test]
fn a_graceful_stop_gives_out_everything_and_declares_nothing() {
    let mut rig = Rig::on_air();
    rig.frames(33);
    rig.flush();
    assert!(rig.gaps().is_empty());
    assert_eq!(rig.segments().len(), 1);
    assert_eq!(rig.segments()[0].duration, 33 * 3600);
    rig.finish_and_judge();
}
