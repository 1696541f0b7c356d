//! Acts on accounts by a signed call to the company's own endpoint, so that any other system can be an outcome.
//!
//! Signs by Standard Webhooks 1.0 (<https://www.standardwebhooks.com>, autumn 2026); what is sent and what may be answered
//! is this crate's own and described in its README and `schema/`. Whether to act is decided by the gateway.

mod act;
mod answer;
mod check;
#[cfg(feature = "fake")]
pub mod fake;
mod message;
mod settings;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use doorward_contract::http::{Bounds, Http};
use doorward_contract::signature::Signer;
use doorward_contract::{
    Ability, About, Account, Action, Clock, Connector, Directory, Finding, Intent, Prepared, Receipt, Reconciled,
    StepKey, Timestamp, Undoing, VendorError,
};
use serde_json::Value;

pub use crate::settings::{Field, LONGEST_TIMEOUT, MOST_SECRETS, Settings, valid_name};

/// Everything this connector can do.
pub const ABILITIES: &[Ability] = &[Ability::Call];

/// An answer is a few words and a small receipt.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A company's own endpoint as a [`Connector`]. It is no directory.
pub struct Webhook {
    settings: Settings,
    signer: Signer,
    http: Http,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("host", &self.settings.url.host_str())
            .finish_non_exhaustive()
    }
}

/// The endpoint as set. Reaches nobody yet; refuses settings that cannot be right.
pub fn connect(settings: Settings, clock: Arc<dyn Clock>) -> Result<Webhook, VendorError> {
    settings.agree()?;
    let bounds = Bounds {
        total: settings.timeout,
        connect: Bounds::default().connect.min(settings.timeout),
        answer: LONGEST_ANSWER,
    };
    Ok(Webhook {
        signer: Signer::new(&settings.secrets)?,
        http: Http::new("webhook", std::slice::from_ref(&settings.url), bounds)?,
        settings,
        clock,
    })
}

#[async_trait]
impl Connector for Webhook {
    fn about(&self) -> About {
        About {
            vendor: "webhook",
            abilities: ABILITIES,
        }
    }

    async fn check(&self, _abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        self.examine().await
    }

    fn directory(&self) -> Option<&dyn Directory> {
        None
    }

    async fn prepare(&self, action: &Action) -> Result<Prepared, VendorError> {
        act::name_of(action)?;
        Ok(Prepared {
            action: action.clone(),
            notes: Vec::new(),
        })
    }

    async fn intend(&self, _account: &Account, action: &Action) -> Result<Intent, VendorError> {
        act::name_of(action)?;
        Ok(Intent {
            // The endpoint itself remembers the step by its key: nothing has to be seen before.
            snapshot: serde_json::json!({}),
            pass: None,
        })
    }

    async fn perform(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        _intent: &Intent,
    ) -> Result<Receipt, VendorError> {
        tracing::info!(step = %key, "calling a system of the company's own");
        self.call(key, account, act::name_of(action)?).await
    }

    async fn reconcile(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        _snapshot: &Value,
        _intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        tracing::info!(step = %key, "asking what became of a call");
        self.ask_back(key, account, act::name_of(action)?).await
    }

    fn undoing(&self, _action: &Action) -> Undoing {
        if self.settings.undo {
            Undoing::Possible {
                what: "asks the company's system to take it back",
            }
        } else {
            Undoing::Impossible {
                why: "the settings do not say that the company's system takes a call back (`undo`): take it back there",
            }
        }
    }

    async fn undo(
        &self,
        key: &StepKey,
        account: &Account,
        action: &Action,
        facts: &Value,
    ) -> Result<Receipt, VendorError> {
        let name = act::name_of(action)?;
        if let Undoing::Impossible { why } = self.undoing(action) {
            return Err(VendorError::Unfit { why: why.to_owned() });
        }
        tracing::info!(step = %key, "asking a system of the company's own to take a call back");
        self.take_back(key, account, name, facts).await
    }
}
