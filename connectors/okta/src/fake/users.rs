//! Users of the imitated org: one by id or login, many by search, their groups, roles and blocks.
//!
//! After the Users API (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/>, August 2026).

use serde_json::{Value, json};

use super::admit::Call;
use super::api::roles;
use super::reply::{Answered, Fault, Reply};
use super::search::Search;
use super::state::{Account, RoleHeld};
use super::{Desk, written};

const READ: &str = "okta.users.read";

impl Desk<'_> {
    pub(super) fn account(&self, id: &str) -> Result<&Account, Fault> {
        self.state
            .find(id)
            .ok_or_else(|| Fault::missing(&format!("{id} (User)")))
    }

    pub(super) fn account_of(&mut self, id: &str) -> Result<&mut Account, Fault> {
        self.state
            .account_mut(id)
            .ok_or_else(|| Fault::missing(&format!("{id} (User)")))
    }

    pub(super) fn show_user(&self, call: &Call, key: &str) -> Answered {
        self.needs(call, READ, READ)?;
        call.only(&["expand"])?;
        self.account(key).map(|account| Reply::ok(told(account)))
    }

    /// Whose API token it is. A service app is nobody.
    pub(super) fn show_myself(&self, call: &Call) -> Answered {
        if call.scopes.is_some() {
            return Err(Fault::missing("me (User)"));
        }
        let first = self.state.accounts.first().ok_or_else(|| Fault::missing("me (User)"))?;
        Ok(Reply::ok(told(first)))
    }

    pub(super) fn list_users(&self, call: &Call) -> Answered {
        self.needs(call, READ, READ)?;
        call.only(&["search", "limit", "after", "sortBy", "sortOrder"])?;
        let search = call.asked("search").map(Search::read).transpose()?;
        let found = self.state.accounts.iter().filter(|account| {
            let Some(search) = &search else {
                return account.person.status != "DEPROVISIONED";
            };
            // The index may lag behind.
            let indexed = self
                .state
                .index
                .iter()
                .flatten()
                .find(|known| known.id == account.person.id);
            search.fits(indexed.unwrap_or(&account.person))
        });
        let all = found.map(told).collect();
        self.paged(call, all)
    }

    pub(super) fn blocks(&self, call: &Call, id: &str) -> Answered {
        self.needs(call, READ, READ)?;
        let is_blocked = self.account(id)?.person.blocked;
        Ok(Reply::ok(if is_blocked {
            json!([{ "type": "DEVICE_BASED", "appliesTo": "UNKNOWN_DEVICES" }])
        } else {
            json!([])
        }))
    }

    pub(super) fn user_groups(&self, call: &Call, id: &str) -> Answered {
        self.needs(call, READ, READ)?;
        call.only(&["limit", "after"])?;
        let groups = &self.account(id)?.person.groups;
        let all = self.world.groups.iter().filter(|group| groups.contains(&group.id));
        let all = all
            .map(|group| json!({ "id": group.id, "type": "OKTA_GROUP", "profile": { "name": group.name } }))
            .collect();
        self.paged(call, all)
    }

    /// The roles held directly; those that come by a group are told by the group.
    pub(super) fn user_roles(&self, call: &Call, id: &str) -> Answered {
        self.needs_scope(call, "okta.roles.read")?;
        call.only(&["expand"])?;
        let mut held: Vec<RoleHeld> = self.account(id)?.person.roles.clone();
        if call.scopes.is_none() && held.is_empty() {
            held.push(RoleHeld::standard("SUPER_ADMIN"));
            // Only the owner of the API token.
            if self.state.accounts.first().is_none_or(|first| first.person.id != id) {
                held.clear();
            }
        }
        Ok(Reply::ok(roles(&held, "USER")))
    }
}

/// A user as the vendor tells one.
pub(super) fn told(account: &Account) -> Value {
    let person = &account.person;
    json!({
        "id": person.id, "status": person.status, "created": written(account.created_at),
        "statusChanged": written(account.status_changed_at), "passwordChanged": written(account.password_changed_at),
        "lastLogin": account.signed_in_at.map(written), "lastUpdated": written(account.status_changed_at),
        "type": { "id": "oty1imitatedusertype" }, "profile": person.profile,
        "credentials": { "password": {}, "provider": { "type": person.provider, "name": person.provider } },
        "_links": { "self": { "href": format!("/api/v1/users/{}", person.id) } },
    })
}
