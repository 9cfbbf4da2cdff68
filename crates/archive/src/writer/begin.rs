//! Creating a journal: its day's directory, its file, its reserved room, its name.

use std::io;

use super::engine::{Event, Reply, Request, Stage, WriterEngine};
use super::journal::Journal;
use crate::disk::call::{Answer, Call};
use crate::format::name::JournalName;
use crate::format::payload::Boot;
use crate::now::Now;
use crate::options::{FULL_JOURNAL_BYTES, JOURNAL_NUMBER_MAX};
use crate::planted::{Planted, is_planted};

const PROGRAM: &str = concat!("ashkar ", env!("CARGO_PKG_VERSION"));

/// A journal that is being created.
#[derive(Debug)]
pub(super) struct Beginning {
    name: JournalName,
    day: String,
    path: String,
    salt: u32,
    /// Bytes to be reserved.
    capacity: u32,
    boot: Boot,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Salt,
    MakeDay,
    SyncDay,
    Create,
    Reserve,
    /// A crash here leaves an empty journal: recovery gives it an empty sidecar.
    SyncName,
    /// What is left now that the journal has its room. The reserve must not depend on the sealer's turn: on a slow disk, or
    /// a busy computer, whole journals are filled between two of them.
    Space,
    /// Nothing was ever written to it, so nothing is lost with it; if it remains, recovery skips it.
    Remove(io::Error),
}

impl Beginning {
    pub(super) fn request(&self) -> Request<'_> {
        Request::Disk(match self.step {
            Step::Salt => return Request::Salt,
            Step::MakeDay => Call::MakeDirectory(&self.day),
            Step::SyncDay => Call::SyncDirectory(""),
            Step::Create => Call::Create(&self.path),
            Step::Reserve => Call::Reserve(u64::from(self.capacity)),
            Step::SyncName => Call::SyncDirectory(&self.day),
            Step::Space => Call::Space,
            Step::Remove(_) => Call::Remove(&self.path),
        })
    }
}

impl WriterEngine {
    /// Begins a journal with room for records of `first_bytes` bytes.
    pub(super) fn begin_journal(&mut self, now: &Now, first_bytes: u64) {
        let usual = self.options.journal_bytes;
        // A journal that fails keeps its reserved room: an hour of attempts must not fill the disk.
        let is_trial = self.full || self.retry.is_some();
        let usual = if is_trial { FULL_JOURNAL_BYTES.min(usual) } else { usual };
        let needed = u32::try_from(Journal::needed(first_bytes)).expect("a record is shorter than a journal");
        let number = self.next_number;
        if number > JOURNAL_NUMBER_MAX {
            return self.fail(now, io::Error::other("every number that a journal can have is used"));
        }
        // A number is never used twice, even if the journal is not created.
        self.next_number = number + 1;
        let name = JournalName::new(number, now.moment.wall);
        let boot = Boot {
            archive: self.archive,
            boot_id: self.boot_id,
            created: now.moment,
            clock: now.clock,
            program: PROGRAM.to_owned(),
        };
        self.stage = Stage::Begin(Beginning {
            name,
            day: name.day(),
            path: name.journal(),
            salt: 0,
            capacity: usual.max(needed),
            boot,
            step: Step::Salt,
        });
    }

    pub(super) fn go_on_beginning(&mut self, now: &Now, mut beginning: Beginning, reply: Reply) {
        let is_new_day = self.last_day.as_ref() != Some(&beginning.day);
        beginning.step = match (std::mem::replace(&mut beginning.step, Step::Salt), reply) {
            (Step::Remove(error), _) => return self.fail(now, error),
            (Step::Space, Reply::Disk(result)) => {
                self.take_space(result);
                return self.began(now, beginning);
            }
            (Step::Reserve | Step::SyncName, Reply::Disk(Err(error))) => Step::Remove(error),
            (_, Reply::Salt(Err(error)) | Reply::Disk(Err(error))) => return self.fail(now, error),
            (Step::Salt, Reply::Salt(Ok(salt))) => {
                beginning.salt = salt;
                if is_new_day { Step::MakeDay } else { Step::Create }
            }
            (Step::MakeDay, Reply::Disk(Ok(_))) => Step::SyncDay,
            (Step::SyncDay, Reply::Disk(Ok(_))) => Step::Create,
            (Step::Create, Reply::Disk(Ok(_))) => Step::Reserve,
            (Step::Reserve, Reply::Disk(Ok(_))) if is_planted(Planted::ForgetToSyncName) => Step::Space,
            (Step::Reserve, Reply::Disk(Ok(_))) => Step::SyncName,
            (Step::SyncName, Reply::Disk(Ok(_))) => Step::Space,
            (step, reply) => unreachable!("{reply:?} for {step:?}"),
        };
        self.stage = Stage::Begin(beginning);
    }

    /// A disk that does not say how much is left takes what it can; the sealer tells of it.
    fn take_space(&mut self, result: io::Result<Answer>) {
        if let Ok(Answer::Space(space)) = result {
            self.full |= space.free < self.options.reserve_bytes;
            self.tell(Event::Space(space));
        }
    }

    fn began(&mut self, now: &Now, beginning: Beginning) {
        let Beginning { name, day, salt, capacity, boot, .. } = beginning;
        self.last_day = Some(day);
        self.begun = now.elapsed;
        self.journal = Some(Journal::new(name, salt, capacity, &boot));
        self.tell(Event::Began { name, salt });
        self.place(now);
    }
}
