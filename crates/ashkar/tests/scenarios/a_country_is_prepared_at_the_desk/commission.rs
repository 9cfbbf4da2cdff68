//! Those who prepare the country, each with a browser; what they sent, and whether the board is what follows from that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use ashkar_election::{
    Actor, Election, Entry, EntryId, Fact, NewCamera, NewEntry, Role, SqliteStore, Stage, StationId, Store,
};
use ashkar_terms::{CameraId, Clock, SystemClock, UtcMicros};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};

use super::timed::Timed;
use super::truth::Truth;
use crate::common::desk::{Person, new_key};
use crate::common::{Centre, eventually, fetch};

pub const CONSTITUENCIES: &str = include_str!("../../../../../data/constituencies.csv");
const STATIONS: &str = include_str!("../../../../../data/stations-synthetic.csv");
/// Words that say that something was recorded as failing.
const FAILURES: [&str; 4] = ["no-camera", "not-met", "withdrawn", "test-failed"];
/// The registry is read again by the centre within this.
const SOON: Duration = Duration::from_secs(20);

/// The first `count` stations of the sample, as a file.
pub fn stations(count: usize) -> String {
    STATIONS.lines().take(count + 1).flat_map(|line| [line, "\n"]).collect()
}

pub struct Commission {
    centre: Centre,
    first: Person,
    second: Person,
    operator: Person,
    technician: Person,
    truths: BTreeMap<StationId, Truth>,
    /// The ids of everything that was sent of each station.
    sent: BTreeMap<StationId, BTreeSet<EntryId>>,
    pub timed: Timed,
}

impl Commission {
    pub fn begin(dir: &Path) -> Self {
        let data = dir.join("data");
        let election = Election::of_date(today().saturating_add(60.days()));
        on_the_machine(&data, |store, by| async move {
            store.put_election(&election, &by).await.unwrap();
            store.close().await;
        });
        let centre = Centre::start(&data);
        let person = |name, role| Person::signed_in(&centre.data, &centre.http, name, role);
        Self {
            first: person("aysel", Role::Commission),
            second: person("rauf", Role::Commission),
            operator: person("orxan", Role::Operator),
            technician: person("tural", Role::Technician),
            truths: BTreeMap::new(),
            sent: BTreeMap::new(),
            timed: Timed::default(),
            centre,
        }
    }

    pub fn decide(&self, fact: &Value) {
        self.first.post("/programme", &json!({ "id": id(), "fact": fact })).ok();
    }

    pub fn board(&mut self) -> Value {
        self.timed.take("GET /programme", || self.first.get("/programme")).ok()
    }

    pub fn distribution(&mut self) -> Value {
        self.board()["distribution"].clone()
    }

    /// Looks at a list, then makes it a draft.
    pub fn import(&mut self, name: &str, csv: &str) {
        let send = |path: &str| {
            let key = new_key();
            let more = [("content-type", "text/csv"), ("idempotency-key", &*key)];
            self.first.send_bytes("POST", path, csv.as_bytes(), &more).ok()
        };
        let looked = self.timed.take("POST /list/look", || send("/list/look"));
        let base = looked["base"].as_str().unwrap_or_else(|| panic!("{looked}"));
        let path = format!("/list/import?base={base}&name={name}");
        let made = self.timed.take("POST /list/import", || send(&path));
        assert!(made["version"].is_u64(), "{made}");
        for station in self.board()["stations"].as_array().unwrap() {
            let station: StationId = station["station"].as_str().unwrap().parse().unwrap();
            self.truths
                .entry(station)
                .or_insert_with(|| Truth { cameras: vec![(true, false, false)], ..Truth::default() });
        }
    }

    pub fn stations(&self) -> Vec<StationId> {
        self.truths.keys().copied().collect()
    }

    /// One date for many stations; sent twice, as by a page that did not hear the answer.
    pub fn date(&mut self, stage: Stage, responsible: &str, days: i64, stations: &[StationId]) {
        let id = id();
        let due = today().saturating_add(days.days());
        let body = json!({ "id": id, "stage": stage, "responsible": responsible, "due": due.to_string(),
            "stations": stations });
        let mut send = || {
            self.timed.take("POST /programme/dates", || self.operator.post("/programme/dates", &body).ok())
        };
        assert_eq!(send()["made"], stations.len());
        assert_eq!(send()["made"], 0, "recorded once");
        for station in stations {
            self.sent.entry(*station).or_default().insert(EntryId::of_text(&format!("{id} {station}")));
        }
    }

    /// A technician records something; each third is sent again.
    pub fn found(&mut self, station: StationId, fact: Fact, seconds: Option<i64>) {
        let found_at = seconds.map(|seconds| (Timestamp::now() + seconds.seconds()).to_string());
        let id = id();
        let body = json!({ "id": id, "found_at": found_at, "fact": fact });
        let path = format!("/stations/{station}/records");
        let sent = self.sent.entry(station).or_default();
        sent.insert(id);
        let again = sent.len().is_multiple_of(3);
        let mut send =
            || self.timed.take("POST /stations/…/records", || self.technician.post(&path, &body)).ok();
        assert_eq!(send()["recorded"], "now");
        assert!(!again || send()["recorded"] == "before");
    }

    /// The operators give each station's camera its key.
    pub fn install(&mut self, stations: &[StationId]) {
        on_the_machine(&self.centre.data, |store, by| async move {
            for station in stations {
                let id = camera(*station);
                let new = NewCamera { id, pull: None, unlisted: false, sub_of: None, approved: false };
                store.add_camera(&new, &by).await.unwrap();
            }
            store.close().await;
        });
        for station in stations {
            self.truths.get_mut(station).unwrap().cameras[0].1 = true;
        }
        self.await_centre();
    }

    /// Their views are approved; with pictures, two persons do it: other scenarios have those.
    pub fn approve(&mut self, stations: &[StationId]) {
        let cameras: Vec<_> = stations.iter().map(|station| camera(*station)).collect();
        on_the_machine(&self.centre.data, |store, by| async move {
            store.approve_all_as_owner(&cameras, &by).await.unwrap();
            store.close().await;
        });
        for station in stations {
            self.truths.get_mut(station).unwrap().cameras[0].2 = true;
        }
        self.await_centre();
    }

    /// Until the centre knows what was done on the machine.
    fn await_centre(&self) {
        let mut expected = Sums::default();
        self.truths.values().for_each(|truth| expected.add(truth, today()));
        eventually("the centre has read it", SOON, || {
            expected.difference(&self.first.get("/programme").ok()["all"]).is_none().then_some(())
        });
    }

    /// A chair opens a new link and answers.
    pub fn chair_tests(&mut self, station: StationId, no_booth: bool) {
        let link = format!("/stations/{station}/link");
        let made = self.timed.take("POST /stations/…/link", || self.operator.post(&link, &json!({}))).ok();
        let token = made["link"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
        let chair = Person::nobody(&self.centre.http);
        let seen = chair.post("/self-test/look", &json!({ "token": token })).ok();
        assert_eq!(seen["station"], station.to_string());
        let id = id();
        let answers =
            json!({ "token": token, "id": id, "room": true, "box_and_tables": true, "no_booth": no_booth });
        let done = self.timed.take("POST /self-test", || chair.post("/self-test", &answers)).ok();
        assert_eq!(done["recorded"], "now");
        self.sent.entry(station).or_default().insert(id);
    }

    /// One proposes the newest version, the other approves it.
    pub fn publish_list(&mut self) {
        let version = self.first.get("/list").ok()["newest"].clone();
        let date = today().to_string();
        let proposal = json!({ "kind": "list.publish", "why": "decided", "payload": {
            "version": version, "decision_number": "1/1", "decision_date": date } });
        let open = self.timed.take("POST /proposals", || self.first.post("/proposals", &proposal)).ok();
        let approve = format!("/proposals/{}/approve", open["id"]);
        self.first.post(&approve, &json!({})).refused(422);
        self.timed.take("POST /proposals/…/approve", || self.second.post(&approve, &json!({}))).ok();
    }

    pub fn public_stations(&self) -> usize {
        let (status, _, csv) = fetch(&format!("{}/list/stations.csv", self.centre.http), &[]);
        if status == 200 { String::from_utf8(csv).unwrap().lines().count() - 1 } else { 0 }
    }

    /// The last stages of the stations.
    pub fn reached(&self) -> BTreeSet<Option<Stage>> {
        self.truths.values().map(Truth::stage).collect()
    }

    /// Reads back what was recorded of each station of which something was sent: all of it, once.
    fn read_back(&mut self) {
        for (station, sent) in &self.sent {
            let path = format!("/stations/{station}");
            let told = self.timed.take("GET /stations/…", || self.first.get(&path)).ok();
            let records =
                told["records"].as_array().unwrap().iter().filter(|one| one["fact"]["what"] != "link");
            let entries: Vec<Entry> = records.map(entry).collect();
            let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
            assert_eq!(ids.len(), sent.len(), "{station}: nothing is lost, or there twice");
            assert!(ids.iter().all(|id| sent.contains(id)), "{station}: {ids:?}");
            self.truths.get_mut(station).unwrap().records = entries;
        }
    }

    /// The board is what follows from what was sent.
    pub fn compare(&mut self, after: &str) {
        self.read_back();
        let board = self.board();
        let told = board["stations"].as_array().unwrap();
        assert_eq!(told.len(), self.truths.len(), "after {after}");
        let today = today();
        let (mut all, mut of_each) = (Sums::default(), BTreeMap::<u16, Sums>::new());
        for (one, (station, truth)) in told.iter().zip(&self.truths) {
            let late: Vec<_> = truth.late(today).into_iter().map(Stage::name).collect();
            let expected = json!({ "station": station, "stage": truth.stage(), "late": late,
                "untested": truth.is_untested(), "blocked": truth.is_blocked() });
            let blocks = one["blocks"].as_array().unwrap();
            let is_failure = |block: &Value| FAILURES.iter().any(|what| block["what"] == *what);
            let late: Vec<_> = one["late"].as_array().unwrap().iter().map(|late| &late["stage"]).collect();
            let said = json!({ "station": one["station"], "stage": one["stage"], "late": late,
                "untested": one["untested"], "blocked": blocks.iter().any(is_failure) });
            assert_eq!(said, expected, "after {after}");
            all.add(truth, today);
            of_each.entry(station.constituency).or_default().add(truth, today);
        }
        assert_eq!(all.difference(&board["all"]), None, "after {after}");
        for one in board["constituencies"].as_array().unwrap() {
            let number = u16::try_from(one["constituency"].as_u64().unwrap()).unwrap();
            let expected = of_each.remove(&number).unwrap_or_default();
            assert_eq!(expected.difference(one), None, "constituency {number} after {after}");
        }
        assert!(of_each.is_empty(), "after {after}: constituencies are missing");
        let tests: Vec<_> = self.truths.values().map(Truth::self_test).collect();
        let count = |is: fn(&(bool, bool)) -> bool| tests.iter().filter(|test| is(test)).count();
        let expected =
            json!({ "of": tests.len(), "done": count(|test| test.0), "passed": count(|test| test.1) });
        assert_eq!(board["self_tests"], expected, "after {after}");
    }

    /// What every page of the desk asks for, and what citizens ask for.
    pub fn look_at_every_page(&mut self) {
        let version = self.first.get("/list").ok()["newest"].clone();
        let auditor = Person::signed_in(&self.centre.data, &self.centre.http, "sevda", Role::Auditor);
        let pages = ["/me", "/overview", "/views", "/proposals", "/list", "/stock", "/reports", "/elections"];
        let pages = pages.into_iter().map(str::to_owned).chain([format!("/list/{version}/changes")]);
        for page in pages {
            for _ in 0..20 {
                let name = format!("GET {}", page.replace(&version.to_string(), "…"));
                self.timed.take(&name, || self.first.get(&page)).ok();
            }
        }
        for _ in 0..20 {
            self.timed.take("GET /audit", || auditor.get("/audit")).ok();
            self.timed.take("GET /programme", || self.first.get("/programme")).ok();
        }
        let public =
            ["/", "/list", "/api/v1/stations", "/api/v1/election", "/list/stations.csv", "/stations/1/2"];
        for page in public {
            for _ in 0..20 {
                let address = format!("{}{page}", self.centre.http);
                let (status, ..) = self.timed.take(&format!("public {page}"), || fetch(&address, &[]));
                assert_eq!(status, 200, "{page}");
            }
        }
    }
}

/// What the owner does on the machine, while the centre runs.
fn on_the_machine<F: Future<Output = ()>>(data: &Path, act: impl FnOnce(SqliteStore, Actor) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(data).await.unwrap();
        act(store, Actor::new("cli:test", SystemClock::new().now().wall)).await;
    });
}

/// Counts of stations.
#[derive(Default)]
struct Sums {
    stations: usize,
    none: usize,
    at: BTreeMap<&'static str, usize>,
    late: usize,
    untested: usize,
    blocked: usize,
}

impl Sums {
    fn add(&mut self, truth: &Truth, today: Date) {
        self.stations += 1;
        match truth.stage() {
            None => self.none += 1,
            Some(stage) => *self.at.entry(stage.name()).or_default() += 1,
        }
        self.late += usize::from(!truth.late(today).is_empty());
        self.untested += usize::from(truth.is_untested());
        self.blocked += usize::from(truth.is_blocked());
    }

    /// What the board tells otherwise, if anything.
    fn difference(&self, told: &Value) -> Option<String> {
        let numbers = [
            ("stations", self.stations),
            ("none", self.none),
            ("late", self.late),
            ("untested", self.untested),
            ("blocked", self.blocked),
        ];
        let stages = Stage::ALL.map(Stage::name);
        let at = stages.map(|stage| (stage, self.at.get(stage).copied().unwrap_or_default()));
        let numbers = numbers.into_iter().map(|(name, number)| (name, number, &told[name]));
        let at = at.into_iter().map(|(name, number)| (name, number, &told["at"][name]));
        let mut wrong = numbers.chain(at).filter(|(_, number, said)| **said != *number);
        wrong.next().map(|(name, number, said)| format!("{name} is {said}, and must be {number}"))
    }
}

const fn camera(station: StationId) -> CameraId {
    CameraId::new(station.constituency, station.station, 1)
}

fn id() -> EntryId {
    EntryId::generate().unwrap()
}

/// Today in Baku, as the board takes it.
fn today() -> Date {
    Zoned::now().with_time_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(4))).date()
}

/// A record as the desk tells it.
fn entry(told: &Value) -> Entry {
    let time = |name: &str| {
        let text = told[name].as_str().unwrap();
        UtcMicros(text.parse::<Timestamp>().unwrap().as_microsecond())
    };
    let fact: Fact = serde_json::from_value(told["fact"].clone()).unwrap();
    let id: EntryId = told["id"].as_str().unwrap().parse().unwrap();
    let new = NewEntry { id, found_at: Some(time("found_at")), fact };
    Entry::new(told["number"].as_i64().unwrap(), new, time("came_at"), told["by"].as_str().unwrap())
}
