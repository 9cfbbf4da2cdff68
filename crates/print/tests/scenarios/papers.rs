//! The act of acceptance and the sheet of a station.

use ashkar_election::{Constituency, Language, Station, StationId};
use ashkar_print::{
    Acceptance, Check, CheckResult, Conclusion, Enrolment, Installed, Link, PrintError, Signatory,
    StationSheet, Telephone, acceptance, station_sheet, station_sheets,
};
use jiff::civil::date;

use crate::tools::{Paper, without_spaces};
use crate::{MADE, election, issue};

const ENROL: &str = "ashkar:enrol?centre=https://centre.example:8443&code=7K2M-9QXW-40TB-HZ8C-5";
const TEST: &str = "http://ashkar.local:8088/?məntəqə=7/12";

fn constituency() -> Constituency {
    Constituency { name_az: Some("Səbail".into()), ..Constituency::unnamed(7) }
}

fn station() -> Station {
    Station {
        id: StationId::new(7, 12),
        venue: "158 nömrəli tam orta məktəb".into(),
        address: "Nizami küç. 5".into(),
        voters: 991,
        coordinates: None,
        cameras: 2,
    }
}

fn telephones(count: usize) -> Vec<Telephone> {
    (0..count)
        .map(|at| Telephone { who: format!("Operator {at}"), number: format!("012 555 01 {at:02}") })
        .collect()
}

fn sheet(language: Language, station: &Station, telephones: &[Telephone]) -> Result<Paper, PrintError> {
    let election = election();
    let bytes = station_sheet(&StationSheet {
        issue: issue(&election, language),
        constituency: &constituency(),
        station,
        enrolments: &[Enrolment { camera: station.id.camera(1), link: Link(ENROL), until: MADE }],
        self_test: Some(Link(TEST)),
        telephones,
    });
    bytes.map(Paper::new)
}

#[test]
fn the_sheet_is_one_page_whose_codes_are_read() {
    for language in Language::ALL {
        let paper = sheet(language, &station(), &telephones(2)).unwrap();
        paper.is_well_set();
        assert_eq!(paper.info("Pages"), "1");
        assert_eq!(paper.info("Page size"), "595.276 x 841.89 pts (A4)");
        assert_eq!(paper.codes(), [ENROL, TEST]);
        let letters = paper.letters();
        let title = constituency().station_title(12, language);
        for text in ["7/12", ENROL, TEST, "012 555 01 01", "Nizami küç. 5", "112", &title] {
            assert!(letters.contains(&without_spaces(text)), "{text} in {letters}");
        }
        let plate = paper.words().into_iter().find(|word| word.text == "7/12").unwrap();
        assert!(plate.bottom - plate.top > 60.0, "it is read from afar: {plate:?}");
        assert!(paper.structure().contains("Figure"));
    }
}

#[test]
fn the_sheets_of_a_constituency_are_a_page_each_and_each_camera_has_its_code() {
    let election = election();
    let (constituency, few) = (constituency(), telephones(2));
    let links = [1, 2].map(|n| ENROL.replace("7K2M", &format!("7K2{n}")));
    let stations = [12, 13, 14].map(|n| Station { id: StationId::new(7, n), ..station() });
    let codes: Vec<Vec<Enrolment<'_>>> = stations
        .iter()
        .map(|station| {
            let camera = |n| station.id.camera(n);
            let with = |n: u8| Link(&links[usize::from(n) - 1]);
            [1, 2].map(|n| Enrolment { camera: camera(n), link: with(n), until: MADE }).to_vec()
        })
        .collect();
    for language in Language::ALL {
        let sheets: Vec<StationSheet<'_>> = stations
            .iter()
            .zip(&codes)
            .map(|(station, codes)| StationSheet {
                issue: issue(&election, language),
                constituency: &constituency,
                station,
                enrolments: codes,
                self_test: Some(Link(TEST)),
                telephones: &few,
            })
            .collect();
        let (first, others) = sheets.split_first().unwrap();
        let paper = Paper::new(station_sheets(first, others).unwrap());
        paper.is_well_set();
        assert_eq!(paper.info("Pages"), "3");
        let mut expected = vec![links[0].clone(), links[1].clone(), TEST.to_owned()];
        expected.sort();
        assert_eq!(paper.codes(), expected);
        for (page, station) in paper.pages().iter().zip(&stations) {
            assert!(
                page.contains(&station.id.to_string()) && page.contains(&format!("{}/2", station.id)),
                "{page}"
            );
        }
        // 18 November 2026, 15:06 in Baku.
        assert!(paper.letters().contains("15:06"), "until when the code is good");
    }
}

#[test]
fn the_longest_that_a_list_allows_still_fits_one_page() {
    let long = Station {
        id: StationId::new(9999, 9999),
        venue: "Ə".repeat(300),
        address: "Küçə-".repeat(60),
        ..station()
    };
    for language in Language::ALL {
        let paper = sheet(language, &long, &telephones(5)).unwrap();
        paper.is_well_set();
        assert!(paper.letters().contains(&long.venue));
    }
}

#[test]
fn what_does_not_fit_the_sheet_is_refused() {
    let much = Station { venue: "W".repeat(700), address: "W".repeat(290), ..station() };
    let long = Telephone { who: "W".repeat(900), number: "1".repeat(100) };
    let refused = sheet(Language::Ru, &much, &[long.clone(), long]).err();
    assert!(matches!(refused, Some(PrintError::MoreThanOnePage)), "{refused:?}");
    let refused = sheet(Language::Ru, &station(), &telephones(6)).err();
    assert!(matches!(refused, Some(PrintError::TooMany { at_most: 5, .. })), "{refused:?}");
    let election = election();
    let endless = "x".repeat(5000);
    let refused = station_sheet(&StationSheet {
        issue: issue(&election, Language::Az),
        constituency: &constituency(),
        station: &station(),
        enrolments: &[Enrolment { camera: station().id.camera(1), link: Link(&endless), until: MADE }],
        self_test: None,
        telephones: &[],
    });
    assert!(matches!(refused, Err(PrintError::TooLong { .. } | PrintError::Code(_))), "{refused:?}");
}

fn act(language: Language, checks: &[Check], signatories: &[Signatory]) -> Result<Vec<u8>, PrintError> {
    let election = election();
    acceptance(&Acceptance {
        issue: issue(&election, language),
        constituency: &constituency(),
        station: &station(),
        number: "118",
        date: date(2026, 11, 20),
        installed: &[Installed {
            what: "IP kamera #1".into(),
            serial: "SN $44*71-ə".into(),
            place: "Zalın arxa divarı".into(),
        }],
        checks,
        remarks: "Modem dəyişdirilsin.",
        conclusion: Conclusion::AcceptedWithRemarks,
        signatories,
    })
}

#[test]
fn the_act_says_what_was_found_and_who_signs() {
    let results = [CheckResult::Passed, CheckResult::Failed, CheckResult::NotDone];
    let checks =
        results.map(|result| Check { what: format!("Yoxlama {result:?}"), result, remark: "*".into() });
    let signatories: Vec<Signatory> = (0..12)
        .map(|at| Signatory { role: format!("Üzv {at}"), name: format!("Şəfəq İbrahimova {at}") })
        .collect();
    let said = [
        (Language::Az, ["uyğundur", "uyğun deyil", "yoxlanılmayıb", "Avadanlıq qeydlərlə qəbul edilir."]),
        (Language::En, ["passed", "failed", "not done", "The equipment is accepted with remarks."]),
        (
            Language::Ru,
            ["соответствует", "не соответствует", "не проверено", "Оборудование принято с замечаниями."],
        ),
    ];
    for (language, [passed, failed, not_done, conclusion]) in said {
        let paper = Paper::new(act(language, &checks, &signatories).unwrap());
        paper.is_well_set();
        let text: Vec<String> =
            paper.text().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for line in [
            &*format!("1 Yoxlama Passed {passed} *"),
            &format!("2 Yoxlama Failed {failed} *"),
            &format!("3 Yoxlama NotDone {not_done} *"),
            "1 IP kamera #1 SN $44*71-ə Zalın arxa divarı",
            conclusion,
            "Modem dəyişdirilsin.",
        ] {
            assert!(text.iter().any(|printed| printed == line), "{line} in {text:#?}");
        }
        for one in &signatories {
            let line = format!("{} {}", one.role, one.name);
            assert!(text.contains(&line), "{line} in {text:#?}");
        }
    }
}

#[test]
fn an_act_with_too_many_signatures_is_refused() {
    let one = Signatory { role: String::new(), name: String::new() };
    let refused = act(Language::Az, &[], &vec![one; 13]);
    assert!(matches!(refused, Err(PrintError::TooMany { at_most: 12, .. })), "{refused:?}");
}
