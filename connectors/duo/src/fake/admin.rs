//! The Admin API: which request goes where, and which permission it needs.
//!
//! After "Admin API" and its permissions (<https://duo.com/docs/adminapi>, August 2026).

use serde_json::{Value, json};

use super::Desk;
use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::DeviceKind;

const MOST_USERS: u64 = 300;
const MOST: u64 = 500;

impl Desk<'_> {
    pub(super) fn admin(&mut self, call: &Call, version: &str, path: &[&str]) -> Answered {
        let granted = self.state.permissions;
        let allowed = match (call.method.as_str(), path) {
            ("GET", ["admins", ..]) => granted.admins,
            ("GET", ["integrations", ..]) => granted.integrations,
            ("GET", ["settings"]) | (_, ["branding", ..]) => granted.settings,
            ("GET", ["info", ..]) => granted.info,
            ("GET", _) => granted.read,
            _ => granted.write,
        };
        // Permission is looked at before anything else: what does not exist is forbidden too.
        if !allowed {
            return Err(Fault::forbidden());
        }
        if version != "v1" {
            return Err(Fault::unknown());
        }
        match call.method.as_str() {
            "GET" => self.read(call, path),
            "POST" => self.write(call, path),
            "DELETE" => self.delete(path),
            _ => Err(Fault::wrong_method()),
        }
    }

    fn read(&mut self, call: &Call, path: &[&str]) -> Answered {
        match path {
            ["admins" | "integrations"] => call.page(Vec::new(), MOST, self),
            ["settings"] => Ok(Reply::of(json!({ "lockout_threshold": 10 }))),
            ["branding", "custom_messaging"] => Ok(Reply::of(self.messaging())),
            ["info", "summary"] => Ok(Reply::of(json!({ "user_count": self.state.users.len() }))),
            ["users"] => {
                let found = self.found(call)?;
                call.page(found, MOST_USERS, self)
            }
            ["users", id] => self.known(id).map(|user| Reply::of(user.shown())),
            ["users", id, list] => {
                let user = self.known(id)?;
                let shown: Vec<Value> = match *list {
                    "groups" => user.groups_shown(),
                    "phones" => user.devices_shown(DeviceKind::Phone),
                    "tokens" => user.devices_shown(DeviceKind::Token),
                    "webauthncredentials" => user.devices_shown(DeviceKind::Passkey),
                    "desktopauthenticators" => user.devices_shown(DeviceKind::Desktop),
                    "bypass_codes" => user.codes_shown(self.now),
                    _ => return Err(Fault::unknown()),
                };
                call.page(shown, MOST, self)
            }
            ["phones", id] => self.phone(id),
            _ => Err(Fault::unknown()),
        }
    }

    fn write(&mut self, call: &Call, path: &[&str]) -> Answered {
        match path {
            ["branding", "custom_messaging"] => self.change_messaging(call),
            ["users", id] => self.modify(call, id),
            ["users", id, "bypass_codes"] => self.create_codes(call, id),
            ["phones", id, "activation_url"] => self.create_activation(call, id),
            _ => Err(Fault::unknown()),
        }
    }

    fn delete(&mut self, path: &[&str]) -> Answered {
        match path {
            ["users", user, "phones", id] => self.dissociate(user, id, DeviceKind::Phone),
            ["users", user, "tokens", id] => self.dissociate(user, id, DeviceKind::Token),
            ["webauthncredentials", id] => Ok(self.destroy(id, DeviceKind::Passkey)),
            ["desktop_authenticators", id] => Ok(self.destroy(id, DeviceKind::Desktop)),
            ["phones", id] => Ok(self.destroy(id, DeviceKind::Phone)),
            ["tokens", id] => Ok(self.destroy(id, DeviceKind::Token)),
            ["bypass_codes", id] => {
                for user in &mut self.state.users {
                    user.codes.retain(|code| code.id != *id);
                }
                Ok(Reply::empty())
            }
            ["users", id] => {
                self.state.users.retain(|user| user.person.id != *id);
                Ok(Reply::empty())
            }
            _ => Err(Fault::unknown()),
        }
    }
}
