//! No secret and no name in what is printed or kept.

use std::time::Duration;

use doorward_contract::Action;
use secrecy::ExposeSecret;

use crate::stand::{SECRET, Stand};

#[tokio::test]
async fn printing_the_connector_tells_no_secret() {
    let stand = Stand::usual().await;
    let text = format!("{:?} {:?}", stand.graph, stand.settings);
    assert!(!text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn nothing_secret_is_ever_in_an_address() {
    let stand = Stand::usual().await;
    let account = stand.fresh().await;
    let (intent, _) = stand.perform(&account, &Action::TemporaryPassword).await.unwrap();
    stand.clock.forward(Duration::from_secs(10));
    let secret = intent.pass.unwrap().secret;
    for asked in stand.fake.fake().asked() {
        let address = format!("{} {}", asked.path, asked.query.unwrap_or_default());
        assert!(!address.contains(secret.expose_secret()) && !address.contains(SECRET));
        assert!(!address.contains("eyJ"));
    }
    assert!(!intent.snapshot.to_string().contains(secret.expose_secret()));
}
