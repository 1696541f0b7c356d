//! `[[connector]]` of kind `graph`: an Entra tenant, as "Microsoft Graph permissions reference" and its neighbours have it
//! (connectors/graph/README.md lists them).

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use uuid::Uuid;

use doorward_contract::Ability;

use super::super::fault::wrong;
use super::super::secret::{Secret, TextFile};
use super::super::value::{Address, Name};
use super::{BirthDates, Table};

/// Minutes that a Temporary Access Pass may last, whatever the tenant's policy says.
const PASS_MINUTES: RangeInclusive<u32> = 10..=43_200;

/// An Entra tenant (connectors/graph/README.md says which rights to grant).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The tenant's id, or a verified domain.
    pub tenant: Tenant,
    /// The id of the application registered for Doorward.
    pub client_id: Id,
    /// How it signs in: one of `secret`, `certificate` with `key`, `federated_token_file`.
    pub credential: Credential,
    /// The cloud: `global`, `us_gov`, `us_dod`, `china`, or a table of addresses. Default: `global`.
    #[serde(default)]
    pub cloud: Cloud,
    /// The attribute that holds the date of birth (`extension_…_name` or `onPremisesExtensionAttributes.extensionAttribute1`).
    /// Without one, purposes must match by `names`.
    pub birth_date_attribute: Option<Attribute>,
    /// Accounts that are never recovered this way, besides those that hold a role.
    #[serde(default)]
    pub protected: Protected,
    /// Where people sign in afterwards. Default: `https://myaccount.microsoft.com/`.
    pub sign_in_url: Option<Address>,
}

/// A GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub Uuid);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Uuid::parse_str(&text).map(Self).map_err(|_| {
            wrong(
                format!("{text:?} is not a GUID"),
                "copy the object id, e.g. 9c1d0000-aaaa-4bbb-8ccc-000000000001",
            )
        })
    }
}

impl JsonSchema for Id {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Guid".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "uuid"})
    }
}

/// A tenant's GUID or verified domain.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Tenant(pub String);

impl<'de> Deserialize<'de> for Tenant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let domain = text.contains('.')
            && text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '.' || letter == '-');
        if Uuid::parse_str(&text).is_err() && !domain {
            return Err(wrong(
                format!("{text:?} is neither a tenant id nor a domain"),
                "use the directory (tenant) id; `common` and `organizations` do not fit here",
            ));
        }
        Ok(Self(text))
    }
}

/// The name of a directory attribute.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Attribute(pub String);

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !doorward_graph::valid_attribute(&text) {
            return Err(wrong(
                format!("{text:?} is not an attribute that can hold a date of birth"),
                "use a directory extension (extension_<application id without hyphens>_<name>) or \
                 onPremisesExtensionAttributes.extensionAttribute1 to 15",
            ));
        }
        Ok(Self(text))
    }
}

/// How the application signs in.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A client secret.
    Secret(Secret),
    /// A certificate and its RSA key (PKCS#8, PEM).
    Certificate {
        /// The certificate, PEM.
        certificate: TextFile,
        /// Its key.
        key: Secret,
    },
    /// A token of another issuer, read from a file each time.
    FederatedTokenFile(PathBuf),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCredential {
    /// A client secret.
    secret: Option<Secret>,
    /// The path of a certificate, PEM.
    certificate: Option<TextFile>,
    /// The certificate's RSA key, PKCS#8 PEM.
    key: Option<Secret>,
    /// The path of a token that another issuer renews (workload identity).
    federated_token_file: Option<PathBuf>,
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const ONE: &str = "give one of `secret`, `certificate` with `key`, or `federated_token_file`";
        match RawCredential::deserialize(deserializer)? {
            RawCredential {
                secret: Some(secret),
                certificate: None,
                key: None,
                federated_token_file: None,
            } => Ok(Self::Secret(secret)),
            RawCredential {
                secret: None,
                certificate: Some(certificate),
                key: Some(key),
                federated_token_file: None,
            } => {
                if CertificateDer::from_pem_slice(certificate.text.as_bytes()).is_err() {
                    return Err(wrong(
                        "the certificate is not PEM",
                        "convert it: openssl x509 -in file -out file.pem",
                    ));
                }
                if PrivatePkcs8KeyDer::from_pem_slice(key.expose().as_bytes()).is_err() {
                    return Err(wrong(
                        "the key is not PKCS#8 PEM",
                        "convert it: openssl pkcs8 -topk8 -nocrypt",
                    ));
                }
                Ok(Self::Certificate { certificate, key })
            }
            RawCredential {
                secret: None,
                certificate: None,
                key: None,
                federated_token_file: Some(file),
            } => Ok(Self::FederatedTokenFile(file)),
            RawCredential {
                certificate: Some(_),
                key: None,
                ..
            } => Err(wrong("the certificate has no key", "add key = { file = \"/path\" }")),
            RawCredential {
                secret: None,
                certificate: None,
                key: None,
                federated_token_file: None,
            } => Err(wrong("there is no credential", ONE)),
            _ => Err(wrong("there is more than one credential", ONE)),
        }
    }
}

impl JsonSchema for Credential {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Credential".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        RawCredential::json_schema(generator)
    }
}

/// Which Microsoft cloud.
#[derive(Clone, Debug, Default)]
pub enum Cloud {
    /// The public one.
    #[default]
    Global,
    /// US Government L4.
    UsGov,
    /// US Government L5.
    UsDod,
    /// China, run by 21Vianet.
    China,
    /// Addresses of one's own (a proxy, a private edge).
    Custom {
        /// Where tokens come from.
        authority: Address,
        /// Microsoft Graph with its version, without a slash at the end.
        graph: Address,
        /// The scope asked for.
        scope: String,
    },
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CustomCloud {
    /// Where tokens come from.
    authority: Address,
    /// Microsoft Graph with its version, without a slash at the end.
    graph: Address,
    /// The scope asked for.
    scope: String,
}

impl<'de> Deserialize<'de> for Cloud {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Cloud;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a cloud, or a table with authority, graph and scope")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<Cloud, E> {
                match word {
                    "global" => Ok(Cloud::Global),
                    "us_gov" => Ok(Cloud::UsGov),
                    "us_dod" => Ok(Cloud::UsDod),
                    "china" => Ok(Cloud::China),
                    other => Err(wrong(
                        format!("there is no cloud `{other}`"),
                        "there are: global, us_gov, us_dod, china, or a table with authority, graph and scope",
                    )),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cloud, A::Error> {
                // Read from the document itself, not from a copy: a copy knows no lines.
                let CustomCloud {
                    authority,
                    graph,
                    scope,
                } = CustomCloud::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Cloud::Custom {
                    authority,
                    graph,
                    scope,
                })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Cloud {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cloud".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let custom = generator.subschema_for::<CustomCloud>();
        schemars::json_schema!({
            "anyOf": [{"type": "string", "enum": ["global", "us_gov", "us_dod", "china"]}, custom],
        })
    }
}

/// Accounts that are never recovered this way.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Protected {
    /// Object ids of accounts (break-glass, executives).
    pub accounts: Vec<Id>,
    /// Object ids of groups; members are protected.
    pub groups: Vec<Id>,
    /// Template ids of directory roles that do not protect.
    pub harmless_roles: Vec<Id>,
    /// Recover guests too. Default: `false`.
    pub allow_guests: bool,
}

impl Table for Graph {
    fn name(&self) -> &Spanned<Name> {
        &self.name
    }

    fn knows_groups(&self) -> bool {
        true
    }

    fn abilities(&self) -> Vec<Ability> {
        // Graph in China has no Temporary Access Pass (learn.microsoft.com/graph/deployments, schema of August 2026).
        let absent = matches!(self.cloud, Cloud::China).then_some(Ability::TemporaryAccessPass);
        let there = |ability: &Ability| Some(*ability) != absent;
        doorward_graph::ABILITIES.iter().copied().filter(there).collect()
    }

    fn kinds(&self, _: Ability) -> Vec<&'static str> {
        doorward_graph::removable_methods().collect()
    }

    fn minutes(&self, _: Ability) -> RangeInclusive<u32> {
        PASS_MINUTES
    }

    fn birth_dates(&self) -> BirthDates {
        BirthDates::at(self.birth_date_attribute.is_some())
    }
}
