//! A receiver that checks signatures by itself, remembers all it hears, and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use super::until;

/// How a message is answered.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// With this status.
    Status(u16),
    /// With a status and `Retry-After`.
    Later(u16, String),
    /// Not before the receiver is released; then with 200.
    Hold,
    /// It is to go elsewhere.
    Elsewhere(Url),
    /// With 200 and a very long body.
    Long,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) seconds: i64,
    pub(crate) signatures: Vec<String>,
    pub(crate) text: Vec<u8>,
    pub(crate) content_type: String,
}

impl Message {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.text).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.body()["type"].as_str().unwrap().to_owned()
    }

    /// Whether one of its signatures is by this secret.
    pub(crate) fn is_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signed = [format!("{}.{}.", self.id, self.seconds).as_bytes(), &self.text].concat();
        self.signatures.iter().any(|signature| {
            let signature = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&key, &signed, &signature).is_ok()
        })
    }
}

struct Inner {
    heard: Mutex<Vec<Message>>,
    usual: Mutex<Manner>,
    next: Mutex<VecDeque<Manner>>,
    released: watch::Sender<bool>,
}

/// The receiver. It ends with the test.
pub(crate) struct Receiver {
    pub(crate) url: Url,
    inner: Arc<Inner>,
    task: tokio::task::AbortHandle,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner {
            heard: Mutex::default(),
            usual: Mutex::new(Manner::Status(204)),
            next: Mutex::default(),
            released: watch::Sender::new(false),
        });
        let router = Router::new()
            .route("/hooks/{which}", post(take))
            .with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/a-path-like-a-secret", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url: url.parse().unwrap(),
            inner,
            task: task.abort_handle(),
        }
    }

    /// From now on it answers so.
    pub(crate) fn answers(&self, manner: Manner) {
        *self.inner.usual.lock().unwrap() = manner;
    }

    /// The next message is answered so.
    pub(crate) fn answers_next(&self, manner: Manner) {
        self.inner.next.lock().unwrap().push_back(manner);
    }

    /// Lets go of everything it holds.
    pub(crate) fn release(&self) {
        self.inner.released.send_replace(true);
    }

    pub(crate) fn heard(&self) -> Vec<Message> {
        self.inner.heard.lock().unwrap().clone()
    }

    /// Waits until it heard so many messages.
    pub(crate) async fn hears(&self, count: usize) -> Vec<Message> {
        until("the receiver hears", async || self.heard().len() >= count).await;
        self.heard()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, text: Bytes) -> Response<Body> {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    inner.heard.lock().unwrap().push(Message {
        id: header("webhook-id"),
        seconds: header("webhook-timestamp").parse().unwrap(),
        signatures: header("webhook-signature").split(' ').map(ToOwned::to_owned).collect(),
        content_type: header("content-type"),
        text: text.to_vec(),
    });
    let next = inner.next.lock().unwrap().pop_front();
    let manner = next.unwrap_or_else(|| inner.usual.lock().unwrap().clone());
    let answer = Response::builder();
    let answer = match manner {
        Manner::Status(status) => answer.status(status).body("said \0 by the receiver".into()),
        Manner::Later(status, after) => answer.status(status).header("retry-after", after).body(Body::empty()),
        Manner::Elsewhere(url) => answer.status(307).header("location", url.as_str()).body(Body::empty()),
        Manner::Long => answer.body("x".repeat(5_000_000).into()),
        Manner::Hold => {
            let mut released = inner.released.subscribe();
            let _ended = released.wait_for(|released| *released).await;
            answer.body(Body::empty())
        }
    };
    answer.unwrap()
}
