//! The lab's controls of the imitated org. Nothing like them exists at the vendor.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use doorward_contract::Timestamp;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::OktaFake;
use super::state::{Account, Factor, RoleHeld};

type Lab = State<Arc<OktaFake>>;

/// What became of one account, without any secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// User id.
    pub id: String,
    /// `profile.login`
    pub login: String,
    /// `status`
    pub status: String,
    /// `credentials.provider.type`
    pub provider: String,
    /// Ids of groups.
    pub groups: Vec<String>,
    /// Administrator roles held directly.
    pub roles: Vec<RoleHeld>,
    /// Enrolled factors.
    pub factors: Vec<Factor>,
    /// Whether unknown devices are kept out.
    pub blocked: bool,
    /// The end of the temporary access code, and whether it works once only.
    pub tac: Option<(Timestamp, bool)>,
    /// Whether there is a link to a new password.
    pub has_link: bool,
    /// Sessions that are open.
    pub sessions: u64,
    /// How often each call was carried out: `reset_password`, `temp_password`, `tac`, `delete_tac`, `unlock`, `suspend`,
    /// `unsuspend`, `reset_factors`, `delete_factor`, `sessions`, `tokens`.
    pub counts: BTreeMap<String, u64>,
    /// `passwordChanged`
    pub password_changed_at: Timestamp,
    /// The last time somebody got all the way in.
    pub signed_in_at: Option<Timestamp>,
}

impl AccountView {
    /// How often a call was carried out.
    pub fn count(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or_default()
    }
}

pub(super) fn view(account: &Account) -> AccountView {
    let person = &account.person;
    AccountView {
        id: person.id.clone(),
        login: person.text("login").to_owned(),
        status: person.status.clone(),
        provider: person.provider.clone(),
        groups: person.groups.clone(),
        roles: person.roles.clone(),
        factors: person.factors.clone(),
        blocked: person.blocked,
        tac: account.tac.as_ref().map(|tac| (tac.ends_at, !tac.multi_use)),
        has_link: account.reset.is_some(),
        sessions: account.sessions,
        counts: account.counts.clone(),
        password_changed_at: account.password_changed_at,
        signed_in_at: account.signed_in_at,
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
    status: Option<String>,
    roles: Option<Vec<RoleHeld>>,
    groups: Option<Vec<String>>,
    provider: Option<String>,
}

/// Changes an account behind everybody's back.
pub(super) async fn change(State(fake): Lab, Path(id): Path<String>, Json(new): Json<Difference>) -> StatusCode {
    if !fake.accounts().iter().any(|account| account.id == id) {
        return StatusCode::NOT_FOUND;
    }
    fake.change(&id, |person| {
        put(&mut person.status, new.status);
        put(&mut person.roles, new.roles);
        put(&mut person.groups, new.groups);
        put(&mut person.provider, new.provider);
    });
    StatusCode::NO_CONTENT
}

/// Grants these scopes, and no others.
pub(super) async fn granted(State(fake): Lab, Json(granted): Json<Vec<String>>) -> StatusCode {
    let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
    fake.set_granted(&granted);
    StatusCode::NO_CONTENT
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
