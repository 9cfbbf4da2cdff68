//! Persistence of the installation programme: a trait of its own beside [`Store`](super::Store).

mod error;

use ashkar_terms::{CameraId, UtcMicros};
use async_trait::async_trait;
use serde::Serialize;

pub use error::ProgrammeError;

use super::Actor;
use crate::model::StationId;
use crate::programme::{Entry, EntryId, LinkHash, LinkToken, NewEntry, PhotoHash, Programme, Recorded};

/// The chair's answers to the three questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    /// "I see our room."
    pub room: bool,
    /// "I see the box and the tables."
    pub box_and_tables: bool,
    /// "No booth is visible."
    pub no_booth: bool,
}

/// The secrets that a station's sheet carries, as their hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSheet {
    /// The station.
    pub station: StationId,
    /// Of the chair's link.
    pub link: LinkHash,
    /// Of the codes of enrolment, by the camera that a device is to send.
    pub codes: Vec<(CameraId, [u8; 32])>,
}

/// A photo that is kept, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptPhoto {
    /// Its name.
    pub sha256: PhotoHash,
    /// Its length.
    pub bytes: u32,
    /// When it came.
    pub came_at: UtcMicros,
    /// Who sent it.
    pub by: String,
}

/// The records of the programme of the current election.
///
/// * Records are added, and never changed or removed. Each is audited in the transaction that adds it.
/// * A record that was made already, by its id, is answered as made; another one with the same id is refused.
/// * Whether a record can be made is decided in the transaction that makes it, so two people cannot hand over one device.
/// * A change moves [`Store::change_token`](super::Store::change_token), as every change does.
#[async_trait]
pub trait ProgrammeStore: Send + Sync {
    /// Everything that was recorded.
    async fn programme(&self) -> Result<Programme, ProgrammeError> {
        let mut programme = Programme::default();
        self.catch_up(&mut programme).await?;
        Ok(programme)
    }

    /// Adds to `programme` what was recorded since it was read, and no more is read for that. If another election has
    /// become the current one, all of it is read anew. Returns whether anything changed.
    async fn catch_up(&self, programme: &mut Programme) -> Result<bool, ProgrammeError>;

    /// Makes one record.
    ///
    /// # Errors
    /// [`ProgrammeError::Refused`] if it cannot be after what was recorded, and [`super::StoreError::NotInList`] if no
    /// version of the list ever had its station.
    async fn record(&self, new: &NewEntry, by: &Actor) -> Result<Recorded, ProgrammeError>;

    /// Makes all of `new`, in their order, or none; in the audit trail they are one import from `source`. Returns how many
    /// are new.
    ///
    /// # Errors
    /// Those of [`ProgrammeStore::record`] for the first that cannot be made.
    async fn record_all(&self, new: &[NewEntry], source: &str, by: &Actor) -> Result<usize, ProgrammeError>;

    /// Everything that was recorded of a station, in the order in which it came.
    async fn history(&self, station: StationId) -> Result<Vec<Entry>, ProgrammeError>;

    /// A new link by which the chair of `station` tests it. The former one is void at once.
    async fn issue_link(&self, station: StationId, by: &Actor) -> Result<LinkToken, ProgrammeError>;

    /// Puts the secrets of sheets into force, all or none. Of each station the chair's former link is void at once, and so
    /// are former codes of the named cameras that no device used. The new codes are good until `codes_until`.
    ///
    /// # Errors
    /// Those of [`ProgrammeStore::record`] and of [`super::Store::issue_enrolment`].
    async fn issue_sheets(
        &self,
        sheets: &[NewSheet],
        codes_until: UtcMicros,
        by: &Actor,
    ) -> Result<(), ProgrammeError>;

    /// Records the answers that came by a link.
    ///
    /// # Errors
    /// [`crate::Refusal::Link`] if it is not the newest of a station.
    async fn answer_self_test(
        &self,
        token: &LinkToken,
        id: EntryId,
        answers: Answers,
        by: &Actor,
    ) -> Result<(StationId, Recorded), ProgrammeError>;

    /// Keeps a photo of a station. One that is kept already stays.
    ///
    /// # Errors
    /// [`ProgrammeError::Refused`] if it is no JPEG, too large, or one too many.
    async fn keep_photo(
        &self,
        station: StationId,
        jpeg: &[u8],
        by: &Actor,
    ) -> Result<PhotoHash, ProgrammeError>;

    /// A photo's bytes; nothing if it is not kept.
    async fn photo(&self, station: StationId, sha256: PhotoHash) -> Result<Option<Vec<u8>>, ProgrammeError>;

    /// The photos of a station, in the order in which they came.
    async fn photos(&self, station: StationId) -> Result<Vec<KeptPhoto>, ProgrammeError>;
}
