//! From the service provider through the check and back: one answer, to the one browser, about the one person.

use super::*;
use doorward_lab::Lab;
use doorward_lab::builder::Database;
use doorward_lab::play::walk::Walk;
use std::net::{IpAddr, Ipv4Addr};

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(super) struct Stage {
    pub(super) lab: Lab,
    pub(super) clock: TurnedClock,
}

impl Stage {
    pub(super) async fn new(database: Database) -> Self {
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let lab = Lab::builder()
            .seed(11)
            .listen(ANYWHERE)
            .database(database)
            .in_process(Arc::new(clock.clone()))
            .start()
            .await
            .unwrap();
        Self { lab, clock }
    }

    pub(super) fn walk(&self) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        Walk::new(self.lab.sheet().clone(), quietly).unwrap()
    }

    /// Somebody on the way, named by the request; what it is called there.
    pub(super) async fn arrive(&self, person: &str) -> Walk {
        let duo = &self.lab.duo_sso;
        let request = duo.ask(Some(person), Some(STATE));
        let address = request.address(&duo.provider().sso, Some(STATE), duo.key()).unwrap();
        let mut walk = self.walk();
        walk.browser.visit(address.as_str()).await.unwrap();
        walk.expect("consent").unwrap();
        walk
    }

    /// Looks again until this page is there.
    pub(super) async fn until(&self, walk: &mut Walk, wanted: &str) {
        for _ in 0..3_000 {
            if walk.state().unwrap() == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.look(walk).await;
        }
        walk.expect(wanted).unwrap();
    }

    async fn look(&self, walk: &mut Walk) {
        let case = format!("{}case", self.lab.sheet().doorward.address);
        walk.browser.visit(&case).await.unwrap();
    }

    /// The passage is sent on; what Duo makes of it.
    async fn send(&self, walk: &mut Walk) -> Result<SignedIn, String> {
        walk.browser.form("Continue").unwrap().press("Continue").await.unwrap();
        let last = self.lab.duo_sso.answers().pop().unwrap();
        last.signed_in.ok_or_else(|| last.fault.unwrap())
    }

    pub(super) async fn proven(&self, walk: &mut Walk, with: &str) {
        let person = self.lab.sheet().person(with).unwrap().clone();
        walk.agree().await.unwrap();
        walk.prove(&person, "pass").await.unwrap();
        walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    }
}

async fn maria_is_sent_by_duo_and_comes_back_with_one_signed_answer(database: Database) {
    let stage = Stage::new(database).await;
    let maria = stage.lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = stage.arrive(MARIA).await;
    stage.proven(&mut walk, "maria-silva").await;
    stage.until(&mut walk, "passage").await;
    let found = stage.send(&mut walk).await.unwrap();
    assert_eq!(found.name_id, MARIA);
    assert_eq!(found.context, "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified");
    let told: Vec<(&str, &str)> = found
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("DisplayName", maria.person.display_name().as_str()),
            ("Email", MARIA),
            ("FirstName", maria.person.directory_given()),
            ("LastName", maria.person.directory_family()),
            ("Username", MARIA),
        ]
    );
    assert!(found.session.len() > 20);
    // Once: the page does not come again.
    stage.look(&mut walk).await;
    walk.expect("returned").unwrap();
    assert!(!walk.browser.page().unwrap().source().contains("SAMLResponse"));
    assert!(walk.changes(&maria).await.unwrap().is_empty());
    // The same answer once more is no use to anybody.
    let answer = stage.lab.duo_sso.answers().pop().unwrap();
    let again = stage.lab.duo_sso.receive(&answer.response, Some(STATE)).await;
    assert_eq!(again, Err(Fault::Answer("to no request that waits")));
}

async fn an_answer_that_was_kept_back_ends_within_minutes(database: Database) {
    let stage = Stage::new(database).await;
    let mut walk = stage.arrive(MARIA).await;
    stage.proven(&mut walk, "maria-silva").await;
    stage.until(&mut walk, "passage").await;
    stage.clock.forward(Duration::from_secs(300));
    let told = stage.send(&mut walk).await.unwrap_err();
    assert_eq!(
        told,
        "the answer is not taken: the bearer is not confirmed for this request, here and now"
    );
}

async fn somebody_elses_document_is_told_as_failed(database: Database) {
    let stage = Stage::new(database).await;
    let mut walk = stage.arrive(MARIA).await;
    stage.proven(&mut walk, "omar-al-rashid").await;
    // Every refusal takes the same few seconds.
    stage.until(&mut walk, "comparing").await;
    stage.clock.forward(Duration::from_secs(4));
    stage.until(&mut walk, "passage").await;
    assert_eq!(
        stage.send(&mut walk).await.unwrap_err(),
        "the identity provider says Responder/AuthnFailed"
    );
}

async fn somebody_whom_nobody_knows_is_told_as_failed(database: Database) {
    let stage = Stage::new(database).await;
    let mut walk = stage.arrive("nobody.at.all@example.com").await;
    stage.proven(&mut walk, "maria-silva").await;
    stage.until(&mut walk, "comparing").await;
    stage.clock.forward(Duration::from_secs(4));
    stage.until(&mut walk, "passage").await;
    assert_eq!(
        stage.send(&mut walk).await.unwrap_err(),
        "the identity provider says Responder/AuthnFailed"
    );
}

async fn who_does_not_want_to_is_taken_back_at_once(database: Database) {
    let stage = Stage::new(database).await;
    let mut walk = stage.arrive(MARIA).await;
    walk.browser.form("/case/withdraw").unwrap().press("").await.unwrap();
    stage.until(&mut walk, "passage").await;
    assert_eq!(
        stage.send(&mut walk).await.unwrap_err(),
        "the identity provider says Responder/RequestDenied"
    );
}

macro_rules! on_either {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Database::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Database::Postgres).await;
            })*
        }
    };
}

on_either! {
    maria_is_sent_by_duo_and_comes_back_with_one_signed_answer
    an_answer_that_was_kept_back_ends_within_minutes
    somebody_elses_document_is_told_as_failed
    somebody_whom_nobody_knows_is_told_as_failed
    who_does_not_want_to_is_taken_back_at_once
}
