//! A slow camera raises the part target.
#![allow(clippy::unwrap_used, reason = "tests")]
mod support;

use ashkar_live::check::{PlaylistChecker, Rule};
use ashkar_live::{Query, Window, WindowOptions};
use support::{ARCHIVE, CAMERA, Packager, all_well};

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
        // Slow parts are listed until they are three target durations from the end.
        let target = if segment < 16 { "PART-TARGET=1.0\n" } else { "PART-TARGET=0.5\n" };
        assert!(text.contains(target), "{segment}\n{text}");
        let hold_back = if segment < 16 { "PART-HOLD-BACK=3.0\n" } else { "PART-HOLD-BACK=1.5\n" };
        assert!(text.contains(hold_back), "{segment}\n{text}");
        // Parts of both lengths cannot both be 85 % of one target; the longer ones decide.
        let allowed = [Rule::PartTooShort, Rule::PartTargetChanged];
        all_well(&mut checker, packager.now(), Query::default(), &text, &allowed);
    }
}
