//! The console: what operators see and press. Each screen is a file; what may be done is asked of [`crate::case::role::Power`]
//! here, and decided by the flow, which refuses whatever a page should not have offered.

mod approval;
mod approvals;
mod bars;
mod case;
mod cases;
mod confirm;
mod deliveries;
mod delivery;
mod erase;
mod exhibit;
mod explained;
mod export;
mod fact;
mod fields;
mod find;
mod given;
mod home;
pub mod house;
mod line;
mod open;
mod record;
mod review;
mod reviews;
mod send;
mod settings;
mod shield;
mod stream;
mod timeline;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;

use super::App;
use super::authority::{Staff, led};
use crate::case::role::{Operator, Power};
use crate::case::{Case, CaseId, Stage, step};
use crate::cause::causes;
use crate::crypto::token::reference_number;
use crate::flow::{Error, Flow};
use crate::pages::desk::{Desk, Frame, Raised, Said, Screen, StaffNotice, path};
use crate::pages::path as door;
use crate::staff::Session;
use crate::store::{self, Filter};

/// How many that wait are counted: more than anybody works off before they look again.
const COUNTED: u32 = 100;

/// The console's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route(path::HOME, get(home::look))
        .merge(reviews::routes())
        .merge(review::routes())
        .merge(approvals::routes())
        .merge(approval::routes())
        .merge(record::routes())
        .merge(erase::routes())
        .merge(shield::routes())
        .merge(settings::routes())
        .merge(deliveries::routes())
        .merge(delivery::routes())
        .route(path::FIND, get(find::look).post(find::ask))
        .route(path::CASES, get(cases::look).post(open::open))
        .route(path::OPEN, get(open::look).post(open::chosen))
        .route("/desk/cases/{id}", get(case::look))
        .route("/desk/cases/{id}/stream", get(stream::look))
        .route("/desk/cases/{id}/give", post(send::press))
        .route("/desk/cases/{id}/{act}", get(confirm::look).post(confirm::press))
        .layer(Extension(stream::Lookers::default()))
}

/// An operator at a page of the console, with all that its pages need.
pub(super) struct At {
    pub(super) app: App,
    pub(super) session: Session,
    /// The address that was asked for, to come back to.
    pub(super) here: String,
    said: Option<Said>,
}

#[derive(Deserialize)]
struct Before {
    said: Option<String>,
}

impl FromRequestParts<App> for At {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Staff(session) = Staff::from_request_parts(parts, app).await?;
        let said = Query::<Before>::try_from_uri(&parts.uri)
            .ok()
            .and_then(|before| Said::of(before.0.said.as_deref()?));
        let here = parts.uri.path_and_query().map_or(path::HOME, |here| here.as_str());
        Ok(Self {
            app: app.clone(),
            session,
            here: here.to_owned(),
            said,
        })
    }
}

impl At {
    pub(super) fn flow(&self) -> &Flow {
        &self.app.door.flow
    }

    pub(super) fn operator(&self) -> &Operator {
        &self.session.operator
    }

    pub(super) fn may(&self, power: Power) -> bool {
        self.operator().roles.may(power)
    }

    /// Refuses whoever lacks a power, and has whoever must prove themselves anew do so; `back` is where they come back to. About
    /// a particular case or person, lacking a power looks like there being none: [`Self::nothing`].
    pub(super) async fn need(&self, power: Power, back: &str) -> Result<&Operator, Response> {
        if !self.may(power) {
            return Err(self.show(StaffNotice::Forbidden).await);
        }
        self.proven(power, back)
    }

    /// The same where it is about a particular case or person.
    pub(super) async fn need_of(&self, power: Power, back: &str) -> Result<&Operator, Response> {
        if !self.may(power) {
            return Err(self.nothing().await);
        }
        self.proven(power, back)
    }

    fn proven(&self, power: Power, back: &str) -> Result<&Operator, Response> {
        if power.needs_step_up() && !self.session.is_fresh {
            return Err(led(door::STAFF_STEP_UP, Some(back)));
        }
        Ok(self.operator())
    }

    /// Whether a form was on a page that we showed to this browser.
    pub(super) async fn pressed(&self, form_token: &str) -> Result<(), Response> {
        use subtle::ConstantTimeEq;
        if self.session.csrf.as_bytes().ct_eq(form_token.as_bytes()).into() {
            return Ok(());
        }
        let mut refused = self.show(StaffNotice::FormTooOld).await;
        *refused.status_mut() = StatusCode::FORBIDDEN;
        Err(refused)
    }

    /// A case that this operator may read. Any other is as if it were not there.
    pub(super) async fn case(&self, id: &str) -> Result<Case, Response> {
        if !self.may(Power::ReadCase) {
            return Err(self.nothing().await);
        }
        let Ok(id) = id.parse::<CaseId>() else {
            return Err(self.nothing().await);
        };
        match self.flow().store.case(&id).await {
            Ok(Some(case)) => Ok(case),
            Ok(None) => Err(self.nothing().await),
            Err(error) => Err(self.fail(error).await),
        }
    }

    /// This is not theirs to look at, and it is about nobody in particular.
    pub(super) async fn forbidden(&self) -> Response {
        self.show(StaffNotice::Forbidden).await
    }

    /// There is nothing here, or nothing for this operator.
    pub(super) async fn nothing(&self) -> Response {
        self.show(StaffNotice::NotFound).await
    }

    /// A screen, with everything around it.
    pub(super) async fn show(&self, screen: impl Into<Screen>) -> Response {
        match self.frame().await {
            Ok(frame) => kept_nowhere(self.app.door.show(Desk::new(frame, screen))),
            Err(error) => kept_nowhere(self.app.door.fail(&error)),
        }
    }

    /// What an operator sees when something fails. The cause goes to the log, once, here, under the reference shown.
    pub(super) async fn fail(&self, error: impl Into<Error>) -> Response {
        let error = error.into();
        let notice = match &error {
            Error::TooMany(after) => {
                let seconds = HeaderValue::from(after.as_secs());
                let mut response = self.show(StaffNotice::Busy { retry_after: *after }).await;
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
                return response;
            }
            Error::Vendor(vendor) => {
                tracing::warn!(error = %causes(&error), passing = vendor.is_passing(), "a vendor could not be asked for an operator");
                StaffNotice::Unavailable
            }
            _ => {
                let reference = reference_number();
                tracing::error!(%reference, error = %causes(&error), "a page of the console failed ({reference})");
                StaffNotice::Fault { reference }
            }
        };
        self.show(notice).await
    }

    /// The same about a case: somebody else may have been faster.
    pub(super) async fn fail_at(&self, case: &CaseId, error: Error) -> Response {
        // Barred: its account was frozen since. The case's page says what is the matter.
        if matches!(
            error,
            Error::Elsewhere | Error::Barred(_) | Error::Lasting(_) | Error::Store(store::Error::Stale)
        ) {
            let case = case.to_string();
            return self.show(StaffNotice::Changed { case }).await;
        }
        if matches!(error, Error::MayNot(_)) {
            return self.show(StaffNotice::Forbidden).await;
        }
        self.fail(error).await
    }

    /// What a case is for, as the purpose is titled.
    pub(super) fn purpose(&self, case: &Case) -> String {
        let purpose = self.flow().purpose(&case.purpose);
        purpose.map_or_else(|_| case.purpose.clone(), |purpose| purpose.title.clone())
    }

    /// On to another page.
    #[expect(clippy::unused_self, reason = "the same shape as its neighbours")]
    pub(super) fn to(&self, page: &str) -> Response {
        (StatusCode::SEE_OTHER, [(header::LOCATION, page.to_owned())]).into_response()
    }

    /// Done: on to a page that says so once.
    #[expect(clippy::unused_self, reason = "the same shape as its neighbours")]
    pub(super) fn done(&self, page: &str, said: Said) -> Response {
        let address = format!("{page}?said={}", said.word());
        (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
    }

    /// What surrounds every screen.
    async fn frame(&self) -> Result<Frame, Error> {
        let raised = self.flow().raised().await?;
        Ok(Frame {
            operator: self.operator().name.clone(),
            roles: self.operator().roles.clone(),
            form_token: self.session.csrf.clone(),
            now: self.flow().now(),
            shield: raised.map(|raised| Raised {
                since: raised.at,
                by: raised.by,
                reason: raised.reason,
            }),
            reviews: count(&self.waiting(Power::Review).await?),
            approvals: count(&self.waiting(Power::Approve).await?),
            said: self.said,
        })
    }

    /// The cases that wait for this operator: to be reviewed, or to be agreed to. Those that they may not decide on wait for others.
    pub(super) async fn waiting(&self, power: Power) -> Result<Vec<Case>, Error> {
        if !self.may(power) {
            return Ok(Vec::new());
        }
        let stage = if power == Power::Review {
            Stage::Review
        } else {
            Stage::Approval
        };
        let filter = Filter {
            stage: Some(stage),
            limit: COUNTED,
            ..Filter::default()
        };
        let mut cases = self.flow().store.cases(filter).await?;
        let operator = self.operator();
        let past = self.flow().past_of(operator).await?;
        cases.retain(|case| match power {
            Power::Review => step::awaits_reviewer(case) && crate::case::bar::reviewer(case, operator).is_ok(),
            _ => approvals::is_asked(case) && crate::case::bar::approver(case, operator, past).is_ok(),
        });
        Ok(cases)
    }
}

fn count(cases: &[Case]) -> u32 {
    u32::try_from(cases.len()).unwrap_or(u32::MAX)
}

/// Names and cases stay in no cache.
fn kept_nowhere(mut response: Response) -> Response {
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, never);
    response
}
