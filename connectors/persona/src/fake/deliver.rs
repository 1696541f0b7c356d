//! Webhooks on their way: signed, repeated, and misdelivered on request ("Webhooks", "Webhook Best Practices",
//! <https://docs.withpersona.com/webhooks>, autumn 2026).

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use aws_lc_rs::hmac;
use doorward_contract::Timestamp;
use doorward_contract::http::{Ask, Bounds, Http};
use http::{HeaderName, Method};
use url::Url;

use super::state::{Delivery, Mode};
use super::{PersonaFake, hex};

/// Waits before the second to the eighth attempt, in seconds.
const RETRIES: [u64; 7] = [3, 64, 729, 4096, 15625, 46656, 117_649];
/// How long the receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What counts as received.
const RECEIVED: [u16; 4] = [200, 201, 202, 204];

/// The way out, made once per address; one round of deliveries at a time.
#[derive(Debug, Default)]
pub(super) struct Post {
    out: Mutex<Option<(Url, Http)>>,
    round: tokio::sync::Mutex<()>,
}

impl Post {
    fn to(&self, url: &Url) -> Option<Http> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, http)) = &*out
            && known == url
        {
            return Some(http.clone());
        }
        let bounds = Bounds {
            total: PATIENCE,
            connect: PATIENCE,
            ..Bounds::default()
        };
        let http = Http::new("persona-webhook", std::slice::from_ref(url), bounds).ok()?;
        *out = Some((url.clone(), http.clone()));
        Some(http)
    }
}

/// `t=…,v1=…` for each secret, newest first, with one space between.
pub fn signature(secrets: &[String], at: Timestamp, body: &[u8]) -> String {
    let time = at.seconds().to_string();
    let sets: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let mut context = hmac::Context::with_key(&key);
            context.update(format!("{time}.").as_bytes());
            context.update(body);
            let digest = hex(context.sign().as_ref());
            format!("t={time},v1={digest}")
        })
        .collect();
    sets.join(" ")
}

impl PersonaFake {
    /// Sends every webhook that is due, and returns when each was answered or given up for now.
    pub async fn deliver_due(&self) {
        let _one_at_a_time = self.post.round.lock().await;
        let url = self.webhook_url.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let due = self.take_due();
        let Some(url) = url else { return };
        for delivery in due {
            self.attempt(&url, delivery).await;
        }
    }

    fn take_due(&self) -> Vec<Delivery> {
        let now = self.fake.now();
        let mut state = self.lock();
        let (mut due, later) = std::mem::take(&mut state.outbox)
            .into_iter()
            .partition::<Vec<_>, _>(|delivery| delivery.due <= now);
        state.outbox = later;
        due.sort_by_key(|delivery| delivery.sequence);
        match state.hooks.mode {
            Mode::Reorder => due.reverse(),
            Mode::Off => {
                due.clear();
                state.outbox.clear();
            }
            _ => {}
        }
        due
    }

    async fn attempt(&self, url: &Url, mut delivery: Delivery) {
        let now = self.fake.now();
        delivery.attempts += 1;
        let first = *delivery.first_attempted_at.get_or_insert(now);
        let left = (RETRIES.len() + 1).saturating_sub(usize::try_from(delivery.attempts).unwrap_or(usize::MAX));
        let secrets: Vec<String> = self.lock().secrets.iter().map(|secret| secret.value.clone()).collect();
        let mut ask = Ask::write(Method::POST, url.clone())
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(
                HeaderName::from_static("persona-signature"),
                &signature(&secrets, now, delivery.body.as_bytes()),
            )
            .header(
                HeaderName::from_static("persona-webhook-attempts-made"),
                &delivery.attempts.to_string(),
            )
            .header(
                HeaderName::from_static("persona-webhook-attempts-left"),
                &left.to_string(),
            )
            .header(
                HeaderName::from_static("persona-webhook-first-attempted-at"),
                &first.seconds().to_string(),
            );
        ask.body = Some(delivery.body.clone().into_bytes());
        let Some(out) = self.post.to(url) else { return };
        let received = match out.send(ask).await {
            Ok(answer) => RECEIVED.contains(&answer.status.as_u16()),
            Err(_) => false,
        };
        if received {
            return;
        }
        let made = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
        if let Some(wait) = made.checked_sub(1).and_then(|at| RETRIES.get(at)) {
            delivery.due = now.plus(Duration::from_secs(*wait));
            self.lock().outbox.push(delivery);
        }
    }
}
