//! Pictures of a proof that is left to reviewers here: who sees them, when, with what written on them; and what the verifier is told at the
//! end.

use doorward::case::step;
use doorward::flow::Error;
use doorward_contract::{Decided, Shows, VendorError};

use super::unsure::{Doubtful, back_from, reviewed};
use super::*;

on_both! {
    pictures_are_for_the_reviewer_who_has_the_case_and_bear_their_name
    another_reviewer_gets_pictures_of_their_own_once_the_first_let_it_lie
    the_verifier_is_told_once_what_was_decided
    a_verifier_that_cannot_be_told_spoils_no_decision
    a_case_that_ends_without_a_reviewer_is_told_too
}

fn ours() -> Doubtful {
    Doubtful {
        reviews_here: true,
        ..Doubtful::default()
    }
}

async fn picture(trial: &Trial, who: &Operator, name: &str) -> Result<String, Error> {
    let shown = trial.flow().picture(trial.case().await, who, name).await?;
    Ok(String::from_utf8(shown).unwrap())
}

async fn shown_facts(trial: &Trial) -> Vec<String> {
    let facts = trial.facts().await.into_iter();
    let shown = facts.filter_map(|fact| match fact {
        Fact::PicturesShown { reviewer } => Some(reviewer),
        _ => None,
    });
    shown.collect()
}

fn may_not(answer: &Result<String, Error>) -> bool {
    matches!(answer, Err(Error::MayNot(_) | Error::Elsewhere))
}

async fn pictures_are_for_the_reviewer_who_has_the_case_and_bear_their_name(base: Base) {
    let trial = back_from(&base, &ours()).await;
    let case = trial.until(step::awaits_reviewer).await;
    let (rita, ruben) = (
        colleague("rita", &[Role::Reviewer]),
        colleague("ruben", &[Role::Reviewer]),
    );
    let others = [
        colleague("ada", &[Role::Agent]),
        colleague("audrey", &[Role::Auditor]),
        colleague("abel", &[Role::Approver]),
        ruben,
    ];
    assert!(may_not(&picture(&trial, &rita, "front").await), "it was not taken yet");
    trial.flow().claim_review(case, &rita).await.unwrap();
    let evidence = trial.flow().evidence(&trial.case().await, &rita).await.unwrap();
    let exhibits = evidence.exhibits.unwrap();
    let shows: Vec<Shows> = exhibits.pictures.iter().map(|one| one.shows).collect();
    assert_eq!(shows, [Shows::Front, Shows::Selfie]);
    assert_eq!(
        shown_facts(&trial).await,
        Vec::<String>::new(),
        "nothing was looked at yet"
    );

    let number = trial.case().await.number;
    let front = picture(&trial, &rita, "front").await.unwrap();
    assert!(
        front.starts_with(&format!("proof-1 front: rita · {number} · 20")) && front.ends_with(" UTC"),
        "{front}"
    );
    picture(&trial, &rita, "selfie").await.unwrap();
    let missing = picture(&trial, &rita, "back").await;
    assert!(
        matches!(missing, Err(Error::Vendor(VendorError::Missing { .. }))),
        "{missing:?}"
    );
    for other in &others {
        assert!(may_not(&picture(&trial, other, "front").await), "{}", other.name);
        assert!(trial.flow().evidence(&trial.case().await, other).await.is_err());
    }
    assert_eq!(shown_facts(&trial).await, ["rita"], "once, however many there are");

    reviewed(&trial, true).await;
    for anybody in others.iter().chain([&rita]) {
        assert!(may_not(&picture(&trial, anybody, "front").await), "{}", anybody.name);
    }
}

async fn another_reviewer_gets_pictures_of_their_own_once_the_first_let_it_lie(base: Base) {
    let trial = back_from(&base, &ours()).await;
    let case = trial.until(step::awaits_reviewer).await;
    let (rita, ruben) = (
        colleague("rita", &[Role::Reviewer]),
        colleague("ruben", &[Role::Reviewer]),
    );
    trial.flow().claim_review(case, &rita).await.unwrap();
    let hers = picture(&trial, &rita, "front").await.unwrap();
    trial.clock.forward(Duration::from_secs(31 * 60));
    trial.flow().claim_review(trial.case().await, &ruben).await.unwrap();
    let his = picture(&trial, &ruben, "front").await.unwrap();
    assert!(hers.contains("rita") && his.contains("ruben") && !his.contains("rita"));
    assert!(may_not(&picture(&trial, &rita, "front").await));
    assert_eq!(shown_facts(&trial).await, ["rita", "ruben"]);
}

async fn the_verifier_is_told_once_what_was_decided(base: Base) {
    let verifier = ours();
    let trial = back_from(&base, &verifier).await;
    trial.until(step::awaits_reviewer).await;
    reviewed(&trial, true).await;
    let told = verifier.told.lock().unwrap().clone();
    let [
        Decided {
            account,
            document,
            face,
            accepted,
        },
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert_eq!((*document, *face, *accepted), (Some(true), Some(true), true));
    assert!(
        account.as_ref().is_some_and(|mark| !mark.contains(LOGIN)),
        "{account:?}"
    );
}

async fn a_verifier_that_cannot_be_told_spoils_no_decision(base: Base) {
    let verifier = Doubtful { deaf: true, ..ours() };
    let trial = back_from(&base, &verifier).await;
    trial.until(step::awaits_reviewer).await;
    let case = reviewed(&trial, false).await;
    assert_eq!(case.stage, Stage::Closed);
    let told = verifier.told.lock().unwrap().clone();
    assert_eq!(told.len(), 1);
    assert!(!told[0].accepted && told[0].document == Some(true));
}

async fn a_case_that_ends_without_a_reviewer_is_told_too(base: Base) {
    let verifier = ours();
    let trial = back_from(&base, &verifier).await;
    trial.until(step::awaits_reviewer).await;
    trial.clock.forward(Duration::from_secs(14 * 86_400));
    trial.until_stage(Stage::Closed).await;
    let told = verifier.told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!told[0].accepted && told[0].document.is_none() && told[0].face.is_none());
}
