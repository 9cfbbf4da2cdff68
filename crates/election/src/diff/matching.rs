//! Which station of the new list is which of the old one.

use std::collections::BTreeMap;

use crate::model::{Station, StationId};
use crate::text::fold;

/// A station that is in both lists, or in only one of them.
pub(super) enum Matched<'a> {
    Both(&'a Station, &'a Station),
    Old(&'a Station),
    New(&'a Station),
}

/// Whether a station is still where it was: differences in spelling, and an address that one of them lacks, do not
/// count.
pub(super) fn same_place(before: &Station, after: &Station) -> bool {
    let addresses = (fold(&before.address), fold(&after.address));
    let address = addresses.0 == addresses.1 || addresses.0.is_empty() || addresses.1.is_empty();
    fold(&before.venue) == fold(&after.venue) && address
}

/// Pairs the stations of both lists, each at most once.
pub(super) fn match_stations<'a>(old: &'a [Station], new: &'a [Station]) -> Vec<Matched<'a>> {
    let mut olds = by_id(old);
    let mut news = by_id(new);
    let mut matched = take_pairs(&mut olds, &mut news, same_place);
    matched.extend(take_renumbered(&mut olds, &mut news));
    matched.extend(take_pairs(&mut olds, &mut news, |_, _| true));
    matched.extend(olds.into_values().map(Matched::Old));
    matched.extend(news.into_values().map(Matched::New));
    matched
}

type ById<'a> = BTreeMap<StationId, &'a Station>;

fn by_id(stations: &[Station]) -> ById<'_> {
    stations.iter().map(|station| (station.id, station)).collect()
}

/// Takes out the stations that kept their number and are `alike`.
fn take_pairs<'a>(
    olds: &mut ById<'a>,
    news: &mut ById<'a>,
    alike: impl Fn(&Station, &Station) -> bool,
) -> Vec<Matched<'a>> {
    let mut pairs = Vec::new();
    olds.retain(|id, before| match news.get(id) {
        Some(after) if alike(before, after) => {
            pairs.push(Matched::Both(before, after));
            news.remove(id);
            false
        }
        _ => true,
    });
    pairs
}

/// Takes out the stations whose place is found again under another number of their constituency: of several at one
/// place, first those with equal numbers of voters, then in order of their numbers.
fn take_renumbered<'a>(olds: &mut ById<'a>, news: &mut ById<'a>) -> Vec<Matched<'a>> {
    let mut pairs = take_by_key(olds, news, |station| Some((place_key(station), Some(station.voters))));
    pairs.extend(take_by_key(olds, news, |station| {
        // Without an address a venue's name alone proves nothing.
        let key = place_key(station);
        (!key.2.is_empty()).then_some((key, None))
    }));
    pairs
}

type PlaceKey = ((u16, String, String), Option<u32>);

fn place_key(station: &Station) -> (u16, String, String) {
    (station.id.constituency, fold(&station.venue), fold(&station.address))
}

fn take_by_key<'a>(
    olds: &mut ById<'a>,
    news: &mut ById<'a>,
    key: impl Fn(&Station) -> Option<PlaceKey>,
) -> Vec<Matched<'a>> {
    let mut places: BTreeMap<PlaceKey, Vec<&'a Station>> = BTreeMap::new();
    // From the highest number down, so that `pop` gives the lowest.
    for &after in news.values().rev() {
        if let Some(key) = key(after) {
            places.entry(key).or_default().push(after);
        }
    }
    let mut pairs = Vec::new();
    olds.retain(|_, before| {
        let found = key(before).and_then(|key| places.get_mut(&key)?.pop());
        if let Some(after) = found {
            news.remove(&after.id);
            pairs.push(Matched::Both(before, after));
        }
        found.is_none()
    });
    pairs
}
