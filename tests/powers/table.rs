//! What each role may do, and when. Written down by hand from the product's description, so that a change of the product is a change
//! here too.

use doorward::case::Stage;
use doorward::case::role::Role;
use serde_json::{Value, json};

use Stage::{Approval, Checking, Comparing, Consent, Invited, Proving, Review, Stuck};

/// What a case must have been brought to before it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    /// The reviewer has taken it.
    Taken,
    /// And has judged the evidence.
    Judged,
    /// And has looked at whose account it is said to be.
    Seen,
}

/// Where a case must stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Always,
    Only(&'static [Stage]),
    /// It takes what no case of this test has: a flag, something done, something remembered.
    Never,
}

/// One endpoint.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) roles: &'static [Role],
    /// Whether they must have proven themselves anew.
    pub(super) anew: bool,
    /// Where a case must stand; elsewhere it is refused as past this.
    pub(super) when: When,
    pub(super) before: Before,
}

const EVERYBODY: &[Role] = &Role::ALL;
const AGENT: &[Role] = &[Role::Agent];
const REVIEWER: &[Role] = &[Role::Reviewer];
const APPROVER: &[Role] = &[Role::Approver];
const ADMIN: &[Role] = &[Role::Admin];
const FLAGGING: &[Role] = &[Role::Agent, Role::Reviewer, Role::Approver, Role::Admin];
const LOOKING: &[Role] = &[Role::Auditor, Role::Admin];
const UNDER_WAY: When = When::Only(&[Invited, Consent, Proving, Comparing, Review, Checking, Approval, Stuck]);
const REVIEWING: When = When::Only(&[Review]);
const APPROVING: When = When::Only(&[Approval]);

const fn row(method: &'static str, path: &'static str, roles: &'static [Role], when: When) -> Row {
    Row {
        method,
        path,
        roles,
        anew: false,
        when,
        before: Before::Nothing,
    }
}

const fn anew(row: Row) -> Row {
    Row { anew: true, ..row }
}

const fn after(before: Before, row: Row) -> Row {
    Row { before, ..row }
}

/// Everything about one case.
pub(super) const OF_A_CASE: [Row; 22] = [
    row("GET", "/cases/{id}", EVERYBODY, When::Always),
    row("GET", "/cases/{id}/events", EVERYBODY, When::Always),
    row("GET", "/cases/{id}/stream", EVERYBODY, When::Always),
    row("POST", "/cases/{id}/link", AGENT, When::Only(&[Invited])),
    row("POST", "/cases/{id}/code", AGENT, When::Only(&[Invited])),
    row("GET", "/cases/{id}/ways", AGENT, When::Always),
    row("POST", "/cases/{id}/send", AGENT, When::Never),
    row("POST", "/cases/{id}/cancel", &[Role::Agent, Role::Admin], UNDER_WAY),
    row("POST", "/cases/{id}/flag", FLAGGING, When::Always),
    anew(row("POST", "/cases/{id}/flag/clear", ADMIN, When::Never)),
    anew(row("POST", "/cases/{id}/resume", ADMIN, When::Only(&[Stuck]))),
    anew(row("POST", "/cases/{id}/retry", ADMIN, When::Never)),
    anew(row("POST", "/cases/{id}/undo", ADMIN, When::Never)),
    anew(row("POST", "/cases/{id}/forget", ADMIN, When::Never)),
    anew(row("GET", "/cases/{id}/plan", ADMIN, When::Always)),
    row("POST", "/cases/{id}/review", REVIEWER, REVIEWING),
    after(Before::Taken, row("GET", "/cases/{id}/review", REVIEWER, REVIEWING)),
    after(
        Before::Taken,
        row("POST", "/cases/{id}/review/judgement", REVIEWER, REVIEWING),
    ),
    after(
        Before::Judged,
        row("POST", "/cases/{id}/review/claimed", REVIEWER, REVIEWING),
    ),
    after(
        Before::Seen,
        row("POST", "/cases/{id}/review/decision", REVIEWER, REVIEWING),
    ),
    anew(row("POST", "/cases/{id}/approvals", APPROVER, APPROVING)),
    anew(row("POST", "/cases/{id}/approvals/refuse", APPROVER, APPROVING)),
];

/// Everything else.
pub(super) const APART: [Row; 15] = [
    row("GET", "/me", EVERYBODY, When::Always),
    row("POST", "/cases", AGENT, When::Always),
    row("GET", "/cases", EVERYBODY, When::Always),
    row("POST", "/people/find", AGENT, When::Always),
    anew(row("POST", "/people/erase", ADMIN, When::Always)),
    row("GET", "/shield", EVERYBODY, When::Always),
    anew(row("POST", "/shield/raise", ADMIN, When::Always)),
    anew(row("POST", "/shield/lower", ADMIN, When::Always)),
    row("GET", "/audit/events", LOOKING, When::Always),
    row("GET", "/audit/verify", LOOKING, When::Always),
    row("GET", "/settings", LOOKING, When::Always),
    row("GET", "/vendors", LOOKING, When::Always),
    row("GET", "/deliveries", ADMIN, When::Always),
    row("GET", "/deliveries/{id}", ADMIN, When::Always),
    row("POST", "/deliveries/{id}/replay", ADMIN, When::Always),
];

/// What is sent.
pub(super) fn body(path: &str, login: &str) -> Option<Value> {
    Some(match path {
        "/cases" => json!({"purpose": "recover", "account": login, "ticket": "INC0048213"}),
        "/cases/{id}/flag"
        | "/cases/{id}/flag/clear"
        | "/cases/{id}/approvals/refuse"
        | "/shield/raise"
        | "/shield/lower" => json!({"reason": "The caller was somebody else."}),
        "/cases/{id}/review/judgement" => json!({"holds": true, "reasons": ["genuine", "same_face"]}),
        "/cases/{id}/review/decision" => json!({"same_person": true, "reason": "Face and name are theirs."}),
        "/cases/{id}/approvals" => json!({}),
        "/cases/{id}/send" => json!({"way": "post-1"}),
        "/people/find" | "/people/erase" => json!({"connector": "entra", "account": login}),
        _ => return None,
    })
}

/// Whether that is to be had at this stage.
pub(super) fn fits(row: &Row, stage: Stage) -> bool {
    match row.when {
        When::Always => true,
        When::Only(stages) => stages.contains(&stage),
        When::Never => false,
    }
}

#[test]
fn the_table_names_every_endpoint_once() {
    let all = OF_A_CASE.iter().chain(&APART);
    let mut here: Vec<_> = all.map(|row| (row.method.to_owned(), row.path)).collect();
    let mut there: Vec<_> = doorward::http::api::ENDPOINTS
        .iter()
        .map(|endpoint| (endpoint.method.to_string(), endpoint.path))
        .collect();
    here.sort();
    there.sort();
    assert_eq!(here, there);
}
