//! External methods of Entra tenants, made of their settings.

use std::sync::Arc;

use super::Error;
use crate::config::Config;
use crate::config::entra::{self, Cloud};
use crate::config::source::Source;
use crate::provider::entra as provider;
use crate::provider::keyring::Keyring;
use crate::store::Store;
use doorward_contract::Clock;

/// What answers every tenant that has Doorward as external method.
pub(super) fn methods(
    config: &Config,
    store: &Store,
    clock: &Arc<dyn Clock>,
    keyring: &Keyring,
) -> Result<provider::Entra, Error> {
    let made = provider::Entra::new(tenants(config), store.clone(), Arc::clone(clock), keyring.clone());
    made.map_err(|error| Error::Vendor {
        name: "entra".to_owned(),
        error,
    })
}

fn tenants(config: &Config) -> Vec<provider::Tenant> {
    let base = config.server.public_url.get_ref().0.origin().ascii_serialization();
    let made = |source: &Source| match source {
        Source::Entra(entra) => Some(tenant(entra, &base)),
        _ => None,
    };
    config.sources.iter().filter_map(made).collect()
}

fn tenant(entra: &entra::Entra, base: &str) -> provider::Tenant {
    let name = entra.name.get_ref().0.clone();
    provider::Tenant {
        issuer: format!("{base}/entra/{name}"),
        name,
        client_id: entra.client_id.0.clone(),
        app_id: entra.app_id.0,
        tenant: entra.tenant.get_ref().0,
        cloud: match &entra.cloud {
            Cloud::Global => provider::Cloud::Global,
            Cloud::UsGov => provider::Cloud::UsGov,
            Cloud::China => provider::Cloud::China,
            Cloud::At(authority) => provider::Cloud::At(authority.0.clone()),
        },
    }
}
