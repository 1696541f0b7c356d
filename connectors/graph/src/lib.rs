//! Acts on Microsoft Entra accounts through Microsoft Graph v1.0.
//!
//! Follows the vendor's pages on users, authentication methods, temporary access passes, role management and the client
//! credentials flow (<https://learn.microsoft.com/en-us/graph/api/overview>, August 2026; the list is in this crate's
//! README). Whether to act is decided by the gateway; this crate finds, guards, acts and reads back.

mod access;
mod actions;
mod assertion;
mod check;
mod client;
mod colleague;
mod condition;
mod contact;
#[cfg(feature = "fake")]
pub mod fake;
mod find;
mod guard;
mod method;
mod password;
mod reply;
mod role;
mod settings;
mod shelf;
mod token;
mod undo;
mod wire;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use doorward_contract::http::Bounds;
use doorward_contract::{
    Ability, About, Account, AccountId, Action, Clock, Colleague, Condition, Connector, Contact, Directory, Finding,
    Intent, Prepared, Protection, Receipt, Reconciled, StepKey, Subject, Timestamp, Undoing, VendorError,
};
use serde_json::Value;

pub use crate::settings::{Cloud, Credential, Protected, Settings, valid_attribute};

use crate::client::Client;
use crate::shelf::Shelf;
use crate::token::TokenSource;
use crate::wire::{Domains, PassPolicy};

/// The words for the kinds of sign-in method that [`Ability::RemoveMethods`] may be asked to remove.
pub fn removable_methods() -> impl Iterator<Item = &'static str> {
    method::KINDS.iter().map(|kind| kind.word)
}

/// Everything this connector can do.
pub const ABILITIES: &[Ability] = &[
    Ability::TemporaryPassword,
    Ability::TemporaryAccessPass,
    Ability::RevokeSessions,
    Ability::RemoveMethods,
];

/// An Entra tenant as a [`Connector`] and a [`Directory`].
pub struct Graph {
    settings: Settings,
    client: Client,
    clock: Arc<dyn Clock>,
    /// How each domain signs in.
    domains: Shelf<Domains>,
    /// The tenant's policy on temporary access passes.
    policy: Shelf<PassPolicy>,
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("tenant", &self.settings.tenant)
            .field("client_id", &self.settings.client_id)
            .finish_non_exhaustive()
    }
}

/// The tenant as set, with the usual bounds on every request. Reaches nobody yet; refuses settings that cannot be right.
pub fn connect(settings: Settings, clock: Arc<dyn Clock>) -> Result<Graph, VendorError> {
    connect_within(settings, clock, Bounds::default())
}

/// The tenant as set, with these bounds on every request.
pub fn connect_within(settings: Settings, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Graph, VendorError> {
    settings.agree()?;
    let tokens = TokenSource::new(&settings, Arc::clone(&clock), bounds.clone())?;
    let client = Client::new(&settings.cloud, tokens, bounds)?;
    Ok(Graph {
        settings,
        client,
        domains: Shelf::new(Arc::clone(&clock)),
        policy: Shelf::new(Arc::clone(&clock)),
        clock,
    })
}

#[async_trait]
impl Connector for Graph {
    fn about(&self) -> About {
        About {
            vendor: "graph",
            abilities: ABILITIES,
        }
    }

    async fn check(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        self.examine(abilities).await
    }

    fn directory(&self) -> Option<&dyn Directory> {
        Some(self)
    }

    async fn prepare(&self, action: &Action) -> Result<Prepared, VendorError> {
        self.foresee(action).await
    }

    async fn intend(&self, account: &Account, action: &Action) -> Result<Intent, VendorError> {
        self.plan(account, action).await
    }

    async fn perform(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        intent: &Intent,
    ) -> Result<Receipt, VendorError> {
        tracing::info!(step = %key, ability = %action.ability(), "acting on an Entra account");
        self.act(account, action, intent).await
    }

    async fn reconcile(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        snapshot: &Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        tracing::info!(step = %key, ability = %action.ability(), "reading back what became of an act");
        self.look_back(account, action, snapshot, intended_at).await
    }

    fn undoing(&self, action: &Action) -> Undoing {
        undo::undoing(action)
    }

    async fn undo(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        facts: &Value,
    ) -> Result<Receipt, VendorError> {
        tracing::info!(step = %key, ability = %action.ability(), "taking an act on an Entra account back");
        self.take_back(account, action, facts).await
    }

    async fn condition(&self, account: &Account) -> Result<Condition, VendorError> {
        self.look_at(account).await
    }
}

#[async_trait]
impl Directory for Graph {
    async fn find(&self, subject: &Subject) -> Result<Option<Account>, VendorError> {
        self.lookup(subject).await
    }

    async fn guard(&self, id: &AccountId) -> Result<Protection, VendorError> {
        self.inspect(id).await
    }

    async fn namesakes(&self, account: &Account, limit: u8) -> Result<Vec<AccountId>, VendorError> {
        self.same_names(account, limit).await
    }

    async fn manager(&self, account: &Account) -> Result<Option<Colleague>, VendorError> {
        self.superior(&account.id).await
    }

    async fn contacts(&self, account: &Account) -> Result<Vec<Contact>, VendorError> {
        self.reachable_at(&account.id).await
    }

    async fn groups_among(&self, id: &AccountId, groups: &[String]) -> Result<Vec<String>, VendorError> {
        self.among(id, groups).await
    }
}
