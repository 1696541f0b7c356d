//! XML signatures in the one shape that SAML allows, and no other: enveloped in the root, over the whole of it.
//!
//! SAML 2.0 Core §5.4 (one reference, to the root's own `ID`; enveloped-signature and exclusive canonicalisation and nothing
//! else), XML Signature 1.1 §3. Against wrapping: there is one signature and it is the root's own child; it names the root; no
//! other element has that name; and whoever asked is handed not what came but the very octets that were signed, read anew.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::key::{Hash, RSA_SHA256, SHA_256, Verifying};
use super::library::{Element, Remarks, Several, Unread, Xml};
use super::text::{decoded, is_name};
use crate::crypto;
use crate::crypto::signing::SigningKey;

/// XML Signature's namespace.
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Exclusive canonicalisation, without comments.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The signature leaves itself out of what it signs.
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Behind this element a signature stands (SAML 2.0 schemas: right after the issuer).
const AFTER: &str = "</saml:Issuer>";

/// What we sign with, and the certificate that goes along (base64 of its DER).
#[derive(Clone, Copy, Debug)]
pub struct Signing<'k> {
    /// An RSA key.
    pub key: &'k SigningKey,
    /// Its certificate.
    pub certificate: &'k str,
}

/// Why a message does not count as signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// It cannot be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// It has no signature.
    #[error("not signed")]
    Missing,
    /// The signature has another shape than the one allowed.
    #[error("the signature has another shape")]
    Shape,
    /// An algorithm is not taken.
    #[error("an algorithm is not taken")]
    Algorithm,
    /// It was altered, or is another's.
    #[error("the signature does not fit")]
    Wrong,
}

impl From<Several> for Fault {
    fn from(_: Several) -> Self {
        Self::Shape
    }
}

/// Whether a message holds any signature at all.
pub(super) fn is_signed(root: &Element) -> bool {
    root.every().iter().any(|element| element.is(DS, "Signature"))
}

/// What was signed by one of these keys: the root of the signed octets, without the signature.
pub(super) fn verified(text: &str, keys: &[Verifying]) -> Result<Element, Fault> {
    let xml = Xml::read(text, Remarks::Refused)?;
    let root = &xml.root;
    let everywhere = root
        .every()
        .into_iter()
        .filter(|element| element.is(DS, "Signature"))
        .count();
    if everywhere == 0 {
        return Err(Fault::Missing);
    }
    // One, and in its place.
    let signature = root
        .one(DS, "Signature")?
        .filter(|_| everywhere == 1)
        .ok_or(Fault::Shape)?;
    let id = root.attribute("ID").filter(|id| is_name(id)).ok_or(Fault::Shape)?;
    if root.ids().into_iter().filter(|other| *other == id).count() != 1 {
        return Err(Fault::Shape);
    }
    let parts = parts(signature)?;
    let reference = reference(parts.info, id)?;
    // What signs: over the canonical form of what says what is signed.
    let info = xml.canonical(parts.info, None, &parts.prefixes).ok_or(Fault::Shape)?;
    if !keys.iter().any(|key| key.verifies(parts.hash, &info, &parts.value)) {
        return Err(Fault::Wrong);
    }
    // What is signed.
    let signed = xml
        .canonical(root, Some(signature), &reference.prefixes)
        .ok_or(Fault::Shape)?;
    verify_slices_are_equal(&reference.hash.digest(&signed), &reference.digest).map_err(|_| Fault::Wrong)?;
    let signed = String::from_utf8(signed).map_err(|_| Fault::Shape)?;
    Ok(Xml::read(&signed, Remarks::Refused)?.root)
}

/// A signature taken apart.
struct Parts<'e> {
    info: &'e Element,
    hash: Hash,
    prefixes: Vec<&'e str>,
    value: Vec<u8>,
}

fn parts(signature: &Element) -> Result<Parts<'_>, Fault> {
    let (info, value) = match signature.children.as_slice() {
        [info, value] => (info, value),
        // XML Signature §4.5: a key that comes along is a hint at most. It is not looked at.
        [info, value, key] if key.is(DS, "KeyInfo") => (info, value),
        // An `Object` could hold what a reference means.
        _ => return Err(Fault::Shape),
    };
    let [how, method, _] = info.children.as_slice() else {
        // One reference (SAML 2.0 Core §5.4.2).
        return Err(Fault::Shape);
    };
    let known = info.is(DS, "SignedInfo") && value.is(DS, "SignatureValue");
    if !known || !how.is(DS, "CanonicalizationMethod") || !method.is(DS, "SignatureMethod") {
        return Err(Fault::Shape);
    }
    if how.attribute("Algorithm") != Some(EXCLUSIVE) {
        return Err(Fault::Algorithm);
    }
    let algorithm = method.attribute("Algorithm").unwrap_or_default();
    Ok(Parts {
        info,
        hash: Hash::of_signature(algorithm).ok_or(Fault::Algorithm)?,
        prefixes: prefixes(how)?,
        value: decoded(&value.text).ok_or(Fault::Shape)?,
    })
}

/// The one reference taken apart.
struct Reference<'e> {
    hash: Hash,
    digest: Vec<u8>,
    prefixes: Vec<&'e str>,
}

fn reference<'e>(info: &'e Element, id: &str) -> Result<Reference<'e>, Fault> {
    let [_, _, reference] = info.children.as_slice() else {
        return Err(Fault::Shape);
    };
    // SAML 2.0 Core §5.4.2: the root's own name, and nothing that needs to be looked for.
    let is_root = reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) == Some(id);
    let [transforms, method, value] = reference.children.as_slice() else {
        return Err(Fault::Shape);
    };
    let known = reference.is(DS, "Reference")
        && transforms.is(DS, "Transforms")
        && method.is(DS, "DigestMethod")
        && value.is(DS, "DigestValue");
    // SAML 2.0 Core §5.4.4: these two, in this order (the first leaves out what the second could not).
    let [first, second] = transforms.children.as_slice() else {
        return Err(Fault::Shape);
    };
    if !is_root || !known || !first.is(DS, "Transform") || !second.is(DS, "Transform") {
        return Err(Fault::Shape);
    }
    if first.attribute("Algorithm") != Some(ENVELOPED) || second.attribute("Algorithm") != Some(EXCLUSIVE) {
        return Err(Fault::Algorithm);
    }
    let algorithm = method.attribute("Algorithm").unwrap_or_default();
    Ok(Reference {
        hash: Hash::of_digest(algorithm).ok_or(Fault::Algorithm)?,
        digest: decoded(&value.text).ok_or(Fault::Shape)?,
        prefixes: prefixes(second)?,
    })
}

/// The prefixes that are treated as in inclusive canonicalisation (Exclusive XML Canonicalization §4).
fn prefixes(method: &Element) -> Result<Vec<&str>, Fault> {
    match method.children.as_slice() {
        [] => Ok(Vec::new()),
        [list] if list.is(EXCLUSIVE, "InclusiveNamespaces") && list.children.is_empty() => Ok(list
            .attribute("PrefixList")
            .unwrap_or_default()
            .split_whitespace()
            .collect()),
        _ => Err(Fault::Shape),
    }
}

/// A message of ours with a signature behind its issuer: RSA with SHA-256 over the whole of it.
pub(super) fn signed(text: &str, id: &str, with: Signing<'_>) -> Result<String, crypto::Error> {
    let canonical = |text: &str| {
        let xml = Xml::read(text, Remarks::Refused).ok()?;
        xml.canonical(&xml.root, None, &[])
    };
    let digest = STANDARD.encode(Hash::Sha256.digest(&canonical(text).ok_or(crypto::Error::Library)?));
    let info = format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>\
         <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"/><ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"/><ds:Transform Algorithm=\"{EXCLUSIVE}\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA_256}\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>\
         </ds:SignedInfo>"
    );
    let value = with.key.sign(&canonical(&info).ok_or(crypto::Error::Library)?)?;
    let value = STANDARD.encode(value);
    let certificate = with.certificate;
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DS}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    );
    // Every value in it is escaped, so the first such end is that of the root's issuer.
    let (before, after) = text.split_once(AFTER).ok_or(crypto::Error::Library)?;
    Ok(format!("{before}{AFTER}{signature}{after}"))
}
