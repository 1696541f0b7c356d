//! The same at the console: what operators look at and press, about a case at each of its stages.

use std::time::Duration;

use doorward::case::role::Role;
use doorward::case::{CaseId, Stage};
use doorward_lab::Database;
use reqwest::StatusCode;
use reqwest::header::LOCATION;

use super::table::{Before, When};
use super::world::{Answer, Session, World};
use super::{STAFF, STAGES, UNDECIDED};

use Stage::{Approval, Checking, Comparing, Consent, Invited, Proving, Review, Stuck};

/// One thing to look at or to press.
struct Place {
    method: &'static str,
    path: &'static str,
    roles: &'static [Role],
    anew: bool,
    when: When,
    before: Before,
    fields: &'static [(&'static str, &'static str)],
}

const fn place(method: &'static str, path: &'static str, roles: &'static [Role], when: When) -> Place {
    Place {
        method,
        path,
        roles,
        anew: false,
        when,
        before: Before::Nothing,
        fields: &[("reason", "The caller was somebody else.")],
    }
}

const AGENT: &[Role] = &[Role::Agent];
const REVIEWER: &[Role] = &[Role::Reviewer];
const APPROVER: &[Role] = &[Role::Approver];
const ADMIN: &[Role] = &[Role::Admin];
const CALLING_OFF: &[Role] = &[Role::Agent, Role::Admin];
const FLAGGING: &[Role] = &[Role::Agent, Role::Reviewer, Role::Approver, Role::Admin];
const UNDER_WAY: When = When::Only(&[Invited, Consent, Proving, Comparing, Review, Checking, Approval, Stuck]);
const REVIEWING: When = When::Only(&[Review]);
const APPROVING: When = When::Only(&[Approval]);

/// Written down by hand, as the API's table.
fn places() -> Vec<Place> {
    let acts = [
        ("link", AGENT, false, When::Only(&[Invited])),
        ("cancel", CALLING_OFF, false, UNDER_WAY),
        ("flag", FLAGGING, false, When::Always),
        ("clear-flag", ADMIN, true, When::Never),
        ("resume", ADMIN, true, When::Only(&[Stuck])),
        ("retry", ADMIN, true, When::Never),
        ("undo", ADMIN, true, When::Never),
        ("forget", ADMIN, true, When::Never),
    ];
    let acts = acts.into_iter().flat_map(|(act, roles, anew, when)| {
        let path: &'static str = format!("/desk/cases/{{id}}/{act}").leak();
        ["GET", "POST"].map(|method| Place {
            anew,
            ..place(method, path, roles, when)
        })
    });
    let others = [
        place("GET", "/desk/cases/{id}", &Role::ALL, When::Always),
        place("POST", "/desk/cases/{id}/give", AGENT, When::Never),
        place("POST", "/desk/reviews/{id}", REVIEWER, REVIEWING),
        Place {
            before: Before::Taken,
            ..place("GET", "/desk/reviews/{id}", REVIEWER, REVIEWING)
        },
        Place {
            before: Before::Taken,
            fields: &[("document", "yes"), ("face", "yes"), ("reasons", "genuine")],
            ..place("POST", "/desk/reviews/{id}/judge", REVIEWER, REVIEWING)
        },
        Place {
            before: Before::Seen,
            fields: &[
                ("same", "yes"),
                ("why", "shield"),
                ("evidence", "Document and face."),
                ("steps", "pictures"),
                ("reason", "Face and name are theirs."),
            ],
            ..place("POST", "/desk/reviews/{id}/decide", REVIEWER, REVIEWING)
        },
        place("GET", "/desk/approvals/{id}", APPROVER, APPROVING),
        Place {
            anew: true,
            fields: &[],
            ..place("POST", "/desk/approvals/{id}/agree", APPROVER, APPROVING)
        },
        Place {
            anew: true,
            ..place("POST", "/desk/approvals/{id}/refuse", APPROVER, APPROVING)
        },
    ];
    acts.chain(others).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_or_presses_more_than_their_role_allows_at_any_stage() {
    let world = World::on(Database::Sqlite).await;
    let mut sessions: Vec<(Role, bool, Session)> = Vec::new();
    for (role, name) in STAFF {
        sessions.push((role, false, world.session(name).await));
    }
    world.clock.forward(Duration::from_secs(301));
    for (role, name) in STAFF {
        sessions.push((role, true, world.session(name).await));
    }
    let mut wrong = Vec::new();
    for stage in STAGES {
        for who in &sessions {
            for place in &places() {
                let fault = Box::pin(one(&world, &sessions, place, stage, who)).await;
                let name = format!("{}{}", who.0, if who.1 { "+" } else { "" });
                wrong
                    .extend(fault.map(|fault| format!("{name} {} {} at {stage:?}: {fault}", place.method, place.path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    world.lab.stop().await;
}

async fn one(
    world: &World,
    sessions: &[(Role, bool, Session)],
    place: &Place,
    stage: Stage,
    (role, anew, session): &(Role, bool, Session),
) -> Option<String> {
    let reviewer = sessions.iter().find(|(role, _, _)| *role == Role::Reviewer);
    let (_, _, reviewer) = reviewer.unwrap();
    let case = world.prepared(stage, place.before, &reviewer.operator).await;
    let before = world.lab.traffic.total();
    let path = place.path.replace("{id}", case.id.as_str());
    let answer = world.press(session, place.method, &path, place.fields).await;
    let asked = world.lab.traffic.since(before);
    let after = world.read(&case.id).await;

    let may = place.roles.contains(role);
    let proven = *anew || !place.anew;
    let fits = match place.when {
        When::Always => true,
        When::Only(stages) => stages.contains(&stage),
        When::Never => false,
    };
    if UNDECIDED.contains(&stage) && !asked.is_empty() {
        return Some(format!("a click reached a vendor: {asked:?}"));
    }
    let changes = place.method == "POST" && may && proven && fits;
    if !changes && after != case {
        return Some("the case was changed".to_owned());
    }
    if changes && after == case {
        return Some(format!("nothing was done: {} {}", answer.status, told(&answer)));
    }
    if !may {
        let nothing = place.path.replace("{id}", CaseId::random().as_str());
        let nothing = world.press(session, place.method, &nothing, place.fields).await;
        let same = (answer.status, &answer.body) == (nothing.status, &nothing.body);
        return (answer.status != StatusCode::NOT_FOUND || !same)
            .then(|| format!("{} {}", answer.status, told(&answer)));
    }
    let to_proof = answer
        .headers
        .get(LOCATION)
        .is_some_and(|to| to.as_bytes().starts_with(b"/desk/step-up"));
    let good = match (proven, fits) {
        (false, _) => answer.status == StatusCode::SEE_OTHER && to_proof,
        (true, true) => answer.status == StatusCode::OK || answer.status == StatusCode::SEE_OTHER && !to_proof,
        (true, false) => answer.status.is_client_error(),
    };
    (!good).then(|| format!("{} {}", answer.status, told(&answer)))
}

/// What a page says of itself.
fn told(answer: &Answer) -> String {
    let title = answer.body.split("<h1").nth(1).unwrap_or_default();
    title.split('<').next().unwrap_or_default().chars().take(200).collect()
}
