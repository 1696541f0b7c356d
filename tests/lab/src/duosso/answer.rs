//! The answer that comes back, and everything it must be (SAML 2.0 Profiles §4.1.4.3, Core §2 and §3.2.2).

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_xml::{Document, NodeId};
use doorward_contract::Timestamp;
use serde::Serialize;
use url::Url;

use super::party::Provider;
use super::seal::{child, deep, is_sealed, is_xml, read};
use super::{ASSERTION, DS, METADATA, PROTOCOL};

/// All went well.
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// Whoever brings the statement is whom it is about.
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// The longest life of a statement that is taken, in seconds.
const LONGEST_LIFE: i64 = 300;
/// What a name is.
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// Who was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedIn {
    /// The statement's name.
    pub statement: String,
    /// Who it is.
    pub name_id: String,
    /// What is said of them.
    pub attributes: BTreeMap<String, String>,
    /// How they were proven.
    pub context: String,
    /// The session at the identity provider.
    pub session: String,
}

/// Why nobody was let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The identity provider's metadata cannot be read.
    #[error("the metadata of the identity provider: {0}")]
    Metadata(String),
    /// The answer is not what it should be.
    #[error("the answer is not taken: {0}")]
    Answer(&'static str),
    /// The identity provider says no.
    #[error("the identity provider says {0}")]
    Status(String),
    /// What was sent along did not come back.
    #[error("another RelayState came back")]
    RelayState,
    /// The statement was taken before.
    #[error("the statement was taken before")]
    Replayed,
}

/// The identity provider, as its metadata tells.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub entity_id: String,
    /// Its certificates (base64 of DER), the one that signs first.
    pub certificates: Vec<String>,
    /// Where people are sent, by binding.
    pub sso: BTreeMap<String, String>,
}

impl Source {
    /// Reads its metadata.
    pub async fn fetch(client: &reqwest::Client, address: &Url) -> Result<Self, Fault> {
        let unread = |error: reqwest::Error| Fault::Metadata(error.to_string());
        let response = client.get(address.clone()).send().await.map_err(unread)?;
        let kind = response.headers().get("content-type").cloned();
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/samlmetadata+xml")) {
            return Err(Fault::Metadata("it comes as something else".to_owned()));
        }
        let text = response
            .error_for_status()
            .map_err(unread)?
            .text()
            .await
            .map_err(unread)?;
        Self::of(&text).ok_or_else(|| Fault::Metadata("it is not one identity provider's".to_owned()))
    }

    /// Of its metadata.
    pub fn of(text: &str) -> Option<Self> {
        let document = read(text)?;
        let root = document.document_element()?;
        let provider = child(&document, root, METADATA, "IDPSSODescriptor")?;
        let certificate = |key: NodeId| {
            let path = [(DS, "KeyInfo"), (DS, "X509Data"), (DS, "X509Certificate")];
            deep(&document, key, &path).map(|at| document.text_content_deep(at))
        };
        let keys = document.child_elements_by_name_ns(provider, METADATA, "KeyDescriptor");
        let services = document.child_elements_by_name_ns(provider, METADATA, "SingleSignOnService");
        let service = |at: NodeId| {
            let value = |name: &str| document.get_attribute(at, name).map(ToOwned::to_owned);
            Some((value("Binding")?, value("Location")?))
        };
        Some(Self {
            entity_id: document.get_attribute(root, "entityID")?.to_owned(),
            certificates: keys.into_iter().filter_map(certificate).collect(),
            sso: services.into_iter().filter_map(service).collect(),
        })
    }
}

type Taken = (String, Result<SignedIn, Fault>);

/// The request that an answer is to, and who it lets in or what it says instead.
pub(super) fn check(
    provider: &Provider,
    source: &Source,
    response: &str,
    now: Timestamp,
    waiting: &HashMap<String, Option<String>>,
) -> Result<Taken, Fault> {
    let refuse = |why: &'static str| Fault::Answer(why);
    let bytes = STANDARD.decode(response).map_err(|_| refuse("not base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("not text"))?;
    if !is_xml(&text) {
        return Err(refuse("not XML"));
    }
    let document = read(&text).ok_or(refuse("a document type"))?;
    let root = document.document_element().ok_or(refuse("empty"))?;
    let is_response = document
        .element(root)
        .is_some_and(|root| root.matches_name_ns(PROTOCOL, "Response"));
    if !is_response || document.get_attribute(root, "Version") != Some("2.0") {
        return Err(refuse("not a Response"));
    }
    if !is_sealed(&document, root, &source.certificates) {
        return Err(refuse("not signed by the identity provider"));
    }
    if said(&document, root, &[(ASSERTION, "Issuer")]).as_deref() != Some(&source.entity_id) {
        return Err(refuse("another issuer"));
    }
    if document.get_attribute(root, "Destination") != Some(&provider.acs) {
        return Err(refuse("another destination"));
    }
    let request = document
        .get_attribute(root, "InResponseTo")
        .unwrap_or_default()
        .to_owned();
    if !waiting.contains_key(&request) {
        return Err(refuse("to no request that waits"));
    }
    let status = child(&document, root, PROTOCOL, "Status").ok_or(refuse("no status"))?;
    let code = child(&document, status, PROTOCOL, "StatusCode").ok_or(refuse("no status"))?;
    let word = |at: NodeId| document.get_attribute(at, "Value").unwrap_or_default().to_owned();
    if word(code) != SUCCESS {
        let inner = child(&document, code, PROTOCOL, "StatusCode")
            .map(word)
            .unwrap_or_default();
        let short = |name: String| name.rsplit(':').next().unwrap_or_default().to_owned();
        let told = format!("{}/{}", short(word(code)), short(inner));
        return Ok((request, Err(Fault::Status(told.trim_end_matches('/').to_owned()))));
    }
    let statement = Statement {
        document: &document,
        at: child(&document, root, ASSERTION, "Assertion").ok_or(refuse("not one statement"))?,
        provider,
        source,
        request: &request,
        now,
    };
    let found = statement.taken();
    Ok((request, found))
}

fn said(document: &Document<'_>, of: NodeId, path: &[(&str, &str)]) -> Option<String> {
    deep(document, of, path).map(|at| document.text_content_deep(at))
}

struct Statement<'a> {
    document: &'a Document<'a>,
    at: NodeId,
    provider: &'a Provider,
    source: &'a Source,
    request: &'a str,
    now: Timestamp,
}

impl Statement<'_> {
    fn taken(&self) -> Result<SignedIn, Fault> {
        let (document, at) = (self.document, self.at);
        let refuse = |why: &'static str| Fault::Answer(why);
        if !is_sealed(document, at, &self.source.certificates) {
            return Err(refuse("the statement is not signed by the identity provider"));
        }
        if said(document, at, &[(ASSERTION, "Issuer")]).as_deref() != Some(&self.source.entity_id) {
            return Err(refuse("the statement has another issuer"));
        }
        self.confirmed()
            .ok_or(refuse("the bearer is not confirmed for this request, here and now"))?;
        self.for_us()
            .ok_or(refuse("the statement is for others, or not of now"))?;
        let name = deep(document, at, &[(ASSERTION, "Subject"), (ASSERTION, "NameID")]).ok_or(refuse("no name"))?;
        if document.get_attribute(name, "Format") != Some(EMAIL) {
            return Err(refuse("a name in another format"));
        }
        let proof = child(document, at, ASSERTION, "AuthnStatement").ok_or(refuse("nobody was proven"))?;
        let context = [(ASSERTION, "AuthnContext"), (ASSERTION, "AuthnContextClassRef")];
        let value = |of: NodeId, name: &str| document.get_attribute(of, name).unwrap_or_default().to_owned();
        Ok(SignedIn {
            statement: value(at, "ID"),
            name_id: document.text_content_deep(name),
            attributes: self.attributes(),
            context: said(document, proof, &context).ok_or(refuse("no authentication context"))?,
            session: value(proof, "SessionIndex"),
        })
    }

    fn moment(&self, of: NodeId, name: &str) -> Option<Timestamp> {
        Timestamp::parse(self.document.get_attribute(of, name)?)
    }

    fn confirmed(&self) -> Option<()> {
        let path = [(ASSERTION, "Subject"), (ASSERTION, "SubjectConfirmation")];
        let confirmation = deep(self.document, self.at, &path)?;
        let data = child(self.document, confirmation, ASSERTION, "SubjectConfirmationData")?;
        let until = self.moment(data, "NotOnOrAfter")?;
        let fits = self.document.get_attribute(confirmation, "Method") == Some(BEARER)
            && self.document.get_attribute(data, "InResponseTo") == Some(self.request)
            && self.document.get_attribute(data, "Recipient") == Some(&self.provider.acs)
            // Profiles §4.1.4.2: a bearer's statement says nothing of a beginning here.
            && self.document.get_attribute(data, "NotBefore").is_none()
            && self.now < until
            && until.seconds() - self.now.seconds() <= LONGEST_LIFE;
        fits.then_some(())
    }

    fn for_us(&self) -> Option<()> {
        let conditions = child(self.document, self.at, ASSERTION, "Conditions")?;
        let audience = [(ASSERTION, "AudienceRestriction"), (ASSERTION, "Audience")];
        let fits = said(self.document, conditions, &audience)? == self.provider.entity_id
            && self.moment(conditions, "NotBefore")? <= self.now
            && self.now < self.moment(conditions, "NotOnOrAfter")?;
        fits.then_some(())
    }

    fn attributes(&self) -> BTreeMap<String, String> {
        let Some(list) = child(self.document, self.at, ASSERTION, "AttributeStatement") else {
            return BTreeMap::new();
        };
        let all = self.document.child_elements_by_name_ns(list, ASSERTION, "Attribute");
        let one = |at: NodeId| {
            let name = self.document.get_attribute(at, "Name")?.to_owned();
            Some((name, said(self.document, at, &[(ASSERTION, "AttributeValue")])?))
        };
        all.into_iter().filter_map(one).collect()
    }
}
