//! The door of the imitated Graph: length, token, route, media type, and which call is meant.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::reply::{Answered, Fault, sent};
use super::rights::Right;
use super::{Desk, EntraFake};

/// One request, taken apart.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    /// The path as it was sent, for links to further pages.
    pub(super) raw_path: String,
    pub(super) query: Vec<(String, String)>,
    /// `ConsistencyLevel: eventual`
    eventual: bool,
    is_json: bool,
    raw: Bytes,
    roles: Vec<String>,
}

impl Call {
    /// A query option; the `$` may be left out, as at the vendor.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.strip_prefix('$').unwrap_or(key) == name)
            .map(|(_, value)| value.as_str())
    }

    /// Refuses options that the call does not know.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Fault> {
        for (key, _) in &self.query {
            let name = key.strip_prefix('$').unwrap_or(key);
            if !known.contains(&name) {
                return Err(Fault::bad(format!(
                    "The query specified in the URI is not valid: '{key}'."
                )));
            }
            if self.query.iter().filter(|(other, _)| other == key).count() > 1 {
                return Err(Fault::bad(format!(
                    "Query option '{key}' was specified more than once."
                )));
            }
        }
        Ok(())
    }

    /// Whether the caller declared an advanced query: the header and the count, both.
    pub(super) fn is_advanced(&self) -> bool {
        self.eventual && self.asked("count") == Some("true")
    }

    pub(super) fn may(&self, right: Right) -> bool {
        self.roles.iter().any(|role| right.contains(&role.as_str()))
    }

    pub(super) fn needs(&self, right: Right) -> Result<(), Fault> {
        if self.may(right) { Ok(()) } else { Err(Fault::denied()) }
    }

    /// The body, which must be a JSON object.
    pub(super) fn body(&self) -> Result<Map<String, Value>, Fault> {
        if self.raw.is_empty() {
            return Err(Fault::bad_method("Empty Payload. JSON content expected."));
        }
        match serde_json::from_slice(&self.raw) {
            Ok(Value::Object(body)) => Ok(body),
            _ => Err(Fault::bad_method("Unable to read JSON request payload.")),
        }
    }

    fn is_mistyped(&self) -> bool {
        !self.raw.is_empty() && !self.is_json
    }
}

/// Answers everything that has no route of its own.
pub(super) async fn answer(
    State(fake): State<Arc<EntraFake>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    fake.desk(|desk| {
        let answered = desk.admit(method, &uri, &headers, raw);
        sent(answered, &headers, desk.now)
    })
}

impl Desk<'_> {
    fn admit(&mut self, method: Method, uri: &Uri, headers: &HeaderMap, raw: Bytes) -> Answered {
        let Some(below) = uri.path().strip_prefix("/v1.0/") else {
            return Err(Fault::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFound",
                "Resource not found.",
            ));
        };
        // RFC 9110 §15.5.12; the vendor's front end refuses a POST that does not say how long it is, even empty.
        let measured = headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING);
        if method == Method::POST && !measured {
            return Err(Fault::unmeasured());
        }
        let roles = self.roles_of(headers)?;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let media_type = text(header::CONTENT_TYPE).unwrap_or_default();
        let call = Call {
            method,
            path: below.split('/').map(decoded).collect(),
            raw_path: uri.path().to_owned(),
            query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
            eventual: headers
                .get("consistencylevel")
                .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"eventual")),
            is_json: media_type
                .split(';')
                .next()
                .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")),
            raw,
            roles,
        };
        if call.is_mistyped() {
            return Err(Fault::media_type());
        }
        self.route(&call)
    }

    fn roles_of(&self, headers: &HeaderMap) -> Result<Vec<String>, Fault> {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((scheme, token)) = sent.and_then(|sent| sent.split_once(' ')) else {
            return Err(Fault::unauthenticated("Access token is empty."));
        };
        let known = self.state.tokens.iter().find(|known| known.value == token);
        match known {
            Some(known) if scheme.eq_ignore_ascii_case("Bearer") && known.expires_at > self.now => {
                Ok(known.roles.clone())
            }
            Some(_) => Err(Fault::unauthenticated(
                "Lifetime validation failed, the token is expired.",
            )),
            None => Err(Fault::unauthenticated("Access token validation failure.")),
        }
    }

    fn route(&mut self, call: &Call) -> Answered {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["users"] => get(call).and_then(|()| self.list_users(call)),
            ["users", key] => match call.method {
                Method::GET => self.get_user(call, key),
                Method::PATCH => self.patch_user(call, key),
                _ => Err(Fault::method()),
            },
            ["users", key, rest @ ..] => self.route_user(call, key, rest),
            [quoted, rest @ ..] if quoted.starts_with("users('") => {
                let key = quoted
                    .strip_prefix("users('")
                    .and_then(|text| text.strip_suffix("')"))
                    .ok_or_else(|| Fault::segment(quoted))?
                    .replace("''", "'");
                match (rest, &call.method) {
                    ([], &Method::GET) => self.get_user(call, &key),
                    ([], &Method::PATCH) => self.patch_user(call, &key),
                    ([], _) => Err(Fault::method()),
                    _ => self.route_user(call, &key, rest),
                }
            }
            ["domains"] => get(call).and_then(|()| self.list_domains(call)),
            ["organization"] => get(call).and_then(|()| self.list_organization(call)),
            ["roleManagement", "directory", "roleAssignments"] => get(call).and_then(|()| self.list_assignments(call)),
            ["roleManagement", "directory", "roleEligibilityScheduleInstances"] => {
                get(call).and_then(|()| self.list_eligibility(call))
            }
            [
                "policies",
                "authenticationMethodsPolicy",
                "authenticationMethodConfigurations",
                "TemporaryAccessPass",
            ] => get(call).and_then(|()| self.show_tap_policy(call)),
            [first, ..] => Err(Fault::segment(first)),
            [] => Err(Fault::segment("")),
        }
    }

    fn route_user(&mut self, call: &Call, key: &str, rest: &[&str]) -> Answered {
        let method = &call.method;
        match rest {
            ["revokeSignInSessions"] => post(call).and_then(|()| self.revoke(call, key)),
            ["checkMemberGroups"] => post(call).and_then(|()| self.check_member_groups(call, key)),
            ["manager"] => get(call).and_then(|()| self.show_manager(call, key)),
            ["transitiveMemberOf", "microsoft.graph.group"] => get(call).and_then(|()| self.list_groups(call, key)),
            ["ownedObjects", "microsoft.graph.group"] => get(call).and_then(|()| self.list_owned(call, key)),
            ["authentication", "methods"] => get(call).and_then(|()| self.list_methods(call, key)),
            ["authentication", "temporaryAccessPassMethods"] => match *method {
                Method::GET => self.list_taps(call, key),
                Method::POST => self.create_tap(call, key),
                _ => Err(Fault::method()),
            },
            ["authentication", "temporaryAccessPassMethods", id] => match *method {
                Method::GET => self.get_tap(call, key, id),
                Method::DELETE => self.delete_tap(call, key, id),
                _ => Err(Fault::method()),
            },
            ["authentication", collection, id] if *method == Method::DELETE => {
                self.delete_method(call, key, collection, id)
            }
            [.., last] => Err(Fault::segment(last)),
            [] => Err(Fault::segment("")),
        }
    }

    /// The id of the account that the key of a path means.
    pub(super) fn subject(&self, key: &str) -> Result<Uuid, Fault> {
        let found = self.state.find(key).map(|account| account.person.id);
        found.ok_or_else(|| Fault::missing(key))
    }
}

fn get(call: &Call) -> Result<(), Fault> {
    if call.method == Method::GET {
        Ok(())
    } else {
        Err(Fault::method())
    }
}

fn post(call: &Call) -> Result<(), Fault> {
    if call.method == Method::POST {
        Ok(())
    } else {
        Err(Fault::method())
    }
}

/// One path segment without its percent signs. A plus is a plus here.
fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}
