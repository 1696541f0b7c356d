//! Entra, made of its settings.

use std::sync::Arc;

use crate::config::connector::graph::{Cloud, Credential, Graph, Id};
use doorward_contract::{Clock, Connector, VendorError};

/// Reaches nobody yet.
pub(super) fn connect(graph: &Graph, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Connector>, VendorError> {
    let ids = |list: &[Id]| list.iter().map(|id| id.0).collect();
    let settings = doorward_graph::Settings {
        cloud: match &graph.cloud {
            Cloud::Global => doorward_graph::Cloud::global(),
            Cloud::UsGov => doorward_graph::Cloud::us_gov(),
            Cloud::UsDod => doorward_graph::Cloud::us_dod(),
            Cloud::China => doorward_graph::Cloud::china(),
            Cloud::Custom {
                authority,
                graph,
                scope,
            } => doorward_graph::Cloud::custom(authority.0.clone(), graph.0.clone(), scope.clone())?,
        },
        tenant: graph.tenant.0.clone(),
        client_id: graph.client_id.0,
        credential: match &graph.credential {
            Credential::Secret(secret) => doorward_graph::Credential::Secret(secret.0.clone()),
            Credential::Certificate { certificate, key } => doorward_graph::Credential::Certificate {
                certificate_pem: certificate.text.clone(),
                key_pem: key.0.clone(),
            },
            Credential::FederatedTokenFile(file) => doorward_graph::Credential::FederatedToken { file: file.clone() },
        },
        birth_date_attribute: graph.birth_date_attribute.as_ref().map(|attribute| attribute.0.clone()),
        protected: doorward_graph::Protected {
            accounts: ids(&graph.protected.accounts),
            groups: ids(&graph.protected.groups),
            harmless_roles: ids(&graph.protected.harmless_roles),
            allow_guests: graph.protected.allow_guests,
        },
        sign_in_url: super::super::vendor::address_or(graph.sign_in_url.as_ref(), "https://myaccount.microsoft.com/")?,
    };
    Ok(Arc::new(doorward_graph::connect(settings, Arc::clone(clock))?))
}
