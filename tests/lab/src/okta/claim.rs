//! The claims of Okta's custom identity verification, the profile attributes behind them, and how they are pushed
//! ("Integrate Okta with identity verification vendors", <https://developer.okta.com/docs/guides/idv-integration/main/>,
//! August 2026).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::options::{OrgOptions, Shape};

/// The spelling that counts: in every sample and in the rule for the ID token.
pub(super) const TRUST_FRAMEWORK: &str = "IDV-DELEGATED";
/// The spelling in the guide's prose.
const TRUST_FRAMEWORK_IN_PROSE: &str = "IDV_DELEGATED";
/// The only level that lets a person through.
pub(super) const VERIFIED: &str = "VERIFIED";

/// One claim that Okta knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// `given_name`
    GivenName,
    /// `family_name`
    FamilyName,
    /// `middle_name`
    MiddleName,
    /// `email`
    Email,
    /// `birthdate`, from a custom attribute
    Birthdate,
    /// `phone_number`
    PhoneNumber,
    /// `address.street_address`
    StreetAddress,
    /// `address.locality`
    Locality,
    /// `address.region`
    Region,
    /// `address.postal_code`
    PostalCode,
    /// `address.country`
    Country,
}

impl Claim {
    /// All of them, in the order of the guide.
    pub const ALL: [Self; 11] = [
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Email,
        Self::Birthdate,
        Self::PhoneNumber,
        Self::StreetAddress,
        Self::Locality,
        Self::Region,
        Self::PostalCode,
        Self::Country,
    ];

    /// Its name, within `address` where it is a part of that.
    pub fn member(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Email => "email",
            Self::Birthdate => "birthdate",
            Self::PhoneNumber => "phone_number",
            Self::StreetAddress => "street_address",
            Self::Locality => "locality",
            Self::Region => "region",
            Self::PostalCode => "postal_code",
            Self::Country => "country",
        }
    }

    /// Whether it is a part of `address`.
    pub fn in_address(self) -> bool {
        matches!(
            self,
            Self::StreetAddress | Self::Locality | Self::Region | Self::PostalCode | Self::Country
        )
    }

    /// As the System Log writes it behind a reason: `GIVENNAME`.
    pub(super) fn code(self) -> String {
        self.member().replace('_', "").to_uppercase()
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = if self.in_address() { "address." } else { "" };
        write!(f, "{within}{}", self.member())
    }
}

/// What was pushed: claims with their values.
pub(super) type Pushed = Vec<(Claim, String)>;

/// The `claims` parameter.
pub(super) fn requested(pushed: &Pushed, options: &OrgOptions) -> Value {
    let mut claims = Map::new();
    let mut address = Map::new();
    for (claim, value) in pushed {
        let asked = match (options.shape, claim) {
            (Shape::Object, _) => json!({ "value": value, "fuzzy": true }),
            (Shape::OldGuide, Claim::GivenName) => json!({ "fuzzy": value }),
            (Shape::OldGuide, _) => json!(value),
        };
        let name = match claim {
            Claim::Birthdate if options.bithdate => "bithdate",
            claim => claim.member(),
        };
        let place = if claim.in_address() { &mut address } else { &mut claims };
        place.insert(name.to_owned(), asked);
    }
    if !address.is_empty() {
        claims.insert("address".to_owned(), Value::Object(address));
    }
    let framework = if options.trust_framework_of_prose {
        TRUST_FRAMEWORK_IN_PROSE
    } else {
        TRUST_FRAMEWORK
    };
    json!({ "id_token": { "verified_claims": [{
        "verification": {
            "trust_framework": { "value": framework, "essential": true },
            "assurance_level": { "value": VERIFIED, "essential": true },
        },
        "claims": claims,
    }]}})
}
