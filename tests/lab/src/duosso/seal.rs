//! Its key, and XML signatures as SAML wants them (Core §5.4), made and checked without any of Doorward's code.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::{C14nMode, canonicalize, canonicalize_doc};
use bergshamra_xml::uppsala::{Parser, parse};
use bergshamra_xml::{Document, NodeId, NodeSet};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_RSA_SHA256, RsaKeySize};

use super::DS;
use crate::signin::certificate::certified_key;

/// RSA with SHA-256.
pub(super) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// SHA-256.
const SHA_256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// Canonicalisation.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The signature leaves itself out.
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The name in the certificate.
const SUBJECT: &str = "sso.duo.example";

/// An RSA key with its certificate.
pub struct Key {
    pair: KeyPair,
    certificate: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A fresh key and its certificate, as PEM.
pub(super) fn fresh() -> Option<(String, String)> {
    let made = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).ok()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, SUBJECT);
    let certificate = params.self_signed(&made).ok()?.pem();
    Some((made.serialize_pem(), certificate))
}

/// What stands between the lines of a PEM text.
pub(super) fn body(pem: &str) -> String {
    pem.lines()
        .filter(|line| !line.starts_with("-----"))
        .map(str::trim)
        .collect()
}

impl Key {
    /// Reads it back from PEM.
    pub fn read(private: &str, certificate: &str) -> Option<Self> {
        let der = STANDARD.decode(body(private)).ok()?;
        Some(Self {
            pair: KeyPair::from_pkcs8(&der).ok()?,
            certificate: body(certificate),
        })
    }

    /// A key that nobody has registered.
    pub fn stranger() -> Option<Self> {
        let (private, certificate) = fresh()?;
        Self::read(&private, &certificate)
    }

    /// Its certificate (base64 of the DER).
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A signature with RSA and SHA-256, in base64.
    pub fn sign(&self, message: &[u8]) -> Option<String> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .ok()?;
        Some(STANDARD.encode(signature))
    }

    /// A message with a signature over the whole of it behind its issuer.
    pub fn seal(&self, message: &str, id: &str) -> Option<String> {
        let canonical = |text: &str| canonicalize::<&str>(text, C14nMode::Exclusive, None, &[]).ok();
        let value = STANDARD.encode(digest(&SHA256, &canonical(message)?));
        let info = format!(
            "<ds:SignedInfo xmlns:ds=\"{DS}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"></ds:SignatureMethod><ds:Reference URI=\"#{id}\"><ds:Transforms>\
             <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform><ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform>\
             </ds:Transforms><ds:DigestMethod Algorithm=\"{SHA_256}\"></ds:DigestMethod>\
             <ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        );
        let signature = self.sign(&canonical(&info)?)?;
        let certificate = &self.certificate;
        let whole = format!(
            "<ds:Signature xmlns:ds=\"{DS}\">{info}<ds:SignatureValue>{signature}</ds:SignatureValue><ds:KeyInfo>\
             <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
        );
        let end = "</saml:Issuer>";
        let (before, after) = message.split_once(end)?;
        Some(format!("{before}{end}{whole}{after}"))
    }
}

/// A message read: no document type.
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    Parser::new().with_forbid_dtd(true).parse(text).ok()
}

/// The one child of a name.
pub(super) fn child(document: &Document<'_>, of: NodeId, namespace: &str, name: &str) -> Option<NodeId> {
    match document.child_elements_by_name_ns(of, namespace, name).as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// A child of a child of a child.
pub(super) fn deep(document: &Document<'_>, of: NodeId, path: &[(&str, &str)]) -> Option<NodeId> {
    path.iter()
        .try_fold(of, |at, (namespace, name)| child(document, at, namespace, name))
}

/// Whether an element is signed as a whole by one of these certificates (base64 of DER).
pub(super) fn is_sealed(document: &Document<'_>, element: NodeId, certificates: &[String]) -> bool {
    sealed(document, element, certificates).is_some()
}

fn sealed(document: &Document<'_>, element: NodeId, certificates: &[String]) -> Option<()> {
    let signature = child(document, element, DS, "Signature")?;
    let info = child(document, signature, DS, "SignedInfo")?;
    let reference = child(document, info, DS, "Reference")?;
    let algorithm = |of: NodeId, name: &str| document.get_attribute(child(document, of, DS, name)?, "Algorithm");
    let transforms = child(document, reference, DS, "Transforms")?;
    let names: Vec<&str> = document
        .child_elements_by_name_ns(transforms, DS, "Transform")
        .into_iter()
        .filter_map(|one| document.get_attribute(one, "Algorithm"))
        .collect();
    let shaped = algorithm(info, "CanonicalizationMethod") == Some(EXCLUSIVE)
        && algorithm(info, "SignatureMethod") == Some(RSA_SHA256)
        && algorithm(reference, "DigestMethod") == Some(SHA_256)
        && names == [ENVELOPED, EXCLUSIVE]
        && document.get_attribute(reference, "URI")?.strip_prefix('#') == document.get_attribute(element, "ID");
    shaped.then_some(())?;
    let octets = |nodes: &NodeSet| canonicalize_doc::<&str>(document, C14nMode::Exclusive, Some(nodes), &[]).ok();
    let whole = NodeSet::tree_without_comments(element, document);
    let signed = octets(&whole.subtract(&NodeSet::tree_with_comments(signature, document)))?;
    let text = |of: NodeId, name: &str| Some(document.text_content_deep(child(document, of, DS, name)?));
    let stated = STANDARD.decode(text(reference, "DigestValue")?).ok()?;
    (digest(&SHA256, &signed).as_ref() == stated).then_some(())?;
    let info = octets(&NodeSet::tree_without_comments(info, document))?;
    let value = STANDARD.decode(text(signature, "SignatureValue")?).ok()?;
    let fits = |certificate: &String| {
        let key = STANDARD.decode(certificate).ok().and_then(|der| certified_key(&der));
        key.is_some_and(|key| {
            let key = RsaPublicKeyComponents { n: key.n, e: key.e };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, &info, &value).is_ok()
        })
    };
    certificates.iter().any(fits).then_some(())
}

/// Whether a text is XML at all.
pub(super) fn is_xml(text: &str) -> bool {
    parse(text).is_ok()
}
