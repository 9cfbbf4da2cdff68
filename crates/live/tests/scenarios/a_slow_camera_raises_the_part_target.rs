//! A slow camera raises the part target.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, Packager, all_well};
use ashkar_live::check::{PlaylistChecker, Rule};
use ashkar_live::{Query, Window, WindowOptions};

#[test]
fn while_its_parts_are_listed() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    let mut checker = PlaylistChecker::new();
    window.push(&packager.init()).unwrap();
    // One picture a second for ten segments, then twenty-five for as many.
    for segment in 0..20 {
        let slow = segment < 10;
        let (count, duration) = if slow { (2, 90_000) } else { (4, 45_000) };
        for index in 0..count {
            window.push(&packager.part(duration, index == 0)).unwrap();
        }
        window.push(&packager.end()).unwrap();
        let text = window.playlist();
        // Slow parts are listed until the first of their segment begins three target durations from the end.
        let target = if segment < 14 { "PART-TARGET=1.0\n" } else { "PART-TARGET=0.5\n" };
        assert!(text.contains(target), "{segment}\n{text}");
        let hold_back = if segment < 14 { "PART-HOLD-BACK=3.0\n" } else { "PART-HOLD-BACK=1.5\n" };
        assert!(text.contains(hold_back), "{segment}\n{text}");
        // Parts of both lengths cannot both be 85 % of one target; the longer ones decide.
        let allowed = [Rule::PartTooShort, Rule::PartTargetChanged];
        all_well(&mut checker, packager.now(), Query::default(), &text, &allowed);
    }
}

/// 25 pictures a second have parts of 0.48 and 0.52 s. The target rises with the first that needs it, and stays.
#[test]
fn even_parts_raise_it_once() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    window.push(&packager.init()).unwrap();
    let mut targets = Vec::new();
    for segment in 0..20 {
        // A timestamp may be a millisecond early or late.
        for (index, duration) in [43_200, 46_700 + segment % 3 * 50, 43_200, 46_800].into_iter().enumerate() {
            window.push(&packager.part(duration, index == 0)).unwrap();
        }
        window.push(&packager.end()).unwrap();
        let text = window.playlist();
        targets.push(text.split("PART-TARGET=").nth(1).unwrap().lines().next().unwrap().to_owned());
    }
    assert_eq!(targets, ["0.52"; 20]);
    window.push(&packager.gap_opens()).unwrap();
    assert!(window.playlist().contains("PART-TARGET=0.52\n"));
}
