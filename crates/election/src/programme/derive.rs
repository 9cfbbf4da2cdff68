//! From what was recorded of a station to its stage and to what blocks the next one. Nothing sets a stage: a stage is
//! reached when nothing blocks it or any before it, and left when something does again.

use ashkar_terms::{CameraId, UtcMicros};
use serde::Serialize;

use super::station::{Acceptance, Test};
use super::{Item, Met, Question, Stage, StationRecord};
use crate::model::StationId;
use crate::store::{Camera, Snapshot};

/// What blocks a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Blocker {
    /// None of its cameras is enabled.
    NoCamera,
    /// An item has no answer.
    Unanswered {
        /// The item.
        item: Item,
    },
    /// An item is not met.
    NotMet {
        /// The item.
        item: Item,
    },
    /// An item is said to be met, without the figures that it needs.
    Unmeasured {
        /// The item.
        item: Item,
    },
    /// A camera has neither key nor address nor device.
    NotInstalled {
        /// The camera.
        camera: CameraId,
    },
    /// Nobody has accepted it yet.
    NotAccepted,
    /// The acceptance was withdrawn.
    Withdrawn,
    /// Nobody has tested it yet.
    Untested,
    /// The last test did not go well.
    TestFailed {
        /// The questions that the chair answered with no; none after a rehearsal.
        no: Vec<Question>,
    },
    /// What a camera shows is not approved.
    NotApproved {
        /// The camera.
        camera: CameraId,
    },
}

/// Something that blocks a stage, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// What.
    #[serde(flatten)]
    pub what: Blocker,
    /// The words with which it was recorded; may be empty.
    pub words: String,
    /// Since when, if a record says so.
    pub since: Option<UtcMicros>,
    /// It was fulfilled before, so the station fell back.
    pub fell_back: bool,
}

impl Block {
    const fn new(what: Blocker) -> Self {
        Self { what, words: String::new(), since: None, fell_back: false }
    }

    /// Somebody recorded that it fails; otherwise it only was not done yet.
    pub const fn is_failure(&self) -> bool {
        matches!(
            self.what,
            Blocker::NoCamera | Blocker::NotMet { .. } | Blocker::Withdrawn | Blocker::TestFailed { .. }
        )
    }
}

/// Everything from which the stage of one station follows.
pub(super) struct Known<'a, P> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) station: StationId,
    pub(super) record: &'a StationRecord,
    pub(super) is_public: &'a P,
}

impl<P: Fn(CameraId) -> bool> Known<'_, P> {
    /// The stage that is reached, the next one, and what blocks that.
    pub(super) fn stage(&self) -> (Option<Stage>, Option<Stage>, Vec<Block>) {
        let mut reached = None;
        for stage in Stage::ALL {
            let blocks = self.blocks(stage);
            if !blocks.is_empty() {
                return (reached, Some(stage), blocks);
            }
            reached = Some(stage);
        }
        (reached, None, Vec::new())
    }

    fn blocks(&self, stage: Stage) -> Vec<Block> {
        match stage {
            Stage::Chosen if self.cameras().next().is_none() => vec![Block::new(Blocker::NoCamera)],
            Stage::Chosen => Vec::new(),
            Stage::Surveyed => Item::ALL.into_iter().filter_map(|item| self.unanswered(item)).collect(),
            Stage::ConditionsMet => Item::ALL.into_iter().filter_map(|item| self.unmet(item)).collect(),
            Stage::Installed => self.cameras().filter_map(|camera| self.uninstalled(camera)).collect(),
            Stage::Accepted => self.unaccepted().into_iter().collect(),
            Stage::Rehearsed => self.untested().into_iter().collect(),
            Stage::Public => {
                let hidden = self.cameras().filter(|camera| !(self.is_public)(camera.id));
                hidden.map(|camera| Block::new(Blocker::NotApproved { camera: camera.id })).collect()
            }
        }
    }

    /// Its cameras that are enabled, by number.
    fn cameras(&self) -> impl Iterator<Item = &Camera> {
        self.snapshot.cameras_of(self.station).iter().filter(|camera| camera.enabled)
    }

    fn unanswered(&self, item: Item) -> Option<Block> {
        let block = Block::new(Blocker::Unanswered { item });
        let Some((timeline, last)) = self.record.timeline(item).and_then(|all| Some((all, all.last()?)))
        else {
            return Some(block);
        };
        let is_answered = |met: Met| met != Met::Unknown;
        let since = timeline.bad_since(|finding| is_answered(finding.met))?;
        let fell_back = timeline.ever(|finding| is_answered(finding.met));
        Some(Block { words: last.what.note.clone(), since: Some(since), fell_back, ..block })
    }

    /// Asked only of a station whose items all have answers.
    fn unmet(&self, item: Item) -> Option<Block> {
        let timeline = self.record.timeline(item)?;
        let last = timeline.last()?;
        let since = timeline.bad_since(|finding| finding.meets(item))?;
        let what = match last.what.met {
            Met::Yes => Blocker::Unmeasured { item },
            Met::No | Met::Unknown => Blocker::NotMet { item },
        };
        let fell_back = timeline.ever(|finding| finding.meets(item));
        Some(Block { what, words: last.what.note.clone(), since: Some(since), fell_back })
    }

    fn uninstalled(&self, camera: &Camera) -> Option<Block> {
        let devices = self.snapshot.devices_of(camera.id);
        let has_device = devices.iter().any(|device| device.revoked_at.is_none());
        if camera.key.is_some() || camera.pull.is_some() || camera.pull_unreadable || has_device {
            return None;
        }
        let revoked = devices.iter().filter_map(|device| device.revoked_at).max();
        let block = Block::new(Blocker::NotInstalled { camera: camera.id });
        let since = revoked.unwrap_or(camera.added_at);
        Some(Block { since: Some(since), fell_back: revoked.is_some(), ..block })
    }

    fn unaccepted(&self) -> Option<Block> {
        let Some(last) = self.record.acceptance_timeline().last() else {
            return Some(Block::new(Blocker::NotAccepted));
        };
        match &last.what {
            Acceptance::Accepted { .. } => None,
            Acceptance::Withdrawn { words } => Some(Block {
                what: Blocker::Withdrawn,
                words: words.clone(),
                since: Some(last.at),
                fell_back: true,
            }),
        }
    }

    fn untested(&self) -> Option<Block> {
        let tests = self.record.test_timeline();
        let Some(last) = tests.last() else { return Some(Block::new(Blocker::Untested)) };
        let since = tests.bad_since(Test::passed)?;
        let (no, words) = match &last.what {
            Test::SelfTest { room, box_and_tables, no_booth } => {
                let answers = [
                    (Question::Room, room),
                    (Question::BoxAndTables, box_and_tables),
                    (Question::NoBooth, no_booth),
                ];
                let no = answers.into_iter().filter(|(_, yes)| !**yes).map(|(question, _)| question);
                (no.collect(), String::new())
            }
            Test::Rehearsal { words, .. } => (Vec::new(), words.clone()),
        };
        let what = Blocker::TestFailed { no };
        Some(Block { what, words, since: Some(since), fell_back: tests.ever(Test::passed) })
    }
}
