//! A country that prepares a vote, drawn from a seed: technicians visit stations, phones send late, again, in any order and
//! with wrong clocks, things break and are mended, chairs test, dates pass. It knows the truth of each station, and compares
//! the board with it every evening.

use std::collections::{BTreeMap, BTreeSet};

use ashkar_election::{
    Board, EntryId, Fact, Item, LinkToken, Met, NewEntry, PullUrl, Snapshot, Stage, StationId, StationList,
};
use ashkar_terms::UtcMicros;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

use super::book::Book;
use super::dice::Dice;
use super::truth::{Planted, Truth};

const HOUR_US: i64 = 3_600_000_000;
/// Days before the vote on which the programme begins.
const DAYS: i64 = 60;
/// Days before the vote on which everybody rehearses.
const REHEARSAL: i64 = 9;

/// What happened, over all days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Story {
    pub records: u64,
    pub sent_again: u64,
    pub fell_back: u64,
    pub late: u64,
    pub blocked: u64,
    pub public: u64,
    pub published_late: bool,
}

pub struct World {
    dice: Dice,
    snapshot: Snapshot,
    book: Book,
    truths: BTreeMap<StationId, Truth>,
    /// All stations that may be chosen; the list has only some of them.
    all: StationList,
    chosen: BTreeSet<StationId>,
    links: BTreeMap<StationId, LinkToken>,
    /// What lies on phones: the day on which it is sent, and the record.
    phones: Vec<(i64, NewEntry)>,
    published: Vec<Date>,
    day: i64,
    story: Story,
}

impl World {
    /// Begins with an empty list; the stations of `snapshot` are those that may be chosen.
    pub fn new(seed: u64, mut snapshot: Snapshot, book: Book, planted: Option<Planted>) -> Self {
        let truth = |cameras: u8| {
            let cameras = vec![(true, false, false); cameras.into()];
            Truth { cameras, planted, ..Truth::default() }
        };
        let truths =
            snapshot.list.stations().iter().map(|station| (station.id, truth(station.cameras))).collect();
        let nothing = StationList::new(snapshot.list.constituencies().to_vec(), Vec::new());
        let all = std::mem::replace(&mut snapshot.list, nothing);
        Self {
            all,
            chosen: BTreeSet::new(),
            dice: Dice::new(seed),
            snapshot,
            book,
            truths,
            links: BTreeMap::new(),
            phones: Vec::new(),
            published: Vec::new(),
            day: 0,
            story: Story::default(),
        }
    }

    /// All days up to the vote. The error is the first board that was not true.
    pub async fn run(mut self) -> Result<Story, String> {
        self.begin().await;
        for day in 0..=DAYS {
            self.day = day;
            self.morning().await;
            for hour in [10, 16] {
                let visits = self.visits(hour);
                self.send(visits, hour).await;
            }
            self.compare()?;
        }
        Ok(self.story)
    }

    fn date(&self) -> Date {
        let date = self.snapshot.election.as_ref().unwrap().date;
        date.saturating_sub((DAYS - self.day).days())
    }

    /// An hour of today, in Baku.
    fn at(&self, hour: i64) -> UtcMicros {
        let midnight = self.date().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(4))).unwrap();
        UtcMicros(midnight.timestamp().as_microsecond()).plus(hour * HOUR_US)
    }

    fn entry(&mut self, fact: Fact) -> NewEntry {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.dice.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.dice.next().to_be_bytes());
        NewEntry { id: EntryId::from_bytes(bytes), found_at: None, fact }
    }

    /// Makes records now, and lets the truth know.
    async fn make(&mut self, new: &[NewEntry], hour: i64) {
        let made = self.book.make(new, self.at(hour)).await;
        self.story.records += made.len() as u64;
        self.story.sent_again += (new.len() - made.len()) as u64;
        for entry in made {
            let station = match &entry.fact {
                Fact::Finding { station, .. }
                | Fact::Acceptance { station, .. }
                | Fact::AcceptanceWithdrawn { station, .. }
                | Fact::Rehearsal { station, .. }
                | Fact::SelfTest { station, .. }
                | Fact::Due { station, .. } => *station,
                _ => continue,
            };
            self.truths.get_mut(&station).unwrap().records.push(entry);
        }
    }

    /// The numbers that were decided, and a date for some stages of each station.
    async fn begin(&mut self) {
        let numbers = Fact::Numbers { stations: 1100, constituencies: 121, of_each: Vec::new() };
        let mut new = vec![self.entry(numbers)];
        let stations: Vec<StationId> = self.truths.keys().copied().collect();
        for station in stations {
            for (stage, before) in [(Stage::Surveyed, 40), (Stage::Installed, 20), (Stage::Public, 3)] {
                if self.dice.per_mille(900) {
                    new.push(self.due(station, stage, before));
                }
            }
        }
        self.make(&new, 0).await;
    }

    fn due(&mut self, station: StationId, stage: Stage, days_before: i64) -> NewEntry {
        let date = self.snapshot.election.as_ref().unwrap().date;
        let due = date.saturating_sub(days_before.days());
        let responsible = self.dice.one(&["Aysel", "Rauf", ""]).to_owned();
        self.entry(Fact::Due { station, stage, responsible, due: Some(due) })
    }

    /// What the desk does: dates move, views are approved, the list is published.
    async fn morning(&mut self) {
        self.choose();
        let mut new = Vec::new();
        for station in self.chosen.clone() {
            if self.dice.per_mille(3) {
                let stage = self.dice.one(&Stage::ALL);
                let before = i64::try_from(self.dice.below(50)).unwrap();
                new.push(self.due(station, stage, before));
            }
            self.change_cameras(station);
        }
        let left = DAYS - self.day;
        if left <= 4 && self.published.is_empty() && self.dice.per_mille(300) {
            self.published.push(self.date());
            let approved_by = ["Aysel".to_owned(), "Rauf".to_owned()];
            new.push(self.entry(Fact::Publication { list_version: 1, approved_by }));
        }
        self.make(&new, 8).await;
    }

    /// Stations come into the list, most of them in the first days, and few leave it again.
    fn choose(&mut self) {
        for station in self.all.stations() {
            if self.chosen.contains(&station.id) {
                if self.dice.per_mille(1) {
                    self.chosen.remove(&station.id);
                }
            } else if self.dice.per_mille(if self.day < 10 { 300 } else { 100 }) {
                self.chosen.insert(station.id);
            }
        }
        let stations = self.all.stations().iter().filter(|station| self.chosen.contains(&station.id));
        self.snapshot.list =
            StationList::new(self.all.constituencies().to_vec(), stations.cloned().collect());
    }

    /// Cameras are installed and taken away, switched off and on, approved and hidden.
    fn change_cameras(&mut self, station: StationId) {
        let truth = self.truths.get_mut(&station).unwrap();
        let rehearsed = truth.stage() >= Some(Stage::Rehearsed);
        for (number, camera) in (1..).zip(&mut truth.cameras) {
            let dice = &mut self.dice;
            let (enabled, installed, approved) = camera;
            *enabled = if *enabled { !dice.per_mille(1) } else { dice.per_mille(300) };
            *installed = if *installed { !dice.per_mille(2) } else { dice.per_mille(60) };
            *approved = if *approved { !dice.per_mille(2) } else { rehearsed && dice.per_mille(300) };
            let id = station.camera(number);
            let at = self.snapshot.cameras.binary_search_by_key(&id, |camera| camera.id).unwrap();
            let known = &mut self.snapshot.cameras[at];
            known.enabled = *enabled;
            known.pull = installed.then(|| "rtsp://10.0.0.1/".parse::<PullUrl>().unwrap());
        }
    }

    /// What is done at stations. Part of it is sent at once; the rest lies on phones.
    fn visits(&mut self, hour: i64) -> Vec<NewEntry> {
        let mut now = Vec::new();
        for station in self.chosen.clone() {
            let stage = self.truths[&station].stage();
            if stage < Some(Stage::ConditionsMet) && self.dice.per_mille(80) {
                self.survey(station, hour, &mut now);
            }
            if self.dice.per_mille(3) {
                let item = self.dice.one(&Item::ALL);
                let found = self.finding(station, item, Met::No, hour);
                now.push(found);
            }
            self.acts(station, stage, &mut now);
        }
        now
    }

    /// A technician looks at what is not met yet.
    fn survey(&mut self, station: StationId, hour: i64, now: &mut Vec<NewEntry>) {
        for item in Item::ALL {
            if matches!(self.truths[&station].answer(item), Some((Met::Yes, figures)) if figures || item != Item::Line)
            {
                continue;
            }
            let met = self.dice.one(&[Met::Yes, Met::Yes, Met::Yes, Met::Yes, Met::No, Met::Unknown]);
            let found = self.finding(station, item, met, hour);
            match self.dice.below(10) {
                0 | 1 => {
                    let days = i64::try_from(self.dice.below(4)).unwrap();
                    self.phones.push((self.day + days, found));
                }
                // The answer was lost, so the phone sends it again, now and tomorrow.
                2 => {
                    now.push(found.clone());
                    now.push(found.clone());
                    self.phones.push((self.day + 1, found));
                }
                _ => now.push(found),
            }
        }
    }

    fn finding(&mut self, station: StationId, item: Item, met: Met, hour: i64) -> NewEntry {
        let measured = (item == Item::Line && self.dice.per_mille(850)).then(|| json!({ "up_mbit_s": 4.25 }));
        let note = if met == Met::Yes { String::new() } else { format!("{} of {station}", item.name()) };
        let fact = Fact::Finding { station, item, met, note, measured, evidence: Vec::new() };
        let minutes = i64::try_from(self.dice.below(120)).unwrap();
        let wrong = self.dice.one(&[0, 0, 0, 0, 0, 0, 0, 0, 400 * 24, -400 * 24, 3]);
        let found_at = Some(self.at(hour + wrong).plus(-minutes * HOUR_US / 60));
        NewEntry { found_at, ..self.entry(fact) }
    }

    /// Acceptances, withdrawals, links, tests.
    fn acts(&mut self, station: StationId, stage: Option<Stage>, now: &mut Vec<NewEntry>) {
        let words = || "so it was seen".to_owned();
        let accepts = if stage == Some(Stage::Installed) { 250 } else { 3 };
        if self.dice.per_mille(accepts) {
            let (chair, technician) = ("Leyla".to_owned(), "Rauf".to_owned());
            now.push(self.entry(Fact::Acceptance { station, chair, technician, words: String::new() }));
        } else if stage >= Some(Stage::Accepted) && self.dice.per_mille(6) {
            now.push(self.entry(Fact::AcceptanceWithdrawn { station, words: words() }));
        }
        if !self.links.contains_key(&station) && self.dice.per_mille(50) || self.dice.per_mille(2) {
            let token: LinkToken = format!("{:040x}", self.dice.next()).parse().unwrap();
            now.push(self.entry(Fact::Link { station, link: token.hash() }));
            self.links.insert(station, token);
        }
        let tests = if stage == Some(Stage::Accepted) { 200 } else { 2 };
        if let Some(link) =
            self.links.get(&station).map(LinkToken::hash).filter(|_| self.dice.per_mille(tests))
        {
            let [room, box_and_tables, no_booth] = [(); 3].map(|()| !self.dice.per_mille(40));
            now.push(self.entry(Fact::SelfTest { station, link, room, box_and_tables, no_booth }));
        }
        if DAYS - self.day == REHEARSAL && self.dice.per_mille(300) {
            let passed = self.dice.per_mille(900);
            now.push(self.entry(Fact::Rehearsal { station, passed, words: words() }));
        }
    }

    /// Sends what was done, and what phones send today, in any order.
    async fn send(&mut self, mut new: Vec<NewEntry>, hour: i64) {
        let day = self.day;
        let (due, later) = std::mem::take(&mut self.phones).into_iter().partition(|(on, _)| *on <= day);
        self.phones = later;
        let due: Vec<(i64, NewEntry)> = due;
        for (_, entry) in due {
            let place = self.dice.below(new.len() as u64 + 1);
            new.insert(usize::try_from(place).unwrap(), entry);
        }
        // Within one batch an order matters only to acts of one station, which keep theirs.
        self.make(&new, hour + 2).await;
    }

    /// The board of this evening against the truth.
    fn compare(&mut self) -> Result<(), String> {
        let truths = &self.truths;
        let is_public =
            |camera: ashkar_terms::CameraId| truths[&camera.into()].cameras[usize::from(camera.camera) - 1].2;
        let board = Board::of(&self.snapshot, &self.book.programme, self.at(20), is_public);
        let (today, day) = (self.date(), self.day);
        let mut counted = BTreeMap::<u16, (u32, u32, u32, BTreeMap<Option<Stage>, u32>)>::new();
        let (mut done, mut passed) = (0, 0);
        if board.stations.len() != self.chosen.len() || board.all.stations != board.self_tests.of {
            return Err(format!("day {day}: the board says {} stations", board.stations.len()));
        }
        for (id, truth) in truths.iter().filter(|(id, _)| self.chosen.contains(*id)) {
            let told = board.station(*id).ok_or("a station is not on the board")?;
            let late: Vec<Stage> = told.late.iter().map(|late| late.stage).collect();
            let blocked = told.blocks.iter().any(ashkar_election::Block::is_failure);
            let told = (told.stage, late, told.untested, blocked);
            let so = (truth.stage(), truth.late(today), truth.is_untested(), truth.is_blocked());
            if told != so {
                return Err(format!("day {day}, {id}: the board says {told:?}, and true is {so:?}"));
            }
            let (late, untested, blocked, at) = counted.entry(id.constituency).or_default();
            *late += u32::from(!so.1.is_empty());
            *untested += u32::from(so.2);
            *blocked += u32::from(so.3);
            *at.entry(so.0).or_default() += 1;
            let test = truth.self_test();
            done += u32::from(test.0);
            passed += u32::from(test.1);
        }
        for of in &board.constituencies {
            let so = counted.remove(&of.constituency).unwrap_or_default();
            let counts = &of.counts;
            let mut at: BTreeMap<Option<Stage>, u32> =
                counts.at.iter().map(|(stage, count)| (Some(*stage), *count)).collect();
            at.insert(None, counts.none);
            at.retain(|_, count| *count > 0);
            if (counts.late, counts.untested, counts.blocked, at) != so {
                return Err(format!("day {day}, constituency {}: {counts:?}", of.constituency));
            }
        }
        let tests = board.self_tests;
        if (tests.done, tests.passed) != (done, passed) || !counted.is_empty() {
            return Err(format!("day {day}: {tests:?}, and true is {done} and {passed}"));
        }
        self.compare_all(&board)
    }

    /// Stations and constituencies that are missing of those decided.
    fn missing(&self) -> (Option<u32>, Option<u32>) {
        let constituencies: BTreeSet<u16> = self.chosen.iter().map(|id| id.constituency).collect();
        let less = |decided: usize, there: usize| u32::try_from(decided - there).ok();
        (less(1100, self.chosen.len()), less(121, constituencies.len()))
    }

    fn compare_all(&mut self, board: &Board) -> Result<(), String> {
        let deadline = self.snapshot.election.as_ref().unwrap().date.saturating_sub(2.days());
        let in_time = self.published.iter().any(|date| *date <= deadline);
        let late = self.date() > deadline && !in_time;
        let missing = (board.distribution.missing_stations, board.distribution.missing_constituencies);
        if board.publication.late != late || missing != self.missing() {
            return Err(format!("day {}: {:?} {missing:?}", self.day, board.publication));
        }
        let backs = board.stations.iter().filter(|one| one.blocks.iter().any(|block| block.fell_back));
        self.story.fell_back += backs.count() as u64;
        self.story.late += u64::from(board.all.late);
        self.story.blocked += u64::from(board.all.blocked);
        self.story.public = u64::from(board.all.at[&Stage::Public]);
        self.story.published_late = late;
        Ok(())
    }
}
