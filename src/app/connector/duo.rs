//! A Duo account, made of its settings.

use std::sync::Arc;

use crate::config::connector::duo::{Duo, Names};
use doorward_contract::{Clock, Connector, VendorError};

/// Reaches nobody yet.
pub(super) fn connect(duo: &Duo, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Connector>, VendorError> {
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
    Ok(Arc::new(doorward_duo::connect(settings, Arc::clone(clock))?))
}
