//! Devices: showing and removing them, and the pages on which a person registers or activates one.
//!
//! After "Admin API: Phones" and its siblings, and the Auth API's enrolment portal (August 2026).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Call;
use super::pages::{Done, Link as LinkPage, Sorry, shown};
use super::reply::{Answered, Fault, Reply};
use super::state::{Device, DeviceKind, Link, User};
use super::{Desk, DuoFake, fresh_code, fresh_id};

/// The vendor's default life of an activation.
const DAY: u64 = 86_400;
const LONGEST: u64 = 30 * DAY;

impl User {
    pub(super) fn devices_shown(&self, kind: DeviceKind) -> Vec<Value> {
        let own = self.person.devices.iter().filter(|device| device.kind == kind);
        own.map(Device::shown).collect()
    }
}

impl Device {
    fn shown(&self) -> Value {
        match self.kind {
            DeviceKind::Phone => json!({
                "phone_id": self.id, "number": "", "name": "", "extension": "", "type": self.phone_type,
                "platform": self.platform, "model": "", "activated": self.activated, "capabilities": self.capabilities(),
            }),
            DeviceKind::Token => json!({ "token_id": self.id, "type": "h6", "serial": "000001", "totp_step": null }),
            DeviceKind::Passkey => {
                json!({ "webauthnkey": self.id, "credential_name": "", "label": "", "date_added": 0 })
            }
            DeviceKind::Desktop => json!({ "dakey": self.id, "name": "" }),
        }
    }

    pub(super) fn capabilities(&self) -> &'static [&'static str] {
        if self.activated {
            &["auto", "push", "sms", "phone", "mobile_otp"]
        } else {
            &["auto", "sms", "phone"]
        }
    }
}

impl Desk<'_> {
    pub(super) fn phone(&self, id: &str) -> Answered {
        let is_it = |device: &&Device| device.kind == DeviceKind::Phone && device.id == id;
        let owners: Vec<&User> = self
            .state
            .users
            .iter()
            .filter(|user| user.person.devices.iter().any(|device| is_it(&device)))
            .collect();
        let device = owners.iter().find_map(|user| user.person.devices.iter().find(is_it));
        let mut phone = device.ok_or_else(Fault::unknown)?.shown();
        let owners = owners
            .iter()
            .map(|user| json!({ "user_id": user.person.id, "username": user.person.username }));
        if let Value::Object(members) = &mut phone {
            members.insert("users".into(), owners.collect());
        }
        Ok(Reply::of(phone))
    }

    /// The link goes, the device stays.
    pub(super) fn dissociate(&mut self, user: &str, id: &str, kind: DeviceKind) -> Answered {
        let user = self.known_mut(user)?;
        user.person
            .devices
            .retain(|device| device.kind != kind || device.id != id);
        Ok(Reply::empty())
    }

    /// Gone for everybody.
    pub(super) fn destroy(&mut self, id: &str, kind: DeviceKind) -> Reply {
        for user in &mut self.state.users {
            user.person
                .devices
                .retain(|device| device.kind != kind || device.id != id);
        }
        Reply::empty()
    }

    pub(super) fn create_activation(&mut self, call: &Call, id: &str) -> Answered {
        let valid_secs = call.number("valid_secs", DAY, 1..=LONGEST)?;
        call.number("install", 0, 0..=1)?;
        let code = fresh_code(20);
        let link = Link {
            code: code.clone(),
            expires: self.now.plus(Duration::from_secs(valid_secs)),
            phone: Some(id.to_owned()),
        };
        let mut found = false;
        for user in &mut self.state.users {
            for device in &mut user.person.devices {
                if device.kind != DeviceKind::Phone || device.id != id {
                    continue;
                }
                let platform = device.platform.as_str();
                if device.phone_type != "Mobile" || platform.is_empty() || platform == "Unknown" {
                    return Err(Fault::invalid("phone"));
                }
                // One activation at a time: what was there before stops working.
                device.activated = false;
                found = true;
                user.links_made += 1;
                user.links.retain(|link| link.phone.as_deref() != Some(id));
                user.links.push(link.clone());
            }
        }
        if !found {
            return Err(Fault::unknown());
        }
        let url = self.world.at(&format!("activate/{code}"));
        Ok(Reply::of(json!({
            "activation_url": url, "activation_barcode": self.world.at("frame/qr"), "valid_secs": valid_secs,
        })))
    }

    /// A page of the vendor's on which an unenrolled user registers a device.
    pub(super) fn enrolment(&mut self, id: &str) -> Result<String, Fault> {
        let code = fresh_code(16);
        let link = Link {
            code: code.clone(),
            expires: self.now.plus(Duration::from_mins(5)),
            phone: None,
        };
        let user = self.known_mut(id)?;
        user.links_made += 1;
        user.links.push(link);
        let mut url = self.world.at("portal");
        url.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("akey", &self.world.auth.0);
        Ok(url.into())
    }

    /// The user of a link that still works.
    fn holder(&self, code: &str) -> Option<&User> {
        let now = self.now;
        let is_it = |link: &Link| link.code == code && now < link.expires;
        self.state.users.iter().find(|user| user.links.iter().any(is_it))
    }

    /// Uses a link: its device works afterwards.
    fn follow(&mut self, code: &str) -> Option<String> {
        let id = self.holder(code)?.person.id.clone();
        let user = self.state.user_mut(&id)?;
        let at = user.links.iter().position(|link| link.code == code)?;
        let link = user.links.remove(at);
        match link.phone {
            Some(phone) => {
                let devices = &mut user.person.devices;
                devices.iter_mut().find(|device| device.id == phone)?.activated = true;
            }
            None => user.person.devices.push(Device::phone(&fresh_id("DP"))),
        }
        Some(user.person.username.clone())
    }
}

type Fakes = State<Arc<DuoFake>>;

#[derive(Deserialize)]
struct Portal {
    code: String,
}

/// The pages behind the two kinds of link.
pub(super) fn pages() -> Router<Arc<DuoFake>> {
    Router::new()
        .route("/portal", get(portal).post(enrolled))
        .route("/activate/{code}", get(activation).post(activated))
}

async fn portal(State(fake): Fakes, Query(portal): Query<Portal>) -> Response {
    offer(&fake, &portal.code)
}

async fn enrolled(State(fake): Fakes, Query(portal): Query<Portal>) -> Response {
    follow(&fake, &portal.code)
}

async fn activation(State(fake): Fakes, Path(code): Path<String>) -> Response {
    offer(&fake, &code)
}

async fn activated(State(fake): Fakes, Path(code): Path<String>) -> Response {
    follow(&fake, &code)
}

fn offer(fake: &DuoFake, code: &str) -> Response {
    let name = fake.desk(|desk| desk.holder(code).map(|user| user.person.username.clone()));
    match name {
        Some(name) => shown(StatusCode::OK, &LinkPage { name: &name }),
        None => shown(StatusCode::GONE, &Sorry {}),
    }
}

fn follow(fake: &DuoFake, code: &str) -> Response {
    match fake.desk(|desk| desk.follow(code)) {
        Some(name) => shown(StatusCode::OK, &Done { name: &name }),
        None => shown(StatusCode::GONE, &Sorry {}),
    }
}
