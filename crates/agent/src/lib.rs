//! The station's agent: records what its cameras show on the station's own disk, and only then hands it on to be sent.
//!
//! In: cameras (pulled, pushing, or encoded by a child process), through the same rooms as at the centre: `ingest`,
//! `media`, `archive`. Out: recordings, and every recorded output to an [`Outlet`]. What must never happen: losing what
//! was recorded and not acknowledged; a source that hangs unnoticed.

mod agent;
mod cameras;
mod child;
mod conditions;
pub mod config;
mod devices;
mod key;
mod last_run;
mod outlet;
mod placing;
mod rate;
mod recording;
mod station;
mod status;
mod technician;
mod uplink;

pub use agent::{Agent, Options, StartError, recordings_of, reveal_keys};
pub use ashkar_onvif::{CameraClock, Can, Item, Outcome, Profile};
pub use cameras::{CameraSet, SeenCamera, SetError, cameras, set_camera};
pub use child::ChildLimits;
pub use conditions::{DoctorError, Examined, ReportTimes, doctor};
pub use config::Config;
pub use devices::{Device, devices};
pub use outlet::{NoOutlet, Outlet};
pub use status::{CameraStatus, Status};
pub use uplink::{EnrolError, Enrolment, Fault, KeyFileError, LineStatus, SentState, SentStatus, enrol};
