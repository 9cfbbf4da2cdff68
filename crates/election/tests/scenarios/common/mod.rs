//! Helpers shared by the scenarios.
#![allow(dead_code, reason = "each scenario uses its own part")]

use ashkar_election::{
    Actor, Constituency, Election, ImportPlan, NameStatus, SqliteStore, Station, StationId, StationList,
    Store, plan_import,
};
use ashkar_terms::UtcMicros;

/// Five constituencies, one without a name.
pub(crate) const CONSTITUENCIES: &str = "number,name_az,name_en,name_status
7,Naxçıvan,Nakhchivan,confirmed
8,Səbail,Sabail,unconfirmed
9,Yasamal birinci,,confirmed
16,Yasamal ikinci,Yasamal Second,confirmed
29,,,unknown
";

pub(crate) const STATIONS: &str = "constituency,station,venue,address,voters,cameras
7,12,34 nömrəli tam orta məktəb,Nizami küç. 5,991,1
7,13,Mədəniyyət evi,,800,2
8,1,Gənclər evi,Neftçilər pr. 1,1200,1
";

pub(crate) fn by(name: &str) -> Actor {
    Actor::new(name, UtcMicros(1_707_300_000_000_000))
}

pub(crate) fn election() -> Election {
    Election::of_date("2024-02-07".parse().unwrap())
}

/// The list of both files above.
pub(crate) fn list() -> StationList {
    let constituencies = plan_import(&StationList::default(), CONSTITUENCIES.as_bytes()).unwrap().list;
    plan_import(&constituencies, STATIONS.as_bytes()).unwrap().list
}

/// A store in `dir` with the election and both files imported.
pub(crate) async fn store_with_list(dir: &std::path::Path) -> SqliteStore {
    let store = SqliteStore::open(dir).await.unwrap();
    store.put_election(&election(), &by("test")).await.unwrap();
    import(&store, CONSTITUENCIES).await;
    import(&store, STATIONS).await;
    store
}

/// Imports a file like the command line: plan, then apply.
pub(crate) async fn import(store: &SqliteStore, file: &str) -> ashkar_election::Applied {
    let plan = plan(store, file).await;
    store.apply_import(&plan, "list.csv", &by("cli:aysel")).await.unwrap()
}

pub(crate) async fn plan(store: &SqliteStore, file: &str) -> ImportPlan {
    plan_import(&store.list().await.unwrap().1, file.as_bytes()).unwrap()
}

pub(crate) fn constituency(number: u16) -> Constituency {
    Constituency {
        name_az: Some(format!("Dairə {number}")),
        name_status: NameStatus::Confirmed,
        ..Constituency::unnamed(number)
    }
}

pub(crate) fn station(constituency: u16, station: u16, venue: &str, address: &str) -> Station {
    Station {
        id: StationId::new(constituency, station),
        venue: venue.into(),
        address: address.into(),
        voters: 1000,
        coordinates: None,
        cameras: 1,
    }
}
