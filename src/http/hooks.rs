//! Webhooks in. A webhook only ever wakes a case; what it claims is not looked at (threat T8).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::Problem;
use crate::audit::{Event, Fact};
use crate::case::HandleKind;
use crate::cause::causes;
use crate::crypto::token::Digest;
use crate::flow::Error;
use doorward_contract::VendorError;

/// Deliveries are remembered this long: longer than any retry span of a vendor (persona.md §9.4: at least 31 days).
const REMEMBERED: Duration = Duration::from_secs(32 * 24 * 3600);
/// This many refused deliveries an hour are written down; more are only logged.
const NOTED_AN_HOUR: u32 = 60;

/// Takes a delivery: authenticates it, remembers it, wakes its case, and answers before any of the work is done.
pub async fn receive(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Response> {
    let flow = &app.door.flow;
    let Some(verifier) = flow.verifiers.get(&name) else {
        return Err(Problem::not_found().into_response());
    };
    let now = flow.now();
    let woken = match verifier.wake(&headers, &body, now) {
        Ok(woken) => woken,
        Err(error) => {
            refuse(&app, &name, &error).await;
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "not-authentic",
                "The delivery is not authentic",
            )
            .into_response());
        }
    };
    let fail = |error: Error| Problem::from(error).into_response();
    let digest = Digest::of(&name, woken.event_id.as_bytes());
    let first = flow
        .store
        .use_once("webhook", &digest, now.plus(REMEMBERED))
        .await
        .map_err(|e| fail(e.into()))?;
    tracing::info!(vendor = name, kind = woken.kind, first, "a webhook arrived");
    // A repeat wakes too: the first delivery may have died here between being marked and being heard. Reading a proof
    // once more changes nothing.
    if let Some(reference) = woken.reference {
        let digest = flow.digests.digest("proof", reference.0.as_bytes());
        let case = flow
            .store
            .case_by(HandleKind::Proof, &digest, now)
            .await
            .map_err(|e| fail(e.into()))?;
        if let Some(case) = case {
            flow.wake(&case.id).await.map_err(fail)?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn refuse(app: &App, name: &str, error: &VendorError) {
    const HOUR: Duration = Duration::from_secs(3600);
    let flow = &app.door.flow;
    let now = flow.now();
    tracing::warn!(vendor = name, %error, "a webhook was refused");
    let digest = Digest::of("refused webhooks", name.as_bytes());
    let noted = flow
        .store
        .count("refused webhooks", &digest, now, HOUR, NOTED_AN_HOUR)
        .await;
    if noted.unwrap_or(false) {
        let fact = Fact::WebhookRefused {
            verifier: name.to_owned(),
            why: error.to_string(),
        };
        if let Err(error) = flow.store.note(&[Event::apart(now, fact)]).await {
            tracing::error!(
                error = %causes(&error),
                "a refused webhook could not be written down"
            );
        }
    }
}
