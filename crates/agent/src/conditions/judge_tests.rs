//! Where good ends and where enough ends; and that what was not measured is never called good.

use ashkar_terms::Blame;
use proptest::prelude::*;

use super::*;

const ID: CameraId = CameraId::new(7, 12, 1);
const FACTS: Facts = Facts {
    height: 720,
    frame_rate: 25_000,
    keyframes_ms: Some(2000),
    kbit: 1500,
    is_h265: false,
    is_reordered: false,
    has_sound: false,
};

fn camera(facts: Option<Facts>) -> CameraMeasured {
    let picture = if facts.is_some() { Ok(()) } else { Err(Note::NoPictures) };
    CameraMeasured { picture, facts, planned_kbit: None, wants_sound: false, clock: None }
}

/// A station where all is well.
fn well() -> Measured {
    Measured {
        centre: Ok(()),
        delay_ms: Ok(40),
        loss_permille: Ok(0),
        up_kbit: Ok(8000),
        down_kbit: Ok(8000),
        breaks_s: Ok(0),
        disk_kbit: Ok(80_000),
        sync_ms: Ok(20),
        free_bytes: Ok(64 << 30),
        celsius: Ok(50),
        power: Power { mains: Some(true), battery: Some(100) },
        memory_mb: Ok(2000),
        processor_percent: Ok(20),
        clock: ClockState::Synchronised,
        clock_ahead_ms: Ok(3),
        clock_margin_ms: 20,
        cameras: vec![(ID, camera(Some(FACTS)))],
    }
}

fn of(measured: &Measured, subject: Subject) -> Finding {
    judge(measured).into_iter().find(|finding| finding.subject == subject).unwrap()
}

#[test]
fn a_station_where_all_is_well_is_good_in_everything() {
    let findings = judge(&well());
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Good), "{findings:?}");
    let subjects: Vec<Subject> = findings.iter().map(|finding| finding.subject).collect();
    assert_eq!(subjects, Subject::ALL[..21], "all but sound, in their order");
    assert!(findings.iter().all(|finding| finding.blame().is_none()));
}

#[test]
fn a_cameras_clock_and_order_of_pictures_are_told() {
    let of_clock = |clock| {
        let cameras = vec![(ID, CameraMeasured { clock, ..camera(Some(FACTS)) })];
        judge(&Measured { cameras, ..well() })
            .into_iter()
            .find(|finding| finding.subject == Subject::CameraClock)
    };
    assert_eq!(of_clock(None), None, "no IP camera");
    let untold = of_clock(Some(None)).unwrap();
    assert_eq!(
        (untold.verdict, untold.note, untold.blame()),
        (Verdict::Unmeasured, Some(Note::NotTold), None)
    );
    let verdict = |ahead| of_clock(Some(Some((ahead, 500)))).unwrap().verdict;
    assert_eq!(
        [-2500, 2500, 2501, -60_500, 60_501, i64::MIN].map(verdict),
        [Verdict::Good, Verdict::Good, Verdict::Weak, Verdict::Weak, Verdict::Bad, Verdict::Bad]
    );
    let years = of_clock(Some(Some((-86_400_000, 500)))).unwrap();
    assert_eq!(
        (years.value, years.camera, years.blame()),
        (Some(-86_400_000), Some(ID), Some(Blame::Camera))
    );
    let facts = Facts { is_reordered: true, ..FACTS };
    let codec = of(&Measured { cameras: vec![(ID, camera(Some(facts)))], ..well() }, Subject::Codec);
    assert_eq!((codec.verdict, codec.note), (Verdict::Weak, Some(Note::H264Reordered)));
}

#[test]
fn each_number_has_two_borders() {
    let line = |kbit| of(&Measured { up_kbit: Ok(kbit), ..well() }, Subject::LineUp);
    let verdicts = [3000, 2999, 1875, 1874].map(|kbit| line(kbit).verdict);
    assert_eq!(verdicts, [Verdict::Good, Verdict::Weak, Verdict::Weak, Verdict::Bad]);
    assert_eq!((line(1).limit, line(1).blame()), (Some(3000), Some(Blame::Line)));
    let hot = |celsius| of(&Measured { celsius: Ok(celsius), ..well() }, Subject::Temperature).verdict;
    assert_eq!([70, 71, 85, 86].map(hot), [Verdict::Good, Verdict::Weak, Verdict::Weak, Verdict::Bad]);
    let rate = |kbit| {
        let facts = Facts { kbit, ..FACTS };
        of(&Measured { cameras: vec![(ID, camera(Some(facts)))], ..well() }, Subject::BitRate).verdict
    };
    assert_eq!(
        [149, 150, 500, 6000, 6001, 12_001].map(rate),
        [Verdict::Bad, Verdict::Weak, Verdict::Good, Verdict::Good, Verdict::Weak, Verdict::Bad]
    );
}

#[test]
fn room_is_told_in_hours_of_all_cameras() {
    let mut measured = well();
    measured.cameras.push((CameraId::new(7, 12, 2), camera(Some(FACTS))));
    // 3 Mbit/s are 1.35 GB an hour.
    measured.free_bytes = Ok(1_350_000_000 * 30);
    let room = of(&measured, Subject::DiskRoom);
    assert_eq!((room.value, room.verdict), (Some(30), Verdict::Weak));
    // A webcam before an empty wall needs little; it may need what it is allowed.
    measured.cameras[0].1.planned_kbit = Some(4500);
    assert_eq!(of(&measured, Subject::DiskRoom).value, Some(15));
    measured.cameras[1].1 = camera(None);
    let room = of(&measured, Subject::DiskRoom);
    assert_eq!((room.verdict, room.note), (Verdict::Unmeasured, Some(Note::NoPictures)));
    assert_eq!(
        of(&Measured { free_bytes: Err(Note::DiskFails), ..well() }, Subject::DiskRoom).verdict,
        Verdict::Bad
    );
}

#[test]
fn a_clock_is_not_blamed_for_a_slow_line() {
    let offset = |ahead, margin| {
        let measured = Measured { clock_ahead_ms: Ok(ahead), clock_margin_ms: margin, ..well() };
        of(&measured, Subject::ClockOffset)
    };
    assert_eq!(offset(-700, 20).verdict, Verdict::Bad);
    assert_eq!((offset(-700, 500).verdict, offset(-700, 500).value), (Verdict::Good, Some(-700)));
    assert_eq!(offset(i64::MIN, 0).verdict, Verdict::Bad);
}

#[test]
fn power_is_told_as_far_as_the_system_tells_it() {
    let power = |mains, battery| {
        let found = of(&Measured { power: Power { mains, battery }, ..well() }, Subject::Power);
        (found.verdict, found.note)
    };
    assert_eq!(power(None, None), (Verdict::Unmeasured, Some(Note::NotTold)));
    assert_eq!(power(Some(true), None), (Verdict::Weak, Some(Note::MainsAlone)));
    assert_eq!(power(Some(false), Some(100)), (Verdict::Weak, Some(Note::OnBattery)));
    assert_eq!(power(None, Some(49)), (Verdict::Bad, Some(Note::OnBattery)));
}

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![
        any::<i64>().prop_map(Ok),
        Just(Err(Note::Busy)),
        Just(Err(Note::NotTold)),
        Just(Err(Note::NoLine))
    ]
}

proptest! {
    #[test]
    fn what_was_not_measured_is_never_good(values in proptest::collection::vec(reading(), 12), facts: Option<(i64, i64, i64)>) {
        let mut measured = well();
        let [delay, loss, up, down, breaks, disk, sync, free, celsius, memory, processor, ahead] = values[..] else { unreachable!() };
        (measured.delay_ms, measured.loss_permille, measured.up_kbit) = (delay, loss, up);
        (measured.down_kbit, measured.breaks_s, measured.disk_kbit) = (down, breaks, disk);
        (measured.sync_ms, measured.free_bytes, measured.celsius) = (sync, free, celsius);
        (measured.memory_mb, measured.processor_percent, measured.clock_ahead_ms) = (memory, processor, ahead);
        let facts = facts.map(|(height, frame_rate, kbit)| Facts { height, frame_rate, kbit, keyframes_ms: None, ..FACTS });
        measured.cameras = vec![(ID, camera(facts))];
        for finding in judge(&measured) {
            let is_told = finding.value.is_some() || finding.note.is_some();
            prop_assert!(is_told || finding.verdict != Verdict::Unmeasured, "{:?}", finding);
            let is_number = !matches!(finding.subject, Subject::Centre | Subject::Power | Subject::ClockService | Subject::Picture | Subject::Codec);
            prop_assert!(!is_number || finding.verdict != Verdict::Good || finding.value.is_some(), "{:?}", finding);
        }
    }
}
