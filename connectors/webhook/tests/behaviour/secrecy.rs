//! No secret, no address and no name in what is printed, logged or kept.

use std::io::Write;
use std::sync::{Arc, Mutex};

use doorward_contract::Connector;
use doorward_webhook::Field;
use tracing_subscriber::fmt::MakeWriter;

use crate::stand::{PATH, SECRET, Stand};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn printing_the_connector_tells_neither_secret_nor_path() {
    let stand = Stand::usual().await;
    let text = format!("{:?} {:?}", stand.webhook, stand.settings);
    assert!(!text.contains(&SECRET[6..]) && !text.contains(PATH), "{text}");
}

#[tokio::test]
async fn nothing_secret_or_personal_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // With one subscriber alone, a test beside this one may settle for all threads that nobody listens.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());

    let stand = Stand::with(|settings| {
        settings.send = vec![Field::Login, Field::DisplayName];
        settings.undo = true;
    })
    .await;
    let ada = stand.fresh();
    let receipt = stand.perform("case_1/1/call", &ada).await.unwrap();
    stand.reconcile("case_1/1/call", &ada).await.unwrap();
    stand.undo("case_1/1/call", &ada, &receipt.facts).await.unwrap();
    stand.webhook.check(&[]).await.unwrap();

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // What other crates log of their own is filtered by the gateway.
    let ours: Vec<&str> = logged.lines().filter(|line| line.contains("doorward")).collect();
    assert!(
        ours.iter().any(|line| line.contains("calling a system")),
        "the log was heard"
    );
    for line in ours {
        for secret in [&SECRET[6..], PATH, "kerr", "Kerr"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
