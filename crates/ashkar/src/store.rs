//! The registry in the data directory, as commands use it.

use std::path::{Path, PathBuf};

use ashkar_election::{Actor, Election, Making, SqliteStore, Store, StoreError, Zone};
use ashkar_terms::{Clock, SystemClock, UtcMicros};

use crate::{data, reserve};

/// Opens the registry of `data`, which must exist: a mistyped directory must not yield an empty one.
pub(crate) async fn open(data: &Path) -> anyhow::Result<SqliteStore> {
    open_with(data, Making::Nothing).await
}

/// The same, but creates it if nothing of a centre is there yet.
pub(crate) async fn open_or_make(data: &Path) -> anyhow::Result<SqliteStore> {
    open_with(data, Making::New).await
}

/// Opens the registry of `data`, and creates what `making` allows.
pub(crate) async fn open_with(data: &Path, making: Making) -> anyhow::Result<SqliteStore> {
    let beside = data::beside_the_registry(data)?;
    let store = SqliteStore::open_with(data, making, beside).await;
    if store.is_ok() {
        reserve::keep(data);
    }
    store.map_err(|error| match error {
        // These errors name the directory and say what to do.
        StoreError::NoData(_) | StoreError::NoRegistry { .. } | StoreError::NoSecretKey(_) => error.into(),
        error if reserve::is_full(data) => {
            let advice = "its disk is full; make room, then try again";
            anyhow::Error::from(error)
                .context(format!("{}: the registry cannot be opened: {advice}", data.display()))
        }
        error => {
            anyhow::Error::from(error).context(format!("{}: the registry cannot be opened", data.display()))
        }
    })
}

/// Directory of the recordings in a data directory.
pub(crate) fn archive_of(data: &Path) -> PathBuf {
    data.join("archive")
}

/// Now.
pub(crate) fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

/// The actor for the audit trail: the person logged in, at this moment.
pub(crate) fn actor() -> Actor {
    let user =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    Actor::new(format!("cli:{user}"), now())
}

/// The current election; if there is none, one of today in Baku is created, so that a first camera needs no
/// preparation.
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
