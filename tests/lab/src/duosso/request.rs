//! The request it sends (SAML 2.0 Core §3.4.1), by redirect or by form (Bindings §3.4, §3.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::Timestamp;
use miniz_oxide::deflate::compress_to_vec;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::party::Provider;
use super::seal::{Key, RSA_SHA256};
use super::{ASSERTION, PROTOCOL};

/// Answers come by form.
pub(super) const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// Names are e-mail addresses.
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
/// How hard the redirect's message is pressed.
const LEVEL: u8 = 6;

/// A request in its parts.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its name.
    pub id: String,
    /// When it was made, as written.
    pub issued: String,
    /// For whom.
    pub destination: Option<String>,
    /// Where the answer shall go.
    pub acs: Option<String>,
    /// Who asks.
    pub issuer: String,
    /// Who is meant.
    pub person: Option<String>,
    /// Further attributes of the root.
    pub attributes: String,
    /// Further elements at its end.
    pub elements: String,
}

impl Request {
    /// As it is usually made.
    pub fn of(provider: &Provider, now: Timestamp) -> Self {
        Self {
            id: format!("_{}", Uuid::new_v4().simple()),
            issued: written(now),
            destination: Some(provider.sso.to_string()),
            acs: Some(provider.acs.clone()),
            issuer: provider.entity_id.clone(),
            person: None,
            attributes: format!(" ProtocolBinding=\"{POST}\""),
            elements: format!("<samlp:NameIDPolicy Format=\"{EMAIL}\" AllowCreate=\"true\"/>"),
        }
    }

    /// As XML, without a signature.
    pub fn xml(&self) -> String {
        let attribute = |name: &str, value: &Option<String>| {
            let value = value.as_ref();
            value.map_or_else(String::new, |value| format!(" {name}=\"{value}\""))
        };
        let person = self.person.as_ref().map_or_else(String::new, |person| {
            format!("<saml:Subject><saml:NameID Format=\"{EMAIL}\">{person}</saml:NameID></saml:Subject>")
        });
        let (id, made, issuer, further) = (&self.id, &self.issued, &self.issuer, &self.attributes);
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"{made}\"{}{}{further}><saml:Issuer>{issuer}</saml:Issuer>{person}{}</samlp:AuthnRequest>",
            attribute("Destination", &self.destination),
            attribute("AssertionConsumerServiceURL", &self.acs),
            self.elements,
        )
    }

    /// The query of the redirect, signed over its octets.
    pub fn query(&self, relay_state: Option<&str>, key: &Key) -> Option<String> {
        redirect(&self.xml(), relay_state, RSA_SHA256, key)
    }

    /// The fields of the form, signed inside.
    pub fn form(&self, relay_state: Option<&str>, key: &Key) -> Option<Vec<(String, String)>> {
        Some(form(&key.seal(&self.xml(), &self.id)?, relay_state))
    }

    /// The address of the redirect.
    pub fn address(&self, sso: &Url, relay_state: Option<&str>, key: &Key) -> Option<Url> {
        let mut url = sso.clone();
        url.set_query(Some(&self.query(relay_state, key)?));
        Some(url)
    }
}

/// Any message as query of a redirect, with a signature that says it is made by `algorithm`.
pub fn redirect(xml: &str, relay_state: Option<&str>, algorithm: &str, key: &Key) -> Option<String> {
    let text = unsigned_redirect(xml, relay_state);
    let signed = format!("{text}&{}", pair("SigAlg", algorithm));
    let signature = key.sign(signed.as_bytes())?;
    Some(format!("{signed}&{}", pair("Signature", &signature)))
}

/// Any message as query of a redirect that nobody signed.
pub fn unsigned_redirect(xml: &str, relay_state: Option<&str>) -> String {
    let message = STANDARD.encode(compress_to_vec(xml.as_bytes(), LEVEL));
    let mut text = pair("SAMLRequest", &message);
    if let Some(state) = relay_state {
        text = format!("{text}&{}", pair("RelayState", state));
    }
    text
}

/// Any message as fields of a form.
pub fn form(xml: &str, relay_state: Option<&str>) -> Vec<(String, String)> {
    let mut fields = vec![("SAMLRequest".to_owned(), STANDARD.encode(xml))];
    fields.extend(relay_state.map(|state| ("RelayState".to_owned(), state.to_owned())));
    fields
}

fn pair(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish()
}

fn written(at: Timestamp) -> String {
    let chrono = at.to_chrono();
    chrono.map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
