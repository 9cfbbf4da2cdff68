//! The protocol between a station's agent and the centre: what travels, how it is answered, and what is sent next.
//!
//! Pure: no sockets, no threads, no clock. Times are arguments.
//!
//! In and out: the packager's outputs as bodies of requests ([`encode`], [`decode`]) under addresses that name them
//! ([`RecordPath`]), and the centre's answers ([`Answer`], [`Refusal`]). What must never happen: a record called
//! persisted that is not, memory that grows with the backlog, live waiting for the backlog, a panic on what the
//! other side sent.
//!
//! The protocol is written down byte by byte in `docs/reference/uplink.md`.

mod answer;
mod backlog;
mod code;
mod conditions;
mod limits;
mod name;
mod path;
pub mod placing;
mod planted;
mod refusal;
pub mod sender;
mod session;
mod sign_off;
pub mod signature;
#[cfg(test)]
mod simulation;
mod wire;

pub use answer::{Answer, AnswerState, Have, HavePart};
pub use backlog::{Backlog, BacklogPath};
pub use code::{CodeHash, EnrolmentCode, IssuedCode, ParseCodeError};
pub use conditions::{Conditions, Finding, Note, Occasion, Subject, Verdict};
pub use limits::*;
pub use name::{ParseNameError, RecordName, RecordingId};
pub use path::{
    CONDITIONS_PATH, ENROLMENTS_PATH, HavePath, Line, PROBE_PATH, ParsePathError, PartPath, RecordPath,
    ReferencePath, SESSIONS_PATH, TIME_PATH, probe_bytes,
};
pub use refusal::{Refusal, RefusalCode};
pub use sender::{Action, Failure, Ledger, ReadError, RequestId, Sender, SenderOptions, SenderStatus};
pub use session::{BodyError, EnrolmentRequest, EnrolmentResponse, SessionRequest, SessionResponse};
pub(crate) use sign_off::is_line;
pub use sign_off::{CameraWork, Check, CheckItem, EndToEnd, Legibility, Proof, Reference, SignOff};
pub use signature::{DeviceId, DeviceKey, KeyError, Nonces, PublicKey};
pub use wire::{WireError, decode, encode};
