//! No secret and no name in what is printed, logged or kept. Alone in its binary: it listens to the whole process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "behaviour/stand.rs"]
#[expect(dead_code, reason = "shared with the tests of behaviour, which use all of it")]
mod stand;

use std::io::Write;
use std::sync::{Arc, Mutex};

use doorward_contract::Connector;
use secrecy::ExposeSecret;
use tracing_subscriber::fmt::MakeWriter;

use crate::stand::{ADA, Stand, actions, login};

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_secret_or_personal_is_logged_printed_or_put_into_an_address() {
    use doorward_contract::Directory;
    let paper = Paper::default();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(paper.clone())
        .finish();
    tracing::subscriber::set_global_default(log).unwrap();
    let stand = Stand::usual().await;
    let mut secrets: Vec<String> = ["eyJ", "imitated.", "PRIVATE KEY", "O'Kerr", "Haddad"]
        .map(Into::into)
        .into();
    stand.okta.find(&login("ada.kerr@acme.example")).await.unwrap();
    stand
        .okta
        .guard(&doorward_contract::AccountId(ADA.into()))
        .await
        .unwrap();
    stand.okta.check(&stand.settings.abilities).await.unwrap();
    let mut kept = format!("{:?} {:?}", stand.okta, stand.settings);
    for action in actions() {
        let account = stand.fresh(Stand::status_for(&action)).await;
        let (intent, receipt) = stand.perform(&account, &action).await.unwrap();
        kept = format!("{kept} {intent:?} {receipt:?} {} {}", intent.snapshot, receipt.facts);
        secrets.extend(receipt.pass.map(|pass| pass.secret.expose_secret().to_owned()));
    }
    assert_eq!(secrets.len(), 8);
    let logged = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("acting on an Okta account"), "nothing was captured");
    assert!(
        logged.contains("a request to okta was answered"),
        "nothing was captured"
    );
    let asked = stand.fake.fake().asked();
    let addresses: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    let addresses = addresses.join(" ");
    for secret in &secrets {
        for (place, text) in [("log", &logged), ("print", &kept), ("address", &addresses)] {
            assert!(!text.contains(secret.as_str()), "{place} tells a secret");
        }
    }
    // The key of a search is in the query by the vendor's own design; it is never logged.
    assert!(!logged.contains("ada.kerr") && !logged.contains(ADA));
}
