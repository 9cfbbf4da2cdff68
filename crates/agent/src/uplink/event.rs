//! What the loop is told by the tasks beside it.

use ashkar_archive::JournalContent;
use ashkar_media::Output;
use ashkar_terms::CameraId;
use ashkar_uplink::{Backlog, DeviceKey, Line, ReadError, RequestId};

use super::fault::Fault;
use super::line::Answered;

/// Events that wait for the loop. Whoever has one waits, and with it a connection; never a recording.
pub(super) const EVENTS_MAX: usize = 256;

/// Something happened, under a choice of a centre that may be over.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) generation: u64,
    pub(super) report: Report,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// A record of the sender.
    Record(RequestId),
    /// What the centre has.
    Have(RequestId),
    /// The centre's time, on a line that had nothing else to say.
    Silence(Line),
    /// The centre's time, before a session is opened; the number of the attempt.
    Time(u64),
    /// Opening a session; the number of the attempt.
    Session(u64),
    /// What waits at the station: nobody needs the answer.
    Backlog,
}

#[derive(Debug)]
pub(super) enum Report {
    /// A connection stands.
    Up(Line),
    /// It is gone, or there is none.
    Down(Line, Fault),
    Answered(Tag, Answered),
    /// A segment of the agent's archive.
    Read(RequestId, Result<Vec<Output>, ReadError>),
    /// Who this device is, for the attempt of this number.
    Identity(u64, Result<Identity, Fault>),
    /// The cameras for which the device is enrolled now.
    Enrolled(Vec<CameraId>),
    /// Gaps and facts of former runs.
    Metadata(CameraId, Vec<Output>),
    /// The times that wait.
    Waits(CameraId, Backlog),
    /// The table of the clocks was written up to this change, or not.
    Placing(u64, bool),
    /// Nothing could be said yet of what is moved: camera, first segment, whether its clock goes on.
    Untold(CameraId, u64, bool),
    /// The ledger was written, or not.
    Written(Result<(), String>),
    /// Sealed journals and what they hold, if that can be read.
    Sealed(Vec<(u32, Option<JournalContent>)>),
    /// A journal was removed, bytes, or not.
    Removed(u32, JournalContent, Result<u64, String>),
    /// The preferred centre answered, or not.
    Probed(bool),
}

/// Who this device is.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) key: DeviceKey,
    pub(super) cameras: Vec<CameraId>,
}
