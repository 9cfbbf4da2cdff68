//! The board in text: counts first, then what is late and what is blocked, station by station.

use std::fmt::Write as _;

use ashkar_election::{
    Block, Blocker, Board, Counts, Distribution, PublicationBoard, Stage, StationBoard, Zone,
};
use ashkar_terms::UtcMicros;

/// Stations that are listed one by one in each of the lists.
const SHOWN_MAX: usize = 50;

/// `of`: the only constituency that is shown.
pub(super) fn board(board: &Board, of: Option<u16>, zone: &Zone) -> String {
    let mut text = format!("{} ({})\n", local(zone, board.at), zone.name());
    match of {
        Some(_) => board.constituencies.iter().for_each(|one| {
            let _ = writeln!(text, "constituency {}", one.constituency);
            counts(&mut text, &one.counts);
        }),
        None => {
            counts(&mut text, &board.all);
            text.push_str(&distribution(&board.distribution));
            text.push_str(&publication(&board.publication, zone));
            let tests = board.self_tests;
            let _ = writeln!(
                text,
                "tested by the chair: {} of {}, {} of them well",
                tests.done, tests.of, tests.passed
            );
            let _ = writeln!(text, "open reports of citizens: {}", board.open_reports);
        }
    }
    let late = board.stations.iter().filter(|station| !station.late.is_empty());
    list(&mut text, "late", late, late_line);
    let blocked = board.stations.iter().filter(|station| station.blocks.iter().any(Block::is_failure));
    list(&mut text, "blocked", blocked, |station| blocked_line(station, zone));
    text.trim_end().to_owned()
}

fn counts(text: &mut String, counts: &Counts) {
    let mut line = |name: &str, count: u32| {
        let _ = writeln!(text, "  {name:<15} {count:>6}");
    };
    line("stations", counts.stations);
    if counts.none > 0 {
        line("no camera on", counts.none);
    }
    for (stage, count) in &counts.at {
        line(stage.name(), *count);
    }
    let Counts { late, untested, blocked, .. } = counts;
    let _ = writeln!(text, "late {late}, untested {untested}, blocked {blocked}");
}

fn distribution(all: &Distribution) -> String {
    let decided = match &all.decided {
        None => format!(
            "cameras in {} stations of {} constituencies; `ashkar programme decide` records how many there shall be",
            all.stations, all.constituencies
        ),
        Some(decided) => format!(
            "cameras in {} of {} stations, in {} of {} constituencies",
            all.stations, decided.stations, all.constituencies, decided.constituencies
        ),
    };
    let without: u32 = all.without_camera.values().sum();
    let mut text = format!("{decided}\nwithout a camera, with a reason: {without}\n");
    if !all.in_both.is_empty() {
        let both: Vec<String> = all.in_both.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
        let _ = writeln!(
            text,
            "in the list and yet without a camera: {} ({})",
            all.in_both.len(),
            both.join(", ")
        );
    }
    text
}

fn publication(list: &PublicationBoard, zone: &Zone) -> String {
    let decision = match &list.decision {
        None => "not decided".to_owned(),
        Some(one) => format!("decision {} of {} about version {}", one.number, one.date, one.list_version),
    };
    let published = match &list.published {
        None => "not published".to_owned(),
        Some(one) => format!("version {} published {}", one.list_version, local(zone, one.at)),
    };
    let deadline = list.deadline.map_or_else(String::new, |date| format!("; due by {date}"));
    let late = if list.late { ", LATE" } else { "" };
    let outdated = if list.outdated { "; the list has changed since" } else { "" };
    format!("the list: {decision}; {published}{deadline}{late}{outdated}\n")
}

fn list<'a>(
    text: &mut String,
    title: &str,
    stations: impl Iterator<Item = &'a StationBoard> + Clone,
    line: impl Fn(&StationBoard) -> String,
) {
    let rest = stations.clone().count().saturating_sub(SHOWN_MAX);
    for (number, station) in stations.take(SHOWN_MAX).enumerate() {
        if number == 0 {
            let _ = writeln!(text, "\n{title}");
        }
        let _ = writeln!(text, "  {:<9} {}", station.station.to_string(), line(station));
    }
    if rest > 0 {
        let _ = writeln!(text, "  … and {rest} more; --json shows all");
    }
}

fn late_line(station: &StationBoard) -> String {
    let late = station.late.iter().map(|late| {
        let who = if late.responsible.is_empty() { "nobody named" } else { &late.responsible };
        format!("{} by {} ({who})", late.stage.name(), late.due)
    });
    late.collect::<Vec<_>>().join(", ")
}

fn blocked_line(station: &StationBoard, zone: &Zone) -> String {
    let blocks = station.blocks.iter().filter(|block| block.is_failure()).map(|block| {
        let since = block.since.map_or_else(String::new, |at| format!(" since {}", local(zone, at)));
        let words = if block.words.is_empty() {
            String::new()
        } else {
            format!(": {}", block.words.replace('\n', " "))
        };
        format!("{}{since}{words}", what(&block.what))
    });
    let next = station.next.map_or("", Stage::name);
    format!("before {next}: {}", blocks.collect::<Vec<_>>().join("; "))
}

fn what(blocker: &Blocker) -> String {
    match blocker {
        Blocker::NoCamera => "all its cameras are off".to_owned(),
        Blocker::Unanswered { item } => format!("{} has no answer", item.name()),
        Blocker::NotMet { item } => format!("{} is not met", item.name()),
        Blocker::Unmeasured { item } => format!("{} has no figures", item.name()),
        Blocker::NotInstalled { camera } => format!("camera {camera} is not installed"),
        Blocker::NotAccepted => "it is not accepted".to_owned(),
        Blocker::Withdrawn => "the acceptance was withdrawn".to_owned(),
        Blocker::Untested => "nobody has tested it".to_owned(),
        Blocker::TestFailed { no } if no.is_empty() => "the rehearsal failed".to_owned(),
        Blocker::TestFailed { no } => {
            let no: Vec<&str> = no.iter().map(|question| question.name()).collect();
            format!("the chair answered no to {}", no.join(", "))
        }
        Blocker::NotApproved { camera } => format!("the view of {camera} is not approved"),
    }
}

fn local(zone: &Zone, at: UtcMicros) -> String {
    let (date, minute) = zone.local(at);
    format!("{date} {minute}")
}
