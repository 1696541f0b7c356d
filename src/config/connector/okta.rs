//! `[[connector]]` of kind `okta`: an org, as "Implement OAuth for Okta with a service app" and "Create an API token" have it
//! (connectors/okta/README.md lists the pages).

use std::borrow::Cow;
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use doorward_contract::Ability;

use super::super::fault::wrong;
use super::super::secret::Secret;
use super::super::value::{Address, Name};
use super::{BirthDates, Table, why};

/// An Okta org (connectors/okta/README.md says what to grant).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Okta {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The org's address: its Okta domain, or its custom domain.
    pub org: Org,
    /// How Doorward signs in: a service app (`client_id`, `key`, `kid`), or an `api_token`.
    pub credential: Credential,
    /// The profile attributes that what a person types may be; never a name of a person. Default: `["login"]`.
    #[serde(default = "login")]
    #[schemars(length(min = 1))]
    pub login_attributes: Vec<Attribute>,
    /// The custom attribute that holds the date of birth (`YYYY-MM-DD`). Without one, purposes must match by `names`.
    pub birth_date_attribute: Option<Attribute>,
    /// Accounts that are never recovered this way, besides those that hold a role.
    #[serde(default)]
    pub protected: Protected,
    /// Where people sign in afterwards. Default: the org.
    pub sign_in_url: Option<Address>,
}

fn login() -> Vec<Attribute> {
    vec![Attribute("login".to_owned())]
}

/// An org's address: an [`Address`] without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org(pub Address);

impl<'de> Deserialize<'de> for Org {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let address = Address::deserialize(deserializer)?;
        if address.0.path() != "/" {
            return Err(wrong(
                "the org's address has a path",
                "write its domain only, e.g. \"https://example.okta.com\"",
            ));
        }
        if address.0.host_str().is_some_and(is_console) {
            return Err(wrong(
                "this is where administrators sign in, not the org itself",
                "take `-admin` out of it",
            ));
        }
        Ok(Self(address))
    }
}

/// Whether a host is an org's administration console.
fn is_console(host: &str) -> bool {
    let known = [".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com"];
    let org = known.iter().find_map(|domain| host.strip_suffix(domain));
    org.is_some_and(|org| org.ends_with("-admin"))
}

impl JsonSchema for Org {
    fn schema_name() -> Cow<'static, str> {
        "OktaOrg".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^https?://[^/?#]+/?$"})
    }
}

/// The name of a profile attribute that is none of a person's names.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "OktaAttribute")]
pub struct Attribute(pub String);

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !doorward_okta::valid_attribute(&text) {
            return Err(wrong(
                format!("{text:?} does not fit here"),
                "name an attribute by its variable name (`login`, `email`, `employeeNumber`, a custom one), and none that \
                 holds a person's name",
            ));
        }
        Ok(Self(text))
    }
}

/// An id of the org's.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "OktaId")]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !doorward_okta::valid_id(&text) {
            return Err(wrong(
                format!("{text:?} is not an id of Okta"),
                "copy it from the address of its page in the admin console (`00u…` for a user, `00g…` for a group)",
            ));
        }
        Ok(Self(text))
    }
}

/// The type of a standard role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role(pub String);

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if !fits || !text.contains('_') || ["SUPER_ADMIN", "ORG_ADMIN"].contains(&text.as_str()) {
            return Err(wrong(
                format!("{text:?} is not a role that can be harmless"),
                "name types of standard roles, e.g. `READ_ONLY_ADMIN` or `REPORT_ADMIN`",
            ));
        }
        Ok(Self(text))
    }
}

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "OktaRole".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Z]+(_[A-Z]+)+$"})
    }
}

/// How Doorward signs in.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A service app with a key pair.
    ServiceApp {
        /// Its client id.
        client_id: String,
        /// Its private key.
        key: Secret,
        /// The name of the public key.
        kid: Option<String>,
    },
    /// An API token.
    ApiToken(Secret),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OktaCredential")]
struct RawCredential {
    /// The service app's client id.
    client_id: Option<String>,
    /// The service app's private key: unencrypted PKCS#8 PEM, or a JWK. RSA of 2048 bits or more, P-256 or P-384.
    key: Option<Secret>,
    /// The `kid` under which its public key is registered; may be left out where the JWK names it.
    kid: Option<String>,
    /// An API token, which has every right of the administrator who made it.
    api_token: Option<Secret>,
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const ONE: &str = "give `client_id`, `key` and `kid` of a service app, or an `api_token`";
        match RawCredential::deserialize(deserializer)? {
            RawCredential {
                client_id: Some(client_id),
                key: Some(_),
                api_token: None,
                ..
            } if !doorward_okta::valid_id(&client_id) => Err(wrong(
                format!("{client_id:?} is not a client id of Okta"),
                "copy the one that begins with `0oa` from the service app's page",
            )),
            RawCredential {
                client_id: Some(client_id),
                key: Some(key),
                kid,
                api_token: None,
            } => match doorward_okta::valid_key(&key.0, kid.as_deref()) {
                Ok(()) => Ok(Self::ServiceApp { client_id, key, kid }),
                Err(error) => Err(wrong(
                    why(error),
                    "see connectors/okta/README.md, Registering the service app",
                )),
            },
            RawCredential {
                client_id: None,
                key: None,
                kid: None,
                api_token: Some(token),
            } => Ok(Self::ApiToken(token)),
            RawCredential {
                client_id: Some(_),
                key: None,
                api_token: None,
                ..
            } => Err(wrong("the service app has no key", "add key = { file = \"/path\" }")),
            RawCredential {
                client_id: None,
                key: Some(_),
                api_token: None,
                ..
            } => Err(wrong("the service app has no client id", "add client_id = \"0oa…\"")),
            RawCredential { api_token: None, .. } => Err(wrong("there is no credential", ONE)),
            _ => Err(wrong("there is more than one credential", ONE)),
        }
    }
}

impl JsonSchema for Credential {
    fn schema_name() -> Cow<'static, str> {
        RawCredential::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        RawCredential::json_schema(generator)
    }
}

/// Accounts that are never recovered this way.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "OktaProtected")]
pub struct Protected {
    /// Ids of users (break-glass, executives).
    pub accounts: Vec<Id>,
    /// Ids of groups; members are protected.
    pub groups: Vec<Id>,
    /// Types of standard roles that do not protect (`READ_ONLY_ADMIN`).
    pub harmless_roles: Vec<Role>,
}

impl Table for Okta {
    fn name(&self) -> &Spanned<Name> {
        &self.name
    }

    fn abilities(&self) -> Vec<Ability> {
        doorward_okta::ABILITIES.to_vec()
    }

    fn kinds(&self, _: Ability) -> Vec<&'static str> {
        doorward_okta::KINDS.to_vec()
    }

    fn minutes(&self, _: Ability) -> RangeInclusive<u32> {
        doorward_okta::CODE_MINUTES
    }

    fn birth_dates(&self) -> BirthDates {
        BirthDates::at(self.birth_date_attribute.is_some())
    }

    fn agree(&self, reading: &mut super::super::read::Reading<'_>) {
        let place = format!("connector {:?} · login_attributes", self.name.get_ref().0);
        // One that did not fit was noted already, and is none that is missing.
        let noted = reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&place));
        if self.login_attributes.is_empty() && !noted {
            reading.note(
                self.name.span(),
                place,
                "nobody could be found",
                Some("name at least one attribute, e.g. login_attributes = [\"login\"]"),
            );
        }
    }
}
