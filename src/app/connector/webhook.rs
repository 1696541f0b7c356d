//! A system of the company's own, made of its settings.

use std::sync::Arc;

use crate::config::connector::webhook::{Told, Webhook};
use doorward_contract::{Clock, Connector, VendorError};

/// Reaches nobody yet.
pub(super) fn connect(webhook: &Webhook, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Connector>, VendorError> {
    let told = |told: &Told| match told {
        Told::Login => doorward_webhook::Field::Login,
        Told::DisplayName => doorward_webhook::Field::DisplayName,
    };
    let settings = doorward_webhook::Settings {
        url: webhook.url.0.clone(),
        secrets: webhook.secrets.iter().map(|secret| secret.0.0.clone()).collect(),
        send: webhook.send.iter().map(told).collect(),
        undo: webhook.undo,
        timeout: webhook.timeout.0,
    };
    Ok(Arc::new(doorward_webhook::connect(settings, Arc::clone(clock))?))
}
