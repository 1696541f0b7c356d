//! Verifiers and connectors, made of their settings.

use std::collections::HashMap;
use std::sync::Arc;

use super::Error;
use crate::config::{Config, connector, verifier, webhook};
use doorward_contract::{Clock, Connector, VendorError, Verifier};

pub(super) fn verifiers(config: &Config, clock: &Arc<dyn Clock>) -> Result<HashMap<String, Arc<dyn Verifier>>, Error> {
    let mut made: HashMap<String, Arc<dyn Verifier>> = HashMap::new();
    for verifier::Verifier::Persona(persona) in &config.verifiers {
        let name = persona.name.get_ref().0.clone();
        let settings = doorward_persona::Settings {
            api: address_or(persona.api.as_ref(), doorward_persona::API, &name)?,
            hosted: address_or(persona.hosted.as_ref(), doorward_persona::HOSTED, &name)?,
            key: persona.key.get_ref().0.clone(),
            template: persona.template.0.clone(),
            template_version: persona.template_version.as_ref().map(|version| version.0.clone()),
            recheck_template: persona.recheck_template.as_ref().map(|template| template.0.clone()),
            recheck_template_version: persona
                .recheck_template_version
                .as_ref()
                .map(|version| version.0.clone()),
            environment: persona.environment.0.clone(),
            decided_by: match persona.decided_by {
                verifier::DecidedBy::Workflow => doorward_persona::DecidedBy::Workflow,
                verifier::DecidedBy::Flow => doorward_persona::DecidedBy::Flow,
            },
            webhook_secrets: persona.webhook_secrets.iter().map(|secret| secret.0.clone()).collect(),
            sandbox: persona.insecure_sandbox,
        };
        let persona = doorward_persona::connect(settings, Arc::clone(clock)).map_err(|error| Error::Vendor {
            name: name.clone(),
            error,
        })?;
        made.insert(name, Arc::new(persona));
    }
    Ok(made)
}

pub(super) fn connectors(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<HashMap<String, Arc<dyn Connector>>, Error> {
    let mut made: HashMap<String, Arc<dyn Connector>> = HashMap::new();
    for connector in &config.connectors {
        let name = connector.name().get_ref().0.clone();
        let connected: Arc<dyn Connector> = match connector {
            connector::Connector::Graph(graph) => Arc::new(entra(graph, &name, clock)?),
            connector::Connector::Webhook(webhook) => Arc::new(company(webhook, &name, clock)?),
        };
        made.insert(name, connected);
    }
    Ok(made)
}

fn company(webhook: &webhook::Webhook, name: &str, clock: &Arc<dyn Clock>) -> Result<doorward_webhook::Webhook, Error> {
    let settings = doorward_webhook::Settings {
        url: webhook.url.0.clone(),
        secrets: webhook.secrets.iter().map(|secret| secret.0.0.clone()).collect(),
        send: webhook
            .send
            .iter()
            .map(|told| match told {
                webhook::Told::Login => doorward_webhook::Field::Login,
                webhook::Told::DisplayName => doorward_webhook::Field::DisplayName,
            })
            .collect(),
        undo: webhook.undo,
        timeout: webhook.timeout.0,
    };
    doorward_webhook::connect(settings, Arc::clone(clock)).map_err(|error| Error::Vendor {
        name: name.to_owned(),
        error,
    })
}

fn entra(graph: &connector::Graph, name: &str, clock: &Arc<dyn Clock>) -> Result<doorward_graph::Graph, Error> {
    let failed = |error| Error::Vendor {
        name: name.to_owned(),
        error,
    };
    let ids = |list: &[connector::Id]| list.iter().map(|id| id.0).collect();
    let settings = doorward_graph::Settings {
        cloud: match &graph.cloud {
            connector::Cloud::Global => doorward_graph::Cloud::global(),
            connector::Cloud::UsGov => doorward_graph::Cloud::us_gov(),
            connector::Cloud::UsDod => doorward_graph::Cloud::us_dod(),
            connector::Cloud::China => doorward_graph::Cloud::china(),
            connector::Cloud::Custom {
                authority,
                graph,
                scope,
            } => doorward_graph::Cloud::custom(authority.0.clone(), graph.0.clone(), scope.clone()).map_err(failed)?,
        },
        tenant: graph.tenant.0.clone(),
        client_id: graph.client_id.0,
        credential: match &graph.credential {
            connector::Credential::Secret(secret) => doorward_graph::Credential::Secret(secret.0.clone()),
            connector::Credential::Certificate { certificate, key } => doorward_graph::Credential::Certificate {
                certificate_pem: certificate.text.clone(),
                key_pem: key.0.clone(),
            },
            connector::Credential::FederatedTokenFile(file) => {
                doorward_graph::Credential::FederatedToken { file: file.clone() }
            }
        },
        birth_date_attribute: graph.birth_date_attribute.as_ref().map(|attribute| attribute.0.clone()),
        protected: doorward_graph::Protected {
            accounts: ids(&graph.protected.accounts),
            groups: ids(&graph.protected.groups),
            harmless_roles: ids(&graph.protected.harmless_roles),
            allow_guests: graph.protected.allow_guests,
        },
        sign_in_url: address_or(graph.sign_in_url.as_ref(), "https://myaccount.microsoft.com/", name)?,
    };
    doorward_graph::connect(settings, Arc::clone(clock)).map_err(failed)
}

fn address_or(given: Option<&crate::config::value::Address>, usual: &str, name: &str) -> Result<url::Url, Error> {
    match given {
        Some(address) => Ok(address.0.clone()),
        None => url::Url::parse(usual).map_err(|_| Error::Vendor {
            name: name.to_owned(),
            error: VendorError::Refused {
                why: "its usual address is not one".to_owned(),
            },
        }),
    }
}

/// Where forms may lead besides to us: to the verifiers' own pages.
pub(super) fn verifier_origins(config: &Config) -> Vec<String> {
    config
        .verifiers
        .iter()
        .map(|verifier::Verifier::Persona(persona)| {
            persona
                .hosted
                .as_ref()
                .map_or_else(|| doorward_persona::HOSTED.to_owned(), |hosted| hosted.0.to_string())
        })
        .collect()
}
