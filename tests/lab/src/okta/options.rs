//! What can be turned while the org runs: the mapping of its administrator, and the older ways of Okta's own guide.

use serde::{Deserialize, Serialize};

use super::claim::Claim;

/// How an org behaves towards its vendor. The default is the guide as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one switch of its own, turned by name from outside"
)]
pub struct OrgOptions {
    /// Which claims are pushed if the person's profile has them.
    pub mapped: Vec<Mapping>,
    /// How the pushed request is written.
    pub body: Body,
    /// How a pushed claim is written.
    pub shape: Shape,
    /// How the org signs in at the vendor.
    pub auth: Auth,
    /// `IDV_DELEGATED` is pushed, as the guide's prose spells it.
    pub trust_framework_of_prose: bool,
    /// `bithdate` is pushed, as the guide's sample spells it.
    pub bithdate: bool,
    /// The browser brings `client_id` beside `request_uri`, as RFC 9126 wants.
    pub client_id_on_authorize: bool,
    /// Factor only: the login is sent as `login_hint`.
    pub factor_login_hint: bool,
    /// Factor only: "Send Okta application context" is on.
    pub factor_app_context: bool,
}

impl Default for OrgOptions {
    fn default() -> Self {
        let names = [Claim::GivenName, Claim::FamilyName].map(|claim| Mapping { claim, required: true });
        let more = [Claim::MiddleName, Claim::Birthdate].map(|claim| Mapping { claim, required: false });
        Self {
            mapped: names.into_iter().chain(more).collect(),
            body: Body::Form,
            shape: Shape::Object,
            auth: Auth::Post,
            trust_framework_of_prose: false,
            bithdate: false,
            client_id_on_authorize: false,
            factor_login_hint: false,
            factor_app_context: false,
        }
    }
}

impl OrgOptions {
    /// Only the two names that must be mapped.
    #[must_use]
    pub fn names_only(mut self) -> Self {
        self.mapped.retain(|mapping| mapping.required);
        self
    }

    /// Every claim that Okta knows.
    #[must_use]
    pub fn everything(mut self) -> Self {
        self.mapped = Claim::ALL
            .map(|claim| Mapping {
                claim,
                required: matches!(claim, Claim::GivenName | Claim::FamilyName),
            })
            .to_vec();
        self
    }
}

/// One line of the vendor's profile mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The claim.
    pub claim: Claim,
    /// Without it the request fails on Okta's side.
    #[serde(default)]
    pub required: bool,
}

/// How the pushed request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// `application/x-www-form-urlencoded`, with `claims` as JSON on one line.
    Form,
    /// `application/json` with the same names, as the guide said until January 2026.
    Json,
}

/// How a pushed claim is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `{"value": "…", "fuzzy": true}`
    Object,
    /// As in May 2025: `given_name` is `{"fuzzy": "…"}`, the others are bare strings.
    OldGuide,
}

/// How the org signs in at the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `client_secret_post`, the documented way.
    Post,
    /// `client_secret_basic`
    Basic,
}
