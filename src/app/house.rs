//! What the console tells of the installation itself, made of the settings.

use super::Error;
use super::connector::abilities;
use super::{audit_signer, webhook_out};
use crate::config::Config;
use crate::config::shown::{Section as Table, Shown};
use crate::http::desk::house::{House, Of, Parts, Vendor};
use crate::pages::desk::{Section, Setting};

/// The settings without their secrets, and whom there is to ask how they are.
pub fn house(config: &Config) -> Result<House, Error> {
    let vendor = |name: &str, of| Vendor {
        name: name.to_owned(),
        of,
    };
    let verifiers = config
        .verifiers
        .iter()
        .map(|verifier| vendor(&verifier.name().get_ref().0, Of::Verifier));
    let connectors = config.connectors.iter().map(|connector| {
        let name = &connector.name().get_ref().0;
        vendor(name, Of::Connector(abilities(config, name)))
    });
    let staff = config.staff.providers.iter();
    let staff = staff.map(|provider| vendor(&provider.name.get_ref().0, Of::Staff));
    Ok(House::new(Parts {
        settings: config.shown.iter().map(section).collect(),
        vendors: verifiers.chain(connectors).chain(staff).collect(),
        webhooks: webhook_out::hosts(config),
        signer: audit_signer(config)?,
    }))
}

fn section(table: &Table) -> Section {
    let setting = |shown: &Shown| match shown {
        Shown::Plain(text) => Setting::Plain(text.clone()),
        Shown::Secret(from) => Setting::Secret(from.clone()),
        Shown::Default(text) => Setting::Default(text.clone()),
    };
    Section {
        name: table.name.clone(),
        rows: table
            .rows
            .iter()
            .map(|(key, shown)| (key.clone(), setting(shown)))
            .collect(),
    }
}
