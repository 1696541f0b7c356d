//! The answer to a service provider: who somebody is, or that it was not found out.
//!
//! SAML 2.0 Core §2 and §3.2.2, Profiles §4.1.4.2, Bindings §3.5. Statement and answer are each signed, with RSA and SHA-256;
//! both name the request, the one reader and the one address, and end within minutes. What is said of an account is what the
//! directory says of it, nothing from a document.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::Timestamp;

use super::signature::{Signing, signed};
use super::text::{escaped, fresh_name, moment};
use super::{ASSERTION, Asked, Bridge, NameId, PROTOCOL, Party};
use crate::crypto;

/// How long a statement holds: the browser carries it at once.
const LIFE: Duration = Duration::from_secs(5 * 60);
/// How far the reader's clock may be behind.
const SKEW: Duration = Duration::from_secs(60);
/// That the bearer of the statement is whom it is about (Profiles §3.3).
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// Names of attributes are plain words (Core §8.2.3).
const BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";

/// Names and values of a form.
pub type Fields = Vec<(&'static str, String)>;

/// What a service provider is told (Core §3.2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Who somebody is stands in the answer.
    Success,
    /// The person could not be proven.
    AuthnFailed,
    /// The person did not want to.
    RequestDenied,
    /// Nobody may be asked.
    NoPassive,
    /// A context that is not given here.
    NoAuthnContext,
    /// A name in a format that is not given here.
    InvalidNameIdPolicy,
    /// An answer by a binding that is not spoken here.
    UnsupportedBinding,
    /// A person whom nobody here can name.
    UnknownPrincipal,
    /// The request is wrong.
    Requester,
    /// Something is wrong here.
    Responder,
}

impl Status {
    /// Its word in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::AuthnFailed => "AuthnFailed",
            Self::RequestDenied => "RequestDenied",
            Self::NoPassive => "NoPassive",
            Self::NoAuthnContext => "NoAuthnContext",
            Self::InvalidNameIdPolicy => "InvalidNameIDPolicy",
            Self::UnsupportedBinding => "UnsupportedBinding",
            Self::UnknownPrincipal => "UnknownPrincipal",
            Self::Requester => "Requester",
            Self::Responder => "Responder",
        }
    }

    /// Whose fault it is, in the words of the outer code.
    const fn whose(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::InvalidNameIdPolicy | Self::UnsupportedBinding | Self::Requester => "Requester",
            Self::AuthnFailed
            | Self::RequestDenied
            | Self::NoPassive
            | Self::NoAuthnContext
            | Self::UnknownPrincipal
            | Self::Responder => "Responder",
        }
    }

    fn written(self) -> String {
        let name = |word: &str| format!("urn:oasis:names:tc:SAML:2.0:status:{word}");
        let (outer, inner) = (name(self.whose()), name(self.word()));
        if outer == inner {
            return format!("<samlp:Status><samlp:StatusCode Value=\"{outer}\"/></samlp:Status>");
        }
        format!(
            "<samlp:Status><samlp:StatusCode Value=\"{outer}\"><samlp:StatusCode Value=\"{inner}\"/>\
             </samlp:StatusCode></samlp:Status>"
        )
    }
}

/// What the directory says of an account. Personal: there is no `Debug`.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// What it signs in with.
    pub login: &'a str,
    /// The name as it is shown.
    pub display_name: Option<&'a str>,
    /// The given names.
    pub first_name: Option<&'a str>,
    /// The family names.
    pub last_name: Option<&'a str>,
    /// When the person was proven.
    pub proven_at: Timestamp,
}

impl<'a> Facts<'a> {
    /// What it signs in with, if that is an address.
    fn email(&self) -> Option<&'a str> {
        Some(self.login).filter(|login| login.contains('@'))
    }

    /// The name that the account has there; `None` if it has none of that kind.
    pub fn name_id(&self, kind: NameId) -> Option<&'a str> {
        match kind {
            NameId::Email => self.email(),
            NameId::Username => Some(self.login),
        }
    }

    fn attribute(&self, which: Bridge) -> Option<&'a str> {
        match which {
            Bridge::Username => Some(self.login),
            Bridge::Email => self.email(),
            Bridge::DisplayName => self.display_name,
            Bridge::FirstName => self.first_name,
            Bridge::LastName => self.last_name,
        }
    }
}

/// The form that tells who somebody is. Nothing if the account has no name of the kind that is used there.
pub fn proven(
    party: &Party,
    asked: &Asked,
    facts: &Facts<'_>,
    now: Timestamp,
    with: Signing<'_>,
) -> Result<Option<Fields>, crypto::Error> {
    let Some(name) = facts.name_id(party.name_id) else {
        return Ok(None);
    };
    let id = fresh_name();
    let statement = signed(&statement(party, asked, facts, name, now, &id), &id, with)?;
    answer(party, asked, Status::Success, &statement, now, with).map(Some)
}

/// The form that tells why nobody is named.
pub fn refusal(
    party: &Party,
    asked: &Asked,
    status: Status,
    now: Timestamp,
    with: Signing<'_>,
) -> Result<Fields, crypto::Error> {
    answer(party, asked, status, "", now, with)
}

fn answer(
    party: &Party,
    asked: &Asked,
    status: Status,
    statement: &str,
    now: Timestamp,
    with: Signing<'_>,
) -> Result<Fields, crypto::Error> {
    let id = fresh_name();
    let text = format!(
        "<samlp:Response xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" InResponseTo=\"{}\" \
         Version=\"2.0\" IssueInstant=\"{}\" Destination=\"{}\"><saml:Issuer>{}</saml:Issuer>{}{statement}</samlp:Response>",
        escaped(&asked.id),
        moment(now),
        escaped(&asked.acs),
        escaped(&party.entity_id),
        status.written(),
    );
    let mut fields = vec![("SAMLResponse", STANDARD.encode(signed(&text, &id, with)?))];
    // Bindings §3.5.3: exactly as it came.
    fields.extend(asked.relay_state.clone().map(|state| ("RelayState", state)));
    Ok(fields)
}

fn statement(party: &Party, asked: &Asked, facts: &Facts<'_>, name: &str, now: Timestamp, id: &str) -> String {
    let until = moment(now.plus(LIFE));
    let provider = escaped(&party.provider.entity_id);
    let mut attributes = String::new();
    for which in &party.attributes {
        if let Some(value) = facts.attribute(*which) {
            attributes.push_str(&attribute(*which, value));
        }
    }
    if !attributes.is_empty() {
        attributes = format!("<saml:AttributeStatement>{attributes}</saml:AttributeStatement>");
    }
    format!(
        "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{issued}\">\
         <saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID Format=\"{format}\">{name}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"{BEARER}\"><saml:SubjectConfirmationData InResponseTo=\"{request}\" \
         NotOnOrAfter=\"{until}\" Recipient=\"{acs}\"/></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction>\
         <saml:Audience>{provider}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"{proven}\" SessionIndex=\"{session}\"><saml:AuthnContext>\
         <saml:AuthnContextClassRef>{context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
         {attributes}</saml:Assertion>",
        issued = moment(now),
        issuer = escaped(&party.entity_id),
        format = party.name_id.format(),
        name = escaped(name),
        request = escaped(&asked.id),
        acs = escaped(&asked.acs),
        from = moment(now.minus(SKEW)),
        proven = moment(facts.proven_at),
        session = fresh_name(),
        context = escaped(&asked.context),
    )
}

fn attribute(which: Bridge, value: &str) -> String {
    let (name, value) = (which.word(), escaped(value));
    format!(
        "<saml:Attribute Name=\"{name}\" NameFormat=\"{BASIC}\"><saml:AttributeValue>{value}</saml:AttributeValue>\
         </saml:Attribute>"
    )
}
