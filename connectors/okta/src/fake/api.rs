//! Which call of the imitated Management API goes where, and how collections are told page by page.
//!
//! After the Management description, release 2026.06 (<https://developer.okta.com/docs/api/>, August 2026).

use http::Method;
use serde_json::{Value, json};

use super::Desk;
use super::admit::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::RoleHeld;

impl Desk<'_> {
    pub(super) fn route(&mut self, call: &Call) -> Answered {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let get = call.method == Method::GET;
        match path.as_slice() {
            ["api", "v1", "users"] if get => self.list_users(call),
            ["api", "v1", "users", "me"] if get => self.show_myself(call),
            ["api", "v1", "users", key] if get => self.show_user(call, key),
            ["api", "v1", "users", key, rest @ ..] => self.route_user(call, key, rest),
            ["api", "v1", "groups", id, "roles"] if get => self.group_roles(call, id),
            ["api", "v1", "authenticators"] if get => self.list_authenticators(call),
            ["api", "v1", "iam", "roles", id, "permissions"] if get => self.permissions(call, id),
            ["oauth2", "v1", "clients", id, "roles"] if get => self.client_roles(call, id),
            ["api", "v1", "users" | "authenticators", ..] | ["oauth2", "v1", "clients", ..] => Err(Fault::method()),
            _ => Err(Fault::path()),
        }
    }

    fn route_user(&mut self, call: &Call, key: &str, rest: &[&str]) -> Answered {
        // Sessions, factors, roles and codes are known by the user's id only; the rest by the login as well.
        let by_login = matches!(rest, ["lifecycle", _] | ["groups" | "blocks"]);
        let id = match self.state.find(key) {
            Some(account) if by_login || account.person.id == key => account.person.id.clone(),
            _ => return Err(Fault::missing(&format!("{key} (User)"))),
        };
        let (get, post, delete) = (
            call.method == Method::GET,
            call.method == Method::POST,
            call.method == Method::DELETE,
        );
        match rest {
            ["blocks"] if get => self.blocks(call, &id),
            ["groups"] if get => self.user_groups(call, &id),
            ["roles"] if get => self.user_roles(call, &id),
            ["factors"] if get => self.list_factors(call, &id),
            ["factors", factor] if delete => self.delete_factor(call, &id, factor),
            ["sessions"] if delete => self.end_sessions(call, &id),
            ["authenticator-enrollments"] if get => self.list_enrolments(call, &id),
            ["authenticator-enrollments", "tac"] if post => self.create_tac(call, &id),
            ["authenticator-enrollments", enrolment] if delete => self.delete_enrolment(call, &id, enrolment),
            ["lifecycle", act] if post => self.lifecycle(call, &id, act),
            ["blocks" | "groups" | "roles" | "sessions"]
            | ["factors" | "authenticator-enrollments" | "lifecycle", ..] => Err(Fault::method()),
            _ => Err(Fault::path()),
        }
    }

    fn group_roles(&self, call: &Call, id: &str) -> Answered {
        self.needs_scope(call, "okta.roles.read")?;
        call.only(&["expand"])?;
        let found = self.world.groups.iter().find(|group| group.id == id);
        let group = found.ok_or_else(|| Fault::missing(&format!("{id} (UserGroup)")))?;
        Ok(Reply::ok(roles(&group.roles, "GROUP")))
    }

    fn client_roles(&self, call: &Call, id: &str) -> Answered {
        self.needs_scope(call, "okta.roles.read")?;
        if id != self.world.client_id {
            return Err(Fault::missing(&format!("{id} (PublicClientApp)")));
        }
        Ok(Reply::ok(roles(&self.state.client_roles, "CLIENT")))
    }

    fn permissions(&self, call: &Call, id: &str) -> Answered {
        self.needs_scope(call, "okta.roles.read")?;
        let held = self
            .state
            .client_roles
            .iter()
            .find(|role| role.custom.as_deref() == Some(id));
        let role = held.ok_or_else(|| Fault::missing(&format!("{id} (CustomRole)")))?;
        let list: Vec<Value> = role.permissions.iter().map(|label| json!({ "label": label })).collect();
        Ok(Reply::ok(json!({ "permissions": list })))
    }

    /// One page of `all`, with the links that lead on.
    pub(super) fn paged(&self, call: &Call, all: Vec<Value>) -> Answered {
        let limit = match call.asked("limit") {
            Some(text) => text
                .parse()
                .map_err(|_| Fault::invalid("limit", "limit: not a number"))?,
            None => self.world.page,
        };
        let limit: usize = self.world.page.min(limit).max(1);
        let from: usize = match call.asked("after") {
            Some(cursor) => cursor
                .strip_prefix("cursor")
                .and_then(|number| number.parse().ok())
                .ok_or_else(|| Fault::invalid("after", "after: not a cursor"))?,
            None => 0,
        };
        let link = |after: Option<usize>, rel: &str| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (key, value) in call.query.iter().filter(|(key, _)| key != "after") {
                query.append_pair(key, value);
            }
            if let Some(after) = after {
                query.append_pair("after", &format!("cursor{after}"));
            }
            format!(
                "<{}?{}>; rel=\"{rel}\"",
                self.world.address(&call.raw_path),
                query.finish()
            )
        };
        let mut links = vec![link(None, "self")];
        if from.saturating_add(limit) < all.len() {
            links.push(link(Some(from.saturating_add(limit)), "next"));
        }
        let page: Vec<Value> = all.into_iter().skip(from).take(limit).collect();
        Ok(Reply {
            links,
            ..Reply::ok(Value::Array(page))
        })
    }
}

/// Role assignments as the vendor tells them.
pub(super) fn roles(held: &[RoleHeld], assigned_to: &str) -> Value {
    let told = held.iter().map(|role| {
        json!({
            "id": format!("ra1{}", role.kind), "label": role.kind, "type": role.kind, "status": "ACTIVE",
            "assignmentType": assigned_to, "role": role.custom,
        })
    });
    Value::Array(told.collect())
}
