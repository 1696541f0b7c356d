//! Acts on Cisco Duo users through the Admin API and the Auth API, and lets the Universal Prompt prove a second factor.
//!
//! Follows the vendor's pages on the three APIs (<https://duo.com/docs/adminapi>, <https://duo.com/docs/authapi>,
//! <https://duo.com/docs/oauthapi>, August 2026; the list is in this crate's README). Whether to act is decided by the
//! gateway; this crate finds, guards, acts and reads back.

mod actions;
mod bypass;
mod challenge;
mod check;
mod client;
mod condition;
mod device;
#[cfg(feature = "fake")]
pub mod fake;
mod find;
mod guard;
mod link;
mod pace;
mod push;
mod reply;
mod settings;
mod sign;
mod status;
mod undo;
pub mod universal;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::http::Bounds;
use doorward_contract::{
    Ability, About, Account, AccountId, Action, Challenger, Clock, Condition, Connector, Directory, Finding, Intent,
    Prepared, Protection, Receipt, Reconciled, StepKey, Subject, Timestamp, Undoing, VendorError,
};
use serde_json::Value;

pub use crate::bypass::CODE_MINUTES;
pub use crate::device::kinds;
pub use crate::link::LINK_MINUTES;
pub use crate::pace::Patience;
pub use crate::push::{Push, PushState};
pub use crate::settings::{Host, Keys, Names, Protected, Settings, valid_group, valid_user};

use crate::client::Client;

/// Everything this connector can do.
pub const ABILITIES: &[Ability] = &[
    Ability::BypassCode,
    Ability::EnrolmentLink,
    Ability::ActivationLink,
    Ability::Unlock,
    Ability::RemoveDevices,
];
/// Duo keeps the question for the state of a push open until something happens; a push ends after 60 s.
const LONG_POLL: Duration = Duration::from_secs(65);

/// A Duo account as a [`Connector`] and a [`Directory`].
pub struct Duo {
    settings: Settings,
    admin: Client,
    auth: Option<Client>,
    /// The Auth API with time to wait.
    poll: Option<Client>,
    /// The Universal Prompt.
    universal: Option<universal::Universal>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Duo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duo")
            .field("host", &self.settings.host.name())
            .finish_non_exhaustive()
    }
}

impl Duo {
    /// The account as set, with the usual bounds on every request. Reaches nobody yet; refuses settings that cannot be
    /// right.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, VendorError> {
        connect_within(settings, clock, Bounds::default())
    }

    /// The same with another patience towards a vendor that asks to slow down.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.admin.patience = patience;
        for client in [&mut self.auth, &mut self.poll].into_iter().flatten() {
            client.patience = patience;
        }
        self
    }

    /// The same with the Universal Prompt as a check.
    #[must_use]
    pub fn with_universal(mut self, universal: universal::Universal) -> Self {
        self.universal = Some(universal);
        self
    }

    fn auth(&self) -> Result<&Client, VendorError> {
        self.auth.as_ref().ok_or_else(without_auth)
    }
}

fn without_auth() -> VendorError {
    VendorError::Refused {
        why: "this needs an Auth API application, and its keys are not set".into(),
    }
}

/// The same as [`Duo::new`], as every connector has it.
pub fn connect(settings: Settings, clock: Arc<dyn Clock>) -> Result<Duo, VendorError> {
    Duo::new(settings, clock)
}

/// The account as set, with these bounds on every request.
pub fn connect_within(settings: Settings, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Duo, VendorError> {
    settings.agree()?;
    let client = |keys: &Keys, bounds: Bounds| Client::new(&settings.host, keys, Arc::clone(&clock), bounds);
    let long = Bounds {
        total: bounds.total.max(LONG_POLL),
        ..bounds.clone()
    };
    Ok(Duo {
        admin: client(&settings.admin, bounds.clone())?,
        auth: settings.auth.as_ref().map(|keys| client(keys, bounds)).transpose()?,
        poll: settings.auth.as_ref().map(|keys| client(keys, long)).transpose()?,
        universal: None,
        settings,
        clock,
    })
}

#[async_trait]
impl Connector for Duo {
    fn about(&self) -> About {
        About {
            vendor: "duo",
            abilities: ABILITIES,
        }
    }

    async fn check(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        self.examine(abilities).await
    }

    fn directory(&self) -> Option<&dyn Directory> {
        Some(self)
    }

    fn challenger(&self) -> Option<&dyn Challenger> {
        Some(self)
    }

    async fn prepare(&self, action: &Action) -> Result<Prepared, VendorError> {
        self.foresee(action)
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
        tracing::info!(step = %key, ability = %action.ability(), "acting on a Duo user");
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
        tracing::info!(step = %key, ability = %action.ability(), "taking an act on a Duo user back");
        self.take_back(account, action, facts).await
    }

    async fn condition(&self, account: &Account) -> Result<Condition, VendorError> {
        self.look_at(account).await
    }
}

#[async_trait]
impl Directory for Duo {
    async fn find(&self, subject: &Subject) -> Result<Option<Account>, VendorError> {
        self.lookup(subject).await
    }

    async fn guard(&self, id: &AccountId) -> Result<Protection, VendorError> {
        self.inspect(id).await
    }

    async fn namesakes(&self, account: &Account, limit: u8) -> Result<Vec<AccountId>, VendorError> {
        self.same_names(account, limit).await
    }
}
