//! The questions that every connector must answer alike, asked of a call to the company's own system. It is no directory:
//! nobody is looked for.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "behaviour/stand.rs"]
#[expect(dead_code, reason = "shared with the tests of behaviour, which use all of it")]
mod stand;

use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::fake::Fake;
use doorward_contract::suite::connector::{self, Stand as Asked};
use doorward_contract::{Account, AccountId, Action, Connector, Subject};
use doorward_webhook::Webhook;

use crate::stand::{PATH, SECRET, Stand, call};

struct Booth {
    stand: Stand,
    impatient: Webhook,
}

#[async_trait]
impl Asked for Booth {
    fn connector(&self) -> &dyn Connector {
        &self.stand.webhook
    }

    fn impatient(&self) -> &dyn Connector {
        &self.impatient
    }

    fn fake(&self) -> &Fake {
        self.stand.company.fake()
    }

    fn keys(&self) -> Vec<Subject> {
        Vec::new()
    }

    fn known(&self) -> AccountId {
        self.stand.fresh().id
    }

    fn strangers(&self) -> Vec<Subject> {
        Vec::new()
    }

    fn actions(&self) -> Vec<Action> {
        vec![call()]
    }

    async fn fresh(&self, _action: &Action) -> Account {
        self.stand.fresh()
    }

    fn write(&self, _action: &Action) -> (&'static str, &'static str) {
        ("POST", PATH)
    }

    fn shows(&self, account: &Account, _action: &Action) -> bool {
        self.acts(account) > 0
    }

    async fn is_as_after_one_call(&self, account: &Account, _action: &Action, pass: Option<&str>) -> bool {
        self.acts(account) == 1 && pass.is_none()
    }

    fn wait(&self, length: Duration) {
        self.stand.clock.forward(length);
    }

    fn secrets(&self) -> Vec<String> {
        [SECRET, "whsec_", PATH, "kerr", "Kerr"].map(Into::into).into()
    }
}

impl Booth {
    fn acts(&self, account: &Account) -> u32 {
        let calls = self.stand.company.calls().into_iter();
        calls
            .filter(|call| call.account == account.id.0)
            .map(|call| call.acts)
            .sum()
    }
}

#[tokio::test]
async fn a_call_to_the_companys_own_system_answers_what_every_connector_is_asked() {
    let stand = Stand::usual().await;
    let impatient = stand.connector(|settings| settings.timeout = Duration::from_millis(150));
    connector::ask_everything(&Booth { stand, impatient }).await;
}
