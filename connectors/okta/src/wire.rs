//! Okta's JSON, as far as it is read. Unknown members and values are left alone, absent and `null` are the same.

use doorward_contract::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) password_changed: Option<String>,
    pub(crate) status_changed: Option<String>,
    pub(crate) last_login: Option<String>,
    /// Base and custom attributes side by side.
    #[serde(default)]
    pub(crate) profile: Map<String, Value>,
    pub(crate) credentials: Option<Credentials>,
}

impl User {
    /// An attribute of the profile that is text and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.profile
            .get(name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) provider: Option<Provider>,
}

/// Who masters the password.
#[derive(Deserialize)]
pub(crate) struct Provider {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

/// A thing of which only the id matters.
#[derive(Deserialize)]
pub(crate) struct Known {
    pub(crate) id: String,
}

/// A block that keeps an active account out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Block {
    pub(crate) applies_to: Option<String>,
}

/// A role assigned.
#[derive(Deserialize)]
pub(crate) struct Role {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// The custom role's id, where the type is `CUSTOM`.
    #[serde(rename = "role")]
    pub(crate) custom: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) status: Option<String>,
}

/// What a custom role allows.
#[derive(Deserialize)]
pub(crate) struct Permissions {
    #[serde(default)]
    pub(crate) permissions: Vec<Permission>,
}

#[derive(Deserialize)]
pub(crate) struct Permission {
    pub(crate) label: String,
}

/// An enrolled factor.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Factor {
    pub(crate) id: String,
    pub(crate) factor_type: String,
}

/// The answer to a reset with a link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    pub(crate) reset_password_url: Option<SecretString>,
}

/// The answer to a temporary password.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TemporaryPassword {
    pub(crate) temp_password: Option<SecretString>,
}

/// An authenticator of the org.
#[derive(Deserialize)]
pub(crate) struct Authenticator {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) status: Option<String>,
    pub(crate) provider: Option<AuthenticatorProvider>,
}

#[derive(Deserialize)]
pub(crate) struct AuthenticatorProvider {
    pub(crate) configuration: Option<CodeLimits>,
}

/// The org's limits on temporary access codes. The vendor's description has them as numbers with a fraction.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CodeLimits {
    pub(crate) min_ttl: Option<f64>,
    pub(crate) max_ttl: Option<f64>,
    pub(crate) default_ttl: Option<f64>,
    pub(crate) multi_use_allowed: Option<bool>,
}

/// An authenticator that a user has. `Debug` is not implemented: it may hold a code.
#[derive(Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) id: String,
    pub(crate) key: Option<String>,
    pub(crate) created: Option<String>,
    pub(crate) profile: Option<EnrolmentProfile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnrolmentProfile {
    pub(crate) tac: Option<SecretString>,
    pub(crate) multi_use: Option<bool>,
    pub(crate) expires_at: Option<String>,
}

/// A moment as Okta writes it; where it names no zone it is UTC.
pub(crate) fn moment(text: Option<&str>) -> Option<Timestamp> {
    let text = text?;
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}
