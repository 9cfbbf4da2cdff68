//! Text from a list is data, whatever it contains.

use ashkar_election::{Constituency, Language, Station, StationId, StationList};
use ashkar_print::{PrintError, PublishedList, published_list};
use proptest::prelude::*;

use crate::tools::{Paper, without_spaces};
use crate::{election, issue};

fn list(texts: &[(String, String)]) -> StationList {
    let station = |(at, (venue, address)): (usize, &(String, String))| Station {
        id: StationId::new(1, u16::try_from(at + 1).unwrap()),
        venue: venue.clone(),
        address: address.clone(),
        voters: 1,
        coordinates: None,
        cameras: 1,
    };
    StationList::new(vec![Constituency::unnamed(1)], texts.iter().enumerate().map(station).collect())
}

fn print(list: &StationList) -> Result<Vec<u8>, PrintError> {
    let election = election();
    published_list(&PublishedList {
        issue: issue(&election, Language::Az),
        version: None,
        list,
        decision: None,
        approved_by: None,
        without_camera: None,
    })
}

/// `texts` as venues, and all of them read back.
fn read_back(texts: &[&str]) {
    let list = list(&texts.iter().map(|text| ((*text).to_owned(), "Ünvan".to_owned())).collect::<Vec<_>>());
    let paper = Paper::new(print(&list).unwrap());
    paper.is_well_set();
    let letters = paper.letters();
    let mut rest = &*letters;
    for (at, text) in texts.iter().enumerate() {
        let row = format!("1/{}{}Ünvan1", at + 1, without_spaces(text));
        let Some(place) = rest.find(&row) else { panic!("{row} is not in {rest}") };
        rest = &rest[place + row.len()..];
    }
    let objects = paper.objects();
    for active in ["/Annots", "/JavaScript", "/JS ", "/Launch", "/EmbeddedFile", "/AcroForm", "/URI"] {
        assert!(!objects.contains(active), "{active}");
    }
}

#[test]
fn markup_is_text() {
    read_back(&[
        "#let x = 1; #panic(\"a\") #import \"/etc/passwd\": *",
        "$ sum_(i=0)^n $ and *bold* _it_ `code` ~ -- ---",
        r"\u{41} \n \textbf{x} \input{/etc/passwd} \\ \( \)",
        "\"quoted\" 'single' «guillemets» “curly” ‘one’",
        "<b>x</b> <script>alert(1)</script> &lt; &amp; <label>",
        "@reference @all =1+1 +1 -1 /Type /Catalog 0 R endobj",
        ") Tj ET Q (x) Tj [(a)] TJ % comment stream endstream",
        "{{ }} {% if %} ${x} %s %n [link](http://x.example/) ![a](b)",
        "= Heading == Deeper / term: x + item - item 1. item",
    ]);
}

#[test]
fn long_texts_are_all_there() {
    let words = "Məktəb-lisey ".repeat(40);
    read_back(&[
        &"Ə".repeat(500),
        &"W".repeat(900),
        &words,
        &"щ".repeat(300),
        "qısa",
        &format!("a {} b", "Şəhərlərarası".repeat(30)),
    ]);
}

#[test]
fn what_cannot_be_seen_is_told_by_its_code() {
    let hidden = "1\u{202e}2\u{2066}3\u{200f}4\u{0}5\u{1b}6\u{7f}7\u{feff}8\u{e000}9\u{ad}0\u{300}";
    let list = list(&[(hidden.to_owned(), "\u{5d0}\u{627}学😀".to_owned())]);
    let paper = Paper::new(print(&list).unwrap());
    paper.is_well_set();
    let shown = "1[U+202E]2[U+2066]3[U+200F]4[U+0000]5[U+001B]6[U+007F]7[U+FEFF]8[U+E000]9[U+00AD]0[U+0300]";
    assert!(paper.letters().contains(&format!("1/1{shown}[U+05D0][U+0627][U+5B66][U+1F600]1")));
}

#[test]
fn what_would_be_cut_off_is_refused() {
    for text in ["x".repeat(1001), "\u{202e}".repeat(126), "x ".repeat(100_000)] {
        let refused = print(&list(&[(text, String::new())]));
        assert!(matches!(refused, Err(PrintError::TooLong { .. })), "{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_printed_or_refused(
        texts in prop::collection::vec(("\\PC{0,60}|.{0,60}|[#$*\\\\\"<@ə \u{202e}\u{301}]{0,200}", ".{0,40}"), 1..20),
    ) {
        let bytes = print(&list(&texts)).unwrap();
        Paper::new(bytes).is_well_set();
    }
}
