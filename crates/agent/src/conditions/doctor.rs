//! `ashkar agent doctor`: asks the agent that runs here, or measures by itself.

use std::io;
use std::sync::Arc;

use ashkar_terms::Clock;
use ashkar_uplink::{Conditions, Occasion};
use serde::{Deserialize, Serialize};

use super::Examiner;
use super::socket::{ASKED_PAUSE, ask};
use crate::config::Config;
use crate::uplink::Fault;

/// A report, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// What was found.
    pub report: Conditions,
    /// The agent that runs here measured it; otherwise nothing is known of cameras and of the last hour.
    pub by_agent: bool,
    /// The centre that has it now.
    pub sent_to: Option<String>,
    /// Why it was not sent, and whose fault that is, if it was to be.
    pub not_sent: Option<String>,
}

impl Examined {
    pub(super) fn new(report: Conditions, sent: Option<Result<String, Fault>>, by_agent: bool) -> Self {
        let (sent_to, not_sent) = match sent {
            None => (None, None),
            Some(Ok(centre)) => (Some(centre), None),
            Some(Err(Fault { blame, reason })) => (None, Some(format!("{reason} ({})", blame.name()))),
        };
        Self { report, by_agent, sent_to, not_sent }
    }
}

/// Why nothing is measured.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// An agent runs here and cannot be asked.
    #[error("the agent that runs here cannot be asked; is this its user? {0} (station)")]
    Agent(io::Error),
}

/// Measures the conditions of this station; with `send`, the centre gets them.
///
/// # Errors
/// See [`DoctorError`].
pub async fn doctor(config: Config, clock: Arc<dyn Clock>, send: bool) -> Result<Examined, DoctorError> {
    if let Some(examined) = ask(&config.data, send).await.map_err(DoctorError::Agent)? {
        return Ok(examined);
    }
    let examiner = Examiner::new(Arc::new(config), clock, None);
    let (report, sent) = examiner.examine(Occasion::Asked, ASKED_PAUSE, send).await;
    Ok(Examined::new(report, send.then_some(sent), false))
}
