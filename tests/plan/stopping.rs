//! What staff do around a case: call it fraud, have somebody forgotten, look somebody up, open so many, read a code out.

use doorward::case::Refusal;
use doorward::flow::Error;
use doorward::flow::give;
use doorward::flow::open::{Landing, Wish};

use super::*;

on_both! {
    fraud_ends_every_case_of_the_account_and_freezes_it_until_that_is_cleared
    fraud_in_the_middle_of_a_plan_leaves_no_pass_and_says_what_was_done
    what_is_unsettled_when_fraud_is_called_is_settled_and_nothing_more_is_done
    a_pass_that_waits_is_destroyed_by_fraud
    only_an_admin_clears_a_flag
    the_case_beyond_an_agents_day_needs_one_agreement_more
    an_agent_looks_up_so_many_people_an_hour_and_each_is_written_down
    having_somebody_forgotten_ends_and_erases_all_their_cases
    a_short_code_leads_to_the_link_once
    a_short_code_is_gone_after_five_wrong_tries_and_after_ten_minutes
    one_address_tries_so_many_codes
    the_words_are_new_once_a_browser_is_bound
}

const FROZEN: End = End::Refused {
    refusal: Refusal::Frozen,
};

fn wish(agent: &Operator) -> Wish {
    Wish {
        purpose: "recover".to_owned(),
        source: "link".to_owned(),
        account: LOGIN.to_owned(),
        operator: agent.name.clone(),
        ticket: Some("INC-1".to_owned()),
        agent: Some(agent.clone()),
        named: None,
        reason: None,
        form: None,
    }
}

fn agent(name: &str) -> Operator {
    colleague(name, &[Role::Agent])
}

fn admin() -> Operator {
    colleague("root", &[Role::Admin])
}

async fn fraud_ends_every_case_of_the_account_and_freezes_it_until_that_is_cleared(base: Base) {
    let mut trial = Trial::of(&base, vec![act("home", CODE)]).await;
    trial.purpose.approvals = 1;
    let invited = trial.flow().invite(&wish(&agent("jo"))).await.unwrap().case;
    let flagged = trial.until_stage(Stage::Approval).await;
    trial.world.forget_log();
    let flow = trial.flow();
    let did = flow.flag(flagged, &agent("jo"), "she did not call").await.unwrap();
    assert_eq!(
        (ended(&did.case), did.others),
        (Some(&FROZEN), vec![invited.number.clone()])
    );
    assert_eq!(trial.world.log(), Vec::<String>::new(), "no vendor is asked");
    let other = trial.store.case(&invited.id).await.unwrap().unwrap();
    assert_eq!(ended(&other), Some(&FROZEN));
    // Whoever comes later is led as usual, and refused.
    let again = trial.flow().invite(&wish(&agent("jo"))).await;
    assert!(matches!(again, Err(Error::Barred(bar)) if bar.refusal == Refusal::Frozen));
    trial.begin_again().await;
    assert_eq!(ended(&trial.until_stage(Stage::Closed).await), Some(&FROZEN));
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    let cleared = trial.flow().clear_flag(did.case, &admin(), "it was her").await.unwrap();
    assert_eq!(cleared.desk.flag, None);
    trial.flow().invite(&wish(&agent("jo"))).await.unwrap();
    trial.begin_again().await;
    trial.until_stage(Stage::Approval).await;
}

async fn fraud_in_the_middle_of_a_plan_leaves_no_pass_and_says_what_was_done(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE), act("home", Action::RevokeSessions)]).await;
    trial.home.refuse("revoke_sessions");
    // What cannot be done stops the plan half way.
    let stuck = trial.until_stage(Stage::Stuck).await;
    assert_eq!(stuck.passes.len(), 1);
    let did = trial
        .flow()
        .flag(stuck, &agent("jo"), "she did not call")
        .await
        .unwrap();
    assert_eq!(ended(&did.case), Some(&FROZEN));
    assert_eq!(did.done.len(), 1);
    assert!(did.case.passes.is_empty());
    let said = |fact: &Fact| matches!(fact, Fact::CaseFlagged { done, .. } if done.len() == 1);
    assert!(trial.facts().await.iter().any(said));
    assert_eq!(
        states(&trial.case().await),
        ["done", "failed"],
        "nothing is taken back by itself"
    );
    assert!(matches!(
        trial.flow().retry(trial.case().await, "root").await,
        Err(Error::Elsewhere)
    ));
}

async fn what_is_unsettled_when_fraud_is_called_is_settled_and_nothing_more_is_done(base: Base) {
    let calls = calls_before(&base).await;
    let trial = Trial::of(&base, vec![act("home", CODE), act("home", Action::RevokeSessions)]).await;
    let intended = |case: &Case| {
        case.plan
            .iter()
            .any(|step| matches!(step.state, StepState::Intended { .. }))
    };
    // The gateway dies when the vendor has done it and nobody heard.
    trial.world.die_at(calls, true);
    let case = trial.until(intended).await;
    let did = trial.flow().flag(case, &agent("jo"), "she did not call").await.unwrap();
    assert_eq!(did.done.len(), 1);
    let case = trial.until_stage(Stage::Closed).await;
    assert_eq!(ended(&case), Some(&FROZEN));
    assert!(case.passes.is_empty());
    assert_eq!(trial.home.count("revoke_sessions"), 0);
    assert_eq!(trial.reveal().await, Vec::<String>::new());
}

/// How many calls come before the first that changes something, that one counted.
async fn calls_before(base: &Base) -> usize {
    let trial = Trial::of(base, vec![act("home", CODE), act("home", Action::RevokeSessions)]).await;
    trial.until_stage(Stage::Ready).await;
    let log = trial.world.log();
    log.iter().position(|line| line.contains("perform")).unwrap() + 1
}

async fn a_pass_that_waits_is_destroyed_by_fraud(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let ready = trial.until_stage(Stage::Ready).await;
    trial
        .flow()
        .flag(ready, &agent("jo"), "she did not call")
        .await
        .unwrap();
    assert_eq!(trial.reveal().await, Vec::<String>::new());
    assert_eq!(ended(&trial.case().await), Some(&FROZEN));
    assert!(trial.facts().await.contains(&Fact::PassDropped));
}

async fn only_an_admin_clears_a_flag(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let nobody = colleague("aud", &[Role::Auditor]);
    let refused = trial.flow().flag(trial.case().await, &nobody, "no").await;
    assert!(matches!(refused, Err(Error::MayNot(_))));
    let did = trial
        .flow()
        .flag(trial.case().await, &agent("jo"), "she did not call")
        .await
        .unwrap();
    let all_others = [Role::Agent, Role::Reviewer, Role::Approver, Role::Auditor];
    let refused = trial
        .flow()
        .clear_flag(did.case, &colleague("jo", &all_others), "no")
        .await;
    assert!(matches!(refused, Err(Error::MayNot(_))));
    let again = trial.flow().invite(&wish(&agent("jo"))).await;
    assert!(matches!(again, Err(Error::Barred(_))));
}

async fn the_case_beyond_an_agents_day_needs_one_agreement_more(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let flow = trial.flow();
    for _ in 0..10 {
        let case = flow.invite(&wish(&agent("jo"))).await.unwrap().case;
        assert!(!case.desk.over_cap);
    }
    let eleventh = flow.invite(&wish(&agent("jo"))).await.unwrap().case;
    assert!(eleventh.desk.over_cap);
    let other = flow.invite(&wish(&agent("kim"))).await.unwrap().case;
    assert!(!other.desk.over_cap);
    // Proven and fitting, the eleventh waits for a colleague where the purpose asks for none.
    let mut proven = trial.case().await;
    proven.desk = eleventh.desk;
    let seen = trial.case().await;
    trial
        .store
        .advance(&seen, &proven, doorward::store::Change::default())
        .await
        .unwrap();
    let case = trial.until_stage(Stage::Approval).await;
    assert_eq!(case.desk.needed(), Some(1));
    trial.clock.forward(Duration::from_secs(86_400));
    let tomorrow = flow.invite(&wish(&agent("jo"))).await.unwrap().case;
    assert!(!tomorrow.desk.over_cap);
}

async fn an_agent_looks_up_so_many_people_an_hour_and_each_is_written_down(base: Base) {
    let mut trial = Trial::of(&base, vec![act("home", CODE)]).await;
    trial.caps.searches_per_agent = 3;
    let flow = trial.flow();
    let invited = flow.invite(&wish(&agent("jo"))).await.unwrap().case;
    let found = flow.find(&agent("jo"), "home", LOGIN).await.unwrap().unwrap();
    assert_eq!(
        (found.account.as_str(), found.enabled, found.frozen),
        ("maria-at-home", true, false)
    );
    assert_eq!(found.last.map(|last| last.id), Some(invited.id));
    assert_eq!(
        flow.find(&agent("jo"), "home", "nobody@example.com").await.unwrap(),
        None
    );
    flow.find(&agent("jo"), "home", LOGIN).await.unwrap();
    assert!(matches!(
        flow.find(&agent("jo"), "home", LOGIN).await,
        Err(Error::TooMany(_))
    ));
    assert!(matches!(
        flow.find(&colleague("aud", &[Role::Auditor]), "home", LOGIN).await,
        Err(Error::MayNot(_))
    ));
    let links = trial.store.links(0, 1000).await.unwrap();
    let sought: Vec<&str> = links
        .iter()
        .map(|link| link.text.as_str())
        .filter(|text| text.contains("person_sought"))
        .collect();
    assert_eq!(sought.len(), 3);
    assert!(sought.iter().all(|text| !text.contains("@example.com")), "{sought:?}");
}

async fn having_somebody_forgotten_ends_and_erases_all_their_cases(base: Base) {
    let mut trial = Trial::of(&base, vec![act("home", CODE)]).await;
    trial.purpose.approvals = 1;
    let first = trial.flow().invite(&wish(&agent("jo"))).await.unwrap().case;
    let second = trial.flow().invite(&wish(&agent("jo"))).await.unwrap().case;
    trial.flow().cancel(second.clone(), "jo").await.unwrap();
    let forgetting = trial
        .flow()
        .erase_person(&admin(), "home", &LOGIN.to_uppercase())
        .await
        .unwrap();
    let mut numbers = vec![first.number.clone(), second.number.clone()];
    let mut told = forgetting.cases;
    numbers.sort();
    told.sort();
    assert_eq!(told, numbers);
    for id in [first.id, second.id] {
        trial.id = id;
        let gone = trial.until(|case| case.erased).await;
        assert!(gone.desk.who.is_empty());
        assert_eq!(gone.private, Private::default());
        assert!(trial.facts().await.contains(&Fact::PersonErased));
    }
    let again = trial.flow().erase_person(&admin(), "home", LOGIN).await.unwrap();
    assert!(!numbers.iter().any(|number| again.cases.contains(number)));
}

async fn typed(flow: &Flow, code: &str, address: &str) -> Option<doorward::crypto::token::Token> {
    flow.take_code(code, Digest::of("client", address.as_bytes()))
        .await
        .unwrap()
}

/// A case with a code to be read out.
async fn read_out(trial: &Trial) -> (Case, String) {
    let flow = trial.flow();
    let case = flow.invite(&wish(&agent("jo"))).await.unwrap().case;
    let (case, read) = flow.make_code(case, &agent("jo")).await.unwrap();
    (case, read.code)
}

async fn a_short_code_leads_to_the_link_once(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let (case, code) = read_out(&trial).await;
    let flow = trial.flow();
    let spoken = code.to_lowercase().replace('-', " ");
    let token = typed(&flow, &spoken, "a").await.unwrap();
    let Landing::Open(landed) = flow.landing(&token).await.unwrap() else {
        panic!("the link leads nowhere");
    };
    assert_eq!(landed.id, case.id);
    assert!(typed(&flow, &code, "a").await.is_none(), "used");
    let (_, address) = flow.renew_link(*landed, &agent("jo")).await.unwrap();
    assert!(
        matches!(flow.landing(&token).await.unwrap(), Landing::Over),
        "a new link takes the place of the old"
    );
    let picture = give::qr(&address).unwrap();
    assert!(picture.starts_with("<svg") && !picture.contains("<script"));
}

async fn a_short_code_is_gone_after_five_wrong_tries_and_after_ten_minutes(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let (_, code) = read_out(&trial).await;
    let flow = trial.flow();
    let last = if code.ends_with('2') { '3' } else { '2' };
    let wrong = format!("{}{last}", &code[..code.len() - 1]);
    for at in 0..4 {
        assert!(typed(&flow, &wrong, &format!("{at}")).await.is_none());
    }
    assert!(typed(&flow, "not a code", "x").await.is_none());
    assert!(typed(&flow, "22222222", "x").await.is_none(), "names no case");
    assert!(typed(&flow, &wrong, "y").await.is_none());
    assert!(typed(&flow, &code, "z").await.is_none(), "five were wrong");
    let (_, late) = read_out(&trial).await;
    trial.clock.forward(Duration::from_secs(600));
    assert!(typed(&flow, &late, "z").await.is_none());
}

async fn one_address_tries_so_many_codes(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let (_, code) = read_out(&trial).await;
    let flow = trial.flow();
    for _ in 0..10 {
        assert!(typed(&flow, "22222222", "a").await.is_none());
    }
    let stopped = flow.take_code(&code, Digest::of("client", b"a")).await;
    assert!(matches!(stopped, Err(Error::TooMany(_))));
    assert!(typed(&flow, &code, "b").await.is_some());
}

async fn the_words_are_new_once_a_browser_is_bound(base: Base) {
    let trial = Trial::of(&base, vec![act("home", CODE)]).await;
    let flow = trial.flow();
    let invitation = flow.invite(&wish(&agent("jo"))).await.unwrap();
    let before = invitation.case.desk.words.clone().unwrap();
    let bound = flow.accept(&invitation.token).await.unwrap().unwrap();
    let after = bound.case.desk.words.clone().unwrap();
    assert_ne!(before, after);
    // What the agent reads is what the browser shows.
    let read = trial.store.case(&bound.case.id).await.unwrap().unwrap();
    assert_eq!(read.desk.told().words, Some(after.to_string()));
}
