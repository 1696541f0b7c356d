//! The Universal Prompt as a relying party: Duo asks a person for the second factor and tells us what came of it.
//!
//! Follows "OIDC Auth API" (<https://duo.com/docs/oauthapi>) and the official clients of "Duo Web v4" (August 2026). The prompt is
//! a navigation of the whole page; on a denial the person stays there, so visits end by themselves. Where an [`Expected`]
//! is kept until the person is back, and that it is used once, is left to the gateway: it belongs to one browser, never to
//! the query. Where Duo cannot be reached nobody passes.

mod judge;
mod jwt;
#[cfg(test)]
mod tests;
mod visit;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{Clock, Sent, Timestamp, VendorError};
use http::{Method, header};
use rand::RngExt;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

pub use self::judge::Attested;
pub use self::visit::{Callback, Expected, Freshness, Unproven};
use crate::settings::{Host, Keys, Names, is_safe, refused};

/// What a signed request may live, and lives.
const LIFE_SECONDS: i64 = 300;
/// How long a person may take at the prompt.
const VISIT: Duration = Duration::from_mins(10);
/// Characters of `jti`, as the official clients have it.
const JTI: usize = 36;
/// Characters of state and nonce: 256 bits and more, and within the limits of every official client (22 to 1,023).
const RANDOM: usize = 43;
/// The longest user name Duo is sent.
const LONGEST_NAME: usize = 254;
const INVALID_CLIENT: &str = "Duo does not take the client assertion: compare client id, client secret and API host, and \
                              check this machine's clock";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The "Web SDK" application at Duo. `Debug` hides the secret.
#[derive(Clone)]
pub struct Application {
    host: Host,
    client_id: String,
    client_secret: SecretString,
    redirect_uri: Url,
    names: Names,
}

impl Application {
    /// Client id (`DI…`, 20 characters), client secret (40 characters) and the address people come back to.
    pub fn new(host: Host, keys: Keys, redirect_uri: Url, names: Names) -> Result<Self, VendorError> {
        if !is_safe(&redirect_uri) || redirect_uri.fragment().is_some() {
            return refused("the address that Duo sends people back to must be https, without a fragment");
        }
        Ok(Self {
            host,
            client_id: keys.integration,
            client_secret: keys.secret,
            redirect_uri,
            names,
        })
    }

    fn token_url(&self) -> String {
        self.host.at("oauth/v1/token").into()
    }

    /// Authenticates us to the endpoint at `audience`.
    fn assertion(&self, audience: &str, now: Timestamp, jti: &str) -> Result<String, VendorError> {
        let claims = Assertion {
            iss: &self.client_id,
            sub: &self.client_id,
            aud: audience,
            exp: now.seconds().saturating_add(LIFE_SECONDS),
            jti,
        };
        jwt::signed(&claims, &self.client_secret).map_err(unsignable)
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Application({})", self.client_id)
    }
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    jti: &'a str,
}

/// The signed request. What stands in the query as well wins over this, so everything stands here only.
#[derive(Serialize)]
struct Request<'a> {
    scope: &'static str,
    redirect_uri: &'a str,
    client_id: &'a str,
    iss: &'a str,
    aud: String,
    exp: i64,
    state: &'a str,
    response_type: &'static str,
    duo_uname: &'a str,
    use_duo_code_attribute: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u32>,
}

/// Duo's Universal Prompt.
pub struct Universal {
    application: Application,
    http: Http,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Universal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Universal").field(&self.application).finish()
    }
}

impl Universal {
    /// The prompt as set, with these bounds on every request. Reaches nobody yet.
    pub fn new(application: Application, clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Self, VendorError> {
        Ok(Self {
            http: Http::new("duo", std::slice::from_ref(application.host.base()), bounds)?,
            application,
            clock,
        })
    }

    /// Whether Duo is there and takes our keys. Asked before every visit: a person sent to a Duo that is not there would not
    /// come back.
    pub async fn healthy(&self) -> Result<(), VendorError> {
        let url = self.application.host.at("oauth/v1/health_check");
        let assertion = self
            .application
            .assertion(url.as_str(), self.clock.now(), &random(JTI))?;
        let form = [
            ("client_id", self.application.client_id.as_str()),
            ("client_assertion", &assertion),
        ];
        // Changes nothing: harmless to repeat.
        let answer = self.http.send(posted(url, &form).repeatable()).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let stat = body.get("stat").and_then(Value::as_str);
        if answer.status.as_u16() == 200 && stat == Some("OK") {
            return Ok(());
        }
        if answer.status.as_u16() == 200 && stat.is_none() {
            return Err(VendorError::Unexpected {
                why: "Duo's health check answers neither OK nor FAIL".into(),
            });
        }
        Err(match crate::reply::sorted(&answer, self.clock.now()) {
            // `invalid_client` comes as an invalid parameter, and is a key, a secret or a clock.
            VendorError::Unexpected { .. } => VendorError::Refused {
                why: INVALID_CLIENT.into(),
            },
            other => other,
        })
    }

    /// Where to send a person to prove that they are this Duo user, and what they must come back with.
    pub fn begin(&self, username: &str, fresh: Freshness) -> Result<(Url, Expected), VendorError> {
        let username = username.trim();
        if username.is_empty() || username.len() > LONGEST_NAME || username.chars().any(char::is_control) {
            return Err(VendorError::Unfit {
                why: "it has no user name that Duo could be told".into(),
            });
        }
        let expected = Expected {
            state: random(RANDOM),
            nonce: random(RANDOM),
            username: username.to_owned(),
            begun_at: self.clock.now(),
            max_age_seconds: fresh.max_age_seconds,
        };
        let request = self.request(&expected, Some(&expected.nonce), fresh)?;
        let mut url = self.application.host.at("oauth/v1/authorize");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.application.client_id)
            .append_pair("request", &request);
        Ok((url, expected))
    }

    fn request(&self, expected: &Expected, nonce: Option<&str>, fresh: Freshness) -> Result<String, VendorError> {
        let application = &self.application;
        let request = Request {
            scope: "openid",
            redirect_uri: application.redirect_uri.as_str(),
            client_id: &application.client_id,
            iss: &application.client_id,
            aud: application.host.origin(),
            exp: expected.begun_at.seconds().saturating_add(LIFE_SECONDS),
            state: &expected.state,
            response_type: "code",
            duo_uname: &expected.username,
            use_duo_code_attribute: true,
            nonce,
            prompt: fresh.anew.then_some("login"),
            max_age: fresh.max_age_seconds,
        };
        jwt::signed(&request, &application.client_secret).map_err(unsignable)
    }

    /// Redeems what the person brought back. Takes the visit: it counts once.
    pub async fn finish(&self, expected: Expected, callback: Callback) -> Result<Attested, Unproven> {
        if !bool::from(callback.state.as_bytes().ct_eq(expected.state.as_bytes())) {
            return Err(Unproven::Replayed);
        }
        if self.clock.now() >= expected.begun_at.plus(VISIT) {
            return Err(Unproven::Over);
        }
        let token = self.redeem(&callback.code).await?;
        judge::judge(&token, &self.application, &expected, self.clock.now())
    }

    async fn redeem(&self, code: &SecretString) -> Result<String, Unproven> {
        use secrecy::ExposeSecret;
        let url = self.application.token_url();
        let assertion = self.application.assertion(&url, self.clock.now(), &random(JTI))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", self.application.redirect_uri.as_str()),
            ("client_id", self.application.client_id.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        // A code works once: never repeated.
        let answer = self
            .http
            .send(posted(self.application.host.at("oauth/v1/token"), &form))
            .await?;
        redeemed(&answer, self.clock.now())
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<Value>,
    expires_in: Option<Value>,
    token_type: Option<String>,
}

#[derive(Deserialize)]
struct TokenFault {
    error: Option<String>,
}

/// The id token; the access token is of no use to us and dropped.
fn redeemed(answer: &Answer, now: Timestamp) -> Result<String, Unproven> {
    if answer.status.as_u16() != 200 {
        let fault = serde_json::from_slice::<TokenFault>(&answer.body).ok();
        return Err(match fault.and_then(|fault| fault.error).as_deref() {
            Some("invalid_grant") => Unproven::Over,
            Some("invalid_client") => VendorError::Refused {
                why: INVALID_CLIENT.into(),
            }
            .into(),
            _ => crate::reply::sorted(answer, now).into(),
        });
    }
    let tokens: Tokens = answer.json()?;
    let is_bearer = tokens
        .token_type
        .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    match tokens.id_token {
        Some(token) if is_bearer && tokens.access_token.is_some() && tokens.expires_in.is_some() => Ok(token),
        _ => Err(Unproven::Forged {
            check: "the token answer is not whole",
        }),
    }
}

fn posted(url: Url, form: &[(&str, &str)]) -> Ask {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut ask = Ask::write(Method::POST, url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    ask.body = Some(body.into_bytes());
    ask
}

/// Letters and digits nobody can guess.
fn random(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = rand::rng();
    (0..length)
        .filter_map(|_| {
            LETTERS
                .get(random.random_range(0..LETTERS.len()))
                .copied()
                .map(char::from)
        })
        .collect()
}

fn unsignable(_: serde_json::Error) -> VendorError {
    VendorError::Unreachable {
        sent: Sent::No,
        why: "a request to Duo could not be signed".into(),
    }
}
