//! Acts on Okta accounts through the Okta Management API.
//!
//! Follows the vendor's Management and OAuth descriptions, release 2026.06, and the guides on service apps and proof of
//! possession (<https://developer.okta.com/docs/api/>, August 2026; the list is in this crate's README). Whether to act is
//! decided by the gateway; this crate finds, guards, acts and reads back.

mod actions;
mod check;
mod client;
mod code;
mod colleague;
mod condition;
mod contact;
mod factor;
#[cfg(feature = "fake")]
pub mod fake;
mod find;
mod guard;
mod key;
mod lifecycle;
mod pace;
mod password;
mod proof;
mod reply;
mod settings;
mod shelf;
mod status;
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

pub use crate::code::CODE_MINUTES;
pub use crate::factor::KINDS;
pub use crate::settings::{Credential, Protected, Settings, valid_attribute, valid_id, valid_key};

use crate::client::Client;
use crate::code::Codes;
use crate::shelf::Shelf;

/// Everything this connector can do.
pub const ABILITIES: &[Ability] = &[
    Ability::TemporaryPassword,
    Ability::ResetLink,
    Ability::TemporaryAccessCode,
    Ability::Unlock,
    Ability::ResetFactors,
    Ability::RevokeSessions,
    Ability::Suspend,
    Ability::Unsuspend,
];

/// An Okta org as a [`Connector`] and a [`Directory`].
pub struct Okta {
    settings: Settings,
    client: Client,
    clock: Arc<dyn Clock>,
    /// The org's limits on temporary access codes.
    codes: Shelf<Codes>,
}

impl fmt::Debug for Okta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Okta")
            .field("org", &self.settings.org.as_str())
            .finish_non_exhaustive()
    }
}

impl Okta {
    /// The org as set, with the usual bounds on every request. Reaches nobody yet; refuses settings that cannot be right.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, VendorError> {
        connect_within(settings, clock, Bounds::default())
    }
}

/// The same as [`Okta::new`], as every connector has it.
pub fn connect(settings: Settings, clock: Arc<dyn Clock>) -> Result<Okta, VendorError> {
    Okta::new(settings, clock)
}

/// The org as set, with these bounds on every request.
pub fn connect_within(settings: Settings, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Okta, VendorError> {
    settings.agree()?;
    Ok(Okta {
        client: Client::new(&settings, Arc::clone(&clock), bounds)?,
        settings,
        codes: Shelf::new(Arc::clone(&clock)),
        clock,
    })
}

#[async_trait]
impl Connector for Okta {
    fn about(&self) -> About {
        About {
            vendor: "okta",
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
        tracing::info!(step = %key, ability = %action.ability(), "acting on an Okta account");
        self.act(account, action, intent).await
    }

    async fn reconcile(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        snapshot: &Value,
        _intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        tracing::info!(step = %key, ability = %action.ability(), "reading back what became of an act");
        self.look_back(account, action, snapshot).await
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
        tracing::info!(step = %key, ability = %action.ability(), "taking an act on an Okta account back");
        self.take_back(account, action, facts).await
    }

    async fn condition(&self, account: &Account) -> Result<Condition, VendorError> {
        self.look_at(account).await
    }
}

#[async_trait]
impl Directory for Okta {
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
