//! The actions that the account management policy guards, and carrying them out once somebody was let through.

use std::time::Duration;

use doorward_contract::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::user::Status;
use super::verification::STATE;
use super::{OktaOrg, fresh};

/// How long the guarded action stays open after the verdict.
const GRANTED_FOR: Duration = Duration::from_secs(10 * 60);
/// The authenticator that people set up in this org.
const NEW_AUTHENTICATOR: &str = "okta_verify";

/// What the account management policy guards here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// "Forgot password?"
    Recover,
    /// "Unlock account?"
    Unlock,
    /// "Set up an authenticator"
    Enroll,
}

/// Somebody let through.
#[derive(Clone)]
pub(super) struct Granted {
    pub(super) user: String,
    pub(super) operation: Operation,
    from: Timestamp,
}

impl OktaOrg {
    /// Lets somebody through.
    pub(super) fn grant(&self, user: &str, operation: Operation) -> String {
        let (now, grant) = (self.fake.now(), fresh(STATE));
        let granted = Granted {
            user: user.to_owned(),
            operation,
            from: now,
        };
        let mut flows = self.flows();
        flows.grants.retain(|_, granted| now.since(granted.from) < GRANTED_FOR);
        flows.grants.insert(grant.clone(), granted);
        grant
    }

    /// What a grant is for, while it lasts.
    pub(super) fn granted(&self, grant: &str) -> Result<Granted, Fault> {
        let now = self.fake.now();
        let flows = self.flows();
        let granted = flows
            .grants
            .get(grant)
            .filter(|granted| now.since(granted.from) < GRANTED_FOR);
        granted.cloned().ok_or(Fault::NoFlow)
    }

    /// Carries out the guarded action, once. A recovery needs the new password.
    pub fn complete(&self, grant: &str, password: Option<&SecretString>) -> Result<Operation, Fault> {
        let granted = self.granted(grant)?;
        if granted.operation == Operation::Recover && password.is_none() {
            return Err(Fault::Missing("the new password"));
        }
        if self.flows().grants.remove(grant).is_none() {
            return Err(Fault::NoFlow);
        }
        let mut state = self.lock();
        let standing = state.standings.get_mut(&granted.user).ok_or(Fault::Nobody)?;
        match (granted.operation, password) {
            (Operation::Recover, Some(password)) => standing.choose(password),
            (Operation::Recover, None) => {}
            (Operation::Unlock, _) => standing.status = Status::Active,
            (Operation::Enroll, _) => {
                standing.enrolled.insert(NEW_AUTHENTICATOR.to_owned());
            }
        }
        Ok(granted.operation)
    }
}
