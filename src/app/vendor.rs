//! Verifiers and connectors, made of their settings.

use std::collections::HashMap;
use std::sync::Arc;

use super::Error;
use crate::config::{Config, connector, verifier};
use doorward_contract::http::Bounds;
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
        let graph = match connector {
            connector::Connector::Graph(graph) => graph,
            connector::Connector::Duo(account) => {
                let name = account.name.get_ref().0.clone();
                let made_of = duo(config, account, clock).map_err(|error| Error::Vendor {
                    name: name.clone(),
                    error,
                })?;
                made.insert(name, Arc::new(made_of));
                continue;
            }
        };
        let name = graph.name.get_ref().0.clone();
        let failed = |error| Error::Vendor {
            name: name.clone(),
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
                } => doorward_graph::Cloud::custom(authority.0.clone(), graph.0.clone(), scope.clone())
                    .map_err(failed)?,
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
            sign_in_url: address_or(graph.sign_in_url.as_ref(), "https://myaccount.microsoft.com/", &name)?,
        };
        let graph = doorward_graph::connect(settings, Arc::clone(clock)).map_err(failed)?;
        made.insert(name, Arc::new(graph));
    }
    Ok(made)
}

/// A Duo account, with the Universal Prompt where its keys are there.
fn duo(config: &Config, account: &connector::Duo, clock: &Arc<dyn Clock>) -> Result<doorward_duo::Duo, VendorError> {
    let keys = |keys: &connector::DuoKeys| doorward_duo::Keys::new(&keys.integration_key, keys.secret_key.0.clone());
    let host = match url::Url::parse(&account.host.0) {
        Ok(address) => doorward_duo::Host::custom(address)?,
        Err(_) => doorward_duo::Host::new(&account.host.0)?,
    };
    let settings = doorward_duo::Settings {
        host: host.clone(),
        admin: keys(&account.admin)?,
        auth: account.auth.as_ref().map(keys).transpose()?,
        names: doorward_duo::Names::default(),
        protected: doorward_duo::Protected::default(),
        sign_in_url: account.sign_in_url.0.clone(),
    };
    let names = settings.names;
    let duo = doorward_duo::connect(settings, Arc::clone(clock))?;
    let Some(universal) = &account.universal else {
        return Ok(duo);
    };
    let mut back = config.server.public_url.get_ref().0.clone();
    back.set_path(&format!("/return/duo/{}", account.name.get_ref().0));
    let keys = doorward_duo::Keys::new(&universal.client_id, universal.client_secret.0.clone())?;
    let application = doorward_duo::universal::Application::new(host, keys, back, names)?;
    let universal = doorward_duo::universal::Universal::new(application, Arc::clone(clock), Bounds::default())?;
    Ok(duo.with_universal(universal))
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

/// Where forms may lead besides to us: to the pages of verifiers and of those who make further checks.
pub(super) fn form_origins(config: &Config) -> Vec<String> {
    let prompts = config.connectors.iter().filter_map(|connector| match connector {
        connector::Connector::Duo(duo) if duo.universal.is_some() => Some(match url::Url::parse(&duo.host.0) {
            Ok(address) => address.to_string(),
            Err(_) => format!("https://{}/", duo.host.0),
        }),
        _ => None,
    });
    verifier_origins(config).into_iter().chain(prompts).collect()
}

fn verifier_origins(config: &Config) -> Vec<String> {
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
