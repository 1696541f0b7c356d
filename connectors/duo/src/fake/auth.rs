//! The Auth API: what would be done with a user, pushes, and what became of them.
//!
//! After "Auth API" (<https://duo.com/docs/authapi>, August 2026). A push is answered by the lab.

use serde_json::{Value, json};

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::{DeviceKind, Push, User, Verified};
use super::{Desk, fresh_code, fresh_digits};

impl Desk<'_> {
    pub(super) fn auth(&mut self, call: &Call, path: &[&str]) -> Answered {
        match (call.method.as_str(), path) {
            ("GET", ["check"]) => Ok(Reply::of(json!({ "time": self.now.seconds() }))),
            ("POST", ["preauth"]) => self.preauth(call),
            ("POST", ["auth"]) => self.push(call),
            ("GET", ["auth_status"]) => self.auth_status(call),
            (_, ["check" | "preauth" | "auth" | "auth_status"]) => Err(Fault::wrong_method()),
            _ => Err(Fault::unknown()),
        }
    }

    /// The user a call is about; none for a name that Duo does not know.
    fn meant(&self, call: &Call) -> Result<Option<&User>, Fault> {
        match (call.get("username"), call.get("user_id")) {
            (Some(name), None) => Ok(self.named(name)),
            (None, Some(id)) => self.state.user(id).map(Some).ok_or_else(|| Fault::invalid("user_id")),
            (None, None) => Err(Fault::absent("username")),
            _ => Err(Fault::invalid("username")),
        }
    }

    fn preauth(&mut self, call: &Call) -> Answered {
        let supports_verified = call.get("client_supports_verified_push") == Some("1");
        let Some(user) = self.meant(call)? else {
            return Ok(Reply::of(
                json!({ "result": "deny", "status_msg": "Access is denied." }),
            ));
        };
        let (id, status, enrolled) = (user.person.id.clone(), user.person.status.clone(), user.is_enrolled());
        let devices: Vec<Value> = user.person.devices.iter().map(asked_of).collect();
        Ok(Reply::of(match status.as_str() {
            "bypass" => json!({ "result": "allow", "status_msg": "Account is in bypass mode" }),
            "active" if enrolled => {
                let mut told = json!({ "result": "auth", "status_msg": "Account is active", "devices": devices });
                if self.state.verified_push && supports_verified {
                    let (txid, code) = (fresh_code(36), fresh_digits(6));
                    self.state.verified.push(Verified {
                        txid: txid.clone(),
                        user: id,
                        code: code.clone(),
                    });
                    if let Value::Object(told) = &mut told {
                        told.insert("txid".into(), json!(txid));
                        told.insert("verification_code".into(), json!(code));
                        told.insert("expiration".into(), json!(60));
                    }
                }
                told
            }
            "active" if self.world.lets_unenrolled_in => {
                json!({ "result": "allow", "status_msg": "Allowing unknown user" })
            }
            "active" => json!({
                "result": "enroll", "status_msg": "Enroll an authentication device to proceed",
                "enroll_portal_url": self.enrolment(&id)?,
            }),
            _ => json!({ "result": "deny", "status_msg": "Your account is disabled or locked out." }),
        }))
    }

    fn push(&mut self, call: &Call) -> Answered {
        let factor = call.needs("factor")?;
        if factor != "push" {
            return Err(Fault::invalid("factor"));
        }
        let device = call.needs("device")?;
        let user = self.meant(call)?.ok_or_else(|| Fault::invalid("username"))?;
        let id = user.person.id.clone();
        let takes = |own: &super::state::Device| own.activated && (device == "auto" || own.id == device);
        if user.person.status != "active" || !user.person.devices.iter().any(takes) {
            return Err(Fault::invalid("no capable device"));
        }
        // A verified push is sent in the transaction whose number is shown, and in no other.
        let (txid, code) = match call.get("txid") {
            Some(txid) => {
                let is_it = |known: &Verified| known.txid == txid && known.user == id;
                let at = self.state.verified.iter().position(is_it);
                let known = self.state.verified.remove(at.ok_or_else(|| Fault::invalid("txid"))?);
                (known.txid, Some(known.code))
            }
            None if self.state.verified_push => return Err(Fault::invalid("txid")),
            None => (fresh_code(36), None),
        };
        if call.get("async") != Some("1") {
            return Err(Fault::invalid("async"));
        }
        self.state.pushes.push(Push {
            txid: txid.clone(),
            user: id,
            at: self.now,
            code,
            // "Request" is the vendor's own word where the caller says none.
            kind: call.get("type").unwrap_or("Request").to_owned(),
            from: call.get("ipaddr").unwrap_or_default().to_owned(),
            answer: None,
        });
        Ok(Reply::of(json!({ "txid": txid })))
    }

    fn auth_status(&mut self, call: &Call) -> Answered {
        let txid = call.needs("txid")?;
        let push = self
            .state
            .pushes
            .iter()
            .find(|push| push.txid == txid)
            .ok_or_else(Fault::unknown)?;
        let (result, status) = match &push.answer {
            Some((result, status)) => (result.as_str(), status.as_str()),
            None => ("waiting", "pushed"),
        };
        Ok(Reply::of(
            json!({ "result": result, "status": status, "status_msg": "" }),
        ))
    }
}

fn asked_of(device: &super::state::Device) -> Value {
    match device.kind {
        DeviceKind::Phone => json!({
            "device": device.id, "type": "phone", "display_name": "", "name": "", "number": "",
            "capabilities": device.capabilities(),
        }),
        _ => json!({ "device": device.id, "type": "token", "name": "0" }),
    }
}
