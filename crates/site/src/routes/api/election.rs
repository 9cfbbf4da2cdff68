//! The election and its constituencies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ashkar_centre::{Centre, Registry};
use ashkar_election::{Constituency, DayTime, Language, Phase, StationMarks};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::types::{
    ConstituencyView, ElectionView, ListView, NightView, Page, PartialTexts, PlanView, PolicyView,
    StateCounts, Totals,
};
use super::{stations, turnout};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;
use crate::routes::times;

/// The election, its day, and the state of its stations.
#[utoipa::path(get, path = "/api/v1/election", responses((status = 200, body = ElectionView)))]
pub(crate) async fn election(
    State(centre): State<Arc<Centre>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let registry = centre.registry();
    Ok(Cached::json(&view(&centre, &registry), BRIEF)?.respond(&headers))
}

fn view(centre: &Centre, registry: &Registry) -> ElectionView {
    let election = &registry.election;
    let zone = super::zone(centre);
    let write = |at| times::write(at, &zone);
    let now = centre.now().wall;
    let list = registry.snapshot.published_versions().next();
    ElectionView {
        sample: election.sample,
        rehearsal: election.rehearsal.is_some(),
        names: election.names.clone().into(),
        date: election.date.to_string(),
        time_zone: election.time_zone.name().to_owned(),
        now: write(now),
        phase: phase_name(election.phase_at(now, &StationMarks::default())),
        plan: plan(registry, write),
        policy: PolicyView {
            sound: election.policy.sound,
            rewind_on_day: election.policy.rewind_on_day,
            rewind_now: centre.rewind_is_public(),
            archive_public_after: election.policy.archive_public_after,
            retention_years: u16::from(election.policy.retention_years),
        },
        list: list.map(|version| ListView {
            version: i64::from(version.number),
            published: write(version.published_at().unwrap_or(version.at)),
        }),
        totals: totals(centre, registry),
        turnout: turnout::of_country(registry),
    }
}

fn plan(registry: &Registry, write: impl Fn(ashkar_terms::UtcMicros) -> String) -> PlanView {
    let election = &registry.election;
    let at = |minute| write(election.instant(minute));
    let turnout =
        election.times().into_iter().filter(|(_, what)| *what == DayTime::Turnout).map(|(at, _)| write(at));
    PlanView {
        on_air: at(election.plan.on_air),
        empty_boxes: at(election.plan.empty_boxes),
        voting_from: at(election.plan.voting_from),
        voting_to: at(election.plan.voting_to),
        turnout: turnout.collect(),
        nights: election
            .plan
            .nights
            .iter()
            .map(|night| NightView { from: at(night.from), to: at(night.to) })
            .collect(),
    }
}

fn totals(centre: &Centre, registry: &Registry) -> Totals {
    let now = centre.now();
    let mut states = StateCounts::default();
    let mut constituencies = BTreeSet::new();
    for station in registry.stations() {
        constituencies.insert(station.id.constituency);
        states.add(stations::state_of(centre, registry, station.id, now));
    }
    Totals {
        constituencies: constituencies.len(),
        stations: registry.stations().count(),
        cameras: registry.cameras().count(),
        states,
    }
}

/// The constituencies that have stations on the list.
#[utoipa::path(get, path = "/api/v1/constituencies", responses((status = 200, body = Page<ConstituencyView>)))]
pub(crate) async fn constituencies(
    State(centre): State<Arc<Centre>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let registry = centre.registry();
    let now = centre.now();
    let mut counted: BTreeMap<u16, (usize, StateCounts)> = BTreeMap::new();
    for station in registry.stations() {
        let entry = counted.entry(station.id.constituency).or_default();
        entry.0 += 1;
        entry.1.add(stations::state_of(&centre, &registry, station.id, now));
    }
    let items: Vec<_> = counted
        .into_iter()
        .map(|(number, (stations, states))| {
            let named = registry.snapshot.published_list().constituency(number).cloned();
            constituency_view(&named.unwrap_or_else(|| Constituency::unnamed(number)), stations, states)
        })
        .collect();
    let page = Page { total: items.len(), items, next: None };
    Ok(Cached::json(&page, BRIEF)?.respond(&headers))
}

fn constituency_view(constituency: &Constituency, stations: usize, states: StateCounts) -> ConstituencyView {
    let name = |language| constituency.name(language).map(str::to_owned);
    ConstituencyView {
        number: constituency.number,
        names: PartialTexts { az: name(Language::Az), en: name(Language::En), ru: name(Language::Ru) },
        display: constituency.titles().into(),
        stations,
        states,
    }
}

/// The phase of the day, as the API names it.
pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::NotYet => "before",
        Phase::Closing => "closed",
        Phase::After(ashkar_election::Act::ProtocolCompleted) => "completed",
        other => other.name(),
    }
}
