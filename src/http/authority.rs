//! Who asks, and what they may: an operator by the session of their browser, a machine by its token.
//!
//! Authority is taken out of the request before a handler sees it. What a caller may do is said by [`Power`]s; of those that
//! want a fresh proof a machine has mending at most, and only where the settings name it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::App;
use super::api::Caller;
use super::problem::Problem;
use crate::case::role::{Operator, Power};
use crate::cause::causes;
use crate::crypto::token::Token;
use crate::pages::{Notice, path};
use crate::source::Door;
use crate::staff::Session;

/// The header in which scripts of ours say that a request is theirs.
pub const CSRF_HEADER: &str = "x-doorward-csrf";

/// An operator at a page of the console. Whoever is not signed in is led to where they can.
pub struct Staff(pub Session);

/// Whoever calls the API.
#[derive(Debug)]
pub enum Authority {
    /// A machine with a token.
    Machine(Machine),
    /// An operator, by the session of their browser.
    Staff(Box<Session>),
}

/// A machine with a token.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name in the settings.
    pub name: String,
    /// What it may do.
    pub powers: Vec<Power>,
    /// For which purposes; all if empty.
    pub purposes: Vec<String>,
}

/// Who does something, as the record names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The machine's name, or the operator's id.
    pub name: String,
    /// The operator, if it is one.
    pub operator: Option<Operator>,
    /// The purposes it is for; all if empty.
    pub purposes: Vec<String>,
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        match session(app, &parts.headers).await {
            Ok(Some((_, session))) => Ok(Self(session)),
            // What was to be sent is lost: only a look can be gone back to.
            Ok(None) => Err(to_sign_in((parts.method == Method::GET).then(|| asked(parts)))),
            Err(error) => Err(app.door.fail(&error.into())),
        }
    }
}

impl FromRequestParts<App> for Authority {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        // A token says more than a cookie that came along.
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let caller = Caller::from_request_parts(parts, app).await?;
            return Ok(Self::Machine(Machine::of(caller)));
        }
        let found = session(app, &parts.headers).await;
        let found = found.map_err(|error| Problem::from(crate::flow::Error::from(error)))?;
        let (_, session) = found.ok_or_else(Problem::unauthorised)?;
        let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let said = parts
            .headers
            .get(CSRF_HEADER)
            .map_or(&b""[..], |value| value.as_bytes());
        // The cookie came by itself; only a page of ours knows this.
        if changes && !bool::from(session.csrf.as_bytes().ct_eq(said)) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "csrf",
                "The request does not say that it is the console's",
            )
            .detail(format!("Send the session's token in `{CSRF_HEADER}`.")));
        }
        Ok(Self::Staff(Box::new(session)))
    }
}

impl Staff {
    /// The operator, if they have this power and, where it wants that, proved themselves anew moments ago. `to` is where to come
    /// back to.
    pub fn need(&self, door: &Door, power: Power, to: &str) -> Result<&Operator, Response> {
        if !self.0.operator.roles.may(power) {
            let mut refused = door.show(Notice::NotFound);
            *refused.status_mut() = StatusCode::FORBIDDEN;
            return Err(refused);
        }
        if power.needs_step_up() && !self.0.is_fresh {
            return Err(led(path::STAFF_STEP_UP, Some(to)));
        }
        Ok(&self.0.operator)
    }

    /// Whether a form was on a page that we showed to this browser.
    pub fn pressed(&self, door: &Door, form_token: &str) -> Result<(), Response> {
        if self.0.csrf.as_bytes().ct_eq(form_token.as_bytes()).into() {
            Ok(())
        } else {
            Err(door.show(Notice::Forbidden))
        }
    }
}

impl Machine {
    fn of(caller: Caller) -> Self {
        Self {
            name: caller.name,
            powers: caller.powers,
            purposes: caller.purposes,
        }
    }
}

impl Actor {
    /// Whether cases of a purpose are there for them.
    pub fn may_see(&self, purpose: &str) -> bool {
        self.purposes.is_empty() || self.purposes.iter().any(|name| name == purpose)
    }

    /// Whether everything is there for them, and not some purposes alone.
    pub fn sees_all(&self) -> bool {
        self.purposes.is_empty()
    }

    /// Who the record names: the operator, or the machine in the place of one.
    pub fn staff(&self) -> Operator {
        self.operator.clone().unwrap_or_else(|| Operator::machine(&self.name))
    }

    /// What the record calls them.
    pub fn called(&self) -> &str {
        self.operator.as_ref().map_or(&self.name, |operator| &operator.name)
    }

    /// Whom counts and keys of repetition belong to: nobody else ever has the same.
    pub fn key(&self) -> String {
        match &self.operator {
            Some(operator) => format!("staff\n{}", operator.id),
            None => format!("machine\n{}", self.name),
        }
    }
}

impl Authority {
    /// Who it is, if they may do this now.
    pub fn need(&self, power: Power) -> Result<Actor, Problem> {
        let lacking = || {
            Problem::new(StatusCode::FORBIDDEN, "forbidden", "This is not yours to do")
                .detail(format!("It takes the power `{power}`."))
        };
        match self {
            Self::Machine(machine) => {
                // Whatever the settings were read as: what is a human's is no machine's.
                if !power.may_be_a_machines() || !machine.powers.contains(&power) {
                    return Err(lacking());
                }
                Ok(self.actor())
            }
            Self::Staff(session) => {
                if !session.operator.roles.may(power) {
                    return Err(lacking());
                }
                if power.needs_step_up() && !session.is_fresh {
                    return Err(Problem::new(
                        StatusCode::FORBIDDEN,
                        "step-up-required",
                        "Prove anew who you are, then ask again",
                    )
                    .detail(format!("Go to {} and come back.", path::STAFF_STEP_UP)));
                }
                Ok(self.actor())
            }
        }
    }

    /// What they may do, a fresh proof aside.
    pub fn powers(&self) -> Vec<Power> {
        let may = |power: &Power| match self {
            Self::Machine(machine) => power.may_be_a_machines() && machine.powers.contains(power),
            Self::Staff(session) => session.operator.roles.may(*power),
        };
        Power::ALL.into_iter().filter(may).collect()
    }

    /// Who it is, whatever they may.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Machine(machine) => Actor {
                name: machine.name.clone(),
                operator: None,
                purposes: machine.purposes.clone(),
            },
            Self::Staff(session) => Actor {
                name: session.operator.id.clone(),
                operator: Some(session.operator.clone()),
                purposes: Vec::new(),
            },
        }
    }
}

/// The session of a browser, if it is signed in.
pub(super) async fn session(app: &App, headers: &HeaderMap) -> Result<Option<(Token, Session)>, crate::store::Error> {
    let Some(token) = Door::cookie(headers, cookie_name(app)).and_then(Token::parse) else {
        return Ok(None);
    };
    let session = app.staff.session(&token).await.inspect_err(|error| {
        tracing::warn!(error = %causes(error), "an operator's session could not be read");
    })?;
    Ok(session.map(|session| (token, session)))
}

/// RFC 6265bis §4.1.3.2, as for the person's own cookie (decision 9).
pub(super) fn cookie_name(app: &App) -> &'static str {
    if app.door.secure {
        "__Host-doorward-desk"
    } else {
        "doorward-desk"
    }
}

fn asked(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/desk", |asked| asked.as_str())
}

fn to_sign_in(to: Option<&str>) -> Response {
    led(path::STAFF_SIGN_IN, to)
}

/// To a page of ours that leads back afterwards.
pub(super) fn led(page: &str, to: Option<&str>) -> Response {
    let address = match to {
        Some(to) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("to", to)
                .finish();
            format!("{page}?{query}")
        }
        None => page.to_owned(),
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}
