//! Settings that cannot be right are refused before anything is sent; acts that are none, too.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::clock::TurnedClock;
use doorward_contract::{Action, Condition, Connector, VendorError};
use doorward_webhook::{Settings, connect, valid_name};
use url::Url;

use crate::stand::{BEGIN, SECRET, Stand, call};

fn usual() -> Settings {
    Settings {
        url: Url::parse("https://hooks.acme.example/recovery").unwrap(),
        secrets: vec![SECRET.into()],
        send: Vec::new(),
        undo: false,
        timeout: Duration::from_secs(10),
    }
}

fn refusal(change: impl FnOnce(&mut Settings)) -> String {
    let mut settings = usual();
    change(&mut settings);
    match connect(settings, Arc::new(TurnedClock::at(BEGIN))) {
        Err(VendorError::Refused { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_fault_is_named_without_telling_the_secret() {
    let url = |text: &'static str| refusal(move |settings| settings.url = Url::parse(text).unwrap());
    assert!(url("http://hooks.acme.example/recovery").contains("https"));
    assert!(url("ftp://127.0.0.1/recovery").contains("https"));
    assert!(url("https://ada@hooks.acme.example/").contains("no user"));
    assert!(url("https://hooks.acme.example/?code=1").contains("no query"));
    assert!(refusal(|settings| settings.secrets.clear()).contains("one secret"));
    assert!(refusal(|settings| settings.secrets = vec![SECRET.into(); 5]).contains("up to four"));
    assert!(refusal(|settings| settings.secrets = vec![SECRET[6..].into()]).contains("whsec_"));
    assert!(refusal(|settings| settings.timeout = Duration::ZERO).contains("30 seconds"));
    assert!(refusal(|settings| settings.timeout = Duration::from_secs(31)).contains("30 seconds"));
    connect(usual(), Arc::new(TurnedClock::at(BEGIN))).unwrap();
}

#[test]
fn a_name_is_a_word_of_a_table() {
    for name in ["reopen_mailbox", "vpn.reset-2", "a", &"a".repeat(60)] {
        assert!(valid_name(name), "{name}");
    }
    for name in ["", "Reopen", "reopen mailbox", "näme", "a/b", "a\n", &"a".repeat(61)] {
        assert!(!valid_name(name), "{name}");
    }
}

#[tokio::test]
async fn nothing_but_a_named_call_is_prepared_intended_or_performed() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    for action in [
        Action::TemporaryPassword,
        Action::RevokeSessions,
        Action::Call {
            name: "Not A Name".to_owned(),
        },
    ] {
        let prepared = stand.webhook.prepare(&action).await;
        assert!(matches!(prepared, Err(VendorError::Refused { .. })));
        let intended = stand.webhook.intend(&ada, &action).await;
        assert!(matches!(intended, Err(VendorError::Refused { .. })));
        let intent = stand.webhook.intend(&ada, &call()).await.unwrap();
        let key = crate::stand::step("case_1/1/call");
        let performed = stand.webhook.perform(&key, &ada, &action, &intent).await;
        assert!(matches!(performed, Err(VendorError::Refused { .. })));
    }
    assert!(stand.company.fake().asked().is_empty());
}

#[tokio::test]
async fn it_knows_nobody_and_says_so() {
    let stand = Stand::usual().await;
    assert!(stand.webhook.directory().is_none());
    let Condition { usable, notes } = stand.webhook.condition(&stand.fresh()).await.unwrap();
    assert!(usable && !notes.is_empty());
    assert!(stand.company.fake().asked().is_empty());
}
