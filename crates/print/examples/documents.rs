//! `documents DIR [STATIONS]`: every document in every language, with how long each took, so that they can be looked at
//! and measured. The list has the sample's stations, or as many as requested.

use std::path::Path;
use std::time::Instant;

use ashkar_election::{
    Diff, Language, ListPublication, ListVersion, Station, StationId, StationList, list_digest,
    sample_election, sample_list,
};
use ashkar_print::{
    Acceptance, Changes, Check, CheckResult, Conclusion, Decision, Enrolment, Installed, Issue, Link,
    PublishedList, Signatory, StationSheet, Telephone, WithoutCamera, acceptance, list_changes,
    published_list, station_sheet,
};
use ashkar_terms::UtcMicros;
use jiff::civil::date;

const MADE: UtcMicros = UtcMicros(1_795_000_000_000_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap_or_else(|| ".".to_owned());
    let directory = Path::new(&directory);
    let sample = sample_list()?;
    let list = match arguments.next() {
        Some(stations) => enlarged(&sample, stations.parse()?),
        None => sample,
    };
    let election = sample_election(date(2026, 11, 29));
    for language in Language::ALL {
        let issue = Issue { language, election: &election, made: MADE };
        let write = |name: &str, begun: Instant, bytes: Vec<u8>| {
            let file = directory.join(format!("{name}.{}.pdf", language.tag()));
            println!("{}: {} bytes in {:?}", file.display(), bytes.len(), begun.elapsed());
            std::fs::write(file, bytes)
        };
        let begun = Instant::now();
        write("list", begun, the_list(issue, &list)?)?;
        let begun = Instant::now();
        write("changes", begun, the_changes(issue, &list)?)?;
        let begun = Instant::now();
        write("acceptance", begun, the_act(issue, &list)?)?;
        let begun = Instant::now();
        write("sheet", begun, the_sheet(issue, &list)?)?;
    }
    Ok(())
}

/// As many stations, spread over the constituencies.
fn enlarged(sample: &StationList, stations: usize) -> StationList {
    let constituencies = sample.constituencies().to_vec();
    let all = sample.stations().iter().cycle().take(stations).enumerate().map(|(at, station)| {
        let constituency = &constituencies[at % constituencies.len()];
        let number = u16::try_from(at / constituencies.len() + 1).unwrap_or(u16::MAX);
        Station { id: StationId::new(constituency.number, number), ..station.clone() }
    });
    StationList::new(constituencies.clone(), all.collect())
}

fn version(number: u32, list: &StationList) -> ListVersion {
    ListVersion {
        number,
        at: MADE,
        by: "commission".into(),
        source: "stations.csv".into(),
        constituencies: u32::try_from(list.constituencies().len()).unwrap_or(u32::MAX),
        stations: u32::try_from(list.stations().len()).unwrap_or(u32::MAX),
        sha256: list_digest(list),
        publication: Some(ListPublication {
            at: MADE,
            decision: None,
            by_owner: true,
            proposed_by: "cli:aysel".into(),
            approved_by: "cli:aysel".into(),
        }),
    }
}

fn the_list(issue: Issue<'_>, list: &StationList) -> Result<Vec<u8>, ashkar_print::PrintError> {
    let without: Vec<WithoutCamera> = list
        .stations()
        .iter()
        .take(3)
        .map(|station| WithoutCamera {
            id: StationId::new(station.id.constituency, station.id.station + 100),
            venue: "Kənd klubu".into(),
            address: String::new(),
            reason: "Xətt yoxdur".into(),
        })
        .collect();
    published_list(&PublishedList {
        issue,
        version: Some(&version(3, list)),
        list,
        decision: Some(Decision { number: "12/47", date: date(2026, 11, 1) }),
        approved_by: Some("Aysel Məmmədova, Rauf Əliyev"),
        without_camera: Some(&without),
    })
}

fn the_changes(issue: Issue<'_>, list: &StationList) -> Result<Vec<u8>, ashkar_print::PrintError> {
    let mut stations = list.stations().to_vec();
    stations.remove(3);
    stations[5].venue = "Yeni məktəb".into();
    stations[5].address = "Üzeyir Hacıbəyli küç. 12".into();
    stations[6].id.station = 77;
    stations[7].cameras = 2;
    stations.push(Station { id: StationId::new(7, 99), ..stations[0].clone() });
    let mut constituencies = list.constituencies().to_vec();
    constituencies[4].name_ru = Some("Новое название".into());
    let new = StationList::new(constituencies, stations);
    let diff = Diff::between(list, &new);
    list_changes(&Changes { issue, from: &version(3, list), to: &version(4, &new), list: &new, diff: &diff })
}

fn the_act(issue: Issue<'_>, list: &StationList) -> Result<Vec<u8>, ashkar_print::PrintError> {
    let station = &list.stations()[11];
    let check = |what: &str, result, remark: &str| Check { what: what.into(), result, remark: remark.into() };
    acceptance(&Acceptance {
        issue,
        constituency: &list.constituencies()[usize::from(station.id.constituency) - 1],
        station,
        number: "118",
        date: date(2026, 11, 20),
        installed: &[
            Installed {
                what: "IP kamera".into(),
                serial: "SN 4471-22-ə".into(),
                place: "Zalın arxa divarı, 2,4 m".into(),
            },
            Installed { what: "Mini kompüter".into(), serial: "MK-000118".into(), place: String::new() },
            Installed {
                what: "Ehtiyat enerji mənbəyi".into(),
                serial: "UPS 650".into(),
                place: String::new(),
            },
        ],
        checks: &[
            check("Qutu, sayım masası görünür", CheckResult::Passed, ""),
            check("Səsvermə kabinəsi görünmür", CheckResult::Passed, ""),
            check("Xəttin sürəti 2 Mbit/s-dən azdır", CheckResult::Failed, "Modem dəyişdirilməlidir"),
            check("Elektriksiz 30 dəqiqə işləyir", CheckResult::NotDone, ""),
        ],
        remarks: "Modem 22 noyabra qədər dəyişdirilsin.",
        conclusion: Conclusion::AcceptedWithRemarks,
        signatories: &[
            Signatory { role: "Texnik".into(), name: "Elvin Quliyev".into() },
            Signatory {
                role: "Məntəqə seçki komissiyasının sədri".into(), name: "Şəfəq İbrahimova".into()
            },
            Signatory { role: "Dairə seçki komissiyasının üzvü".into(), name: String::new() },
        ],
    })
}

fn the_sheet(issue: Issue<'_>, list: &StationList) -> Result<Vec<u8>, ashkar_print::PrintError> {
    let station = &list.stations()[11];
    let link = "ashkar:enrol?centre=https://centre.example:8443&code=7K2M-9QXW-40TB-HZ8C-5";
    station_sheet(&StationSheet {
        issue,
        constituency: &list.constituencies()[usize::from(station.id.constituency) - 1],
        station,
        enrolments: &[Enrolment { camera: station.id.camera(1), link: Link(link), until: issue.made }],
        self_test: Some(Link("http://ashkar.local:8088/")),
        telephones: &[
            Telephone { who: "Dairənin operatoru".into(), number: "012 555 01 16".into() },
            Telephone { who: "Texnik dəstək, gecə-gündüz".into(), number: "012 555 01 00".into() },
        ],
    })
}
