//! Connectors, made of their settings. Each kind has a file of its own, which turns its table into what its crate takes.

mod duo;
mod graph;
mod okta;
mod webhook;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Error, purpose};
use crate::config::Config;
use crate::config::connector::Connector as Table;
use doorward_contract::{Ability, Clock, Connector, VendorError};

/// All of them, by name.
pub(super) fn connectors(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<HashMap<String, Arc<dyn Connector>>, Error> {
    let mut made: HashMap<String, Arc<dyn Connector>> = HashMap::new();
    for connector in &config.connectors {
        let name = connector.name().get_ref().0.clone();
        let connected = connect(config, connector, back_from(config, &name), clock);
        let connected = connected.map_err(|error| Error::Vendor {
            name: name.clone(),
            error,
        })?;
        made.insert(name, connected);
    }
    Ok(made)
}

/// One of them, from whose own page people come back to `back`.
pub(super) fn connect(
    config: &Config,
    connector: &Table,
    back: url::Url,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Connector>, VendorError> {
    match connector {
        Table::Graph(table) => graph::connect(table, clock),
        Table::Okta(table) => okta::connect(table, abilities(config, &connector.name().get_ref().0), clock),
        Table::Duo(table) => duo::connect(table, back, clock),
        Table::Webhook(table) => webhook::connect(table, clock),
    }
}

/// Where people come back to from a connector's own page.
fn back_from(config: &Config, name: &str) -> url::Url {
    let mut back = config.server.public_url.get_ref().0.clone();
    back.set_path(&format!("/return/duo/{name}"));
    back
}

/// What the purposes ask of a connector.
pub(super) fn abilities(config: &Config, name: &str) -> Vec<Ability> {
    let purposes = purpose::purposes(config);
    let plans = purposes.values().flat_map(|purpose| &purpose.plan);
    let asked = plans
        .filter(|act| act.connector == name)
        .map(|act| act.action.ability());
    let mut asked: Vec<Ability> = asked.collect();
    asked.sort_by_key(|ability| ability.word());
    asked.dedup();
    asked
}
