//! Objects as the imitated API shows them (version 2025-12-08, kebab-case).

use doorward_contract::Timestamp;
use serde_json::{Map, Value, json};

use super::state::{Account, Inquiry, Session, Verification};
use super::{Desk, written};

/// Where pictures would be; the token makes such an address a secret.
const FILES: &str = "https://files.withpersona.example";

fn pointer(kind: &str, id: Option<&str>) -> Value {
    json!({ "data": id.map(|id| json!({ "type": kind, "id": id })) })
}

fn when(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, written)
}

fn seconds(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!(at.seconds()))
}

impl Desk<'_> {
    pub(super) fn show_inquiry(&self, inquiry: &Inquiry) -> Value {
        let time = |name: &str| when(inquiry.times.get(name).copied());
        let verifications: Vec<Value> = self
            .state
            .verifications_of(&inquiry.id)
            .map(|one| json!({ "type": one.kind, "id": one.id }))
            .collect();
        let sessions: Vec<Value> = self
            .state
            .sessions
            .iter()
            .filter(|session| session.inquiry == inquiry.id)
            .map(|session| json!({ "type": "inquiry-session", "id": session.id }))
            .collect();
        json!({
            "type": "inquiry",
            "id": inquiry.id,
            "attributes": {
                "status": inquiry.status,
                "reference-id": inquiry.reference_id,
                "note": inquiry.note,
                "behaviors": {},
                "tags": inquiry.tags,
                "creator": "API",
                "reviewer-comment": null,
                "created-at": written(inquiry.created_at),
                "updated-at": written(inquiry.updated_at),
                "started-at": time("started"),
                "expires-at": written(inquiry.expires_at),
                "completed-at": time("completed"),
                "failed-at": time("failed"),
                "marked-for-review-at": time("reviewed"),
                "decisioned-at": time("decisioned"),
                "expired-at": time("expired"),
                "redacted-at": time("redacted"),
                "previous-step-name": null,
                "next-step-name": inquiry.step,
                "fields": inquiry.fields,
            },
            "relationships": {
                "account": pointer("account", inquiry.account.as_deref()),
                // A to-one relationship without a value is written in both ways by the vendor.
                "template": { "data": null },
                "inquiry-template": pointer("inquiry-template", Some(&inquiry.template)),
                "inquiry-template-version": pointer("inquiry-template-version", Some(&inquiry.template_version)),
                "transaction": { "data": null },
                "reviewer": { "data": {} },
                "reports": { "data": [] },
                "verifications": { "data": verifications },
                "sessions": { "data": sessions },
                "documents": { "data": [] },
                "selfies": { "data": [] },
            },
        })
    }

    pub(super) fn show_account(&self, account: &Account) -> Value {
        let inquiries: Vec<Value> = self
            .state
            .inquiries
            .iter()
            .filter(|inquiry| inquiry.account.as_deref() == Some(&account.id))
            .map(|inquiry| json!({ "type": "inquiry", "id": inquiry.id }))
            .collect();
        json!({
            "type": "account",
            "id": account.id,
            "attributes": {
                "reference-id": account.reference_id,
                "account-type-name": "User",
                "account-status": "Default",
                "fields": {},
                "tags": [],
                "created-at": written(account.created_at),
                "updated-at": written(account.updated_at),
                "redacted-at": when(account.redacted_at),
            },
            "relationships": { "inquiries": { "data": inquiries } },
        })
    }

    pub(super) fn show_verification(&self, verification: &Verification) -> Value {
        let hidden = self
            .state
            .inquiry(&verification.inquiry)
            .is_some_and(|inquiry| inquiry.hide_names);
        let mut attributes = Map::new();
        let mut put = |name: &str, value: Value| {
            attributes.insert(name.to_owned(), value);
        };
        put("status", json!(verification.status));
        put("created-at", written(verification.created_at));
        put("created-at-ts", json!(verification.created_at.seconds()));
        put("submitted-at", when(verification.submitted_at));
        put("submitted-at-ts", seconds(verification.submitted_at));
        put("completed-at", when(verification.completed_at));
        put("completed-at-ts", seconds(verification.completed_at));
        put("country-code", json!(verification.country));
        put("checks", checks(verification));
        put("capture-method", json!("photo"));
        put("photo-urls", photos(verification));
        if verification.kind.ends_with("government-id") {
            let read = verification.extracted.as_ref();
            put("id-class", json!(read.map(|read| &read.id_class)));
            // Attributes that a key may not see are left out of the answer.
            if !hidden {
                put("name-first", json!(read.and_then(|read| read.name_first.as_ref())));
                put("name-middle", json!(read.and_then(|read| read.name_middle.as_ref())));
                put("name-last", json!(read.and_then(|read| read.name_last.as_ref())));
                put("name-suffix", Value::Null);
                put("birthdate", json!(read.and_then(|read| read.birthdate.as_ref())));
                let number = read.and_then(|read| read.document_number.as_ref());
                put("document-number", json!(number));
                put("identification-number", json!(number));
            }
        } else {
            put("document-similarity-score", json!(94.2));
        }
        json!({
            "type": verification.kind,
            "id": verification.id,
            "attributes": attributes,
            "relationships": {
                "inquiry": pointer("inquiry", Some(&verification.inquiry)),
                "template": { "data": {} },
            },
        })
    }

    pub(super) fn show_session(&self, session: &Session) -> Value {
        json!({
            "type": "inquiry-session",
            "id": session.id,
            "attributes": {
                "status": session.status,
                "created-at": written(session.created_at),
                "expired-at": (session.expires_at <= self.now).then(|| written(session.expires_at)),
                "device-handoff-method": null,
                "is-proxy": false, "is-tor": false, "is-datacenter": false, "is-vpn": false,
                "threat-level": "low",
                "country-code": "US",
            },
            "relationships": { "inquiry": pointer("inquiry", Some(&session.inquiry)) },
        })
    }

    pub(super) fn show_template(&self, id: &str) -> Value {
        let version = self
            .world
            .templates()
            .find(|(known, _)| *known == id)
            .map(|(_, version)| version);
        let name = if self.world.is_selfie_only(id) {
            "Selfie"
        } else {
            "Government ID and selfie"
        };
        json!({
            "type": "inquiry-template",
            "id": id,
            "attributes": {
                "name": name,
                "status": self.state.knobs.template_status,
                "embedded-flow-domain-allowlist": [],
                "hosted-flow-subdomains": [],
                "hosted-flow-redirect-uri-schemes": [],
                "field-schemas": [
                    { "name": "name-first", "type": "string" },
                    { "name": "name-last", "type": "string" },
                    { "name": "birthdate", "type": "date" },
                ],
            },
            "relationships": {
                "latest-published-version":
                    pointer("inquiry-template-version", version),
            },
        })
    }
}

fn checks(verification: &Verification) -> Value {
    verification
        .checks
        .iter()
        .map(|check| {
            json!({
                "name": check.name, "status": check.status, "reasons": check.reasons,
                "requirement": check.requirement, "metadata": {},
            })
        })
        .collect()
}

fn photos(verification: &Verification) -> Value {
    if verification.redaction.is_some_and(|redaction| redaction.done) {
        return json!([]);
    }
    let url = format!("{FILES}/{}.png?access_token={}", verification.id, super::fresh_text(20));
    json!([{ "page": "front", "url": url, "byte-size": 48_213, "filename": "front.png" }])
}
