//! A relying party's authorization request, checked.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wish;
use doorward_contract::Timestamp;

/// How the answer travels (OAuth 2.0 Multiple Response Types §2.1; Form Post Response Mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In the query of the redirect.
    #[default]
    Query,
    /// By a form that posts itself.
    FormPost,
}

/// What `prompt` may say (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Ask the person nothing.
    None,
    /// Have them prove themselves anew.
    Login,
    /// Have them agree anew.
    Consent,
    /// Have them say whose account it is.
    SelectAccount,
}

/// What was asked, checked against the client's registration. Holds what identifies a person: sealed wherever it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The client's id.
    pub client: String,
    /// Where the answer goes: one of the client's own.
    pub redirect_uri: String,
    /// How it travels.
    pub mode: Mode,
    /// What is asked for, known scopes only, without doubles.
    pub scopes: Vec<String>,
    /// Given back as it came.
    pub state: Option<String>,
    /// Given back in the ID token.
    pub nonce: Option<String>,
    /// PKCE's S256 challenge.
    pub challenge: Option<String>,
    /// The key that the code is bound to (RFC 9449 §10).
    pub dpop_thumbprint: Option<String>,
    /// What the person may be asked.
    pub prompt: Vec<Prompt>,
    /// How old a proof may be, in seconds.
    pub max_age: Option<u64>,
    /// Whose account.
    pub login_hint: Option<String>,
    /// The `sub` of an ID token of ours that came as `id_token_hint`.
    pub hinted_subject: Option<String>,
    /// The purposes asked for, in order of wish.
    pub acr_values: Vec<String>,
    /// Languages, in order of wish.
    pub ui_locales: Vec<String>,
    /// The `claims` parameter, checked for shape (OpenID Connect Core §5.5; Identity Assurance).
    pub claims: Value,
    /// Okta's application context, given back in the ID token (okta.md §1.17).
    pub app_name: Option<String>,
    /// As above.
    pub app_instance_id: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

impl Request {
    /// Whether an answer about this subject is one to this question: it must be whom a hint or a requested `sub` names, if
    /// any does (OpenID Connect Core §3.1.2.1 `id_token_hint`, §5.5.1).
    pub fn is_about(&self, subject: &str) -> bool {
        let hinted = self.hinted_subject.as_deref().is_none_or(|hinted| hinted == subject);
        let wish = self.claims.pointer("/id_token/sub");
        hinted && wish.is_none_or(|wish| wish::fits(wish, &Value::from(subject)))
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
