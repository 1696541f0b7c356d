//! Persona's JSON as far as we look at it (API version 2025-12-08, kebab-case), kept apart from our words.
//!
//! What is not named here is dropped while decoding: confirmation codes, picture addresses (bearer secrets), inquiry
//! fields (written by the end user), document numbers. None of these types can be printed, because some hold personal
//! data. Unknown members, statuses and resource types are tolerated, as the vendor's versioning page asks.

use secrecy::SecretString;
use serde::Deserialize;

/// `data`, `included` and `meta` around every answer about one object.
#[derive(Deserialize)]
pub(crate) struct Document<A> {
    pub(crate) data: Resource<A>,
    #[serde(default)]
    pub(crate) included: Vec<Included>,
    #[serde(default)]
    pub(crate) meta: Option<Meta>,
}

/// An answer that lists objects.
#[derive(Deserialize)]
pub(crate) struct Listing<A> {
    pub(crate) data: Vec<Resource<A>>,
}

/// One object.
#[derive(Deserialize)]
pub(crate) struct Resource<A> {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) attributes: A,
    #[serde(default)]
    pub(crate) relationships: Relationships,
}

/// An object that came along. Its attributes are read only once its type is known to be one of ours.
#[derive(Deserialize)]
pub(crate) struct Included {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) attributes: serde_json::Value,
}

/// The links to other objects that matter here.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Relationships {
    pub(crate) account: One,
    pub(crate) inquiry: One,
    pub(crate) inquiry_template: One,
    pub(crate) inquiry_template_version: One,
}

/// A to-one relationship: absent, `{"data": null}` and `{"data": {}}` all mean none.
#[derive(Default, Deserialize)]
pub(crate) struct One {
    #[serde(default)]
    data: Option<Pointer>,
}

#[derive(Deserialize)]
struct Pointer {
    #[serde(default)]
    id: Option<String>,
}

impl One {
    /// The id pointed at, if any.
    pub(crate) fn id(&self) -> Option<&str> {
        self.data.as_ref()?.id.as_deref()
    }
}

/// What a create or resume adds: the browser's way in.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Meta {
    #[serde(default)]
    pub(crate) session_token: Option<SecretString>,
}

/// An inquiry. Its `fields` are left out on purpose: the end user can write them.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Inquiry {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) reference_id: Option<String>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) created_at: Option<String>,
    #[serde(default)]
    pub(crate) completed_at: Option<String>,
    #[serde(default)]
    pub(crate) failed_at: Option<String>,
    #[serde(default)]
    pub(crate) decisioned_at: Option<String>,
    #[serde(default)]
    pub(crate) redacted_at: Option<String>,
}

/// An account.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Account {
    #[serde(default)]
    pub(crate) reference_id: Option<String>,
    #[serde(default)]
    pub(crate) redacted_at: Option<String>,
}

/// A verification of either type we look at. Personal.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Verification {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) created_at: Option<String>,
    #[serde(default)]
    pub(crate) submitted_at: Option<String>,
    #[serde(default)]
    pub(crate) country_code: Option<String>,
    #[serde(default)]
    pub(crate) checks: Option<Vec<Check>>,
    #[serde(default)]
    pub(crate) id_class: Option<String>,
    #[serde(default)]
    pub(crate) name_first: Option<String>,
    #[serde(default)]
    pub(crate) name_middle: Option<String>,
    #[serde(default)]
    pub(crate) name_last: Option<String>,
    #[serde(default)]
    pub(crate) name_suffix: Option<String>,
    #[serde(default)]
    pub(crate) native_name_first: Option<String>,
    #[serde(default)]
    pub(crate) native_name_middle: Option<String>,
    #[serde(default)]
    pub(crate) native_name_last: Option<String>,
    #[serde(default)]
    pub(crate) birthdate: Option<String>,
}

/// One check of a verification.
#[derive(Deserialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) reasons: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) requirement: Option<String>,
}

/// A template, as far as the self-check looks at it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Template {
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) hosted_flow_redirect_uri_schemes: Option<Vec<String>>,
}

/// The error envelope; the text is `details`, with an s.
#[derive(Default, Deserialize)]
pub(crate) struct Faults {
    #[serde(default)]
    pub(crate) errors: Vec<Fault>,
}

/// One error.
#[derive(Deserialize)]
pub(crate) struct Fault {
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) details: Option<String>,
    #[serde(default)]
    pub(crate) source: Option<FaultSource>,
}

/// Which member of the request an error is about.
#[derive(Deserialize)]
pub(crate) struct FaultSource {
    #[serde(default)]
    pub(crate) pointer: Option<String>,
}

/// A webhook's body: the event and a copy of what it is about.
#[derive(Deserialize)]
pub(crate) struct Delivery {
    pub(crate) data: Event,
}

/// The event.
#[derive(Deserialize)]
pub(crate) struct Event {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) attributes: EventAttributes,
}

/// What happened, to what. The copy's attributes are not decoded: a webhook never decides.
#[derive(Deserialize)]
pub(crate) struct EventAttributes {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) payload: Option<Payload>,
}

/// The copy of the object, reduced to what names it.
#[derive(Deserialize)]
pub(crate) struct Payload {
    #[serde(default)]
    pub(crate) data: Option<Subject>,
}

/// What an event is about.
#[derive(Deserialize)]
pub(crate) struct Subject {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) relationships: Option<Relationships>,
}
