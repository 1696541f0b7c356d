//! The questions that every connector must answer alike, asked of Okta.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "behaviour/stand.rs"]
#[expect(dead_code, reason = "shared with the tests of behaviour, which use all of it")]
mod stand;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::fake::Fake;
use doorward_contract::http::Bounds;
use doorward_contract::suite::connector::{self, Stand as Asked};
use doorward_contract::suite::undo::{self, Stand as Undone};
use doorward_contract::{Account, AccountId, Action, Connector, Subject};
use doorward_okta::{Okta, connect_within};

use crate::stand::{ADA, API_TOKEN, Stand, actions, id, login};

struct Booth {
    stand: Stand,
    impatient: Okta,
}

#[async_trait]
impl Asked for Booth {
    fn connector(&self) -> &dyn Connector {
        &self.stand.okta
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
            id(ADA),
        ]
    }

    fn known(&self) -> AccountId {
        AccountId(ADA.into())
    }

    fn strangers(&self) -> Vec<Subject> {
        let texts = [
            "Ada O'Kerr \"Q\"",
            "Ada",
            "O'Kerr",
            "ada.kerr",
            "E-ada.kerr",
            "",
            "\"",
            "x\" or profile.login sw \"ada",
            "\\",
            "ada.kerr@acme.example\u{0}",
        ];
        let ids = ["", "..", "../groups", "me", "ada.kerr", "ada.kerr@acme.example", "a/b"];
        texts
            .map(login)
            .into_iter()
            .chain(ids.map(id))
            .chain([login("nobody@acme.example"), id("00unobody00000000001")])
            .collect()
    }

    fn actions(&self) -> Vec<Action> {
        actions()
    }

    async fn fresh(&self, action: &Action) -> Account {
        self.stand.fresh(Stand::status_for(action)).await
    }

    fn write(&self, action: &Action) -> (&'static str, &'static str) {
        match action {
            Action::TemporaryPassword => ("POST", "/lifecycle/expire_password_with_temp_password"),
            Action::ResetLink => ("POST", "/lifecycle/reset_password"),
            Action::TemporaryAccessCode { .. } => ("POST", "/authenticator-enrollments/tac"),
            Action::Unlock => ("POST", "/lifecycle/unlock"),
            Action::ResetFactors { kinds } if kinds.is_empty() => ("POST", "/lifecycle/reset_factors"),
            Action::ResetFactors { .. } => ("DELETE", "/factors/"),
            Action::Suspend => ("POST", "/lifecycle/suspend"),
            Action::Unsuspend => ("POST", "/lifecycle/unsuspend"),
            _ => ("DELETE", "/sessions"),
        }
    }

    fn shows(&self, account: &Account, action: &Action) -> bool {
        let view = self.stand.view(account);
        match action {
            Action::TemporaryPassword => view.count("temp_password") > 0,
            Action::ResetLink => view.has_link,
            Action::TemporaryAccessCode { .. } => view.tac.is_some(),
            Action::Unlock => view.status != "LOCKED_OUT",
            Action::ResetFactors { .. } => view.factors.len() < 4,
            Action::Suspend => view.status == "SUSPENDED",
            Action::Unsuspend => view.status != "SUSPENDED",
            _ => view.sessions == 0,
        }
    }

    async fn is_as_after_one_call(&self, account: &Account, action: &Action, pass: Option<&str>) -> bool {
        let view = self.stand.view(account);
        let status = view.status.as_str();
        match (action, pass) {
            (Action::TemporaryPassword, Some(pass)) => {
                status == "PASSWORD_EXPIRED" && self.stand.lets_in(&account.login, pass).await
            }
            (Action::ResetLink, Some(pass)) => status == "RECOVERY" && self.stand.opens(pass).await,
            (Action::TemporaryAccessCode { .. }, Some(pass)) => {
                view.tac.is_some_and(|(_, once)| once) && self.stand.lets_in(&account.login, pass).await
            }
            (Action::Unlock, None) => status == "ACTIVE" && view.count("unlock") == 1,
            (Action::ResetFactors { kinds }, None) if kinds.is_empty() => {
                matches!(view.factors.as_slice(), [left] if left.kind == "email") && view.count("reset_factors") == 1
            }
            (Action::ResetFactors { .. }, None) => view.factors.len() == 3 && view.count("delete_factor") == 1,
            (Action::Suspend, None) => status == "SUSPENDED" && view.count("suspend") == 1,
            (Action::Unsuspend, None) => status == "ACTIVE" && view.count("unsuspend") == 1,
            (Action::RevokeSessions, None) => view.sessions == 0 && view.count("tokens") > 0,
            _ => false,
        }
    }

    fn is_mended_by_repeating(&self, action: &Action) -> bool {
        matches!(
            action,
            Action::TemporaryPassword | Action::ResetLink | Action::RevokeSessions
        )
    }

    fn wait(&self, length: Duration) {
        self.stand.clock.forward(length);
    }

    fn secrets(&self) -> Vec<String> {
        [
            "eyJ",
            "imitated.",
            "PRIVATE KEY",
            API_TOKEN,
            "Kerr",
            "kerr",
            "Noor",
            "Haddad",
            "spare.",
            "reset-password/",
        ]
        .map(Into::into)
        .into()
    }
}

#[async_trait]
impl Undone for Booth {
    async fn works(&self, account: &Account, action: &Action, pass: &str) -> bool {
        match action {
            Action::ResetLink => self.stand.opens(pass).await,
            _ => self.stand.lets_in(&account.login, pass).await,
        }
    }

    fn picture(&self, account: &Account) -> String {
        let all = self.stand.fake.accounts();
        format!("{:?}", all.iter().find(|one| one.id == account.id.0))
    }

    fn is_usable_after(&self, action: &Action) -> bool {
        !matches!(action, Action::Suspend)
    }

    async fn unusable(&self) -> Vec<Account> {
        let mut all = Vec::new();
        for status in [
            "LOCKED_OUT",
            "SUSPENDED",
            "DEPROVISIONED",
            "STAGED",
            "PROVISIONED",
            "ACTIVATING",
            // For months: whatever link there was is over.
            "RECOVERY",
        ] {
            all.push(self.stand.fresh(status).await);
        }
        all.push(Account {
            id: AccountId("00unobody00000000001".into()),
            ..self.stand.fresh("ACTIVE").await
        });
        all
    }
}

async fn booth() -> Booth {
    let stand = Stand::usual().await;
    let bounds = Bounds {
        total: Duration::from_millis(150),
        ..Bounds::default()
    };
    let impatient = connect_within(stand.settings.clone(), Arc::new(stand.clock.clone()), bounds).unwrap();
    Booth { stand, impatient }
}

#[tokio::test]
async fn okta_answers_what_every_connector_is_asked() {
    connector::ask_everything(&booth().await).await;
}

#[tokio::test]
async fn okta_answers_what_is_asked_about_taking_back_and_about_conditions() {
    undo::ask_everything(&booth().await).await;
}
