use sqlx::SqliteConnection;

use super::super::seal::Sealer;
use super::super::{Snapshot, StoreError};
use super::{cameras, elections, lists, marks, record};

/// Everything, read in one transaction, so that its parts belong together.
pub(super) async fn snapshot(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<Snapshot, StoreError> {
    let token = record::token(tx).await?;
    let (version, list) = lists::newest(tx).await?;
    Ok(Snapshot {
        token,
        election: elections::current(tx).await?.map(|current| current.election),
        version,
        list,
        cameras: cameras::all(tx, sealer).await?,
        marks: marks::all(tx).await?,
    })
}
