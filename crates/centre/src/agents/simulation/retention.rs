//! A station without room: it removes each journal as soon as its sender says that the centre has all of it.

use ashkar_archive::{JournalContent, RemoveError};
use ashkar_media::{Gap, Output, Part};
use ashkar_terms::CameraId;
use ashkar_uplink::RecordingId;
use ashkar_uplink::sender::MayForget;

use super::Violation;
use super::agent::{Agent, Running};
use crate::agents::planted::{Planted, is_planted};

/// What a station removed: the centre must have it.
#[derive(Default)]
pub(super) struct Removed {
    pub(super) journals: u64,
    /// The centre that had it; one whose disk was replaced by hand is another one.
    pub(super) centre: Option<RecordingId>,
    pub(super) parts: Vec<(CameraId, Part)>,
    pub(super) gaps: Vec<(CameraId, Gap)>,
    /// Ticks of the segments.
    pub(super) ticks: Vec<(CameraId, u64)>,
}

impl Agent {
    /// Removes the oldest journal that may go.
    pub(super) fn make_room(&mut self) -> Result<(), Violation> {
        let Some(running) = self.running.as_mut().filter(|_| self.is_small) else { return Ok(()) };
        let archive = running.store.archive().clone();
        for number in archive.sealed_journals() {
            let content = archive.journal_content(number).map_err(|error| format!("content: {error}"))?;
            let Some(content) = content.filter(|content| running.may_remove(content)) else { continue };
            let centre = running.sender.ledger().centre();
            if self.removed.centre != centre {
                self.removed = Removed { centre, journals: self.removed.journals, ..Removed::default() };
            }
            let mut held = Removed::default();
            for own in &content.cameras {
                held.note(running, own)?;
            }
            match archive.remove_journal(number, "centre") {
                Ok(_) => {}
                // On a full disk the record of the removal may find no room.
                Err(RemoveError::InUse(_) | RemoveError::Io { .. }) => continue,
                Err(error) => return Err(format!("removal: {error}")),
            }
            self.removed.journals += 1;
            self.removed.parts.extend(held.parts);
            self.removed.gaps.extend(held.gaps);
            self.removed.ticks.extend(held.ticks);
            for own in &content.cameras {
                running.sender.removed(own.camera, &own.segments);
            }
            return Ok(());
        }
        Ok(())
    }
}

impl Agent {
    /// Whether it still has sealed journals besides those with the last segments and an open gap of each camera.
    pub(super) fn has_too_much(&self) -> bool {
        let kept = 1 + self.sources.len();
        let sealed = |running: &Running| running.store.archive().sealed_journals().len();
        // What a wrong clock recorded stays until it can be placed, and that may be never.
        let is_placed =
            |running: &Running| running.placing.eras().iter().all(|era| era.offset_us().is_some());
        self.is_small
            && self.running.as_ref().is_some_and(|running| sealed(running) > kept && is_placed(running))
    }
}

impl Running {
    fn may_remove(&mut self, content: &JournalContent) -> bool {
        let mut all = true;
        for own in &content.cameras {
            let placed = own.metadata.iter().map(|output| self.placing.metadata(own.camera, output));
            let Ok(placed) = placed.collect::<Result<Vec<_>, _>>() else { return false };
            let metadata: Vec<_> = placed.into_iter().flatten().collect();
            all &= self.sender.may_forget(own.camera, &own.segments, &metadata) == MayForget::Yes;
        }
        all || is_planted(Planted::RemoveUnpersisted)
    }
}

impl Removed {
    fn note(&mut self, running: &mut Running, own: &ashkar_archive::CameraContent) -> Result<(), Violation> {
        for segment in &own.segments {
            let outputs = running.as_sent(own.camera, *segment)?;
            for output in outputs.into_iter().flatten() {
                match output {
                    Output::Part(part) => self.parts.push((own.camera, part)),
                    Output::SegmentEnd(end) => self.ticks.push((own.camera, end.duration.into())),
                    _ => {}
                }
            }
        }
        for output in &own.metadata {
            if let Ok(Some(Output::Gap(gap))) = running.placing.metadata(own.camera, output) {
                self.gaps.push((own.camera, gap));
            }
        }
        Ok(())
    }
}
