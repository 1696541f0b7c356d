//! Microsoft's clouds and the tenants in them: whom Entra's word is taken from, and where an answer may go.
//!
//! Entra.md §1.3 and §1.4. Every address follows from the settings; none is ever built from what a request says.

use std::fmt;

use url::Url;
use uuid::Uuid;

/// A cloud of Microsoft's, which is a sign-in authority of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cloud {
    /// The public one.
    #[default]
    Global,
    /// US Government.
    UsGov,
    /// China, run by 21Vianet.
    China,
    /// An authority of one's own: its origin counts, whatever path it has.
    At(Url),
}

impl Cloud {
    /// The authority's origin, without a slash at the end.
    pub fn authority(&self) -> String {
        match self {
            Self::Global => "https://login.microsoftonline.com".to_owned(),
            Self::UsGov => "https://login.microsoftonline.us".to_owned(),
            Self::China => "https://login.partner.microsoftonline.cn".to_owned(),
            Self::At(url) => url.origin().ascii_serialization(),
        }
    }

    /// Where the authority says which keys it signs with.
    pub fn discovery_url(&self) -> String {
        format!("{}/common/v2.0/.well-known/openid-configuration", self.authority())
    }

    /// The one address that answers go to: compared letter by letter.
    pub fn redirect_uri(&self) -> String {
        format!("{}/common/federation/externalauthprovider", self.authority())
    }
}

/// A tenant that has Doorward as external method.
#[derive(Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The source's name in the settings.
    pub name: String,
    /// Our name towards this tenant: `{public_url}/entra/{name}`.
    pub issuer: String,
    /// What we call Entra: the client id that was entered there.
    pub client_id: String,
    /// The application registered for us, whose authorization endpoint is ours.
    pub app_id: Uuid,
    /// The tenant's id.
    pub tenant: Uuid,
    /// Where it is.
    pub cloud: Cloud,
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("name", &self.name)
            .field("tenant", &self.tenant)
            .field("cloud", &self.cloud)
            .finish_non_exhaustive()
    }
}

impl Tenant {
    /// Who must have made a hint about one of its people, to the letter (entra.md §1.5).
    pub fn hint_issuer(&self) -> String {
        format!("{}/{}/v2.0", self.cloud.authority(), self.tenant)
    }
}
