//! The only way out of the house.
//!
//! One client for all vendors: hosts on a list, no redirects followed, every wait bounded, answers capped, repeats only
//! where the caller says that repeating is harmless, and traces that name host, method and status but never a path, a
//! query, a header or a body.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rand::RngExt;
use url::Url;

use crate::error::{Sent, VendorError};

/// Whether a request may be repeated by the client itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Reads, and writes that carry an idempotency key the vendor honours: up to two repeats after a passing fault.
    Safe,
    /// Anything else: the caller decides.
    Never,
}

/// Bounds of a client.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// From the first byte sent to the last received.
    pub total: Duration,
    /// To reach the vendor at all.
    pub connect: Duration,
    /// The longest answer taken, in bytes.
    pub answer: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        // A person waits for most of these calls: ten seconds is the longest that a calm waiting page can bridge.
        Self {
            total: Duration::from_secs(10),
            connect: Duration::from_secs(4),
            answer: 2 * 1024 * 1024,
        }
    }
}

/// A request to a vendor. `Debug` is not implemented on purpose: it may hold secrets.
pub struct Ask {
    /// The method.
    pub method: Method,
    /// The whole address; its host must be on the client's list.
    pub url: Url,
    /// Headers, `Authorization` among them.
    pub headers: HeaderMap,
    /// The body as sent.
    pub body: Option<Vec<u8>>,
    /// Whether the client may repeat it.
    pub repeat: Repeat,
}

impl Ask {
    /// A read.
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: None,
            repeat: Repeat::Safe,
        }
    }

    /// A write without a body.
    pub fn write(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            repeat: Repeat::Never,
        }
    }

    /// With this header; a value that cannot be a header is left out and the vendor will refuse.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(name == header::AUTHORIZATION);
            self.headers.insert(name, value);
        }
        self
    }

    /// With a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header(header::AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self.header(header::CONTENT_TYPE, "application/json")
    }

    /// Harmless to repeat.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeat = Repeat::Safe;
        self
    }
}

/// What a vendor answered, whatever its status.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whole.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, VendorError> {
        serde_json::from_slice(&self.body).map_err(|error| VendorError::Unexpected {
            // The position is told, the content is not: it may be personal.
            why: format!(
                "the answer is not the JSON expected ({:?} at column {})",
                error.classify(),
                error.column()
            ),
        })
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `Retry-After` in its seconds form (RFC 9110 §10.2.3), capped at an hour.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds: u64 = self.header("retry-after")?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds.min(3600)))
    }
}

/// A client for one vendor.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    vendor: &'static str,
    origins: Vec<url::Origin>,
    bounds: Bounds,
}

impl Http {
    /// A client that reaches the origins of `allowed` and no other.
    pub fn new(vendor: &'static str, allowed: &[Url], bounds: Bounds) -> Result<Self, VendorError> {
        use_one_tls_provider();
        #[expect(clippy::disallowed_methods, reason = "the one place that builds a client")]
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(bounds.total)
            .connect_timeout(bounds.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("doorward/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| VendorError::Unexpected {
                why: format!("the HTTP client cannot be built: {}", error.without_url()),
            })?;
        Ok(Self {
            client,
            vendor,
            origins: allowed.iter().map(Url::origin).collect(),
            bounds,
        })
    }

    /// Sends, and returns the answer whatever its status. Statuses are the caller's to sort, except that a passing 502,
    /// 503 or 504 is repeated first where the request allows it.
    pub async fn send(&self, ask: Ask) -> Result<Answer, VendorError> {
        if !self.origins.contains(&ask.url.origin()) {
            return Err(elsewhere());
        }
        let mut pause = Duration::from_millis(200);
        for _ in 0..2 {
            let outcome = self.once(&ask).await;
            let again = ask.repeat == Repeat::Safe
                && match &outcome {
                    Ok(answer) => matches!(answer.status.as_u16(), 502..=504) && answer.retry_after().is_none(),
                    Err(VendorError::Unreachable { .. }) => true,
                    Err(_) => false,
                };
            if !again {
                return outcome;
            }
            let jitter = rand::rng().random_range(0..100);
            tokio::time::sleep(pause + Duration::from_millis(jitter)).await;
            pause *= 2;
        }
        self.once(&ask).await
    }

    /// Sends once, where the status is all that counts: of the body no more than the first `keep` bytes are read, and one that
    /// breaks off spoils nothing.
    pub async fn tell(&self, ask: &Ask, keep: usize) -> Result<Answer, VendorError> {
        if !self.origins.contains(&ask.url.origin()) {
            return Err(elsewhere());
        }
        let begun = tokio::time::Instant::now();
        let mut response = self.exchange(ask).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while body.len() < keep
            && let Ok(Some(chunk)) = response.chunk().await
        {
            body.extend(chunk.iter().take(keep - body.len()));
        }
        self.note(ask, status, begun);
        Ok(Answer { status, headers, body })
    }

    async fn once(&self, ask: &Ask) -> Result<Answer, VendorError> {
        let begun = tokio::time::Instant::now();
        let mut response = self.exchange(ask).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > self.bounds.answer {
                return Err(VendorError::Unexpected {
                    why: format!("the answer is longer than {} bytes", self.bounds.answer),
                });
            }
            body.extend_from_slice(&chunk);
        }
        self.note(ask, status, begun);
        Ok(Answer { status, headers, body })
    }

    async fn exchange(&self, ask: &Ask) -> Result<reqwest::Response, VendorError> {
        let mut request = self
            .client
            .request(ask.method.clone(), ask.url.clone())
            .headers(ask.headers.clone());
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        } else if ask.method != Method::GET {
            request = request.header(header::CONTENT_LENGTH, "0");
        }
        request.send().await.map_err(unreachable)
    }

    fn note(&self, ask: &Ask, status: StatusCode, begun: tokio::time::Instant) {
        tracing::debug!(
            vendor = self.vendor,
            host = ask.url.host_str().unwrap_or_default(),
            method = %ask.method,
            status = status.as_u16(),
            duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "a request to {} was answered",
            self.vendor
        );
    }
}

fn elsewhere() -> VendorError {
    VendorError::Refused {
        why: "the address is not one of the hosts configured for this vendor".into(),
    }
}

/// Sorts what reqwest says; its text without the address, which may hold a person's id.
fn unreachable(error: reqwest::Error) -> VendorError {
    let sent = if error.is_connect() || error.is_builder() {
        Sent::No
    } else {
        Sent::Perhaps
    };
    let why = if error.is_connect() {
        "no connection".to_owned()
    } else if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        format!("the exchange broke off: {}", error.without_url())
    };
    VendorError::Unreachable { sent, why }
}

/// Makes aws-lc-rs the TLS provider of this process. Harmless to repeat; every client builder calls it.
pub fn use_one_tls_provider() {
    // An error means that a provider is there already, which is what we want.
    let _already = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
