//! Everything the imitated Persona remembers, in one structure that survives a restart of the lab.

use std::collections::BTreeMap;

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All that changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Oldest first.
    pub(super) inquiries: Vec<Inquiry>,
    pub(super) accounts: Vec<Account>,
    /// Oldest first.
    pub(super) verifications: Vec<Verification>,
    pub(super) sessions: Vec<Session>,
    pub(super) links: Vec<Link>,
    /// First answers by idempotency key.
    pub(super) replays: BTreeMap<String, Replay>,
    pub(super) outbox: Vec<Delivery>,
    /// Numbers deliveries, so that they can be put out of order on purpose.
    pub(super) sequence: u64,
    /// Newest first.
    pub(super) secrets: Vec<Secret>,
    pub(super) hooks: Hooks,
    pub(super) knobs: Knobs,
    pub(super) window: Window,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Inquiry {
    pub(super) id: String,
    pub(super) account: Option<String>,
    pub(super) reference_id: Option<String>,
    pub(super) template: String,
    pub(super) template_version: String,
    pub(super) status: String,
    pub(super) redirect_uri: Option<String>,
    pub(super) note: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) fields: BTreeMap<String, Value>,
    pub(super) lives: Lives,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) times: BTreeMap<String, Timestamp>,
    pub(super) step: String,
    pub(super) redaction: Option<Redaction>,
    /// The specimen that was shown.
    pub(super) specimen: Option<String>,
    /// Tampered: answers about it name this environment.
    pub(super) environment: Option<String>,
    /// Tampered: the key hides personal attributes.
    pub(super) hide_names: bool,
}

/// Lengths of the expiry clocks, in seconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Lives {
    pub(super) created: u64,
    pub(super) started: u64,
    pub(super) resumed: u64,
    pub(super) handed_off: u64,
}

/// Deletion on its way: due at a time, and not before it was looked for this often.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Redaction {
    pub(super) due: Timestamp,
    pub(super) looks: u32,
    pub(super) with_account: bool,
    pub(super) done: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) reference_id: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) redaction: Option<Redaction>,
    pub(super) redacted_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Verification {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) inquiry: String,
    pub(super) status: String,
    pub(super) created_at: Timestamp,
    pub(super) submitted_at: Option<Timestamp>,
    pub(super) completed_at: Option<Timestamp>,
    pub(super) country: Option<String>,
    pub(super) checks: Vec<Check>,
    pub(super) extracted: Option<Extracted>,
    /// Of a selfie: the specimen whose face it is.
    #[serde(default)]
    pub(super) face: Option<String>,
    pub(super) redaction: Option<Redaction>,
}

/// What was read off a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Extracted {
    pub(super) id_class: String,
    pub(super) name_first: Option<String>,
    pub(super) name_middle: Option<String>,
    pub(super) name_last: Option<String>,
    pub(super) birthdate: Option<String>,
    pub(super) document_number: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) reasons: Vec<String>,
    pub(super) requirement: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) inquiry: String,
    pub(super) token: String,
    /// `new`, `active`, `expired`.
    pub(super) status: String,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) code: String,
    pub(super) session: String,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Replay {
    /// Digest of method, path and body.
    pub(super) of: String,
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) at: Timestamp,
}

/// One event on its way to the webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) sequence: u64,
    pub(super) event: String,
    pub(super) name: String,
    pub(super) body: String,
    pub(super) attempts: u32,
    pub(super) first_attempted_at: Option<Timestamp>,
    pub(super) due: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Secret {
    pub(super) value: String,
    pub(super) expires_at: Option<Timestamp>,
}

/// How webhooks are delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    /// Each once, in order, at once.
    #[default]
    Normal,
    /// Not at all; what waits is dropped, as disabling a webhook does.
    Off,
    /// Each twice.
    Duplicate,
    /// What is due together goes out newest first.
    Reorder,
    /// Later.
    Delay,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Hooks {
    pub(super) mode: Mode,
    pub(super) delay_ms: u64,
}

/// What the lab may turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Knobs {
    /// Requests a minute; Persona's documented default.
    pub(super) requests_per_minute: u64,
    /// Inquiries created a minute; Persona's documented example.
    pub(super) creates_per_minute: u64,
    /// Hosts the browser may be sent back to; any if empty.
    pub(super) redirect_domains: Vec<String>,
    /// How long deletion takes.
    pub(super) redaction_delay_ms: u64,
    /// How often a deleted object is still seen undeleted.
    pub(super) redaction_looks: u32,
    /// Status of the template.
    pub(super) template_status: String,
    /// How many creates shall be carried out and yet answered 500, stored under their key.
    pub(super) broken_creates: u32,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            requests_per_minute: 300,
            creates_per_minute: 150,
            redirect_domains: Vec::new(),
            redaction_delay_ms: 0,
            redaction_looks: 1,
            template_status: "active".to_owned(),
            broken_creates: 0,
        }
    }
}

/// The running minute of the limits.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Window {
    pub(super) minute: i64,
    pub(super) requests: u64,
    pub(super) creates: u64,
}

impl State {
    pub(super) fn inquiry(&self, id: &str) -> Option<&Inquiry> {
        self.inquiries.iter().find(|inquiry| inquiry.id == id)
    }

    pub(super) fn inquiry_mut(&mut self, id: &str) -> Option<&mut Inquiry> {
        self.inquiries.iter_mut().find(|inquiry| inquiry.id == id)
    }

    pub(super) fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    pub(super) fn session_by_token(&self, token: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.token == token)
    }

    pub(super) fn verifications_of<'a>(&'a self, inquiry: &'a str) -> impl Iterator<Item = &'a Verification> {
        self.verifications.iter().filter(move |one| one.inquiry == inquiry)
    }
}
