//! Its pages and endpoints. Each check stands in order, with its clause.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::Url;

use super::{Code, Fault, Registered, Signed, StaffProvider, member};

/// A code is good for a minute (RFC 6749 §4.1.2).
const CODE_LIFE: Duration = Duration::from_secs(60);
const COOKIE: &str = "staff-idp";

type Here = State<Arc<StaffProvider>>;
type Fields = HashMap<String, String>;

pub(super) fn routes(provider: &Arc<StaffProvider>) -> Router {
    let base = Url::parse(provider.issuer()).map_or_else(|_| "/none".to_owned(), |url| url.path().to_owned());
    let at = |path: &str| format!("{}{path}", base.trim_end_matches('/'));
    Router::new()
        .route(&at("/.well-known/openid-configuration"), get(metadata))
        .route(&at("/jwks"), get(jwks))
        .route(&at("/authorize"), get(authorize))
        .route(&at("/sign-in"), post(sign_in))
        .route(&at("/token"), post(token))
        .route(&at("/userinfo"), get(userinfo))
        .route(&at("/logout"), get(logout))
        .with_state(Arc::clone(provider))
}

async fn metadata(State(provider): Here) -> Json<Value> {
    let at = |path: &str| format!("{}/{path}", provider.issuer);
    Json(json!({
        "issuer": provider.issuer,
        "authorization_endpoint": at("authorize"), "token_endpoint": at("token"), "jwks_uri": at("jwks"),
        "userinfo_endpoint": at("userinfo"), "end_session_endpoint": at("logout"),
        "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
    }))
}

async fn jwks(State(provider): Here) -> Json<Value> {
    Json(json!({ "keys": [provider.key.jwk()] }))
}

/// What a request must have before anybody is shown anything; else it is told here and not to the redirect address.
fn fits(asked: &Fields, client: &Registered) -> Result<(), &'static str> {
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|found| found == value);
    let long = |name: &str, least: usize| asked.get(name).is_some_and(|found| found.len() >= least);
    if !is("client_id", &client.id) {
        return Err("unknown client");
    }
    // OpenID Connect Core §3.1.2.1: letter by letter.
    if !asked
        .get("redirect_uri")
        .is_some_and(|uri| client.redirect_uris.contains(uri))
    {
        return Err("redirect_uri is not registered");
    }
    if !is("response_type", "code") {
        return Err("only codes");
    }
    if !asked
        .get("scope")
        .is_some_and(|scope| scope.split(' ').any(|word| word == "openid"))
    {
        return Err("no openid in scope");
    }
    if !long("state", 16) || !long("nonce", 16) {
        return Err("state or nonce missing");
    }
    // RFC 7636 §4.3.
    if !is("code_challenge_method", "S256") || asked.get("code_challenge").is_none_or(|text| text.len() != 43) {
        return Err("PKCE missing");
    }
    Ok(())
}

async fn authorize(State(provider): Here, Query(asked): Query<Fields>, headers: HeaderMap) -> Response {
    let client = provider.lock().client.clone();
    if let Err(why) = fits(&asked, &client) {
        return (StatusCode::BAD_REQUEST, format!("refused: {why}")).into_response();
    }
    let now = provider.clock.now();
    let known = cookie(&headers).and_then(|cookie| provider.lock().browsers.get(cookie).cloned());
    let anew = asked
        .get("prompt")
        .is_some_and(|prompt| prompt.split(' ').any(|word| word == "login"));
    let oldest = asked.get("max_age").and_then(|text| text.parse::<u64>().ok());
    let young = |signed: &Signed| oldest.is_none_or(|oldest| now.since(signed.at) <= Duration::from_secs(oldest));
    match known {
        Some(signed) if !anew && young(&signed) => answer(&provider, &asked, signed, None),
        _ => page(&provider, &asked),
    }
}

fn page(provider: &StaffProvider, asked: &Fields) -> Response {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Example Hospital sign-in (imitation)</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head><body><main>\
         <p role=\"note\">Imitation of the company's sign-in page — lab. Never type a real password here.</p><h1>Who are you?</h1>",
    );
    for member in &provider.lock().members {
        let _ = write!(html, "<form method=\"post\" action=\"{}/sign-in\">", provider.issuer);
        let mut fields: Vec<_> = asked.iter().collect();
        fields.sort();
        for (name, value) in fields {
            let _ = write!(
                html,
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                escaped(name),
                escaped(value)
            );
        }
        let (id, name) = (member.id, escaped(&member.name));
        let _ = write!(
            html,
            "<input type=\"hidden\" name=\"member\" value=\"{id}\"><button>{name}</button></form>"
        );
    }
    let _ = write!(html, "<form method=\"post\" action=\"{}/sign-in\">", provider.issuer);
    for (name, value) in asked {
        let _ = write!(
            html,
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escaped(name),
            escaped(value)
        );
    }
    html.push_str("<button>None of them</button></form></main></body></html>");
    ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

async fn sign_in(State(provider): Here, Form(asked): Form<Fields>) -> Response {
    let client = provider.lock().client.clone();
    if let Err(why) = fits(&asked, &client) {
        return (StatusCode::BAD_REQUEST, format!("refused: {why}")).into_response();
    }
    let chosen = asked.get("member").cloned().unwrap_or_default();
    if !provider.lock().members.iter().any(|member| member.id == chosen) {
        return back(&provider, &asked, &[("error", "access_denied")]);
    }
    let (signed, cookie) = {
        let mut memory = provider.lock();
        let signed = Signed {
            member: chosen,
            sid: memory.fresh("sid"),
            at: provider.clock.now(),
            // What was asked for is what they did.
            acr: asked
                .get("acr_values")
                .and_then(|values| values.split(' ').next().map(ToOwned::to_owned)),
        };
        let cookie = memory.fresh("browser");
        memory.browsers.insert(cookie.clone(), signed.clone());
        (signed, cookie)
    };
    answer(&provider, &asked, signed, Some(cookie))
}

/// Back with a code.
fn answer(provider: &StaffProvider, asked: &Fields, signed: Signed, cookie: Option<String>) -> Response {
    let field = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let code = {
        let mut memory = provider.lock();
        let code = memory.fresh("code");
        let kept = Code {
            redirect_uri: field("redirect_uri"),
            nonce: field("nonce"),
            challenge: field("code_challenge"),
            signed,
            made_at: provider.clock.now(),
            used: false,
        };
        memory.codes.insert(code.clone(), kept);
        code
    };
    let mut response = back(provider, asked, &[("code", &code)]);
    if let Some(cookie) = cookie
        && let Ok(value) = format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax").parse()
    {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

fn back(provider: &StaffProvider, asked: &Fields, told: &[(&str, &str)]) -> Response {
    let field = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let Ok(mut address) = Url::parse(field("redirect_uri")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    {
        let mut query = address.query_pairs_mut();
        query.extend_pairs(told).append_pair("state", field("state"));
        // RFC 9207 §2.
        if provider.has(Fault::AnswerIssuer) {
            query.append_pair("iss", "https://login.example.net");
        } else if !provider.has(Fault::NoAnswerIssuer) {
            query.append_pair("iss", &provider.issuer);
        }
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, String::from(address))]).into_response()
}

async fn token(State(provider): Here, headers: HeaderMap, Form(sent): Form<Fields>) -> Response {
    let refuse = |status: StatusCode, error: &str| {
        (
            status,
            [(header::CACHE_CONTROL, "no-store")],
            Json(json!({ "error": error })),
        )
            .into_response()
    };
    if !proves_itself(&provider, &headers, &sent) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if sent.get("grant_type").map(String::as_str) != Some("authorization_code") {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let now = provider.clock.now();
    let code = {
        let mut memory = provider.lock();
        let Some(code) = sent.get("code").and_then(|code| memory.codes.get_mut(code)) else {
            return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
        };
        // RFC 6749 §4.1.2: once, by whom and for where it was made; RFC 7636 §4.6.
        let used = std::mem::replace(&mut code.used, true);
        let late = now >= code.made_at.plus(CODE_LIFE);
        let elsewhere = sent.get("redirect_uri") != Some(&code.redirect_uri);
        let bound = sent.get("code_verifier").is_some_and(|verifier| {
            let long = (43..=128).contains(&verifier.len());
            let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
            long && URL_SAFE_NO_PAD.encode(hash.as_ref()) == code.challenge
        });
        if used || late || elsewhere || !bound {
            return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
        }
        code.clone()
    };
    let (access, who) = {
        let mut memory = provider.lock();
        let access = memory.fresh("access");
        memory.access.insert(access.clone(), code.signed.member.clone());
        let who = memory
            .members
            .iter()
            .find(|known| known.id == code.signed.member)
            .cloned();
        (access, who)
    };
    let Some(who) = who else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let mut told = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300 });
    if let (false, Some(members)) = (provider.has(Fault::NoIdToken), told.as_object_mut()) {
        let id_token = provider.id_token(&who, &code.signed, &code.nonce, &access);
        members.insert("id_token".to_owned(), json!(id_token));
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response()
}

/// RFC 6749 §2.3.1 (each half percent-encoded), or RFC 7523 §3.
fn proves_itself(provider: &StaffProvider, headers: &HeaderMap, sent: &Fields) -> bool {
    let client = provider.lock().client.clone();
    if let Some(keys) = &client.keys {
        return sent.get("client_assertion_type").map(String::as_str)
            == Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            && sent.get("client_assertion").is_some_and(|statement| {
                member_of_keys(keys, statement).is_some_and(|claims| {
                    let now = provider.clock.now().seconds();
                    let says = |name: &str, value: &str| claims.get(name).and_then(Value::as_str) == Some(value);
                    let end = claims.get("exp").and_then(Value::as_i64);
                    says("iss", &client.id)
                        && says("sub", &client.id)
                        && says("aud", &provider.issuer)
                        && claims.get("jti").is_some_and(Value::is_string)
                        && end.is_some_and(|end| now < end && end <= now + 300)
                })
            });
    }
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let pair = said
        .and_then(|said| said.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = |text: &str| {
        url::form_urlencoded::parse(format!("x={text}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    pair.as_deref()
        .and_then(|pair| pair.split_once(':'))
        .is_some_and(|(id, secret)| decoded(id) == client.id && decoded(secret) == client.secret)
}

/// The claims of a statement that one of the registered P-256 keys signed.
fn member_of_keys(keys: &Value, statement: &str) -> Option<Value> {
    let (signed, signature) = statement.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let header = read(header)?;
    let all = keys.get("keys")?.as_array()?;
    let key = all.iter().find(|key| key.get("kid") == header.get("kid"))?;
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok();
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &signature)
        .ok()?;
    read(claims)
}

async fn userinfo(State(provider): Here, headers: HeaderMap) -> Response {
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let whose = said
        .and_then(|said| said.strip_prefix("Bearer "))
        .and_then(|token| provider.lock().access.get(token).cloned());
    let members = provider.lock().members.clone();
    let Some(who) = whose.and_then(|whose| members.into_iter().find(|known| known.id == whose)) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let subject = if provider.has(Fault::UserinfoOfAnother) {
        "sub-of-somebody-else".to_owned()
    } else {
        member::subject(who.id)
    };
    Json(json!({ "sub": subject, "name": who.name, "groups": who.groups })).into_response()
}

async fn logout(State(provider): Here, Query(asked): Query<Fields>, headers: HeaderMap) -> Response {
    let client = provider.lock().client.clone();
    let hinted = asked.get("id_token_hint").is_some_and(|hint| provider.key.signed(hint));
    let to = asked.get("post_logout_redirect_uri");
    // RP-Initiated Logout §2: only to what is registered, for whom an ID token of ours vouches.
    let (true, Some(to)) = (hinted, to.filter(|to| client.after_logout.contains(to))) else {
        return (StatusCode::BAD_REQUEST, "refused: the hint or the address does not fit").into_response();
    };
    if let Some(cookie) = cookie(&headers) {
        provider.lock().browsers.remove(cookie);
    }
    let Ok(mut address) = Url::parse(to) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if let Some(state) = asked.get("state") {
        address.query_pairs_mut().append_pair("state", state);
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, String::from(address))]).into_response()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::COOKIE)?
        .to_str()
        .ok()?
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
