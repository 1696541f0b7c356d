//! What an org's administrator sees: events shaped as in Okta's System Log
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/>, August 2026).

use std::collections::BTreeMap;

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::{Builder, Uuid};

use super::fault::Fault;

/// The policy sent somebody to the vendor.
pub const STARTED: &str = "user.identity_verification.start";
/// The org judged what came back.
pub const JUDGED: &str = "user.identity_verification";
/// An IdP authenticator answered.
pub const FACTOR: &str = "user.authentication.auth_via_IDP";

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEvent {
    /// Its id.
    pub uuid: Uuid,
    /// When.
    pub published: Timestamp,
    /// `user.identity_verification`, …
    pub event_type: String,
    /// Who, as far as known.
    pub actor: Actor,
    /// What came of it.
    pub outcome: Verdict,
    /// Everything else.
    pub debug_context: DebugContext,
}

/// Who an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// `00u…`, `unknown` for nobody known.
    pub id: String,
    /// The login.
    pub alternate_id: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// `ALLOW`, `DENY`, `SUCCESS`, `FAILURE`
    pub result: String,
    /// `CLAIMS_VERIFIED`, `CLAIMS_NOT_VERIFIED`, …
    pub reason: Option<String>,
}

/// Everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DebugContext {
    /// `IdvReferenceId`, `IdvFlowId`, `reasonForFailure`, …
    pub debug_data: BTreeMap<String, String>,
}

impl LogEvent {
    pub(super) fn new(event_type: &str, at: Timestamp, actor: Actor, verdict: Verdict) -> Self {
        Self {
            uuid: Builder::from_random_bytes(rand::random()).into_uuid(),
            published: at,
            event_type: event_type.to_owned(),
            actor,
            outcome: verdict,
            debug_context: DebugContext::default(),
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.debug_context.debug_data.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With what the vendor's answer said of itself.
    pub(super) fn told(mut self, answer: Option<&Value>) -> Self {
        for member in ["assurance_level", "trust_framework"] {
            let path = format!("/verified_claims/0/verification/{member}");
            if let Some(text) = answer.and_then(|answer| answer.pointer(&path)).and_then(Value::as_str) {
                self = self.with(member, text);
            }
        }
        self
    }

    /// With why it failed.
    pub(super) fn because(self, fault: Option<&Fault>) -> Self {
        match fault {
            Some(fault) => self.with("reasonForFailure", &fault.to_string()),
            None => self,
        }
    }
}

impl Actor {
    pub(super) fn unknown() -> Self {
        Self {
            id: "unknown".to_owned(),
            alternate_id: "unknown".to_owned(),
        }
    }
}

impl Verdict {
    /// `ALLOW` or `DENY` with the reason.
    pub(super) fn of(judged: Result<(), &Fault>) -> Self {
        match judged {
            Ok(()) => Self {
                result: "ALLOW".to_owned(),
                reason: Some("CLAIMS_VERIFIED".to_owned()),
            },
            Err(fault) => Self {
                result: "DENY".to_owned(),
                reason: Some(fault.reason()),
            },
        }
    }

    /// `SUCCESS` or `FAILURE`.
    pub(super) fn plain(fault: Option<&Fault>) -> Self {
        Self {
            result: if fault.is_some() { "FAILURE" } else { "SUCCESS" }.to_owned(),
            reason: fault.map(ToString::to_string),
        }
    }
}
