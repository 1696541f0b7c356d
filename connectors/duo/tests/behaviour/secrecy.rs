//! No secret and no name in what is printed, logged or kept.

use std::io::Write;
use std::sync::{Arc, Mutex};

use doorward_contract::{Action, Directory};
use secrecy::ExposeSecret;
use tracing_subscriber::fmt::MakeWriter;

use crate::stand::{ADA, ADMIN, AUTH, Stand, id, login};

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
async fn printing_the_connector_tells_no_secret() {
    let stand = Stand::usual().await;
    let text = format!("{:?} {:?}", stand.duo, stand.settings);
    for secret in [ADMIN.1, AUTH.1] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn nothing_secret_is_logged_or_put_into_an_address() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // With one subscriber alone, a test beside this one may settle for all threads that nobody listens.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());

    let stand = Stand::usual().await;
    stand.duo.find(&login("ada.kerr@acme.example")).await.unwrap();
    stand.duo.guard(&stand.account(ADA).await.id).await.unwrap();
    let mut passes = Vec::new();
    for action in [
        Action::BypassCode { lifetime_minutes: None },
        Action::ActivationLink { lifetime_minutes: None },
        Action::EnrolmentLink,
    ] {
        let account = stand
            .fresh_with(|person| {
                if action == Action::EnrolmentLink {
                    person.devices.clear();
                }
            })
            .await;
        let (intent, receipt) = stand.perform(&account, &action).await.unwrap();
        let pass = receipt.pass.clone().unwrap().secret;
        let kept = format!("{intent:?} {} {receipt:?} {}", intent.snapshot, receipt.facts);
        assert!(!kept.contains(pass.expose_secret()), "{kept}");
        passes.push(pass.expose_secret().to_owned());
    }
    stand.duo.find(&id(ADA)).await.unwrap();

    for asked in stand.fake.fake().asked() {
        let address = format!("{} {}", asked.path, asked.query.unwrap_or_default());
        assert!(!passes.iter().any(|pass| address.contains(pass)) && !address.contains(ADMIN.1));
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // What other crates log of their own is filtered by the gateway.
    let ours: Vec<&str> = logged.lines().filter(|line| line.contains("doorward")).collect();
    assert!(
        ours.iter().any(|line| line.contains("acting on a Duo user")),
        "the log was heard"
    );
    for line in ours {
        for secret in [ADMIN.1, AUTH.1, "kerr", "Kerr", "Noor", "spare."] {
            assert!(!line.contains(secret), "{line}");
        }
        assert!(!passes.iter().any(|pass| line.contains(pass)), "{line}");
    }
}
