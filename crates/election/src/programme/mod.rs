//! The installation programme: how the stations come on air before the vote.
//!
//! Everything that is found, done or decided is a record ([`Fact`] in an [`Entry`]), and records are never changed.
//! [`Programme`] holds what they say, and refuses what cannot be after them. [`Board`] derives from it and from the
//! registry where each station stands. A stage is never set: a board that says more than was recorded would be a lie.
//!
//! Pure: times are arguments, and nothing here reads or writes.

mod board;
mod derive;
mod distribution;
mod entry;
mod fact;
mod id;
mod link;
mod photo;
mod publication;
mod refusal;
mod reports;
mod state;
mod station;
mod stock;
mod text;
mod timeline;
mod words;

pub use board::{Board, ConstituencyBoard, Counts, Late, SelfTests, StationBoard};
pub use derive::{Block, Blocker};
pub use distribution::Distribution;
pub use entry::{Entry, NewEntry, Recorded};
pub use fact::{Fact, OfConstituency};
pub use id::EntryId;
pub use link::{LinkHash, LinkToken};
pub(crate) use photo::PHOTOS_OF_STATION_MAX;
pub use photo::{PhotoHash, jpeg_size};
pub use publication::PublicationBoard;
pub use refusal::Refusal;
pub use state::{Decision, Numbers, Programme, PublicReport, Publication, ReportClosing, WithoutCamera};
pub use station::{Acceptance, Due, Finding, StationRecord, Test};
pub use stock::{Holder, Movement, Serial, StockItem};
pub use timeline::Dated;
pub use words::{Item, Met, NoCameraReason, Question, ReportKind, Stage};
