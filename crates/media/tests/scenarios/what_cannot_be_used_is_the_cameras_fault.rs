//! A connection that brings bytes and no picture never blames the line, and a line that brings nothing never the camera.

use ashkar_media::{MediaEvent, Unusable};
use ashkar_terms::{Cause, MediaTime};
use bytes::Bytes;

use crate::support::{MORNING, Rig, prefixed};

/// Sends what is no picture, 25 times a second.
fn send(rig: &mut Rig, seconds: u64, what: impl Fn(&mut Rig)) {
    for n in 0..seconds * 25 {
        what(rig);
        rig.now_us += 40_000;
        if n % 25 == 24 {
            rig.packager.tick(rig.now(), &mut rig.out);
        }
    }
}

fn corrupt(rig: &mut Rig) {
    rig.send_raw(Bytes::from_static(&[0, 0, 1]), true);
}

fn causes(rig: &Rig) -> Vec<(Cause, i64)> {
    let rounded = |us: i64| (us + 500_000) / 1_000_000;
    let us = |at: MediaTime| at.to_utc().since(MORNING);
    let closed = rig.gaps().into_iter().filter_map(|gap| Some((gap, gap.to?)));
    let mut all: Vec<_> = closed.map(|(gap, to)| (gap.cause, rounded(us(to) - us(gap.from)))).collect();
    let open = rig.gaps().last().copied().filter(|gap| gap.to.is_none());
    all.extend(open.map(|gap| (gap.cause, rounded(rig.now().wall.since(gap.from.to_utc())))));
    all
}

#[test]
fn whatever_is_unusable_is_named() {
    type Sent = fn(&mut Rig);
    let cases: [(Sent, &str); 5] = [
        (corrupt, "refused"),
        (|rig| rig.send_raw(prefixed(&[&[0x41, 1, 2, 3]]), false), "no_keyframe"),
        (|rig| rig.packager.received(rig.now()), "no_pictures"),
        (
            |rig| {
                rig.packager.take(
                    MediaEvent::SoundRefused { codec: "AAC".to_owned() },
                    rig.now(),
                    &mut rig.out,
                );
            },
            "no_pictures",
        ),
        (
            |rig| {
                let at = rig.now();
                rig.packager.take(
                    MediaEvent::Refused { reason: "a packet of another kind".to_owned(), camera_dts: None },
                    at,
                    &mut rig.out,
                );
            },
            "refused",
        ),
    ];
    for (sent, name) in cases {
        let mut rig = Rig::on_air();
        assert_eq!(rig.packager.trouble(rig.now()), None, "too early to say");
        send(&mut rig, 6, |rig| {
            sent(rig);
            let at = rig.now();
            rig.packager.received(at);
        });
        let (cause, unusable) = rig.packager.trouble(rig.now()).unwrap();
        let expected =
            if name == "no_pictures" && *unusable == Unusable::OnlySound { "only_sound" } else { name };
        assert_eq!((cause, unusable.name()), (Cause::Source, expected));
        assert_eq!(rig.packager.last_picture(), None);
        rig.frames(10);
        let told = rig.packager.trouble(rig.now()).map(|(cause, _)| cause);
        assert_eq!(told, None, "pictures come");
        rig.silence(6_000_000);
        assert_eq!(rig.packager.trouble(rig.now()).map(|(cause, _)| cause), Some(Cause::Uplink));
    }
}

#[test]
fn pictures_that_turn_unusable_are_a_gap_of_the_source() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    send(&mut rig, 20, corrupt);
    assert_eq!(causes(&rig), [(Cause::Source, 20)]);
    // The line breaks only now: what was before stays the camera's.
    rig.silence(20_000_000);
    rig.disconnect(Cause::Uplink);
    rig.silence(10_000_000);
    assert_eq!(causes(&rig), [(Cause::Source, 20), (Cause::Uplink, 30)]);
    rig.connect();
    rig.frames(50);
    rig.finish_and_judge();
}

#[test]
fn an_outage_before_it_stays_the_lines() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    rig.disconnect(Cause::Uplink);
    rig.silence(60_000_000);
    rig.connect();
    send(&mut rig, 60, corrupt);
    let told = causes(&rig);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].0 == Cause::Uplink && (59..=61).contains(&told[0].1), "{told:?}");
    assert!(told[1].0 == Cause::Source && (59..=61).contains(&told[1].1), "{told:?}");
    rig.disconnect(Cause::Uplink);
    rig.silence(30_000_000);
    rig.connect();
    rig.frames(100);
    assert_eq!(
        causes(&rig).iter().map(|gap| gap.0).collect::<Vec<_>>(),
        [Cause::Uplink, Cause::Source, Cause::Uplink]
    );
    rig.finish_and_judge();
}

#[test]
fn sound_alone_is_no_picture() {
    let mut rig = Rig::on_air();
    rig.frames(100);
    send(&mut rig, 20, |rig| {
        let (camera_dts, arrival) = (rig.dts, rig.now());
        let frame = ashkar_media::AudioFrame { data: Bytes::from_static(&[1]), camera_dts, arrival };
        let at = frame.arrival;
        rig.packager.take(MediaEvent::Audio(frame), at, &mut rig.out);
    });
    assert_eq!(causes(&rig), [(Cause::Source, 20)]);
    assert_eq!(rig.packager.trouble(rig.now()).unwrap().1, &Unusable::OnlySound);
}
