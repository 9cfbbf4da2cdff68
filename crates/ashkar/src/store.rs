//! The registry in the data directory, as commands use it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ashkar_election::{Actor, Election, SqliteStore, Store, Zone};
use ashkar_terms::{Clock, SystemClock, UtcMicros};

/// Opens the registry of `data`; it is made where it is not there yet.
pub(crate) async fn open(data: &Path) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(data)
        .await
        .with_context(|| format!("{}: the registry cannot be opened", data.display()))
}

/// Where a data directory has its recordings.
pub(crate) fn archive_of(data: &Path) -> PathBuf {
    data.join("archive")
}

/// Now.
pub(crate) fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

/// Who acts, for the audit trail: the person logged in, at this moment.
pub(crate) fn actor() -> Actor {
    let user =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    Actor::new(format!("cli:{user}"), now())
}

/// The current election; one of today, in Baku, is made where there is none, so that a first camera needs no preparation.
pub(crate) async fn ensure_election(store: &SqliteStore) -> anyhow::Result<Election> {
    if let Some(election) = store.election().await? {
        return Ok(election);
    }
    let (today, _) = Zone::baku().local(now());
    let election = Election::of_date(today);
    store.put_election(&election, &actor()).await?;
    tracing::info!(date = %today, "no election was described yet; one of today was made (see `ashkar election set`)");
    Ok(election)
}
