//! Room on the station's disk: when it is short, whole journals go of which the centre has everything, oldest first.
//!
//! What must never happen: removing what the centre may still lose. The sender alone says what that is; the archive
//! writes a record of each removal before it.

use ashkar_archive::{Archive, JournalContent};
use ashkar_uplink::sender::MayForget;

use super::Shell;
use crate::uplink::event::Report;

/// Journals that are looked at in one second.
const LOOKS: usize = 16;

/// Where looking for journals to remove stands.
#[derive(Debug, Default)]
pub(super) struct Retention {
    /// Something is read or removed beside the loop.
    is_busy: bool,
    /// The last journal that was looked at in vain; the next look begins behind it.
    behind: u32,
    /// What was logged last, so that it is said once.
    is_stuck: bool,
}

impl Shell {
    /// Once a second.
    pub(super) fn look_at_room(&mut self) {
        let free = self.parts.archive.status().space.free;
        if free >= self.parts.config.disk_keep_free_bytes {
            self.retention.behind = 0;
            self.retention.is_stuck = false;
            return;
        }
        // Without a session nobody can say what is persisted there now.
        if self.retention.is_busy || self.session.token.is_none() {
            return;
        }
        self.look_on();
    }

    fn look_on(&mut self) {
        self.retention.is_busy = true;
        let (archive, behind) = (self.parts.archive.clone(), self.retention.behind);
        self.aside(move || Some(Report::Sealed(contents(&archive, behind))));
    }

    /// These are the next sealed journals: the first that may go goes.
    pub(super) fn sealed(&mut self, journals: Vec<(u32, Option<JournalContent>)>) {
        self.retention.is_busy = false;
        let is_last = journals.len() < LOOKS;
        for (number, content) in journals {
            self.retention.behind = number;
            let Some(content) = content else { continue };
            match self.may_forget(&content) {
                MayForget::Yes => return self.remove(number, content),
                // Its turn comes before that of younger ones, unless recording would stop.
                MayForget::Soon if !self.is_urgent() => {
                    self.retention.behind = number - 1;
                    return;
                }
                MayForget::Soon | MayForget::No => {}
            }
        }
        if is_last {
            self.retention.behind = 0;
            if self.is_urgent() && !std::mem::replace(&mut self.retention.is_stuck, true) {
                tracing::warn!(
                    cause = "little room on the disk, and the centre does not have what is on it",
                    blame = "line",
                    "nothing can be removed; when the reserve is reached, recording stops"
                );
            }
        }
    }

    /// Whether the next journal may find no room.
    fn is_urgent(&self) -> bool {
        let config = &self.parts.config;
        let least = config.disk_reserve_bytes.saturating_add(u64::from(config.journal_bytes));
        self.parts.archive.status().space.free < least
    }

    fn may_forget(&mut self, content: &JournalContent) -> MayForget {
        let mut all = MayForget::Yes;
        for own in &content.cameras {
            // As they were sent; of some gaps nothing was left to send.
            let placing = self.parts.placing.lock();
            let placed = own.metadata.iter().map(|output| placing.metadata(own.camera, output));
            let placed: Result<Vec<_>, _> = placed.collect();
            drop(placing);
            let Ok(placed) = placed else { return MayForget::No };
            let metadata: Vec<_> = placed.into_iter().flatten().collect();
            match self.sender.may_forget(own.camera, &own.segments, &metadata) {
                MayForget::Yes => {}
                MayForget::Soon => all = MayForget::Soon,
                MayForget::No => return MayForget::No,
            }
        }
        all
    }

    fn remove(&mut self, number: u32, content: JournalContent) {
        self.retention.is_busy = true;
        let centre = self.sender.ledger().centre().map(|id| id.to_string()).unwrap_or_default();
        let persisted_at = format!("{} {centre}", self.centre.origin);
        let archive = self.parts.archive.clone();
        self.aside(move || {
            let removed = archive.remove_journal(number, &persisted_at);
            // For the status, and for the next decision.
            let _ = archive.look_at_space();
            Some(Report::Removed(number, content, removed.map_err(|error| error.to_string())))
        });
    }

    pub(super) fn removed(&mut self, number: u32, content: &JournalContent, removed: Result<u64, String>) {
        self.retention.is_busy = false;
        match removed {
            Ok(bytes) => {
                for own in &content.cameras {
                    self.sender.removed(own.camera, &own.segments);
                }
                tracing::info!(
                    journal = number,
                    bytes,
                    centre = self.centre.origin,
                    "removed for lack of room; the centre has all of it"
                );
                self.retention.behind = 0;
                self.retention.is_stuck = false;
                self.look_at_room();
            }
            Err(error) => {
                tracing::warn!(
                    journal = number,
                    cause = error,
                    blame = "station",
                    "a journal cannot be removed"
                );
            }
        }
    }
}

/// What the next journals hold; of one that cannot be read nothing is known, so it stays.
fn contents(archive: &Archive, behind: u32) -> Vec<(u32, Option<JournalContent>)> {
    let sealed = archive.sealed_journals().into_iter().filter(|number| *number > behind);
    sealed.take(LOOKS).map(|number| (number, archive.journal_content(number).ok().flatten())).collect()
}
