//! The imitated sign-in page: password or pass, forced change, registering a method.
//!
//! What a pass does at sign-in follows "Configure Temporary Access Pass"
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass>, August 2026).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use doorward_contract::Timestamp;
use http::StatusCode;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use uuid::{Uuid, uuid};

use super::pages::{Change, Done, Register, SignIn, Sorry, shown};
use super::state::{Account, Method, Stage, USABLE, Visit};
use super::{Desk, EntraFake, fresh_text};

/// After a one-time pass, registering must be done within this time.
const ONE_TIME_GRACE: Duration = Duration::from_mins(10);
/// How long a page waits for its next step otherwise.
const PATIENCE: Duration = Duration::from_mins(60);
/// What the button registers: the app, because a lab has no security key.
const NEW_KIND: &str = "microsoftAuthenticatorAuthenticationMethod";
/// Tells a lab's registered methods from those of the world.
const NEW_SPACE: Uuid = uuid!("5e7f0000-0000-4000-8000-000000000000");

const NEUTRAL: &str = "We could not sign you in. Check what you typed and try again.";
const MISMATCH: &str = "The two passwords are not the same.";
const WEAK: &str =
    "Choose a password that is harder to guess: at least eight characters, of three kinds, without your name.";
const REUSED: &str = "You cannot use your last password again.";

type Tenant = State<Arc<EntraFake>>;

pub(super) fn routes() -> Router<Arc<EntraFake>> {
    Router::new()
        .route("/signin", get(start).post(sign_in))
        .route("/signin/change", get(show).post(change))
        .route("/signin/register", get(show).post(register))
        .route("/signin/done", get(show))
}

#[derive(Deserialize)]
struct Credentials {
    login: String,
    password: String,
}

#[derive(Deserialize)]
struct Ticket {
    visit: String,
}

#[derive(Deserialize)]
struct NewPassword {
    visit: String,
    password: String,
    confirm: String,
}

async fn start(State(fake): Tenant) -> Response {
    fake.desk(|desk| desk.sign_in_page(StatusCode::OK, "", ""))
}

async fn sign_in(State(fake): Tenant, Form(given): Form<Credentials>) -> Response {
    fake.desk(|desk| match desk.let_in(&given) {
        Some((visit, stage)) => towards(&visit, stage),
        None => desk.sign_in_page(StatusCode::UNAUTHORIZED, &given.login, NEUTRAL),
    })
}

async fn show(State(fake): Tenant, Query(ticket): Query<Ticket>) -> Response {
    fake.desk(|desk| match desk.visit(&ticket.visit) {
        Some(visit) => desk.page_of(&visit, StatusCode::OK, ""),
        None => desk.sorry(),
    })
}

async fn change(State(fake): Tenant, Form(given): Form<NewPassword>) -> Response {
    fake.desk(|desk| desk.change(&given))
}

async fn register(State(fake): Tenant, Form(given): Form<Ticket>) -> Response {
    fake.desk(|desk| desk.register(&given.visit))
}

fn towards(visit: &str, stage: Stage) -> Response {
    let step = match stage {
        Stage::Change => "change",
        Stage::Register => "register",
        Stage::Done => "done",
    };
    Redirect::to(&format!("/signin/{step}?visit={visit}")).into_response()
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

impl Desk<'_> {
    /// Opens a visit for the right password or pass; nothing tells why it does not.
    fn let_in(&mut self, given: &Credentials) -> Option<(String, Stage)> {
        let (now, policy) = (self.now, self.state.tap_policy);
        let id = self.state.find(given.login.trim())?.person.id;
        let account = self.state.account_mut(id).filter(|account| account.person.enabled)?;
        let pass = account.tap.as_mut().filter(|tap| same(&tap.pass, &given.password));
        let (stage, ends_at) = if let Some(tap) = pass {
            if tap.reason(policy, now) != USABLE {
                return None;
            }
            tap.used = true;
            let end = tap.ends_at();
            // A session from a pass does not outlive the pass.
            let end = if tap.once {
                end.min(now.plus(ONE_TIME_GRACE))
            } else {
                end
            };
            (Stage::Register, end)
        } else {
            // The password of a federated domain is asked for elsewhere; only a pass comes before that.
            let fits = !account.person.federated && same(&account.person.password, &given.password);
            fits.then_some(())?;
            let stage = if account.is_forced() {
                Stage::Change
            } else {
                Stage::Done
            };
            (stage, now.plus(PATIENCE))
        };
        let password_number = account.password_number;
        if stage == Stage::Done {
            account.signed_in_at = Some(now);
        }
        Some((self.open_visit(id, stage, ends_at, password_number), stage))
    }

    fn open_visit(&mut self, account: Uuid, stage: Stage, ends_at: Timestamp, password_number: u64) -> String {
        let (id, now) = (fresh_text(32), self.now);
        self.state.visits.retain(|visit| visit.ends_at > now);
        self.state.visits.push(Visit {
            id: id.clone(),
            account,
            stage,
            began_at: now,
            ends_at,
            password_number,
        });
        id
    }

    /// A visit that still holds: in time, of an enabled account, not revoked, and its password not replaced since.
    fn visit(&self, id: &str) -> Option<Visit> {
        let visit = self.state.visits.iter().find(|visit| visit.id == id)?;
        let account = self.state.account(visit.account)?;
        let holds = visit.ends_at > self.now
            && account.person.enabled
            && account.sessions_valid_from <= visit.began_at
            && account.password_number == visit.password_number;
        holds.then(|| visit.clone())
    }

    fn visitor(&self, visit: &Visit) -> Option<&Account> {
        self.state.account(visit.account)
    }

    /// The visit is over its step: the person is signed in.
    fn finish(&mut self, id: &str) -> Response {
        let now = self.now;
        if let Some(visit) = self.state.visits.iter_mut().find(|visit| visit.id == id) {
            visit.stage = Stage::Done;
            let account = visit.account;
            if let Some(account) = self.state.account_mut(account) {
                account.signed_in_at = Some(now);
            }
        }
        towards(id, Stage::Done)
    }

    fn change(&mut self, given: &NewPassword) -> Response {
        let Some(visit) = self.visit(&given.visit).filter(|visit| visit.stage == Stage::Change) else {
            return self.sorry();
        };
        let Some(account) = self.visitor(&visit) else {
            return self.sorry();
        };
        let refusal = if given.password != given.confirm {
            Some(MISMATCH)
        } else if same(&account.person.password, &given.password) {
            Some(REUSED)
        } else if self.is_acceptable(&given.password, &account.person) {
            None
        } else {
            Some(WEAK)
        };
        if let Some(refusal) = refusal {
            return self.page_of(&visit, StatusCode::UNPROCESSABLE_ENTITY, refusal);
        }
        let now = self.now;
        let mut number = visit.password_number;
        if let Some(account) = self.state.account_mut(visit.account) {
            account.replace_password(&given.password, now);
            account.must_change = false;
            account.must_change_with_mfa = false;
            number = account.password_number;
        }
        // The one who chose stays; everybody else who came in with the former password does not.
        if let Some(own) = self.state.visits.iter_mut().find(|own| own.id == visit.id) {
            own.password_number = number;
        }
        self.finish(&visit.id)
    }

    fn register(&mut self, id: &str) -> Response {
        let Some(visit) = self.visit(id).filter(|visit| visit.stage == Stage::Register) else {
            return self.sorry();
        };
        if let Some(account) = self.state.account_mut(visit.account) {
            let methods = &mut account.person.methods;
            let is_first = methods.is_empty();
            let (space, _) = NEW_SPACE.as_u64_pair();
            let (_, random) = Uuid::new_v4().as_u64_pair();
            methods.push(Method {
                id: Uuid::from_u64_pair(space, random),
                kind: NEW_KIND.into(),
                default: is_first,
            });
        }
        self.finish(id)
    }

    fn sign_in_page(&self, status: StatusCode, login: &str, error: &'static str) -> Response {
        shown(
            status,
            &SignIn {
                tenant: &self.world.tenant_name,
                login,
                error,
            },
        )
    }

    fn sorry(&self) -> Response {
        shown(
            StatusCode::GONE,
            &Sorry {
                tenant: &self.world.tenant_name,
            },
        )
    }

    /// The page of the step where the visit stands, whichever was asked for.
    fn page_of(&self, visit: &Visit, status: StatusCode, error: &'static str) -> Response {
        let Some(account) = self.visitor(visit) else {
            return self.sorry();
        };
        let (tenant, login, id) = (
            self.world.tenant_name.as_str(),
            account.person.upn.as_str(),
            visit.id.as_str(),
        );
        match visit.stage {
            Stage::Change => shown(
                status,
                &Change {
                    tenant,
                    login,
                    visit: id,
                    error,
                },
            ),
            Stage::Register => shown(
                status,
                &Register {
                    tenant,
                    login,
                    visit: id,
                },
            ),
            Stage::Done => shown(
                status,
                &Done {
                    tenant,
                    login,
                    name: &account.person.display_name,
                },
            ),
        }
    }
}
