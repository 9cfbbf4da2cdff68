//! The imported list as a value, sorted by number and searched by it.

use super::{Constituency, Station, StationId};

/// The list: the constituencies of an election and its stations with cameras, each ordered by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StationList {
    constituencies: Vec<Constituency>,
    stations: Vec<Station>,
}

impl StationList {
    /// Sorts both. If two have the same number, the first one stays; the importer rejects such files beforehand.
    pub fn new(mut constituencies: Vec<Constituency>, mut stations: Vec<Station>) -> Self {
        constituencies.sort_by_key(|constituency| constituency.number);
        constituencies.dedup_by_key(|constituency| constituency.number);
        stations.sort_by_key(|station| station.id);
        stations.dedup_by_key(|station| station.id);
        Self { constituencies, stations }
    }

    /// The constituencies, by number.
    pub fn constituencies(&self) -> &[Constituency] {
        &self.constituencies
    }

    /// The stations, by constituency and number.
    pub fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// Whether nothing was imported yet.
    pub fn is_empty(&self) -> bool {
        self.constituencies.is_empty() && self.stations.is_empty()
    }

    /// The constituency with that number.
    pub fn constituency(&self, number: u16) -> Option<&Constituency> {
        let at =
            self.constituencies.binary_search_by_key(&number, |constituency| constituency.number).ok()?;
        self.constituencies.get(at)
    }

    /// The station `id`.
    pub fn station(&self, id: StationId) -> Option<&Station> {
        let at = self.stations.binary_search_by_key(&id, |station| station.id).ok()?;
        self.stations.get(at)
    }

    /// The stations of one constituency, by number.
    pub(crate) fn stations_of(&self, constituency: u16) -> &[Station] {
        let from = self.stations.partition_point(|station| station.id.constituency < constituency);
        let to = self.stations.partition_point(|station| station.id.constituency <= constituency);
        self.stations.get(from..to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(constituency: u16, station: u16) -> Station {
        Station {
            id: StationId::new(constituency, station),
            venue: "Məktəb".into(),
            address: String::new(),
            voters: 1,
            coordinates: None,
            cameras: 1,
        }
    }

    #[test]
    fn finds_what_it_holds() {
        let list = StationList::new(
            vec![Constituency::unnamed(7), Constituency::unnamed(1)],
            vec![station(7, 12), station(1, 2), station(7, 3)],
        );
        assert_eq!(list.constituency(7).unwrap().number, 7);
        assert_eq!(list.constituency(2), None);
        assert_eq!(list.station(StationId::new(7, 12)).unwrap().id, StationId::new(7, 12));
        let numbers: Vec<_> = list.stations_of(7).iter().map(|station| station.id.station).collect();
        assert_eq!(numbers, [3, 12]);
        assert!(list.stations_of(2).is_empty());
    }
}
