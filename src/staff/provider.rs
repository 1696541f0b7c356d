//! A provider that vouches for operators, as the settings have it.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::discovery::Discovery;
use super::role::Rule;
use crate::crypto::signing::Alg;
use crate::provider::signer::Signer;
use doorward_contract::Connector;

/// How we prove ourselves to a provider.
pub enum Credential {
    /// By a secret (`client_secret_basic`).
    Secret(SecretString),
    /// By statements that we sign (`private_key_jwt`, OpenID Connect Core §9).
    Key(Box<Signer>),
}

/// How operators prove themselves anew.
#[derive(Clone)]
pub enum StepUp {
    /// By one of these authentication contexts, afresh.
    Acr(Vec<String>),
    /// By signing in afresh.
    MaxAge,
    /// On the page of a connector's vendor.
    Prompt(Arc<dyn Connector>),
}

/// A provider that vouches for operators.
pub struct Provider {
    /// Its name in log and audit, and in its addresses.
    pub name: String,
    /// What operators read it as.
    pub title: String,
    /// Its name in its own words, letter by letter.
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// How we prove ourselves.
    pub credential: Credential,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// What ID tokens may be signed with.
    pub algs: Vec<Alg>,
    /// Which claim gives which role.
    pub rules: Vec<Rule>,
    /// How operators prove themselves anew.
    pub step_up: StepUp,
    /// Who knows the groups that a token does not name.
    pub groups: Option<Arc<dyn Connector>>,
    /// Whether claims are read from the userinfo endpoint too.
    pub userinfo: bool,
    /// What it publishes about itself.
    pub discovery: Discovery,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// Where its people come back to us.
    pub(super) fn back(&self, origin: &str) -> String {
        format!("{origin}/desk/return/{}", self.name)
    }
}
