//! What a client is told of a person: claims by scope and by the `claims` parameter (OpenID Connect Core §5.4, §5.5), and
//! verified claims (OpenID Connect for Identity Assurance 1.0).
//!
//! Never more than was asked, never an empty element, and nothing that was not proven: what cannot be met is left out.

use serde_json::{Map, Value, json};

use super::client::Profile;
use super::refusal::{Code, Refusal};
use super::{Outcome, Proven, Request};
use super::{verified, wish};

/// The claims that exist beside those of every token.
pub const SUPPORTED: [&str; 13] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
];

/// Refuses a `claims` parameter that has not the shape of one.
pub(super) fn check(claims: &Value) -> Result<(), Refusal> {
    let malformed = |why| {
        Err(Refusal::new(
            Code::InvalidRequest,
            "the claims parameter is malformed",
            why,
        ))
    };
    for place in ["id_token", "userinfo"] {
        let Some(asked) = claims.get(place) else {
            continue;
        };
        let Some(asked) = asked.as_object() else {
            return malformed("claims are not in an object");
        };
        for (name, asked) in asked {
            match name.as_str() {
                "verified_claims" => verified::check(asked)?,
                _ if asked.is_null() || asked.is_object() => {}
                _ => return malformed("a claim is asked for in no known way"),
            }
        }
    }
    Ok(())
}

/// What goes into an ID token beside what every ID token has.
pub(super) fn id_token(request: &Request, proven: &Proven, profile: Profile) -> Map<String, Value> {
    let mut members = asked(request, "id_token", proven);
    members.insert("auth_time".to_owned(), json!(proven.proven_at.seconds()));
    members.insert("acr".to_owned(), json!(proven.purpose));
    if !proven.methods.is_empty() {
        members.insert("amr".to_owned(), json!(proven.methods));
    }
    if profile == Profile::OktaAuthenticator {
        // Okta takes the person's login from here, and its own context back (okta.md §1.17).
        members.extend(
            proven
                .login
                .clone()
                .map(|login| ("preferred_username".to_owned(), json!(login))),
        );
        let context = [
            ("app_name", &request.app_name),
            ("app_instance_id", &request.app_instance_id),
        ];
        for (name, value) in context {
            members.extend(value.clone().map(|value| (name.to_owned(), json!(value))));
        }
    }
    members
}

/// What the userinfo endpoint tells, `sub` apart.
pub(super) fn userinfo(request: &Request, scopes: &[String], proven: &Proven) -> Map<String, Value> {
    let mut members = asked(request, "userinfo", proven);
    if scopes.iter().any(|scope| scope == "profile") {
        // OpenID Connect Core §5.4: by scope, claims are told here.
        for name in ["name", "given_name", "family_name", "preferred_username"] {
            if let Some(value) = plain(name, proven) {
                members.entry(name.to_owned()).or_insert(value);
            }
        }
    }
    members
}

/// The claims asked for by name, for one of the two places.
fn asked(request: &Request, place: &str, proven: &Proven) -> Map<String, Value> {
    let mut members = Map::new();
    let wishes = request.claims.get(place).and_then(Value::as_object);
    for (name, asked) in wishes.into_iter().flatten() {
        let told = match name.as_str() {
            "verified_claims" => verified::answer(asked, proven, request.received_at),
            "acr" => Some(json!(proven.purpose)),
            "auth_time" => Some(json!(proven.proven_at.seconds())),
            "amr" if !proven.methods.is_empty() => Some(json!(proven.methods)),
            name => plain(name, proven).filter(|value| wish::fits(asked, value)),
        };
        members.extend(told.map(|told| (name.clone(), told)));
    }
    members
}

/// A claim as the directory has it. Nobody verified it, so it never comes from the document.
fn plain(name: &str, proven: &Proven) -> Option<Value> {
    if proven.result != Outcome::Verified {
        return None;
    }
    let account = proven.account_name.as_ref();
    let text = match name {
        "preferred_username" => proven.login.clone(),
        "given_name" => account.and_then(|name| name.given.clone()),
        "family_name" => account.and_then(|name| name.family.clone()),
        "name" => account.map(|name| {
            let parts = [&name.given, &name.middle, &name.family];
            parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
        }),
        _ => None,
    };
    text.filter(|text| !text.is_empty()).map(Value::from)
}
