//! The durable recordings as readers see them: every camera's coverage, the journals by number, and the indexes of
//! those journals that have no sidecar yet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ashkar_terms::CameraId;

use crate::coverage::{Coverage, Effect};
use crate::format::name::JournalName;
use crate::format::sidecar::{Block, Sidecar};
use crate::format::{Header, Kind};
use crate::sealer::engine::Sealable;
use crate::writer::journal::Record;

/// Number of sidecars read at the start that stay in memory for a while, about 0.8 MB each at 1000 cameras.
const NEWEST_MAX: usize = 64;

/// Shared by the writer, the sealer and all readers. Its lock is never held across a call to the disk.
#[derive(Default)]
pub(crate) struct Catalog {
    pub(crate) cameras: BTreeMap<CameraId, Coverage>,
    pub(crate) journals: BTreeMap<u32, JournalName>,
    /// Indexes of journals without a sidecar, including the one being written.
    pub(crate) unsealed: BTreeMap<u32, Unsealed>,
    /// Some of them are held back.
    pub(crate) holds_back: bool,
    /// Sidecars read at the start: a centre that resumes its cameras reads the newest minute of each.
    pub(crate) newest: BTreeMap<u32, Sidecar>,
    /// End of the records included in `cameras`: journal and byte.
    pub(crate) covered: (u32, u32),
    /// Until a journal with this number is written, the summary stays as it is: see
    /// [`crate::options::SUMMARY_WAITS_JOURNALS`].
    pub(crate) summary_waits_to: u32,
}

/// The index of a journal that has no sidecar yet.
#[derive(Default)]
pub(crate) struct Unsealed {
    pub(crate) salt: u32,
    /// Length of the valid part of the journal, bytes.
    pub(crate) length: u32,
    /// Length to which the file may be cut: nothing behind it was ever acknowledged.
    pub(crate) cut_to: Option<u32>,
    pub(crate) headers: HashMap<CameraId, Vec<Header>>,
    /// Not all of it is readable: it gets no sidecar, so that every start tries again and reports it.
    pub(crate) unreadable: bool,
    /// Not to be sealed yet: a write or sync in it failed, and not all of its records are durable elsewhere. A sidecar
    /// defines which records are valid. Without one, a start also counts records behind the last sync; with one it must
    /// not, or it would find other records at places that were assigned again.
    pub(crate) held_back: bool,
    /// It is complete; every camera's state at its end is in `index`.
    pub(crate) finished: Option<Arc<Sidecar>>,
}

impl Catalog {
    /// Adds the records that became durable in a journal, up to its byte `durable`.
    pub(crate) fn publish_all(&mut self, journal: u32, durable: u32, records: &[Record]) {
        let all = records.iter().filter(|record| !matches!(record.header.kind, Kind::Boot | Kind::Commit));
        for record in all {
            self.publish(&record.header, record.effect);
        }
        self.covered = (journal, durable);
        if let Some(unsealed) = self.unsealed.get_mut(&journal) {
            unsealed.length = durable;
        }
    }

    fn publish(&mut self, header: &Header, effect: Effect) {
        self.cameras.entry(header.camera).or_default().apply(header, effect);
        let journal = self.unsealed.entry(header.journal).or_default();
        journal.headers.entry(header.camera).or_default().push(*header);
    }

    /// A journal exists and is written from now on.
    pub(crate) fn begin(&mut self, name: JournalName, salt: u32) {
        self.journals.insert(name.number, name);
        self.unsealed.insert(name.number, Unsealed { salt, ..Unsealed::default() });
    }

    /// Ends journal `number`: it is to be sealed at once, or when [`Catalog::let_go`] is called.
    pub(crate) fn finish(&mut self, number: u32, cut_to: Option<u32>, held_back: bool) {
        let Some(unsealed) = self.unsealed.get_mut(&number) else { return };
        let states = &self.cameras;
        let block = |(camera, headers): (CameraId, Vec<Header>)| {
            let state = states.get(&camera).map(|coverage| coverage.state).unwrap_or_default();
            (camera, Block { state, headers })
        };
        let cameras = std::mem::take(&mut unsealed.headers).into_iter().map(block).collect();
        unsealed.cut_to = cut_to;
        unsealed.held_back = held_back;
        self.holds_back |= held_back;
        unsealed.finished = Some(Arc::new(Sidecar {
            journal: number,
            salt: unsealed.salt,
            journal_bytes: unsealed.length,
            cameras,
        }));
    }

    /// The contents of the failed journals are durable elsewhere: they may be sealed.
    pub(crate) fn let_go(&mut self) {
        self.holds_back = false;
        self.unsealed.values_mut().for_each(|unsealed| unsealed.held_back = false);
    }

    /// The journal that has waited longest for its sidecar.
    pub(crate) fn next_to_seal(&self) -> Option<Sealable> {
        self.unsealed.iter().filter(|(_, unsealed)| !unsealed.unreadable && !unsealed.held_back).find_map(
            |(number, unsealed)| {
                let sidecar = unsealed.finished.clone()?;
                Some(Sealable { name: *self.journals.get(number)?, cut_to: unsealed.cut_to, sidecar })
            },
        )
    }

    /// Records of `camera` in a journal whose index is in memory; `None` if it is not.
    pub(crate) fn headers(&self, journal: u32, camera: CameraId) -> Option<Vec<Header>> {
        let of = |sidecar: &Sidecar| {
            let block = sidecar.cameras.get(&camera);
            block.map(|block| block.headers.clone()).unwrap_or_default()
        };
        if let Some(sidecar) = self.newest.get(&journal) {
            return Some(of(sidecar));
        }
        let unsealed = self.unsealed.get(&journal)?;
        Some(match &unsealed.finished {
            Some(sidecar) => of(sidecar),
            None => unsealed.headers.get(&camera).cloned().unwrap_or_default(),
        })
    }

    /// Keeps the newest of the sidecars read at the start.
    pub(crate) fn keep_newest(&mut self, sidecar: Sidecar) {
        self.newest.insert(sidecar.journal, sidecar);
        if self.newest.len() > NEWEST_MAX {
            self.newest.pop_first();
        }
    }
}
