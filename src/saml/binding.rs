//! What a browser carried here: a message in the query of an address, or in a form.
//!
//! SAML 2.0 Bindings §3.4 (HTTP-Redirect: deflated, signed beside itself over the octets as they came) and §3.5 (HTTP-POST:
//! signed inside). What the message says is [`super::request`]'s business.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::key::{Hash, Verifying};
use super::text::decoded;

/// The longest message, inflated: a signed request with its certificate is a sixth of that.
const LONGEST: usize = 32 * 1024;
/// The longest `RelayState`. Bindings §3.4.3 allows 80 bytes; service providers are known to send addresses.
const LONGEST_STATE: usize = 2048;
/// The one encoding (Bindings §3.4.4.1).
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// Why something is not taken as a message.
pub type NotTaken = &'static str;

/// A message as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The message.
    pub(super) xml: String,
    /// To be given back as it came.
    pub(super) relay_state: Option<String>,
    /// How it may be signed.
    pub(super) carried: Carried,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").finish_non_exhaustive()
    }
}

/// How a message came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// In a form; a signature stands in the message itself.
    Form,
    /// In an address, with a signature beside it.
    Address(Option<Beside>),
}

/// A signature beside a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    octets: String,
    hash: Hash,
    signature: Vec<u8>,
}

impl Beside {
    /// Whether one of these keys made it.
    pub(super) fn is_of(&self, keys: &[Verifying]) -> bool {
        let octets = self.octets.as_bytes();
        keys.iter().any(|key| key.verifies(self.hash, octets, &self.signature))
    }
}

/// Takes in a message from a query. `get` gives decoded parameters, of which none stands there twice.
pub fn of_redirect<'p>(query: &str, get: impl Fn(&str) -> Option<&'p str>) -> Result<Message, NotTaken> {
    if get("SAMLEncoding").is_some_and(|encoding| encoding != DEFLATE) {
        return Err("unknown SAMLEncoding");
    }
    let deflated = decoded(get("SAMLRequest").ok_or("no SAMLRequest")?).ok_or("SAMLRequest is not base64")?;
    let inflated = decompress_to_vec_with_limit(&deflated, LONGEST).map_err(|_| "SAMLRequest does not inflate")?;
    let beside = match (get("SigAlg"), get("Signature")) {
        (None, None) => None,
        (Some(algorithm), Some(signature)) => Some(Beside {
            octets: signed_octets(query).ok_or("parameters written oddly")?,
            hash: Hash::of_signature(algorithm).ok_or("signature algorithm not taken")?,
            signature: decoded(signature).ok_or("Signature is not base64")?,
        }),
        _ => return Err("SigAlg and Signature do not come together"),
    };
    message(inflated, get("RelayState"), Carried::Address(beside))
}

/// Takes in a message from a form.
pub fn of_post<'p>(get: impl Fn(&str) -> Option<&'p str>) -> Result<Message, NotTaken> {
    let xml = decoded(get("SAMLRequest").ok_or("no SAMLRequest")?).ok_or("SAMLRequest is not base64")?;
    message(xml, get("RelayState"), Carried::Form)
}

fn message(xml: Vec<u8>, relay_state: Option<&str>, carried: Carried) -> Result<Message, NotTaken> {
    if xml.len() > LONGEST {
        return Err("SAMLRequest too long");
    }
    if relay_state.is_some_and(|state| state.len() > LONGEST_STATE) {
        return Err("RelayState too long");
    }
    Ok(Message {
        xml: String::from_utf8(xml).map_err(|_| "SAMLRequest is not UTF-8")?,
        relay_state: relay_state.map(ToOwned::to_owned),
        carried,
    })
}

/// What a signature beside a message is over: these parameters in this order, each octet as it came (Bindings §3.4.4.1).
/// Whoever encodes anew would sign another text.
fn signed_octets(query: &str) -> Option<String> {
    let piece = |name: &str| {
        let is_it = |pair: &&str| pair.split_once('=').is_some_and(|(key, _)| key == name);
        query.split('&').find(is_it)
    };
    let mut pieces = vec![piece("SAMLRequest")?];
    pieces.extend(piece("RelayState"));
    pieces.push(piece("SigAlg")?);
    Some(pieces.join("&"))
}
