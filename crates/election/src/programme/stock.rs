//! Devices in stock and custody. Movements go in; who has each device comes out. A device is never at two places: each
//! movement names the one who has it, and is refused if somebody else does.

use std::fmt;
use std::str::FromStr;

use ashkar_terms::UtcMicros;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fact::PERSON_BYTES_MAX;
use super::{Entry, Fact, Refusal, text};
use crate::model::StationId;

/// Longest serial number, bytes.
const SERIAL_BYTES_MAX: usize = 64;
/// Movements of one device that are kept.
const MOVEMENTS_MAX: usize = 1000;

/// The serial number of a device, in capitals: `sn-17` and `SN-17` are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Serial(String);

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Serial {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let good = (1..=SERIAL_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if good { Ok(Self(text.to_ascii_uppercase())) } else { Err(Refusal::Serial) }
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Who has a device. In text `stock`, `station:7/12` or `person:Rauf Əliyev`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The stock.
    Stock,
    /// A station.
    Station(StationId),
    /// A person.
    Person(String),
}

impl Holder {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Person(name) => text::name("the person's name", name, PERSON_BYTES_MAX),
            Self::Stock | Self::Station(_) => Ok(()),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stock => f.write_str("stock"),
            Self::Station(station) => write!(f, "station:{station}"),
            Self::Person(name) => write!(f, "person:{name}"),
        }
    }
}

impl FromStr for Holder {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::Holder(text.chars().take(60).collect());
        match text.split_once(':') {
            None if text == "stock" => Ok(Self::Stock),
            Some(("station", id)) => id.parse().map(Self::Station).map_err(|_| wrong()),
            Some(("person", name)) => {
                let name = Self::Person(name.trim().to_owned());
                name.check().map(|()| name)
            }
            _ => Err(wrong()),
        }
    }
}

impl Serialize for Holder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Holder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A device, where it is, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockItem {
    /// Its serial number.
    pub serial: Serial,
    /// What it is.
    pub kind: String,
    /// The note with which it was entered.
    pub note: String,
    /// Who has it now.
    pub holder: Holder,
    /// Since when.
    pub since: UtcMicros,
    /// Whether it holds nothing of a station: it never was at one, or was wiped since.
    pub wiped: bool,
    /// The station whose spare it is.
    pub spare_for: Option<StationId>,
    /// Its movements, oldest first.
    pub movements: Vec<Movement>,
}

/// One movement of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// When, by the one who recorded it.
    pub at: UtcMicros,
    /// Who recorded it.
    pub by: String,
    /// Who has it from then on; nothing if it was wiped where it was.
    pub to: Option<Holder>,
    /// A note; may be empty.
    pub note: String,
}

impl StockItem {
    /// Whether the fact can be of this device now.
    pub(super) fn check(&self, fact: &Fact) -> Result<(), Refusal> {
        let serial = || self.serial.clone();
        if self.movements.len() >= MOVEMENTS_MAX {
            return Err(Refusal::ManyRecords(MOVEMENTS_MAX));
        }
        match fact {
            Fact::StockAdded { .. } => Err(Refusal::DeviceExists(serial())),
            Fact::HandedOver { from, to, .. } => {
                if *to == Holder::Stock {
                    return Err(Refusal::StockToStock(serial()));
                }
                self.is_with(from)?;
                if to == from {
                    return Err(Refusal::NoMovement { serial: serial(), to: to.clone() });
                }
                Ok(())
            }
            Fact::Returned { from, .. } => {
                if *from == Holder::Stock {
                    return Err(Refusal::StockToStock(serial()));
                }
                self.is_with(from)
            }
            Fact::Spare { station: Some(_), .. } => match self.holder {
                Holder::Station(station) => Err(Refusal::InUse { serial: serial(), station }),
                Holder::Stock | Holder::Person(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn is_with(&self, from: &Holder) -> Result<(), Refusal> {
        if self.holder == *from {
            return Ok(());
        }
        let (serial, holder) = (self.serial.clone(), self.holder.clone());
        Err(Refusal::Elsewhere { serial, from: from.clone(), holder })
    }

    /// The device that an entry brings into the stock.
    pub(super) fn added(entry: &Entry, serial: &Serial, kind: &str, note: &str) -> Self {
        Self {
            serial: serial.clone(),
            kind: kind.to_owned(),
            note: note.to_owned(),
            holder: Holder::Stock,
            since: entry.at,
            wiped: true,
            spare_for: None,
            movements: Vec::new(),
        }
    }

    /// Takes over what an entry says of this device.
    pub(super) fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::HandedOver { to, note, .. } => self.go(entry, to, note),
            Fact::Returned { note, .. } => self.go(entry, &Holder::Stock, note),
            Fact::Wiped { note, .. } => {
                self.wiped = true;
                self.note_movement(entry, None, note);
            }
            Fact::Spare { station, .. } => self.spare_for = *station,
            _ => {}
        }
    }

    fn go(&mut self, entry: &Entry, to: &Holder, note: &str) {
        self.holder = to.clone();
        self.since = entry.at;
        if matches!(to, Holder::Station(_)) {
            // It records there, and a device in use is no spare.
            (self.wiped, self.spare_for) = (false, None);
        }
        self.note_movement(entry, Some(to.clone()), note);
    }

    fn note_movement(&mut self, entry: &Entry, to: Option<Holder>, note: &str) {
        self.movements.push(Movement { at: entry.at, by: entry.by.clone(), to, note: note.to_owned() });
    }
}
