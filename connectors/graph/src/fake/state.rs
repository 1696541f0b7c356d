//! What the imitated tenant remembers, and what it is made of: people, groups, sign-in methods, the pass policy.
//!
//! Field names follow the `user`, `temporaryAccessPassAuthenticationMethod` and
//! `temporaryAccessPassAuthenticationMethodConfiguration` resources (<https://learn.microsoft.com/en-us/graph/api/resources/user>,
//! August 2026).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// The tenant's policy on temporary access passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapPolicy {
    /// Whether passes exist at all.
    pub enabled: bool,
    /// Whether every pass must be one-time.
    pub usable_once: bool,
    /// Characters of a pass, 8 to 48.
    pub default_length: u8,
    /// Minutes, where a request names none.
    pub default_lifetime: u32,
    /// The fewest minutes.
    pub min: u32,
    /// The most minutes.
    pub max: u32,
}

impl Default for TapPolicy {
    /// Switched on, with the vendor's own defaults.
    fn default() -> Self {
        Self {
            enabled: true,
            usable_once: false,
            default_length: 8,
            default_lifetime: 60,
            min: 60,
            max: 480,
        }
    }
}

/// A group of the tenant, told once for each of its members or owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Object id.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// `isAssignableToRole`
    #[serde(default)]
    pub role_assignable: bool,
    /// Template ids of the directory roles it holds.
    #[serde(default)]
    pub roles: Vec<Uuid>,
}

/// A registered sign-in method other than the password and the pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Its id; phones have one of the fixed ids.
    pub id: Uuid,
    /// The word of `@odata.type` (`phoneAuthenticationMethod`).
    pub kind: String,
    /// Whether it is the one asked for first.
    pub default: bool,
}

/// One invented person with an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of the vendor's resource"
)]
pub struct Resident {
    /// Object id.
    pub id: Uuid,
    /// `userPrincipalName`
    pub upn: String,
    /// The primary address.
    pub mail: Option<String>,
    /// Further addresses.
    pub aliases: Vec<String>,
    /// `otherMails`: addresses elsewhere.
    #[serde(default)]
    pub other_mails: Vec<String>,
    /// `mobilePhone`, in whatever form it was typed in.
    #[serde(default)]
    pub mobile: Option<String>,
    /// `givenName`
    pub given: Option<String>,
    /// `surname`
    pub family: Option<String>,
    /// `displayName`
    pub display_name: String,
    /// Held in the directory extension that the world names.
    pub birth_date: Option<NaiveDate>,
    /// `employeeId`
    pub employee_id: Option<String>,
    /// `accountEnabled`
    pub enabled: bool,
    /// `Member` or `Guest`.
    pub user_type: String,
    /// Whether a directory on the premises is the master.
    pub synchronised: bool,
    /// Whether the domain of the UPN signs in elsewhere.
    pub federated: bool,
    /// `isManagementRestricted`
    pub management_restricted: bool,
    /// All groups the person is in, directly or through another.
    pub groups: Vec<Group>,
    /// Groups the person owns.
    pub owned_groups: Vec<Group>,
    /// Template ids of the directory roles held.
    pub roles: Vec<Uuid>,
    /// Template ids of the roles that may be activated.
    pub eligible_roles: Vec<Uuid>,
    /// The present password.
    pub password: String,
    /// Registered sign-in methods.
    pub methods: Vec<Method>,
}

/// A temporary access pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tap {
    pub(super) id: Uuid,
    pub(super) pass: String,
    pub(super) created_at: Timestamp,
    pub(super) starts_at: Timestamp,
    pub(super) minutes: u32,
    pub(super) once: bool,
    pub(super) used: bool,
}

impl Tap {
    pub(super) fn ends_at(&self) -> Timestamp {
        self.starts_at
            .plus(Duration::from_secs(u64::from(self.minutes).saturating_mul(60)))
    }

    /// `methodUsabilityReason`; usable if it is `EnabledByPolicy`.
    pub(super) fn reason(&self, policy: TapPolicy, now: Timestamp) -> &'static str {
        if !policy.enabled {
            "DisabledByPolicy"
        } else if now < self.starts_at {
            "NotYetValid"
        } else if now >= self.ends_at() {
            "Expired"
        } else if self.once && self.used {
            "OneTimeUsed"
        } else {
            USABLE
        }
    }
}

/// The reason of a pass that works.
pub(super) const USABLE: &str = "EnabledByPolicy";

/// A person and what happened to the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) person: Resident,
    pub(super) must_change: bool,
    pub(super) must_change_with_mfa: bool,
    pub(super) password_changed_at: Timestamp,
    pub(super) sessions_valid_from: Timestamp,
    pub(super) tap: Option<Tap>,
    pub(super) signed_in_at: Option<Timestamp>,
    /// Counts every change of the password, whoever made it.
    pub(super) password_number: u64,
    pub(super) password_sets: u64,
    pub(super) tap_creates: u64,
    pub(super) sessions_revoked: u64,
}

impl Account {
    pub(super) fn of(person: Resident, now: Timestamp) -> Self {
        Self {
            person,
            must_change: false,
            must_change_with_mfa: false,
            // Long ago, as a forgotten password is.
            password_changed_at: now.minus(std::time::Duration::from_hours(24 * 60)),
            sessions_valid_from: now,
            tap: None,
            signed_in_at: None,
            password_number: 0,
            password_sets: 0,
            tap_creates: 0,
            sessions_revoked: 0,
        }
    }

    pub(super) fn is_forced(&self) -> bool {
        self.must_change || self.must_change_with_mfa
    }

    pub(super) fn replace_password(&mut self, password: &str, now: Timestamp) {
        password.clone_into(&mut self.person.password);
        self.password_changed_at = now;
        self.password_number += 1;
    }
}

/// An access token that was given out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) value: String,
    pub(super) roles: Vec<String>,
    pub(super) expires_at: Timestamp,
}

/// An assertion that was taken, remembered until it would be too old anyway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Spent {
    pub(super) jti: String,
    pub(super) until: Timestamp,
}

/// Where a visit of the sign-in page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    Change,
    Register,
    Done,
}

/// One person in front of the sign-in page, past the first form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) account: Uuid,
    pub(super) stage: Stage,
    pub(super) began_at: Timestamp,
    pub(super) ends_at: Timestamp,
    pub(super) password_number: u64,
}

/// Everything that changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) accounts: Vec<Account>,
    /// Who reports to whom.
    #[serde(default)]
    pub(super) managers: BTreeMap<Uuid, Uuid>,
    pub(super) granted: Vec<String>,
    pub(super) tap_policy: TapPolicy,
    pub(super) tokens: Vec<Token>,
    pub(super) spent: Vec<Spent>,
    pub(super) visits: Vec<Visit>,
}

impl State {
    pub(super) fn account(&self, id: Uuid) -> Option<&Account> {
        self.accounts.iter().find(|one| one.person.id == id)
    }

    pub(super) fn account_mut(&mut self, id: Uuid) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|one| one.person.id == id)
    }

    /// By object id or by user principal name.
    pub(super) fn find(&self, key: &str) -> Option<&Account> {
        if let Ok(id) = Uuid::parse_str(key) {
            return self.account(id);
        }
        let wanted = key.to_lowercase();
        self.accounts.iter().find(|one| one.person.upn.to_lowercase() == wanted)
    }
}
