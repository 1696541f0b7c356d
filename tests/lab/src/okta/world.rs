//! What an org is made from: its own addresses, the vendor its administrator typed in, its people.

use secrecy::SecretString;
use url::Url;

use super::user::OktaUser;

/// An org: what does not change while it lives.
#[derive(Clone, Debug)]
pub struct OrgWorld {
    /// The company as its pages show it.
    pub name: String,
    /// The org's own address, without a path.
    pub base: Url,
    /// Custom domains of the org, which people may come in on as well.
    pub domains: Vec<Url>,
    /// The custom identity-verification vendor.
    pub vendor: Vendor,
    /// The IdP authenticator, if one is set up.
    pub authenticator: Option<Authenticator>,
    /// Its people.
    pub users: Vec<OktaUser>,
}

/// A custom identity-verification vendor, as the administrator types it in.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Vendor name.
    pub name: String,
    /// Issuer.
    pub issuer: String,
    /// PAR request URL.
    pub par: Url,
    /// Authorize URL.
    pub authorize: Url,
    /// Token URL.
    pub token: Url,
    /// JWKS URL.
    pub jwks: Url,
    /// Client ID.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
    /// Scopes beyond `openid profile identity_assurance`.
    pub scopes: Vec<String>,
    /// End user license agreement URL.
    pub terms: Url,
    /// Privacy statement URL.
    pub privacy: Url,
}

impl Vendor {
    /// Doorward at `public_url`, with the paths that Okta's guide recommends.
    pub fn doorward(public_url: &Url, client_id: &str, client_secret: SecretString) -> Self {
        Self {
            name: "Doorward".to_owned(),
            issuer: issuer(public_url),
            par: at(public_url, "/oauth2/par"),
            authorize: at(public_url, "/oauth2/idv-authorize"),
            token: at(public_url, "/oauth2/token"),
            jwks: at(public_url, "/oauth2/jwks"),
            client_id: client_id.to_owned(),
            client_secret,
            scopes: Vec::new(),
            terms: at(public_url, "/terms"),
            privacy: at(public_url, "/privacy"),
        }
    }
}

/// An OpenID Connect provider with the usage "Factor only".
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// Its name.
    pub name: String,
    /// Issuer.
    pub issuer: String,
    /// Authorization endpoint.
    pub authorize: Url,
    /// Token endpoint.
    pub token: Url,
    /// JWKS endpoint.
    pub jwks: Url,
    /// Client ID.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
}

impl Authenticator {
    /// Doorward at `public_url`.
    pub fn doorward(public_url: &Url, client_id: &str, client_secret: SecretString) -> Self {
        Self {
            name: "Doorward".to_owned(),
            issuer: issuer(public_url),
            authorize: at(public_url, "/oauth2/authorize"),
            token: at(public_url, "/oauth2/token"),
            jwks: at(public_url, "/oauth2/jwks"),
            client_id: client_id.to_owned(),
            client_secret,
        }
    }
}

impl OrgWorld {
    /// Everything the org itself calls.
    pub(super) fn called(&self) -> Vec<Url> {
        let vendor = &self.vendor;
        let mut called = vec![vendor.par.clone(), vendor.token.clone(), vendor.jwks.clone()];
        if let Some(authenticator) = &self.authenticator {
            called.extend([authenticator.token.clone(), authenticator.jwks.clone()]);
        }
        called
    }

    /// The address that somebody came in on: a custom domain if the `Host` names one, else the org's own.
    pub(super) fn entrance(&self, host: Option<&str>) -> &Url {
        let named = |url: &&Url| host.is_some_and(|host| host.eq_ignore_ascii_case(url.authority()));
        self.domains.iter().find(named).unwrap_or(&self.base)
    }
}

/// `path` on the host of `base`.
pub(super) fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// An issuer is an address without a trailing slash.
fn issuer(public_url: &Url) -> String {
    public_url.as_str().trim_end_matches('/').to_owned()
}
