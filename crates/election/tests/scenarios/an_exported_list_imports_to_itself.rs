//! CSV is the list's form of record: a written list is read back unchanged.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_election::{
    Constituency, Coordinates, ImportErrors, NameStatus, Reason, Station, StationId, StationList,
    export_constituencies_csv, export_stations_csv, list_digest, plan_import, sample_list,
};
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

fn read_back(list: &StationList) -> Result<StationList, ImportErrors> {
    let constituencies =
        plan_import(&StationList::default(), export_constituencies_csv(list).as_bytes())?.list;
    Ok(plan_import(&constituencies, export_stations_csv(list).as_bytes())?.list)
}

#[test]
fn the_sample_list_survives() {
    let list = sample_list().unwrap();
    assert_eq!(read_back(&list).unwrap(), list);
    let written = export_stations_csv(&list);
    assert!(
        written.starts_with(
            "\u{feff}constituency,station,venue,address,voters,cameras,latitude,longitude\n1,2,"
        )
    );
}

#[test]
fn importing_the_published_list_changes_nothing() {
    let list = sample_list().unwrap();
    for file in [export_constituencies_csv(&list), export_stations_csv(&list)] {
        let plan = plan_import(&list, file.as_bytes()).unwrap();
        assert!(plan.diff.is_empty() && plan.notes.is_empty() && plan.list == list);
    }
}

#[test]
fn a_windows_1254_file_with_semicolons_reads_like_the_utf_8_one() {
    let list = plan_import(&StationList::default(), b"number,name\n1,A\n").unwrap().list;
    let utf8 = "Dairə;Məntəqə;Yer;Ünvan;Seçicilər\r\n1;2;\"Uşaq bağçası; 2-ci bina\";Göyçay küç. 7;850\r\n";
    // Windows-1254 has no ə, so headers written in it are typed with e.
    let windows = b"Daire;Menteqe;Yer;\xdcnvan;Se\xe7iciler\r\n1;2;\"U\xfeaq ba\xf0\xe7as\xfd; 2-ci bina\";G\xf6y\xe7ay k\xfc\xe7. 7;850\r\n";
    let (from_utf8, from_windows) =
        (plan_import(&list, utf8.as_bytes()).unwrap(), plan_import(&list, windows).unwrap());
    assert_eq!(from_windows.list, from_utf8.list);
    assert_eq!(from_windows.list.stations()[0].venue, "Uşaq bağçası; 2-ci bina");
    assert!(from_windows.notes.iter().any(|note| note.to_string().contains("Windows-1254")), "it says so");
    let excel: Vec<u8> =
        std::iter::once(0xfeff).chain(utf8.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(plan_import(&list, &excel).unwrap().list, from_utf8.list);
}

fn one_station() -> StationList {
    let list = plan_import(&StationList::default(), "number,name\n7,Nərimanov\n".as_bytes()).unwrap().list;
    let file =
        "constituency,station,venue,address,voters\n7,12,158 nömrəli tam orta məktəb,Nizami küç. 5,900\n";
    plan_import(&list, file.as_bytes()).unwrap().list
}

/// What a spreadsheet makes of a file that it reads in `page` and saves as UTF-8.
fn saved_by_a_spreadsheet(file: &str, page: &'static encoding_rs::Encoding) -> String {
    let bytes = file.trim_start_matches('\u{feff}').as_bytes();
    format!("\u{feff}{}", page.decode_without_bom_handling(bytes).0)
}

#[test]
fn a_list_that_a_spreadsheet_read_in_the_wrong_code_page_is_refused_and_said_how_it_should_be() {
    let list = one_station();
    for page in [encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_1254, encoding_rs::WINDOWS_1251] {
        for (file, should_be) in [
            (export_stations_csv(&list), "158 nömrəli tam orta məktəb"),
            (export_constituencies_csv(&list), "Nərimanov"),
        ] {
            let damaged = saved_by_a_spreadsheet(&file, page);
            let error = plan_import(&list, damaged.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(should_be) && error.contains("line 2"), "{error}");
        }
        // Headers too.
        let damaged = saved_by_a_spreadsheet("Dairə;Məntəqə;Yer;Ünvan;Seçicilər\n7;12;A;B;900\n", page);
        let error = plan_import(&list, damaged.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("should have been \"Dairə\""), "{error}");
    }
}

#[test]
fn a_russian_spreadsheets_own_code_page_is_refused() {
    let text = "constituency;station;venue;address;voters\n7;12;Средняя школа;ул. Низами;900\n";
    let error = plan_import(&one_station(), &encoding_rs::WINDOWS_1251.encode(text).0).unwrap_err();
    assert_eq!(error.all()[0].reason, Reason::Cyrillic);
    assert!(plan_import(&one_station(), text.as_bytes()).is_ok(), "in UTF-8 it is welcome");
}

#[test]
fn what_a_spreadsheet_would_run_is_published_as_text_and_read_back() {
    let list = one_station();
    let file =
        "constituency,station,venue,address,voters\n7,12,\"A; =HYPERLINK(1)\",\"B, +1; -2 mərtəbə\",900\n";
    let list = plan_import(&list, file.as_bytes()).unwrap().list;
    assert_eq!(list.stations()[0].venue, "A; =HYPERLINK(1)");
    let written = export_stations_csv(&list);
    assert!(written.contains("\"A; '=HYPERLINK(1)\",\"B, '+1; '-2 mərtəbə\""), "{written}");
    assert_eq!(read_back(&list).unwrap(), list);
    for formula in ["=1", "＝1", "+1", "＋1", "-a", "－a", "@a", "＠a"] {
        let file = format!("constituency,station,venue,address,voters\n7,12,{formula},B,900\n");
        let error = plan_import(&list, file.as_bytes()).unwrap_err();
        assert!(matches!(error.all()[0].reason, Reason::Formula(_)), "{error}");
    }
}

fn name() -> impl Strategy<Value = String> {
    // Begins and ends with a letter, so that nothing is trimmed; everything that CSV must quote is inside.
    "[a-zəğışçöüA-ZƏĞİŞÇÖÜ]([a-zəğışçöüA-ZƏ0-9,;\"'–.№/()+=@-]| ?[a-zə0-9,;\"=+-]){0,30}[a-zəüа-я]"
}

fn constituency() -> impl Strategy<Value = Constituency> {
    let known = prop_oneof![Just(NameStatus::Confirmed), Just(NameStatus::Unconfirmed)];
    let named = (name(), option::of(name()), option::of(name()), known).prop_map(
        |(az, name_en, name_ru, name_status)| Constituency {
            number: 0,
            name_az: Some(az),
            name_en,
            name_ru,
            name_status,
        },
    );
    prop_oneof![named, Just(Constituency::unnamed(0))]
}

fn station() -> impl Strategy<Value = Station> {
    let place = option::of((-90_000_000..=90_000_000, -180_000_000..=180_000_000));
    (name(), prop_oneof![Just(String::new()), name()], 1u32..=20_000, place, 1u8..=16).prop_map(
        |(venue, address, voters, place, cameras)| Station {
            id: StationId::new(0, 0),
            venue,
            address,
            voters,
            coordinates: place.map(|(lat_e6, lon_e6)| Coordinates { lat_e6, lon_e6 }),
            cameras,
        },
    )
}

fn list() -> impl Strategy<Value = StationList> {
    let constituencies = btree_map(1u16..=9999, constituency(), 1..6);
    let stations = btree_map((any::<usize>(), 1u16..=9999), station(), 1..12);
    (constituencies, stations).prop_map(|(constituencies, stations)| {
        let numbers: Vec<u16> = constituencies.keys().copied().collect();
        let constituencies =
            constituencies.into_iter().map(|(number, one)| Constituency { number, ..one }).collect();
        let stations = stations.into_iter().map(|((at, number), one)| Station {
            id: StationId::new(numbers[at % numbers.len()], number),
            ..one
        });
        StationList::new(constituencies, stations.collect())
    })
}

proptest! {
    // A failing case is printed; this crate has no source folder to keep it in.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_list_survives(list in list()) {
        let read = read_back(&list).unwrap();
        prop_assert_eq!(list_digest(&read), list_digest(&list));
        prop_assert_eq!(read, list);
    }
}
