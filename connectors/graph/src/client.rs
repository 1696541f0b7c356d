//! Requests to Graph. The only file that names the SDK.
//!
//! Follows "Use the Microsoft Graph API", "Paging" and "Best practices"
//! (<https://learn.microsoft.com/en-us/graph/use-the-api>, August 2026). The SDK makes addresses, queries and bodies;
//! tokens, bounds, repeats and the sorting of answers are ours. What an answer means is left to the callers.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::http::{Answer, Ask, Bounds, Http, Repeat, use_one_tls_provider};
use doorward_contract::{Sent, VendorError};
use graph_core::identity::ForceTokenRefresh;
use graph_rs_sdk::GraphFailure;
use graph_rs_sdk::error::{AuthExecutionError, AuthExecutionResult};
use graph_rs_sdk::http::BodyRead;
use graph_rs_sdk::identity::ClientApplication;
use graph_rs_sdk::{GraphClient, GraphClientConfiguration};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::reply::{request_id, sorted};
use crate::settings::Cloud;
use crate::token::TokenSource;
use crate::wire::Page;

/// How often a read is repeated after a passing fault while somebody waits.
const REPEATS: u32 = 2;
/// The first pause between repeats; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The most pages of one collection: a thousand groups at a hundred a page are ten.
const PAGES: usize = 40;

/// What every call returns. Boxed, so that the SDK's code is compiled in this crate only.
pub(crate) type Called<'a, T> = Pin<Box<dyn Future<Output = Result<T, VendorError>> + Send + 'a>>;

/// One call of Graph. Ids are ids: the SDK would make another path of anything else.
pub(crate) enum Call {
    /// Users that fit a filter.
    Users,
    /// One user.
    User(Uuid),
    /// A new password that must be changed at the next sign-in.
    SetPassword(Uuid, SecretString),
    /// Ends the sessions.
    RevokeSessions(Uuid),
    /// The sign-in methods.
    Methods(Uuid),
    /// The temporary access passes, without their text.
    Passes(Uuid),
    /// A new temporary access pass.
    IssuePass(Uuid, Value),
    /// A read that the SDK has no word for.
    Read(Vec<String>),
    /// The next page, as the vendor wrote it.
    Next {
        /// Its address, checked to be the vendor's.
        url: Url,
        /// Whether the first page was asked for as an advanced query.
        advanced: bool,
    },
    /// A question that is too long for an address: a POST that changes nothing.
    Ask(Vec<String>, Value),
    /// Removes one thing.
    Delete(Vec<String>),
}

impl Call {
    /// A read of this path below the version.
    pub(crate) fn read(path: &[&str]) -> Self {
        Self::Read(path.iter().map(|&part| part.to_owned()).collect())
    }

    /// Removal of this path below the version.
    pub(crate) fn delete(path: &[&str]) -> Self {
        Self::Delete(path.iter().map(|&part| part.to_owned()).collect())
    }

    fn method(&self) -> Method {
        match self {
            Self::SetPassword(..) => Method::PATCH,
            Self::RevokeSessions(_) | Self::IssuePass(..) | Self::Ask(..) => Method::POST,
            Self::Delete(_) => Method::DELETE,
            _ => Method::GET,
        }
    }

    /// Whether it changes nothing, so that a repeat is harmless. A deletion may be repeated as well, but whoever deletes
    /// has to read afterwards anyway.
    fn is_read(&self) -> bool {
        matches!(self, Self::Ask(..)) || self.method() == Method::GET
    }
}

/// Speaks to Graph as one application in one tenant.
pub(crate) struct Client {
    sdk: GraphClient,
    tokens: TokenSource,
    base: Url,
    http: Http,
}

impl Client {
    /// A client for the Graph of this cloud. Its address was checked with the settings.
    pub(crate) fn new(cloud: &Cloud, tokens: TokenSource, bounds: Bounds) -> Result<Self, VendorError> {
        use_one_tls_provider();
        let mut sdk = GraphClient::from(
            GraphClientConfiguration::new()
                .client_application(Bearer(tokens.clone()))
                .https_only(!cloud.is_plain())
                .referer(false)
                .user_agent(HeaderValue::from_static(concat!(
                    "doorward/",
                    env!("CARGO_PKG_VERSION")
                )))
                .timeout(bounds.total)
                .connect_timeout(bounds.connect),
        );
        // The only way to a host that is not one of six; every address goes this way, so that all clouds are alike.
        sdk.use_test_endpoint(&cloud.graph);
        Ok(Self {
            sdk,
            tokens,
            base: cloud.graph.clone(),
            http: Http::new("graph", std::slice::from_ref(&cloud.graph), bounds)?,
        })
    }

    /// Calls, and returns a successful answer. Reads are repeated after a passing fault, writes never.
    pub(crate) fn call<'a>(&'a self, call: Call, query: &'a [(&'a str, &'a str)]) -> Called<'a, Answer> {
        Box::pin(async move { sorted(self.answered(&call, query).await?) })
    }

    /// Calls, and returns the answer whatever its status.
    pub(crate) fn raw<'a>(&'a self, call: Call, query: &'a [(&'a str, &'a str)]) -> Called<'a, Answer> {
        Box::pin(async move { self.answered(&call, query).await })
    }

    /// Reads a collection to its end.
    pub(crate) fn all<'a, T>(&'a self, call: Call, query: &'a [(&'a str, &'a str)]) -> Called<'a, Vec<T>>
    where
        T: DeserializeOwned + Send + 'a,
    {
        Box::pin(async move {
            let advanced = is_advanced(query);
            let first: Page<T> = self.call(call, query).await?.json()?;
            self.rest(first, advanced).await
        })
    }

    /// Reads on from a first page. The pages of an advanced query are advanced themselves.
    pub(crate) fn rest<'a, T>(&'a self, first: Page<T>, advanced: bool) -> Called<'a, Vec<T>>
    where
        T: DeserializeOwned + Send + 'a,
    {
        Box::pin(async move {
            let Page { value: mut all, next } = first;
            let mut next = next;
            for _ in 0..PAGES {
                let Some(link) = next else {
                    return Ok(all);
                };
                let call = Call::Next {
                    url: self.ours(&link)?,
                    advanced,
                };
                let mut page: Page<T> = self.call(call, &[]).await?.json()?;
                all.append(&mut page.value);
                next = page.next;
            }
            Err(VendorError::Unexpected {
                why: format!("a collection has more than {PAGES} pages"),
            })
        })
    }

    /// The token as it will be sent.
    pub(crate) async fn token(&self) -> Result<SecretString, VendorError> {
        self.tokens.token().await.map_err(|error| match error {
            // Without a token nothing was asked of Graph, whatever became of the request for the token.
            VendorError::Unreachable { why, .. } => VendorError::Unreachable {
                sent: Sent::No,
                why: format!("no token: {why}"),
            },
            error => error,
        })
    }

    /// The address of a next page, if it is Graph's: the token goes there.
    fn ours(&self, next: &str) -> Result<Url, VendorError> {
        Url::parse(next)
            .ok()
            .filter(|url| {
                let below = url.path().strip_prefix(self.base.path());
                url.origin() == self.base.origin() && below.is_some_and(|rest| rest.starts_with('/'))
            })
            .ok_or_else(|| VendorError::Unexpected {
                why: "a next page is not on the configured host".into(),
            })
    }

    async fn answered(&self, call: &Call, query: &[(&str, &str)]) -> Result<Answer, VendorError> {
        let mut pause = FIRST_PAUSE;
        for _ in 0..REPEATS {
            let outcome = self.twice(call, query).await;
            let again = call.is_read()
                && match &outcome {
                    Ok(answer) => matches!(answer.status.as_u16(), 502..=504) && answer.retry_after().is_none(),
                    Err(VendorError::Unreachable { .. }) => true,
                    Err(_) => false,
                };
            if !again {
                return outcome;
            }
            let jitter = Duration::from_millis(rand::rng().random_range(0..100));
            tokio::time::sleep(pause + jitter).await;
            pause *= 2;
        }
        self.twice(call, query).await
    }

    /// Once, and once more with a fresh token where the one in hand was not taken. A 401 was not carried out.
    async fn twice(&self, call: &Call, query: &[(&str, &str)]) -> Result<Answer, VendorError> {
        let token = self.token().await?;
        let answer = self.once(call, query).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.tokens.discard(&token);
        self.token().await?;
        self.once(call, query).await
    }

    async fn once(&self, call: &Call, query: &[(&str, &str)]) -> Result<Answer, VendorError> {
        let sdk = &self.sdk;
        let body = |value: &Value| Some(BodyRead::new(value.to_string()));
        let request = match call {
            Call::Users => sdk.users().list_user(),
            Call::User(id) => sdk.user(id.to_string()).get_user(),
            Call::SetPassword(id, password) => sdk.user(id.to_string()).update_user(&json!({
                "passwordProfile": {
                    "password": password.expose_secret(),
                    "forceChangePasswordNextSignIn": true,
                    "forceChangePasswordNextSignInWithMfa": false,
                }
            })),
            Call::RevokeSessions(id) => sdk.user(id.to_string()).revoke_sign_in_sessions(),
            Call::Methods(id) => sdk.user(id.to_string()).authentication().list_methods(),
            Call::Passes(id) => sdk
                .user(id.to_string())
                .authentication()
                .list_temporary_access_pass_methods(),
            Call::IssuePass(id, wish) => sdk
                .user(id.to_string())
                .authentication()
                .create_temporary_access_pass_methods(wish),
            Call::Read(path) | Call::Delete(path) => sdk.custom(call.method(), None).extend_path(path),
            Call::Ask(path, question) => sdk.custom(Method::POST, body(question)).extend_path(path),
            Call::Next { url, .. } => {
                let mut request = sdk.custom(Method::GET, None);
                url.clone_into(request.as_mut());
                request
            }
        };
        let ours = Uuid::new_v4();
        let request = request.query(query).headers(headers(call, query, ours));
        let begun = tokio::time::Instant::now();
        let built = request.build().await.map_err(|failure| broken(&failure))?;
        let built = built.build().map_err(|error| broken(&error.into()))?;
        // Made by the SDK, sent by ours: its own sender follows redirects, and would carry a password along.
        let answer = self
            .http
            .send(Ask {
                method: built.method().clone(),
                url: built.url().clone(),
                headers: built.headers().clone(),
                body: built.body().and_then(|body| body.as_bytes()).map(<[u8]>::to_vec),
                repeat: Repeat::Never,
            })
            .await?;
        self.note(call, ours, &answer, begun.elapsed());
        Ok(answer)
    }

    /// Host, method, status and ids; never a path, a query, a header or a body.
    fn note(&self, call: &Call, ours: Uuid, answer: &Answer, took: Duration) {
        tracing::debug!(
            vendor = "graph",
            host = self.base.host_str().unwrap_or_default(),
            method = %call.method(),
            status = answer.status.as_u16(),
            client_request_id = %ours,
            request_id = request_id(answer).unwrap_or_default(),
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "a request to Graph was answered"
        );
    }
}

/// The headers of one attempt; the id is the one that the vendor's support can find it by.
fn headers(call: &Call, query: &[(&str, &str)], ours: Uuid) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert("return-client-request-id", HeaderValue::from_static("true"));
    if let Ok(ours) = HeaderValue::from_str(&ours.to_string()) {
        headers.insert("client-request-id", ours);
    }
    if matches!(call, Call::RevokeSessions(_)) {
        // The SDK leaves the length out where there is no body, and the vendor refuses that.
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    if is_advanced(query) || matches!(call, Call::Next { advanced: true, .. }) {
        headers.insert("consistencylevel", HeaderValue::from_static("eventual"));
    }
    headers
}

/// Whether a query is one of those that the vendor calls advanced: they count, and carry a header.
fn is_advanced(query: &[(&str, &str)]) -> bool {
    query.contains(&("$count", "true"))
}

/// Sorts what the SDK and its client say. Their texts hold addresses: none is kept.
fn broken(failure: &GraphFailure) -> VendorError {
    let (sent, why) = match failure {
        GraphFailure::ReqwestError(error) if error.is_connect() => (Sent::No, "no connection"),
        GraphFailure::ReqwestError(error) if error.is_builder() => (Sent::No, "the request cannot be made"),
        GraphFailure::ReqwestError(error) if error.is_timeout() => (Sent::Perhaps, "no answer in time"),
        GraphFailure::ReqwestError(_) => (Sent::Perhaps, "the exchange broke off"),
        // Everything else happens before anything is sent.
        _ => (Sent::No, "the request was given up before it was sent"),
    };
    VendorError::Unreachable { sent, why: why.into() }
}

/// Our tokens in the form the SDK asks for.
#[derive(Clone)]
struct Bearer(TokenSource);

#[async_trait]
impl ClientApplication for Bearer {
    fn get_token_silent(&mut self) -> AuthExecutionResult<String> {
        Err(AuthExecutionError::Other(
            "tokens are fetched asynchronously only".into(),
        ))
    }

    async fn get_token_silent_async(&mut self) -> AuthExecutionResult<String> {
        self.0
            .token()
            .await
            .map(|token| token.expose_secret().to_owned())
            .map_err(|error| AuthExecutionError::Other(error.into()))
    }

    fn with_force_token_refresh(&mut self, _: ForceTokenRefresh) {}
}
