//! The clients: who may ask, how each proves to be itself, and what it may ask for. Plain data, from the settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::jwk::JwkSet;
use crate::crypto::signing::Alg;
use crate::crypto::token::Digest;

/// Which set of rules a client keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// OpenID Connect Core with PKCE.
    Plain,
    /// FAPI 2.0 Security Profile.
    Fapi2,
    /// Okta, to whom Doorward is an identity-verification vendor.
    OktaVendor,
    /// Okta, to whom Doorward is an authenticator ("factor only").
    OktaAuthenticator,
}

impl Profile {
    /// The algorithms with which a client may sign what it sends, and with which it may prove a key.
    pub const fn algs(self) -> &'static [Alg] {
        match self {
            // FAPI 2.0 Security Profile §5.4.1: PS256, ES256 and EdDSA, nothing else.
            Self::Fapi2 => &[Alg::Ps256, Alg::Es256, Alg::EdDsa],
            Self::Plain | Self::OktaVendor | Self::OktaAuthenticator => {
                &[Alg::Ps256, Alg::Es256, Alg::EdDsa, Alg::Rs256]
            }
        }
    }
}

/// How a client proves to be itself (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Its secret in the `Authorization` header.
    SecretBasic,
    /// Its secret in the body.
    SecretPost,
    /// A statement signed with its key.
    PrivateKeyJwt,
    /// Not at all: a public client.
    None,
}

/// Where a client's public keys are found.
#[derive(Clone, Debug)]
pub enum Keys {
    /// In the settings.
    Fixed(Arc<JwkSet>),
    /// At its own address.
    Remote(Url),
}

/// One client.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four answers of the settings that have nothing to do with one another"
)]
#[derive(Clone, Debug)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// Its name in settings, log and audit.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// The source it belongs to.
    pub source: String,
    /// Its rules.
    pub profile: Profile,
    /// Its way to prove itself.
    pub auth: Auth,
    /// What is known of its secrets: made by [`secret_digest`].
    pub secrets: Vec<Digest>,
    /// Its keys.
    pub keys: Option<Keys>,
    /// Where answers may go, letter for letter.
    pub redirect_uris: Vec<String>,
    /// Where people may go after signing out.
    pub post_logout_redirect_uris: Vec<String>,
    /// What its cases may be for.
    pub purposes: Vec<String>,
    /// How its ID tokens are signed.
    pub id_token_alg: Alg,
    /// Whether each client sees another subject.
    pub pairwise: bool,
    /// Whether every token must be bound to a key.
    pub dpop: bool,
    /// Whether its requests must be signed.
    pub signed_requests: bool,
    /// How long an earlier proof in the same browser answers.
    pub session: Duration,
    /// Life of refresh tokens; zero: none.
    pub refresh: Duration,
    /// Whether it may ask about tokens.
    pub resource_server: bool,
    /// What it may do at the JSON API.
    pub api_scopes: Vec<String>,
    /// For which purposes; all if empty.
    pub api_purposes: Vec<String>,
    /// Okta: whether a confirmed claim reads `MATCHED` instead of the value that Okta sent.
    pub matched: bool,
}

impl Client {
    /// Whether it may prove itself this way.
    pub fn may_use(&self, way: Auth) -> bool {
        match self.profile {
            // Okta's guide shows the body; nobody says that the header never comes.
            Profile::OktaVendor => matches!(way, Auth::SecretBasic | Auth::SecretPost),
            Profile::Plain | Profile::Fapi2 | Profile::OktaAuthenticator => self.auth == way,
        }
    }
}

/// What is kept of a client's secret.
pub fn secret_digest(secret: &str) -> Digest {
    Digest::of("client secret", secret.as_bytes())
}

/// All clients, by id.
#[derive(Clone, Debug, Default)]
pub struct Clients(BTreeMap<String, Arc<Client>>);

impl Clients {
    /// The one with this `client_id`.
    pub fn get(&self, id: &str) -> Option<&Arc<Client>> {
        self.0.get(id)
    }

    /// Each, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.0.values()
    }
}

impl FromIterator<Client> for Clients {
    /// Of two with one id the later stays; the settings refuse that.
    fn from_iter<T: IntoIterator<Item = Client>>(clients: T) -> Self {
        let by_id = |client: Client| (client.id.clone(), Arc::new(client));
        Self(clients.into_iter().map(by_id).collect())
    }
}
