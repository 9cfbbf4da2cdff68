//! The programme in SQLite: rows that are only added, photos beside them.

pub(super) mod entries;
mod photos;

use ashkar_terms::UtcMicros;
use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::super::programme::{Answers, KeptPhoto, NewSheet, ProgrammeError, ProgrammeStore};
use super::super::{Actor, StoreError};
use super::{SqliteStore, enrolments};
use crate::model::StationId;
use crate::programme::{Entry, EntryId, Fact, LinkToken, NewEntry, PhotoHash, Programme, Recorded, Refusal};

#[async_trait]
impl ProgrammeStore for SqliteStore {
    async fn catch_up(&self, programme: &mut Programme) -> Result<bool, ProgrammeError> {
        let mut tx = self.read().await?;
        entries::catch_up(&mut tx, programme).await
    }

    async fn record(&self, new: &NewEntry, by: &Actor) -> Result<Recorded, ProgrammeError> {
        let mut tx = self.write(by).await?;
        let recorded = entries::record(&mut tx, new, by).await?;
        tx.commit().await?;
        Ok(recorded)
    }

    async fn record_all(&self, new: &[NewEntry], source: &str, by: &Actor) -> Result<usize, ProgrammeError> {
        let mut tx = self.write(by).await?;
        let made = entries::record_all(&mut tx, new, source, by).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn history(&self, station: StationId) -> Result<Vec<Entry>, ProgrammeError> {
        let mut tx = self.read().await?;
        entries::history(&mut tx, station).await
    }

    async fn issue_link(&self, station: StationId, by: &Actor) -> Result<LinkToken, ProgrammeError> {
        let token = LinkToken::generate()?;
        let new = NewEntry::now(Fact::Link { station, link: token.hash() })?;
        self.record(&new, by).await?;
        Ok(token)
    }

    async fn issue_sheets(
        &self,
        sheets: &[NewSheet],
        codes_until: UtcMicros,
        by: &Actor,
    ) -> Result<(), ProgrammeError> {
        let mut tx = self.write(by).await?;
        for NewSheet { station, link, codes } in sheets {
            let new = NewEntry::now(Fact::Link { station: *station, link: *link })?;
            entries::record(&mut tx, &new, by).await?;
            for (camera, hash) in codes {
                enrolments::issue(&mut tx, *camera, hash, codes_until, by).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn answer_self_test(
        &self,
        token: &LinkToken,
        id: EntryId,
        answers: Answers,
        by: &Actor,
    ) -> Result<(StationId, Recorded), ProgrammeError> {
        let mut tx = self.write(by).await?;
        let link = token.hash();
        let station = entries::station_of_link(&mut tx, link).await?.ok_or(Refusal::Link)?;
        let Answers { room, box_and_tables, no_booth } = answers;
        let fact = Fact::SelfTest { station, link, room, box_and_tables, no_booth };
        let recorded = entries::record(&mut tx, &NewEntry { id, found_at: None, fact }, by).await?;
        tx.commit().await?;
        Ok((station, recorded))
    }

    async fn keep_photo(
        &self,
        station: StationId,
        jpeg: &[u8],
        by: &Actor,
    ) -> Result<PhotoHash, ProgrammeError> {
        // Before the lock: hashing takes milliseconds.
        let name = PhotoHash::of_jpeg(jpeg)?;
        let mut tx = self.write(by).await?;
        photos::keep(&mut tx, station, name, jpeg, by).await?;
        tx.commit().await?;
        Ok(name)
    }

    async fn photo(&self, station: StationId, sha256: PhotoHash) -> Result<Option<Vec<u8>>, ProgrammeError> {
        let mut tx = self.read().await?;
        photos::find(&mut tx, station, sha256).await
    }

    async fn photos(&self, station: StationId) -> Result<Vec<KeptPhoto>, ProgrammeError> {
        let mut tx = self.read().await?;
        photos::of(&mut tx, station).await
    }
}

/// Refuses a station that has no camera in the registry: it never was in the list. Cameras stay when the list no longer
/// has them, so what was found of a station that left it can still come.
async fn require_station(
    tx: &mut SqliteConnection,
    election: i64,
    station: StationId,
) -> Result<(), ProgrammeError> {
    let is_known: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM camera WHERE election_id = $1 AND constituency = $2 AND station = $3)",
    )
    .bind(election)
    .bind(station.constituency)
    .bind(station.station)
    .fetch_one(tx)
    .await?;
    if is_known { Ok(()) } else { Err(StoreError::NotInList(station).into()) }
}
