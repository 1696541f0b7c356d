//! Proves who somebody is through Persona's hosted flow.
//!
//! Follows the vendor's pages on inquiries, verifications, webhooks and redaction, API version 2025-12-08
//! (<https://docs.withpersona.com>, read in autumn 2026; the list of pages is in this crate's README). An inquiry is
//! created server to server, the browser gets its id and a session token only, and nothing counts but what the API
//! says when it is read again. Comparing the person with the directory is left to the gateway.

mod check;
mod client;
mod erase;
#[cfg(feature = "fake")]
pub mod fake;
mod inquiry;
mod judge;
mod verification;
mod visit;
mod webhook;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use doorward_contract::http::Bounds;
use doorward_contract::{
    Clock, Erased, Expectation, Finding, Proof, ProofRequest, Reference, Started, Timestamp, VendorError, Verifier,
    Woken,
};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::client::Client;

/// Where Persona's API lives unless an operator says otherwise.
pub const API: &str = "https://api.withpersona.com/api/v1";
/// Where Persona's hosted flow lives unless the organisation has a subdomain of its own.
pub const HOSTED: &str = "https://inquiry.withpersona.com";

/// Which status of an inquiry is the decision; depends on how the template is set up at Persona.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// A workflow runs after the flow and approves, declines or asks for review.
    Workflow,
    /// The flow itself: `completed` is the end.
    Flow,
}

/// Everything Persona has to be told about, as an operator sets it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address of the API ([`API`]).
    pub api: Url,
    /// Base address of the hosted flow ([`HOSTED`]).
    pub hosted: Url,
    /// The API key (`persona_production_…` or `persona_sandbox_…`).
    pub key: SecretString,
    /// The inquiry template (`itmpl_…`).
    pub template: String,
    /// The one version of the template that counts (`itmplv_…`); any published version if absent.
    pub template_version: Option<String>,
    /// The inquiry template with a selfie and no document (`itmpl_…`), for rechecks; without it there are none.
    pub recheck_template: Option<String>,
    /// The one version of that template that counts.
    pub recheck_template_version: Option<String>,
    /// The environment (`env_…`) that every answer must come from.
    pub environment: String,
    /// Which status decides.
    pub decided_by: DecidedBy,
    /// Secrets of the webhook, more than one while they are rotated. Without any, no webhook is authentic.
    pub webhook_secrets: Vec<SecretString>,
    /// Whether this is Persona's sandbox, where nothing is really verified. Must agree with the key.
    pub sandbox: bool,
}

/// Persona as a [`Verifier`].
pub struct Persona {
    settings: Settings,
    client: Client,
    clock: Arc<dyn Clock>,
    /// Set once a passed document came without a name: the API key hides attributes.
    names_hidden: AtomicBool,
}

impl fmt::Debug for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persona")
            .field("environment", &self.settings.environment)
            .field("template", &self.settings.template)
            .finish_non_exhaustive()
    }
}

/// Persona as set, with the usual bounds on every request. Reaches nobody yet; refuses settings that cannot be right.
pub fn connect(settings: Settings, clock: Arc<dyn Clock>) -> Result<Persona, VendorError> {
    connect_within(settings, clock, Bounds::default())
}

/// Persona as set, with these bounds on every request.
pub fn connect_within(settings: Settings, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Persona, VendorError> {
    agree(&settings)?;
    let client = Client::new(&settings, bounds)?;
    Ok(Persona {
        settings,
        client,
        clock,
        names_hidden: AtomicBool::new(false),
    })
}

/// The checks that settings must pass, in this order.
fn agree(settings: &Settings) -> Result<(), VendorError> {
    let refused = |why: &str| Err(VendorError::Refused { why: why.to_owned() });
    if !safe(&settings.api) || !safe(&settings.hosted) {
        return refused("the addresses of Persona must be https");
    }
    let key = settings.key.expose_secret();
    // Keys name their environment: a sandbox key in production would pass everybody, since sandbox verifies nothing.
    match (key_kind(key), settings.sandbox) {
        (Some(KeyKind::Sandbox), false) => {
            return refused("the API key is a sandbox key: sandbox verifies nobody, so it must be asked for by name");
        }
        (Some(KeyKind::Production), true) => {
            return refused("the API key is a production key, but the connection is set to sandbox");
        }
        (None, _) => return refused("the API key is neither `persona_production_…` nor `persona_sandbox_…`"),
        _ => {}
    }
    let templates = [Some(&settings.template), settings.recheck_template.as_ref()];
    if templates.into_iter().flatten().any(|id| !is_id(id, "itmpl_")) {
        return refused("a template must be an inquiry template id, `itmpl_…`");
    }
    // A full check would pass for a recheck, and a recheck for a full check.
    if settings.recheck_template.as_ref() == Some(&settings.template) {
        return refused("the recheck template must be another than the template");
    }
    let versions = [&settings.template_version, &settings.recheck_template_version];
    if versions.into_iter().flatten().any(|id| !is_id(id, "itmplv_")) {
        return refused("a template version must be `itmplv_…`");
    }
    if settings.recheck_template_version.is_some() && settings.recheck_template.is_none() {
        return refused("there is a version of the recheck template, and no recheck template");
    }
    if !is_id(&settings.environment, "env_") {
        return refused("the environment must be an environment id, `env_…`");
    }
    // An empty key makes a signature that anybody can compute.
    if settings
        .webhook_secrets
        .iter()
        .any(|secret| secret.expose_secret().trim().is_empty())
    {
        return refused("a webhook secret is empty");
    }
    Ok(())
}

enum KeyKind {
    Sandbox,
    Production,
}

fn key_kind(key: &str) -> Option<KeyKind> {
    let rest_is_there = |rest: &str| !rest.is_empty();
    if key.strip_prefix("persona_sandbox_").is_some_and(rest_is_there) {
        Some(KeyKind::Sandbox)
    } else if key.strip_prefix("persona_production_").is_some_and(rest_is_there) {
        Some(KeyKind::Production)
    } else {
        None
    }
}

/// TLS, or a machine talking to itself (the lab).
fn safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Ipv4(at)) => at.is_loopback(),
        Some(url::Host::Ipv6(at)) => at.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

/// Whether `text` is an id with this prefix. Ids are opaque, but they go into paths: letters and digits only.
pub(crate) fn is_id(text: &str, prefix: &str) -> bool {
    // Lengths may change without notice; this bound only keeps nonsense out of addresses.
    const LONGEST: usize = 80;
    text.len() <= LONGEST
        && text.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
}

#[async_trait]
impl Verifier for Persona {
    fn vendor(&self) -> &'static str {
        "persona"
    }

    fn title(&self) -> &'static str {
        "Persona"
    }

    fn can_recheck(&self) -> bool {
        self.settings.recheck_template.is_some()
    }

    async fn check(&self) -> Result<Vec<Finding>, VendorError> {
        self.examine().await
    }

    async fn start(&self, request: &ProofRequest) -> Result<Started, VendorError> {
        self.create(request).await
    }

    async fn resume(&self, reference: &Reference, request: &ProofRequest) -> Result<Started, VendorError> {
        self.reopen(reference, request).await
    }

    fn wake(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Woken, VendorError> {
        webhook::authentic(headers, body, &self.settings.webhook_secrets, now)?;
        webhook::woken(body)
    }

    async fn read(&self, reference: &Reference, expect: &Expectation) -> Result<Proof, VendorError> {
        self.judge(reference, expect).await
    }

    async fn erase(&self, reference: &Reference) -> Result<Erased, VendorError> {
        self.redact(reference).await
    }
}
