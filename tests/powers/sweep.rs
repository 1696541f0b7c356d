//! Everything is asked of everybody.

use std::collections::BTreeMap;
use std::time::Duration;

use doorward::case::role::Role;
use doorward::case::{CaseId, Stage};
use doorward_lab::Database;
use doorward_lab::traffic::Asked;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::table::{APART, Before, OF_A_CASE, Row, body, fits};
use super::world::{Answer, Session, World, is};
use super::{STAFF, STAGES, UNDECIDED};

/// How long a proof counts, and a little more.
const PROVEN: Duration = Duration::from_secs(301);

/// Everybody's sessions: as they signed in, and proven anew.
struct Everybody {
    stale: BTreeMap<Role, Session>,
    fresh: BTreeMap<Role, Session>,
}

impl Everybody {
    async fn of(world: &World) -> Self {
        let (mut stale, mut fresh) = (BTreeMap::new(), BTreeMap::new());
        for (role, name) in STAFF {
            let one = world.session(name).await;
            assert!(is(&one.operator, role), "{name}: {:?}", one.operator);
            stale.insert(role, one);
        }
        world.clock.forward(PROVEN);
        for (role, name) in STAFF {
            fresh.insert(role, world.session(name).await);
        }
        Self { stale, fresh }
    }

    fn each(&self) -> impl Iterator<Item = (Role, bool, &Session)> {
        let of = |anew: bool| move |(role, session): (&Role, _)| (*role, anew, session);
        self.stale.iter().map(of(false)).chain(self.fresh.iter().map(of(true)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_does_more_than_their_role_allows_at_any_stage_on_sqlite() {
    Box::pin(nobody_does_more(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_does_more_than_their_role_allows_at_any_stage_on_postgresql() {
    Box::pin(nobody_does_more(Database::Postgres)).await;
}

async fn nobody_does_more(database: Database) {
    let world = World::on(database).await;
    let everybody = Everybody::of(&world).await;
    let mut wrong = Vec::new();
    for stage in STAGES {
        for (role, anew, session) in everybody.each() {
            for row in &OF_A_CASE {
                let fault = Box::pin(one(&world, &everybody, row, stage, (role, anew, session))).await;
                wrong.extend(fault.map(|fault| {
                    format!(
                        "{role}{} {} {} at {stage:?}: {fault}",
                        if anew { "+" } else { "" },
                        row.method,
                        row.path
                    )
                }));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    world.lab.stop().await;
}

/// Asks for one thing, and says what is wrong with what came of it.
async fn one(
    world: &World,
    everybody: &Everybody,
    row: &Row,
    stage: Stage,
    (role, anew, session): (Role, bool, &Session),
) -> Option<String> {
    let reviewer = &everybody.stale[&Role::Reviewer].operator;
    let case = world.prepared(stage, row.before, reviewer).await;
    let before = world.lab.traffic.total();
    let path = row.path.replace("{id}", case.id.as_str());
    let sent = body(row.path, &world.login());
    let answer = world.ask(session, row.method, &path, sent.as_ref()).await;
    let asked = world.lab.traffic.since(before);
    let after = world.read(&case.id).await;

    let may = row.roles.contains(&role);
    let proven = anew || !row.anew;
    let done = may && proven && fits(row, stage);
    if !done && after != case {
        return Some("it was refused, and the case was changed".to_owned());
    }
    if role == Role::Agent && UNDECIDED.contains(&stage) && !asked.is_empty() {
        return Some(format!("an agent's click reached a vendor: {asked:?}"));
    }
    // Reading what a plan would do is the one thing here that asks vendors, and it only reads.
    let changing: Vec<&Asked> = asked.iter().filter(|asked| changes(asked)).collect();
    if !changing.is_empty() && UNDECIDED.contains(&stage) {
        return Some(format!("something was changed at a vendor: {changing:?}"));
    }
    if !may {
        let nothing = row.path.replace("{id}", CaseId::random().as_str());
        let nothing = world.ask(session, row.method, &nothing, sent.as_ref()).await;
        return alike(&answer, &nothing);
    }
    let expected = if !proven {
        (StatusCode::FORBIDDEN, Some("step-up-required"))
    } else if fits(row, stage) {
        (StatusCode::OK, None)
    } else {
        (StatusCode::CONFLICT, None)
    };
    met(&answer, expected)
}

/// Whether the answer has that status, and that kind of problem where there is one.
fn met(answer: &Answer, (status, kind): (StatusCode, Option<&str>)) -> Option<String> {
    let told = kind_of(answer);
    let good = if status == StatusCode::OK {
        answer.status.is_success()
    } else {
        answer.status == status && kind.is_none_or(|kind| told == kind)
    };
    (!good).then(|| format!("{} {told} instead of {status} {kind:?}: {}", answer.status, answer.body))
}

/// Whether what is not theirs looks like what does not exist, to the byte.
fn alike(answer: &Answer, nothing: &Answer) -> Option<String> {
    if answer.status != StatusCode::NOT_FOUND {
        return Some(format!("{} instead of 404: {}", answer.status, answer.body));
    }
    let told = |answer: &Answer| {
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        (answer.status, names, answer.body.clone())
    };
    (told(answer) != told(nothing)).then(|| format!("{:?} is not {:?}", told(answer), told(nothing)))
}

fn kind_of(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let kind = body["type"].as_str().unwrap_or_default();
    kind.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
}

/// Whether a request could have changed something: tokens and questions with a body change nothing.
fn changes(asked: &Asked) -> bool {
    let reads = asked.method == Method::GET || asked.method == Method::HEAD;
    let only_asks = [
        "/token",
        "/checkMemberGroups",
        "/checkMemberObjects",
        "/getMemberObjects",
    ];
    !reads && !only_asks.iter().any(|end| asked.path.ends_with(end))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_about_no_case_is_for_those_who_may() {
    let world = World::on(Database::Sqlite).await;
    let everybody = Everybody::of(&world).await;
    let mut wrong = Vec::new();
    for (role, anew, session) in everybody.each() {
        for row in &APART {
            let sent = body(row.path, &world.login());
            let before = world.lab.traffic.total();
            let path = row.path.replace("{id}", "msg_nobody");
            let answer = world.ask(session, row.method, &path, sent.as_ref()).await;
            let may = row.roles.contains(&role);
            let expected = match (may, anew || !row.anew) {
                (false, _) | (true, true) if row.path.contains("{id}") => (StatusCode::NOT_FOUND, None),
                (false, _) => (StatusCode::FORBIDDEN, Some("forbidden")),
                (true, false) => (StatusCode::FORBIDDEN, Some("step-up-required")),
                (true, true) => (StatusCode::OK, None),
            };
            let name = format!("{role}{} {} {}", if anew { "+" } else { "" }, row.method, row.path);
            wrong.extend(met(&answer, expected).map(|fault| format!("{name}: {fault}")));
            let mut changing = world.lab.traffic.since(before);
            changing.retain(changes);
            if row.path == "/vendors" {
                // How the company's own system is can be asked by a signed trial only, and whether a right to delete is there by
                // deleting what is nobody's.
                let nobodys = "DB000000000000000000";
                changing.retain(|asked| asked.vendor != "company" && !asked.path.ends_with(nobodys));
            }
            if !changing.is_empty() {
                wrong.push(format!("{name} changed something at a vendor: {changing:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    world.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_agents_press_before_the_decision_reaches_no_vendor_afterwards_either() {
    let world = World::on(Database::Sqlite).await;
    let agent = world.session("Robin Okafor").await;
    let mut left = Vec::new();
    let before = world.lab.traffic.total();
    for stage in UNDECIDED {
        for row in OF_A_CASE.iter().filter(|row| row.roles.contains(&Role::Agent)) {
            let case = world.prepared(stage, Before::Nothing, &agent.operator).await;
            let path = row.path.replace("{id}", case.id.as_str());
            let sent = body(row.path, &world.login());
            let answer = world.ask(&agent, row.method, &path, sent.as_ref()).await;
            let ends = row.path.ends_with("/cancel") || row.path.ends_with("/flag");
            if ends && answer.status.is_success() {
                left.push(case.id);
            }
        }
    }
    assert!(left.len() > UNDECIDED.len());
    // What was set off is carried out in the background: it is over when every case is.
    let over = async {
        for id in &left {
            while world.read(id).await.stage != Stage::Closed {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), over).await.unwrap();
    assert_eq!(world.lab.traffic.since(before), []);
    world.lab.stop().await;
}
