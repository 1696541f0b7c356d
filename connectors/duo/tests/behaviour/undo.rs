//! Taking a bypass code back: that very code, of that very user.

use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::{Account, Action, Connector, Receipt, StepKey, Undoing, VendorError};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::stand::{ADA, Stand};

const CODE: Action = Action::BypassCode {
    lifetime_minutes: Some(30),
};

async fn undo(stand: &Stand, account: &Account, facts: &Value) -> Result<Receipt, VendorError> {
    let key = StepKey("a step".into());
    stand.duo.undo(&key, account, &CODE, facts).await
}

/// Makes a code; the receipt's facts and the code.
async fn made(stand: &Stand, account: &Account) -> (Value, String) {
    let (_, receipt) = stand.perform(account, &CODE).await.unwrap();
    let code = receipt.pass.unwrap().secret.expose_secret().to_owned();
    (receipt.facts, code)
}

#[tokio::test]
async fn other_codes_of_the_same_user_stay() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let by_hand = stand.fake.make_code(ADA, Duration::from_hours(1)).unwrap();
    let (first, lost) = made(&stand, &account).await;
    let (_, second) = made(&stand, &account).await;
    stand.fake.fake().forget();
    let receipt = undo(&stand, &account, &first).await.unwrap();
    assert_eq!(receipt.facts["deleted"], first["bypass_code"]);
    let gone = format!(
        "DELETE /admin/v1/bypass_codes/{}",
        first["bypass_code"].as_str().unwrap()
    );
    let writes: Vec<String> = stand
        .lines()
        .into_iter()
        .filter(|line| !line.starts_with("GET "))
        .collect();
    assert_eq!(writes, [gone]);
    assert!(!stand.fake.use_code(ADA, &lost));
    assert!(stand.fake.use_code(ADA, &by_hand) && stand.fake.use_code(ADA, &second));
}

#[tokio::test]
async fn a_code_that_was_used_or_is_over_is_gone_and_nothing_is_sent() {
    let stand = Stand::usual().await;
    for way in ["used", "over"] {
        let account = stand.fresh().await;
        let (facts, code) = made(&stand, &account).await;
        if way == "used" {
            assert!(stand.fake.use_code(&account.id.0, &code));
        } else {
            stand.clock.forward(Duration::from_mins(31));
        }
        stand.fake.fake().forget();
        let undone = undo(&stand, &account, &facts).await;
        assert!(matches!(undone, Err(VendorError::Done)), "{way}: {undone:?}");
        assert!(stand.lines().iter().all(|line| line.starts_with("GET ")), "{way}");
    }
}

#[tokio::test]
async fn a_code_of_somebody_else_is_not_deleted_whatever_the_receipt_says() {
    let stand = Stand::usual().await;
    let (ours, theirs) = (stand.fresh().await, stand.fresh().await);
    made(&stand, &ours).await;
    let (facts, code) = made(&stand, &theirs).await;
    let mixed = json!({ "account": ours.id, "bypass_code": facts["bypass_code"] });
    let undone = undo(&stand, &ours, &mixed).await;
    assert!(matches!(undone, Err(VendorError::Done)), "{undone:?}");
    assert!(stand.fake.use_code(&theirs.id.0, &code));
}

#[tokio::test]
async fn a_code_that_the_receipt_does_not_name_is_left_to_the_panel() {
    let stand = Stand::usual().await;
    let account = stand.account(ADA).await;
    let intent = stand.duo.intend(&account, &CODE).await.unwrap();
    stand.fake.fake().misbehave(Rule {
        method: Some("GET".into()),
        path: Some("/bypass_codes".into()),
        status: Some(500),
        ..Rule::default()
    });
    let key = StepKey("a step".into());
    let receipt = stand.duo.perform(&key, &account, &CODE, &intent).await.unwrap();
    stand.fake.fake().behave();
    stand.fake.fake().forget();
    for facts in [
        receipt.facts,
        json!({ "account": ADA, "bypass_code": "" }),
        json!({ "account": ADA, "bypass_code": "../users" }),
    ] {
        let undone = undo(&stand, &account, &facts).await;
        let Err(VendorError::Unfit { why }) = &undone else {
            panic!("{facts}: {undone:?}");
        };
        assert!(why.contains("admin panel"), "{why}");
    }
    assert!(stand.lines().is_empty());
    assert_eq!(stand.view(&account).codes.len(), 1);
}

#[tokio::test]
async fn staff_are_told_when_a_link_ends_by_itself() {
    let stand = Stand::usual().await;
    let links = [
        (Action::EnrolmentLink, "five minutes"),
        (Action::ActivationLink { lifetime_minutes: None }, "a day"),
    ];
    for (action, end) in links {
        let Undoing::Impossible { why } = stand.duo.undoing(&action) else {
            panic!("{action:?} is said to be possible");
        };
        assert!(why.contains(end), "{why}");
    }
}
