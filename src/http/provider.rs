//! The provider's endpoints for machines: what a client calls itself, without any browser. Where browsers arrive is
//! [`crate::source::oidc`].

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::cause::causes;
use crate::provider::authenticate::claimed;
use crate::provider::form::{Body, Parameters, Sent};
use crate::provider::keyring::KEPT;
use crate::provider::refusal::{Challenge, Code, DPOP_NONCE, Refusal};
use crate::source::Door;

/// The paths that clients call.
pub fn routes() -> Router<Door> {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/oauth2/jwks", get(jwks))
        .route("/oauth2/par", post(push))
        .route("/oauth2/token", post(token))
        .route("/oauth2/userinfo", get(userinfo).post(userinfo))
        .route("/oauth2/revoke", post(revoke))
        .route("/oauth2/introspect", post(introspect))
        .layer(middleware::from_fn(readable_elsewhere))
}

/// What these answer is protected by what the caller must show, never by cookies: pages elsewhere may ask and read it
/// (Fetch §3.2), as applications in browsers do.
async fn readable_elsewhere(request: Request, next: Next) -> Response {
    let asks_first =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks_first {
        let allowed = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "authorization, content-type, dpop",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ];
        (StatusCode::NO_CONTENT, allowed).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        // RFC 9449 §8.2: the nonce is of use only where it can be read.
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "dpop-nonce, www-authenticate"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn metadata(State(door): State<Door>) -> Response {
    match door.provider.metadata() {
        Ok(document) => ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response(),
        Err(error) => broken(&error),
    }
}

async fn jwks(State(door): State<Door>) -> Response {
    match door.provider.keyring.jwks().await {
        Ok(keys) => {
            let kept = format!("public, max-age={}", KEPT.as_secs());
            ([(header::CACHE_CONTROL, kept)], Json(keys)).into_response()
        }
        Err(error) => broken(&error),
    }
}

fn broken(error: &dyn std::error::Error) -> Response {
    tracing::error!(error = %causes(error), "the provider's own documents cannot be shown");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

async fn push(State(door): State<Door>, headers: HeaderMap, body: Sent) -> Response {
    // Okta's guide has had it both ways (okta.md §1.16).
    let parameters = match Parameters::of_sent(&headers, body, Body::FormOrJson) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&door, "par", None, refusal).await,
    };
    let client = claimed(&headers, &parameters);
    match door.provider.push(&headers, parameters).await {
        // RFC 9126 §2.2: 201, and nothing less (okta.md §1.5).
        Ok(answer) => (StatusCode::CREATED, uncached(), Json(answer)).into_response(),
        Err(refusal) => refused(&door, "par", client, refusal).await,
    }
}

async fn token(State(door): State<Door>, headers: HeaderMap, body: Sent) -> Response {
    let parameters = match Parameters::of_sent(&headers, body, Body::Form) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&door, "token", None, refusal).await,
    };
    let client = claimed(&headers, &parameters);
    match door.provider.token(&headers, parameters).await {
        Ok(answer) => {
            let bound = answer.get("token_type").is_some_and(|kind| kind == "DPoP");
            let mut response = (uncached(), Json(answer)).into_response();
            // RFC 9449 §8.2: the next nonce, before it is asked for.
            if let (true, Ok(nonce)) = (bound, HeaderValue::from_str(&door.provider.checks.nonce())) {
                response.headers_mut().insert(DPOP_NONCE, nonce);
            }
            response
        }
        Err(refusal) => refused(&door, "token", client, refusal).await,
    }
}

async fn userinfo(State(door): State<Door>, method: Method, headers: HeaderMap, body: Sent) -> Response {
    let empty = body.as_ref().is_ok_and(Bytes::is_empty);
    let shown = if method == Method::POST && !empty {
        match Parameters::of_sent(&headers, body, Body::Form) {
            Ok(mut parameters) => parameters.take("access_token"),
            Err(refusal) => {
                let refusal = refusal.challenging(Challenge::Bearer);
                return refused(&door, "userinfo", None, refusal).await;
            }
        }
    } else {
        None
    };
    match door.provider.userinfo(&method, &headers, shown.as_deref()).await {
        Ok(answer) => (uncached(), Json(answer)).into_response(),
        Err(refusal) => refused(&door, "userinfo", None, refusal).await,
    }
}

async fn revoke(State(door): State<Door>, headers: HeaderMap, body: Sent) -> Response {
    let parameters = match Parameters::of_sent(&headers, body, Body::Form) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&door, "revoke", None, refusal).await,
    };
    let client = claimed(&headers, &parameters);
    match door.provider.revoke(&headers, parameters).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => refused(&door, "revoke", client, refusal).await,
    }
}

async fn introspect(State(door): State<Door>, headers: HeaderMap, body: Sent) -> Response {
    let parameters = match Parameters::of_sent(&headers, body, Body::Form) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&door, "introspect", None, refusal).await,
    };
    let client = claimed(&headers, &parameters);
    match door.provider.introspect(&headers, parameters).await {
        Ok(answer) => (uncached(), Json(answer)).into_response(),
        Err(refusal) => refused(&door, "introspect", client, refusal).await,
    }
}

/// `client` is whom the request names: known from the settings, or else nobody; a name that was made up does not reach the
/// record.
async fn refused(door: &Door, endpoint: &str, client: Option<String>, refusal: Refusal) -> Response {
    let known = client.and_then(|id| door.provider.clients.get(&id).map(|client| client.name.clone()));
    // Whoever asks for a nonce has done nothing wrong (RFC 9449 §8), and neither has who asks what to show (RFC 6750 §3).
    if refusal.code != Code::UseDpopNonce && refusal.challenge != Some(Challenge::Token) {
        door.provider.note_refusal(endpoint, known.as_deref(), &refusal).await;
    }
    refusal.into_response()
}

fn uncached() -> [(HeaderName, &'static str); 2] {
    [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")]
}
