//! A case as it is told: everything but what identifies the person and what opens anything; to a reviewer who has not judged the
//! evidence, without whose account it is said to be.

use serde_json::{Value, json};

use crate::audit::Event;
use crate::case::bar::is_blind;
use crate::case::{Case, Opener, PlannedStep};
use crate::flow::Flow;
use crate::flow::rehearse::Undo;
use crate::http::authority::Actor;

/// What tells whose account a case is about, among the members of a fact that does ([`crate::audit::Fact::tells_whose`]).
const TELLING: [&str; 6] = ["account", "explanation", "manager", "reasons", "facts", "earlier"];

/// What staff see of a case.
pub fn view(flow: &Flow, case: &Case) -> Value {
    let (opened_by, ticket) = match &case.opener {
        Opener::Person => ("person".to_owned(), None),
        Opener::Operator { name, ticket } => (name.clone(), ticket.clone()),
        Opener::Client { name } => (name.clone(), None),
    };
    let attempts: Vec<Value> = case
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "number": attempt.number, "verifier": attempt.verifier, "asked_at": attempt.asked_at,
                "started": attempt.started, "kind": attempt.kind, "result": attempt.outcome, "forgotten": attempt.forgotten,
            })
        })
        .collect();
    json!({
        "id": case.id, "number": case.number, "version": case.version, "purpose": case.purpose, "source": case.source,
        "opened_by": opened_by, "ticket": ticket, "stage": case.stage,
        "end": case.end, "opened_at": case.opened_at, "changed_at": case.changed_at,
        "expires_at": case.expires_at, "ended_at": case.ended_at,
        "bound": case.browser.is_some(), "standing": case.standing,
        "account": case.private.account.as_ref().map(|account| &account.id),
        "attempts": attempts, "checks": case.checks, "match": case.explanation,
        "remembered_until": case.remembered_until,
        "plan": case.plan.iter().map(|step| planned(flow, step)).collect::<Vec<_>>(),
        "failed": case.plan.iter().filter(|step| step.is_failed()).map(|step| &step.key).collect::<Vec<_>>(),
        "usable": usable(case), "conditions": case.conditions, "waiting_for_vendor": case.trouble,
        "pass": {"waiting": !case.passes.is_empty(), "count": case.passes.len(), "until": case.pass_until}, "erased": case.erased,
        "desk": case.desk.told(),
    })
}

/// What this caller sees of a case.
pub(super) fn told(flow: &Flow, case: &Case, actor: &Actor) -> Value {
    let mut view = view(flow, case);
    if is_hidden(case, actor)
        && let Some(members) = view.as_object_mut()
    {
        for name in ["account", "match"] {
            members.insert(name.to_owned(), Value::Null);
        }
    }
    view
}

/// What this caller sees of what was written down of a case.
pub(super) fn events(case: &Case, events: &[Event], actor: &Actor) -> Vec<Value> {
    let hidden = is_hidden(case, actor);
    let told = |event: &Event| {
        let mut told = json!(event);
        if let (true, true, Some(members)) = (hidden, event.fact.tells_whose(), told.as_object_mut()) {
            members.retain(|name, _| !TELLING.contains(&name.as_str()));
            members.insert("withheld".to_owned(), Value::Bool(true));
        }
        told
    };
    events.iter().map(told).collect()
}

fn is_hidden(case: &Case, actor: &Actor) -> bool {
    actor.operator.as_ref().is_some_and(|operator| is_blind(case, operator))
}

/// A step with what taking it back comes to.
fn planned(flow: &Flow, step: &PlannedStep) -> Value {
    let mut view = json!(step);
    if let Some(object) = view.as_object_mut() {
        let undo = flow.undoing(&step.act).map(Undo::from);
        object.insert("undo".to_owned(), json!(undo));
    }
    view
}

/// Whether the person can sign in now everywhere, as far as it was read; absent if it was not, or not everywhere.
fn usable(case: &Case) -> Option<bool> {
    let mut answers = case.conditions.iter().map(|condition| condition.usable);
    if case.conditions.iter().any(|condition| condition.usable == Some(false)) {
        return Some(false);
    }
    (!case.conditions.is_empty() && answers.all(|usable| usable == Some(true))).then_some(true)
}
