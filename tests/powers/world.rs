//! A lab, everybody's session, and a case at each stage.

use std::sync::Arc;
use std::time::Duration;

use doorward::case::desk::Judgement;
use doorward::case::plan::{Act, OnFailure, PlannedStep, StepState};
use doorward::case::role::{Operator, Role};
use doorward::case::{Attempt, Browser as Bound, Case, CaseId, End, Handle, HandleKind, Stage};
use doorward::crypto::parcel::BrowserKey;
use doorward::crypto::token::{Digest, reference_number};
use doorward::flow::Flow;
use doorward::matching::{self, Preset};
use doorward::{app, config};
use doorward_contract::clock::TurnedClock;
use doorward_contract::{Action, Clock, Outcome, Person, StepKey, SubjectRef, Timestamp};
use doorward_lab::browser::Browser;
use doorward_lab::{Database, Lab};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::table::Before;

/// When this takes place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
/// Whose cases they are.
pub(super) const PERSON: &str = "maria-silva";

/// Everything that is asked, and whom.
pub(super) struct World {
    pub(super) lab: Lab,
    /// The same database, read and written from here.
    pub(super) flow: Flow,
    pub(super) clock: TurnedClock,
    pattern: Case,
    client: reqwest::Client,
}

/// Somebody at a browser, signed in.
pub(super) struct Session {
    pub(super) operator: Operator,
    pub(super) browser: Browser,
    csrf: String,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl World {
    pub(super) async fn on(database: Database) -> Self {
        let turned = TurnedClock::at(Timestamp::from_seconds(NOW));
        let clock: Arc<dyn Clock> = Arc::new(turned.clone());
        let lab = Lab::builder()
            .seed(17)
            .listen(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
            .database(database)
            .toml_change(|text| {
                let open = "[limits]\nsearches_per_agent = 1000\n";
                let changed = text.replacen("[limits]\n", open, 1);
                assert_ne!(changed, text);
                changed
            })
            .in_process(Arc::clone(&clock));
        let lab = lab.start().await.unwrap();
        let settings = config::load(&lab.folder().join("doorward.toml"), &[]).unwrap();
        let flow = app::door(&settings, clock).await.unwrap().flow;
        let wish = json!({"purpose": "recover", "account": login(&lab), "ticket": "INC0048213"});
        let opened = lab.api().post("cases", &wish).await.unwrap();
        let id: CaseId = opened["id"].as_str().unwrap().parse().unwrap();
        let mut pattern = flow.store.case(&id).await.unwrap().unwrap();
        let purpose = flow.purpose("recover").unwrap();
        let directory = flow.connectors[purpose.directory.as_deref().unwrap()]
            .directory()
            .unwrap();
        let subject = pattern.private.subject.clone().unwrap();
        let account = directory.find(&subject).await.unwrap().unwrap();
        pattern.private.account = Some(account);
        Self {
            lab,
            flow,
            clock: turned,
            pattern,
            client: doorward_lab::caller::client().unwrap(),
        }
    }

    pub(super) fn login(&self) -> String {
        login(&self.lab)
    }

    /// A case of Maria's that stands there, and that nobody works on until it is asked for.
    pub(super) async fn case(&self, stage: Stage) -> Case {
        let case = dressed(&self.pattern, stage);
        let number = Handle {
            kind: HandleKind::Number,
            digest: Digest::of("number", case.number.as_bytes()),
            until: Timestamp::from_micros(i64::MAX),
        };
        self.flow.store.begin(&case, &[], &[number], None).await.unwrap();
        self.read(&case.id).await
    }

    pub(super) async fn read(&self, id: &CaseId) -> Case {
        self.flow.store.case(id).await.unwrap().unwrap()
    }

    /// A case of hers, brought as far as an endpoint wants it by the reviewer.
    pub(super) async fn prepared(&self, stage: Stage, before: Before, reviewer: &Operator) -> Case {
        let mut case = self.case(stage).await;
        if stage != Stage::Review || before == Before::Nothing {
            return case;
        }
        case = self.flow.claim_review(case, reviewer).await.unwrap();
        if before == Before::Taken {
            return case;
        }
        let judgement = Judgement {
            holds: true,
            reasons: vec!["genuine".to_owned()],
            ..Judgement::default()
        };
        case = self.flow.judge(case, reviewer, judgement).await.unwrap();
        if before == Before::Seen {
            self.flow.claimed(case.clone(), reviewer).await.unwrap();
            case = self.read(&case.id).await;
        }
        case
    }

    /// Somebody signs in, which proves them for five minutes.
    pub(super) async fn session(&self, name: &str) -> Session {
        let mut browser = self.lab.browser().unwrap();
        browser.visit(self.lab.sheet().staff.as_str()).await.unwrap();
        browser.follow("Sign in with Example Hospital").await.unwrap();
        browser.form(name).unwrap().press(name).await.unwrap();
        let told = browser.visit(&self.address("desk/session")).await.unwrap();
        let told: Value = serde_json::from_slice(told.bytes()).unwrap();
        assert_eq!(told["fresh"], true, "{name}: {told}");
        let out = browser.visit(&self.address("desk/sign-out")).await.unwrap();
        let page = Html::parse_document(std::str::from_utf8(out.bytes()).unwrap());
        let token = Selector::parse("form[action='/desk/sign-out'] input[name=form_token]").unwrap();
        let csrf = page.select(&token).next().unwrap().value().attr("value").unwrap();
        let csrf = csrf.to_owned();
        Session {
            operator: serde_json::from_value(told["operator"].clone()).unwrap(),
            browser,
            csrf,
        }
    }

    pub(super) fn address(&self, path: &str) -> String {
        self.lab.sheet().doorward.address.join(path).unwrap().into()
    }

    /// Looks at a page of the console, or presses a button of it.
    pub(super) async fn press(&self, who: &Session, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let address = self.address(path.trim_start_matches('/')).parse::<url::Url>().unwrap();
        let cookies = who.browser.jar().header(&address, self.lab.clock().now()).unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method.clone(), address).header("cookie", cookies);
        if method == Method::POST {
            let token = [("form_token", who.csrf.as_str())];
            let fields: Vec<_> = token.iter().chain(fields).collect();
            request = request.header("sec-fetch-site", "same-origin").form(&fields);
        }
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        }
    }

    /// Asks the API as somebody.
    pub(super) async fn ask(&self, who: &Session, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let address = self.address(&format!("api/v1{path}")).parse::<url::Url>().unwrap();
        let cookies = who.browser.jar().header(&address, self.lab.clock().now()).unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let streams = path.ends_with("/stream");
        let mut request = self
            .client
            .request(method.clone(), address)
            .header("cookie", cookies)
            .timeout(Duration::from_secs(60));
        if method != Method::GET {
            request = request.header("x-doorward-csrf", &who.csrf);
            request = match body {
                Some(body) => request.json(body),
                None => request,
            };
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        // What streams goes on until it is left.
        let body = if streams && status.is_success() {
            String::new()
        } else {
            answer.text().await.unwrap()
        };
        Answer { status, headers, body }
    }
}

fn login(lab: &Lab) -> String {
    lab.sheet().person(PERSON).unwrap().person.login.clone()
}

/// The case as it is at that stage: what a case that came there has, and nothing that is due.
fn dressed(pattern: &Case, stage: Stage) -> Case {
    let mut case = pattern.clone();
    case.id = CaseId::random();
    case.number = reference_number();
    case.version = 0;
    case.stage = stage;
    if stage == Stage::Invited {
        return case;
    }
    let now = case.opened_at;
    let (_, address) = BrowserKey::random().unwrap();
    case.browser = Some(Bound { address, bound_at: now });
    if matches!(stage, Stage::Consent) {
        return case;
    }
    let is_proven = !matches!(stage, Stage::Proving);
    case.attempts = vec![Attempt {
        number: 1,
        verifier: "persona".to_owned(),
        subject: SubjectRef("dw-nobody".to_owned()),
        asked_at: now,
        // Nothing was begun at the verifier, so that there is nothing to forget there.
        started: false,
        returned_at: is_proven.then_some(now),
        outcome: is_proven.then_some(Outcome::Passed),
        decided_at: is_proven.then_some(now),
        kind: doorward::case::Kind::Full,
        forgetting: false,
        forgotten: false,
    }];
    if !is_proven {
        return case;
    }
    let account = case.private.account.clone().unwrap();
    let person = Person {
        name: account.name.clone(),
        native_name: None,
        birth_date: account.birth_date,
    };
    case.explanation = Some(matching::compare(Preset::Strict, &account, &person, 0));
    case.private.person = Some(person);
    match stage {
        // It came there because the shield was up.
        Stage::Review => case.desk.shielded = true,
        Stage::Approval => case.desk.quorum = Some(2),
        Stage::Stuck => case.plan = vec![stuck(&case)],
        Stage::Closed => {
            case.end = Some(End::Expired);
            case.ended_at = Some(now);
        }
        _ => {}
    }
    case
}

/// A step that could not be done.
fn stuck(case: &Case) -> PlannedStep {
    PlannedStep {
        key: StepKey(format!("{}/1", case.id)),
        act: Act {
            connector: "entra".to_owned(),
            action: Action::RevokeSessions,
            on_failure: OnFailure::Stop,
        },
        tries: 1,
        state: StepState::Failed {
            at: case.opened_at,
            why: "the administrator took the right away".to_owned(),
        },
    }
}

/// The roles of everybody, told apart by their names.
pub(super) fn is(operator: &Operator, role: Role) -> bool {
    operator.roles.iter().collect::<Vec<_>>() == [role]
}
