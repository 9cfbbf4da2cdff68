//! Three days of voting with nights between them: described on the command line, told by the site, owed throughout.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::time::Duration;

use crate::common::{Centre, ashkar, ashkar_output, eventually};
use ashkar_election::{Minute, Zone};
use ashkar_terms::UtcMicros;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

/// A running server notices a change within two seconds; this machine may be busy.
const NOTICED: Duration = Duration::from_secs(10);
const LIST: [&str; 2] = [
    "number,name_az\n7,Naxçıvan\n",
    "constituency,station,venue,address,voters,cameras\n7,12,34 nömrəli məktəb,Nizami küç. 5,991,1\n",
];
/// Minutes since the election's date began, at the time that a test calls now.
struct Now {
    date: Date,
    minute: u16,
}

impl Now {
    /// On the third day of an election.
    fn on_the_third_day() -> Self {
        let (today, minute) = Zone::baku().local(UtcMicros(jiff::Timestamp::now().as_microsecond()));
        Self { date: today.saturating_sub(2.days()), minute: 2 * 1440 + minute.0 }
    }

    fn at(&self, minutes: i32) -> Minute {
        Minute(u16::try_from(i32::from(self.minute) + minutes).unwrap())
    }

    /// An election with a night behind it and another one; both in minutes from now.
    fn election(&self, second: (i32, i32)) -> String {
        let [on_air, from, to] = [-1700, -1690, 900].map(|minutes| self.at(minutes));
        let night = |from: i32, to: i32| {
            format!("[[plan.nights]]\nfrom = \"{}\"\nto = \"{}\"\n", self.at(from), self.at(to))
        };
        format!(
            "key = \"several-days\"\ndate = \"{}\"\ntime_zone = \"Asia/Baku\"\nsample = true\n\
             [names]\naz = \"Seçki\"\nen = \"Election\"\nru = \"Выборы\"\n\
             [plan]\non_air = \"{on_air}\"\nempty_boxes = \"{on_air}\"\nvoting_from = \"{from}\"\n\
             voting_to = \"{to}\"\nturnout = [\"{from}\"]\n{}{}\
             [policy]\nsound = false\nrewind_on_day = true\narchive_public_after = false\nretention_years = 5\n",
            self.date,
            night(-1400, -900),
            night(second.0, second.1),
        )
    }
}

fn set(dir: &Path, election: &str) {
    let file = dir.join("election.toml");
    std::fs::write(&file, election).unwrap();
    on(dir, &["election", "set", &file.display().to_string()]);
}

fn on(dir: &Path, arguments: &[&str]) -> String {
    let data = dir.join("data").display().to_string();
    ashkar(&[arguments, &["--data", &data]].concat())
}

fn instant(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_night_is_told_as_one_and_owed_as_any_time() {
    let dir = tempfile::tempdir().unwrap();
    let now = Now::on_the_third_day();
    set(dir.path(), &now.election((-60, 300)));
    for (n, file) in LIST.iter().enumerate() {
        let path = dir.path().join(format!("{n}.csv"));
        std::fs::write(&path, file).unwrap();
        on(dir.path(), &["stations", "import", &path.display().to_string(), "--publish"]);
    }
    on(dir.path(), &["camera", "add", "7/12/1", "--approved"]);
    let centre = Centre::start(&dir.path().join("data"));

    let told = centre.json("/api/v1/election");
    assert_eq!(told["phase"], "night");
    let nights = told["plan"]["nights"].as_array().unwrap();
    assert_eq!(nights.len(), 2);
    let asked = instant(&told["now"]);
    assert!(instant(&nights[1]["from"]) <= asked && asked < instant(&nights[1]["to"]));
    assert!(instant(&nights[0]["to"]) < asked, "{nights:?}");

    // What was owed goes through both nights: nothing was ever sent, so all of it is missing.
    let on_air = instant(&told["plan"]["on_air"]);
    let owed = |from: jiff::Timestamp, to: jiff::Timestamp| (to.as_second() - from.as_second()) / 60;
    let day = centre.json("/api/v1/day");
    assert_eq!(instant(&day["from"]), on_air);
    let minutes = day["minutes"]["owed"].as_i64().unwrap();
    let length = owed(on_air, instant(&day["to"]));
    assert!((length..=length + 1).contains(&minutes), "{minutes} of {length}: what is missing is rounded up");
    assert!(minutes >= 1700, "{minutes}");
    let cells = day["rows"][0]["cells"].as_str().unwrap();
    assert!((1..=288).contains(&cells.len()) && cells.bytes().all(|cell| cell == b'M'), "{cells}");
    let status = centre.json("/api/v1/status");
    assert_eq!(status["items"][0]["minutes"]["missing"], status["items"][0]["minutes"]["owed"]);

    // A timeline is asked for in pieces of a day at most, and without a start tells the last day.
    let timeline = |from: jiff::Timestamp, to: jiff::Timestamp| {
        centre.request(&format!("/api/v1/cameras/7/12/1/timeline?from={from}&to={to}"), &[]).0
    };
    let day_later = on_air + 24.hours();
    assert_eq!((timeline(on_air, day_later), timeline(day_later, asked)), (200, 200));
    assert_eq!(timeline(on_air, asked), 400);
    let last = centre.json("/api/v1/cameras/7/12/1/timeline");
    assert!(instant(&last[0]["from"]) >= asked - 24.hours() && instant(&last[0]["from"]) > on_air, "{last}");

    // The night is moved: it is voting at once.
    set(dir.path(), &now.election((100, 300)));
    eventually("voting goes on", NOTICED, || {
        (centre.json("/api/v1/election")["phase"] == "voting").then_some(())
    });
    centre.stop();
}

#[test]
fn what_is_described_is_shown_in_the_same_form() {
    let dir = tempfile::tempdir().unwrap();
    let text = "key = \"several-days\"\ndate = \"2026-03-15\"\ntime_zone = \"Asia/Baku\"\nsample = true\n\
         [names]\naz = \"Seçki\"\nen = \"Election\"\nru = \"Выборы\"\n\
         [plan]\non_air = \"07:30\"\nempty_boxes = \"07:50\"\nvoting_from = \"08:00\"\nvoting_to = \"day 3 20:00\"\n\
         turnout = [\"12:00\", \"day 2 12:00\"]\n\
         [[plan.nights]]\nfrom = \"20:00\"\nto = \"32:00\"\n\
         [[plan.nights]]\nfrom = \"day 2 20:00\"\nto = \"day 3 08:00\"\n\
         [policy]\nsound = false\nrewind_on_day = true\narchive_public_after = false\nretention_years = 5\n";
    set(dir.path(), text);
    let shown = on(dir.path(), &["election", "show"]);
    assert!(shown.contains("[[plan.nights]]\nfrom = \"20:00\"\nto = \"day 2 08:00\""), "{shown}");
    set(dir.path(), &shown);
    assert_eq!(on(dir.path(), &["election", "show"]), shown);
    on(dir.path(), &["turnout", "set", "day 2 12:00", "8.12", "--source", "MSK"]);
    assert!(on(dir.path(), &["turnout", "list"]).starts_with("day 2 12:00"));

    let wrong = dir.path().join("wrong.toml");
    std::fs::write(&wrong, text.replace("day 3 08:00", "day 3 21:00")).unwrap();
    let data = dir.path().join("data").display().to_string();
    let refused = ashkar_output(&["election", "set", &wrong.display().to_string(), "--data", &data]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("nights must lie within the voting, and end before it does"), "{said}");
}
