//! The differences between two versions.

use ashkar_election::{Diff, Language, Station, StationId, StationList};
use ashkar_print::{Changes, list_changes};

use crate::tools::Paper;
use crate::{election, issue, sample, version};

fn changed(list: &StationList) -> StationList {
    let mut stations = list.stations().to_vec();
    stations.remove(3);
    stations[5].venue = "Yeni məktəb".into();
    stations[5].address = "Üzeyir Hacıbəyli küç. 12".into();
    stations[6].id.station = 77;
    stations[7].cameras = 2;
    stations.push(Station { id: StationId::new(7, 99), venue: "Ağ ev".into(), ..stations[0].clone() });
    let mut constituencies = list.constituencies().to_vec();
    constituencies[4].name_ru = Some("Новое название".into());
    StationList::new(constituencies, stations)
}

fn paper(old: &StationList, new: &StationList, language: Language) -> Paper {
    let election = election();
    let diff = Diff::between(old, new);
    let bytes = list_changes(&Changes {
        issue: issue(&election, language),
        from: &version(3, old),
        to: &version(4, new),
        list: new,
        diff: &diff,
    });
    Paper::new(bytes.unwrap())
}

#[test]
fn each_change_is_under_its_kind() {
    let old = sample();
    let new = changed(&old);
    let paper = paper(&old, &new, Language::Az);
    paper.is_well_set();
    let text = paper.text();
    assert!(text.contains("Siyahının 3-cü və 4-cü nəşrlərinin fərqləri"), "{text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let said = words.join(" ");
    let removed = &old.stations()[3];
    let (before, after) = (&old.stations()[6], &new.stations()[5]);
    assert_eq!(before.id, after.id);
    for row in [
        "Əlavə edilmiş məntəqələr Məntəqə Yer və ünvan Kamera 7/99 Ağ ev 1".to_owned(),
        format!("Çıxarılmış məntəqələr Məntəqə Yer və ünvan {} {}", removed.id, removed.venue),
        format!("{} {} Yeni məktəb, Üzeyir Hacıbəyli küç. 12", before.id, before.venue),
        format!("{} 1/77 {}", old.stations()[7].id, old.stations()[7].venue),
        format!("{} Kameraların sayı 1 2", old.stations()[8].id),
        "Adı (ru) – Новое название".to_owned(),
    ] {
        assert!(said.contains(&row), "{row} in {said}");
    }
}

#[test]
fn every_language_says_it() {
    let old = sample();
    let new = changed(&old);
    for (language, titles) in [
        (Language::En, ["Stations added", "Stations removed", "Stations renumbered", "Stations moved"]),
        (Language::Ru, ["Добавленные участки", "Исключённые участки", "сменившие номер", "сменившие место"]),
    ] {
        let paper = paper(&old, &new, language);
        paper.is_well_set();
        let text = paper.text();
        // Once in the summary, once above its table.
        assert!(titles.iter().all(|title| text.matches(title).count() == 2), "{text}");
    }
}

#[test]
fn everything_new_and_nothing_new_are_documents_too() {
    let list = sample();
    let all = paper(&StationList::default(), &list, Language::En);
    let text = all.text();
    let new = text
        .lines()
        .filter(|line| line.split_whitespace().next().is_some_and(|id| id.parse::<StationId>().is_ok()));
    assert_eq!(new.count(), 1000);
    let none = paper(&list, &list, Language::En);
    assert!(none.text().contains("The versions do not differ."));
    assert_eq!(none.info("Pages"), "1");
}
