use ashkar_media::{FactKind, MediaEvent, Options, Output, Resume};
use ashkar_terms::Cause;

use crate::support::{
    FRAME_TICKS, FRAME_US, PPS_180, PPS_360, Rig, SPS_180, SPS_360, config_180, config_360, prefixed,
};

fn inits(rig: &Rig) -> Vec<(u16, u16, String)> {
    rig.out
        .iter()
        .filter_map(|out| match out {
            Output::Init(init) => Some((init.width, init.height, init.codecs.clone())),
            _ => None,
        })
        .collect()
}

fn changed(rig: &Rig) -> usize {
    rig.facts().iter().filter(|fact| ***fact == FactKind::ParametersChanged).count()
}

#[test]
fn new_parameters_in_mid_stream_make_a_new_init_segment() {
    let mut rig = Rig::on_air();
    rig.frames(70);
    let at = rig.now();
    rig.packager.take(MediaEvent::VideoConfig(config_360()), at, &mut rig.out);
    rig.frames(100);
    rig.flush();
    let old = (320, 180, "avc1.42c00c".to_owned());
    let new = (640, 360, "avc1.64001e".to_owned());
    assert_eq!(inits(&rig), [old, new]);
    assert_eq!(changed(&rig), 1);
    let anew: Vec<_> =
        rig.parts().iter().filter(|part| part.discontinuity).map(|part| part.camera_dts).collect();
    assert_eq!(anew, [7_777_777 + 100 * FRAME_TICKS], "at the first keyframe after it, and nowhere else");
    assert!(rig.gaps().is_empty());
    rig.finish_and_judge();
}

#[test]
fn parameter_sets_inside_the_stream_change_it_as_well() {
    let mut rig = Rig::on_air();
    rig.frames(50);
    for (sps, pps) in [(SPS_180, PPS_180), (SPS_360, PPS_360), (SPS_360, PPS_360)] {
        let keyframe = prefixed(&[sps, pps, &[0x65, 1, 2]]);
        rig.sent.push(keyframe.clone());
        rig.send_raw(keyframe, true);
        rig.dts += FRAME_TICKS;
        rig.now_us += FRAME_US;
        rig.frames = 1;
        rig.frames(49);
    }
    rig.flush();
    assert_eq!(inits(&rig).len(), 2, "the same sets again change nothing");
    assert_eq!(changed(&rig), 1);
    rig.finish_and_judge();
}

#[test]
fn the_same_parameters_after_a_reconnect_are_the_same_init_segment() {
    let mut rig = Rig::on_air();
    rig.frames(60);
    rig.disconnect(Cause::Uplink);
    rig.now_us += 3_000_000;
    rig.connect();
    rig.frames(60);
    rig.flush();
    assert_eq!((inits(&rig).len(), changed(&rig)), (1, 0));
    rig.finish_and_judge();
}

#[test]
fn other_parameters_than_before_the_restart_are_a_fact() {
    let mut rig = Rig::on_air();
    rig.frames(60);
    rig.flush();
    let init_sha256 = Some(rig.segments()[0].init_sha256);
    for (config, expected) in [(config_180(), 0), (config_360(), 1)] {
        let resume = Resume { next_segment: 5, init_sha256, ..Resume::default() };
        let mut rig = Rig::with(resume, Options::default());
        let at = rig.now();
        rig.packager.connected("rtmp".to_owned(), at, &mut rig.out);
        rig.packager.take(MediaEvent::VideoConfig(config), at, &mut rig.out);
        rig.frames(60);
        rig.flush();
        assert_eq!((inits(&rig).len(), changed(&rig)), (1, expected));
    }
}
