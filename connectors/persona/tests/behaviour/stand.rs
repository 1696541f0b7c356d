//! A Persona of one's own for each test: the fake on a port, a client for it, a clock to turn, a place for webhooks.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use doorward_contract::clock::TurnedClock;
use doorward_contract::http::use_one_tls_provider;
use doorward_contract::{
    CheckName, Clock, Expectation, Proof, ProofRequest, Reference, Started, StepKey, SubjectRef, Timestamp, Verifier,
};
use doorward_persona::fake::{PersonaFake, Specimen, World};
use doorward_persona::{DecidedBy, Persona, Settings, connect};
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

pub(crate) const KEY: &str = "persona_production_4f1c9d2e7a";
pub(crate) const SANDBOX_KEY: &str = "persona_sandbox_77aa01bc3d";
pub(crate) const ENVIRONMENT: &str = "env_DwExample0000000000000001";
pub(crate) const TEMPLATE: &str = "itmpl_DwExample000000000001";
pub(crate) const VERSION: &str = "itmplv_DwExample00000000001";
pub(crate) const RECHECK_TEMPLATE: &str = "itmpl_DwExampleSelfie0000001";
pub(crate) const RECHECK_VERSION: &str = "itmplv_DwExampleSelfie000001";
pub(crate) const SECRET: &str = "wbhsec_0f5b1c8e-3a47-4d2e-9b61-7c0d5e8fa912";
pub(crate) const SUBJECT: &str = "dw-subj-7f0c1e5a";
pub(crate) const RETURN: &str = "https://recover.example.com/return/persona";

/// When every test begins: 2026-01-15T10:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_768_471_200);

/// The webhook's other end.
#[derive(Default)]
pub(crate) struct Mailbox {
    got: Mutex<Vec<(HeaderMap, Vec<u8>)>>,
    answer: AtomicU16,
}

impl Mailbox {
    /// Everything delivered, oldest first.
    pub(crate) fn letters(&self) -> Vec<(HeaderMap, Vec<u8>)> {
        self.got.lock().unwrap().clone()
    }

    /// The names of the events delivered, oldest first.
    pub(crate) fn events(&self) -> Vec<String> {
        let names = self.letters().into_iter().map(|(_, body)| {
            let body: Value = serde_json::from_slice(&body).unwrap();
            body["data"]["attributes"]["name"].as_str().unwrap().to_owned()
        });
        names.collect()
    }

    /// Answers this status from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }
}

pub(crate) struct Stand {
    pub(crate) fake: Arc<PersonaFake>,
    pub(crate) persona: Persona,
    pub(crate) clock: TurnedClock,
    pub(crate) base: Url,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) key: &'static str,
    client: reqwest::Client,
}

pub(crate) fn amara() -> Specimen {
    Specimen {
        id: "amara".into(),
        given: "Amara".into(),
        middle: Some("Ngozi".into()),
        family: "Okafor".into(),
        birth_date: "1991-04-17".into(),
        id_class: "pp".into(),
        country: "NG".into(),
        document_number: "A09182736".into(),
        picture: b"specimen picture of amara".to_vec(),
        picture_type: "image/png".into(),
    }
}

pub(crate) fn zoe() -> Specimen {
    Specimen {
        id: "zoe".into(),
        given: "Zoë".into(),
        middle: None,
        family: "Łukasiewicz".into(),
        birth_date: "1986-11-02".into(),
        id_class: "id".into(),
        country: "PL".into(),
        document_number: "ZZC998877".into(),
        picture: b"specimen picture of zoe".to_vec(),
        picture_type: "image/png".into(),
    }
}

/// How a stand differs from the usual one.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) sandbox: bool,
    pub(crate) workflow: bool,
    pub(crate) version: bool,
}

pub(crate) const USUAL: Kind = Kind {
    sandbox: false,
    workflow: true,
    version: true,
};

impl Stand {
    pub(crate) async fn usual() -> Self {
        Self::of(USUAL).await
    }

    pub(crate) async fn of(kind: Kind) -> Self {
        use_one_tls_provider();
        let clock = TurnedClock::at(BEGIN);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let (mailbox, hook) = mailbox().await;
        let key = if kind.sandbox { SANDBOX_KEY } else { KEY };
        let fake = PersonaFake::new(
            World {
                api_key: key.into(),
                environment: ENVIRONMENT.into(),
                organization: "org_DwExample01".into(),
                template: TEMPLATE.into(),
                template_version: VERSION.into(),
                selfie_only: Some((RECHECK_TEMPLATE.into(), RECHECK_VERSION.into())),
                hosted_base: base.clone(),
                webhook_url: Some(hook),
                webhook_secrets: vec![SECRET.into()],
                people: vec![amara(), zoe()],
                sandbox: kind.sandbox,
                decided_by_workflow: kind.workflow,
            },
            Arc::clone(&shared),
        );
        doorward_contract::fake::serve(listener, fake.router());
        Self {
            persona: connect(settings(&base, kind), shared).unwrap(),
            fake,
            clock,
            base,
            mailbox,
            key,
            client: browser(),
        }
    }

    #[expect(clippy::unused_self, reason = "asked of the stand, like everything else")]
    pub(crate) fn request(&self, key: &str) -> ProofRequest {
        ProofRequest {
            key: StepKey(key.into()),
            subject: SubjectRef(SUBJECT.into()),
            against: None,
            return_url: Url::parse(RETURN).unwrap(),
            lifetime: Duration::from_mins(30),
            language: Some("de".into()),
            here: doorward_contract::Here::default(),
        }
    }

    #[expect(clippy::unused_self, reason = "asked of the stand, like everything else")]
    pub(crate) fn expectation(&self) -> Expectation {
        Expectation {
            subject: SubjectRef(SUBJECT.into()),
            against: None,
            created_after: BEGIN,
            required: vec![CheckName::GovernmentId, CheckName::Selfie, CheckName::FaceMatch],
        }
    }

    pub(crate) async fn start(&self, key: &str) -> Started {
        self.persona.start(&self.request(key)).await.unwrap()
    }

    pub(crate) async fn read(&self, reference: &Reference) -> Proof {
        self.persona.read(reference, &self.expectation()).await.unwrap()
    }

    /// Ends a visit without a browser.
    pub(crate) async fn end(&self, reference: &Reference, outcome: &str) {
        self.end_as(reference, outcome, "amara").await;
    }

    /// Ends the visit of this specimen without a browser.
    pub(crate) async fn end_as(&self, reference: &Reference, outcome: &str, specimen: &str) {
        let path = format!("/_lab/inquiries/{}/outcome", reference.0);
        let (status, body) = self
            .lab(&path, json!({ "outcome": outcome, "specimen": specimen }))
            .await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    pub(crate) async fn tamper(&self, reference: &Reference, change: Value) {
        let path = format!("/_lab/inquiries/{}/tamper", reference.0);
        let (status, body) = self.lab(&path, change).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
    }

    pub(crate) async fn lab(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let sent = self.client.post(self.at(path)).json(&body).send().await.unwrap();
        let status = sent.status();
        (status, sent.json().await.unwrap_or_default())
    }

    /// Waits until every webhook that is due was delivered.
    pub(crate) async fn delivered(&self) -> Vec<String> {
        let (status, _) = self.lab("/_lab/webhooks/flush", json!({})).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        self.mailbox.events()
    }

    pub(crate) fn at(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// A request to the API with our key, as a careful client would send it.
    pub(crate) fn api(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        self.client
            .request(method, self.at(&format!("/api/v1/{path}")))
            .bearer_auth(self.key)
            .header("Persona-Version", "2025-12-08")
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut call = self.api(method, path);
        if let Some(body) = body {
            call = call.json(&body);
        }
        let answer = call.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }

    /// A browser without cookies that follows nothing by itself.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(crate) fn begun(&self) -> usize {
        self.fake.state()["inquiries"].as_array().unwrap().len()
    }

    /// The inquiries as they stand in the fake.
    pub(crate) fn status(&self, reference: &Reference) -> String {
        let state = self.fake.state();
        let all = state["inquiries"].as_array().unwrap();
        let found = all.iter().find(|one| one["id"] == reference.0.as_str()).unwrap();
        found["status"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn settings(base: &Url, kind: Kind) -> Settings {
    Settings {
        api: base.join("/api/v1").unwrap(),
        hosted: base.clone(),
        key: if kind.sandbox { SANDBOX_KEY } else { KEY }.into(),
        template: TEMPLATE.into(),
        template_version: kind.version.then(|| VERSION.into()),
        recheck_template: Some(RECHECK_TEMPLATE.into()),
        recheck_template_version: kind.version.then(|| RECHECK_VERSION.into()),
        environment: ENVIRONMENT.into(),
        decided_by: if kind.workflow {
            DecidedBy::Workflow
        } else {
            DecidedBy::Flow
        },
        webhook_secrets: vec![SECRET.into()],
        sandbox: kind.sandbox,
    }
}

/// The query of a visit, taken apart.
pub(crate) fn visit_query(started: &Started) -> Vec<(String, String)> {
    Url::parse(started.visit.expose_secret())
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "stands for a browser or a stranger, not for our client"
)]
fn browser() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

async fn mailbox() -> (Arc<Mailbox>, Url) {
    let mailbox = Arc::new(Mailbox::default());
    mailbox.answer(204);
    let router = axum::Router::new()
        .route("/hooks/persona", post(receive))
        .with_state(Arc::clone(&mailbox));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/hooks/persona", listener.local_addr().unwrap())).unwrap();
    doorward_contract::fake::serve(listener, router);
    (mailbox, url)
}

async fn receive(State(mailbox): State<Arc<Mailbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    mailbox.got.lock().unwrap().push((headers, body.to_vec()));
    StatusCode::from_u16(mailbox.answer.load(Ordering::SeqCst)).unwrap()
}
