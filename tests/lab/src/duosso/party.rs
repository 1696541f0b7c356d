//! The service providers that the lab registers at Doorward: Duo Single Sign-On, and one for whatever library wants to try.
//! Their key is made when a world begins and stays in its folder.

use std::io;

use serde::{Deserialize, Serialize};
use url::Url;

use super::request::POST;
use super::seal::{Key, body, fresh};
use super::{DS, METADATA, PROTOCOL, below};
use crate::doors::Addresses;
use crate::folder::Folder;

/// The file with Duo's metadata.
pub(crate) const METADATA_FILE: &str = "duo-sso.xml";
/// The file with the certificate of all.
pub(crate) const CERTIFICATE_FILE: &str = "saml-sp.crt";
/// The file with the private key of all.
const KEY_FILE: &str = "secrets/saml-sp.key";
/// What Duo calls this authentication source.
const SOURCE_KEY: &str = "RI0123456789ABCDEFGH";

/// A registered service provider, with everything it knows of itself and of Doorward.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provider {
    /// The source in Doorward's settings.
    pub source: String,
    /// Its name.
    pub entity_id: String,
    /// Where its answers go.
    pub acs: String,
    /// The file with its private key (PEM).
    pub private_key: String,
    /// The file with its certificate (PEM).
    pub certificate: String,
    /// Doorward's metadata for it, which is also Doorward's name.
    pub idp_metadata: Url,
    /// Where it sends people.
    pub sso: Url,
}

/// All of them.
#[derive(Debug)]
pub struct Providers {
    /// Duo Single Sign-On.
    pub duo: Provider,
    /// Nobody listens for its answers.
    pub library: Provider,
    /// What they sign with.
    pub key: Key,
}

impl Providers {
    /// Registers them: their files written, the key made the first time.
    pub(crate) fn register(folder: &Folder, addresses: &Addresses) -> io::Result<Self> {
        let broken = || io::Error::other("no key could be made");
        if folder.read(KEY_FILE)?.is_none() {
            let (private, certificate) = fresh().ok_or_else(broken)?;
            folder.write(KEY_FILE, private.as_bytes())?;
            folder.write(CERTIFICATE_FILE, certificate.as_bytes())?;
        }
        let private = folder.read(KEY_FILE)?.unwrap_or_default();
        let certificate = folder.read(CERTIFICATE_FILE)?.unwrap_or_default();
        let duo_at = |path: &str| below(&addresses.rp, &format!("saml2/idp/{SOURCE_KEY}/{path}"));
        let of = |source: &str, entity_id: String, acs: String| Provider {
            source: source.to_owned(),
            entity_id,
            acs,
            private_key: folder.file(KEY_FILE).display().to_string(),
            certificate: folder.file(CERTIFICATE_FILE).display().to_string(),
            idp_metadata: below(&addresses.doorward, &format!("saml/{source}/metadata")),
            sso: below(&addresses.doorward, &format!("saml/{source}/sso")),
        };
        let duo = of("duo-sso", duo_at("metadata").into(), duo_at("acs").into());
        // Nobody listens there.
        let (name, acs) = ("http://127.0.0.1:1/saml", "http://127.0.0.1:1/saml/acs");
        let library = of("saml-library", name.to_owned(), acs.to_owned());
        folder.write(METADATA_FILE, duo.metadata(&body(&certificate)).as_bytes())?;
        let key = Key::read(&private, &certificate).ok_or_else(broken)?;
        Ok(Self { duo, library, key })
    }
}

impl Provider {
    /// Its metadata (SAML 2.0 Metadata §2.4.4), as an administrator downloads it.
    pub fn metadata(&self, certificate: &str) -> String {
        let (entity, acs) = (&self.entity_id, &self.acs);
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Download of 2026-01-15 -->\n\
             <EntityDescriptor xmlns=\"{METADATA}\" entityID=\"{entity}\">\n  <SPSSODescriptor AuthnRequestsSigned=\"true\" \
             WantAssertionsSigned=\"true\" protocolSupportEnumeration=\"{PROTOCOL}\">\n    <KeyDescriptor use=\"signing\">\
             <KeyInfo xmlns=\"{DS}\"><X509Data><X509Certificate>\n{certificate}\n</X509Certificate></X509Data></KeyInfo>\
             </KeyDescriptor>\n    <AssertionConsumerService Binding=\"{POST}\" Location=\"{acs}\" index=\"0\" \
             isDefault=\"true\"/>\n  </SPSSODescriptor>\n</EntityDescriptor>\n"
        )
    }
}
