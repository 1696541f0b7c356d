//! An Okta org, made of its settings.

use std::sync::Arc;

use crate::config::connector::okta::{Credential, Id, Okta};
use doorward_contract::{Ability, Clock, Connector, VendorError};

/// Reaches nobody yet. The abilities decide which scopes are asked for.
pub(super) fn connect(
    okta: &Okta,
    abilities: Vec<Ability>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Connector>, VendorError> {
    let ids = |list: &[Id]| list.iter().map(|id| id.0.clone()).collect();
    let settings = doorward_okta::Settings {
        org: okta.org.0.0.clone(),
        credential: match &okta.credential {
            Credential::ServiceApp { client_id, key, kid } => doorward_okta::Credential::ServiceApp {
                client_id: client_id.clone(),
                key: key.0.clone(),
                key_id: kid.clone(),
            },
            Credential::ApiToken(token) => doorward_okta::Credential::ApiToken(token.0.clone()),
        },
        abilities,
        login_attributes: okta.login_attributes.iter().map(|name| name.0.clone()).collect(),
        birth_date_attribute: okta.birth_date_attribute.as_ref().map(|name| name.0.clone()),
        protected: doorward_okta::Protected {
            accounts: ids(&okta.protected.accounts),
            groups: ids(&okta.protected.groups),
            harmless_roles: okta
                .protected
                .harmless_roles
                .iter()
                .map(|role| role.0.clone())
                .collect(),
        },
        sign_in_url: okta.sign_in_url.as_ref().map(|address| address.0.clone()),
    };
    Ok(Arc::new(doorward_okta::connect(settings, Arc::clone(clock))?))
}
