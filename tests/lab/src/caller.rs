//! A plain HTTP client for the lab's own tools: the ticket system, the journeys, the watch over the gateway.

use std::time::Duration;

use serde_json::Value;
use url::Url;

/// Nothing on loopback takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// What went wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answered, or not in JSON.
    #[error("the call failed")]
    Failed(#[from] reqwest::Error),
    /// The answer was a refusal.
    #[error("refused with {status}: {body}")]
    Refused {
        /// Its status.
        status: u16,
        /// What it said.
        body: Value,
    },
    /// The path is none.
    #[error("not a path of {0}")]
    Path(Url),
}

/// A client that follows nothing and uses no proxy.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "an outside client of the lab, not a way out of Doorward"
    )]
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()
}

/// Calls Doorward's JSON API with a token.
#[derive(Clone, Debug)]
pub struct Api {
    client: reqwest::Client,
    base: Url,
    token: String,
}

impl Api {
    /// The API below `base` (`…/api/v1/`), for whoever holds `token`.
    pub fn new(base: Url, token: String) -> Result<Self, reqwest::Error> {
        let client = client()?;
        Ok(Self { client, base, token })
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, Error> {
        self.call(reqwest::Method::GET, path, None).await
    }

    /// Writes.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.call(reqwest::Method::POST, path, Some(body)).await
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        let url = self.base.join(path).map_err(|_| Error::Path(self.base.clone()))?;
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(reqwest::Error::without_url)?;
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        if status.is_success() {
            Ok(body)
        } else {
            Err(Error::Refused {
                status: status.as_u16(),
                body,
            })
        }
    }
}
