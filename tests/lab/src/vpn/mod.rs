//! Example VPN: an application that Duo protects with the Universal Prompt, where somebody without a phone is stuck.
//!
//! After "Duo Web v4 SDK" and "OIDC Auth API" (<https://duo.com/docs/duoweb>, <https://duo.com/docs/oauthapi>, August 2026), as the
//! vendor's clients do it: health check, signed request, code, token, every check of the token. It shares no code with Doorward's
//! own prompt and knows nothing of Doorward. The first factor is left out: any password does.

mod token;
mod web;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use doorward_contract::{Clock, Timestamp};
use rand::RngExt;
use rand::distr::Alphanumeric;
use serde::Deserialize;
use serde_json::json;
use url::Url;

pub use self::token::Fault;
use crate::sheet::below;

/// Where it is, at the relying party's address.
pub(crate) const PATH: &str = "vpn";
/// Where Duo sends people back to.
pub(crate) const CALLBACK: &str = "vpn/callback";
/// What the account knows it as.
pub(crate) const NAME: &str = "Example VPN";
/// As long as the vendor's clients make states, nonces and names of tokens.
const RANDOM: usize = 36;
/// The vendor's limit for what a client signs.
const LIFE: Duration = Duration::from_mins(5);
/// How long a person may take at the prompt.
const VISIT: Duration = Duration::from_mins(10);

/// The application.
pub struct Vpn {
    duo: Url,
    callback: Url,
    keys: (String, String),
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
    /// Who is at the prompt, by state.
    waiting: Mutex<HashMap<String, Waiting>>,
}

impl fmt::Debug for Vpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vpn").finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
struct Waiting {
    login: String,
    nonce: String,
    until: Timestamp,
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Who.
    pub login: String,
    /// By which factor, in Duo's word.
    pub factor: String,
}

#[derive(Deserialize)]
struct Told {
    id_token: String,
    token_type: String,
}

impl Vpn {
    /// The application of `keys` at `duo`, reached below `base`.
    pub(crate) fn new(
        duo: Url,
        base: &Url,
        keys: (String, String),
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, reqwest::Error> {
        Ok(Arc::new(Self {
            duo,
            callback: below(base, CALLBACK),
            keys,
            clock,
            client: crate::caller::client()?,
            waiting: Mutex::default(),
        }))
    }

    /// Its pages, to be served at the relying party's address.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        web::routes(self)
    }

    /// Sends somebody to the prompt: where to, and the state to know the browser by.
    async fn begin(&self, login: &str) -> Result<(Url, String), Fault> {
        self.healthy().await?;
        let (state, nonce) = (random(), random());
        let now = self.clock.now();
        let request = json!({
            "scope": "openid", "response_type": "code", "client_id": self.keys.0, "iss": self.keys.0, "aud": origin(&self.duo),
            "redirect_uri": self.callback, "state": state, "nonce": nonce, "duo_uname": login, "use_duo_code_attribute": true,
            "exp": now.plus(LIFE).seconds(),
        });
        let mut prompt = below(&self.duo, "oauth/v1/authorize");
        prompt
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.keys.0)
            .append_pair("request", &token::sign(&request, &self.keys.1));
        let waiting = Waiting {
            login: login.to_owned(),
            nonce,
            until: now.plus(VISIT),
        };
        self.lock().insert(state.clone(), waiting);
        Ok((prompt, state))
    }

    /// Somebody comes back from it with a code.
    async fn finish(&self, state: &str, code: &str) -> Result<Connected, Fault> {
        let now = self.clock.now();
        // Once, whatever comes of it.
        let waiting = self.lock().remove(state).filter(|waiting| now < waiting.until);
        let Waiting { login, nonce, .. } = waiting.ok_or(Fault::Unknown)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.callback.as_str()),
            ("client_id", &self.keys.0),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &self.assertion("oauth/v1/token")),
        ];
        let url = below(&self.duo, "oauth/v1/token");
        let answer = self.client.post(url.clone()).form(&form).send().await?;
        if !answer.status().is_success() {
            return Err(Fault::Refused(answer.text().await?));
        }
        let told: Told = answer.json().await?;
        if told.token_type != "Bearer" {
            return Err(Fault::Token("token_type"));
        }
        let expected = token::Expected {
            issuer: url.as_str(),
            client: &self.keys.0,
            secret: &self.keys.1,
            login: &login,
            nonce: &nonce,
            now,
        };
        let factor = expected.check(&told.id_token)?;
        Ok(Connected { login, factor })
    }

    /// Closed where Duo is not: nobody is let in without it.
    async fn healthy(&self) -> Result<(), Fault> {
        let url = below(&self.duo, "oauth/v1/health_check");
        let assertion = self.assertion("oauth/v1/health_check");
        let form = [("client_id", self.keys.0.as_str()), ("client_assertion", &assertion)];
        let answer = self.client.post(url).form(&form).send().await?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(Fault::Refused(answer.text().await?))
    }

    fn assertion(&self, path: &str) -> String {
        let now = self.clock.now();
        let claims = json!({
            "iss": self.keys.0, "sub": self.keys.0, "aud": below(&self.duo, path), "jti": random(),
            "iat": now.seconds(), "exp": now.plus(LIFE).seconds(),
        });
        token::sign(&claims, &self.keys.1)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn random() -> String {
    let mut random = rand::rng();
    (0..RANDOM).map(|_| char::from(random.sample(Alphanumeric))).collect()
}
