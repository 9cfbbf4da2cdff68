//! Names of records and paths of requests: what is written is read back, and nothing else is read.

use ashkar_terms::{CameraId, MediaTime};
use ashkar_uplink::{
    HAVE_TICKS_MAX, HavePath, Line, ParseNameError, ParsePathError, RecordName, RecordPath, RecordingId,
};
use proptest::prelude::*;

use crate::support::output;

fn split(address: &str) -> (&str, &str) {
    address.split_once('?').expect("an address has a query")
}

#[test]
fn addresses_are_written_as_the_reference_says() {
    let path = |record, line| {
        let camera = CameraId::new(7, 12, 1);
        RecordPath { camera, recording: RecordingId(0x0f3a_9c21), record, line }.to_string()
    };
    assert_eq!(
        path(RecordName::Part { segment: 4711, index: 3 }, Line::Live),
        "/in/v1/7/12/1/0f3a9c21/4711.3?as=live"
    );
    assert_eq!(
        path(RecordName::End { segment: 4711 }, Line::Late),
        "/in/v1/7/12/1/0f3a9c21/4711.end?as=late"
    );
    assert_eq!(RecordName::Gap { from: -5 }.to_string(), "gap--5");
    assert_eq!(RecordName::Fact { wall_us: -5, code: 3 }.to_string(), "fact--5-3");
    assert_eq!(RecordName::Init([0, 0xf1, 2, 3, 4, 5, 6, 7]).to_string(), "init-00f1020304050607");
    let have = HavePath { camera: CameraId::new(7, 12, 1), from: MediaTime(-1), to: MediaTime(90_000) };
    assert_eq!(have.to_string(), "/in/v1/7/12/1/have?from=-1&to=90000");
}

#[test]
fn other_spellings_are_refused() {
    for text in [
        "",
        "1",
        "1.",
        ".1",
        "01.1",
        "1.01",
        "+1.1",
        "1.+1",
        "1.65535",
        "4503599627370496.0",
        "1.End",
        "1.end ",
        "init-",
        "init-00F1020304050607",
        "init-00f102030405060",
        "gap-",
        "gap-+1",
        "gap--0",
        "gap-9007199254740993",
        "fact-1",
        "fact-1-0",
        "fact-1-17",
        "fact-1-01",
        "fact--1",
        "1.1.1",
        "ə.1",
    ] {
        assert_eq!(text.parse::<RecordName>(), Err(ParseNameError), "{text:?}");
    }
    for text in ["", "0f3a9c2", "0F3A9C21", "0f3a9c210", "0f3a9c2g", "+f3a9c21"] {
        assert_eq!(text.parse::<RecordingId>(), Err(ParseNameError), "{text:?}");
    }
    for (path, query) in [
        ("/in/v1/7/12/1/0f3a9c21/4711.3", "as=Live"),
        ("/in/v1/7/12/1/0f3a9c21/4711.3", ""),
        ("/in/v1/7/12/1/0f3a9c21/4711.3/", "as=live"),
        ("/in/v1/7/12/1/0f3a9c21//4711.3", "as=live"),
        ("/in/v1/7/12/01/0f3a9c21/4711.3", "as=live"),
        ("/in/v1/7-12-1/0f3a9c21/4711.3", "as=live"),
        ("/in/v2/7/12/1/0f3a9c21/4711.3", "as=live"),
        ("/in/v1/7/12/1/have", "as=live"),
    ] {
        assert_eq!(RecordPath::parse(path, query), Err(ParsePathError), "{path}?{query}");
    }
    let have = "/in/v1/7/12/1/have";
    let too_long = format!("from=0&to={}", HAVE_TICKS_MAX + 1);
    for query in ["", "from=0", "from=0&to=0", "from=1&to=0", "to=1&from=0", "from=0&to=+1", &too_long] {
        assert_eq!(HavePath::parse(have, query), Err(ParsePathError), "{query}");
    }
}

proptest! {
    #[test]
    fn addresses_of_all_records_are_read_back(
        output in output(),
        (constituency, station, camera) in (1_u16.., 1_u16.., 1_u8..),
        recording: u32,
        late: bool,
    ) {
        let path = RecordPath {
            camera: CameraId::new(constituency, station, camera),
            recording: RecordingId(recording),
            record: RecordName::of(&output),
            line: if late { Line::Late } else { Line::Live },
        };
        let address = path.to_string();
        let (before, query) = split(&address);
        prop_assert_eq!(RecordPath::parse(before, query), Ok(path));
        prop_assert_eq!(path.record.to_string().parse(), Ok(path.record));
    }

    #[test]
    fn any_name_is_read_or_refused(text in "\\PC{0,70}|[0-9]{1,17}\\.(end|[0-9]{1,6})|(gap|fact|init)-[-0-9a-f]{1,24}") {
        if let Ok(name) = text.parse::<RecordName>() {
            prop_assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn questions_are_read_back(from in -(1_i64 << 52)..1 << 52, ticks in 1..=HAVE_TICKS_MAX) {
        let have = HavePath { camera: CameraId::new(1, 2, 3), from: MediaTime(from), to: MediaTime(from + ticks) };
        let address = have.to_string();
        let (path, query) = split(&address);
        prop_assert_eq!(HavePath::parse(path, query), Ok(have));
    }

    #[test]
    fn any_path_is_read_or_refused(path in "(/in/v1)?[/0-9a-f.]{0,40}(have|end)?", query in "\\PC{0,40}|as=live|from=-?[0-9]{1,9}&to=-?[0-9]{1,9}") {
        let address = format!("{path}?{query}");
        if let Ok(read) = RecordPath::parse(&path, &query) {
            prop_assert_eq!(read.to_string(), &*address);
        }
        if let Ok(read) = HavePath::parse(&path, &query) {
            prop_assert_eq!(read.to_string(), address);
        }
    }
}
