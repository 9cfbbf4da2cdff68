//! Outputs that do not continue the listed ones are refused, and the camera stays on air (I3).
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, HALF, Packager, all_well};
use ashkar_live::check::{PlaylistChecker, Rule};
use ashkar_live::{Query, Window, WindowError, WindowOptions};

fn filled(packager: &mut Packager) -> Window {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    packager.segments(8).iter().for_each(|output| window.push(output).unwrap());
    window
}

#[test]
fn a_part_whose_predecessor_is_missing() {
    let mut packager = Packager::new(10);
    let mut window = filled(&mut packager);
    let parts = packager.whole_segment();
    window.push(&parts[0]).unwrap();
    let refused = window.push(&parts[2]);
    assert_eq!(refused, Err(WindowError::PartMissing { segment: 18, index: 2, expected: 1 }));
    assert_eq!(window.push(&parts[0]), Err(WindowError::PartMissing { segment: 18, index: 0, expected: 1 }));
    assert_eq!(window.snapshot().refused, 2);
    window.push(&parts[1]).unwrap();
    window.push(&parts[2]).unwrap();
    assert_eq!(window.push(&parts[4]), Ok(()), "it ends with the parts that are there");
    assert_eq!(window.push(&parts[4]), Err(WindowError::NotGrowing { got: 18 }));
}

#[test]
fn numbers_that_skip_some_begin_a_new_window() {
    let mut packager = Packager::new(10);
    let mut window = filled(&mut packager);
    let mut checker = PlaylistChecker::new();
    all_well(&mut checker, packager.now(), Query::default(), &window.playlist(), &[]);
    packager.segment += 100;
    packager.whole_segment().iter().for_each(|output| window.push(output).unwrap());
    let text = window.playlist();
    assert!(
        text.contains("#EXT-X-MEDIA-SEQUENCE:118\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-DISCONTINUITY\n"),
        "{text}"
    );
    all_well(&mut checker, packager.now(), Query::default(), &text, &[Rule::WindowTooShort]);
}

/// The centre's clock was an hour ahead, and goes back in mid-stream: the list starts over, and there is always one.
#[test]
fn time_that_goes_back_begins_a_new_list_with_a_gap_in_front() {
    let mut packager = Packager::new(10);
    let mut window = filled(&mut packager);
    packager.goes_back(3600 * 90_000);
    let back = packager.at;
    let parts = packager.whole_segment();
    window.push(&parts[0]).unwrap();
    let text = window.playlist();
    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:18\n"), "{text}");
    assert!(
        text.contains("#EXT-X-GAP") && text.contains("EXTINF:0.1"),
        "the number that is left out: {text}"
    );
    assert_eq!(window.hint(), Some((19, 1)));
    parts[1..].iter().for_each(|output| window.push(output).unwrap());
    assert!(window.segment(19).is_some());
    assert!(window.snapshot().edge.unwrap() > back);
}

#[test]
fn numbers_that_stay_behind_are_taken_in_the_end() {
    let mut packager = Packager::new(10);
    let mut window = filled(&mut packager);
    let before = window.playlist();
    packager.segment -= 5;
    let mut refused = 0;
    let mut taken = 0;
    for _ in 0..4 {
        for output in packager.whole_segment() {
            if window.push(&output).is_ok() { taken += 1 } else { refused += 1 }
        }
        if taken == 0 {
            assert_eq!(window.playlist(), before);
        }
    }
    // Two segments with their ends are refused; from the third on everything is accepted.
    assert_eq!((refused, taken), (10, 10));
    assert!(window.playlist().contains("#EXT-X-MEDIA-SEQUENCE:15\n"), "{}", window.playlist());
    window.push(&packager.part(HALF, true)).unwrap();
}
