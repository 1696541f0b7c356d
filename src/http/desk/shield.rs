//! The shield: raised and lowered with a reason that all staff see. Both want a fresh proof.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::fields::Fields;
use super::{App, At};
use crate::case::role::Power;
use crate::pages::desk::{Said, Shield, path};

/// The longest reason that the page takes.
const LONGEST: usize = 254;

pub(super) fn routes() -> Router<App> {
    Router::new().route(path::SHIELD, get(look).post(turn))
}

async fn look(at: At) -> Response {
    match at.need(Power::Shield, path::SHIELD).await {
        Ok(_) => show(&at, false).await,
        Err(refused) => refused,
    }
}

async fn turn(at: At, fields: Fields) -> Response {
    let operator = match at.need(Power::Shield, path::SHIELD).await {
        Ok(operator) => operator,
        Err(refused) => return refused,
    };
    if let Err(refused) = at.pressed(fields.token()).await {
        return refused;
    }
    let up = match fields.get(path::SHIELD_TO) {
        path::UP => true,
        path::DOWN => false,
        // Nothing is turned by a form that does not say which way.
        _ => return show(&at, false).await,
    };
    let Some(reason) = fields.text(path::REASON, LONGEST) else {
        return show(&at, true).await;
    };
    // Whoever was a moment later finds it as they wanted it.
    let turned = if up {
        at.flow().raise_shield(operator, &reason).await
    } else {
        at.flow().lower_shield(operator, &reason).await
    };
    match turned {
        Ok(_) => at.done(path::SHIELD, if up { Said::Raised } else { Said::Lowered }),
        Err(error) => at.fail(error).await,
    }
}

async fn show(at: &At, reason_missing: bool) -> Response {
    match at.flow().store.open_cases().await {
        Ok(open) => {
            let open = u32::try_from(open).unwrap_or(u32::MAX);
            at.show(Shield { open, reason_missing }).await
        }
        Err(error) => at.fail(error).await,
    }
}
