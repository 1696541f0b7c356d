//! Tokens for Graph: fetched by the client credentials flow, kept, and renewed in time.
//!
//! Follows "OAuth 2.0 client credentials flow"
//! (<https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>) and "Workload identity
//! federation" (August 2026). One request at a time, however many callers wait; the token in hand is served for as long
//! as it is valid. Requests leave through the house's one client.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex as Cell, PoisonError};
use std::time::Duration;

use doorward_contract::http::{Answer, Ask, Bounds, Http, Repeat};
use doorward_contract::{Clock, Timestamp, VendorError};
use oauth2::basic::BasicClient;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::assertion::Signer;
use crate::reply;
use crate::settings::{Credential, Settings};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long before its end a token is renewed: longer than any clock should be off.
const EARLY: Duration = Duration::from_mins(5);
/// What is assumed where the answer does not say how long the token lives.
const ASSUMED: Duration = Duration::from_mins(10);
/// Longer than any token in a file; keeps a wrong path from being read into memory.
const LONGEST_FILE: u64 = 64 * 1024;

/// Gives out tokens for one application in one tenant. Clones share what is kept.
#[derive(Clone)]
pub(crate) struct TokenSource(Arc<Inner>);

struct Inner {
    transport: Transport,
    token_url: String,
    client_id: Uuid,
    scope: String,
    proof: Proof,
    clock: Arc<dyn Clock>,
    kept: Cell<Option<Kept>>,
    /// Held while a token is fetched.
    fetching: Mutex<()>,
}

enum Proof {
    Secret(SecretString),
    Certificate(Box<Signer>),
    File(PathBuf),
}

#[derive(Clone)]
struct Kept {
    token: SecretString,
    ends_at: Timestamp,
}

impl TokenSource {
    /// A source for the application of `settings`. Reads the certificate, reaches nobody.
    pub(crate) fn new(settings: &Settings, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Self, VendorError> {
        let authority = &settings.cloud.authority;
        let proof = match &settings.credential {
            Credential::Secret(secret) => Proof::Secret(secret.clone()),
            Credential::Certificate {
                certificate_pem,
                key_pem,
            } => Proof::Certificate(Box::new(Signer::new(certificate_pem, key_pem)?)),
            Credential::FederatedToken { file } => Proof::File(file.clone()),
        };
        Ok(Self(Arc::new(Inner {
            transport: Transport(Http::new("graph", std::slice::from_ref(authority), bounds)?),
            token_url: format!(
                "{}/{}/oauth2/v2.0/token",
                authority.as_str().trim_end_matches('/'),
                settings.tenant
            ),
            client_id: settings.client_id,
            scope: settings.cloud.scope.clone(),
            proof,
            clock,
            kept: Cell::new(None),
            fetching: Mutex::new(()),
        })))
    }

    /// A valid token: the one in hand, or a fresh one.
    pub(crate) async fn token(&self) -> Result<SecretString, VendorError> {
        if let Some(token) = self.in_hand(EARLY) {
            return Ok(token);
        }
        // Nearly over but still good: whoever comes while it is being renewed does not have to wait.
        let _held = match (self.0.fetching.try_lock(), self.in_hand(Duration::ZERO)) {
            (Ok(held), _) => held,
            (Err(_), Some(token)) => return Ok(token),
            (Err(_), None) => self.0.fetching.lock().await,
        };
        if let Some(token) = self.in_hand(EARLY) {
            return Ok(token);
        }
        match self.fetch().await {
            Ok(kept) => {
                let token = kept.token.clone();
                *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
                Ok(token)
            }
            Err(error) => match self.in_hand(Duration::ZERO) {
                Some(token) if error.is_passing() => {
                    tracing::warn!(%error, "the token for Graph could not be renewed yet; the old one is still valid");
                    Ok(token)
                }
                _ => Err(error),
            },
        }
    }

    /// Drops this token, which Graph did not take. Another that came meanwhile stays.
    pub(crate) fn discard(&self, token: &SecretString) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept
            .as_ref()
            .is_some_and(|kept| kept.token.expose_secret() == token.expose_secret())
        {
            *kept = None;
        }
    }

    /// The token kept, if it is valid for longer than `margin`.
    fn in_hand(&self, margin: Duration) -> Option<SecretString> {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.now();
        kept.as_ref()
            .filter(|kept| now.plus(margin) < kept.ends_at)
            .map(|kept| kept.token.clone())
    }

    async fn fetch(&self) -> Result<Kept, VendorError> {
        let inner = &self.0;
        let token_url = TokenUrl::new(inner.token_url.clone()).map_err(|_| VendorError::Refused {
            why: "the address of the token endpoint is not an address".into(),
        })?;
        let mut client = BasicClient::new(ClientId::new(inner.client_id.to_string()))
            .set_token_uri(token_url)
            .set_auth_type(AuthType::RequestBody);
        let asked_at = inner.clock.now();
        let assertion = match &inner.proof {
            Proof::Secret(secret) => {
                client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
                None
            }
            Proof::Certificate(signer) => Some(signer.assertion(&inner.token_url, inner.client_id, asked_at)?),
            Proof::File(file) => Some(federated(file).await?),
        };
        let mut request = client
            .exchange_client_credentials()
            .add_scope(Scope::new(inner.scope.clone()));
        if let Some(assertion) = &assertion {
            request = request
                .add_extra_param("client_assertion_type", ASSERTION_TYPE)
                .add_extra_param("client_assertion", assertion.expose_secret());
        }
        let given = request.request_async(&inner.transport).await.map_err(sorted)?;
        Ok(Kept {
            token: given.access_token().secret().clone().into(),
            ends_at: asked_at.plus(given.expires_in().unwrap_or(ASSUMED)),
        })
    }
}

/// The token another issuer left in a file.
async fn federated(file: &Path) -> Result<SecretString, VendorError> {
    let refused = |why: &str| VendorError::Refused { why: why.to_owned() };
    let size = tokio::fs::metadata(file)
        .await
        .map_err(|error| {
            refused(&format!(
                "the file with the federated token cannot be read: {}",
                error.kind()
            ))
        })?
        .len();
    if size > LONGEST_FILE {
        return Err(refused("the file with the federated token is too long to be one"));
    }
    let text = tokio::fs::read_to_string(file).await.map_err(|error| {
        refused(&format!(
            "the file with the federated token cannot be read: {}",
            error.kind()
        ))
    })?;
    match text.trim() {
        "" => Err(refused("the file with the federated token is empty")),
        token => Ok(token.to_owned().into()),
    }
}

/// The house's client in the form the oauth2 crate asks for.
struct Transport(Http);

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = VendorError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, VendorError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = url::Url::parse(&parts.uri.to_string()).map_err(|_| VendorError::Refused {
                why: "the address of the token endpoint is not an address".into(),
            })?;
            // An assertion is taken once; a repeat is made by whoever asks again, with a fresh one.
            let ask = Ask {
                method: parts.method,
                url,
                headers: parts.headers,
                body: Some(body),
                repeat: Repeat::Never,
            };
            let Answer { status, headers, body } = reply::token_given(self.0.send(ask).await?)?;
            let mut response = HttpResponse::new(body);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

fn sorted<T: oauth2::ErrorResponse + 'static>(error: RequestTokenError<VendorError, T>) -> VendorError {
    match error {
        RequestTokenError::Request(error) => error,
        // What these carry may be the answer's text: it is not told.
        _ => VendorError::Unexpected {
            why: "the token endpoint's answer is not a token".into(),
        },
    }
}
