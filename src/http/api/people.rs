//! People, for the staff: looked up at the directory, and forgotten; and the shield, which is about everybody.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Me;
use super::decide::Because;
use super::sent::{LONGEST, Sent, text};
use crate::http::App;
use crate::http::problem::Problem;
use crate::store::Raised;

type Told = Result<Json<Value>, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Somebody {
    /// The connector whose directory knows them.
    connector: String,
    /// What they type to sign in.
    account: String,
}

impl Somebody {
    fn read(&self) -> Result<(String, String), Problem> {
        Ok((
            text("connector", &self.connector, LONGEST)?,
            text("account", &self.account, LONGEST)?,
        ))
    }
}

/// Looks somebody up. Counted, and written down. Who is not there is told by `found: null`: that is an answer, no fault.
pub(super) async fn find(State(app): State<App>, Me(actor): Me, Sent(somebody): Sent<Somebody>) -> Told {
    let (connector, account) = somebody.read()?;
    let found = app.door.flow.find(&actor.staff(), &connector, &account).await?;
    let told = found.map(|found| {
        let last = found.last.map(|last| {
            json!({
                "id": last.id, "number": last.number, "stage": last.stage, "end": last.end, "opened_at": last.opened_at,
            })
        });
        json!({
            "display_name": found.display_name, "account": found.account, "enabled": found.enabled,
            "protected": found.protected, "frozen": found.frozen,
            // Somebody's newest case may be for a purpose that this caller has no part in.
            "last": last.filter(|_| actor.sees_all()),
        })
    });
    Ok(Json(json!({"found": told})))
}

/// Has everything forgotten that is known of somebody. It takes its time; the record tells when it is done.
pub(super) async fn erase(
    State(app): State<App>,
    Me(actor): Me,
    Sent(somebody): Sent<Somebody>,
) -> Result<Response, Problem> {
    let (connector, account) = somebody.read()?;
    let forgetting = app.door.flow.erase_person(&actor.staff(), &connector, &account).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"cases": forgetting.cases}))).into_response())
}

/// Whether the shield is up.
pub(super) async fn shield(State(app): State<App>) -> Told {
    let raised = app.door.flow.raised().await?;
    Ok(Json(told(raised.as_ref())))
}

fn told(raised: Option<&Raised>) -> Value {
    match raised {
        Some(raised) => json!({"raised": true, "at": raised.at, "by": raised.by, "reason": raised.reason}),
        None => json!({"raised": false, "at": null, "by": null, "reason": null}),
    }
}

/// Raises the shield. One that is up stays as it is.
pub(super) async fn raise(State(app): State<App>, Me(actor): Me, Sent(because): Sent<Because>) -> Told {
    let flow = &app.door.flow;
    flow.raise_shield(&actor.staff(), &because.given()?).await?;
    Ok(Json(told(flow.raised().await?.as_ref())))
}

/// Lowers the shield.
pub(super) async fn lower(State(app): State<App>, Me(actor): Me, Sent(because): Sent<Because>) -> Told {
    let flow = &app.door.flow;
    flow.lower_shield(&actor.staff(), &because.given()?).await?;
    Ok(Json(told(flow.raised().await?.as_ref())))
}
