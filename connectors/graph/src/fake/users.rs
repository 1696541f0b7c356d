//! Users: find, read, set a temporary password, switch on and off, end sessions.
//!
//! After "Get user", "List users", "Update user" and "user: revokeSignInSessions"
//! (<https://learn.microsoft.com/en-us/graph/api/user-update>, August 2026).

use serde_json::{Map, Value, json};
use uuid::{Uuid, uuid};

use super::Desk;
use super::api::Call;
use super::filter::Filter;
use super::reply::{Answered, Fault, Reply};
use super::rights::{ENABLE, READ_BASIC_USERS, READ_USERS, REVOKE, SET_PASSWORD, WRITE_USERS};
use super::state::Account;

/// Roles whose holders a User Administrator may reset: Directory Readers, Guest Inviter, Password Administrator, Helpdesk
/// Administrator, Message Center Reader, Reports Reader, Usage Summary Reports Reader, User Experience Success Manager,
/// Groups Administrator, User Administrator (<https://learn.microsoft.com/en-us/graph/api/resources/users>).
const RESETTABLE: [Uuid; 10] = [
    uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b"),
    uuid!("95e79109-95c0-4d8e-aee3-d01accf2d47b"),
    uuid!("966707d0-3269-4727-9be2-8c3a10f19b9d"),
    uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8"),
    uuid!("790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b"),
    uuid!("4a5d8f65-41da-4de4-8968-e035b65339cf"),
    uuid!("75934031-6c7e-415a-99d7-48dbd49e875e"),
    uuid!("27460883-1df1-4691-b032-3b79643e5e63"),
    uuid!("fdd7a751-b60b-444a-984c-02652fe8fa1c"),
    uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1"),
];

impl Desk<'_> {
    pub(super) fn get_user(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_BASIC_USERS)?;
        call.only(&["select"])?;
        let id = self.subject(key)?;
        let account = self.state.account(id).ok_or_else(|| Fault::missing(key))?;
        let mut shown = self.shown(call, account)?;
        shown.insert("@odata.context".into(), json!(self.context("users/$entity")));
        Ok(Reply::ok(Value::Object(shown)))
    }

    pub(super) fn show_manager(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_USERS)?;
        call.only(&["select"])?;
        let manager = self.state.managers.get(&self.subject(key)?);
        let account = manager.and_then(|id| self.state.account(*id));
        let account = account.ok_or_else(|| Fault::missing("manager"))?;
        let mut shown = self.shown(call, account)?;
        shown.insert("@odata.type".into(), json!("#microsoft.graph.user"));
        shown.insert("@odata.context".into(), json!(self.context("directoryObjects/$entity")));
        Ok(Reply::ok(Value::Object(shown)))
    }

    pub(super) fn list_users(&self, call: &Call) -> Answered {
        call.needs(READ_BASIC_USERS)?;
        call.only(&["select", "filter", "top", "count", "skiptoken", "search"])?;
        if call.asked("search").is_some() {
            return Err(Fault::unsupported(
                "$search is not imitated, and needs ConsistencyLevel: eventual.",
            ));
        }
        let filter = call.asked("filter").map(Filter::parse).transpose()?;
        if let Some(filter) = &filter {
            if filter.is_advanced && !call.is_advanced() {
                return Err(Fault::unsupported(
                    "Operator is not supported without ConsistencyLevel: eventual and $count=true.",
                ));
            }
            if !call.may(READ_USERS) && !filter.names().into_iter().all(Self::is_basic) {
                return Err(Fault::denied());
            }
        }
        let fits = |account: &&Account| filter.as_ref().is_none_or(|filter| filter.fits(&self.profile(account)));
        // Also where nobody fits, a property that does not exist is refused.
        if let Some(anybody) = self.state.accounts.first() {
            self.shown(call, anybody)?;
        }
        let found = self.state.accounts.iter().filter(fits);
        let shown: Result<Vec<Value>, Fault> = found.map(|one| self.shown(call, one).map(Value::Object)).collect();
        self.page(call, "users", shown?)
    }

    pub(super) fn patch_user(&mut self, call: &Call, key: &str) -> Answered {
        call.only(&[])?;
        let body = call.body()?;
        // Every right first: one that is missing fails the whole call.
        for name in body.keys() {
            match name.as_str() {
                "passwordProfile" => call.needs(SET_PASSWORD)?,
                "accountEnabled" => {
                    call.needs(ENABLE)?;
                    call.needs(READ_USERS)?;
                }
                _ => call.needs(WRITE_USERS)?,
            }
        }
        let id = self.subject(key)?;
        let account = self.state.account(id).ok_or_else(|| Fault::missing(key))?;
        if is_beyond_reach(account) {
            return Err(Fault::denied());
        }
        let password = match body.get("passwordProfile") {
            None => None,
            Some(Value::Object(profile)) => Some(self.new_password(account, profile)?),
            Some(_) => {
                return Err(Fault::bad(
                    "Invalid value specified for property 'passwordProfile' of resource 'User'.",
                ));
            }
        };
        let enabled = match body.get("accountEnabled") {
            None => None,
            Some(Value::Bool(_)) if account.person.synchronised => return Err(mastered_elsewhere()),
            Some(Value::Bool(enabled)) => Some(*enabled),
            Some(_) => {
                return Err(Fault::bad(
                    "Invalid value specified for property 'accountEnabled' of resource 'User'.",
                ));
            }
        };
        let known = usize::from(password.is_some()) + usize::from(enabled.is_some());
        if known == 0 || known != body.len() {
            return Err(Fault::bad("One or more properties are not imitated or do not exist."));
        }
        let now = self.now;
        let account = self.state.account_mut(id).ok_or_else(|| Fault::missing(key))?;
        if let Some(new) = password {
            account.replace_password(&new.text, now);
            account.must_change = new.must_change;
            account.must_change_with_mfa = new.must_change_with_mfa;
            account.password_sets += 1;
        }
        if let Some(enabled) = enabled {
            account.person.enabled = enabled;
        }
        Ok(Reply::empty())
    }

    /// What a password profile asks for, if the rules allow it.
    fn new_password(&self, account: &Account, profile: &Map<String, Value>) -> Result<NewPassword, Fault> {
        let mut new = NewPassword {
            text: String::new(),
            must_change: true,
            must_change_with_mfa: false,
        };
        for (name, value) in profile {
            match (name.as_str(), value) {
                ("password", Value::String(text)) => text.clone_into(&mut new.text),
                ("forceChangePasswordNextSignIn", Value::Bool(wish)) => new.must_change = *wish,
                ("forceChangePasswordNextSignInWithMfa", Value::Bool(wish)) => new.must_change_with_mfa = *wish,
                _ => return Err(Fault::bad(format!("Invalid property '{name}' in 'passwordProfile'."))),
            }
        }
        if account.person.synchronised {
            return Err(mastered_elsewhere());
        }
        if account.person.federated {
            return Err(Fault::bad(
                "The password of a user of a federated domain cannot be set here.",
            ));
        }
        if !self.is_acceptable(&new.text, &account.person) {
            return Err(Fault::bad(
                "The specified password does not comply with password complexity requirements. Please provide a different \
                 password.",
            ));
        }
        Ok(new)
    }

    pub(super) fn revoke(&mut self, call: &Call, key: &str) -> Answered {
        call.needs(REVOKE)?;
        let id = self.subject(key)?;
        let now = self.now;
        let account = self.state.account_mut(id).ok_or_else(|| Fault::missing(key))?;
        account.sessions_valid_from = now;
        account.sessions_revoked += 1;
        self.state.visits.retain(|visit| visit.account != id);
        let context = self.context("Edm.Boolean");
        Ok(Reply::ok(json!({ "@odata.context": context, "value": true })))
    }
}

struct NewPassword {
    text: String,
    must_change: bool,
    must_change_with_mfa: bool,
}

/// Whether a User Administrator may not touch the sensitive properties. Eligible roles do not count before they are active.
fn is_beyond_reach(account: &Account) -> bool {
    let person = &account.person;
    let powerful = |roles: &[Uuid]| roles.iter().any(|role| !RESETTABLE.contains(role));
    let mut groups = person.groups.iter().chain(&person.owned_groups);
    powerful(&person.roles)
        || person.management_restricted
        || groups.any(|group| group.role_assignable || !group.roles.is_empty())
}

fn mastered_elsewhere() -> Fault {
    Fault::bad("Unable to update the specified properties for on-premises mastered Directory Sync objects.")
}
