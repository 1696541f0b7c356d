//! `[[source]]` of kind `entra`: an Entra tenant that has Doorward as external method (entra.md §1.2).

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use url::Url;
use uuid::Uuid;

use super::Draft;
use super::client::ClientId;
use super::connector::Connector;
use super::connector::graph::Id;
use super::fault::wrong;
use super::purpose::{Purpose, Required};
use super::read::Reading;
use super::source::Source;
use super::value::{Address, Name};

/// An Entra tenant that has Doorward as external method
/// (<https://learn.microsoft.com/en-us/entra/identity/authentication/how-to-authentication-external-method-manage>).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entra {
    /// Its name in purposes, log and audit, and in the addresses that are entered in Entra.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The tenant's id.
    #[schemars(with = "Id")]
    pub tenant: Spanned<Id>,
    /// The cloud it is in: `global`, `us_gov`, `china`, or a table with an authority of one's own. Default: `global`.
    #[serde(default)]
    pub cloud: Cloud,
    /// The client id that is entered in Entra: what Doorward calls it.
    pub client_id: ClientId,
    /// The id of the application that is registered for Doorward, and entered in Entra.
    pub app_id: Id,
}

/// Which of Microsoft's clouds.
#[derive(Clone, Debug, Default)]
pub enum Cloud {
    /// The public one.
    #[default]
    Global,
    /// US Government.
    UsGov,
    /// China, run by 21Vianet.
    China,
    /// An authority of one's own (a trial without Microsoft).
    At(Authority),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OwnCloud {
    /// Whose hints are taken, and where answers go; without a path.
    authority: Authority,
}

/// A sign-in authority: https, or http for a loopback host only, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority(pub Url);

impl<'de> Deserialize<'de> for Authority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Address(url) = Address::deserialize(deserializer)?;
        if url.path() != "/" {
            return Err(wrong(
                "the authority has a path",
                "name its host only: the tenant and the rest follow by themselves",
            ));
        }
        Ok(Self(url))
    }
}

impl JsonSchema for Authority {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Authority".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^https?://[^/?#]+/?$"})
    }
}

impl<'de> Deserialize<'de> for Cloud {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Cloud;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a cloud, or a table with authority")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<Cloud, E> {
                match word {
                    "global" => Ok(Cloud::Global),
                    "us_gov" => Ok(Cloud::UsGov),
                    "china" => Ok(Cloud::China),
                    other => Err(wrong(
                        format!("there is no cloud `{other}`"),
                        "there are: global, us_gov, china, or a table with authority",
                    )),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cloud, A::Error> {
                let OwnCloud { authority } = OwnCloud::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Cloud::At(authority))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Cloud {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        // The connector's clouds are others, and have the other name.
        "SignInCloud".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let own = generator.subschema_for::<OwnCloud>();
        schemars::json_schema!({
            "anyOf": [{"type": "string", "enum": ["global", "us_gov", "china"]}, own],
        })
    }
}

/// Checks what such a source needs of its purpose: Entra names none, and takes a face for an answer.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    let all = draft.source.iter().filter_map(|source| match source {
        Source::Entra(entra) => Some(entra),
        _ => None,
    });
    for entra in all {
        let name = &entra.name.get_ref().0;
        let opened_by = |purpose: &&Purpose| purpose.sources.iter().any(|source| source.get_ref().0 == *name);
        let mut purposes = draft.purpose.iter().filter(opened_by);
        // That it leads to no purpose at all was noted already.
        let (Some(first), second) = (purposes.next(), purposes.next()) else {
            continue;
        };
        if let Some(second) = second {
            let what = format!("source {name:?} leads to another purpose already, and Entra cannot say which");
            let remedy = "name it in one purpose, or make another source with an external method of its own";
            note(second, "sources", &what, remedy, reading);
        }
        if !first.required.contains(&Required::FaceMatch) {
            let what = format!("source {name:?} answers Entra with a face, and none would be compared");
            note(first, "required", &what, "add face_match", reading);
        }
        same_tenant(draft, entra, first, reading);
    }
}

/// Entra names an account by its object id, which means something in its own tenant only.
fn same_tenant(draft: &Draft, entra: &Entra, purpose: &Purpose, reading: &mut Reading<'_>) {
    let Some(directory) = &purpose.directory else {
        return;
    };
    let known = |connector: &&Connector| connector.name().get_ref().0 == directory.get_ref().0;
    let graph = match draft.connector.iter().find(known) {
        Some(Connector::Graph(graph)) => graph,
        Some(_) => {
            let name = &directory.get_ref().0;
            let what = format!("Entra names people by their id in its tenant, which connector {name:?} does not know");
            return note(
                purpose,
                "directory",
                &what,
                "name the connector of that tenant",
                reading,
            );
        }
        // That it names nothing was noted already.
        None => return,
    };
    // A tenant may be named by a domain there; that cannot be compared.
    if Uuid::parse_str(&graph.tenant.0).is_ok_and(|tenant| tenant != entra.tenant.get_ref().0) {
        let what = format!(
            "purpose {:?} looks people up in another tenant: connector {:?} is at {}",
            purpose.name.get_ref().0,
            directory.get_ref().0,
            graph.tenant.0
        );
        let place = format!("source {:?} · tenant", entra.name.get_ref().0);
        let remedy = Some("name the same tenant, or another directory");
        reading.note(entra.tenant.span(), place, &what, remedy);
    }
}

fn note(purpose: &Purpose, key: &str, what: &str, remedy: &str, reading: &mut Reading<'_>) {
    let place = format!("purpose {:?} · {key}", purpose.name.get_ref().0);
    reading.note(purpose.name.span(), place, what, Some(remedy));
}
