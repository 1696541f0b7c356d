//! Requests to the Management API: signed, paced, repeated where that is harmless, and sorted.
//!
//! Follows "Core Okta API" (<https://developer.okta.com/docs/reference/core-okta-api/>), the DPoP guide and the retry rules
//! of the vendor's own clients (August 2026). Each attempt carries a proof of its own, so that the house's client never
//! repeats one by itself. What an answer means is left to the callers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use doorward_contract::http::{Answer, Ask, Bounds, Http, Repeat};
use doorward_contract::{Clock, VendorError};
use http::{HeaderMap, HeaderName, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

use crate::pace::{self, Pace};
use crate::reply::{STALE, code, request_id, sorted, wants_nonce};
use crate::settings::{Credential, Settings};
use crate::token::{DPOP, Grant, TokenSource, nonce_of};

/// How often a read is repeated after a passing fault while somebody waits.
const REPEATS: u32 = 2;
/// The first pause between repeats; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest that a read waits for a bucket to fill while somebody waits for the read.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Requests under way at once: far below what an org allows, and others have a share in it.
const AT_ONCE: usize = 5;
/// The most pages of one collection: a thousand groups at two hundred a page are five.
const PAGES: usize = 40;
const RETRY_FOR: HeaderName = HeaderName::from_static("x-okta-retry-for");
const RETRY_COUNT: HeaderName = HeaderName::from_static("x-okta-retry-count");

/// One call. Ids stand where the pattern has `{}`; the pattern also names the vendor's bucket.
pub(crate) struct Call {
    method: Method,
    pattern: &'static str,
    ids: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Call {
    fn new(method: Method, pattern: &'static str, ids: &[&str]) -> Self {
        Self {
            method,
            pattern,
            ids: ids.iter().map(|&id| id.to_owned()).collect(),
            query: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn get(pattern: &'static str, ids: &[&str]) -> Self {
        Self::new(Method::GET, pattern, ids)
    }

    pub(crate) fn post(pattern: &'static str, ids: &[&str]) -> Self {
        Self::new(Method::POST, pattern, ids)
    }

    pub(crate) fn delete(pattern: &'static str, ids: &[&str]) -> Self {
        Self::new(Method::DELETE, pattern, ids)
    }

    #[must_use]
    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    #[must_use]
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// The whole address below `org`.
    fn url(&self, org: &Url) -> Url {
        let mut url = org.clone();
        let mut ids = self.ids.iter();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear();
            for part in self.pattern.split('/') {
                path.push(if part == "{}" {
                    ids.next().map_or("", String::as_str)
                } else {
                    part
                });
            }
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }
}

/// How requests are signed.
pub(crate) enum Access {
    App(Box<TokenSource>),
    Token(SecretString),
}

/// Speaks to one org.
pub(crate) struct Client {
    org: Url,
    http: Http,
    pub(crate) access: Access,
    clock: Arc<dyn Clock>,
    pace: Pace,
    gate: Semaphore,
    nonce: Mutex<Option<String>>,
}

/// What has been tried of one call.
#[derive(Default)]
struct Tried {
    faults: u32,
    throttled: u32,
    nonce: bool,
    token: bool,
    /// The vendor's id of the first attempt that it refused for being too fast.
    first: Option<String>,
}

impl Client {
    pub(crate) fn new(settings: &Settings, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Self, VendorError> {
        let access = match &settings.credential {
            Credential::ServiceApp { client_id, key, key_id } => Access::App(Box::new(TokenSource::new(
                &settings.org,
                (client_id, key, key_id.as_deref()),
                crate::check::scopes(&settings.abilities),
                Arc::clone(&clock),
                bounds.clone(),
            )?)),
            Credential::ApiToken(token) => Access::Token(token.clone()),
        };
        Ok(Self {
            org: settings.org.clone(),
            http: Http::new("okta", std::slice::from_ref(&settings.org), bounds)?,
            access,
            clock,
            pace: Pace::default(),
            gate: Semaphore::new(AT_ONCE),
            nonce: Mutex::new(None),
        })
    }

    /// Calls, and returns a successful answer. Reads are repeated after a passing fault, writes never.
    pub(crate) async fn call(&self, call: Call) -> Result<Answer, VendorError> {
        sorted(self.raw(&call).await?)
    }

    /// Calls, and returns the answer whatever its status.
    pub(crate) async fn raw(&self, call: &Call) -> Result<Answer, VendorError> {
        self.answered(call, &call.url(&self.org)).await
    }

    /// Everything of a collection, page by page.
    pub(crate) async fn all<T: DeserializeOwned>(&self, call: Call) -> Result<Vec<T>, VendorError> {
        let mut url = call.url(&self.org);
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let answer = sorted(self.answered(&call, &url).await?)?;
            let next = self.next(&answer.headers)?;
            all.append(&mut answer.json::<Vec<T>>()?);
            match next {
                Some(next) => url = next,
                None => return Ok(all),
            }
        }
        Err(VendorError::Unexpected {
            why: format!("a collection has more than {PAGES} pages"),
        })
    }

    /// The next page; one on another host is not followed.
    fn next(&self, headers: &HeaderMap) -> Result<Option<Url>, VendorError> {
        let links = headers
            .get_all(header::LINK)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let next = links
            .flat_map(|links| links.split(", <"))
            .find(|link| link.contains("rel=\"next\""))
            .and_then(|link| link.trim_start_matches('<').split_once('>'))
            .map(|(address, _)| address);
        let Some(next) = next else { return Ok(None) };
        match Url::parse(next) {
            Ok(url) if url.origin() == self.org.origin() => Ok(Some(url)),
            _ => Err(VendorError::Unexpected {
                why: "the link to the next page leads elsewhere".into(),
            }),
        }
    }

    async fn answered(&self, call: &Call, url: &Url) -> Result<Answer, VendorError> {
        let mut tried = Tried::default();
        loop {
            self.pace.admit(call.pattern, self.clock.now())?;
            let outcome = self.once(call, url, &tried).await;
            let pause = match &outcome {
                Ok((answer, grant)) => self.again(call, answer, grant.as_ref(), &mut tried),
                Err(VendorError::Unreachable { .. }) => fault(call, &mut tried),
                Err(_) => None,
            };
            match pause {
                Some(Duration::ZERO) => {}
                Some(pause) => tokio::time::sleep(pause).await,
                None => return outcome.map(|(answer, _)| answer),
            }
        }
    }

    /// Whether the call is made again, and after which pause.
    fn again(&self, call: &Call, answer: &Answer, grant: Option<&Grant>, tried: &mut Tried) -> Option<Duration> {
        let status = answer.status.as_u16();
        // Refused at the door: nothing was carried out, not even of a write.
        if wants_nonce(answer) && nonce_of(answer).is_some() && !tried.nonce {
            tried.nonce = true;
            return Some(Duration::ZERO);
        }
        if status == 401
            && let (Access::App(tokens), Some(grant)) = (&self.access, grant)
            && matches!(code(answer).as_str(), "" | STALE)
        {
            tokens.discard(&grant.token);
            let first = !tried.token;
            tried.token = true;
            return first.then_some(Duration::ZERO);
        }
        if status == 429 && call.is_read() && tried.throttled < REPEATS {
            let wait = pace::wait(answer).filter(|wait| *wait <= LONGEST_WAIT)?;
            tried.throttled += 1;
            tried.first = tried.first.take().or_else(|| request_id(answer));
            return Some(wait.max(FIRST_PAUSE));
        }
        if matches!(status, 500..=504) && answer.retry_after().is_none() {
            return fault(call, tried);
        }
        None
    }

    /// One attempt, with the token it was made with.
    async fn once(&self, call: &Call, url: &Url, tried: &Tried) -> Result<(Answer, Option<Grant>), VendorError> {
        let _held = self.gate.acquire().await.map_err(|_| VendorError::Unexpected {
            why: "the connector was shut".into(),
        })?;
        let mut ask = Ask {
            method: call.method.clone(),
            url: url.clone(),
            headers: HeaderMap::new(),
            body: None,
            repeat: Repeat::Never,
        }
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json");
        ask.body = call.body.as_ref().map(|body| body.to_string().into_bytes());
        if tried.throttled > 0 {
            ask = ask.header(RETRY_COUNT, &tried.throttled.to_string());
            if let Some(first) = &tried.first {
                ask = ask.header(RETRY_FOR, first);
            }
        }
        let (ask, grant) = self.signed(ask).await?;
        let answer = self.http.send(ask).await?;
        self.pace.note(call.pattern, &answer, self.clock.now());
        if let Some(fresh) = nonce_of(&answer) {
            *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        }
        Ok((answer, grant))
    }

    async fn signed(&self, ask: Ask) -> Result<(Ask, Option<Grant>), VendorError> {
        let tokens = match &self.access {
            Access::Token(token) => {
                let value = format!("SSWS {}", token.expose_secret());
                return Ok((ask.header(header::AUTHORIZATION, &value), None));
            }
            Access::App(tokens) => tokens,
        };
        let grant = tokens.grant().await?;
        let token = grant.token.expose_secret();
        if !grant.bound {
            return Ok((ask.bearer(token), Some(grant.clone())));
        }
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = self.clock.now();
        let proof = tokens
            .prover
            .proof(&ask.method, &ask.url, Some(token), nonce.as_deref(), now)?;
        let ask = ask
            .header(header::AUTHORIZATION, &format!("DPoP {token}"))
            .header(DPOP, &proof);
        Ok((ask, Some(grant)))
    }
}

/// The pause before a read is repeated; none for a write, and none when it was repeated enough.
fn fault(call: &Call, tried: &mut Tried) -> Option<Duration> {
    if !call.is_read() || tried.faults >= REPEATS {
        return None;
    }
    tried.faults += 1;
    Some(FIRST_PAUSE * tried.faults)
}
