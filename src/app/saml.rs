//! SAML sources, made of their settings.

use std::path::PathBuf;
use std::sync::Arc;

use super::Error;
use crate::config::Config;
use crate::config::saml::{self, Attribute};
use crate::config::secret::TextFile;
use crate::config::source::Source;
use crate::saml as room;
use crate::saml::{Acs, Bridge, NameId, Party, ServiceProvider, Unfit, Verifying};
use crate::store::Store;
use doorward_contract::Clock;

/// What answers every service provider that has Doorward as identity provider.
pub(super) fn sources(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> Result<room::Saml, Error> {
    Ok(room::Saml::new(parties(config)?, store.clone(), Arc::clone(clock)))
}

/// The sources with their service providers, as far as the settings describe them well.
pub(super) fn parties(config: &Config) -> Result<Vec<Party>, Error> {
    let base = config.server.public_url.get_ref().0.origin().ascii_serialization();
    let mut parties = Vec::new();
    for source in &config.sources {
        if let Source::Saml(saml) = source {
            parties.push(party(saml, &base)?);
        }
    }
    Ok(parties)
}

fn party(saml: &saml::Saml, base: &str) -> Result<Party, Error> {
    let name = saml.name.get_ref().0.clone();
    let provider = provider(saml)?;
    if saml.require_signed_requests && provider.keys.is_empty() {
        return Err(unfit(saml, saml.metadata.as_ref(), Unfit::Unsigned));
    }
    Ok(Party {
        title: saml.title.0.clone(),
        entity_id: format!("{base}/saml/{name}/metadata"),
        sso: format!("{base}/saml/{name}/sso"),
        provider,
        signed_requests: saml.require_signed_requests,
        name_id: match saml.name_id {
            saml::NameId::Email => NameId::Email,
            saml::NameId::Username => NameId::Username,
        },
        attributes: saml.attributes.iter().map(|one| bridge(*one)).collect(),
        contexts: saml.contexts.iter().map(|context| context.0.clone()).collect(),
        name,
    })
}

fn bridge(attribute: Attribute) -> Bridge {
    match attribute {
        Attribute::Username => Bridge::Username,
        Attribute::Email => Bridge::Email,
        Attribute::DisplayName => Bridge::DisplayName,
        Attribute::FirstName => Bridge::FirstName,
        Attribute::LastName => Bridge::LastName,
    }
}

fn provider(saml: &saml::Saml) -> Result<ServiceProvider, Error> {
    if let Some(file) = &saml.metadata {
        return room::read(&file.text).map_err(|error| unfit(saml, Some(file), error));
    }
    let keys = match &saml.certificates {
        Some(file) => Verifying::of_pem(&file.text).map_err(|error| unfit(saml, Some(file), error.into()))?,
        None => Vec::new(),
    };
    let acs = |(at, url): (usize, &crate::config::value::Address)| Acs {
        url: url.0.to_string(),
        index: u16::try_from(at).ok(),
        usual: at == 0,
    };
    Ok(ServiceProvider {
        entity_id: saml.entity_id.as_ref().map(|id| id.0.clone()).unwrap_or_default(),
        acs: saml.acs.iter().enumerate().map(acs).collect(),
        keys,
    })
}

fn unfit(saml: &saml::Saml, file: Option<&TextFile>, error: Unfit) -> Error {
    Error::Metadata {
        name: saml.name.get_ref().0.clone(),
        path: file.map_or_else(PathBuf::new, |file| file.path.clone()),
        error,
    }
}
