//! A checker that never complains is worth nothing: each fault here is found, and nothing else is reported.
#![allow(clippy::unwrap_used, reason = "tests")]

use ashkar_live::Query;
use ashkar_live::check::{Observation, PlaylistChecker, Rule, check_one};

/// A playlist without fault: segments 10 to 16 of 4 s, the last two with parts, and a growing one.
fn good() -> String {
    let mut text = String::from(
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n\
         #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,PART-HOLD-BACK=6.0\n\
         #EXT-X-PART-INF:PART-TARGET=2.0\n#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:3\n\
         #EXT-X-MAP:URI=\"init.mp4\"\n",
    );
    for number in 10..17 {
        let second = (number - 10) * 4;
        text += &format!("#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:{second:02}.000Z\n");
        if number >= 15 {
            text += &format!("#EXT-X-PART:DURATION=2.0,URI=\"{number}.0.m4s\",INDEPENDENT=YES\n");
            text += &format!("#EXT-X-PART:DURATION=2.0,URI=\"{number}.1.m4s\"\n");
        }
        text += &format!("#EXTINF:4.0,\n{number}.m4s\n");
    }
    text + "#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:28.000Z\n\
            #EXT-X-PART:DURATION=2.0,URI=\"17.0.m4s\",INDEPENDENT=YES\n\
            #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"17.1.m4s\"\n"
}

/// The state after it: 17 is complete, 10 has left.
fn next() -> String {
    let first = "#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:00.000Z\n#EXTINF:4.0,\n10.m4s\n";
    let complete = "#EXT-X-PART:DURATION=2.0,URI=\"17.1.m4s\"\n#EXTINF:4.0,\n17.m4s\n\
                    #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"18.0.m4s\"\n";
    good()
        .replace(first, "")
        .replace("MEDIA-SEQUENCE:10", "MEDIA-SEQUENCE:11")
        .replace("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"17.1.m4s\"\n", complete)
}

fn swapped(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = check_one(text).iter().map(|violation| violation.rule).collect();
    rules.dedup();
    rules
}

fn rules_after(before: &str, text: &str, query: Query, after_ms: i64) -> Vec<Rule> {
    let mut checker = PlaylistChecker::new();
    assert_eq!(checker.check(&Observation { at_ms: 0, query: Query::default(), text: before }), []);
    let violations = checker.check(&Observation { at_ms: after_ms, query, text });
    let mut rules: Vec<Rule> = violations.iter().map(|violation| violation.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn the_example_is_good() {
    assert_eq!(rules(&good()), []);
    assert_eq!(rules(&next()), []);
    assert_eq!(rules_after(&good(), &next(), Query::default(), 4000), []);
}

#[test]
fn in_one_playlist() {
    let map = "#EXT-X-MAP:URI=\"init.mp4\"\n";
    let target = "#EXT-X-TARGETDURATION:4\n";
    let hint = "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"17.1.m4s\"\n";
    let cases: &[(&str, &str, Rule)] = &[
        ("#EXTM3U\n", "#EXTM3U8\n", Rule::FirstLine),
        ("SEQUENCE:3\n", "SEQUENCE:three\n", Rule::Syntax),
        ("DURATION=2.0,URI=\"16.0", "DURATION=2.0;URI=\"16.0", Rule::Syntax),
        ("T08:00:04.000Z", "8:00:04", Rule::Syntax),
        (target, "#EXT-X-TARGETDURATION:4\n#EXT-X-TARGETDURATION:4\n", Rule::Repeated),
        ("#EXT-X-VERSION:9\n", "#EXT-X-VERSION:9\n#EXT-X-VERSION:9\n", Rule::Repeated),
        ("#EXTINF:4.0,\n12.m4s", "12.m4s", Rule::InfAndUri),
        ("VERSION:9", "VERSION:5", Rule::Version),
        (target, "", Rule::TargetMissing),
        ("#EXTINF:4.0,\n12.m4s", "#EXTINF:4.5,\n12.m4s", Rule::SegmentTooLong),
        ("#EXT-X-PART-INF:PART-TARGET=2.0\n", "", Rule::PartInf),
        (",PART-HOLD-BACK=6.0", "", Rule::PartHoldBack),
        (",PART-HOLD-BACK=6.0", ",PART-HOLD-BACK=5.9", Rule::PartHoldBackAdvised),
        (",PART-HOLD-BACK=6.0", ",PART-HOLD-BACK=6.0,HOLD-BACK=11.9", Rule::HoldBack),
        ("CAN-SKIP-UNTIL=24.0", "CAN-SKIP-UNTIL=23.9", Rule::SkipUntil),
        ("DURATION=2.0,URI=\"17.0", "DURATION=2.1,URI=\"17.0", Rule::PartTooLong),
        ("DURATION=2.0,URI=\"16.1", "DURATION=1.9,URI=\"16.1", Rule::PartSum),
        ("#EXTINF:4.0,\n16.m4s", "#EXT-X-GAP\n#EXTINF:4.0,\n16.m4s", Rule::GapParts),
        (map, "", Rule::MapMissing),
        ("\n12.m4s\n", "\n11.m4s\n", Rule::UriRepeated),
        ("URI=\"16.1.m4s\"", "URI=\"16.0.m4s\"", Rule::UriRepeated),
        ("T08:00:16.000Z", "T08:00:14.000Z", Rule::DateAmbiguous),
        ("T08:00:16.000Z", "T08:00:16.100Z", Rule::DateDrift),
        (
            hint,
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"a\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"b\"\n",
            Rule::HintRepeated,
        ),
        (hint, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"17.0.m4s\"\n", Rule::HintListed),
        (hint, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"17.1.m4s\"\n#EXT-X-ENDLIST\n", Rule::HintAtEnd),
        (map, "#EXT-X-SKIP:SKIPPED-SEGMENTS=0\n", Rule::SkipUnoffered),
    ];
    for (from, to, rule) in cases {
        let found = rules(&swapped(&good(), from, to));
        // A changed duration or date is out of step with its neighbours too.
        let also = [Rule::DateDrift, Rule::PartHoldBackAdvised, Rule::PartSum];
        let without: Vec<Rule> =
            found.iter().copied().filter(|other| other == rule || !also.contains(other)).collect();
        assert_eq!(without, [*rule], "{from} -> {to}: {found:?}");
    }
    for (from, to) in
        [(map, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init.mp4\"\n"), ("UNTIL=24.0", "UNTIL=36.0")]
    {
        assert_eq!(rules(&swapped(&good(), from, to)), [], "{to} is no fault");
    }
}

/// Segment 14 begins 14 s before the end, and its second part 12 s: only the first is too far back.
#[test]
fn a_part_is_judged_by_its_own_place() {
    let parts = "#EXT-X-PART:DURATION=2.0,URI=\"14.0.m4s\",INDEPENDENT=YES\n\
                 #EXT-X-PART:DURATION=2.0,URI=\"14.1.m4s\"\n";
    let text = swapped(&good(), "#EXTINF:4.0,\n14.m4s", &format!("{parts}#EXTINF:4.0,\n14.m4s"));
    let found = check_one(&text);
    let [only] = found.as_slice() else { unreachable!("{found:?}") };
    assert_eq!(only.rule, Rule::PartsTooOld);
    assert!(text.lines().nth(only.line - 1).unwrap().contains("14.0.m4s"), "{only}");
}

#[test]
fn short_parts_and_old_parts() {
    let short = good().replace(
        "#EXT-X-PART:DURATION=2.0,URI=\"16.1.m4s\"\n",
        "#EXT-X-PART:DURATION=1.6,URI=\"16.1.m4s\"\n#EXT-X-PART:DURATION=0.4,URI=\"16.2.m4s\"\n",
    );
    assert_eq!(rules(&short), [Rule::PartTooShort]);
    let old = swapped(
        &good(),
        "#EXTINF:4.0,\n11.m4s",
        "#EXT-X-PART:DURATION=4.0,URI=\"11.0.m4s\"\n#EXTINF:4.0,\n11.m4s",
    );
    let old = old
        .replace("PART-TARGET=2.0", "PART-TARGET=4.0")
        .replace("PART-HOLD-BACK=6.0", "PART-HOLD-BACK=12.0");
    let found: Vec<Rule> = rules(&old).into_iter().filter(|rule| *rule != Rule::PartTooShort).collect();
    assert_eq!(found, [Rule::PartsTooOld]);
    let misplaced = good().replace("#EXT-X-MEDIA-SEQUENCE:10\n", "") + "#EXT-X-MEDIA-SEQUENCE:10\n";
    assert_eq!(rules(&misplaced), [Rule::Misplaced]);
    let undated =
        swapped(&good(), "#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:08.000Z\n", "#EXT-X-DISCONTINUITY\n");
    assert_eq!(rules(&undated), [Rule::DateMissing]);
}

#[test]
fn from_one_playlist_to_the_next() {
    let first_two = "#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:04.000Z\n#EXTINF:4.0,\n11.m4s\n";
    let cases: &[(&str, &str, Rule)] = &[
        ("TARGETDURATION:4", "TARGETDURATION:5", Rule::TargetChanged),
        ("MEDIA-SEQUENCE:11", "MEDIA-SEQUENCE:9", Rule::SequenceBackwards),
        ("DISCONTINUITY-SEQUENCE:3", "DISCONTINUITY-SEQUENCE:4", Rule::DiscontinuityNumber),
        ("\n12.m4s\n", "\n12b.m4s\n", Rule::SegmentChanged),
        ("\"init.mp4\"", "\"init2.mp4\"", Rule::SegmentChanged),
        ("\"17.0.m4s\"", "\"17.0b.m4s\"", Rule::PartChanged),
        (
            ",INDEPENDENT=YES\n#EXT-X-PART:DURATION=2.0,URI=\"16.1",
            "\n#EXT-X-PART:DURATION=2.0,URI=\"16.1",
            Rule::PartChanged,
        ),
        ("\"17.1.m4s\"", "\"17.1b.m4s\"", Rule::HintBroken),
        ("#EXT-X-VERSION:9\n", "#EXT-X-VERSION:9\n#EXT-X-PLAYLIST-TYPE:EVENT\n", Rule::TypeChanged),
        (first_two, "", Rule::SegmentChanged),
    ];
    for (from, to, rule) in cases {
        let found = rules_after(&good(), &swapped(&next(), from, to), Query::default(), 4000);
        assert!(found.contains(rule), "{from} -> {to}: {found:?}");
    }
    let target =
        |text: String| text.replace("PART-TARGET=2.0", "PART-TARGET=2.1").replace("BACK=6.0", "BACK=6.3");
    assert_eq!(rules_after(&good(), &target(next()), Query::default(), 4000), [Rule::PartTargetChanged]);
    let event = |text: String| text.replace("VERSION:9\n", "VERSION:9\n#EXT-X-PLAYLIST-TYPE:EVENT\n");
    assert_eq!(rules_after(&event(good()), &event(next()), Query::default(), 4000), [Rule::TypeAndLive]);
    assert_eq!(rules_after(&good(), &good(), Query::default(), 6001), [Rule::LateUpdate]);
    let ended = next().replace("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"18.0.m4s\"\n", "#EXT-X-ENDLIST\n");
    assert_eq!(rules_after(&good(), &ended, Query::default(), 4000), []);
    assert_eq!(rules_after(&ended, &next(), Query::default(), 1), [Rule::ChangedAfterEnd]);
}

#[test]
fn a_window_that_is_cut_too_short() {
    let text = next();
    let from = text.find("#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:04").unwrap();
    let to = text.find("#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:24").unwrap();
    let short = format!("{}{}", &text[..from], &text[to..]).replace("SEQUENCE:11", "SEQUENCE:16");
    assert_eq!(rules_after(&good(), &short, Query::default(), 4000), [Rule::WindowTooShort]);
}

#[test]
fn answers_that_do_not_answer() {
    let ask = |msn, part, skip| Query { msn: Some(msn), part, skip };
    let found = |query| rules_after(&good(), &next(), query, 4000);
    assert_eq!(found(ask(17, None, false)), []);
    assert_eq!(found(ask(18, None, false)), [Rule::BlockedTooEarly]);
    assert_eq!(found(ask(17, Some(1), false)), []);
    assert_eq!(found(ask(17, Some(2), false)), [Rule::BlockedTooEarly]);
    assert_eq!(found(ask(18, Some(0), false)), [Rule::BlockedTooEarly]);
    // 28 s are listed, of which the first 4 are beyond the skip boundary, but not completely: nothing must be skipped.
    assert_eq!(found(ask(17, Some(1), true)), []);
}

#[test]
fn what_is_skipped() {
    let first = "#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:04.000Z\n#EXTINF:4.0,\n11.m4s\n";
    let map = "#EXT-X-MAP:URI=\"init.mp4\"\n";
    let delta = next().replace(first, "").replace(map, "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n");
    let asked = Query { skip: true, ..Query::default() };
    assert_eq!(rules_after(&good(), &delta, asked, 4000), []);
    assert_eq!(rules_after(&good(), &delta, Query::default(), 4000), [Rule::SkipUnasked]);
    let second = "#EXT-X-PROGRAM-DATE-TIME:2024-02-07T08:00:08.000Z\n#EXTINF:4.0,\n12.m4s\n";
    let more = delta.replace(second, "").replace("SEGMENTS=1", "SEGMENTS=2");
    assert_eq!(rules_after(&good(), &more, asked, 4000), [Rule::SkipTooMuch]);
    let mut checker = PlaylistChecker::new();
    let unknown = checker.check(&Observation { at_ms: 0, query: asked, text: &delta });
    assert_eq!(unknown.iter().map(|violation| violation.rule).collect::<Vec<_>>(), [Rule::SkipUnknown]);
    let map = "#EXT-X-MAP:URI=\"init.mp4\"\n";
    let longer = good().replace("SEQUENCE:10", "SEQUENCE:8");
    let longer = longer.replace(map, &format!("{map}#EXTINF:4.0,\n8.m4s\n#EXTINF:4.0,\n9.m4s\n"));
    assert_eq!(rules_after(&longer, &longer, asked, 0), [Rule::SkipRefused]);
}

/// A box of ISO/IEC 14496-12.
fn boxed(name: &str, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes(), name.as_bytes(), body].concat()
}

fn fragment(decode_time: u64) -> Vec<u8> {
    let tfdt = boxed("tfdt", &[&[1, 0, 0, 0], decode_time.to_be_bytes().as_slice()].concat());
    boxed("moof", &[boxed("mfhd", &[0; 8]), boxed("traf", &[boxed("tfhd", &[0; 8]), tfdt].concat())].concat())
}

#[test]
fn media_that_does_not_fit() {
    let mut checker = PlaylistChecker::new();
    assert_eq!(checker.check(&Observation { at_ms: 0, query: Query::default(), text: &good() }), []);
    let mut found = |uri: &str, bytes: &[u8]| -> Vec<Rule> {
        checker.check_media(uri, bytes).iter().map(|violation| violation.rule).collect()
    };
    let mdhd = boxed("mdhd", &[&[0; 12], 90_000_u32.to_be_bytes().as_slice(), &[0; 8]].concat());
    let init = boxed("moov", &boxed("trak", &boxed("mdia", &mdhd)));
    assert_eq!(found("init.mp4", &init), []);
    assert_eq!(found("15.m4s", &fragment(1_000_000)), []);
    assert_eq!(found("16.m4s", &fragment(1_360_000)), []);
    assert_eq!(found("16.m4s", &fragment(1_360_001)), [Rule::MediaChanged]);
    assert_eq!(found("14.m4s", &fragment(637_000)), [Rule::MediaStart]);
    assert_eq!(found("16.0.m4s", &fragment(1_360_000)), []);
    assert_eq!(found("16.1.m4s", &fragment(1_540_000)), [Rule::PartsAreSegment]);
}
