//! Signing in among the staff, made of its settings.

use std::collections::HashMap;
use std::sync::Arc;

use super::Error;
use crate::case::role::Role;
use crate::config::Config;
use crate::config::staff::{self, GroupsFrom, RoleWord, StaffAlg, StaffProvider};
use crate::crypto::signing::Alg;
use crate::flow::Flow;
use crate::provider::jwk::Jwk;
use crate::provider::signer::Signer;
use crate::staff::{Credential, Discovery, Parts, Provider, Rule, Staff, StepUp};
use doorward_contract::{Clock, Connector, VendorError};

/// Signing in, beside that flow.
pub fn staff(config: &Config, flow: &Flow) -> Result<Staff, Error> {
    let master = &config.server.master_key.0;
    let origin = config.server.public_url.get_ref().0.origin().ascii_serialization();
    let settings = &config.staff;
    let mut providers = Vec::new();
    for table in &settings.providers {
        let made = provider(config, table, &origin, &flow.connectors, &flow.clock);
        providers.push(made.map_err(|error| Error::Vendor {
            name: table.name.get_ref().0.clone(),
            error,
        })?);
    }
    Ok(Staff::new(Parts {
        store: flow.store.clone(),
        clock: Arc::clone(&flow.clock),
        origin,
        sealing: master.derive("staff visits")?,
        digests: master.derive("staff digests")?,
        idle: settings.session_idle.0,
        lifetime: settings.session_lifetime.0,
        step_up: settings.step_up.0,
        break_glass: settings.break_glass,
        providers,
    }))
}

fn provider(
    config: &Config,
    table: &StaffProvider,
    origin: &str,
    connectors: &HashMap<String, Arc<dyn Connector>>,
    clock: &Arc<dyn Clock>,
) -> Result<Provider, VendorError> {
    let name = table.name.get_ref().0.clone();
    let step_up = match table.step_up.get_ref() {
        staff::StepUp::AcrValues(values) => StepUp::Acr(values.iter().map(|value| value.0.clone()).collect()),
        staff::StepUp::MaxAge(_) => StepUp::MaxAge,
        staff::StepUp::UniversalPrompt(connector) => StepUp::Prompt(prompt(
            config,
            &connector.0,
            &format!("{origin}/desk/return/{name}"),
            clock,
        )?),
    };
    let groups = match table.groups_from.get_ref() {
        GroupsFrom::Claim => None,
        GroupsFrom::Connector(connector) => connectors.get(connector).cloned(),
    };
    Ok(Provider {
        title: table.title.0.clone(),
        issuer: table.issuer.0.clone(),
        client_id: table.client_id.0.clone(),
        credential: credential(table)?,
        scopes: table.scopes.iter().map(|scope| scope.0.clone()).collect(),
        algs: table.algs.iter().copied().map(alg).collect(),
        rules: table.roles.iter().map(rule).collect(),
        step_up,
        groups,
        userinfo: table.userinfo,
        discovery: Discovery::new(&table.issuer.0, Arc::clone(clock))?,
        name,
    })
}

/// A connector whose vendor's page leads back to the desk, and not to a person's case.
fn prompt(config: &Config, name: &str, back: &str, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Connector>, VendorError> {
    let found = config.connectors.iter().find(|known| known.name().get_ref().0 == name);
    let (Some(table), Ok(back)) = (found, back.parse()) else {
        return Err(VendorError::Unfit {
            why: "no connector of that name asks people".to_owned(),
        });
    };
    super::connector::connect(config, table, back, clock)
}

fn credential(table: &StaffProvider) -> Result<Credential, VendorError> {
    let unfit = |why: &str| VendorError::Unfit { why: why.to_owned() };
    if let Some(secret) = &table.client_secret {
        return Ok(Credential::Secret(secret.0.clone()));
    }
    let key = table
        .key
        .as_ref()
        .ok_or_else(|| unfit("there is nothing to prove ourselves with"))?;
    let public = key.0.public().map_err(|_| unfit("the key has no public half"))?;
    let mut public = Jwk::of(key.0.alg(), &public, None);
    if let Some(kid) = &table.key_id {
        public = public.called(&kid.0);
    }
    Ok(Credential::Key(Box::new(Signer::new(Arc::clone(&key.0), public))))
}

fn alg(word: StaffAlg) -> Alg {
    match word {
        StaffAlg::RS256 => Alg::Rs256,
        StaffAlg::PS256 => Alg::Ps256,
        StaffAlg::ES256 => Alg::Es256,
    }
}

fn rule(rule: &staff::RoleRule) -> Rule {
    Rule {
        claim: rule.claim.0.clone(),
        value: rule.value.0.clone(),
        role: match rule.role {
            RoleWord::Agent => Role::Agent,
            RoleWord::Reviewer => Role::Reviewer,
            RoleWord::Approver => Role::Approver,
            RoleWord::Auditor => Role::Auditor,
            RoleWord::Admin => Role::Admin,
        },
    }
}
