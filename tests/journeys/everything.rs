//! One case over Okta, Entra and Duo, which repairs all three: factors taken off, a Temporary Access Pass, a bypass code. Killed
//! (`kill -9`) before any call to any of them, and behind each call that changes something: each is done once, the person gets
//! both passes once, and what was done can be taken back.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::fake::{Cut, Fake, Rule};
use doorward_graph::fake::AccountView as AtEntra;
use doorward_lab::play::walk::Walk;
use doorward_lab::sheet::Person;
use doorward_lab::{Database, Lab};
use doorward_okta::fake::{AccountView as AtOkta, Factor};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::several::newest;
use super::staff::{doorward, said};
use super::{lab, walk};

/// As long as anything here may take.
const PATIENCE: Duration = Duration::from_secs(90);
const GLANCE: Duration = Duration::from_millis(20);
/// What is said of a step that was gone before it was taken back.
const MAY_BE_IN: &str = "Whoever used it may be in";

/// Who can be asked, and be held.
const VENDORS: [&str; 3] = ["okta", "entra", "duo"];

/// Every call of the plan that changes something: where, which, and whether it comes of doing or of undoing.
const CHANGES: [(&str, &str, &str); 3] = [
    ("okta", "POST", "/lifecycle/reset_factors"),
    ("entra", "POST", "/temporaryAccessPassMethods"),
    ("duo", "POST", "/bypass_codes"),
];
const TAKEN_BACK: [(&str, &str, &str); 2] = [
    ("duo", "DELETE", "/bypass_codes/"),
    ("entra", "DELETE", "/temporaryAccessPassMethods/"),
];

fn fake<'l>(lab: &'l Lab, vendor: &str) -> &'l Arc<Fake> {
    match vendor {
        "okta" => lab.okta_accounts.fake(),
        "entra" => lab.entra.fake(),
        _ => lab.duo.fake(),
    }
}

/// A call at which Doorward dies.
#[derive(Clone, Debug)]
enum Death {
    /// When a vendor is asked for the how-manieth time; it is not carried out.
    Before(&'static str, usize),
    /// When a vendor has carried this out; the answer is lost.
    Behind(&'static str, &'static str, &'static str),
}

impl Death {
    fn arm<'l>(&self, lab: &'l Lab) -> &'l Arc<Fake> {
        let (vendor, rule) = match self {
            Self::Before(vendor, nth) => {
                let rule = Rule {
                    after: u32::try_from(*nth).unwrap(),
                    // Held until Doorward is dead; then nobody waits for it any more and it is not carried out.
                    delay_ms: u64::try_from(PATIENCE.as_millis()).unwrap(),
                    ..Rule::default()
                };
                (*vendor, rule)
            }
            Self::Behind(vendor, method, path) => {
                let rule = Rule {
                    method: Some((*method).to_owned()),
                    path: Some((*path).to_owned()),
                    cut: Some(Cut::After),
                    ..Rule::default()
                };
                (*vendor, rule)
            }
        };
        let fake = fake(lab, vendor);
        fake.forget();
        fake.misbehave(rule);
        fake
    }

    /// Waits for the call, kills Doorward there and starts it again. False if everything was over without that call: how often a
    /// vendor is asked whether it has done something differs by one or two, and so does the last call.
    async fn strike(&self, lab: &Lab, fake: &Fake) -> bool {
        let asked = async {
            let mut glances = 0;
            while !fake.rules().is_empty() {
                tokio::time::sleep(GLANCE).await;
                glances += 1;
                // Now and then: whoever calls too often is told to wait.
                let look = glances % 50 == 0 && matches!(self, Self::Before(..));
                if look && is_over(lab).await && !fake.rules().is_empty() {
                    return false;
                }
            }
            // The rule is used up when the call arrives; the log has it when it is carried out.
            while matches!(self, Self::Behind(..)) && !fake.asked().iter().any(|asked| asked.status == 0) {
                tokio::time::sleep(GLANCE).await;
            }
            true
        };
        let struck = timeout(PATIENCE, asked)
            .await
            .unwrap_or_else(|_| panic!("{self:?}: never asked\n{}", lab.gateway_log()));
        if struck {
            lab.kill_gateway().await;
        }
        fake.behave();
        if struck {
            lab.start_gateway().await.unwrap();
        }
        struck
    }
}

/// Whether nothing of the newest case's plan is left to be done, or to be taken back.
async fn is_over(lab: &Lab) -> bool {
    let case = newest(lab).await;
    let steps = case["plan"].as_array().cloned().unwrap_or_default();
    let all = |state: &str| !steps.is_empty() && steps.iter().all(|step| step["state"] == state);
    let back = steps.len() == 3 && steps[1]["state"] == "undone" && steps[2]["state"] == "undone";
    (all("done") && case["pass"]["waiting"] == true) || back
}

/// The person whose everything is lost, as the three vendors see them.
struct Stand {
    person: Person,
    factors: Vec<Factor>,
    /// A code that an administrator made for the same person.
    other_code: String,
    okta: AtOkta,
    entra: AtEntra,
    codes_made: u64,
}

impl Stand {
    /// With factors at Okta, and with a code at Duo that is none of ours.
    fn of(lab: &Lab, factors: &[Factor]) -> Self {
        let person = lab.sheet().person("maria-silva").unwrap().clone();
        let factors = factors.to_vec();
        lab.okta_accounts
            .change(&person.okta_user, |there| there.factors.clone_from(&factors));
        let other_code = lab.duo.make_code(&person.duo_user, Duration::from_hours(24)).unwrap();
        Self {
            okta: at_okta(lab, &person),
            entra: at_entra(lab, &person),
            codes_made: at_duo(lab, &person).codes_made,
            factors,
            other_code,
            person,
        }
    }

    /// Each was done once, nothing else was, and what was there already is there still.
    fn repaired(&self, lab: &Lab, what: &str) {
        let okta = at_okta(lab, &self.person);
        assert_eq!(
            okta.count("reset_factors"),
            self.okta.count("reset_factors") + 1,
            "{what}: factors taken off"
        );
        let mut others = okta.counts.clone();
        others.insert("reset_factors".to_owned(), self.okta.count("reset_factors"));
        let mut before = self.okta.counts.clone();
        before.insert("reset_factors".to_owned(), self.okta.count("reset_factors"));
        assert_eq!(others, before, "{what}: something else was done at Okta");
        assert!(self.factors.len() > okta.factors.len(), "{what}: no factor is gone");
        let entra = at_entra(lab, &self.person);
        let made = entra.tap_creates - self.entra.tap_creates;
        assert!((1..=2).contains(&made), "{what}: {made} passes");
        let alive = entra.taps.iter().filter(|pass| pass.usable).count();
        assert_eq!((entra.taps.len(), alive), (1, 1), "{what}: one pass at Entra");
        assert_eq!(
            (entra.password_sets, entra.sessions_revoked, &entra.methods),
            (
                self.entra.password_sets,
                self.entra.sessions_revoked,
                &self.entra.methods
            ),
            "{what}: something else was done at Entra"
        );
        let duo = at_duo(lab, &self.person);
        assert_eq!(duo.codes.len(), 2, "{what}: one code at Duo beside the administrator's");
        assert!((1..=2).contains(&(duo.codes_made - self.codes_made)), "{what}: codes");
    }

    /// What the passes opened is shut, what was there before is not, and the factors stay off.
    fn undone(&self, lab: &Lab, code: &str, what: &str) {
        let okta = at_okta(lab, &self.person);
        assert_eq!(
            okta.count("reset_factors"),
            self.okta.count("reset_factors") + 1,
            "{what}: done once more"
        );
        assert_eq!(at_entra(lab, &self.person).taps, [], "{what}: a pass is left at Entra");
        assert_eq!(at_duo(lab, &self.person).codes.len(), 1, "{what}: codes at Duo");
        assert!(
            !lab.duo.use_code(&self.person.duo_user, code),
            "{what}: the code still works"
        );
        assert!(
            lab.duo.use_code(&self.person.duo_user, &self.other_code),
            "{what}: the administrator's code is void"
        );
    }
}

fn at_okta(lab: &Lab, person: &Person) -> AtOkta {
    let all = lab.okta_accounts.accounts();
    all.into_iter().find(|one| one.id == person.okta_user).unwrap()
}

fn at_entra(lab: &Lab, person: &Person) -> AtEntra {
    let all = lab.entra.accounts();
    all.into_iter().find(|one| one.id == person.account).unwrap()
}

fn at_duo(lab: &Lab, person: &Person) -> doorward_duo::fake::UserView {
    let all = lab.duo.users();
    all.into_iter().find(|one| one.id == person.duo_user).unwrap()
}

/// The factors that everybody here begins with.
fn factors(lab: &Lab) -> Vec<Factor> {
    at_okta(lab, &lab.sheet().person("maria-silva").unwrap().clone()).factors
}

/// The person at the verifier, after the helpdesk's link.
async fn at_the_verifier(lab: &Lab, person: &Person) -> Walk {
    let link = lab.link(&person.person, "lost-everything", "INC-3").await.unwrap();
    let mut walk = walk(lab);
    walk.browser.visit(&link).await.unwrap();
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    walk.agree().await.unwrap();
    walk
}

/// Proves who they are and waits for the passes, whatever becomes of the page on the way.
async fn prove(walk: &mut Walk, person: &Person) {
    walk.prove(person, "pass").await.unwrap();
    // The way back may lead to nobody: then the page is opened again.
    let _back = walk.come_back().await;
}

/// The case, once nothing is left to be taken back.
async fn settled(lab: &Lab, what: &str) -> Value {
    let over = async {
        loop {
            let case = newest(lab).await;
            let states: Vec<&Value> = case["plan"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| &step["state"])
                .collect();
            if !states.contains(&&json!("undoing")) {
                return case;
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    timeout(PATIENCE, over)
        .await
        .unwrap_or_else(|_| panic!("{what}: never settled\n{}", lab.gateway_log()))
}

async fn undo(lab: &Lab) -> Value {
    let id = newest(lab).await["id"].as_str().unwrap().to_owned();
    lab.api().post(&format!("cases/{id}/undo"), &json!({})).await.unwrap()
}

async fn events(lab: &Lab) -> Vec<Value> {
    let id = newest(lab).await["id"].as_str().unwrap().to_owned();
    let events = lab.api().get(&format!("cases/{id}/events")).await.unwrap();
    events["events"].as_array().unwrap().clone()
}

fn named<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

fn states(case: &Value) -> Vec<&str> {
    let plan = case["plan"].as_array().unwrap();
    plan.iter().map(|step| step["state"].as_str().unwrap()).collect()
}

fn record_holds(lab: &Lab, what: &str) {
    let verified = doorward(lab, &["audit", "verify"]);
    assert!(verified.status.success(), "{what}: {}", said(&verified));
}

/// How often each vendor is asked between two moments.
fn counted(lab: &Lab) -> Vec<Death> {
    let mut all = Vec::new();
    for vendor in VENDORS {
        all.extend((0..fake(lab, vendor).asked().len()).map(|nth| Death::Before(vendor, nth)));
    }
    all
}

fn forget_log(lab: &Lab) {
    for vendor in VENDORS {
        fake(lab, vendor).forget();
    }
}

fn behind(changes: &[(&'static str, &'static str, &'static str)]) -> Vec<Death> {
    let all = changes.iter();
    all.map(|(vendor, method, path)| Death::Behind(vendor, method, path))
        .collect()
}

/// Nobody dies: what every vendor is asked from the proof to the passes, and from the order to take back to its end.
async fn undisturbed(lab: &Lab, factors: &[Factor]) -> (Vec<Death>, Vec<Death>) {
    let stand = Stand::of(lab, factors);
    let mut walk = at_the_verifier(lab, &stand.person).await;
    forget_log(lab);
    prove(&mut walk, &stand.person).await;
    walk.look_until("ready").await.unwrap();
    let acting = counted(lab);
    stand.repaired(lab, "undisturbed");
    let (passes, _) = walk.take_passes().await.unwrap();
    forget_log(lab);
    undo(lab).await;
    let case = settled(lab, "undisturbed").await;
    let undoing = counted(lab);
    assert_eq!(states(&case), ["done", "undone", "undone"], "{case}");
    assert!(
        case["plan"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["warning"].is_null()),
        "{case}"
    );
    stand.undone(lab, &passes[1], "undisturbed");
    (acting, undoing)
}

/// Dies while the plan is carried out; the person is back in everywhere.
async fn acts_once(lab: &Lab, factors: &[Factor], death: &Death) -> bool {
    let what = format!("{death:?}");
    let stand = Stand::of(lab, factors);
    // What is remembered of an earlier trial would make it another one.
    lab.kill_gateway().await;
    lab.start_gateway().await.unwrap();
    let mut walk = at_the_verifier(lab, &stand.person).await;
    let fake = death.arm(lab);
    let ((), struck) = tokio::join!(prove(&mut walk, &stand.person), death.strike(lab, fake));
    walk.look_until("ready")
        .await
        .unwrap_or_else(|fault| panic!("{what}: {fault}\n{}", lab.gateway_log()));
    stand.repaired(lab, &what);
    let (passes, sign_in) = walk.take_passes().await.unwrap();
    assert_eq!(passes.len(), 2, "{what}");
    walk.sign_in_with_access_pass(&stand.person, &passes[0], &sign_in)
        .await
        .unwrap();
    let types = |code: &str| lab.duo.use_code(&stand.person.duo_user, code);
    assert!(types(&passes[1]) && !types(&passes[1]), "{what}: the code works once");
    assert!(types(&stand.other_code), "{what}: the administrator's code is void");
    let events = events(lab).await;
    let mut done: Vec<&Value> = named(&events, "step_done").iter().map(|event| &event["key"]).collect();
    done.dedup();
    assert_eq!(done.len(), 3, "{what}: each once in the record: {done:?}");
    assert_eq!(named(&events, "step_done").len(), 3, "{what}");
    assert_eq!(named(&events, "pass_shown").len(), 1, "{what}");
    record_holds(lab, &what);
    struck
}

/// Dies while what was done is taken back; it is taken back all the same.
async fn undoes_all_the_same(lab: &Lab, factors: &[Factor], death: &Death) -> bool {
    let what = format!("{death:?}, taking back");
    let stand = Stand::of(lab, factors);
    lab.kill_gateway().await;
    lab.start_gateway().await.unwrap();
    let mut walk = at_the_verifier(lab, &stand.person).await;
    prove(&mut walk, &stand.person).await;
    walk.look_until("ready").await.unwrap();
    let (passes, _) = walk.take_passes().await.unwrap();
    let fake = death.arm(lab);
    let ordered = undo(lab).await;
    assert_eq!(states(&ordered), ["done", "undoing", "undoing"], "{what}: {ordered}");
    let struck = death.strike(lab, fake).await;
    let case = settled(lab, &what).await;
    assert_eq!(states(&case), ["done", "undone", "undone"], "{what}: {case}");
    stand.undone(lab, &passes[1], &what);
    // A call whose answer was lost is the one that staff must not take for a success.
    let warned: Vec<&str> = case["plan"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["warning"].as_str())
        .collect();
    assert_eq!(
        warned.len(),
        usize::from(matches!(death, Death::Behind(..))),
        "{what}: {case}"
    );
    assert!(
        warned.iter().all(|warning| warning.contains(MAY_BE_IN)),
        "{what}: {case}"
    );
    record_holds(lab, &what);
    struck
}

/// One trial.
#[derive(Clone, Debug)]
enum Trial {
    /// Dies while the plan is carried out.
    Acting(Death),
    /// Dies while it is taken back.
    Undoing(Death),
}

/// All trials on this database: before every call only where `everywhere`.
async fn trials(database: Database, everywhere: bool) -> Vec<Trial> {
    let lab = lab(database, |text| text).await;
    let (mut acting, mut undoing) = undisturbed(&lab, &factors(&lab)).await;
    lab.stop().await;
    for (calls, changes) in [(&acting, CHANGES.len()), (&undoing, TAKEN_BACK.len())] {
        assert!(calls.len() > changes, "{calls:?}");
    }
    if !everywhere {
        (acting, undoing) = (Vec::new(), Vec::new());
    }
    acting.extend(behind(&CHANGES));
    undoing.extend(behind(&TAKEN_BACK));
    let acting = acting.into_iter().map(Trial::Acting);
    acting.chain(undoing.into_iter().map(Trial::Undoing)).collect()
}

/// Trials one after the other in a world of their own, whose person loses everything again each time; in how many of them it died.
async fn lane(database: Database, trials: Vec<Trial>) -> usize {
    let lab = lab(database, |text| text).await;
    let factors = factors(&lab);
    let mut died = 0;
    for trial in &trials {
        died += usize::from(match trial {
            Trial::Acting(death) => acts_once(&lab, &factors, death).await,
            Trial::Undoing(death) => undoes_all_the_same(&lab, &factors, death).await,
        });
    }
    lab.stop().await;
    died
}

/// Side by side: what died is taken up when its lease runs out, and nearly all of the time goes by waiting for that.
async fn dying_anywhere(database: fn() -> Database, everywhere: bool, lanes: usize) {
    let trials = Box::pin(trials(database(), everywhere)).await;
    let mut running = tokio::task::JoinSet::new();
    for at in 0..lanes {
        let own = trials.iter().skip(at).step_by(lanes).cloned().collect();
        running.spawn(lane(database(), own));
    }
    let mut died = 0;
    while let Some(done) = running.join_next().await {
        died += done.unwrap();
    }
    assert!(died + 4 >= trials.len(), "it died in {died} of {} trials", trials.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_between_any_two_calls_repairs_all_three_once_and_takes_all_back_on_sqlite() {
    Box::pin(dying_anywhere(|| Database::Sqlite, true, 14)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_behind_any_change_repairs_all_three_once_and_takes_all_back_on_postgresql() {
    Box::pin(dying_anywhere(|| Database::Postgres, false, 5)).await;
}

/// From the link to the passes in the person's hand.
async fn given(lab: &Lab, stand: &Stand) -> (Walk, Vec<String>, url::Url) {
    let mut walk = at_the_verifier(lab, &stand.person).await;
    prove(&mut walk, &stand.person).await;
    walk.look_until("ready").await.unwrap();
    let (passes, sign_in) = walk.take_passes().await.unwrap();
    (walk, passes, sign_in)
}

async fn what_was_used_already_is_told_apart(database: Database) {
    let lab = lab(database, |text| text).await;
    let stand = Stand::of(&lab, &factors(&lab));
    let (mut walk, passes, sign_in) = given(&lab, &stand).await;
    walk.sign_in_with_access_pass(&stand.person, &passes[0], &sign_in)
        .await
        .unwrap();
    assert!(lab.duo.use_code(&stand.person.duo_user, &passes[1]));
    let registered = at_entra(&lab, &stand.person).methods;

    undo(&lab).await;
    let case = settled(&lab, "used").await;
    assert_eq!(states(&case), ["done", "undone", "undone"], "{case}");
    assert!(case["plan"][0]["warning"].is_null(), "{case}");
    for step in [&case["plan"][1], &case["plan"][2]] {
        let warning = step["warning"].as_str().unwrap_or_default();
        assert!(warning.contains("it was used") && warning.contains(MAY_BE_IN), "{case}");
    }
    let events = events(&lab).await;
    let gone = named(&events, "step_gone_already");
    let keys: Vec<&Value> = gone.iter().map(|event| &event["key"]).collect();
    assert_eq!(
        keys,
        [&case["plan"][2]["key"], &case["plan"][1]["key"]],
        "the last step first"
    );
    assert!(
        gone.iter()
            .all(|event| event["warning"].as_str().unwrap().contains(MAY_BE_IN))
    );
    assert_eq!(named(&events, "step_taken_back").len(), 0, "no success: {events:?}");
    let told = doorward(&lab, &["plan", "--case", case["number"].as_str().unwrap()]);
    assert_eq!(said(&told).matches(MAY_BE_IN).count(), 2, "{}", said(&told));
    assert_eq!(
        at_entra(&lab, &stand.person).methods,
        registered,
        "what came of the pass is not ours"
    );
    stand.undone(&lab, &passes[1], "used");
    record_holds(&lab, "used");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_that_was_used_before_it_is_taken_back_is_no_success_for_staff_on_sqlite() {
    Box::pin(what_was_used_already_is_told_apart(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_that_was_used_before_it_is_taken_back_is_no_success_for_staff_on_postgresql() {
    Box::pin(what_was_used_already_is_told_apart(Database::Postgres)).await;
}

/// The purpose as the lab has it, with a pass at Entra that works until its time is over.
fn lasting_pass(text: &str) -> String {
    let (before, after) = text.split_once("name = \"lost-everything\"").unwrap();
    let wish = "action = \"temporary_access_pass\"";
    let after = after.replacen(wish, &format!("{wish}\none_time = false"), 1);
    format!("{before}name = \"lost-everything\"{after}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_that_works_more_than_once_is_taken_back_with_a_warning() {
    let lab = lab(Database::Sqlite, |text| lasting_pass(&text)).await;
    lab.entra.set_tap_policy(doorward_graph::fake::TapPolicy {
        usable_once: false,
        ..doorward_graph::fake::TapPolicy::default()
    });
    let stand = Stand::of(&lab, &factors(&lab));
    let (_walk, passes, _) = given(&lab, &stand).await;
    undo(&lab).await;
    let case = settled(&lab, "lasting").await;
    let warning = case["plan"][1]["warning"].as_str().unwrap_or_default();
    assert!(
        warning.contains("does not tell whether it was used") && warning.contains(MAY_BE_IN),
        "{case}"
    );
    assert!(
        case["plan"][2]["warning"].is_null(),
        "a code for one use is known to be unused: {case}"
    );
    let events = events(&lab).await;
    let warned: Vec<bool> = named(&events, "step_taken_back")
        .iter()
        .map(|event| event["warning"].is_string())
        .collect();
    assert_eq!(warned, [false, true], "{events:?}");
    stand.undone(&lab, &passes[1], "lasting");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stays_done_is_told_with_the_order_and_nobody_is_shown_what_is_void() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let stand = Stand::of(&lab, &factors(&lab));
    let mut walk = at_the_verifier(&lab, &stand.person).await;
    // The permission went after the plan was drawn up: two of three steps are done.
    lab.duo.fake().misbehave(Rule {
        method: Some("POST".to_owned()),
        path: Some("/bypass_codes".to_owned()),
        times: Some(0),
        status: Some(403),
        body: Some(json!({"stat": "FAIL", "code": 40_301, "message": "Access forbidden"})),
        ..Rule::default()
    });
    prove(&mut walk, &stand.person).await;
    walk.look_until("stuck").await.unwrap();
    assert_eq!(states(&newest(&lab).await), ["done", "done", "failed"]);

    let ordered = undo(&lab).await;
    assert_eq!(states(&ordered), ["done", "undoing", "failed"], "{ordered}");
    let case = settled(&lab, "stuck").await;
    assert_eq!(states(&case), ["done", "undone", "failed"], "{case}");
    assert_eq!(case["end"]["end"], "undone", "{case}");
    assert_eq!(at_entra(&lab, &stand.person).taps, []);
    let undo = &case["plan"][0]["undo"];
    assert_eq!(undo["possible"], false, "{case}");
    let events = events(&lab).await;
    let order = named(&events, "undo_ordered")[0];
    let lasting = order["lasting"][0].as_str().unwrap();
    assert!(
        lasting.contains("reset_factors") && lasting.contains(undo["text"].as_str().unwrap()),
        "{order}"
    );
    walk.look_until("undone").await.unwrap();
    assert_eq!(named(&events, "pass_shown").len(), 0);

    let id = case["id"].as_str().unwrap();
    let again = lab.api().post(&format!("cases/{id}/undo"), &json!({})).await;
    let told = again.unwrap_err().to_string();
    assert!(told.contains("409") && told.contains("nothing-to-undo"), "{told}");
    record_holds(&lab, "stuck");
    lab.stop().await;
}
