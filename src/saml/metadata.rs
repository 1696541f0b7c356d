//! Who is who: our own metadata, and a service provider's.
//!
//! SAML 2.0 Metadata §2.3 and §2.4. Ours names every key that is published, the one that signs first, so that a reader knows a
//! key before it signs. The other's is a file of the settings: it is trusted as they are, and its signature is not looked at.

use url::Url;

use super::key::{NoKey, Verifying};
use super::library::{Element, Remarks, Several, Unread, Xml};
use super::signature::DS;
use super::text::{decoded, escaped};
use super::{POST, PROTOCOL, Party, REDIRECT};

/// Elements of metadata.
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// How long a reader may keep what it read: keys are published two days at least before they sign.
const KEEP: &str = "PT12H";

/// A service provider, as far as answering it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Its name.
    pub entity_id: String,
    /// Where its answers go: one at least.
    pub acs: Vec<Acs>,
    /// What it signs with; may be none.
    pub keys: Vec<Verifying>,
}

/// An address for answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acs {
    /// The address.
    pub url: String,
    /// Its number.
    pub index: Option<u16>,
    /// Whether it is meant if none is named.
    pub usual: bool,
}

/// Why metadata cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not XML, or with a document type.
    #[error("it is not XML, or has a document type")]
    Xml,
    /// Not of one entity.
    #[error("it does not describe one entity (`EntityDescriptor` with `entityID`)")]
    Entity,
    /// Not of one service provider.
    #[error("it does not describe one SAML 2.0 service provider (`SPSSODescriptor`)")]
    Provider,
    /// Nowhere to answer to.
    #[error("it names no assertion consumer service with the HTTP-POST binding at an https address")]
    Address,
    /// Nothing to check its requests with, and they must be signed.
    #[error("it names no certificate that requests could be signed with")]
    Unsigned,
    /// A certificate cannot be used.
    #[error("a certificate in it cannot be used")]
    Key(#[from] NoKey),
}

impl From<Unread> for Unfit {
    fn from(_: Unread) -> Self {
        Self::Xml
    }
}

impl From<Several> for Unfit {
    fn from(_: Several) -> Self {
        Self::Provider
    }
}

/// Reads a service provider's metadata.
pub fn read(text: &str) -> Result<ServiceProvider, Unfit> {
    let xml = Xml::read(text, Remarks::PassedOver)?;
    let root = &xml.root;
    let entity_id = root
        .attribute("entityID")
        .filter(|_| root.is(METADATA, "EntityDescriptor"));
    let provider = root.one(METADATA, "SPSSODescriptor")?.ok_or(Unfit::Provider)?;
    let mut protocols = provider
        .attribute("protocolSupportEnumeration")
        .unwrap_or_default()
        .split_whitespace();
    if !protocols.any(|protocol| protocol == PROTOCOL) {
        return Err(Unfit::Provider);
    }
    let acs: Vec<Acs> = provider
        .all(METADATA, "AssertionConsumerService")
        .filter_map(address)
        .collect();
    if acs.is_empty() {
        return Err(Unfit::Address);
    }
    Ok(ServiceProvider {
        entity_id: entity_id.ok_or(Unfit::Entity)?.to_owned(),
        acs,
        keys: keys(provider)?,
    })
}

fn address(service: &Element) -> Option<Acs> {
    let url = service.attribute("Location").filter(|url| is_safe(url))?;
    (service.attribute("Binding") == Some(POST)).then(|| Acs {
        url: url.to_owned(),
        index: service.attribute("index").and_then(|index| index.parse().ok()),
        usual: matches!(service.attribute("isDefault"), Some("true" | "1")),
    })
}

/// https, or http for a loopback host, as for every other address of the settings.
fn is_safe(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

fn keys(provider: &Element) -> Result<Vec<Verifying>, Unfit> {
    let mut keys = Vec::new();
    let signing = |key: &&Element| matches!(key.attribute("use"), None | Some("signing"));
    for descriptor in provider.all(METADATA, "KeyDescriptor").filter(signing) {
        for certificate in descriptor
            .every()
            .into_iter()
            .filter(|one| one.is(DS, "X509Certificate"))
        {
            let der = decoded(&certificate.text).ok_or(NoKey::Certificate)?;
            keys.push(Verifying::of_certificate(&der)?);
        }
    }
    Ok(keys)
}

/// Our metadata for a source, with these certificates (base64 of their DER), the one that signs first.
pub fn document(party: &Party, certificates: &[String]) -> String {
    let sso = escaped(&party.sso);
    let entity = escaped(&party.entity_id);
    let signed = party.signed_requests;
    let keys: String = certificates.iter().map(|certificate| descriptor(certificate)).collect();
    let service = |binding: &str| format!("<md:SingleSignOnService Binding=\"{binding}\" Location=\"{sso}\"/>");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{entity}\" \
         cacheDuration=\"{KEEP}\"><md:IDPSSODescriptor WantAuthnRequestsSigned=\"{signed}\" \
         protocolSupportEnumeration=\"{PROTOCOL}\">{keys}<md:NameIDFormat>{format}</md:NameIDFormat>{redirect}{post}\
         </md:IDPSSODescriptor></md:EntityDescriptor>\n",
        format = party.name_id.format(),
        redirect = service(REDIRECT),
        post = service(POST),
    )
}

fn descriptor(certificate: &str) -> String {
    format!(
        "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{DS}\"><ds:X509Data><ds:X509Certificate>{certificate}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
}
