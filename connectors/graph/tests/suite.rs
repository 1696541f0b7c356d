//! The questions that every connector must answer alike, asked of Entra.
#![expect(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "tests fail by panicking, and count small things"
)]

#[path = "behaviour/stand.rs"]
#[expect(dead_code, reason = "shared with the tests of behaviour, which use all of it")]
mod stand;

use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::fake::Fake;
use doorward_contract::http::Bounds;
use doorward_contract::suite::connector::{self, Stand as Asked};
use doorward_contract::suite::undo::{self, Stand as Undone};
use doorward_contract::{Account, AccountId, Action, Connector, Subject};
use doorward_graph::Graph;
use uuid::Uuid;

use crate::stand::{ADA, SECRET, Stand, id, login};

struct Booth {
    stand: Stand,
    impatient: Graph,
}

#[async_trait]
impl Asked for Booth {
    fn connector(&self) -> &dyn Connector {
        &self.stand.graph
    }

    fn impatient(&self) -> &dyn Connector {
        &self.impatient
    }

    fn fake(&self) -> &Fake {
        self.stand.fake.fake()
    }

    fn keys(&self) -> Vec<Subject> {
        vec![
            login("ada.kerr@acme.example"),
            login("  ADA.Kerr@Acme.Example "),
            login("ada.kerr@mail.acme.example"),
            login("ada.kerr@alias.acme.example"),
            id(&ADA),
            id(&ADA.to_string().to_uppercase()),
        ]
    }

    fn known(&self) -> AccountId {
        AccountId(ADA.to_string())
    }

    fn strangers(&self) -> Vec<Subject> {
        let names = [
            "Ada O'Kerr",
            "Ada",
            "O'Kerr",
            "ada.kerr",
            "E-1042",
            "",
            "'",
            "' or '1' eq '1",
        ];
        let ids = ["", "..", "../groups", "ada.kerr@acme.example", "a/b"];
        names
            .map(login)
            .into_iter()
            .chain(ids.map(|text| id(&text)))
            .chain([login("nobody@acme.example"), id(&Uuid::from_u128(7))])
            .collect()
    }

    fn actions(&self) -> Vec<Action> {
        vec![
            Action::TemporaryPassword,
            Action::TemporaryAccessPass {
                lifetime_minutes: Some(90),
                one_time: true,
            },
            Action::RevokeSessions,
            Action::RemoveMethods {
                kinds: vec!["phone".into()],
            },
        ]
    }

    async fn fresh(&self, _: &Action) -> Account {
        self.stand.fresh().await
    }

    fn write(&self, action: &Action) -> (&'static str, &'static str) {
        match action {
            Action::TemporaryPassword => ("PATCH", "/users/"),
            Action::TemporaryAccessPass { .. } => ("POST", "/temporaryAccessPassMethods"),
            Action::RevokeSessions => ("POST", "/revokeSignInSessions"),
            Action::RemoveMethods { .. } => ("DELETE", "/phoneMethods/"),
            other => unreachable!("{other:?} is not among the acts of this stand"),
        }
    }

    fn shows(&self, account: &Account, action: &Action) -> bool {
        let view = self.stand.view(account);
        match action {
            Action::TemporaryPassword => view.password_sets > 0,
            Action::TemporaryAccessPass { .. } => !view.taps.is_empty(),
            Action::RevokeSessions => view.sessions_revoked > 0,
            Action::RemoveMethods { .. } => view.methods.len() < 2,
            other => unreachable!("{other:?} is not among the acts of this stand"),
        }
    }

    async fn is_as_after_one_call(&self, account: &Account, action: &Action, pass: Option<&str>) -> bool {
        let view = self.stand.view(account);
        let as_one = match action {
            Action::TemporaryPassword => view.password_sets == 1 && view.must_change,
            Action::TemporaryAccessPass { .. } => matches!(view.taps.as_slice(), [tap] if tap.one_time && tap.usable),
            Action::RevokeSessions => view.sessions_revoked == 1,
            Action::RemoveMethods { .. } => {
                matches!(view.methods.as_slice(), [left] if left.kind == "fido2AuthenticationMethod")
            }
            other => unreachable!("{other:?} is not among the acts of this stand"),
        };
        as_one
            && match pass {
                Some(pass) => self.stand.lets_in(&account.login, pass).await,
                None => true,
            }
    }

    fn wait(&self, length: Duration) {
        self.stand.clock.forward(length);
    }

    fn secrets(&self) -> Vec<String> {
        [SECRET, "eyJ", "Kerr", "kerr", "Noor", "Haddad", "spare."]
            .map(Into::into)
            .into()
    }
}

#[async_trait]
impl Undone for Booth {
    async fn works(&self, account: &Account, _: &Action, pass: &str) -> bool {
        self.stand.lets_in(&account.login, pass).await
    }

    fn picture(&self, account: &Account) -> String {
        let all = self.stand.fake.accounts();
        format!("{:?}", all.iter().find(|one| one.id.to_string() == account.id.0))
    }

    async fn unusable(&self) -> Vec<Account> {
        let disabled = self.stand.fresh().await;
        self.stand.fake.set_enabled(disabled.id.0.parse().unwrap(), false);
        let gone = Account {
            id: AccountId(Uuid::from_u128(7).to_string()),
            ..self.stand.fresh().await
        };
        vec![disabled, gone]
    }
}

async fn booth() -> Booth {
    let stand = Stand::usual().await;
    let bounds = Bounds {
        total: Duration::from_millis(150),
        ..Bounds::default()
    };
    let impatient = stand.another(bounds);
    Booth { stand, impatient }
}

#[tokio::test]
async fn entra_answers_what_every_connector_is_asked() {
    connector::ask_everything(&booth().await).await;
}

#[tokio::test]
async fn entra_answers_what_is_asked_about_taking_back_and_about_conditions() {
    undo::ask_everything(&booth().await).await;
}
