//! The SQLite side: the file, its settings, its transactions.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr, SqlitePool};

use super::super::seal::give_to_owner;
use super::{Actor, Sealer, SqliteStore, StoreError, Tx, record};

/// The database in the data directory.
const DATABASE_FILE: &str = "election.db";

/// A process that opens the directory holds a lock on this file meanwhile, so that only one creates the files.
const LOCK_FILE: &str = "election.lock";

/// How long a statement waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections of one process: one writes, and a few read.
const MAX_CONNECTIONS: u32 = 4;

/// Migrations that create this version's database from nothing, or from an older one: number, name, text. They never
/// change once they are listed here: the database knows the hash of each.
const MIGRATIONS: [(i64, &str, &str); 12] = [
    (1, "registry", include_str!("../../../migrations/sqlite/0001_registry.sql")),
    (2, "turnout", include_str!("../../../migrations/sqlite/0002_turnout.sql")),
    (3, "sub streams", include_str!("../../../migrations/sqlite/0003_sub_streams.sql")),
    (4, "devices", include_str!("../../../migrations/sqlite/0004_devices.sql")),
    (5, "conditions", include_str!("../../../migrations/sqlite/0005_conditions.sql")),
    (6, "reference stills", include_str!("../../../migrations/sqlite/0006_reference_stills.sql")),
    (7, "audit chain", include_str!("../../../migrations/sqlite/0007_audit_chain.sql")),
    (8, "people", include_str!("../../../migrations/sqlite/0008_people.sql")),
    (9, "proposals", include_str!("../../../migrations/sqlite/0009_proposals.sql")),
    (10, "views", include_str!("../../../migrations/sqlite/0010_views.sql")),
    (11, "programme", include_str!("../../../migrations/sqlite/0011_programme.sql")),
    (12, "publication", include_str!("../../../migrations/sqlite/0012_publication.sql")),
];

/// What opening a data directory may create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// Nothing: the registry exists, or opening fails.
    Nothing,
    /// A new one, if nothing shows that there was one before.
    New,
    /// Whatever is missing, because somebody confirmed that it is gone for good.
    Anew,
}

fn migrator() -> Migrator {
    let each = MIGRATIONS.map(|(number, name, text)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(each.into())
}

impl SqliteStore {
    /// Opens the store in `data_dir`, and creates a new one if there is none and nothing remains of one.
    ///
    /// # Errors
    /// As [`SqliteStore::open_with`].
    pub async fn open(data_dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(data_dir, Making::New, None).await
    }

    /// Opens the store in `data_dir` and migrates an older database to this version; creates the directory (0700), the
    /// database and the secret key (0600) as far as `making` allows. Several processes may do so at once. `beside`
    /// names something in the directory that exists only where a registry was, such as "are recordings".
    ///
    /// # Errors
    /// [`StoreError::NoData`], [`StoreError::NoRegistry`] and [`StoreError::NoSecretKey`] if something is missing that
    /// ought to be there; [`StoreError::File`], [`StoreError::SecretKey`], [`StoreError::Database`];
    /// [`StoreError::Migrate`] if the database comes from a newer version of this program.
    pub async fn open_with(
        data_dir: &Path,
        making: Making,
        beside: Option<&'static str>,
    ) -> Result<Self, StoreError> {
        let dir = data_dir.to_owned();
        // Waiting for the lock blocks the thread, so it waits on one where that harms nobody.
        let prepared = tokio::task::spawn_blocking(move || prepare(&dir, making, beside)).await;
        let _lock = prepared.map_err(|error| StoreError::File {
            path: data_dir.to_owned(),
            source: std::io::Error::other(error),
        })??;
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(DATABASE_FILE))
            .journal_mode(SqliteJournalMode::Wal)
            // I2: what was acknowledged is durable, even after a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().max_connections(MAX_CONNECTIONS).connect_with(options).await?;
        match Self::unseal(&pool, data_dir, making).await {
            Ok(sealer) => Ok(Self { pool, sealer: Arc::new(sealer), looks_at: None }),
            Err(error) => {
                // A process that is refused leaves no file of its own beside the registry.
                pool.close().await;
                Err(error)
            }
        }
    }

    /// Migrates the schema, and opens the key for encrypted addresses.
    async fn unseal(pool: &SqlitePool, data_dir: &Path, making: Making) -> Result<Sealer, StoreError> {
        migrator().run(pool).await?;
        if !record::is_chained(&mut *pool.acquire().await?).await? {
            let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
            record::chain_the_past(&mut tx).await?;
            tx.commit().await?;
        }
        // The key comes last: if there is one, there was a registry.
        let is_sealed = "SELECT EXISTS (SELECT 1 FROM camera WHERE pull_sealed IS NOT NULL)";
        let is_sealed: bool = sqlx::query_scalar(is_sealed).fetch_one(pool).await?;
        Sealer::open(data_dir, !is_sealed || making == Making::Anew)
    }

    /// A transaction that sees a single moment and changes nothing.
    pub(super) async fn read(&self) -> Result<Tx, StoreError> {
        let Some(key) = &self.looks_at else { return Ok(self.pool.begin().await?) };
        // Taken back when the transaction is dropped, as nobody commits one that reads.
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("UPDATE registry SET election_id = (SELECT id FROM election WHERE key = $1)")
            .bind(key.as_str())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// A transaction that writes. It takes the write lock at once: one that began by reading would fail, not wait, if
    /// another process wrote in between. A request of `by` that was done before is refused.
    pub(super) async fn write(&self, by: &Actor) -> Result<Tx, StoreError> {
        if self.looks_at.is_some() {
            return Err(StoreError::LooksOnly);
        }
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        record::claim(&mut tx, by).await?;
        Ok(tx)
    }
}

/// Creates what is missing and may be created. The lock is held until the returned file is dropped.
fn prepare(data_dir: &Path, making: Making, beside: Option<&'static str>) -> Result<File, StoreError> {
    let at = |path: &Path| {
        let path = PathBuf::from(path);
        move |source| StoreError::File { path, source }
    };
    let database = data_dir.join(DATABASE_FILE);
    let beside = beside.or_else(|| Sealer::is_in(data_dir).then_some("is a secret.key"));
    if making == Making::Nothing && beside.is_none() && length(&database).map_err(at(&database))?.is_none() {
        // A process that only looks leaves nothing behind.
        return Err(StoreError::NoData(data_dir.to_owned()));
    }
    match fs::metadata(data_dir) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(at(data_dir))?;
        }
        Err(source) => return Err(at(data_dir)(source)),
    }
    let lock_path = data_dir.join(LOCK_FILE);
    let mut private = OpenOptions::new();
    private.write(true).create(true).truncate(false).mode(0o600);
    let lock = private.open(&lock_path).map_err(at(&lock_path))?;
    give_to_owner(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    // Checked again under the lock: another process may just have created it.
    if length(&database).map_err(at(&database))?.unwrap_or(0) == 0 {
        match (making, beside) {
            (Making::New | Making::Nothing, Some(beside)) => {
                return Err(StoreError::NoRegistry { path: data_dir.to_owned(), beside });
            }
            (Making::Nothing, None) => return Err(StoreError::NoData(data_dir.to_owned())),
            (Making::New, None) | (Making::Anew, _) => {}
        }
    }
    create_private(&database).map_err(at(&database))?;
    Ok(lock)
}

/// Length of a file in bytes, if it exists.
fn length(path: &Path) -> std::io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// SQLite would make the file readable by all; its `-wal` and `-shm` files inherit the mode of this one. An existing
/// file is left alone: opening and closing it here would drop the locks that this process holds on it.
fn create_private(path: &Path) -> std::io::Result<()> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        // SQLite's own files beside it inherit its owner, too.
        Ok(_) => {
            give_to_owner(path)?;
            File::open(path.parent().unwrap_or(path))?.sync_all()
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_that_was_written_is_one_of_them() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let mut written: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        written.sort_unstable();
        let mut known = MIGRATIONS.map(|(_, _, text)| text);
        known.sort_unstable();
        assert_eq!(written, known);
        assert!(MIGRATIONS.iter().zip(1..).all(|((number, ..), expected)| *number == expected));
    }
}
