//! `doorward plan`: what a plan would do to one person's accounts, found out by reading.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, PlanArguments, load, print};
use crate::app;
use crate::case::StepState;
use crate::case::plan::OnFailure;
use crate::cause::causes;
use crate::flow::Error;
use crate::flow::rehearse::{Rehearsal, Rehearsed};
use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;

pub(super) async fn rehearse(arguments: PlanArguments) -> Result<ExitCode, Failure> {
    let config = load(&arguments.settings)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let failed = |error: app::Error| Failure::Failed(causes(&error));
    let flow = app::door(&config, clock).await.map_err(failed)?.flow;
    let told = |error: Error| match &error {
        Error::Elsewhere => Failure::Failed("nothing is planned for it, or it is forgotten".to_owned()),
        _ => Failure::Failed(causes(&error)),
    };
    let rehearsal = match (&arguments.case, &arguments.purpose, &arguments.account) {
        (Some(name), None, None) => {
            let case = flow.case_named(name).await.map_err(told)?;
            let case = case.ok_or_else(|| Failure::Failed(format!("there is no case `{name}`")))?;
            flow.rehearse_case(&case).await.map_err(told)?
        }
        (None, Some(purpose), Some(account)) => flow.rehearse(purpose, account).await.map_err(told)?,
        _ => {
            let what = "say which: --case NUMBER, or --purpose NAME with --account LOGIN";
            return Err(Failure::Unusable(what.to_owned()));
        }
    };
    if arguments.json {
        print(&serde_json::json!(rehearsal).to_string())?;
    } else {
        print(&text(&rehearsal))?;
    }
    Ok(if rehearsal.is_clear() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn text(rehearsal: &Rehearsal) -> String {
    let mut out = format!("purpose {}; nothing is changed by this\n\n", rehearsal.purpose);
    for place in &rehearsal.accounts {
        let id = place.account.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
        let _ = writeln!(out, "account at {}: {}{id}", place.connector, place.result);
        for reason in &place.reasons {
            let _ = writeln!(out, "    {reason}");
        }
    }
    out.push('\n');
    for (at, step) in rehearsal.steps.iter().enumerate() {
        let _ = writeln!(
            out,
            "{}. {}: {}: {}",
            at + 1,
            step.connector,
            step.action.ability(),
            outlook(step)
        );
        for note in &step.notes {
            let _ = writeln!(out, "    {note}");
        }
        if step.on_failure == OnFailure::GoOn {
            out.push_str("    the plan goes on without it\n");
        }
        if step.pass {
            out.push_str("    hands the person a pass\n");
        }
        if let Some(undo) = &step.undo {
            let can = if undo.possible {
                "can be taken back"
            } else {
                "stays done"
            };
            let _ = writeln!(out, "    {can}: {}", undo.text);
        }
    }
    out
}

/// How far a step has come, and whether it could be done now.
fn outlook(step: &Rehearsed) -> String {
    let state = step.done.as_ref().map(|step| &step.state);
    match (state, step.fits, &step.why) {
        (Some(StepState::Done { at, .. }), ..) => format!("done at {at}"),
        (
            Some(StepState::Undone {
                warning: Some(warning), ..
            }),
            ..,
        ) => format!("taken back; BUT {warning}"),
        (Some(StepState::Undone { at, .. }), ..) => format!("taken back at {at}"),
        (Some(StepState::Undoing { .. }), ..) => "is being taken back".to_owned(),
        (Some(StepState::Failed { why, .. }), Some(true), _) => format!("failed ({why}); could be done now"),
        (_, _, Some(why)) => format!("CANNOT be done: {why}"),
        _ => "can be done".to_owned(),
    }
}
