//! Before and after an act on a case: what it will do, and that it is done. Whether it may be is decided by the flow; what a page
//! should not have offered any more is told as somebody else having been faster.

use axum::extract::{Form, Path};
use axum::response::Response;
use serde::Deserialize;

use super::case::acts;
use super::{At, given};
use crate::case::{Case, StepState};
use crate::flow::Error;
use crate::pages::desk::{Act, Confirm, Open, Said, StaffNotice, path};
use doorward_contract::Undoing;

#[derive(Deserialize)]
pub(super) struct Pressed {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    reason: String,
}

/// Asks whether it is meant. Whoever has to prove themselves for it does so before they fill anything in.
pub(super) async fn look(at: At, Path((id, act)): Path<(String, String)>) -> Result<Response, Response> {
    let (case, act) = case(&at, &id, &act).await?;
    Ok(at.show(confirm(&at, &case, act, false)).await)
}

/// Does it.
pub(super) async fn press(
    at: At,
    Path((id, act)): Path<(String, String)>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    at.pressed(&pressed.form_token).await?;
    let (case, act) = case(&at, &id, &act).await?;
    let reason = pressed.reason.trim();
    let told = !reason.is_empty() && reason.len() <= Open::MAX_LENGTH && !reason.chars().any(char::is_control);
    if act.needs_reason() && !told {
        return Ok(at.show(confirm(&at, &case, act, true)).await);
    }
    let id = case.id.clone();
    match done(&at, case, act, reason).await {
        Ok(response) => Ok(response),
        Err(error) => Err(at.fail_at(&id, error).await),
    }
}

/// The case and the act, if this operator may do that now.
async fn case(at: &At, id: &str, act: &str) -> Result<(Case, Act), Response> {
    let case = at.case(id).await?;
    let Some(act) = Act::of(act) else {
        return Err(at.nothing().await);
    };
    at.need_of(act.power(), &path::act(id, act)).await?;
    if acts(at, &case).contains(&act) {
        return Ok((case, act));
    }
    Err(at.show(StaffNotice::Changed { case: id.to_owned() }).await)
}

async fn done(at: &At, case: Case, act: Act, reason: &str) -> Result<Response, Error> {
    let (flow, operator) = (at.flow(), at.operator());
    let name = operator.name.as_str();
    let page = path::case(case.id.as_str());
    let said = match act {
        Act::NewLink => {
            let (case, link) = flow.renew_link(case, operator).await?;
            return Ok(given::show(at, case, &link).await);
        }
        Act::Cancel => flow.cancel(case, name).await.map(|_| Said::Cancelled),
        Act::Flag => Box::pin(flow.flag(case, operator, reason)).await.map(|_| Said::Flagged),
        Act::ClearFlag => flow.clear_flag(case, operator, reason).await.map(|_| Said::Cleared),
        Act::Resume => flow.resume(case, name).await.map(|_| Said::Resumed),
        Act::Retry => flow.retry(case, name).await.map(|_| Said::Retried),
        Act::Undo => flow.undo(case, name).await.map(|_| Said::Undone),
        Act::Forget => flow.forget_remembered(case, name).await.map(|_| Said::Forgotten),
    };
    Ok(at.done(&page, said?))
}

fn confirm(at: &At, case: &Case, act: Act, reason_missing: bool) -> Confirm {
    let (mut does, mut lasting) = (Vec::new(), Vec::new());
    if act == Act::Undo {
        // In the order in which it will be done.
        for step in case.plan.iter().rev() {
            if !matches!(step.state, StepState::Done { .. }) {
                continue;
            }
            let (what, connector) = (step.act.action.ability().word().replace('_', " "), &step.act.connector);
            match at.flow().undoing(&step.act) {
                Some(Undoing::Possible { what: how }) => does.push(format!("{connector}, {what}: {how}")),
                Some(Undoing::Impossible { why }) => lasting.push(format!("{connector}, {what}: {why}")),
                None => lasting.push(format!(
                    "{connector}, {what}: the settings do not name `{connector}` any more"
                )),
            }
        }
    }
    if act == Act::Retry {
        let failed = case.plan.iter().filter(|step| step.is_failed());
        does.extend(failed.map(|step| {
            let what = step.act.action.ability().word().replace('_', " ");
            format!("{}, {what}", step.act.connector)
        }));
    }
    Confirm {
        id: case.id.to_string(),
        number: case.number.clone(),
        act,
        does,
        lasting,
        reason_missing,
    }
}
