//! What colleagues decide on a case: its review in three steps, their agreement, and that it is fraud. Who may decide on which
//! case is the flow's to say.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Me;
use super::cases::find;
use super::sent::{LONGEST, LONGEST_NOTE, Sent, optional, text, unfit};
use super::view::told;
use crate::case::desk::{Decision, Judgement};
use crate::http::App;
use crate::http::problem::Problem;

type Told = Result<Json<Value>, Problem>;

/// How many reasons somebody gives.
const MOST_REASONS: usize = 20;

/// A reviewer takes a case.
pub(super) async fn take(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.claim_review(case, &actor.staff()).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// What was read and checked; never whose account it is said to be.
pub(super) async fn evidence(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let seen = flow.evidence(&case, &actor.staff()).await?;
    Ok(Json(json!({
        "number": seen.number, "purpose": seen.purpose, "why": seen.why, "verifier": seen.verifier,
        "recheck": seen.recheck, "person": seen.person, "readings": seen.readings,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Judged {
    holds: bool,
    document: Option<bool>,
    face: Option<bool>,
    #[serde(default)]
    reasons: Vec<String>,
    note: Option<String>,
}

/// Whether the evidence holds.
pub(super) async fn judge(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(judged): Sent<Judged>,
) -> Told {
    if judged.reasons.len() > MOST_REASONS {
        return Err(unfit(format!("`reasons` are {MOST_REASONS} at most")));
    }
    let reasons = judged.reasons.iter().map(|reason| text("reasons", reason, LONGEST));
    let judgement = Judgement {
        // What a part of does not hold does not hold.
        holds: judged.holds && judged.document != Some(false) && judged.face != Some(false),
        document: judged.document,
        face: judged.face,
        reasons: reasons.collect::<Result<_, _>>()?,
        note: optional("note", judged.note.as_ref(), LONGEST_NOTE)?,
    };
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.judge(case, &actor.staff(), judgement).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// Whose account it is said to be; that it was looked at is written down.
pub(super) async fn claimed(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let claimed = flow.claimed(case, &actor.staff()).await?;
    Ok(Json(json!({
        "account": claimed.account, "login": claimed.login, "display_name": claimed.display_name,
        "person": claimed.person, "match": claimed.explanation,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    same_person: bool,
    reason: String,
    why: Option<String>,
    evidence: Option<String>,
    #[serde(default)]
    steps: Vec<String>,
}

/// Whether it is the same person.
pub(super) async fn decide(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(decided): Sent<Decided>,
) -> Told {
    if decided.steps.len() > MOST_REASONS {
        return Err(unfit(format!("`steps` are {MOST_REASONS} at most")));
    }
    let steps = decided.steps.iter().map(|step| text("steps", step, LONGEST));
    let decision = Decision {
        same_person: decided.same_person,
        reason: text("reason", &decided.reason, LONGEST_NOTE)?,
        why: optional("why", decided.why.as_ref(), LONGEST_NOTE)?,
        evidence: optional("evidence", decided.evidence.as_ref(), LONGEST_NOTE)?,
        steps: steps.collect::<Result<_, _>>()?,
    };
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.decide(case, &actor.staff(), decision).await?;
    Ok(Json(told(flow, &case, &actor)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agreed {
    note: Option<String>,
}

/// A colleague agrees.
pub(super) async fn agree(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(agreed): Sent<Agreed>,
) -> Told {
    let note = optional("note", agreed.note.as_ref(), LONGEST_NOTE)?;
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.approve(case, &actor.staff(), note).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// Why something is done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    reason: String,
}

impl Because {
    /// The reason, if it is one.
    pub(super) fn given(&self) -> Result<String, Problem> {
        text("reason", &self.reason, LONGEST_NOTE)
    }
}

/// A colleague does not agree: the case ends.
pub(super) async fn refuse(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(because): Sent<Because>,
) -> Told {
    let reason = because.given()?;
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.refuse_approval(case, &actor.staff(), &reason).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// Calls a case fraud: everything of that account stops.
pub(super) async fn flag(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(because): Sent<Because>,
) -> Told {
    let reason = because.given()?;
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let flagged = flow.flag(case, &actor.staff(), &reason).await?;
    Ok(Json(json!({
        "case": told(flow, &flagged.case, &actor), "done": flagged.done, "others": flagged.others,
    })))
}

/// Takes a fraud flag away.
pub(super) async fn clear(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
    Sent(because): Sent<Because>,
) -> Told {
    let reason = because.given()?;
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.clear_flag(case, &actor.staff(), &reason).await?;
    Ok(Json(told(flow, &case, &actor)))
}
