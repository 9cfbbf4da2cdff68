//! The published list: everything that it must say, in order, on numbered pages.

use std::time::Instant;

use ashkar_election::{Constituency, Language, Station, StationId, StationList};
use ashkar_print::{Decision, PublishedList, WithoutCamera, published_list};
use jiff::civil::date;

use crate::tools::{Paper, without_spaces};
use crate::{election, issue, sample, version};

fn paper(list: &StationList, language: Language) -> Paper {
    Paper::new(bytes(list, language))
}

fn bytes(list: &StationList, language: Language) -> Vec<u8> {
    let election = election();
    let version = version(3, list);
    let document = PublishedList {
        issue: issue(&election, language),
        version: Some(&version),
        list,
        decision: Some(Decision { number: "12/47", date: date(2026, 11, 1) }),
        approved_by: Some("Aysel Məmmədova, Rauf Əliyev"),
        without_camera: None,
    };
    published_list(&document).unwrap()
}

/// The lines of the stations: number, venue, cameras.
fn lines(paper: &Paper) -> Vec<(String, String)> {
    let text = paper.text();
    let station = |line: &str| {
        let (id, rest) = line.trim().split_once(' ')?;
        id.parse::<StationId>().ok()?;
        Some((id.to_owned(), rest.trim().to_owned()))
    };
    text.lines().filter_map(station).collect()
}

#[test]
fn every_station_is_there_in_order_and_with_its_letters() {
    let list = sample();
    for language in Language::ALL {
        let paper = paper(&list, language);
        let printed: Vec<(String, String)> = lines(&paper)
            .into_iter()
            .map(|(id, rest)| {
                let (venue, cameras) = rest.rsplit_once(' ').unwrap();
                assert_eq!(cameras, "1");
                (id, venue.trim().to_owned())
            })
            .collect();
        let expected: Vec<(String, String)> =
            list.stations().iter().map(|station| (station.id.to_string(), station.venue.clone())).collect();
        assert_eq!(printed.len(), 1000);
        assert_eq!(printed, expected);
        paper.is_well_set();
    }
}

#[test]
fn every_constituency_has_its_full_name_its_sums_and_its_page() {
    let list = sample();
    let paper = paper(&list, Language::Az);
    let pages = paper.pages();
    assert_eq!(paper.info("Pages"), pages.len().to_string());
    for constituency in list.constituencies() {
        let title = constituency.title(Language::Az);
        let of = list.stations().iter().filter(|station| station.id.constituency == constituency.number);
        let count = of.count().to_string();
        let row = pages
            .iter()
            .flat_map(|page| page.lines())
            .find(|line| line.starts_with(&format!("{title}  ")) && line.split_whitespace().count() >= 6);
        let columns: Vec<&str> = row.unwrap()[title.len()..].split_whitespace().collect();
        assert_eq!(columns[..2], [&*count, &*count], "{title}");
        if count == "0" {
            assert_eq!(columns[2], "–");
            continue;
        }
        let page = &pages[columns[2].parse::<usize>().unwrap() - 1];
        assert!(page.lines().any(|line| line.trim() == title), "{title} is on page {}", columns[2]);
    }
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("səhifə {} / {}", at + 1, pages.len())), "{page}");
    }
    assert!(
        pages
            .iter()
            .flat_map(|page| page.lines())
            .any(|line| { line.split_whitespace().collect::<Vec<_>>() == ["Cəmi", "1000", "1000"] })
    );
}

#[test]
fn what_it_rests_on_is_said() {
    let list = sample();
    let said = [
        (
            Language::Az,
            [
                "1 noyabr 2026 tarixli 12/47 nömrəli qərar",
                "3-cü nəşr",
                "18 noyabr 2026, 15:06",
                "29 noyabr 2026",
            ],
        ),
        (
            Language::En,
            ["No. 12/47 of 1 November 2026", "Version 3", "18 November 2026, 15:06", "29 November 2026"],
        ),
        (Language::Ru, ["№ 12/47 от 1 ноября 2026", "Редакция 3", "18 ноября 2026, 15:06", "29 ноября 2026"]),
    ];
    let digest = version(3, &list).sha256_hex();
    for (language, said) in said {
        let paper = paper(&list, language);
        let first = &paper.pages()[0];
        for text in said.into_iter().chain(["Aysel Məmmədova, Rauf Əliyev"]) {
            assert!(first.contains(text), "{text} in {first}");
        }
        assert!(without_spaces(first).contains(&digest));
        assert!(!first.contains("cli:aysel"), "the name of an account is nobody's business");
        assert_eq!(paper.info("Tagged"), "yes");
        assert!(paper.objects().contains("D:20261118110640"), "the time that was given");
        assert!(paper.objects().contains(&format!("/Lang ({})", language.tag())));
        let structure = paper.structure();
        for tag in ["H1", "H2", "H3", "Table", "THead", "TH", "TBody", "TD"] {
            assert!(structure.contains(tag), "{tag}");
        }
    }
}

#[test]
fn a_sample_is_marked_on_each_page_and_nothing_else_is() {
    let list = sample();
    let mut election = election();
    for (language, mark) in [(Language::Az, "NÜMUNƏ"), (Language::En, "SAMPLE"), (Language::Ru, "ОБРАЗЕЦ")]
    {
        for sample in [true, false] {
            election.sample = sample;
            let document = PublishedList {
                issue: issue(&election, language),
                version: None,
                list: &list,
                decision: None,
                approved_by: None,
                without_camera: None,
            };
            let pages = Paper::new(published_list(&document).unwrap()).pages();
            assert!(pages.len() > 20);
            assert_eq!(
                pages.iter().filter(|page| page.contains(mark)).count(),
                if sample { pages.len() } else { 0 }
            );
        }
    }
}

#[test]
fn a_constituency_on_two_pages_says_so_and_keeps_its_head() {
    let station = |number| Station {
        id: StationId::new(16, number),
        venue: format!("{number} nömrəli tam orta məktəb"),
        address: if number % 2 == 0 { "Nizami küç. 5, ".repeat(9) } else { String::new() },
        voters: 900,
        coordinates: None,
        cameras: 2,
    };
    let mut constituency = Constituency::unnamed(16);
    constituency.name_en = Some("Yasamal Second".into());
    let list = StationList::new(vec![constituency], (1..=120).map(station).collect());
    let paper = paper(&list, Language::En);
    paper.is_well_set();
    let pages = paper.pages();
    let with_stations: Vec<&String> =
        pages.iter().filter(|page| page.lines().any(|line| line.starts_with("16/"))).collect();
    assert!(with_stations.len() > 3);
    for (at, page) in with_stations.iter().enumerate() {
        let title = if at == 0 { "no. 16, Yasamal Second\n" } else { "no. 16, Yasamal Second (continued)\n" };
        assert!(page.contains(title), "{page}");
        let head = page.lines().find(|line| line.starts_with("Station "));
        let head: Vec<&str> = head.unwrap().split_whitespace().collect();
        assert_eq!(head, ["Station", "Venue", "Address", "Cameras"]);
    }
    // No row is on two pages: all words of a page's last address are there.
    let streets = |page: &str| page.matches("Nizami").count();
    assert!(with_stations.iter().all(|page| streets(page) % 9 == 0));
    assert_eq!(with_stations.iter().map(|page| streets(page)).sum::<usize>(), 60 * 9);
}

#[test]
fn stations_without_a_camera_have_their_reasons() {
    let list = sample();
    let election = election();
    let without: Vec<WithoutCamera> = (1..=90)
        .map(|number| WithoutCamera {
            id: StationId::new(100, number),
            venue: format!("Kənd klubu {number}"),
            address: "Dağ küç. 1".into(),
            reason: if number == 7 { String::new() } else { "Rabitə xətti yoxdur".into() },
        })
        .collect();
    let document = PublishedList {
        issue: issue(&election, Language::Az),
        version: None,
        list: &list,
        decision: None,
        approved_by: None,
        without_camera: Some(&without),
    };
    let paper = Paper::new(published_list(&document).unwrap());
    let text = paper.text();
    assert!(text.contains("Kamera quraşdırılmayan məntəqələr"));
    for (at, station) in without.iter().enumerate() {
        let line = text.lines().find(|line| line.contains(&format!("{}  ", station.venue))).unwrap();
        let reason = if at == 6 { "Göstərilməyib" } else { "Rabitə xətti yoxdur" };
        assert!(line.starts_with(&station.id.to_string()) && line.trim_end().ends_with(reason), "{line}");
    }
}

#[test]
fn the_same_list_is_the_same_bytes_and_takes_little_time() {
    let list = sample();
    let begun = Instant::now();
    let first = bytes(&list, Language::Az);
    // A tenth of a second, when nothing else runs.
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    let again = std::thread::spawn(move || bytes(&list, Language::Az)).join().unwrap();
    assert!(first == again);
}

#[test]
fn an_empty_list_is_a_page() {
    let paper = paper(&StationList::default(), Language::Ru);
    assert_eq!(paper.info("Pages"), "1");
    assert!(paper.text().contains("0 округов, 0 участков, 0 камер"));
}
