//! What the imitated org remembers, and what it is made of: people, groups, factors, tokens.
//!
//! Field names follow the user and factor objects
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/>, August 2026).

use std::collections::BTreeMap;
use std::time::Duration;

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The settings of the authenticator for temporary access codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TacPolicy {
    /// `minTtl`, minutes
    pub min: u32,
    /// `maxTtl`, minutes
    pub max: u32,
    /// `defaultTtl`, minutes
    pub default: u32,
    /// Characters of a code.
    pub length: usize,
    /// `multiUseAllowed`
    pub multi_use: bool,
    /// Whether it takes the body that the integration guide prints, and not the described one.
    pub guides_form: bool,
}

impl Default for TacPolicy {
    fn default() -> Self {
        Self {
            min: 10,
            max: 480,
            default: 120,
            length: 16,
            multi_use: false,
            guides_form: false,
        }
    }
}

/// An administrator role held by a person, a group or the service app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleHeld {
    /// `HELP_DESK_ADMIN`, …, or `CUSTOM`
    pub kind: String,
    /// The custom role's id.
    pub custom: Option<String>,
    /// What the custom role allows.
    pub permissions: Vec<String>,
}

impl RoleHeld {
    /// A standard role.
    pub fn standard(kind: &str) -> Self {
        Self {
            kind: kind.into(),
            custom: None,
            permissions: Vec::new(),
        }
    }

    /// A custom role that allows this.
    pub fn custom(id: &str, permissions: &[&str]) -> Self {
        Self {
            kind: "CUSTOM".into(),
            custom: Some(id.into()),
            permissions: permissions.iter().map(|&one| one.to_owned()).collect(),
        }
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// `profile.name`
    pub name: String,
    /// Administrator roles that its members have by it.
    pub roles: Vec<RoleHeld>,
}

/// An enrolled factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Its id.
    pub id: String,
    /// `factorType`
    pub kind: String,
}

/// One invented person with an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resident {
    /// User id.
    pub id: String,
    /// `status`
    pub status: String,
    /// `credentials.provider.type`
    pub provider: String,
    /// Base and custom attributes.
    pub profile: Map<String, Value>,
    /// Ids of the groups the person is in.
    pub groups: Vec<String>,
    /// Administrator roles held directly.
    pub roles: Vec<RoleHeld>,
    /// The present password.
    pub password: String,
    /// Enrolled factors.
    pub factors: Vec<Factor>,
    /// Whether devices that Okta does not know are kept out.
    pub blocked: bool,
}

impl Resident {
    /// An attribute that is text.
    pub(super) fn text(&self, name: &str) -> &str {
        self.profile.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A temporary access code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tac {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) created_at: Timestamp,
    pub(super) ends_at: Timestamp,
    pub(super) multi_use: bool,
    pub(super) used: bool,
}

/// A link to a new password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ResetToken {
    pub(super) token: String,
    pub(super) ends_at: Timestamp,
}

/// A person and what happened to the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) person: Resident,
    pub(super) created_at: Timestamp,
    pub(super) password_changed_at: Timestamp,
    pub(super) status_changed_at: Timestamp,
    pub(super) tac: Option<Tac>,
    pub(super) reset: Option<ResetToken>,
    pub(super) sessions: u64,
    pub(super) signed_in_at: Option<Timestamp>,
    /// How often each call was carried out.
    pub(super) counts: BTreeMap<String, u64>,
}

impl Account {
    pub(super) fn of(person: Resident, now: Timestamp) -> Self {
        // Long ago, as a forgotten password is.
        let before = now.minus(Duration::from_hours(24 * 60));
        Self {
            person,
            created_at: before,
            password_changed_at: before,
            status_changed_at: before,
            tac: None,
            reset: None,
            sessions: 2,
            signed_in_at: None,
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    pub(super) fn becomes(&mut self, status: &str, now: Timestamp) {
        status.clone_into(&mut self.person.status);
        self.status_changed_at = now;
    }
}

/// An access token that was given out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) value: String,
    pub(super) scopes: Vec<String>,
    /// The thumbprint of the key it is bound to.
    pub(super) bound_to: Option<String>,
    pub(super) expires_at: Timestamp,
}

/// A `jti` that was taken, remembered until it would be too old anyway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Spent {
    pub(super) jti: String,
    pub(super) until: Timestamp,
}

/// What is left of one kind of call in this minute.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Bucket {
    pub(super) used: u64,
    pub(super) full_at: Timestamp,
}

/// One person past the first form of the sign-in page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) is_done: bool,
}

/// Everything that is remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) accounts: Vec<Account>,
    pub(super) granted: Vec<String>,
    pub(super) client_roles: Vec<RoleHeld>,
    pub(super) tokens: Vec<Token>,
    pub(super) spent: Vec<Spent>,
    pub(super) nonce: String,
    pub(super) nonce_everywhere: bool,
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) limit: u64,
    pub(super) index: Option<Vec<Resident>>,
    pub(super) visits: Vec<Visit>,
}

impl State {
    /// By id, or by login: the vendor takes both.
    pub(super) fn find(&self, key: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| {
            account.person.id == key || account.person.text("login").to_lowercase() == key.to_lowercase()
        })
    }

    pub(super) fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.person.id == id)
    }
}
