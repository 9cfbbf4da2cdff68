//! What changed between two versions of the list.

mod matching;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Constituency, Coordinates, Station, StationId, StationList};
use matching::{Matched, match_stations, same_place};

/// The differences between two lists, ordered by number; empty if the lists are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// Changes of constituencies.
    pub constituencies: Vec<ConstituencyChange>,
    /// Changes of stations.
    pub stations: Vec<StationChange>,
}

/// What happened to a constituency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ConstituencyChange {
    /// It is new in the list.
    New {
        /// Its number.
        number: u16,
    },
    /// It is no longer in the list.
    Removed {
        /// Its number.
        number: u16,
    },
    /// Its name, or what is known of it, changed.
    Renamed {
        /// Its number.
        number: u16,
        /// What changed.
        fields: Vec<FieldChange>,
    },
}

/// What happened to a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum StationChange {
    /// It is new in the list.
    New {
        /// Its number.
        id: StationId,
        /// Where it is.
        place: Place,
        /// Voters on its register.
        voters: u32,
        /// Number of its cameras.
        cameras: u8,
    },
    /// It is no longer in the list.
    Removed {
        /// The number it had.
        id: StationId,
        /// Where it was.
        place: Place,
    },
    /// It stayed where it is and has another number in its constituency.
    Renumbered {
        /// The number it had.
        from: StationId,
        /// The number that it has now.
        to: StationId,
        /// Where it is.
        place: Place,
        /// What else changed.
        fields: Vec<FieldChange>,
    },
    /// It kept its number and is at another venue or address.
    Moved {
        /// Its number.
        id: StationId,
        /// Where it was.
        from: Place,
        /// Where it is.
        to: Place,
        /// What else changed.
        fields: Vec<FieldChange>,
    },
    /// It kept its number and its place; its figures or their spelling changed.
    Changed {
        /// Its number.
        id: StationId,
        /// Where it is.
        place: Place,
        /// What changed.
        fields: Vec<FieldChange>,
    },
}

/// Venue and address of a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The building.
    pub venue: String,
    /// Its address; may be empty.
    pub address: String,
}

/// The value of one field before and after, as the CSV writes it; empty if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's CSV name, or `coordinates`.
    pub field: String,
    /// Before.
    pub from: String,
    /// After.
    pub to: String,
}

/// How many stations changed, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffCounts {
    /// New stations.
    pub new: usize,
    /// Removed stations.
    pub removed: usize,
    /// Renumbered stations.
    pub renumbered: usize,
    /// Moved stations.
    pub moved: usize,
    /// Stations changed otherwise.
    pub changed: usize,
    /// Constituencies changed in any way.
    pub constituencies: usize,
}

impl Diff {
    /// The changes that turn `old` into `new`.
    ///
    /// A station is the same one if its number and place are kept; then, within its constituency, if its place is found
    /// again under another number ([`StationChange::Renumbered`]: the same venue and address, and without an address
    /// also the same number of voters, since one constituency has many a "Tam orta məktəb"); then if the number is kept
    /// ([`StationChange::Moved`]). Spellings that fold alike, and an address that was not known before, do not count as
    /// a move. The work is at most n log n in the number of stations.
    pub fn between(old: &StationList, new: &StationList) -> Self {
        Self { constituencies: constituency_changes(old, new), stations: station_changes(old, new) }
    }

    /// Whether the lists are equal.
    pub fn is_empty(&self) -> bool {
        self.constituencies.is_empty() && self.stations.is_empty()
    }

    /// Number of changes of each kind.
    pub fn counts(&self) -> DiffCounts {
        let mut counts = DiffCounts { constituencies: self.constituencies.len(), ..DiffCounts::default() };
        for change in &self.stations {
            match change {
                StationChange::New { .. } => counts.new += 1,
                StationChange::Removed { .. } => counts.removed += 1,
                StationChange::Renumbered { .. } => counts.renumbered += 1,
                StationChange::Moved { .. } => counts.moved += 1,
                StationChange::Changed { .. } => counts.changed += 1,
            }
        }
        counts
    }
}

impl StationChange {
    /// The number under which the station is known after the change, or was before its removal.
    pub fn id(&self) -> StationId {
        match self {
            Self::New { id, .. }
            | Self::Removed { id, .. }
            | Self::Moved { id, .. }
            | Self::Changed { id, .. } => *id,
            Self::Renumbered { to, .. } => *to,
        }
    }
}

fn constituency_changes(old: &StationList, new: &StationList) -> Vec<ConstituencyChange> {
    let gone = old.constituencies().iter().filter(|before| new.constituency(before.number).is_none());
    let mut changes: Vec<_> =
        gone.map(|before| ConstituencyChange::Removed { number: before.number }).collect();
    for after in new.constituencies() {
        let number = after.number;
        match old.constituency(number) {
            None => changes.push(ConstituencyChange::New { number }),
            Some(before) if before == after => {}
            Some(before) => {
                changes.push(ConstituencyChange::Renamed { number, fields: name_changes(before, after) });
            }
        }
    }
    changes.sort_by_key(|change| match change {
        ConstituencyChange::New { number }
        | ConstituencyChange::Removed { number }
        | ConstituencyChange::Renamed { number, .. } => *number,
    });
    changes
}

fn name_changes(before: &Constituency, after: &Constituency) -> Vec<FieldChange> {
    let text = |name: &Option<String>| name.clone().unwrap_or_default();
    changed_fields([
        ("name_az", text(&before.name_az), text(&after.name_az)),
        ("name_en", text(&before.name_en), text(&after.name_en)),
        ("name_ru", text(&before.name_ru), text(&after.name_ru)),
        ("name_status", before.name_status.name().into(), after.name_status.name().into()),
    ])
}

fn station_changes(old: &StationList, new: &StationList) -> Vec<StationChange> {
    let mut changes: Vec<_> = match_stations(old.stations(), new.stations())
        .into_iter()
        .filter_map(|matched| match matched {
            Matched::Both(before, after) => change_of(before, after),
            Matched::Old(before) => Some(StationChange::Removed { id: before.id, place: Place::of(before) }),
            Matched::New(after) => Some(StationChange::New {
                id: after.id,
                place: Place::of(after),
                voters: after.voters,
                cameras: after.cameras,
            }),
        })
        .collect();
    changes.sort_by_key(StationChange::id);
    changes
}

fn change_of(before: &Station, after: &Station) -> Option<StationChange> {
    if before == after {
        return None;
    }
    let place = Place::of(after);
    let moved = !same_place(before, after);
    let fields = figure_changes(before, after, !moved);
    Some(match (before.id == after.id, moved) {
        (false, _) => StationChange::Renumbered { from: before.id, to: after.id, place, fields },
        (true, true) => StationChange::Moved { id: after.id, from: Place::of(before), to: place, fields },
        (true, false) => StationChange::Changed { id: after.id, place, fields },
    })
}

fn figure_changes(before: &Station, after: &Station, with_spelling: bool) -> Vec<FieldChange> {
    let map =
        |at: &Option<Coordinates>| at.map_or_else(String::new, |at| format!("{} {}", at.lat(), at.lon()));
    let mut fields = changed_fields([
        ("voters", before.voters.to_string(), after.voters.to_string()),
        ("cameras", before.cameras.to_string(), after.cameras.to_string()),
        ("coordinates", map(&before.coordinates), map(&after.coordinates)),
    ]);
    if with_spelling {
        fields.extend(changed_fields([
            ("venue", before.venue.clone(), after.venue.clone()),
            ("address", before.address.clone(), after.address.clone()),
        ]));
    }
    fields
}

fn changed_fields<const N: usize>(fields: [(&str, String, String); N]) -> Vec<FieldChange> {
    let changed = fields.into_iter().filter(|(_, from, to)| from != to);
    changed.map(|(field, from, to)| FieldChange { field: field.into(), from, to }).collect()
}

impl Place {
    /// The place of a station.
    pub(crate) fn of(station: &Station) -> Self {
        Self { venue: station.venue.clone(), address: station.address.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.venue)?;
        if self.address.is_empty() { Ok(()) } else { write!(f, ", {}", self.address) }
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} -> {:?}", self.field, self.from, self.to)
    }
}

impl fmt::Display for ConstituencyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { number } => write!(f, "new constituency {number}"),
            Self::Removed { number } => write!(f, "removed constituency {number}"),
            Self::Renamed { number, fields } => {
                write!(f, "renamed constituency {number}")?;
                write_fields(f, fields)
            }
        }
    }
}

impl fmt::Display for StationChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = match self {
            Self::New { id, place, voters, cameras } => {
                return write!(f, "new {id}: {place}; voters {voters}, cameras {cameras}");
            }
            Self::Removed { id, place } => return write!(f, "removed {id}: {place}"),
            Self::Renumbered { from, to, place, fields } => {
                write!(f, "renumbered {from} -> {to}: {place}")?;
                fields
            }
            Self::Moved { id, from, to, fields } => {
                write!(f, "moved {id}: {from} -> {to}")?;
                fields
            }
            Self::Changed { id, fields, .. } => {
                write!(f, "changed {id}")?;
                fields
            }
        };
        write_fields(f, fields)
    }
}

fn write_fields(f: &mut fmt::Formatter<'_>, fields: &[FieldChange]) -> fmt::Result {
    fields.iter().try_for_each(|field| write!(f, "; {field}"))
}

impl fmt::Display for DiffCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} new, {} removed, {} renumbered, {} moved, {} changed stations; {} changed constituencies",
            self.new, self.removed, self.renumbered, self.moved, self.changed, self.constituencies
        )
    }
}
