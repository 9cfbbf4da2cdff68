//! A restart goes on with the numbers.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, Packager, all_well, init};
use ashkar_live::check::{PlaylistChecker, Rule};
use ashkar_live::{GapItem, Item, Query, Restored, SegmentItem, Window, WindowOptions};
use ashkar_media::{Output, Part};
use ashkar_terms::{Cause, State};

/// What an archive would keep of the outputs.
fn archived(outputs: &[Output]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut first: Option<Part> = None;
    for output in outputs {
        match output {
            Output::Part(part) if part.index == 0 => first = Some(part.clone()),
            Output::SegmentEnd(end) => items.push(Item::Segment(SegmentItem {
                number: end.segment,
                start: end.start,
                duration: end.duration,
                init: end.init_sha256[..8].try_into().unwrap(),
                discontinuity: first.take().unwrap().discontinuity,
            })),
            Output::Gap(gap) if gap.to.is_some() => items.push(Item::Gap(GapItem {
                first_number: gap.next_segment - ashkar_live::gap_pieces(gap.to.unwrap().since(gap.from)),
                from: gap.from,
                to: gap.to,
            })),
            _ => {}
        }
    }
    items
}

#[test]
fn viewers_see_one_playlist() {
    let mut packager = Packager::new(100);
    let mut outputs = packager.segments(9);
    outputs.push(packager.gap_opens());
    outputs.push(packager.gap_closes(900_000));
    outputs.extend(packager.segments(9));
    let mut before = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    outputs.iter().for_each(|output| before.push(output).unwrap());
    let mut checker = PlaylistChecker::new();
    all_well(&mut checker, packager.now(), Query::default(), &before.playlist(), &[]);

    let mut after = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    after.restore(Restored { items: archived(&outputs), discontinuity_sequence: 0, inits: vec![init(1)] });
    assert_eq!(after.next_segment(), before.next_segment());
    assert_eq!(after.hint(), None);
    assert_eq!((after.snapshot().state, after.snapshot().cause), (State::Missing, Some(Cause::Centre)));
    assert_eq!(after.init([1; 8]).unwrap(), "init 1");
    // The parts are no longer listed; everything else is as it was.
    let whole = |text: &str| -> Vec<String> {
        let lines =
            text.lines().filter(|line| !line.starts_with("#EXT-X-PART:") && !line.contains("PRELOAD"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(whole(&after.playlist()), whole(&before.playlist()));
    all_well(&mut checker, packager.now(), Query::default(), &after.playlist(), &[]);

    // The centre was away for 41 s.
    packager.gap_opens();
    after.tick(packager.now().plus(39_000_000));
    all_well(&mut checker, packager.now(), Query::default(), &after.playlist(), &[Rule::LateUpdate]);
    after.push(&packager.gap_closes(41 * 90_000)).unwrap();
    packager.segments(2).iter().for_each(|output| after.push(output).unwrap());
    all_well(&mut checker, packager.now(), Query::default(), &after.playlist(), &[Rule::LateUpdate]);
    assert_eq!(after.next_segment(), Some(packager.segment));
}

#[test]
fn a_short_restart_may_go_on_without_a_gap() {
    let mut packager = Packager::new(100);
    let outputs = packager.segments(9);
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    window.restore(Restored { items: archived(&outputs), discontinuity_sequence: 7, inits: vec![] });
    window.tick(packager.now().plus(5_000_000));
    packager.segments(1).iter().for_each(|output| window.push(output).unwrap());
    let text = window.playlist();
    assert!(!text.contains("GAP") && text.contains("#EXT-X-DISCONTINUITY-SEQUENCE:7\n"), "{text}");
    assert_eq!(window.next_segment(), Some(110));
}

#[test]
fn what_is_before_a_jump_in_the_numbers_is_not_used() {
    let mut packager = Packager::new(100);
    let mut outputs = packager.segments(3);
    packager.segment += 5;
    outputs.extend(packager.segments(3));
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    window.restore(Restored { items: archived(&outputs), discontinuity_sequence: 0, inits: vec![] });
    let text = window.playlist();
    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:108\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "{text}");
    all_well(&mut PlaylistChecker::new(), packager.now(), Query::default(), &text, &[]);
}
