//! The store's side of the desk: people and proposals, each change in one transaction.

use ashkar_terms::UtcMicros;
use async_trait::async_trait;

use super::super::people::{
    FactorUse, NewInvitation, NewSession, PeopleStore, SecretChange, Secrets, Session,
};
use super::super::proposals::{ProposalStore, Ruling};
use super::super::{Actor, StoreError};
use super::{SqliteStore, people, proposals, secrets, sessions};
use crate::model::{Language, Person, PersonName, Profile, Proposal, Proposed};

#[async_trait]
impl PeopleStore for SqliteStore {
    async fn people(&self) -> Result<Vec<Person>, StoreError> {
        people::all(&mut *self.read().await?).await
    }

    async fn person(&self, name: &PersonName) -> Result<Option<Person>, StoreError> {
        people::find(&mut *self.read().await?, name).await
    }

    async fn secrets(&self, name: &PersonName) -> Result<Option<Secrets>, StoreError> {
        secrets::of(&mut *self.read().await?, &self.sealer, name).await
    }

    async fn invite(
        &self,
        name: &PersonName,
        profile: &Profile,
        invitation: &NewInvitation,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        people::invite(&mut tx, name, profile, invitation, by).await?;
        Ok(tx.commit().await?)
    }

    async fn invite_again(
        &self,
        name: &PersonName,
        invitation: &NewInvitation,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        people::invite_again(&mut tx, name, invitation, by).await?;
        Ok(tx.commit().await?)
    }

    async fn invitation(
        &self,
        token_hash: &[u8; 32],
        now: UtcMicros,
    ) -> Result<Option<(Person, UtcMicros)>, StoreError> {
        people::invited(&mut *self.read().await?, token_hash, now).await
    }

    async fn accept_invitation(
        &self,
        token_hash: &[u8; 32],
        password: &str,
        session: &NewSession,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        let name = people::accept(&mut tx, token_hash, password, by).await?;
        sessions::begin(&mut tx, &name, session, by).await?;
        Ok(tx.commit().await?)
    }

    async fn change_person(
        &self,
        name: &PersonName,
        profile: &Profile,
        disabled: bool,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        people::change(&mut tx, name, profile, disabled, by).await?;
        Ok(tx.commit().await?)
    }

    async fn set_language(
        &self,
        name: &PersonName,
        language: Language,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        people::set_language(&mut tx, name, language, by).await?;
        Ok(tx.commit().await?)
    }

    async fn change_secret(
        &self,
        name: &PersonName,
        change: &SecretChange,
        keep: i64,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        secrets::change(&mut tx, &self.sealer, name, change, keep, by).await?;
        Ok(tx.commit().await?)
    }

    async fn begin_session(
        &self,
        name: &PersonName,
        session: &NewSession,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        sessions::begin(&mut tx, name, session, by).await?;
        Ok(tx.commit().await?)
    }

    async fn session(
        &self,
        token_hash: &[u8; 32],
        now: UtcMicros,
        idle_since: UtcMicros,
    ) -> Result<Option<(Session, Person)>, StoreError> {
        sessions::find(&mut *self.read().await?, token_hash, now, idle_since).await
    }

    async fn touch_session(&self, id: i64, now: UtcMicros) -> Result<(), StoreError> {
        sessions::touch(&mut *self.pool.acquire().await?, id, now).await
    }

    async fn raise_session(
        &self,
        id: i64,
        factor: Option<&FactorUse>,
        session: &NewSession,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        sessions::raise(&mut tx, id, factor, session, by).await?;
        Ok(tx.commit().await?)
    }

    async fn sign_ins(&self, since: UtcMicros) -> Result<Vec<(PersonName, String)>, StoreError> {
        sessions::sign_ins(&mut *self.read().await?, since).await
    }

    async fn sessions_of(&self, name: &PersonName, now: UtcMicros) -> Result<Vec<Session>, StoreError> {
        sessions::of(&mut *self.read().await?, name, now).await
    }

    async fn end_session(&self, name: &PersonName, id: i64, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        sessions::end(&mut tx, name, id, by).await?;
        Ok(tx.commit().await?)
    }
}

#[async_trait]
impl ProposalStore for SqliteStore {
    async fn propose(
        &self,
        what: &Proposed,
        name: &PersonName,
        why: &str,
        by: &Actor,
    ) -> Result<Proposal, StoreError> {
        let mut tx = self.write(by).await?;
        let proposal = proposals::propose(&mut tx, what, name, why, by).await?;
        tx.commit().await?;
        Ok(proposal)
    }

    async fn decide(
        &self,
        id: i64,
        decision: Ruling,
        name: &PersonName,
        by: &Actor,
    ) -> Result<Proposal, StoreError> {
        let mut tx = self.write(by).await?;
        let proposal = proposals::decide(&mut tx, id, decision, name, by).await?;
        tx.commit().await?;
        Ok(proposal)
    }

    async fn proposal(&self, id: i64) -> Result<Proposal, StoreError> {
        proposals::one(&mut *self.read().await?, id).await
    }

    async fn proposals(&self, open_only: bool, limit: u32) -> Result<Vec<Proposal>, StoreError> {
        proposals::all(&mut *self.read().await?, open_only, limit).await
    }
}
