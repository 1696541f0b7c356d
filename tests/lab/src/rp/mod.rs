//! A plain relying party: a page with one button, "Sign in with Doorward", that shows the tokens it gets. Made of the
//! openidconnect crate, as any application might be; knows Doorward by nothing but its issuer.
//!
//! OpenID Connect Core 1.0 with PKCE (RFC 7636), the issuer in answers (RFC 9207), the form post response mode, refresh,
//! revocation (RFC 7009) and RP-initiated logout. What it remembers ends with the process.

mod answer;
mod ask;
mod hold;
mod page;
mod provider;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use doorward_contract::Clock;
use secrecy::SecretString;
use tower_http::csrf::CsrfLayer;
use url::Url;

use self::answer::Answer;
use self::ask::Wish;
use self::provider::Provider;
use self::visit::{Visitors, bound};
use crate::caller;
use crate::doors::Addresses;
use crate::sheet::Sheet;

/// Where answers arrive.
const CALLBACK: &str = "callback";

/// What the relying party was told when it was registered.
#[derive(Clone, Debug)]
pub struct RpWorld {
    /// Where it is reached, with a slash at the end; answers go to `callback` below it, people who signed out to itself.
    pub base: Url,
    /// Doorward's issuer. A slash at its end is taken for the URL's writing, not for the issuer's.
    pub issuer: Url,
    /// Its id.
    pub client_id: String,
    /// Its secret, sent in the `Authorization` header.
    pub client_secret: SecretString,
    /// What it asks for unless the person at the page says otherwise.
    pub scopes: Vec<String>,
}

/// Why something could not be done, for the person at the page.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// The provider could not be asked, or answered something else than it should.
    #[error("{doing}: {why}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// What was said.
        why: String,
    },
    /// The answer is an error.
    #[error("{error}: {description}")]
    Refused {
        /// OAuth's word.
        error: String,
        /// The provider's explanation.
        description: String,
    },
    /// The answer must not be believed.
    #[error("the answer must not be believed: {0}")]
    Distrusted(&'static str),
    /// The person at the page wished for something that cannot be asked.
    #[error("{0}")]
    Wish(&'static str),
    /// Nothing is held that this could be done with.
    #[error("{0}")]
    Nothing(&'static str),
}

/// The relying party.
#[derive(Debug)]
pub struct Rp {
    world: RpWorld,
    clock: Arc<dyn Clock>,
    provider: Provider,
    visitors: Visitors,
}

impl Rp {
    /// One that lives by `clock`. Nothing is asked of the provider until somebody signs in.
    pub fn new(world: RpWorld, clock: Arc<dyn Clock>) -> Result<Arc<Self>, reqwest::Error> {
        let provider = Provider::new(&world, caller::client()?);
        Ok(Arc::new(Self {
            world,
            clock,
            provider,
            visitors: Visitors::default(),
        }))
    }

    /// The party `rp` of a world.
    pub(crate) fn of(sheet: &Sheet, addresses: &Addresses, clock: Arc<dyn Clock>) -> Result<Arc<Self>, reqwest::Error> {
        let party = sheet.relying_parties.iter().find(|party| party.client_id == "rp");
        let secret = party.and_then(|party| party.secret.clone()).unwrap_or_default();
        let world = RpWorld {
            base: addresses.rp.clone(),
            issuer: addresses.doorward.clone(),
            client_id: "rp".to_owned(),
            client_secret: secret.into(),
            scopes: ["openid", "profile", "offline_access"].map(str::to_owned).to_vec(),
        };
        Self::new(world, clock)
    }

    /// Its pages.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/", get(home))
            .route("/sign-in", post(sign_in))
            .route("/tokens", get(tokens))
            .route("/refresh", post(refresh))
            .route("/revoke", post(revoke))
            .route("/sign-out", post(sign_out))
            .layer(CsrfLayer::new())
            // The provider's page posts its answer here; the state in it stands in for the origin.
            .route("/callback", get(redirected).post(posted))
            .with_state(Arc::clone(self))
    }
}

type Given = State<Arc<Rp>>;

async fn home(State(rp): Given) -> Response {
    page::home(&rp)
}

async fn sign_in(State(rp): Given, headers: HeaderMap, Form(wish): Form<Wish>) -> Response {
    match ask::ask(&rp, &wish).await {
        Ok((url, pending)) => {
            let visitor = rp.visitors.expect(visit::of(&headers), pending);
            bound(&visitor, Redirect::to(url.as_str()).into_response())
        }
        Err(fault) => page::trouble(&fault),
    }
}

async fn redirected(given: Given, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    receive(given, headers, answer).await
}

async fn posted(given: Given, headers: HeaderMap, Form(answer): Form<Answer>) -> Response {
    receive(given, headers, answer).await
}

async fn receive(State(rp): Given, headers: HeaderMap, answer: Answer) -> Response {
    let visitor = visit::of(&headers);
    match answer::receive(&rp, visitor.as_deref(), answer).await {
        Ok(held) => {
            rp.visitors.hold(visitor.as_deref(), held);
            // Away from the address with the code in it.
            Redirect::to("/tokens").into_response()
        }
        Err(fault) => page::trouble(&fault),
    }
}

async fn tokens(State(rp): Given, headers: HeaderMap) -> Response {
    match rp.visitors.held(visit::of(&headers).as_deref()) {
        Some(held) => page::tokens(&held),
        None => Redirect::to("/").into_response(),
    }
}

async fn refresh(State(rp): Given, headers: HeaderMap) -> Response {
    let visitor = visit::of(&headers);
    match hold::refresh(&rp, visitor.as_deref()).await {
        Ok(()) => Redirect::to("/tokens").into_response(),
        Err(fault) => page::trouble(&fault),
    }
}

async fn revoke(State(rp): Given, headers: HeaderMap) -> Response {
    match hold::revoke(&rp, visit::of(&headers).as_deref()).await {
        Ok(()) => Redirect::to("/tokens").into_response(),
        Err(fault) => page::trouble(&fault),
    }
}

async fn sign_out(State(rp): Given, headers: HeaderMap) -> Response {
    match hold::sign_out(&rp, visit::of(&headers).as_deref()).await {
        Ok(url) => Redirect::to(url.as_str()).into_response(),
        Err(fault) => page::trouble(&fault),
    }
}
