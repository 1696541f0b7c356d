//! A service provider's question who somebody is (`AuthnRequest`): whose it is, whether it is whole, and what it wants.
//!
//! SAML 2.0 Core §3.2.1 and §3.4.1, Profiles §4.1.4.1. Until issuer, signature and the address of the answer are right, nothing
//! is posted anywhere, and whoever came sees a page of ours. Every request is a fresh check here, so `ForceAuthn` is always
//! honoured and a request that forbids to ask anybody (`IsPassive`) can never be.

use std::fmt;
use std::time::Duration;

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};

use super::binding::{Carried, Message, NotTaken};
use super::library::{Element, Remarks, Several, Xml};
use super::response::Status;
use super::signature::{self, Fault, is_signed};
use super::text::{is_name, is_near, read_moment};
use super::{ASSERTION, NameId, POST, PROTOCOL, Party, Saml};
use crate::crypto::token::Digest;

/// How old a request may be: browsers carry it at once, and slow ones within minutes.
const OLDEST: Duration = Duration::from_secs(5 * 60);
/// How far others' clocks may be ahead.
const EARLIEST: Duration = Duration::from_secs(3 * 60);
/// How long the name of a request is remembered: longer than it could be fresh.
const REMEMBERED: Duration = OLDEST.saturating_add(EARLIEST).saturating_add(Duration::from_secs(60));
/// What tells names of requests from all else that is used once.
const ONCE: &str = "saml request";
/// The longest name of a person (RFC 5321 §4.5.3.1 allows an address no more).
const LONGEST_PERSON: usize = 254;
/// A name of no particular format.
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// What was asked, checked. Kept, sealed, until it is answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The source's name.
    pub source: String,
    /// The request's name, given back.
    pub id: String,
    /// Where the answer goes.
    pub acs: String,
    /// Given back as it came, if it came.
    pub relay_state: Option<String>,
    /// Who is meant, if the request says so.
    pub person: Option<String>,
    /// Whether the request was signed.
    pub signed: bool,
    /// What a check here will be called.
    pub context: String,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// A request refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nobody can be answered: shown here, posted nowhere.
    Local {
        /// Why in truth, for the record.
        why: NotTaken,
    },
    /// The service provider is told.
    Answerable {
        /// What it is told.
        status: Status,
        /// Why in truth, for the record.
        why: NotTaken,
        /// What it asked.
        asked: Box<Asked>,
    },
    /// This very request was taken up before: whoever began it goes on there, anybody else gets nothing from it.
    Again,
}

impl Refused {
    /// Why in truth.
    pub fn why(&self) -> NotTaken {
        match self {
            Self::Local { why } | Self::Answerable { why, .. } => why,
            Self::Again => "request twice",
        }
    }
}

impl From<Several> for Refused {
    fn from(_: Several) -> Self {
        Self::Local {
            why: "an element stands there twice",
        }
    }
}

fn local(why: NotTaken) -> Refused {
    Refused::Local { why }
}

impl Saml {
    /// Checks a request to a source. What passes is taken up: it passes once.
    pub async fn check(&self, party: &Party, message: &Message) -> Result<Asked, Refused> {
        // 1. Who says it, and that nobody altered it. From here on only what was signed is read.
        let (root, signed) = authentic(party, message)?;
        // 2. That it is meant for us, now, and where its answer goes.
        let (id, acs) = addressed(party, &root, signed, self.0.clock.now())?;
        // 3. Not asked before.
        self.take_up(party, &id).await?;
        let mut asked = Asked {
            source: party.name.clone(),
            id,
            acs,
            relay_state: message.relay_state.clone(),
            person: None,
            signed,
            context: party.contexts.first().cloned().unwrap_or_default(),
        };
        // 4. What is asked. From here on the service provider is told what is wrong.
        match wanted(party, &root, &mut asked) {
            Ok(()) => Ok(asked),
            Err((status, why)) => Err(Refused::Answerable {
                status,
                why,
                asked: Box::new(asked),
            }),
        }
    }

    async fn take_up(&self, party: &Party, id: &str) -> Result<(), Refused> {
        let digest = Digest::of(ONCE, format!("{}\0{id}", party.name).as_bytes());
        let until = self.0.clock.now().plus(REMEMBERED);
        match self.0.store.use_once(ONCE, &digest, until).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refused::Again),
            Err(error) => {
                tracing::error!(error = %crate::cause::causes(&error), "a request was refused because the database cannot be used");
                Err(local("database out of use"))
            }
        }
    }
}

/// The request, if its signature is the service provider's or none is asked for; and whether it was signed.
fn authentic(party: &Party, message: &Message) -> Result<(Element, bool), Refused> {
    let keys = &party.provider.keys;
    let root = Xml::read(&message.xml, Remarks::Refused)
        .map_err(|_| local("not XML as it should be"))?
        .root;
    if !root.is(PROTOCOL, "AuthnRequest") {
        return Err(local("not an AuthnRequest"));
    }
    match &message.carried {
        // Bindings §3.4.4.1: in an address, nothing is signed inside.
        Carried::Address(_) if is_signed(&root) => Err(local("signed inside an address")),
        Carried::Address(Some(beside)) if beside.is_of(keys) => Ok((root, true)),
        Carried::Address(Some(_)) => Err(local("signature does not fit")),
        Carried::Form if is_signed(&root) => match signature::verified(&message.xml, keys) {
            Ok(root) => Ok((root, true)),
            Err(Fault::Shape | Fault::Unread(_) | Fault::Missing) => Err(local("signature of another shape")),
            Err(Fault::Algorithm) => Err(local("signature algorithm not taken")),
            Err(Fault::Wrong) => Err(local("signature does not fit")),
        },
        Carried::Address(None) | Carried::Form if party.signed_requests => Err(local("not signed")),
        Carried::Address(None) | Carried::Form => Ok((root, false)),
    }
}

/// The request's name and where its answer goes, if it is meant for us and of now.
fn addressed(party: &Party, root: &Element, signed: bool, now: Timestamp) -> Result<(String, String), Refused> {
    // What was signed is read anew from the signed octets; that it is the same element is part of their shape.
    if !root.is(PROTOCOL, "AuthnRequest") || root.attribute("Version") != Some("2.0") {
        return Err(local("not an AuthnRequest of SAML 2.0"));
    }
    let issuer = root.one(ASSERTION, "Issuer")?.ok_or(local("no Issuer"))?;
    if issuer.text.trim() != party.provider.entity_id {
        return Err(local("unknown Issuer"));
    }
    match root.attribute("Destination") {
        Some(destination) if destination == party.sso => {}
        Some(_) => return Err(local("meant for another address")),
        // Bindings §3.4.5.2, §3.5.5.2: what is signed says for whom.
        None if signed => return Err(local("no Destination")),
        None => {}
    }
    let made = root.attribute("IssueInstant").and_then(read_moment);
    if !made.is_some_and(|at| is_near(at, now, OLDEST, EARLIEST)) {
        return Err(local("not of now"));
    }
    let id = root.attribute("ID").filter(|id| is_name(id)).ok_or(local("no ID"))?;
    let acs = answer_to(party, root).ok_or(local("unknown assertion consumer service"))?;
    Ok((id.to_owned(), acs))
}

/// One of the service provider's own addresses (Core §3.4.1): the one named, letter by letter, or by its number, or the usual.
fn answer_to(party: &Party, root: &Element) -> Option<String> {
    let all = &party.provider.acs;
    let named = root.attribute("AssertionConsumerServiceURL");
    let numbered = root.attribute("AssertionConsumerServiceIndex");
    let found = match (named, numbered) {
        (Some(url), None) => all.iter().find(|acs| acs.url == url),
        (None, Some(index)) => all
            .iter()
            .find(|acs| acs.index.is_some() && acs.index == index.parse().ok()),
        (None, None) => all.iter().find(|acs| acs.usual).or(all.first()),
        (Some(_), Some(_)) => None,
    };
    found.map(|acs| acs.url.clone())
}

type Told = (Status, NotTaken);

/// Whom and how it wants to be told; otherwise what is wrong.
fn wanted(party: &Party, root: &Element, asked: &mut Asked) -> Result<(), Told> {
    let twice = |_: Several| (Status::Requester, "an element stands there twice");
    if root.attribute("ProtocolBinding").is_some_and(|binding| binding != POST) {
        return Err((Status::UnsupportedBinding, "an answer by another binding"));
    }
    if let Some(policy) = root.one(PROTOCOL, "NameIDPolicy").map_err(twice)? {
        name_policy(party, policy)?;
    }
    if let Some(contexts) = root.one(PROTOCOL, "RequestedAuthnContext").map_err(twice)? {
        let fits =
            context(party, contexts).ok_or((Status::NoAuthnContext, "an authentication context not given here"))?;
        asked.context.clone_from(fits);
    }
    if let Some(subject) = root.one(ASSERTION, "Subject").map_err(twice)? {
        asked.person = Some(person(party, subject)?);
    }
    match root.attribute("IsPassive").map(str::trim) {
        None | Some("false" | "0") => Ok(()),
        // Core §3.4.1: nobody may be asked, and without asking nothing is known.
        Some("true" | "1") => Err((Status::NoPassive, "nobody may be asked")),
        Some(_) => Err((Status::Requester, "IsPassive is neither true nor false")),
    }
}

/// Core §3.4.1.1: a name in another format cannot be given.
fn name_policy(party: &Party, policy: &Element) -> Result<(), Told> {
    let format = policy.attribute("Format").unwrap_or(UNSPECIFIED);
    let qualifier = policy.attribute("SPNameQualifier").unwrap_or(&party.provider.entity_id);
    if ![UNSPECIFIED, party.name_id.format()].contains(&format) || qualifier != party.provider.entity_id {
        return Err((Status::InvalidNameIdPolicy, "a name in another format"));
    }
    Ok(())
}

/// Core §3.3.2.2.1: the first that is asked for and given here. "Better" than something would need an order that nobody has
/// written down.
fn context<'p>(party: &'p Party, wish: &Element) -> Option<&'p String> {
    let comparison = wish.attribute("Comparison").unwrap_or("exact");
    if !["exact", "minimum", "maximum"].contains(&comparison) {
        return None;
    }
    let mut asked = wish.all(ASSERTION, "AuthnContextClassRef");
    asked.find_map(|one| party.contexts.iter().find(|context| **context == one.text.trim()))
}

/// The person whom the request is about (Core §3.4.1, `Subject`): by a name that a directory can be asked for.
fn person(party: &Party, subject: &Element) -> Result<String, Told> {
    let unknown = (Status::UnknownPrincipal, "a subject named in another way");
    let name = subject.one(ASSERTION, "NameID").ok().flatten().ok_or(unknown)?;
    let format = name.attribute("Format").unwrap_or(UNSPECIFIED);
    let known = [UNSPECIFIED, NameId::Email.format(), party.name_id.format()];
    let text = name.text.trim();
    let fits = (1..=LONGEST_PERSON).contains(&text.len()) && !text.chars().any(char::is_control);
    if known.contains(&format) && fits {
        Ok(text.to_owned())
    } else {
        Err(unknown)
    }
}
