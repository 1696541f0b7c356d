//! Verifiers, made of their settings.

use std::collections::HashMap;
use std::sync::Arc;

use super::Error;
use crate::builtin::{self, Builtin};
use crate::config::connector::Connector;
use crate::config::{Config, verifier};
use crate::store::Store;
use doorward_contract::{Clock, Finding, FindingLevel, VendorError, Verifier};

/// The built-in verifier, where the settings have one.
pub(super) fn builtin(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> Result<Option<Builtin>, Error> {
    let Some(settings) = settings(config) else {
        return Ok(None);
    };
    let name = settings.name.clone();
    for finding in builtin::examine(&settings.models) {
        if finding.level == FindingLevel::Fault {
            tracing::error!(vendor = name, "{}: {}", finding.what, finding.remedy);
        }
    }
    let master = &config.server.master_key.0;
    let made = Builtin::new(settings, store.clone(), Arc::clone(clock), master);
    made.map(Some).map_err(|error| Error::Vendor {
        name,
        error: error.into(),
    })
}

fn settings(config: &Config) -> Option<builtin::Settings> {
    let builtin = config.verifiers.iter().find_map(|verifier| match verifier {
        verifier::Verifier::Builtin(builtin) => Some(builtin),
        verifier::Verifier::Persona(_) => None,
    })?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Some(builtin::Settings {
        name: builtin.name.get_ref().0.clone(),
        models: builtin.models.clone(),
        pictures_at_once: builtin.pictures_at_once.unwrap_or(processors.saturating_sub(1).max(1)),
        keep_pictures: builtin.keep_pictures.0,
        remember_reuse: builtin.remember_reuse.0,
        step: std::time::Duration::from_secs(builtin.step_seconds),
        patience: builtin::PATIENCE,
    })
}

/// What a self-check finds of the built-in verifier, without a database.
pub(super) fn examine(config: &Config) -> Vec<(String, Finding)> {
    let Some(settings) = settings(config) else {
        return Vec::new();
    };
    let found = builtin::examine(&settings.models).into_iter();
    found.map(|finding| (settings.name.clone(), finding)).collect()
}

/// The verifiers elsewhere.
pub(super) fn verifiers(config: &Config, clock: &Arc<dyn Clock>) -> Result<HashMap<String, Arc<dyn Verifier>>, Error> {
    let mut made: HashMap<String, Arc<dyn Verifier>> = HashMap::new();
    for verifier in &config.verifiers {
        let verifier::Verifier::Persona(persona) = verifier else {
            continue;
        };
        let name = persona.name.get_ref().0.clone();
        let failed = |error| Error::Vendor {
            name: name.clone(),
            error,
        };
        let settings = doorward_persona::Settings {
            api: address_or(persona.api.as_ref(), doorward_persona::API).map_err(failed)?,
            hosted: address_or(persona.hosted.as_ref(), doorward_persona::HOSTED).map_err(failed)?,
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
        let persona = doorward_persona::connect(settings, Arc::clone(clock)).map_err(failed)?;
        made.insert(name, Arc::new(persona));
    }
    Ok(made)
}

pub(super) fn address_or(given: Option<&crate::config::value::Address>, usual: &str) -> Result<url::Url, VendorError> {
    match given {
        Some(address) => Ok(address.0.clone()),
        None => url::Url::parse(usual).map_err(|_| VendorError::Refused {
            why: "its usual address is not one".to_owned(),
        }),
    }
}

/// Where forms may lead besides to us: to the pages of verifiers and of those who make further checks.
pub(super) fn form_origins(config: &Config) -> Vec<String> {
    let prompts = config.connectors.iter().filter_map(Connector::asks_at);
    verifier_origins(config).into_iter().chain(prompts).collect()
}

fn verifier_origins(config: &Config) -> Vec<String> {
    config
        .verifiers
        .iter()
        .filter_map(|verifier| match verifier {
            verifier::Verifier::Persona(persona) => Some(
                persona
                    .hosted
                    .as_ref()
                    .map_or_else(|| doorward_persona::HOSTED.to_owned(), |hosted| hosted.0.to_string()),
            ),
            // Its pages are ours.
            verifier::Verifier::Builtin(_) => None,
        })
        .collect()
}
