//! Colleagues look and agree: how many it takes, who may not, two at the same moment, the shield in the middle of it, and a gateway
//! that dies in between.

use std::collections::BTreeSet;

use doorward::case::Barred;
use doorward::case::desk::{Decision, Judgement};
use doorward::case::policy::{OnProtected, Tier};
use doorward::flow::Error;
use doorward_contract::{AccountId, Colleague};

use super::*;
use doorward::case::Refusal;

on_both! {
    nothing_is_done_before_as_many_agreed_as_the_purpose_asks_for
    of_two_who_agree_at_the_same_moment_each_counts_once
    whoever_has_a_tie_is_told_so_and_the_record_has_it
    a_group_of_the_directory_asks_for_more
    a_protected_account_is_refused_unless_the_purpose_has_colleagues_decide
    a_colleague_who_does_not_agree_ends_the_case
    a_gateway_that_dies_after_the_last_word_does_everything_once
    an_approver_agrees_to_so_many_cases_a_day
    the_shield_goes_up_in_the_middle_and_asks_for_a_human_and_two_colleagues
    a_reviewer_sees_whose_account_it_is_only_after_the_judgement
    what_came_back_elsewhere_is_refused_for_that
    whoever_was_recovered_agrees_to_nothing_for_a_while
}

fn approver(name: &str) -> Operator {
    colleague(name, &[Role::Approver])
}

fn reviewer(name: &str) -> Operator {
    colleague(name, &[Role::Reviewer])
}

async fn approve(trial: &Trial, name: &str) -> Result<Case, Error> {
    trial.flow().approve(trial.case().await, &approver(name), None).await
}

fn why(result: Result<Case, Error>) -> Barred {
    match result.unwrap_err() {
        Error::MayNot(barred) => barred,
        other => panic!("{other}"),
    }
}

async fn asking_for(base: &Base, approvals: u32) -> Trial {
    let mut trial = Trial::of(base, vec![act("home", CODE)]).await;
    trial.purpose.approvals = approvals;
    trial
}

async fn nothing_is_done_before_as_many_agreed_as_the_purpose_asks_for(base: Base) {
    let trial = asking_for(&base, 2).await;
    trial.until_stage(Stage::Approval).await;
    approve(&trial, "ana").await.unwrap();
    assert_eq!(why(approve(&trial, "ana").await), Barred::Already);
    let waiting = trial.until_stage(Stage::Approval).await;
    assert_eq!(waiting.desk.approvals.len(), 1);
    approve(&trial, "ben").await.unwrap();
    // Everybody agreed, and the person may have gone to lunch: a pass must not run out meanwhile.
    trial.clock.forward(Duration::from_secs(1200));
    trial.for_a_while().await;
    assert_eq!(trial.case().await.stage, Stage::Approval);
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    trial.show_up().await;
    trial.until_stage(Stage::Ready).await;
    assert_eq!(trial.world.writes(), ["home perform bypass_code"]);
    assert_eq!(trial.reveal().await.len(), 1);
}

async fn of_two_who_agree_at_the_same_moment_each_counts_once(base: Base) {
    let trial = asking_for(&base, 1).await;
    trial.until_stage(Stage::Approval).await;
    let (one, other) = tokio::join!(approve(&trial, "ana"), approve(&trial, "ben"));
    assert!(
        one.is_ok() != other.is_ok(),
        "one agreement was enough, the other came late"
    );
    let case = trial.case().await;
    assert_eq!(case.desk.approvals.len(), 1);
    let agreed = |fact: &Fact| matches!(fact, Fact::Approved { .. });
    assert_eq!(trial.facts().await.iter().filter(|fact| agreed(fact)).count(), 1);
    trial.show_up().await;
    trial.until_stage(Stage::Ready).await;
    assert_eq!(trial.world.writes().len(), 1);
}

async fn whoever_has_a_tie_is_told_so_and_the_record_has_it(base: Base) {
    let trial = asking_for(&base, 1).await;
    trial.home.behave(|manners| {
        manners.manager = Some(Colleague {
            id: AccountId("boss-at-home".to_owned()),
            login: "boss@example.com".to_owned(),
            email: None,
        });
    });
    trial.until_stage(Stage::Approval).await;
    trial.world.forget_log();
    assert_eq!(why(approve(&trial, "boss").await), Barred::Manager);
    assert_eq!(why(approve(&trial, "boss").await), Barred::Manager);
    assert_eq!(why(approve(&trial, "maria").await), Barred::Person);
    let agent = colleague("ana", &[Role::Agent, Role::Admin, Role::Auditor, Role::Reviewer]);
    assert_eq!(
        why(trial.flow().approve(trial.case().await, &agent, None).await),
        Barred::Powerless
    );
    assert_eq!(trial.world.log(), Vec::<String>::new(), "no vendor is asked");
    assert!(trial.case().await.desk.approvals.is_empty());
    let barred = |fact: &Fact| matches!(fact, Fact::DecisionBarred { .. });
    assert_eq!(
        trial.facts().await.iter().filter(|fact| barred(fact)).count(),
        3,
        "once a minute for each"
    );
    let manager = Some("boss-at-home".to_owned());
    let sought = |fact: &Fact| matches!(fact, Fact::ApprovalSought { manager: known, .. } if *known == manager);
    assert!(trial.facts().await.iter().any(sought));
}

async fn a_group_of_the_directory_asks_for_more(base: Base) {
    let mut trial = asking_for(&base, 1).await;
    let tier = |groups: &[&str], approvals| Tier {
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        accounts: Vec::new(),
        approvals,
    };
    trial.purpose.tiers = vec![tier(&["finance"], 3), tier(&["staff"], 2)];
    trial.home.behave(|manners| manners.groups = BTreeSet::from(["staff"]));
    let case = trial.until_stage(Stage::Approval).await;
    assert_eq!(case.desk.needed(), Some(2));
    trial.begin_again().await;
    trial
        .home
        .behave(|manners| manners.groups = BTreeSet::from(["staff", "finance"]));
    let case = trial.until_stage(Stage::Approval).await;
    assert_eq!(case.desk.needed(), Some(3));
}

async fn a_protected_account_is_refused_unless_the_purpose_has_colleagues_decide(base: Base) {
    let mut trial = asking_for(&base, 0).await;
    trial.home.behave(|manners| manners.there = There::Protected);
    unread(&trial).await;
    let refused = trial.until_stage(Stage::Closed).await;
    let refusal = Refusal::ProtectedAccount;
    assert_eq!(ended(&refused), Some(&End::Refused { refusal }));
    trial.begin_again().await;
    unread(&trial).await;
    trial.purpose.protected = OnProtected::Approve;
    let case = trial.until_stage(Stage::Approval).await;
    assert_eq!(case.desk.needed(), Some(2));
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    approve(&trial, "ana").await.unwrap();
    approve(&trial, "ben").await.unwrap();
    trial.show_up().await;
    trial.until_stage(Stage::Ready).await;
}

/// The account is still to be read.
async fn unread(trial: &Trial) {
    let seen = trial.case().await;
    let mut next = seen.clone();
    (next.explanation, next.standing) = (None, Standing::Unasked);
    next.private.account = None;
    trial
        .store
        .advance(&seen, &next, doorward::store::Change::default())
        .await
        .unwrap();
}

async fn a_colleague_who_does_not_agree_ends_the_case(base: Base) {
    let trial = asking_for(&base, 2).await;
    trial.until_stage(Stage::Approval).await;
    approve(&trial, "ana").await.unwrap();
    let flow = trial.flow();
    let refused = flow
        .refuse_approval(trial.case().await, &approver("ben"), "nobody knows of this")
        .await;
    let refusal = Refusal::Disapproved;
    assert_eq!(ended(&refused.unwrap()), Some(&End::Refused { refusal }));
    assert!(matches!(approve(&trial, "carl").await, Err(Error::Elsewhere)));
    assert_eq!(trial.world.writes(), Vec::<String>::new());
}

async fn a_gateway_that_dies_after_the_last_word_does_everything_once(base: Base) {
    for carried_out in [false, true] {
        let mut trial = asking_for(&base, 1).await;
        trial.begin_again().await;
        trial.until_stage(Stage::Approval).await;
        approve(&trial, "ana").await.unwrap();
        trial.world.forget_log();
        trial.world.die_at(1, carried_out);
        trial.show_up().await;
        trial.until_stage(Stage::Ready).await;
        assert!(trial.world.has_died());
        assert_eq!(trial.world.writes(), ["home perform bypass_code"]);
    }
}

async fn an_approver_agrees_to_so_many_cases_a_day(base: Base) {
    let mut trial = asking_for(&base, 1).await;
    trial.caps.approvals_per_approver = 2;
    for _ in 0..2 {
        trial.begin_again().await;
        trial.until_stage(Stage::Approval).await;
        approve(&trial, "ana").await.unwrap();
    }
    trial.begin_again().await;
    trial.until_stage(Stage::Approval).await;
    assert_eq!(why(approve(&trial, "ana").await), Barred::Capped);
    approve(&trial, "ben").await.unwrap();
}

fn holding() -> Judgement {
    Judgement {
        holds: true,
        reasons: vec!["the face is the one of the document".to_owned()],
        note: None,
        ..Judgement::default()
    }
}

fn same(same_person: bool) -> Decision {
    Decision {
        same_person,
        reason: "name and face".to_owned(),
        ..Decision::default()
    }
}

/// The case is taken, judged, looked at and decided.
async fn review(trial: &Trial, name: &str, decision: Decision) -> Case {
    let (flow, who) = (trial.flow(), reviewer(name));
    let case = flow.claim_review(trial.case().await, &who).await.unwrap();
    let case = flow.judge(case, &who, holding()).await.unwrap();
    let claimed = flow.claimed(case, &who).await.unwrap();
    assert_eq!(claimed.login, LOGIN);
    flow.decide(trial.case().await, &who, decision).await.unwrap()
}

async fn the_shield_goes_up_in_the_middle_and_asks_for_a_human_and_two_colleagues(base: Base) {
    let trial = asking_for(&base, 1).await;
    let admin = colleague("root", &[Role::Admin]);
    trial.until_stage(Stage::Approval).await;
    assert!(trial.flow().raise_shield(&admin, "calls all over").await.unwrap());
    assert!(!trial.flow().raise_shield(&admin, "again").await.unwrap());
    approve(&trial, "ana").await.unwrap();
    trial.show_up().await;
    trial.until_stage(Stage::Review).await;
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    assert_eq!(
        why(trial
            .flow()
            .claim_review(trial.case().await, &colleague("ana", &[Role::Reviewer]))
            .await),
        Barred::Approver
    );
    review(&trial, "rita", same(true)).await;
    trial.show_up().await;
    let case = trial.until_stage(Stage::Approval).await;
    assert_eq!(case.desk.needed(), Some(2));
    let both = colleague("rita", &[Role::Approver]);
    assert_eq!(why(trial.flow().approve(case, &both, None).await), Barred::Reviewer);
    // Nobody begins by themselves meanwhile.
    let begun = trial
        .flow()
        .open_portal("recover", "portal", LOGIN, Digest::of("client", b"x"), None)
        .await;
    assert!(matches!(begun, Err(Error::Shielded)));
    assert!(trial.flow().lower_shield(&admin, "over").await.unwrap());
    trial.until_stage(Stage::Ready).await;
    let words: Vec<&str> = ["shield_raised", "shield_lowered"].into();
    let links = trial.store.links(0, 1000).await.unwrap();
    for word in words {
        assert_eq!(
            links
                .iter()
                .filter(|link| link.text.contains(&format!("\"{word}\"")))
                .count(),
            1,
            "{word}"
        );
    }
}

async fn a_reviewer_sees_whose_account_it_is_only_after_the_judgement(base: Base) {
    let trial = asking_for(&base, 0).await;
    trial
        .flow()
        .raise_shield(&colleague("root", &[Role::Admin]), "calls")
        .await
        .unwrap();
    trial.until_stage(Stage::Review).await;
    the_evidence_is_judged_first(&trial).await;
    let facts = trial.facts().await;
    let place = |wanted: fn(&Fact) -> bool| facts.iter().position(wanted).unwrap();
    let judged = place(|fact| matches!(fact, Fact::EvidenceJudged { holds: false, .. }));
    let read = place(|fact| matches!(fact, Fact::ClaimRead { .. }));
    let decided = place(|fact| match fact {
        Fact::Reviewed {
            reviewer,
            decision,
            reason,
            why,
            steps,
            ..
        } => {
            (reviewer.as_str(), decision.as_str(), reason.as_str()) == ("rita", "refused", "name and face")
                && why.len() == 1
                && steps.len() == 4
        }
        _ => false,
    });
    assert!(judged < read && read < decided);
}

/// What comes before its turn is refused, and so is what comes twice.
async fn the_evidence_is_judged_first(trial: &Trial) {
    let (flow, rita) = (trial.flow(), reviewer("rita"));
    assert!(matches!(
        flow.evidence(&trial.case().await, &rita).await,
        Err(Error::MayNot(Barred::Unclaimed))
    ));
    flow.claim_review(trial.case().await, &rita).await.unwrap();
    let by = "rita".to_owned();
    assert_eq!(
        why(flow.claim_review(trial.case().await, &reviewer("sam")).await),
        Barred::Claimed { by }
    );
    let evidence = flow.evidence(&trial.case().await, &rita).await.unwrap();
    assert_eq!(evidence.why, ["the shield is up"]);
    assert!(matches!(
        flow.claimed(trial.case().await, &rita).await,
        Err(Error::MayNot(Barred::Unjudged))
    ));
    assert_eq!(
        why(flow.decide(trial.case().await, &rita, same(true)).await),
        Barred::Unjudged
    );
    let fails = Judgement {
        holds: false,
        ..holding()
    };
    flow.judge(trial.case().await, &rita, fails).await.unwrap();
    assert_eq!(
        why(flow.judge(trial.case().await, &rita, holding()).await),
        Barred::Judged
    );
    flow.claimed(trial.case().await, &rita).await.unwrap();
    assert_eq!(
        why(flow.decide(trial.case().await, &rita, same(true)).await),
        Barred::Unfounded
    );
    let case = flow.decide(trial.case().await, &rita, same(false)).await.unwrap();
    let refusal = Refusal::Reviewed;
    assert_eq!(ended(&case), Some(&End::Refused { refusal }));
}

async fn what_came_back_elsewhere_is_refused_for_that(base: Base) {
    let trial = asking_for(&base, 0).await;
    let seen = trial.case().await;
    let mut next = seen.clone();
    next.relayed = true;
    trial
        .store
        .advance(&seen, &next, doorward::store::Change::default())
        .await
        .unwrap();
    trial.until_stage(Stage::Review).await;
    let case = review(&trial, "rita", same(false)).await;
    let refusal = Refusal::Relayed;
    assert_eq!(ended(&case), Some(&End::Refused { refusal }));
    assert_eq!(trial.world.writes(), Vec::<String>::new());
}

async fn whoever_was_recovered_agrees_to_nothing_for_a_while(base: Base) {
    let trial = asking_for(&base, 0).await;
    trial.until_stage(Stage::Ready).await;
    // Somebody else's case.
    let mut other = trial.case().await;
    other.private = Private::default();
    let maria = approver("maria");
    let before = trial.flow().barred_from_approving(&other, &maria).await.unwrap();
    assert_eq!(before, None, "the pass was not looked at yet");
    assert_eq!(trial.reveal().await.len(), 1);
    let barred = trial.flow().barred_from_approving(&other, &maria).await.unwrap();
    assert_eq!(barred, Some(Barred::Recovered));
    trial.clock.forward(Duration::from_secs(14 * 86_400));
    assert_eq!(trial.flow().barred_from_approving(&other, &maria).await.unwrap(), None);
}
