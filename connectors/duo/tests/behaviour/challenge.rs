//! Pushes and the prompt as further checks: what counts, what lapses, what refuses, and whose answer it is.

use std::sync::Arc;

use doorward_contract::http::Bounds;
use doorward_contract::{Account, Challenge, ChallengeOutcome, Challenger, VendorError};
use doorward_duo::universal::{Application, Universal};
use doorward_duo::{Duo, Host, Names, connect_within};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::stand::{BACK, Stand, WEB, keys};

/// The stand's account with the prompt.
fn prompting(stand: &Stand) -> Duo {
    let host = Host::custom(stand.base.clone()).unwrap();
    let application = Application::new(host, keys(WEB), Url::parse(BACK).unwrap(), Names::Whole).unwrap();
    let clock = Arc::new(stand.clock.clone());
    let universal = Universal::new(application, clock.clone(), Bounds::default()).unwrap();
    let duo = connect_within(stand.settings.clone(), clock, Bounds::default()).unwrap();
    duo.with_universal(universal)
}

/// Goes where the person is sent and approves there; the query they come back with.
async fn approved(stand: &Stand, visit: &SecretString) -> String {
    let page = stand.open(Method::GET, visit.expose_secret()).await;
    let page = String::from_utf8(page.body).unwrap();
    let id = page
        .split("name=\"visit\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let mut ask = doorward_contract::http::Ask::write(Method::POST, stand.base.join("prompt").unwrap())
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    ask.body = Some(format!("visit={id}&choice=approve").into_bytes());
    let answer = stand.http.send(ask).await.unwrap();
    let back = answer.header("location").unwrap().to_owned();
    Url::parse(&back).unwrap().query().unwrap().to_owned()
}

async fn begun(duo: &Duo, account: &Account) -> (SecretString, SecretString) {
    let begun = duo.begin(Challenge::UniversalPrompt, account, None).await.unwrap();
    assert!(begun.number.is_none());
    (begun.kept, begun.visit.unwrap())
}

#[tokio::test]
async fn what_can_be_asked_is_what_there_are_keys_for() {
    let stand = Stand::usual().await;
    assert_eq!(stand.duo.challenges(), [Challenge::Push]);
    assert_eq!(
        prompting(&stand).challenges(),
        [Challenge::Push, Challenge::UniversalPrompt]
    );
    let account = stand.fresh().await;
    let unset = stand.duo.begin(Challenge::UniversalPrompt, &account, None).await;
    assert!(matches!(unset, Err(VendorError::Refused { .. })), "{unset:?}");
    let bare = Stand::of(|_| {}, |settings| settings.auth = None).await;
    assert!(bare.duo.challenges().is_empty());
}

#[tokio::test]
async fn an_approved_push_passes_and_every_other_answer_has_its_own_consequence() {
    let stand = Stand::usual().await;
    for (answer, wanted) in [
        ("approve", "passed"),
        ("timeout", "lapsed"),
        ("deny", "denied"),
        ("locked_out", "denied"),
        ("bypass", "denied"),
        ("fraud", "fraud"),
    ] {
        let account = stand.fresh().await;
        let begun = stand.duo.begin(Challenge::Push, &account, None).await.unwrap();
        assert!(begun.visit.is_none());
        let poll = || stand.duo.poll(Challenge::Push, &begun.kept);
        assert_eq!(poll().await.unwrap(), ChallengeOutcome::Pending);
        assert!(stand.fake.answer_push(begun.kept.expose_secret(), answer));
        let told = match poll().await.unwrap() {
            ChallengeOutcome::Pending => "pending",
            ChallengeOutcome::Passed { .. } => "passed",
            ChallengeOutcome::Lapsed { .. } => "lapsed",
            ChallengeOutcome::Denied { fraud: true, .. } => "fraud",
            ChallengeOutcome::Denied { .. } => "denied",
        };
        assert_eq!(told, wanted, "{answer}");
    }
}

#[tokio::test]
async fn a_visit_takes_back_its_own_answer_only_and_looking_uses_nothing_up() {
    let stand = Stand::usual().await;
    let duo = prompting(&stand);
    let account = stand.fresh().await;
    let what = Challenge::UniversalPrompt;
    let (kept, visit) = begun(&duo, &account).await;
    let (other, _) = begun(&duo, &account).await;
    let query = approved(&stand, &visit).await;
    let foreign = [
        String::new(),
        "state=".to_owned(),
        "error=access_denied".to_owned(),
        query.replace("state=", "State="),
        format!("{query}&state=another"),
        query.replace("state=", "state=x"),
    ];
    for foreign in &foreign {
        assert!(!duo.belongs(what, &kept, foreign), "{foreign}");
    }
    assert!(!duo.belongs(what, &other, &query), "another visit's");
    assert!(
        !duo.belongs(Challenge::Push, &kept, &query),
        "nobody comes back from a push"
    );
    assert!(duo.belongs(what, &kept, &query));
    let passed = duo.finish(what, &kept, &query).await.unwrap();
    assert!(matches!(passed, ChallengeOutcome::Passed { .. }), "{passed:?}");
    // Duo takes a code once.
    let again = duo.finish(what, &kept, &query).await.unwrap();
    assert!(matches!(again, ChallengeOutcome::Lapsed { .. }), "{again:?}");
}

#[tokio::test]
async fn an_answer_about_another_user_of_that_name_refuses() {
    let stand = Stand::usual().await;
    let duo = prompting(&stand);
    let (one, other) = (stand.fresh().await, stand.fresh().await);
    // The name was handed on between finding the account and asking.
    let (name, gone) = (one.login.clone(), format!("{}.gone", one.login));
    stand.fake.change(&one.id.0, |person| person.username = gone);
    stand.fake.change(&other.id.0, |person| person.username = name);
    let (kept, visit) = begun(&duo, &one).await;
    let query = approved(&stand, &visit).await;
    let told = duo.finish(Challenge::UniversalPrompt, &kept, &query).await.unwrap();
    assert!(
        matches!(told, ChallengeOutcome::Denied { fraud: false, .. }),
        "{told:?}"
    );
}

#[tokio::test]
async fn nothing_kept_of_a_check_shows_in_debug() {
    let stand = Stand::usual().await;
    let duo = prompting(&stand);
    let begun = duo
        .begin(Challenge::UniversalPrompt, &stand.fresh().await, None)
        .await
        .unwrap();
    let shown = format!("{begun:?}");
    assert!(!shown.contains("state") && !shown.contains("http"), "{shown}");
}
