//! Doorward as external MFA provider of Microsoft Entra ID: each tenant's source is an issuer of its own.
//!
//! Microsoft Entra external MFA method provider reference, 2026
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider>);
//! the order and the strictness are entra.md §1's. Nothing here knows a case: the source does.

mod answer;
mod authority;
mod claims;
mod cloud;
mod hint;
mod metadata;
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::{Clock, VendorError};

pub use answer::{Fields, Unanswered};
pub use authority::Authority;
pub use claims::Method;
pub use cloud::{Cloud, Tenant};
pub use hint::{Fault, Hint};
pub use metadata::document;
pub use request::{Asked, Refused, support_id};

use super::jwk::JwkSet;
use super::keyring::{self, Keyring};
use crate::store::Store;

/// When Entra has given up on somebody it sent (entra.md §1.9).
pub const ENTRA_WAITS: Duration = Duration::from_secs(5 * 60);
/// How long a person may take: a minute is left for the way back, so that an error is told before Entra gives up rather
/// than a token after it.
pub const BUDGET: Duration = Duration::from_secs(4 * 60);

/// The external methods that the settings name. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Entra(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tenants: BTreeMap<String, Tenant>,
    authorities: BTreeMap<Cloud, Authority>,
    store: Store,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
}

impl Entra {
    /// For these tenants and no others. Nothing is fetched before it is needed.
    pub fn new(
        tenants: Vec<Tenant>,
        store: Store,
        clock: Arc<dyn Clock>,
        keyring: Keyring,
    ) -> Result<Self, VendorError> {
        let mut authorities = BTreeMap::new();
        for tenant in &tenants {
            if !authorities.contains_key(&tenant.cloud) {
                let authority = Authority::new(&tenant.cloud, clock.clone())?;
                authorities.insert(tenant.cloud.clone(), authority);
            }
        }
        let tenants = tenants
            .into_iter()
            .map(|tenant| (tenant.name.clone(), tenant))
            .collect();
        Ok(Self(Arc::new(Inner {
            tenants,
            authorities,
            store,
            clock,
            keyring,
        })))
    }

    /// The tenant of that source.
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.0.tenants.get(name)
    }

    /// The keys under which Entra checks our answers.
    pub async fn jwks(&self) -> Result<JwkSet, keyring::Error> {
        self.0.keyring.entra_jwks().await
    }
}
