//! What is SQLite's own: the file, its settings, its transactions.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Sealer, SqliteStore, StoreError, Tx};

/// The database in the data directory.
const DATABASE_FILE: &str = "election.db";

/// Whoever opens the directory holds a lock on this file meanwhile, so that one alone makes the files.
const LOCK_FILE: &str = "election.lock";

/// How long a statement waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections of one process: one writes, and a few read.
const MAX_CONNECTIONS: u32 = 4;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

impl SqliteStore {
    /// Opens the store in `data_dir`; makes the directory (0700), the database and the secret key (0600) where they
    /// are missing, and brings an older database to this version. Several processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError::File`], [`StoreError::SecretKey`], [`StoreError::Database`]; [`StoreError::Migrate`] where the
    /// database comes from a newer version of this program.
    pub async fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let dir = data_dir.to_owned();
        // Waiting for the lock blocks, so it waits where that harms nobody.
        let prepared = tokio::task::spawn_blocking(move || prepare(&dir)).await;
        let (_lock, sealer) = prepared.map_err(|error| StoreError::File {
            path: data_dir.to_owned(),
            source: std::io::Error::other(error),
        })??;
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(DATABASE_FILE))
            .journal_mode(SqliteJournalMode::Wal)
            // I2: what was acknowledged is durable, also after a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().max_connections(MAX_CONNECTIONS).connect_with(options).await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Self { pool, sealer: Arc::new(sealer) })
    }

    /// A transaction that sees one moment and changes nothing.
    pub(super) async fn read(&self) -> Result<Tx, StoreError> {
        Ok(self.pool.begin().await?)
    }

    /// A transaction that writes. It takes the write lock at once: one that began by reading would fail, not wait,
    /// if another process wrote in between.
    pub(super) async fn write(&self) -> Result<Tx, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Makes what is missing. The lock is held until the returned file is dropped.
fn prepare(data_dir: &Path) -> Result<(File, Sealer), StoreError> {
    let at = |path: &Path| {
        let path = PathBuf::from(path);
        move |source| StoreError::File { path, source }
    };
    if !data_dir.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(at(data_dir))?;
    }
    let lock_path = data_dir.join(LOCK_FILE);
    let mut private = OpenOptions::new();
    private.write(true).create(true).truncate(false).mode(0o600);
    let lock = private.open(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    create_private(&data_dir.join(DATABASE_FILE)).map_err(at(&data_dir.join(DATABASE_FILE)))?;
    Ok((lock, Sealer::open(data_dir)?))
}

/// SQLite would make the file readable by all; its `-wal` and `-shm` files take over the mode of this one. An existing
/// file is left alone: opening and closing it here would drop the locks that this process holds on it.
fn create_private(path: &Path) -> std::io::Result<()> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Ok(_) => File::open(path.parent().unwrap_or(path))?.sync_all(),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
