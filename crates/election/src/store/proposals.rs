//! Proposals: what needs two persons.

use async_trait::async_trait;

use super::people::NewInvitation;
use super::{Actor, StoreError};
use crate::model::{PersonName, Proposal, Proposed};

/// How somebody decides.
#[derive(Debug, Clone, Copy)]
pub enum Ruling {
    /// It is done.
    Approve {
        /// The invitation for whoever is to be recovered; not used by other proposals.
        invitation: NewInvitation,
    },
    /// It is not done.
    Refuse,
    /// Whoever proposed it does not want it any more.
    Withdraw,
}

/// Proposals and their decisions. What role somebody has is the caller's to check; that two persons are two is checked
/// here.
#[async_trait]
pub trait ProposalStore: Send + Sync {
    /// Proposes something that could be done at this moment.
    ///
    /// # Errors
    /// [`StoreError::Proposal`], and whatever would keep it from being done now.
    async fn propose(
        &self,
        what: &Proposed,
        name: &PersonName,
        why: &str,
        by: &Actor,
    ) -> Result<Proposal, StoreError>;

    /// Decides about an open proposal. If it is approved it is done at the same moment; but if what its proposer saw is
    /// not so any more, it becomes stale and nothing is done.
    async fn decide(
        &self,
        id: i64,
        decision: Ruling,
        name: &PersonName,
        by: &Actor,
    ) -> Result<Proposal, StoreError>;

    /// One proposal.
    async fn proposal(&self, id: i64) -> Result<Proposal, StoreError>;

    /// Those of the current election and of people, newest first: open ones, or the last `limit` of all.
    async fn proposals(&self, open_only: bool, limit: u32) -> Result<Vec<Proposal>, StoreError>;
}
