//! A Duo account, made of its settings.

use std::sync::Arc;

use crate::config::connector::duo::{Duo, Names};
use doorward_contract::http::Bounds;
use doorward_contract::{Clock, Connector, VendorError};
use doorward_duo::universal::{Application, Universal};
use url::Url;

/// Reaches nobody yet. From the Universal Prompt people come back to `back`.
pub(super) fn connect(duo: &Duo, back: Url, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Connector>, VendorError> {
    let settings = doorward_duo::Settings {
        host: duo.host.0.clone(),
        admin: duo.admin.0.clone(),
        auth: duo.auth.as_ref().map(|keys| keys.0.clone()),
        names: match duo.names {
            Names::Whole => doorward_duo::Names::Whole,
            Names::Simple => doorward_duo::Names::Simple,
        },
        protected: doorward_duo::Protected {
            users: duo.protected.users.iter().map(|id| id.0.clone()).collect(),
            groups: duo.protected.groups.iter().map(|id| id.0.clone()).collect(),
        },
        sign_in_url: duo.sign_in_url.0.clone(),
    };
    let (host, names) = (settings.host.clone(), settings.names);
    let connected = doorward_duo::connect(settings, Arc::clone(clock))?;
    let Some(keys) = &duo.universal else {
        return Ok(Arc::new(connected));
    };
    let keys = doorward_duo::Keys::new(&keys.client_id, keys.client_secret.0.clone())?;
    let application = Application::new(host, keys, back, names)?;
    let universal = Universal::new(application, Arc::clone(clock), Bounds::default())?;
    Ok(Arc::new(connected.with_universal(universal)))
}
