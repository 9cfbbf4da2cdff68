//! The snapshot, assembled from all tables.

use sqlx::SqliteConnection;

use super::super::seal::Sealer;
use super::super::{ListVersion, Snapshot, StoreError};
use super::{cameras, devices, elections, lists, marks, publications, record, turnout, views};
use crate::model::StationList;

/// Everything, read in one transaction, so that the parts are consistent.
pub(super) async fn snapshot(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<Snapshot, StoreError> {
    let token = record::token(tx).await?;
    let (version, list) = lists::newest(tx).await?;
    let mut earlier = lists::versions(tx).await?;
    earlier.pop();
    let is_public = |version: &&ListVersion| version.publication.is_some();
    let published = match &version {
        Some(newest) if newest.publication.is_none() => match earlier.iter().rfind(is_public) {
            Some(published) => Some(lists::version(tx, published.number).await?.1),
            None => Some(StationList::default()),
        },
        _ => None,
    };
    let current = elections::current(tx).await?;
    let followed = match &current {
        Some(current) if current.gear != current.id => Some(lists::newest_of(tx, current.gear).await?.1),
        _ => None,
    };
    let (cameras, sub_streams) =
        cameras::all(tx, sealer).await?.into_iter().partition(|camera| camera.sub_of.is_none());
    Ok(Snapshot {
        token,
        election: current.map(|current| current.election),
        version,
        earlier,
        list,
        published,
        followed,
        never_published: publications::never_published(tx).await?,
        cameras,
        sub_streams,
        devices: devices::all(tx).await?,
        marks: marks::all(tx).await?,
        turnout: turnout::all(tx).await?,
        approvals: views::approvals(tx).await?,
        hidings: views::hidings(tx).await?,
        days: elections::days(tx).await?,
    })
}
