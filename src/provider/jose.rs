//! Signed statements of others: a compact JWS (RFC 7515 §3.1) with claims (RFC 7519), read strictly (RFC 8725).
//!
//! The algorithm comes from the caller's list and the keys come from the caller; nothing in the header is believed but
//! `alg` and `kid`, which choose among what is allowed already. Proofs of a key (RFC 9449), whose header holds the key
//! itself, are read here and judged in [`super::dpop`].

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json;
use super::jwk::{Jwk, JwkSet};
use crate::crypto::signing::Alg;

/// The longest statement read: a request object with every claim named is a few kilobytes.
pub const LONGEST: usize = 16 * 1024;
/// How many keys are tried if the header names none.
const MOST_KEYS: usize = 16;

/// What a statement must be before its signature is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The algorithms it may be signed with.
    pub algs: &'a [Alg],
    /// What `typ` may say.
    pub typ: Typ<'a>,
}

/// What `typ` may say (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug)]
pub enum Typ<'a> {
    /// This and nothing else.
    Exactly(&'a str),
    /// One of these, or nothing.
    OneOfOrAbsent(&'a [&'a str]),
}

/// What is wrong with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Longer than [`LONGEST`].
    TooLong,
    /// Not three parts of base64url.
    Shape,
    /// The header is not an object, or names a member twice.
    Header,
    /// Not signed with an algorithm that is allowed here.
    Alg,
    /// Names extensions that must be understood.
    Crit,
    /// Meant to be something else.
    Typ,
    /// No key of its maker fits.
    NoKey,
    /// The signature is not its maker's.
    Signature,
    /// The claims are not an object, name a member twice, or are not of the kind expected.
    Claims,
}

impl Fault {
    /// In our own words, for the audit record.
    pub const fn why(self) -> &'static str {
        match self {
            Self::TooLong => "statement too long",
            Self::Shape => "not a compact JWS",
            Self::Header => "header unreadable",
            Self::Alg => "algorithm not allowed",
            Self::Crit => "crit in header",
            Self::Typ => "wrong typ",
            Self::NoKey => "no key fits",
            Self::Signature => "wrong signature",
            Self::Claims => "claims unreadable",
        }
    }
}

/// A statement of whoever sent it: nothing in it is proven yet.
#[derive(Clone, Debug)]
pub struct Unproven<'a> {
    header: Map<String, Value>,
    alg: Alg,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// The claims of a statement whose signature is its maker's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven(Map<String, Value>);

impl<'a> Unproven<'a> {
    /// Takes a statement apart and refuses what could not pass whoever signed it.
    pub fn read(text: &'a str, rules: &Rules<'_>) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Fault::Shape)?;
        // A fourth part would leave a dot in the claims, which is not base64url.
        let (header, claims) = signed.split_once('.').ok_or(Fault::Shape)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::Shape);
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);

        let header = json::read_object(&header).ok_or(Fault::Header)?;
        let alg = rules.alg_of(&header)?;
        // RFC 7515 §4.1.11: extensions that are not understood must lead to refusal; we understand none.
        if header.contains_key("crit") {
            return Err(Fault::Crit);
        }
        rules.check_typ(&header)?;
        if header.get("kid").is_some_and(|kid| !kid.is_string()) {
            return Err(Fault::Header);
        }
        let claims = json::read_object(&claims).ok_or(Fault::Claims)?;
        Ok(Self {
            header,
            alg,
            claims,
            signed,
            signature,
        })
    }

    /// The name of the key it claims to be signed with.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// A member of its header, unproven.
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    /// A claim that is text, to learn whom to ask for keys. Unproven: nothing else may be decided by it.
    pub fn hint(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// Its claims, if one of the maker's keys signed it.
    pub fn prove(self, keys: &JwkSet) -> Result<Proven, Fault> {
        let mut keys = keys.find(self.kid(), self.alg).take(MOST_KEYS).peekable();
        if keys.peek().is_none() {
            return Err(Fault::NoKey);
        }
        let proven = keys.any(|key| self.is_signed_with(key));
        drop(keys);
        if proven {
            Ok(Proven(self.claims))
        } else {
            Err(Fault::Signature)
        }
    }

    /// Its claims, if exactly this key signed it.
    pub fn prove_with(self, key: &Jwk) -> Result<Proven, Fault> {
        if self.is_signed_with(key) {
            Ok(Proven(self.claims))
        } else {
            Err(Fault::Signature)
        }
    }

    fn is_signed_with(&self, key: &Jwk) -> bool {
        key.verify(self.alg, self.signed.as_bytes(), &self.signature)
    }
}

impl Rules<'_> {
    fn alg_of(&self, header: &Map<String, Value>) -> Result<Alg, Fault> {
        let name = header.get("alg").and_then(Value::as_str).ok_or(Fault::Alg)?;
        // RFC 8725 §3.1: what is not on the list does not exist, `none` and the HMACs among them.
        self.algs
            .iter()
            .copied()
            .find(|alg| alg.word() == name)
            .ok_or(Fault::Alg)
    }

    fn check_typ(&self, header: &Map<String, Value>) -> Result<(), Fault> {
        let found = match header.get("typ") {
            None => None,
            Some(Value::String(typ)) => Some(bare(typ)),
            Some(_) => return Err(Fault::Typ),
        };
        let fits = match (self.typ, found) {
            (Typ::Exactly(typ), Some(found)) => found == typ,
            (Typ::Exactly(_), None) => false,
            (Typ::OneOfOrAbsent(typs), Some(found)) => typs.iter().any(|typ| typ.eq_ignore_ascii_case(&found)),
            (Typ::OneOfOrAbsent(_), None) => true,
        };
        if fits { Ok(()) } else { Err(Fault::Typ) }
    }
}

/// RFC 7515 §4.1.9: media types are compared without regard to case, and `application/` may be left out.
fn bare(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/") {
        Some(rest) if !rest.contains('/') => rest.to_owned(),
        _ => typ,
    }
}

impl Proven {
    /// The claims as a type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        T::deserialize(Value::Object(self.0.clone())).map_err(|_| Fault::Claims)
    }

    /// The claims as they stand.
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }
}

/// Whom a statement is meant for (RFC 7519 §4.1.3): one name or several.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One, written as text.
    One(String),
    /// Written as a list.
    Several(Vec<String>),
}

impl Audience {
    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Several(several) => several.iter().any(|one| one == name),
        }
    }

    /// Whether it is meant for these names only, and for one of them at least.
    pub fn only(&self, names: &[&str]) -> bool {
        match self {
            Self::One(one) => names.contains(&one.as_str()),
            Self::Several(several) => !several.is_empty() && several.iter().all(|one| names.contains(&one.as_str())),
        }
    }
}
