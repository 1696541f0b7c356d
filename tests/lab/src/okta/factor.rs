//! An app that demands the IdP authenticator: plain OpenID Connect of the usage "Factor only" ("Configure the IdP
//! authenticator", <https://help.okta.com/oie/en-us/content/topics/identity-engine/authenticators/configure-idp-authenticator.htm>;
//! claims sharing, <https://developer.okta.com/docs/guides/configure-claims-sharing/thirdpartyoidc/main/>; August 2026).

use std::time::Duration;

use doorward_contract::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use super::call::{Members, written};
use super::fault::{Fault, Leg};
use super::options::{Auth, Body};
use super::system_log::{Actor, FACTOR, LogEvent, Verdict};
use super::token::{Expected, checked};
use super::verification::{Return, code_challenge, code_verifier};
use super::world::{Authenticator, at};
use super::{OktaOrg, fresh};

/// The app as Okta calls its kind.
pub const APP_NAME: &str = "example_payroll";
/// The one instance of it in this org.
pub const APP_INSTANCE: &str = "0oaPayrollInstance01";
/// The key of such an authenticator.
const KEY: &str = "external_idp";
/// As long as for a verification.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Letters of a state or a nonce.
const LENGTH: usize = 32;

/// Somebody on their way into an app.
#[derive(Clone)]
pub(super) struct Waiting {
    user: String,
    entrance: Url,
    nonce: String,
    verifier: String,
    with_context: bool,
    begun_at: Timestamp,
}

/// How the way into the app ended.
#[derive(Clone, Debug)]
pub struct AppOutcome {
    /// Whose it was, if known.
    pub login: Option<String>,
    /// Let in, or why not.
    pub entered: Result<(), Fault>,
    /// The claims of the ID token, once its signature and its claims about itself were right.
    pub claims: Option<Value>,
}

impl OktaOrg {
    /// Sends the owner of `login` to the authenticator from the org's own address; answers where their browser goes.
    pub fn begin_app(&self, login: &str) -> Result<Url, Fault> {
        self.begin_app_at(&self.world.base, login)
    }

    /// The same for somebody who came in on `entrance`.
    pub fn begin_app_at(&self, entrance: &Url, login: &str) -> Result<Url, Fault> {
        let idp = self.authenticator()?;
        let user = self.allowed(login)?;
        let (now, options, state) = (self.fake.now(), self.options(), fresh(LENGTH));
        let waiting = Waiting {
            user: user.id.clone(),
            entrance: entrance.clone(),
            nonce: fresh(LENGTH),
            verifier: code_verifier(),
            with_context: options.factor_app_context,
            begun_at: now,
        };
        let mut there = idp.authorize.clone();
        {
            let mut query = there.query_pairs_mut();
            query
                .append_pair("client_id", &idp.client_id)
                .append_pair("response_type", "code")
                .append_pair("scope", "openid profile email")
                .append_pair("redirect_uri", &callback_at(entrance))
                .append_pair("state", &state)
                .append_pair("nonce", &waiting.nonce)
                .append_pair("code_challenge", &code_challenge(&waiting.verifier))
                .append_pair("code_challenge_method", "S256");
            if options.factor_login_hint {
                query.append_pair("login_hint", &user.login);
            }
            if options.factor_app_context {
                query.append_pair("app_name", APP_NAME);
                query.append_pair("app_instance_id", APP_INSTANCE);
            }
        }
        let mut flows = self.flows();
        flows
            .factors
            .retain(|_, waiting| now.since(waiting.begun_at) < PATIENCE);
        flows.factors.insert(state, waiting);
        Ok(there)
    }

    /// The browser is back from the authenticator. Its first success sets the authenticator up for the user.
    pub async fn app_callback(&self, back: &Return) -> AppOutcome {
        let state = back.state.as_deref().unwrap_or_default();
        let waiting = self.flows().factors.remove(state);
        let now = self.fake.now();
        let waiting = waiting.filter(|waiting| now.since(waiting.begun_at) < PATIENCE);
        let mut claims = None;
        let entered = match &waiting {
            Some(waiting) => self.entered(waiting, back, &mut claims).await,
            None => Err(Fault::NoFlow),
        };
        let user = waiting.and_then(|waiting| self.user_of(&waiting.user));
        let actor = user.map_or_else(Actor::unknown, |user| Actor {
            id: user.id.clone(),
            alternate_id: user.login.clone(),
        });
        let verdict = Verdict::plain(entered.as_ref().err());
        self.note(LogEvent::new(FACTOR, self.fake.now(), actor, verdict));
        if let (Some(user), Ok(())) = (user, &entered)
            && let Some(standing) = self.lock().standings.get_mut(&user.id)
        {
            standing.enrolled.insert(KEY.to_owned());
        }
        AppOutcome {
            login: user.map(|user| user.login.clone()),
            entered,
            claims,
        }
    }

    async fn entered(&self, waiting: &Waiting, back: &Return, claims: &mut Option<Value>) -> Result<(), Fault> {
        let idp = self.authenticator()?;
        if let Some(error) = &back.error {
            return Err(Fault::Refused {
                leg: Leg::Authorize,
                error: error.clone(),
            });
        }
        let code = back.code.as_ref().filter(|code| !code.is_empty()).ok_or(Fault::Lacks {
            leg: Leg::Authorize,
            member: "code",
        })?;
        let members: Members = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", idp.client_id.clone()),
            ("code", code.clone()),
            ("code_verifier", waiting.verifier.clone()),
            ("redirect_uri", callback_at(&waiting.entrance)),
        ];
        let client = (idp.client_id.as_str(), &idp.client_secret);
        let token = self
            .out
            .redeem(written(&idp.token, members, client, Auth::Post, Body::Form))
            .await?;
        let keys = self.out.keys(&idp.jwks).await?;
        let expected = Expected {
            issuer: &idp.issuer,
            audience: &idp.client_id,
            nonce: &waiting.nonce,
            now: self.fake.now(),
        };
        let told = checked(&token, &keys, &expected)?;
        *claims = Some(Value::Object(told.clone()));
        self.right_person(waiting, &told)
    }

    fn right_person(&self, waiting: &Waiting, told: &Map<String, Value>) -> Result<(), Fault> {
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let user = self.user_of(&waiting.user).ok_or(Fault::Nobody)?;
        if text("preferred_username") != Some(user.login.as_str()) {
            return Err(Fault::OtherLogin);
        }
        for (name, sent) in [("app_name", APP_NAME), ("app_instance_id", APP_INSTANCE)] {
            if waiting.with_context && text(name) != Some(sent) {
                return Err(Fault::AppContext(name));
            }
        }
        Ok(())
    }

    fn authenticator(&self) -> Result<&Authenticator, Fault> {
        self.world.authenticator.as_ref().ok_or(Fault::NotSetUp)
    }
}

fn callback_at(entrance: &Url) -> String {
    at(entrance, "/oauth2/v1/authorize/callback").into()
}
