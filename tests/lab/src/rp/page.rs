//! Its pages: the button with its options, the tokens, and what went wrong.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use super::hold::Held;
use super::{Fault, Rp};

#[derive(Template)]
#[template(path = "rp_home.html")]
struct Home<'a> {
    issuer: &'a str,
    scopes: String,
}

pub(super) fn home(rp: &Rp) -> Response {
    let home = Home {
        issuer: rp.provider.issuer(),
        scopes: rp.world.scopes.join(" "),
    };
    show(StatusCode::OK, &home)
}

#[derive(Template)]
#[template(path = "rp_tokens.html")]
struct Tokens<'a> {
    held: &'a Held,
    who: Option<String>,
    header: String,
    claims: String,
    verified: Option<String>,
    userinfo: Result<String, &'a str>,
}

pub(super) fn tokens(held: &Held) -> Response {
    let told = held.userinfo.as_ref();
    let name = |value: &'_ Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    let who = told.ok().and_then(name).or_else(|| name(&held.claims));
    let verified = held.claims.get("verified_claims");
    let verified = verified.or_else(|| told.ok().and_then(|info| info.get("verified_claims")));
    let page = Tokens {
        held,
        who,
        header: pretty(&held.header),
        claims: pretty(&held.claims),
        verified: verified.map(pretty),
        userinfo: told.map(pretty).map_err(String::as_str),
    };
    show(StatusCode::OK, &page)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "rp_trouble.html")]
struct Trouble {
    title: &'static str,
    error: Option<String>,
    said: String,
}

pub(super) fn trouble(fault: &Fault) -> Response {
    let (status, title, error, said) = match fault {
        Fault::Refused { error, description } => {
            let title = "Doorward said no";
            (StatusCode::OK, title, Some(error.clone()), description.clone())
        }
        Fault::Distrusted(_) => (
            StatusCode::BAD_REQUEST,
            "That answer is not taken",
            None,
            fault.to_string(),
        ),
        Fault::Wish(_) => (StatusCode::BAD_REQUEST, "That cannot be asked", None, fault.to_string()),
        Fault::Nothing(_) => (StatusCode::CONFLICT, "That is not possible", None, fault.to_string()),
        Fault::Failed { .. } => (StatusCode::BAD_GATEWAY, "That did not work", None, fault.to_string()),
    };
    show(status, &Trouble { title, error, said })
}

fn show(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the relying party could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
