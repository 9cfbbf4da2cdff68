use ashkar_media::{AudioConfig, AudioFrame, FactKind, MediaEvent, Options, Output, Resume};
use ashkar_terms::Cause;
use bytes::Bytes;

use crate::support::Rig;

fn dropped(rig: &Rig) -> Vec<String> {
    let facts = rig.facts().into_iter();
    facts
        .filter_map(
            |fact| if let FactKind::SoundDropped { codec } = fact { Some(codec.clone()) } else { None },
        )
        .collect()
}

#[test]
fn g711_beside_the_video_is_dropped_with_one_fact() {
    let mut rig = Rig::on_air();
    for _ in 0..200 {
        rig.frame();
        let at = rig.now();
        rig.packager.take(MediaEvent::SoundRefused { codec: "G.711 A-law".to_owned() }, at, &mut rig.out);
    }
    assert_eq!(dropped(&rig), ["G.711 A-law"]);
    rig.disconnect(Cause::Source);
    rig.now_us += 1_000_000;
    rig.connect();
    rig.frames(50);
    let at = rig.now();
    rig.packager.take(MediaEvent::SoundRefused { codec: "G.711 µ-law".to_owned() }, at, &mut rig.out);
    assert_eq!(dropped(&rig), ["G.711 A-law", "G.711 µ-law"], "one per connection");
    assert_eq!(rig.packager.counters().sound_dropped, 201);
    rig.finish_and_judge();
}

#[test]
fn with_sound_off_aac_is_dropped_before_recording() {
    let mut rig = Rig::on_air();
    let at = rig.now();
    rig.packager.take(
        MediaEvent::AudioConfig(AudioConfig { record: Bytes::from_static(&[0x12, 0x10]) }),
        at,
        &mut rig.out,
    );
    for _ in 0..100 {
        rig.frame();
        let (camera_dts, arrival) = (rig.dts, rig.now());
        let frame = AudioFrame { data: Bytes::from_static(b"secret sound"), camera_dts, arrival };
        let at = frame.arrival;
        rig.packager.take(MediaEvent::Audio(frame), at, &mut rig.out);
    }
    assert_eq!(dropped(&rig), ["mp4a.40.2"]);
    rig.flush();
    for part in rig.parts() {
        assert!(!part.bytes.windows(12).any(|window| window == b"secret sound"));
    }
    let judged = rig.finish_and_judge();
    assert!(judged.sound.is_empty());
}

#[test]
fn a_policy_that_turns_sound_off_holds_from_the_next_frame_on() {
    let mut rig = Rig::with(Resume::default(), Options { sound: true, ..Options::default() });
    rig.connect();
    let config = AudioConfig { record: Bytes::from_static(&[0x12, 0x10]) };
    let speak = |rig: &mut Rig, words: &'static [u8], frames: u32| {
        for _ in 0..frames {
            rig.frame();
            let (camera_dts, arrival) = (rig.dts, rig.now());
            let data = Bytes::from_static(words);
            rig.packager.take(
                MediaEvent::Audio(AudioFrame { data, camera_dts, arrival }),
                arrival,
                &mut rig.out,
            );
        }
    };
    let at = rig.now();
    rig.packager.take(MediaEvent::AudioConfig(config.clone()), at, &mut rig.out);
    speak(&mut rig, b"public sound", 110);
    rig.packager.set_sound(false);
    speak(&mut rig, b"secret sound", 110);
    rig.packager.set_sound(true);
    let at = rig.now();
    rig.packager.take(MediaEvent::AudioConfig(config), at, &mut rig.out);
    speak(&mut rig, b"audible again", 110);
    rig.flush();
    let said = |words: &[u8]| {
        rig.parts()
            .iter()
            .filter(|part| part.bytes.windows(words.len()).any(|window| window == words))
            .count()
    };
    assert!(said(b"public sound") > 6 && said(b"audible again") > 2, "sound is there while the policy is on");
    assert_eq!(said(b"secret sound"), 0);
    let tracks: Vec<bool> = rig
        .out
        .iter()
        .filter_map(
            |output| if let Output::Init(init) = output { Some(init.codecs.contains("mp4a")) } else { None },
        )
        .collect();
    assert_eq!(tracks, [true, false, true], "the track goes and comes with a keyframe");
    assert!(rig.gaps().is_empty(), "nobody loses a picture by it");
    rig.finish_and_judge();
}
