//! The lab's controls of the imitated tenant. Nothing like them exists at the vendor.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use doorward_contract::Timestamp;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::state::{Account, Group, Method, TapPolicy, USABLE};
use super::{Desk, EntraFake};

type Lab = State<Arc<EntraFake>>;

/// A pass without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapView {
    /// Its method id.
    pub id: Uuid,
    /// From when on it works.
    pub starts_at: Timestamp,
    /// How long it works.
    pub lifetime_minutes: u32,
    /// Whether it works once only.
    pub one_time: bool,
    /// Whether it works now.
    pub usable: bool,
    /// `methodUsabilityReason`
    pub reason: String,
}

/// What became of one account, without any secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Object id.
    pub id: Uuid,
    /// `userPrincipalName`
    pub upn: String,
    /// `displayName`
    pub display_name: String,
    /// `accountEnabled`
    pub enabled: bool,
    /// Whether a directory on the premises is the master.
    pub synchronised: bool,
    /// Whether the next sign-in must choose a new password.
    pub must_change: bool,
    /// Directory roles held.
    pub roles: Vec<Uuid>,
    /// Groups the person is in.
    pub groups: Vec<Group>,
    /// Registered sign-in methods.
    pub methods: Vec<Method>,
    /// The pass, if there is one.
    pub taps: Vec<TapView>,
    /// How often Graph set the password.
    pub password_sets: u64,
    /// How often Graph issued a pass.
    pub tap_creates: u64,
    /// How often Graph ended the sessions.
    pub sessions_revoked: u64,
    /// `lastPasswordChangeDateTime`
    pub password_changed_at: Timestamp,
    /// The last time somebody got all the way in.
    pub signed_in_at: Option<Timestamp>,
}

impl Desk<'_> {
    pub(super) fn views(&self) -> Vec<AccountView> {
        self.state.accounts.iter().map(|account| self.view(account)).collect()
    }

    fn view(&self, account: &Account) -> AccountView {
        let person = &account.person;
        let taps = account.tap.iter().map(|tap| {
            let reason = tap.reason(self.state.tap_policy, self.now);
            TapView {
                id: tap.id,
                starts_at: tap.starts_at,
                lifetime_minutes: tap.minutes,
                one_time: tap.once,
                usable: reason == USABLE,
                reason: reason.into(),
            }
        });
        AccountView {
            id: person.id,
            upn: person.upn.clone(),
            display_name: person.display_name.clone(),
            enabled: person.enabled,
            synchronised: person.synchronised,
            must_change: account.is_forced(),
            roles: person.roles.clone(),
            groups: person.groups.clone(),
            methods: person.methods.clone(),
            taps: taps.collect(),
            password_sets: account.password_sets,
            tap_creates: account.tap_creates,
            sessions_revoked: account.sessions_revoked,
            password_changed_at: account.password_changed_at,
            signed_in_at: account.signed_in_at,
        }
    }
}

/// The accounts, without their secrets.
pub(super) async fn accounts(State(fake): Lab) -> Json<Vec<AccountView>> {
    Json(fake.accounts())
}

/// What shall be different about an account.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Difference {
    roles: Option<Vec<Uuid>>,
    enabled: Option<bool>,
    groups: Option<Vec<Group>>,
    synchronised: Option<bool>,
}

/// Changes an account behind everybody's back.
pub(super) async fn change(State(fake): Lab, Path(id): Path<Uuid>, Json(new): Json<Difference>) -> StatusCode {
    fake.desk(|desk| {
        let Some(account) = desk.state.account_mut(id) else {
            return StatusCode::NOT_FOUND;
        };
        let person = &mut account.person;
        put(&mut person.roles, new.roles);
        put(&mut person.enabled, new.enabled);
        put(&mut person.groups, new.groups);
        put(&mut person.synchronised, new.synchronised);
        StatusCode::NO_CONTENT
    })
}

/// Consents to these permissions, and no others.
pub(super) async fn granted(State(fake): Lab, Json(granted): Json<Vec<String>>) -> StatusCode {
    fake.set_granted(granted);
    StatusCode::NO_CONTENT
}

/// Replaces the policy on passes.
pub(super) async fn tap_policy(State(fake): Lab, Json(policy): Json<TapPolicy>) -> StatusCode {
    fake.set_tap_policy(policy);
    StatusCode::NO_CONTENT
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
