//! The questions that every connector must answer alike, asked of Duo.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

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
use doorward_duo::Duo;
use doorward_duo::fake::DeviceKind;
use http::{Method, StatusCode};

use crate::stand::{ADA, ADMIN, AUTH, Stand, id, login};

struct Booth {
    stand: Stand,
    impatient: Duo,
}

#[async_trait]
impl Asked for Booth {
    fn connector(&self) -> &dyn Connector {
        &self.stand.duo
    }

    fn impatient(&self) -> &dyn Connector {
        &self.impatient
    }

    fn fake(&self) -> &Fake {
        self.stand.fake.fake()
    }

    fn keys(&self) -> Vec<Subject> {
        vec![
            login("ada.kerr"),
            login("  ADA.Kerr "),
            login("ada.kerr.alias"),
            login("Ada.Kerr@acme.example"),
            id(ADA),
            id(&ADA.to_lowercase()),
        ]
    }

    fn known(&self) -> AccountId {
        AccountId(ADA.to_owned())
    }

    fn strangers(&self) -> Vec<Subject> {
        let names = [
            "Ada O'Kerr",
            "Ada",
            "O'Kerr",
            "ada",
            "",
            "*",
            "ada.kerr@other.example",
            "nobody",
        ];
        let ids = [
            "",
            "..",
            "../groups",
            "ada.kerr",
            "DUNOBODY000000000000",
            "DPADA000000000000000",
            "DU/../groups/0000000",
        ];
        names.map(login).into_iter().chain(ids.map(id)).collect()
    }

    fn actions(&self) -> Vec<Action> {
        vec![
            Action::BypassCode {
                lifetime_minutes: Some(30),
            },
            Action::EnrolmentLink,
            Action::ActivationLink {
                lifetime_minutes: Some(30),
            },
            Action::Unlock,
            Action::RemoveDevices {
                kinds: vec!["phone".into(), "passkey".into()],
            },
        ]
    }

    async fn fresh(&self, action: &Action) -> Account {
        let stand = &self.stand;
        match action {
            Action::Unlock => stand.fresh_with(|person| person.status = "locked out".into()).await,
            Action::EnrolmentLink => stand.fresh_with(|person| person.devices.clear()).await,
            _ => stand.fresh().await,
        }
    }

    fn write(&self, action: &Action) -> (&'static str, &'static str) {
        match action {
            Action::BypassCode { .. } => ("POST", "/bypass_codes"),
            Action::EnrolmentLink => ("POST", "/auth/v2/preauth"),
            Action::ActivationLink { .. } => ("POST", "/activation_url"),
            Action::RemoveDevices { .. } => ("DELETE", "/phones/"),
            _ => ("POST", "/admin/v1/users/"),
        }
    }

    fn shows(&self, account: &Account, action: &Action) -> bool {
        let view = self.stand.view(account);
        match action {
            Action::BypassCode { .. } => !view.codes.is_empty(),
            Action::EnrolmentLink | Action::ActivationLink { .. } => view.links > 0,
            Action::RemoveDevices { .. } => view.devices.len() < 3,
            _ => view.status_changes > 0,
        }
    }

    async fn is_as_after_one_call(&self, account: &Account, action: &Action, pass: Option<&str>) -> bool {
        let view = self.stand.view(account);
        match action {
            Action::BypassCode { .. } => {
                let taken = |code| self.stand.fake.use_code(&account.id.0, code);
                // One code, and it works once.
                matches!(view.codes.as_slice(), [code] if code.reuse_count == 1)
                    && pass.is_some_and(taken)
                    && !pass.is_some_and(taken)
            }
            Action::EnrolmentLink | Action::ActivationLink { .. } => {
                let opened = self.stand.open(Method::POST, pass.unwrap_or_default()).await;
                let devices = self.stand.view(account).devices;
                view.links == 1
                    && opened.status == StatusCode::OK
                    && devices
                        .iter()
                        .any(|device| device.kind == DeviceKind::Phone && device.activated)
            }
            Action::RemoveDevices { .. } => {
                matches!(view.devices.as_slice(), [left] if left.kind == DeviceKind::Token)
            }
            _ => view.status == "active" && view.status_changes == 1,
        }
    }

    /// A phone has one activation: whatever was lost is void once the next is made. Of several devices some may be gone:
    /// the rest goes the next time.
    fn is_mended_by_repeating(&self, action: &Action) -> bool {
        matches!(action, Action::ActivationLink { .. } | Action::RemoveDevices { .. })
    }

    fn wait(&self, length: Duration) {
        self.stand.clock.forward(length);
    }

    fn secrets(&self) -> Vec<String> {
        [ADMIN.1, AUTH.1, "Kerr", "kerr", "Noor", "Haddad", "spare."]
            .map(Into::into)
            .into()
    }
}

#[async_trait]
impl Undone for Booth {
    /// Only of codes: nothing else that Duo gives out is taken back.
    async fn works(&self, account: &Account, _: &Action, pass: &str) -> bool {
        self.stand.fake.use_code(&account.id.0, pass)
    }

    fn picture(&self, account: &Account) -> String {
        let all = self.stand.fake.users();
        format!("{:?}", all.iter().find(|one| one.id == account.id.0))
    }

    /// Who was given an enrolment link has no device until it is used.
    fn is_usable_after(&self, action: &Action) -> bool {
        !matches!(action, Action::EnrolmentLink)
    }

    async fn unusable(&self) -> Vec<Account> {
        let stand = &self.stand;
        let mut all = Vec::new();
        for status in ["disabled", "locked out", "pending deletion", "asleep"] {
            all.push(stand.fresh_with(|person| person.status = status.into()).await);
        }
        all.push(stand.fresh_with(|person| person.devices.clear()).await);
        let disabled = stand::group("DGGONE00000000000000", "Disabled");
        all.push(stand.fresh_with(|person| person.groups.push(disabled)).await);
        all.push(Account {
            id: AccountId("DUNOBODY000000000000".into()),
            ..stand.fresh().await
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
    let impatient = stand.another(bounds).with_patience(stand::SHORT);
    Booth { stand, impatient }
}

#[tokio::test]
async fn duo_answers_what_every_connector_is_asked() {
    connector::ask_everything(&booth().await).await;
}

#[tokio::test]
async fn duo_answers_what_is_asked_about_taking_back_and_about_conditions() {
    undo::ask_everything(&booth().await).await;
}
