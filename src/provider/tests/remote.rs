//! The keys that others publish, read from a real server whose answers change.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doorward_contract::VendorError;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use url::Url;

use super::*;
use crate::provider::client::Clients;
use crate::provider::form::Parameters;
use crate::provider::refusal::Code;

/// A publisher of keys: what it answers, and how often it was asked.
#[derive(Default)]
struct Publisher {
    answer: Mutex<(u16, String)>,
    asked: AtomicUsize,
    /// If set, it answers only when told to.
    held: Mutex<Option<Arc<Notify>>>,
}

async fn answer(State(publisher): State<Arc<Publisher>>) -> Response {
    publisher.asked.fetch_add(1, Ordering::SeqCst);
    let held = publisher.held.lock().unwrap().clone();
    if let Some(held) = held {
        held.notified().await;
    }
    let (status, body) = publisher.answer.lock().unwrap().clone();
    let status = StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        return (status, [(header::LOCATION, body)]).into_response();
    }
    (status, body).into_response()
}

struct Lab {
    publisher: Arc<Publisher>,
    clock: TurnedClock,
    remote: Remote,
    url: Url,
}

impl Lab {
    async fn new(signers: &[&Signer]) -> Self {
        let publisher = Arc::new(Publisher::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}/keys", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let router = Router::new()
            .route("/keys", get(answer))
            .route("/elsewhere", get(answer))
            .with_state(publisher.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let remote = Remote::new(std::slice::from_ref(&url), Arc::new(clock.clone())).unwrap();
        let lab = Self {
            publisher,
            clock,
            remote,
            url,
        };
        lab.publish(signers);
        lab
    }

    fn publish(&self, signers: &[&Signer]) {
        self.answer(200, &serde_json::to_string(&set_of(signers)).unwrap());
    }

    fn answer(&self, status: u16, body: &str) {
        *self.publisher.answer.lock().unwrap() = (status, body.to_owned());
    }

    fn asked(&self) -> usize {
        self.publisher.asked.load(Ordering::SeqCst)
    }

    async fn count(&self, kid: Option<&str>) -> Result<usize, VendorError> {
        self.remote.keys(&self.url, kid).await.map(|keys| keys.keys.len())
    }

    fn minutes(&self, minutes: u64) {
        self.clock.forward(Duration::from_secs(60 * minutes));
    }
}

#[tokio::test]
async fn keys_are_read_once_in_ten_minutes() {
    let (first, second) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    let lab = Lab::new(&[&first]).await;
    assert_eq!(lab.count(None).await, Ok(1));
    lab.publish(&[&first, &second]);
    lab.minutes(9);
    assert_eq!(lab.count(Some("0")).await, Ok(1));
    assert_eq!(lab.asked(), 1);
    lab.minutes(1);
    assert_eq!(lab.count(Some("0")).await, Ok(2));
    assert_eq!(lab.asked(), 2);
}

#[tokio::test]
async fn an_unknown_name_makes_us_look_again_but_not_twice_in_a_minute() {
    let (first, second) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    let lab = Lab::new(&[&first]).await;
    assert_eq!(lab.count(Some("1")).await, Ok(1));
    lab.publish(&[&first, &second]);
    assert_eq!(lab.count(Some("1")).await, Ok(1));
    assert_eq!(lab.asked(), 1);
    lab.minutes(1);
    assert_eq!(lab.count(Some("1")).await, Ok(2));
    assert_eq!(lab.count(Some("2")).await, Ok(2));
    assert_eq!(lab.asked(), 2);
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_look_and_one_who_hangs_up_does_not_spoil_it() {
    let signer = Signer::random(Alg::Es256);
    let lab = Lab::new(&[&signer]).await;
    let hold = Arc::new(Notify::new());
    *lab.publisher.held.lock().unwrap() = Some(hold.clone());
    let ask = || {
        let (remote, url) = (lab.remote.clone(), lab.url.clone());
        tokio::spawn(async move { remote.keys(&url, None).await.map(|keys| keys.keys.len()) })
    };
    let impatient = ask();
    while lab.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let others = [ask(), ask(), ask()];
    impatient.abort();
    hold.notify_one();
    for other in others {
        assert_eq!(other.await.unwrap(), Ok(1));
    }
    assert_eq!(lab.asked(), 1);
}

#[tokio::test]
async fn known_keys_hold_for_a_day_while_their_publisher_is_out_of_order() {
    let signer = Signer::random(Alg::Es256);
    let lab = Lab::new(&[&signer]).await;
    assert_eq!(lab.count(None).await, Ok(1));
    for (status, body) in [(500, ""), (429, ""), (404, ""), (200, "<html>"), (200, r#"{"keys":1}"#)] {
        lab.answer(status, body);
        lab.minutes(10);
        assert_eq!(lab.count(Some("0")).await, Ok(1), "{status} {body}");
    }
    assert_eq!(lab.asked(), 6);
    lab.minutes(24 * 60 - 51);
    assert_eq!(lab.count(Some("0")).await, Ok(1));
    lab.minutes(1);
    assert!(lab.count(Some("0")).await.is_err());
    lab.publish(&[&signer]);
    lab.minutes(1);
    assert_eq!(lab.count(Some("0")).await, Ok(1));
}

#[tokio::test]
async fn no_other_address_is_read_and_no_redirect_is_followed() {
    let signer = Signer::random(Alg::Es256);
    let lab = Lab::new(&[&signer]).await;
    let elsewhere = lab.url.join("/elsewhere").unwrap();
    assert!(lab.remote.keys(&elsewhere, None).await.is_err());
    assert_eq!(lab.asked(), 0);
    lab.answer(302, elsewhere.as_str());
    assert!(lab.count(None).await.is_err());
    assert_eq!(lab.asked(), 1);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let signer = Signer::random(Alg::Es256);
    let lab = Lab::new(&[&signer]).await;
    lab.answer(200, &format!(r#"{{"keys":[],"more":"{}"}}"#, "x".repeat(256 * 1024)));
    assert!(lab.count(None).await.is_err());
    lab.answer(200, r#"{"keys":[],"more":"x"}"#);
    lab.minutes(1);
    assert_eq!(lab.count(None).await, Ok(0));
}

#[test]
fn keys_of_an_unknown_kind_are_passed_over() {
    let signer = Signer::random(Alg::Es256);
    let set = json!({ "keys": [{ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }, signer.jwk(), 7] });
    let keys = read_set(set.to_string().as_bytes()).unwrap();
    let found = keys
        .keys
        .iter()
        .filter(|key| key.thumbprint() == set_of(&[&signer]).keys[0].thumbprint());
    assert_eq!(found.count(), 1);
    let many = json!({ "keys": vec![signer.jwk(); 101] });
    assert!(read_set(many.to_string().as_bytes()).is_none());
}

#[tokio::test]
async fn a_client_that_turns_its_keys_is_known_again_within_a_minute() {
    let (old, new) = (Signer::random(Alg::EdDsa), Signer::random(Alg::EdDsa));
    let lab = Lab::new(&[&old]).await;
    assert_eq!(say(&lab, &old, "0").await, None);
    lab.publish(&[&old, &new]);
    assert_eq!(say(&lab, &new, "1").await, Some(Code::InvalidClient));
    lab.minutes(1);
    assert_eq!(say(&lab, &new, "1").await, None);
    assert_eq!(say(&lab, &old, "0").await, None);
}

#[tokio::test]
async fn a_client_whose_keys_cannot_be_read_is_told_to_come_again() {
    let signer = Signer::random(Alg::EdDsa);
    let lab = Lab::new(&[&signer]).await;
    lab.answer(500, "");
    assert_eq!(say(&lab, &signer, "0").await, Some(Code::TemporarilyUnavailable));
    lab.publish(&[&signer]);
    lab.minutes(1);
    assert_eq!(say(&lab, &signer, "0").await, None);
}

/// The code with which a statement of this signer is refused.
async fn say(lab: &Lab, signer: &Signer, kid: &str) -> Option<Code> {
    let mut bench = Bench::new().await;
    bench.checks.remote = lab.remote.clone();
    let client = Client {
        keys: Some(Keys::Remote(lab.url.clone())),
        ..with_keys(Profile::Plain, &[])
    };
    let clients: Clients = [client].into_iter().collect();
    let claims = json!({ "iss": "intranet", "sub": "intranet", "aud": ISSUER, "jti": "first", "exp": NOW + 60 });
    let mut parameters = Parameters::default();
    let form = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    parameters.set("client_assertion_type", form);
    parameters.set("client_assertion", &signer.state(json!({ "kid": kid }), &claims));
    let none = HeaderMap::new();
    let answer = bench.checks.client(&clients, &none, &mut parameters, PAR).await;
    answer.err().map(|refusal| refusal.code)
}
