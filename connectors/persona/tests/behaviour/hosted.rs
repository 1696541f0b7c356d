//! The hosted flow, driven as a browser without scripts would.

use std::time::Duration;

use doorward_contract::{Outcome, Started, Verifier};
use reqwest::multipart::{Form, Part};
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use crate::stand::{Kind, SUBJECT, Stand, USUAL, amara, visit_query};

/// A visitor with the hidden fields of the forms.
struct Visitor<'a> {
    stand: &'a Stand,
    fields: Vec<(String, String)>,
}

impl<'a> Visitor<'a> {
    async fn arrive(stand: &'a Stand, started: &Started) -> (Self, String) {
        let page = stand.client().get(started.visit.expose_secret()).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let fields = visit_query(started)
            .into_iter()
            .filter(|(name, _)| name != "language")
            .collect();
        (Self { stand, fields }, page.text().await.unwrap())
    }

    /// Submits a form and follows to the page it leads to.
    async fn submit(&self, step: &str, more: &[(&str, &str)]) -> String {
        let mut form: Vec<(&str, &str)> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        form.extend_from_slice(more);
        let answer = self
            .stand
            .client()
            .post(self.stand.at(&format!("/verify/{step}")))
            .form(&form)
            .send()
            .await
            .unwrap();
        self.follow(answer).await
    }

    async fn upload(&self, picture: Vec<u8>) -> String {
        let mut form = Form::new().part("picture", Part::bytes(picture).file_name("id.png"));
        for (name, value) in &self.fields {
            form = form.text(name.clone(), value.clone());
        }
        let url = self.stand.at("/verify/document");
        let answer = self.stand.client().post(url).multipart(form).send().await.unwrap();
        self.follow(answer).await
    }

    async fn follow(&self, answer: reqwest::Response) -> String {
        assert_eq!(answer.status(), 303);
        let next = answer.headers()["location"].to_str().unwrap().to_owned();
        let page = self.stand.client().get(self.stand.at(&next)).send().await.unwrap();
        page.text().await.unwrap()
    }

    /// Presses the button on the last page.
    async fn done(&self) -> reqwest::Response {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish();
        let url = self.stand.at(&format!("/verify/done?{query}"));
        self.stand.client().get(url).send().await.unwrap()
    }
}

#[tokio::test]
async fn somebody_walks_through_with_a_picture_and_comes_back_with_everything_in_the_query() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let (visitor, page) = Visitor::arrive(&stand, &started).await;
    assert!(page.contains("Imitation of the verifier"));
    assert!(visitor.submit("begin", &[]).await.contains("Show your document"));
    assert_eq!(
        stand.status(&started.reference),
        "created",
        "opening pages does not begin it"
    );

    let again = visitor.upload(b"a holiday picture".to_vec()).await;
    assert!(again.contains("could not be read"), "{again}");
    assert_eq!(stand.status(&started.reference), "created");
    let selfie = visitor.upload(amara().picture).await;
    assert!(selfie.contains("Take a selfie"));
    assert_eq!(stand.status(&started.reference), "pending");
    assert!(visitor.submit("selfie", &[]).await.contains("How shall it end?"));
    assert!(
        visitor
            .submit("outcome", &[("outcome", "pass")])
            .await
            .contains("All set")
    );

    let back = visitor.done().await;
    assert_eq!(back.status(), 303);
    let raw = back.headers()["location"].to_str().unwrap();
    assert!(raw.contains("fields%5Bname-first%5D%5Btype%5D=string"), "{raw}");
    let url = Url::parse(raw).unwrap();
    assert_eq!(
        (url.host_str(), url.path()),
        (Some("recover.example.com"), "/return/persona")
    );
    let found = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(found("inquiry-id").as_deref(), Some(started.reference.0.as_str()));
    assert_eq!(found("status").as_deref(), Some("approved"));
    assert_eq!(found("reference-id").as_deref(), Some(SUBJECT));
    assert_eq!(found("fields[birthdate][value]").as_deref(), Some("1991-04-17"));
    assert_eq!(stand.read(&started.reference).await.outcome, Outcome::Passed);
}

#[tokio::test]
async fn a_specimen_can_be_picked_and_every_ending_chosen() {
    for (ending, page, returns, read) in [
        ("pass", "All set", true, "Passed"),
        ("fail", "could not verify", true, "Declined"),
        ("review", "All set", true, "Review"),
        ("wrong-name", "All set", true, "Passed"),
        ("expire", "Session expired", false, "Expired"),
    ] {
        let stand = Stand::usual().await;
        let started = stand.start("a case").await;
        let (visitor, _) = Visitor::arrive(&stand, &started).await;
        visitor.submit("begin", &[]).await;
        visitor.submit("document", &[("specimen", "zoe")]).await;
        visitor.submit("selfie", &[]).await;
        let last = visitor.submit("outcome", &[("outcome", ending)]).await;
        assert!(last.contains(page), "{ending}: {last}");
        assert_eq!(visitor.done().await.status() == 303, returns, "{ending}");
        let outcome = format!("{:?}", stand.read(&started.reference).await.outcome);
        assert!(outcome.starts_with(read), "{ending}: {outcome}");
    }
}

#[tokio::test]
async fn steps_cannot_be_skipped_or_repeated() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let (visitor, _) = Visitor::arrive(&stand, &started).await;
    assert!(
        visitor
            .submit("outcome", &[("outcome", "pass")])
            .await
            .contains("Verify your identity")
    );
    assert!(visitor.submit("selfie", &[]).await.contains("Verify your identity"));
    visitor.submit("begin", &[]).await;
    visitor.submit("document", &[("specimen", "amara")]).await;
    assert!(
        visitor
            .submit("document", &[("specimen", "zoe")])
            .await
            .contains("Take a selfie")
    );
    visitor.submit("selfie", &[]).await;
    visitor.submit("outcome", &[("outcome", "fail")]).await;
    assert!(
        visitor
            .submit("outcome", &[("outcome", "pass")])
            .await
            .contains("could not verify")
    );
    assert_eq!(stand.status(&started.reference), "declined");
}

#[tokio::test]
async fn the_id_alone_opens_only_what_nobody_has_begun() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let bare = stand.at(&format!("/verify?inquiry-id={}", started.reference.0));
    assert_eq!(stand.client().get(bare.clone()).send().await.unwrap().status(), 200);
    let (visitor, _) = Visitor::arrive(&stand, &started).await;
    visitor.submit("begin", &[]).await;
    visitor.submit("document", &[("specimen", "amara")]).await;
    assert_eq!(stand.client().get(bare.clone()).send().await.unwrap().status(), 410);
    let stolen = stand.at(&format!(
        "/verify?inquiry-id={}&session-token=guessed",
        started.reference.0
    ));
    assert_eq!(stand.client().get(stolen).send().await.unwrap().status(), 410);
    let template = stand.at("/verify?inquiry-template-id=itmpl_DwExample000000000001");
    assert_eq!(stand.client().get(template).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn leaving_and_running_out_of_time_do_not_lead_back() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let (visitor, _) = Visitor::arrive(&stand, &started).await;
    let form = visitor.fields.clone();
    let left = stand
        .client()
        .post(stand.at("/verify/cancel"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(left.status(), 200);
    assert!(left.headers().get("location").is_none());
    assert_eq!(
        visitor.done().await.status(),
        200,
        "no way back from what is not finished"
    );
    assert_eq!(stand.status(&started.reference), "created");
    stand.clock.forward(Duration::from_mins(31));
    assert_eq!(visitor.done().await.status(), 410);
}

#[tokio::test]
async fn somebody_who_left_goes_on_where_they_were() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let (visitor, _) = Visitor::arrive(&stand, &started).await;
    visitor.submit("begin", &[]).await;
    visitor.submit("document", &[("specimen", "amara")]).await;
    let again = stand
        .persona
        .resume(&started.reference, &stand.request("a case"))
        .await
        .unwrap();
    let (visitor, _) = Visitor::arrive(&stand, &again).await;
    assert!(visitor.submit("begin", &[]).await.contains("Take a selfie"));
    visitor.submit("selfie", &[]).await;
    visitor.submit("outcome", &[("outcome", "pass")]).await;
    assert_eq!(stand.read(&started.reference).await.outcome, Outcome::Passed);
}

#[tokio::test]
async fn a_one_time_link_works_once_and_a_little_longer() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let path = format!("inquiries/{}/generate-one-time-link", started.reference.0);
    let (_, answer) = stand
        .call("POST", &path, Some(json!({ "meta": { "expires-in-seconds": 1200 } })))
        .await;
    let link = answer["meta"]["one-time-link"].as_str().unwrap();
    let open = || async { stand.client().get(link).send().await.unwrap().status() };
    assert_eq!(open().await, 200);
    stand.clock.forward(Duration::from_mins(4));
    assert_eq!(open().await, 200);
    stand.clock.forward(Duration::from_mins(1));
    assert_eq!(open().await, 410);
    let (status, _) = stand
        .call("POST", &path, Some(json!({ "meta": { "expires-in-seconds": 0 } })))
        .await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn in_the_sandbox_everybody_is_the_sample_person() {
    let stand = Stand::of(Kind { sandbox: true, ..USUAL }).await;
    let started = stand.start("a case").await;
    let (visitor, page) = Visitor::arrive(&stand, &started).await;
    assert!(page.contains("Sandbox"));
    visitor.submit("begin", &[]).await;
    visitor.upload(amara().picture).await;
    visitor.submit("selfie", &[]).await;
    visitor.submit("outcome", &[("outcome", "pass")]).await;
    let person = stand.read(&started.reference).await.person.unwrap();
    assert_eq!(
        (person.name.given.as_deref(), person.name.family.as_deref()),
        (Some("Alexander J"), Some("Sample"))
    );
}
