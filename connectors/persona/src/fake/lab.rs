//! The lab's controls of the imitated Persona. Nothing like them exists at the vendor.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use doorward_contract::Timestamp;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::outcome::Choice;
use super::state::{Check, Hooks, Knobs, Mode, Secret};
use super::{Desk, PersonaFake, fresh_text, written};

/// How long the former secret stays valid unless told otherwise.
const ROTATION: u64 = 3600;

type Lab = State<Arc<PersonaFake>>;

/// Sets how webhooks are delivered from now on.
pub(super) async fn webhooks(State(fake): Lab, Json(hooks): Json<Hooks>) -> StatusCode {
    fake.desk(|desk| {
        desk.state.hooks = hooks;
        if hooks.mode == Mode::Off {
            desk.state.outbox.clear();
        }
    });
    StatusCode::NO_CONTENT
}

/// Delivers what is due and answers when that is done.
pub(super) async fn flush(State(fake): Lab) -> StatusCode {
    fake.desk(|_| ());
    fake.deliver_due().await;
    StatusCode::NO_CONTENT
}

/// How a secret is rotated.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rotation {
    expires_in_seconds: Option<u64>,
}

/// Makes a new secret; the present ones stay valid beside it for a while.
pub(super) async fn rotate_secret(State(fake): Lab, rotation: Option<Json<Rotation>>) -> Json<Value> {
    let rotation = rotation.map(|Json(rotation)| rotation).unwrap_or_default();
    let secret = fake.desk(|desk| {
        let ends = desk
            .now
            .plus(Duration::from_secs(rotation.expires_in_seconds.unwrap_or(ROTATION)));
        for old in &mut desk.state.secrets {
            old.expires_at = Some(old.expires_at.map_or(ends, |earlier| earlier.min(ends)));
        }
        let value = format!("wbhsec_{}", fresh_text(36));
        let new = Secret {
            value: value.clone(),
            expires_at: None,
        };
        desk.state.secrets.insert(0, new);
        value
    });
    Json(json!({ "secret": secret }))
}

/// The limits and delays in force.
pub(super) async fn knobs(State(fake): Lab) -> Json<Value> {
    Json(fake.desk(|desk| json!(desk.state.knobs)))
}

/// Sets limits and delays; what is not named goes back to normal.
pub(super) async fn turn(State(fake): Lab, Json(knobs): Json<Knobs>) -> StatusCode {
    fake.desk(|desk| desk.state.knobs = knobs);
    StatusCode::NO_CONTENT
}

/// The inquiries, oldest first, without their tokens.
pub(super) async fn inquiries(State(fake): Lab) -> Json<Value> {
    Json(fake.desk(|desk| {
        let list = desk.state.inquiries.iter().map(|inquiry| {
            json!({
                "id": inquiry.id, "status": inquiry.status, "reference_id": inquiry.reference_id,
                "redirect_uri": inquiry.redirect_uri, "created_at": written(inquiry.created_at),
                "expires_at": written(inquiry.expires_at),
                "redacted": inquiry.redaction.is_some_and(|redaction| redaction.done),
            })
        });
        list.collect()
    }))
}

/// Everything remembered.
pub(super) async fn state(State(fake): Lab) -> Json<Value> {
    Json(fake.state())
}

/// How a visit shall end, without the browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ending {
    outcome: Choice,
    #[serde(default)]
    specimen: Option<String>,
}

/// Plays a whole visit.
pub(super) async fn outcome(State(fake): Lab, Path(id): Path<String>, Json(ending): Json<Ending>) -> Response {
    let done = fake.desk(|desk| desk.play(&id, &ending));
    fake.send_soon();
    match done {
        Ok(status) => Json(json!({ "status": status })).into_response(),
        Err((status, why)) => (status, Json(json!({ "error": why }))).into_response(),
    }
}

/// What shall be changed behind everybody's back.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Tampering {
    template: Option<String>,
    template_version: Option<String>,
    environment: Option<String>,
    created_at: Option<Timestamp>,
    reference_id: Option<String>,
    status: Option<String>,
    /// Fails this check without failing its verification, as an optional check does.
    check_failed: Option<String>,
    /// Takes this check out, as a template without it would.
    check_absent: Option<String>,
    /// Sets the status of the newest document or selfie: `{"government-id": "submitted"}`.
    verification_status: Option<std::collections::BTreeMap<String, String>>,
    hide_names: Option<bool>,
}

/// Changes one thing, so that each pin can be made to fail alone.
pub(super) async fn tamper(State(fake): Lab, Path(id): Path<String>, Json(change): Json<Tampering>) -> StatusCode {
    fake.desk(|desk| desk.tamper(&id, change))
}

impl Desk<'_> {
    fn play(&mut self, id: &str, ending: &Ending) -> Result<String, (StatusCode, &'static str)> {
        let Some(inquiry) = self.state.inquiry(id) else {
            return Err((StatusCode::NOT_FOUND, "no such inquiry"));
        };
        if !matches!(inquiry.status.as_str(), "created" | "pending") {
            return Err((StatusCode::CONFLICT, "the inquiry is over"));
        }
        let specimen = match &ending.specimen {
            Some(id) => self.specimen(id),
            None => self.world.people.first().cloned(),
        };
        let Some(specimen) = specimen else {
            return Err((StatusCode::UNPROCESSABLE_ENTITY, "no such specimen"));
        };
        self.visit(id, &specimen, ending.outcome);
        Ok(self
            .state
            .inquiry(id)
            .map(|inquiry| inquiry.status.clone())
            .unwrap_or_default())
    }

    fn tamper(&mut self, id: &str, change: Tampering) -> StatusCode {
        let Some(inquiry) = self.state.inquiry_mut(id) else {
            return StatusCode::NOT_FOUND;
        };
        put(&mut inquiry.template, change.template);
        put(&mut inquiry.template_version, change.template_version);
        put(&mut inquiry.created_at, change.created_at);
        put(&mut inquiry.status, change.status);
        put(&mut inquiry.hide_names, change.hide_names);
        if change.environment.is_some() {
            inquiry.environment = change.environment;
        }
        if change.reference_id.is_some() {
            inquiry.reference_id = change.reference_id;
        }
        for (kind, status) in change.verification_status.into_iter().flatten() {
            let wanted = format!("verification/{kind}");
            let verifications = self.state.verifications.iter_mut();
            let newest = verifications
                .filter(|one| one.inquiry == id && one.kind == wanted)
                .last();
            if let Some(one) = newest {
                one.status = status;
            }
        }
        for verification in self.state.verifications.iter_mut().filter(|one| one.inquiry == id) {
            if let Some(name) = &change.check_failed {
                fail_check(verification, name);
            }
            if let Some(name) = &change.check_absent {
                verification.checks.retain(|check| check.name != *name);
            }
        }
        StatusCode::NO_CONTENT
    }
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn fail_check(verification: &mut super::state::Verification, name: &str) {
    let prefix = if verification.kind == super::outcome::SELFIE {
        "selfie_"
    } else {
        "id_"
    };
    if !name.starts_with(prefix) {
        return;
    }
    verification.checks.retain(|check| check.name != name);
    verification.checks.push(Check {
        name: name.to_owned(),
        status: "failed".into(),
        reasons: Vec::new(),
        requirement: "not_required".into(),
    });
}
