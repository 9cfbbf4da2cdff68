//! The demo's installation programme, half-way: what was decided, found, accepted and tested of the stations of the list
//! so far. All of it is made up, like the list itself.

use std::collections::BTreeSet;

use anyhow::Context;
use ashkar_election::{
    Actor, Answers, EntryId, Fact, Holder, Item, Met, NewEntry, NoCameraReason, ProgrammeStore, ReportKind,
    Serial, SqliteStore, Stage, StationId, Store,
};
use ashkar_terms::{CameraId, UtcMicros};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

/// What the records are said to come from.
const SOURCE: &str = "nümunə";
const DAY_US: i64 = 24 * 3_600_000_000;
/// Stations without a camera: a constituency, a number that the list does not have, and why.
const WITHOUT: [(u16, u16, NoCameraReason); 6] = [
    (1, 901, NoCameraReason::Hospital),
    (2, 902, NoCameraReason::Prison),
    (3, 903, NoCameraReason::Ship),
    (4, 904, NoCameraReason::Abroad),
    (5, 905, NoCameraReason::Small),
    (5, 906, NoCameraReason::Small),
];
/// Who answers for the stations; by constituency.
const RESPONSIBLE: [&str; 4] = ["Tural Texnik", "Rauf Əliyev", "Nigar Quliyeva", "Elçin Həsənov"];
/// What was found wrong, at one station in seventeen.
const WRONG: [(Item, &str); 4] = [
    (Item::PowerReserve, "Ehtiyat qidalanma yoxdur"),
    (Item::LightCount, "Axşam işıq zəifdir"),
    (Item::OwnCameras, "Məktəbin öz kamerası söndürülməyib"),
    (Item::Notice, "Bildiriş asılmayıb"),
];
/// Devices in the stock.
const DEVICES: usize = 24;

/// The programme of the stations of the list, those of `on_air` ahead of all others.
pub(super) struct HalfWay<'a> {
    pub(super) store: &'a SqliteStore,
    pub(super) now: UtcMicros,
    pub(super) on_air: &'a [CameraId],
}

impl HalfWay<'_> {
    /// Makes all records, as they would have come in the last weeks.
    pub(super) async fn make(&self) -> anyhow::Result<()> {
        let (version, list) = self.store.list().await?;
        let date = self.store.election().await?.context("there is an election")?.date;
        let stations: Vec<StationId> = list.stations().iter().map(|station| station.id).collect();
        let of: BTreeSet<u16> = stations.iter().map(|station| station.constituency).collect();
        let constituencies = u16::try_from(of.len()).context("so many constituencies")?;
        let numbers = Fact::Numbers {
            stations: u32::try_from(stations.len()).context("so many stations")?,
            constituencies,
            of_each: Vec::new(),
        };
        let decided = std::iter::once(numbers).chain(WITHOUT.map(without_camera));
        self.record(28, decided).await?;
        self.record(20, stations.iter().map(|station| due(*station, date))).await?;
        self.record(14, stations.iter().enumerate().flat_map(|(n, station)| self.survey(n, *station)))
            .await?;
        let version = version.context("the list has a version")?.number;
        let decision = Fact::Decision {
            number: "12/45".to_owned(),
            date: date.saturating_sub(9.days()),
            list_version: version,
        };
        self.record(9, std::iter::once(decision)).await?;
        // No other camera has a key: what could send, and does not, would be missing on the public side.
        let installed = stations.iter().filter(|station| self.is_on_air(**station));
        self.record(6, installed.map(|station| acceptance(*station))).await?;
        self.stock().await?;
        self.tests().await
    }

    async fn record(&self, days_ago: i64, facts: impl Iterator<Item = Fact>) -> anyhow::Result<()> {
        let new: Vec<NewEntry> = facts.map(NewEntry::now).collect::<Result<_, _>>()?;
        self.store.record_all(&new, SOURCE, &self.by(days_ago)).await?;
        Ok(())
    }

    fn by(&self, days_ago: i64) -> Actor {
        Actor::new("desk:technician1", self.now.plus(-days_ago * DAY_US))
    }

    fn is_on_air(&self, station: StationId) -> bool {
        self.on_air.iter().any(|camera| StationId::from(*camera) == station)
    }

    /// Whether the `n`th station is among those that have come so far: `tenths` of ten, and all that are on air.
    fn has_come(&self, n: usize, station: StationId, tenths: usize) -> bool {
        self.is_on_air(station) || n % 10 < tenths && !n.is_multiple_of(17)
    }

    /// Nine of ten stations were surveyed; at one in seventeen something is wrong.
    fn survey(&self, n: usize, station: StationId) -> Vec<Fact> {
        let is_wrong = n.is_multiple_of(17) && !self.is_on_air(station);
        let wrong = is_wrong.then(|| WRONG[n % WRONG.len()]);
        let answered = if self.has_come(n, station, 9) || is_wrong { Item::ALL.len() } else { n % 3 };
        let found = |item: Item| {
            let wrong = wrong.filter(|(of, _)| *of == item);
            Fact::Finding {
                station,
                item,
                met: if wrong.is_some() { Met::No } else { Met::Yes },
                note: wrong.map(|(_, words)| words.to_owned()).unwrap_or_default(),
                measured: (item == Item::Line)
                    .then(|| json!({ "up_mbit_s": 4 + n % 9, "loss_percent": 0.1 })),
                evidence: Vec::new(),
            }
        };
        Item::ALL.into_iter().take(answered).map(found).collect()
    }

    /// Devices: some in stock, some with people, some at stations, two spares.
    async fn stock(&self) -> anyhow::Result<()> {
        let serial = |n: usize| format!("CAM-{n:04}").parse::<Serial>();
        let serials: Vec<Serial> = (1..=DEVICES).map(serial).collect::<Result<_, _>>()?;
        let added = serials.iter().map(|serial| Fact::StockAdded {
            serial: serial.clone(),
            kind: "camera".to_owned(),
            note: String::new(),
        });
        self.record(21, added).await?;
        let person = |n: usize| Holder::Person(RESPONSIBLE[n % RESPONSIBLE.len()].to_owned());
        let at_stations = self.on_air.iter().map(|camera| Holder::Station(StationId::from(*camera)));
        let given = serials.iter().enumerate().skip(4).map(|(n, serial)| (serial, Holder::Stock, person(n)));
        let installed = serials
            .iter()
            .enumerate()
            .skip(8)
            .zip(at_stations)
            .map(|((n, serial), to)| (serial, person(n), to));
        for (days_ago, moves) in [(13, given.collect::<Vec<_>>()), (10, installed.collect())] {
            let facts = moves.into_iter().map(|(serial, from, to)| Fact::HandedOver {
                serial: serial.clone(),
                from,
                to,
                note: String::new(),
            });
            self.record(days_ago, facts).await?;
        }
        let spares = serials.iter().zip(self.on_air).take(2);
        let spares = spares
            .map(|(serial, camera)| Fact::Spare { serial: serial.clone(), station: Some((*camera).into()) });
        self.record(5, spares).await
    }

    /// The chairs of the stations on air have tested them, all but two; one saw no box. Citizens have reported two.
    async fn tests(&self) -> anyhow::Result<()> {
        let last = self.on_air.len().saturating_sub(2);
        for (n, camera) in self.on_air.iter().take(last).enumerate() {
            let by = Actor::new("chair", self.now.plus(-2 * DAY_US));
            let token = self.store.issue_link(StationId::from(*camera), &self.by(3)).await?;
            let answers = Answers { room: true, box_and_tables: n != 2, no_booth: true };
            self.store.answer_self_test(&token, EntryId::generate()?, answers, &by).await?;
        }
        let reports = self.on_air.iter().take(2).zip([ReportKind::Box, ReportKind::Dark]);
        let reports =
            reports.map(|(camera, kind)| Fact::Report { camera: *camera, kind, text: String::new() });
        self.record(0, reports).await
    }
}

fn without_camera((constituency, station, reason): (u16, u16, NoCameraReason)) -> Fact {
    let station = StationId::new(constituency, station);
    Fact::WithoutCamera { station, reason: Some(reason), words: String::new() }
}

fn due(station: StationId, date: Date) -> Fact {
    let responsible = RESPONSIBLE[usize::from(station.constituency) % RESPONSIBLE.len()].to_owned();
    // One constituency in six should have been done last week; the others have a responsible person, and no date.
    let due = station.constituency.is_multiple_of(6).then(|| date.saturating_sub(7.days()));
    Fact::Due { station, stage: Stage::Accepted, responsible, due }
}

fn acceptance(station: StationId) -> Fact {
    let technician = RESPONSIBLE[usize::from(station.constituency) % RESPONSIBLE.len()].to_owned();
    Fact::Acceptance { station, chair: "Sədr (nümunə)".to_owned(), technician, words: String::new() }
}
