//! From Entra's page through the check and back: one answer, in time, to the browser that was sent.

use super::*;
use doorward_lab::sheet::Person;

impl Stage {
    /// Somebody on the way: Entra's page has posted, and Doorward asks for agreement.
    async fn arrive(&self, person: &Person, nonce: &str) -> Walk {
        let mut walk = self.walk();
        let to = format!("{}/authorize", self.issuer);
        let page = self.sign_in.sends(&to, self.form(&person.account.to_string(), nonce));
        walk.browser.visit(&page).await.unwrap();
        walk.browser.form("Send").unwrap().press("Send").await.unwrap();
        walk.expect("consent").unwrap();
        walk
    }

    /// Presses on from page to page until this one is there.
    async fn until(&self, walk: &mut Walk, wanted: &str) {
        for _ in 0..3_000 {
            if walk.state().unwrap() == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.look(walk).await;
        }
        walk.expect(wanted).unwrap();
    }

    /// The browser comes for whatever is next.
    async fn look(&self, walk: &mut Walk) {
        let case = format!("{}case", self.lab.sheet().doorward.address);
        walk.browser.visit(&case).await.unwrap();
    }

    /// The passage is sent on; what arrived at Entra.
    async fn send(&self, walk: &mut Walk) -> Vec<(String, String)> {
        let before = self.sign_in.answered().len();
        walk.browser.form("Continue").unwrap().press("Continue").await.unwrap();
        assert_eq!(walk.browser.page().unwrap().heading(), "Stay signed in?");
        let answers = self.sign_in.answered();
        assert_eq!(answers.len(), before + 1);
        answers[before].clone()
    }

    async fn keys(&self) -> Value {
        let keys = self.client.get(format!("{}/keys", self.issuer)).send().await.unwrap();
        keys.json().await.unwrap()
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn maria_is_sent_by_entra_and_comes_back_with_one_signed_answer() {
    let stage = Stage::new().await;
    let maria = stage.lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = stage.arrive(&maria, "N0-4f1c").await;
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    stage.clock.forward(Duration::from_secs(100));
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    stage.until(&mut walk, "passage").await;
    let fields = stage.send(&mut walk).await;
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["id_token", "state"]);
    assert_eq!(fields[1].1, "S0-<9a77>");
    assert_eq!(
        verified(&fields[0].1, &stage.keys().await),
        json!({
            "iss": stage.issuer,
            "aud": "doorward-acme",
            "sub": "kZ2mXo-pairwise-subject",
            "nonce": "N0-4f1c",
            "iat": NOW + 100,
            "exp": NOW + 400,
            "acr": "possessionorinherence",
            "amr": ["face"],
        })
    );
    // Once: the page does not come again.
    stage.look(&mut walk).await;
    walk.expect("returned").unwrap();
    assert!(!walk.browser.page().unwrap().source().contains("id_token"));
    // Nothing was done to the account.
    assert!(walk.changes(&maria).await.unwrap().is_empty());
    let case = &stage.cases().await[0];
    assert_eq!(case["source"], "mfa");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_document_is_answered_as_access_denied() {
    let stage = Stage::new().await;
    let maria = stage.lab.sheet().person("maria-silva").unwrap().clone();
    let omar = stage.lab.sheet().person("omar-al-rashid").unwrap().clone();
    let mut walk = stage.arrive(&maria, "N0").await;
    walk.agree().await.unwrap();
    walk.prove(&omar, "pass").await.unwrap();
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    // Every refusal takes the same few seconds.
    stage.until(&mut walk, "comparing").await;
    stage.clock.forward(Duration::from_secs(4));
    stage.until(&mut walk, "passage").await;
    let fields = stage.send(&mut walk).await;
    assert_eq!(fields, [pair("error", "access_denied"), pair("state", "S0-<9a77>")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_want_to_is_taken_back_at_once() {
    let stage = Stage::new().await;
    let maria = stage.lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = stage.arrive(&maria, "N0").await;
    walk.browser.form("/case/withdraw").unwrap().press("").await.unwrap();
    stage.until(&mut walk, "passage").await;
    let fields = stage.send(&mut walk).await;
    assert_eq!(fields, [pair("error", "access_denied"), pair("state", "S0-<9a77>")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_too_long_is_taken_back_with_an_error_before_entra_gives_up() {
    let stage = Stage::new().await;
    let maria = stage.lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = stage.arrive(&maria, "N0").await;
    stage.clock.forward(Duration::from_secs(4 * 60));
    stage.until(&mut walk, "passage").await;
    let fields = stage.send(&mut walk).await;
    assert_eq!(
        fields,
        [pair("error", "temporarily_unavailable"), pair("state", "S0-<9a77>")]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_entra_has_given_up_nothing_is_sent_any_more() {
    let stage = Stage::new().await;
    let maria = stage.lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = stage.arrive(&maria, "N0").await;
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    stage.clock.forward(Duration::from_secs(5 * 60));
    stage.look(&mut walk).await;
    stage.until(&mut walk, "too-little-time").await;
    assert!(!walk.browser.page().unwrap().source().contains("<form"));
    assert!(stage.sign_in.answered().is_empty());
}
