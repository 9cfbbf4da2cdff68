//! The election: what is on air, when and where, and on whose authority.
//!
//! * [`Election`], [`DayPlan`], [`Constituency`], [`Station`], [`StationList`] and the like are pure values;
//! * [`plan_import`] reads the commission's CSV files, all or nothing, and [`Diff`] shows what they change;
//! * [`export_constituencies_csv`], [`export_stations_csv`] and [`ListDocument`] publish the list;
//! * [`SearchIndex`] finds stations by number, name and venue; [`collate`] sorts by the Azerbaijani alphabet;
//! * [`Programme`] and [`Board`] say how far the installation is, from records that [`ProgrammeStore`] keeps;
//! * [`Store`] persists it all, with every change audited; [`SqliteStore`] is the embedded one.
//!
//! Nothing here touches media. The server holds a [`Snapshot`] in memory and reloads it when the store's
//! [`ChangeToken`] changes, so that several processes can work on one data directory.

mod diff;
mod export;
mod import;
mod model;
mod programme;
mod sample;
mod search;
mod store;
mod text;

pub use diff::{ConstituencyChange, Diff, DiffCounts, FieldChange, Place, StationChange};
pub use export::{
    ConstituencyView, Csv, ListDocument, export_constituencies_csv, export_stations_csv, list_digest,
};
pub use import::{
    Delimiter, FileKind, ImportError, ImportErrors, ImportNote, ImportPlan, MAX_FILE_BYTES, MAX_ROWS,
    ProgrammePlan, Reason, SourceEncoding, plan_dues, plan_import, plan_without_camera,
};
pub use model::{
    Access, Act, Approval, Asked, Case, Checks, Constituency, Coordinates, DayPlan, DayTime, Days, Decided,
    Denial, Election, ElectionError, ElectionKey, Hidden, HiddenTime, HiddenWhy, Hiding, HidingReason,
    KnownElection, Language, Mark, Minute, NameStatus, Names, NewRehearsal, Night, Owed, ParseStationIdError,
    ParseStillHashError, Percent, Permission, Person, PersonError, PersonName, Phase, Policy, Profile,
    Proposal, ProposalError, ProposalState, Proposed, Rehearsal, Role, Standing, Station, StationId,
    StationList, StationMarks, StationView, StillHash, Turnout, TurnoutSource, ViewError, ViewPhase,
    ViewZone, Zone, ZoneKind, check_why,
};
pub use programme::{
    Acceptance, Block, Blocker, Board, ConstituencyBoard, Counts, Dated, Decision, Distribution, Due, Entry,
    EntryId, Fact, Finding, Holder, Item, Late, LinkHash, LinkToken, Met, Movement, NewEntry, NoCameraReason,
    Numbers, OfConstituency, PhotoHash, Programme, PublicReport, Publication, PublicationBoard, Question,
    Recorded, Refusal, ReportClosing, ReportKind, SelfTests, Serial, Stage, StationBoard, StationRecord,
    StockItem, Test, WithoutCamera, jpeg_size,
};
pub use sample::{sample_election, sample_election_on_air, sample_import, sample_list};
pub use search::SearchIndex;
pub use store::{
    Actor, Answers, Applied, AuditCheck, AuditEntry, AuditFault, AuditQuery, Camera, ChangeToken, Device,
    DeviceError, DeviceReport, FactorUse, KeptPhoto, KeyHash, KeyRefusal, ListChanges, ListDecision,
    ListPublication, ListVersion, Making, NewApproval, NewCamera, NewDevice, NewInvitation, NewReport,
    NewSession, NewSheet, NewStill, NewViewStill, Passkey, PeopleStore, ProgrammeError, ProgrammeStore,
    ProposalStore, PullUrl, PullUrlError, ReportOccasion, RequestId, Ruling, SecretChange, Secrets, Session,
    SignInStage, Snapshot, SqliteStore, Store, StoreError, StreamKey, SubStreamRefusal, ViewStill, ViewStore,
    give_to_owner,
};
pub use text::{collate, fold};
