//! Users: finding, showing and changing them.
//!
//! After "Admin API: Users" (<https://duo.com/docs/adminapi#users>, August 2026).

use serde_json::{Map, Value, json};

use super::Desk;
use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::User;

impl Desk<'_> {
    pub(super) fn known(&self, id: &str) -> Result<&User, Fault> {
        self.state.user(id).ok_or_else(Fault::unknown)
    }

    pub(super) fn known_mut(&mut self, id: &str) -> Result<&mut User, Fault> {
        self.state.user_mut(id).ok_or_else(Fault::unknown)
    }

    /// Whose user name or alias this is.
    pub(super) fn named(&self, name: &str) -> Option<&User> {
        let core = |name: &str| {
            let name = name.to_lowercase();
            if !self.world.simple_names {
                return name;
            }
            let local = name.rsplit('\\').next().unwrap_or_default();
            local.split('@').next().unwrap_or_default().to_owned()
        };
        let wanted = core(name);
        self.state.users.iter().find(|user| {
            let person = &user.person;
            person
                .aliases
                .iter()
                .chain([&person.username])
                .any(|own| core(own) == wanted)
        })
    }

    pub(super) fn found(&self, call: &Call) -> Result<Vec<Value>, Fault> {
        let found: Vec<&User> = match (call.get("username"), call.get("email")) {
            (Some(_), Some(_)) => return Err(Fault::invalid("email")),
            (Some(name), None) => self.named(name).into_iter().collect(),
            (None, Some(mail)) => self
                .state
                .users
                .iter()
                .filter(|user| {
                    user.person
                        .email
                        .as_deref()
                        .is_some_and(|own| own.eq_ignore_ascii_case(mail))
                })
                .collect(),
            (None, None) => self.state.users.iter().collect(),
        };
        Ok(found.into_iter().map(User::shown).collect())
    }

    pub(super) fn modify(&mut self, call: &Call, id: &str) -> Answered {
        let user = self.known_mut(id)?;
        if let Some(status) = call.get("status") {
            // `locked out` and `pending deletion` are Duo's alone.
            if !matches!(status, "active" | "disabled" | "bypass") {
                return Err(Fault::invalid("status"));
            }
            if user.person.synchronised {
                return Err(Fault::invalid("status"));
            }
            status.clone_into(&mut user.person.status);
            user.status_changes += 1;
        }
        Ok(Reply::of(user.shown()))
    }
}

impl User {
    pub(super) fn shown(&self) -> Value {
        let person = &self.person;
        let mut aliases = Map::new();
        let alias = |at: usize| person.aliases.get(at).map(String::as_str);
        for (at, alias) in person.aliases.iter().enumerate() {
            aliases.insert(format!("alias{}", at + 1), json!(alias));
        }
        let parts = [person.given.as_deref(), person.family.as_deref()];
        let realname: Vec<&str> = parts.into_iter().flatten().collect();
        let locked = person.status == "locked out";
        json!({
            "user_id": person.id, "username": person.username, "realname": realname.join(" "),
            "firstname": person.given, "lastname": person.family, "email": person.email, "status": person.status,
            "is_enrolled": self.is_enrolled(), "lockout_reason": locked.then_some("Failed Attempts"),
            "alias1": alias(0), "alias2": alias(1), "alias3": alias(2), "alias4": alias(3), "aliases": aliases,
            "created": 1_700_000_000, "last_login": null, "notes": "",
            "last_directory_sync": person.synchronised.then_some(1_735_600_000),
            "external_id": null, "groups": self.groups_shown(),
            "phones": self.devices_shown(super::state::DeviceKind::Phone),
            "tokens": self.devices_shown(super::state::DeviceKind::Token), "u2ftokens": [],
            "webauthncredentials": self.devices_shown(super::state::DeviceKind::Passkey),
        })
    }

    pub(super) fn groups_shown(&self) -> Vec<Value> {
        let shown = |group: &super::state::GroupOf| json!({ "group_id": group.id, "name": group.name, "desc": "", "status": group.status });
        self.person.groups.iter().map(shown).collect()
    }
}
