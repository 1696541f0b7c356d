//! External MFA of an Entra tenant: the browser arrives with a form that Entra had it post, and leaves with another.
//!
//! Entra.md §1; what is checked and what is answered is [`crate::provider::entra`]'s. The post comes from another site, so
//! no cookie of ours comes with it (`SameSite=Lax`): Entra's signed hint is what it stands on. The cookie that binds the
//! browser is set by the answer to it, and comes with the redirect that follows.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use super::{Door, reply};
use crate::case::policy::Purpose;
use crate::case::{Case, Verdict};
use crate::cause::causes;
use crate::flow::Error;
use crate::flow::answer::Question;
use crate::pages::{Notice, path};
use crate::provider::entra::{Asked, BUDGET, ENTRA_WAITS, Hint, Method, Refused, Tenant, document, support_id};
use crate::provider::form::{Body, Parameters};
use crate::provider::keyring::KEPT;
use crate::provider::refusal::Code;
use crate::store;
use doorward_contract::{Subject, SubjectKey};

/// Which endpoint a refusal is written down under.
const ENDPOINT: &str = "entra authorize";

/// The paths that Entra reads and sends browsers to: its pages may post here, and no cookie of ours counts.
pub fn crossing() -> Router<Door> {
    Router::new()
        .route("/entra/{name}/.well-known/openid-configuration", get(metadata))
        .route("/entra/{name}/keys", get(keys))
        .route("/entra/{name}/authorize", get(look).post(authorize))
}

async fn metadata(State(door): State<Door>, Path(name): Path<String>) -> Response {
    match door.entra.tenant(&name) {
        Some(tenant) => whole(&document(tenant)),
        None => door.show(Notice::NotFound),
    }
}

async fn keys(State(door): State<Door>, Path(name): Path<String>) -> Response {
    if door.entra.tenant(&name).is_none() {
        return door.show(Notice::NotFound);
    }
    match door.entra.jwks().await {
        Ok(keys) => whole(&keys),
        Err(error) => {
            tracing::error!(error = %causes(&error), "Entra cannot be shown our keys");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A document as Entra wants it: in one piece, its length said, nothing encoded (entra.md §1.3).
fn whole(document: &impl Serialize) -> Response {
    // A key replaced at once signs only when whoever keeps to this has read it.
    let Ok(kept) = HeaderValue::from_str(&format!("public, max-age={}", KEPT.as_secs())) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(body) = serde_json::to_vec(document) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_LENGTH, HeaderValue::from(body.len())),
        (header::CACHE_CONTROL, kept),
    ];
    (headers, body).into_response()
}

/// Entra may look whether anybody is there (entra.md §1.4): a short page, and no error. A person who loads the address again
/// reads on it where to begin.
async fn look(State(door): State<Door>, Path(name): Path<String>) -> Response {
    if door.entra.tenant(&name).is_none() {
        return door.show(Notice::NotFound);
    }
    with_status(door.show(Notice::BadRequest { support: None }), StatusCode::OK)
}

async fn authorize(
    State(door): State<Door>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(tenant) = door.entra.tenant(&name) else {
        return door.show(Notice::NotFound);
    };
    let parameters = match body.map(|body| Parameters::of_body(&headers, &body, Body::Form)) {
        Ok(Ok(parameters)) => parameters,
        Ok(Err(refusal)) => return unreadable(&door, tenant, refusal.why, refusal.status).await,
        Err(rejection) => return unreadable(&door, tenant, "body unreadable", rejection.status()).await,
    };
    // The settings see to it that there is one purpose.
    let purpose = door.purposes_of(&tenant.name).into_iter().next().cloned();
    let method = purpose.as_ref().and_then(|purpose| Method::of(&purpose.required));
    match (door.entra.check(tenant, &parameters, method).await, purpose) {
        (Ok((asked, hint)), Some(purpose)) => open(&door, tenant, &purpose, asked, &hint).await,
        (Ok((asked, _)), None) => reply::post(&door, &asked.redirect_uri, asked.refuse(Code::ServerError)),
        (Err(refused), _) => refuse(&door, tenant, refused, support_id(&parameters)).await,
    }
}

/// Opens a case for the account that Entra named, and binds the browser to it.
async fn open(door: &Door, tenant: &Tenant, purpose: &Purpose, asked: Asked, hint: &Hint) -> Response {
    let support = asked.client_request_id.as_deref();
    tracing::info!(source = tenant.name, client_request_id = support, "Entra sent somebody");
    let Ok(request) = serde_json::to_string(&asked) else {
        return reply::post(door, &asked.redirect_uri, asked.refuse(Code::ServerError));
    };
    let question = Question {
        purpose: purpose.name.clone(),
        source: tenant.name.clone(),
        client: tenant.name.clone(),
        subject: Subject {
            key: SubjectKey::Id,
            value: hint.oid.to_string(),
        },
        record: None,
        request,
        // Entra signed whose account it is, after a first factor (entra.md §1.5).
        recognise: true,
        budget: Some(BUDGET),
        typed_from: None,
    };
    match door.flow.open_question(question).await {
        Ok(bound) => door.bind(&bound.key, path::CASE),
        Err(error) => {
            tracing::error!(source = tenant.name, error = %causes(&error), "no case could be opened for Entra");
            // Entra lets the person choose another way.
            reply::post(door, &asked.redirect_uri, asked.refuse(Code::TemporarilyUnavailable))
        }
    }
}

/// Answers for a case whose answer is due.
pub(super) async fn answer(door: &Door, case: Case) -> Response {
    let number = Some(case.number.clone());
    let asked: Option<Asked> = case
        .private
        .request
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let Some(asked) = asked else {
        return door.show(Notice::Unavailable { number });
    };
    let verdict = case.verdict.unwrap_or(Verdict::Unavailable);
    let now = door.flow.now();
    let mut told = verdict;
    let response = if now.since(asked.received_at) >= ENTRA_WAITS {
        told = Verdict::Late;
        // Nobody waits for it any more: an answer now would lead the person into an error there.
        door.show(Notice::TooLittleTime { number, back: false })
    } else if verdict == Verdict::Proven {
        match door.entra.answer(&asked).await {
            Ok(fields) => reply::post(door, &asked.redirect_uri, fields),
            Err(error) => {
                tracing::error!(error = %causes(&error), "Entra could not be told of a proof");
                told = Verdict::Unavailable;
                reply::post(door, &asked.redirect_uri, asked.refuse(Code::ServerError))
            }
        }
    } else {
        reply::post(door, &asked.redirect_uri, asked.refuse(code(verdict)))
    };
    match door.flow.answered(case, told, None).await {
        Ok(_) => response,
        // Two tabs at once: one of them carried the answer.
        Err(Error::Elsewhere | Error::Store(store::Error::Stale)) => door.on_to(path::CASE),
        Err(error) => door.fail(&error),
    }
}

/// What a verdict is called there (entra.md §1.8).
fn code(verdict: Verdict) -> Code {
    match verdict {
        Verdict::Unavailable | Verdict::Late => Code::TemporarilyUnavailable,
        Verdict::Proven | Verdict::Failed | Verdict::Declined | Verdict::Undecided => Code::AccessDenied,
    }
}

async fn refuse(door: &Door, tenant: &Tenant, refused: Refused, support: Option<String>) -> Response {
    let client_request_id = support.as_deref();
    tracing::info!(
        source = tenant.name,
        client_request_id,
        why = refused.why(),
        "what Entra sent is refused"
    );
    let told = match &refused {
        Refused::Answerable { code, .. } => code.word(),
        Refused::Local { .. } | Refused::Again => "none",
    };
    door.provider
        .note(ENDPOINT, Some(&tenant.name), told, refused.why())
        .await;
    match refused {
        Refused::Local { .. } => door.show(Notice::BadRequest { support }),
        Refused::Answerable {
            redirect_uri, fields, ..
        } => reply::post(door, &redirect_uri, fields),
        // Back and forward in the browser that began: it goes on with what it has. Anybody else has nothing there.
        Refused::Again => door.on_to(path::CASE),
    }
}

async fn unreadable(door: &Door, tenant: &Tenant, why: &'static str, status: StatusCode) -> Response {
    door.provider.note(ENDPOINT, Some(&tenant.name), "none", why).await;
    with_status(door.show(Notice::BadRequest { support: None }), status)
}

fn with_status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}
