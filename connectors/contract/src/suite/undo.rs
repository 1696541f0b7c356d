//! Questions about taking an act back, and about the condition of an account.
//!
//! A crate whose connector knows accounts implements [`Stand`] beside [`connector::Stand`] and calls [`ask_everything`].
//! What a vendor means by a status, or by a method to begin with, is asked in that crate's own tests.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::connector::{self, begin_well, chosen, keeps_secrets, settled, sorted, the_pass, troubles};
use crate::action::Action;
use crate::connector::{Condition, Receipt, Reconciled, StepKey, Undoing};
use crate::error::VendorError;
use crate::fake::{Cut, Rule};
use crate::person::Account;

/// Between an act and taking it back; more than any vendor needs to show everywhere what is new.
const LATER: Duration = Duration::from_mins(3);
/// The methods that change something. A token is in hand when they begin to be answered badly.
const WRITING: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// What has to be seen at the imitated vendor beside what acting needs.
#[async_trait]
pub trait Stand: connector::Stand {
    /// Whether the pass does there what it is for. May use it up.
    async fn works(&self, account: &Account, action: &Action, pass: &str) -> bool;
    /// Everything the vendor remembers of the account that an act could change, without secrets.
    fn picture(&self, account: &Account) -> String;
    /// Whether the owner can sign in when this act, and nothing else, was done.
    fn is_usable_after(&self, _action: &Action) -> bool {
        true
    }
    /// Accounts whose owner cannot sign in, one for each reason that the vendor shows.
    async fn unusable(&self) -> Vec<Account>;
}

/// One act that was done.
struct Deed {
    account: Account,
    action: Action,
    receipt: Receipt,
    pass: Option<String>,
}

/// Asks every question below, in this order.
pub async fn ask_everything(stand: &dyn Stand) {
    every_ability_says_what_undoing_it_comes_to(stand);
    what_is_impossible_is_unfit_and_changes_nothing(stand).await;
    what_is_possible_is_undone_once_and_for_one_account(stand).await;
    only_what_the_receipt_names_is_touched(stand).await;
    what_came_later_is_left_alone(stand).await;
    what_was_used_up_is_not_said_to_be_taken_back(stand).await;
    what_was_done_behind_a_cut_answer_is_undone_too(stand).await;
    a_cut_answer_to_undoing_is_mended_by_undoing_again(stand).await;
    troubles_of_undoing_have_a_remedy_and_are_mended_by_undoing_again(stand).await;
    the_condition_is_told_and_nothing_changed(stand).await;
    troubles_of_reading_a_condition_are_notes_or_have_a_remedy(stand).await;
}

/// Staff are told in words, before they decide.
pub fn every_ability_says_what_undoing_it_comes_to(stand: &dyn Stand) {
    for action in stand.actions() {
        let words = match stand.connector().undoing(&action) {
            Undoing::Possible { what } => what,
            Undoing::Impossible { why } => why,
        };
        assert!(!words.trim().is_empty(), "{action:?}: no words");
    }
}

/// What stays done is refused with the same words.
pub async fn what_is_impossible_is_unfit_and_changes_nothing(stand: &dyn Stand) {
    for action in stand.actions() {
        let Undoing::Impossible { why: told } = stand.connector().undoing(&action) else {
            continue;
        };
        let deed = done(stand, &action).await;
        let before = stand.picture(&deed.account);
        match undone(stand, &deed, &deed.receipt.facts).await {
            Err(VendorError::Unfit { why }) => assert_eq!(why, told, "{action:?}"),
            other => panic!("{action:?}: {other:?}"),
        }
        assert_eq!(stand.picture(&deed.account), before, "{action:?}: changed");
    }
}

/// Undone, and the vendor shows it; a second time it is done already; the same act on somebody else stays.
pub async fn what_is_possible_is_undone_once_and_for_one_account(stand: &dyn Stand) {
    for action in possible(stand) {
        let (deed, other) = (done(stand, &action).await, done(stand, &action).await);
        stand.wait(LATER);
        let beside = stand.picture(&other.account);
        let receipt = undone(stand, &deed, &deed.receipt.facts).await.expect("undoes");
        assert!(receipt.pass.is_none(), "{action:?}: undoing hands nothing out");
        keeps_secrets(stand, &receipt.facts.to_string());
        assert!(is_gone(stand, &deed).await, "{action:?}: still there");
        let after = stand.picture(&deed.account);
        let again = undone(stand, &deed, &deed.receipt.facts).await;
        assert!(matches!(again, Err(VendorError::Done)), "{action:?}: {again:?}");
        assert_eq!(
            stand.picture(&deed.account),
            after,
            "{action:?}: undone and changed again"
        );
        assert_eq!(
            stand.picture(&other.account),
            beside,
            "{action:?}: somebody else's is changed"
        );
        if let Some(pass) = &other.pass {
            assert!(
                stand.works(&other.account, &action, pass).await,
                "{action:?}: somebody else's is void"
            );
        }
    }
}

/// Another account's receipt, one that says that nothing was done, and one that says nothing at all.
pub async fn only_what_the_receipt_names_is_touched(stand: &dyn Stand) {
    for action in possible(stand) {
        let (deed, other) = (done(stand, &action).await, done(stand, &action).await);
        stand.wait(LATER);
        let pictures = || (stand.picture(&deed.account), stand.picture(&other.account));
        let before = pictures();
        for facts in [
            &other.receipt.facts,
            &json!({ "already": true }),
            &Value::Null,
            &json!([]),
        ] {
            match undone(stand, &deed, facts).await {
                Err(VendorError::Unfit { why }) => assert!(!why.is_empty()),
                other => panic!("{action:?} after {facts}: {other:?}"),
            }
            assert_eq!(pictures(), before, "{action:?} after {facts}");
        }
    }
}

/// Where the same act was done again since, the first is undone without the second.
pub async fn what_came_later_is_left_alone(stand: &dyn Stand) {
    for action in possible(stand).into_iter().filter(Action::yields_pass) {
        let first = done(stand, &action).await;
        stand.wait(LATER);
        let second = done_to(stand, &action, first.account.clone()).await;
        let attempt = undone(stand, &first, &first.receipt.facts).await;
        assert!(
            matches!(attempt, Ok(_) | Err(VendorError::Done)),
            "{action:?}: {attempt:?}"
        );
        assert!(is_gone(stand, &first).await, "{action:?}: the first still works");
        let pass = second.pass.as_deref().expect("a pass");
        assert!(
            stand.works(&second.account, &action, pass).await,
            "{action:?}: the second is void"
        );
    }
}

/// A pass that works no second time is gone when it was used: whoever used it may be in, and nobody may believe otherwise.
pub async fn what_was_used_up_is_not_said_to_be_taken_back(stand: &dyn Stand) {
    for action in possible(stand).into_iter().filter(Action::yields_pass) {
        let deed = done(stand, &action).await;
        stand.wait(LATER);
        let pass = deed.pass.as_deref().expect("a pass");
        assert!(
            stand.works(&deed.account, &action, pass).await,
            "{action:?}: never worked"
        );
        if stand.works(&deed.account, &action, pass).await {
            continue;
        }
        let late = undone(stand, &deed, &deed.receipt.facts).await;
        assert!(matches!(late, Err(VendorError::Done)), "{action:?}: {late:?}");
    }
}

/// A receipt that was made by reading is as good as any.
pub async fn what_was_done_behind_a_cut_answer_is_undone_too(stand: &dyn Stand) {
    for action in possible(stand) {
        let account = stand.fresh(&action).await;
        let intended_at = stand.fake().now();
        let intent = stand.connector().intend(&account, &action).await.expect("intends");
        let (method, path) = stand.write(&action);
        stand.fake().misbehave(Rule {
            method: Some(method.into()),
            path: Some(path.into()),
            cut: Some(Cut::After),
            ..Rule::default()
        });
        let lost = stand
            .connector()
            .perform(&key("lost"), &account, &action, &intent)
            .await;
        stand.fake().behave();
        lost.expect_err("the answer was cut");
        let deed = match settled(stand, &key("lost"), &account, &action, &intent, intended_at).await {
            Reconciled::Done(receipt) => Deed {
                pass: the_pass(&action, &intent, &receipt),
                action: action.clone(),
                account,
                receipt,
            },
            _ => done_to(stand, &action, account).await,
        };
        stand.wait(LATER);
        undone(stand, &deed, &deed.receipt.facts).await.expect("undoes");
        assert!(is_gone(stand, &deed).await, "{action:?}: still there");
    }
}

/// The answer to undoing is lost: undoing again ends undone, whether or not the first was carried out.
pub async fn a_cut_answer_to_undoing_is_mended_by_undoing_again(stand: &dyn Stand) {
    for action in possible(stand) {
        for cut in [Cut::Before, Cut::After] {
            let deed = done(stand, &action).await;
            stand.wait(LATER);
            begin_well(stand).await;
            for method in WRITING {
                stand.fake().misbehave(Rule {
                    method: Some(method.into()),
                    cut: Some(cut),
                    ..Rule::default()
                });
            }
            let lost = undone(stand, &deed, &deed.receipt.facts).await;
            stand.fake().behave();
            let error = lost.expect_err("the answer was cut");
            assert!(error.may_have_happened(), "{action:?}: {error:?}");
            let again = undone(stand, &deed, &deed.receipt.facts).await;
            assert!(
                matches!((cut, &again), (_, Ok(_)) | (Cut::After, Err(VendorError::Done))),
                "{action:?} after {cut:?}: {again:?}"
            );
            assert!(is_gone(stand, &deed).await, "{action:?} after {cut:?}: still there");
        }
    }
}

/// Whatever happens on the first attempt: the error says what to do, and undoing again ends undone.
pub async fn troubles_of_undoing_have_a_remedy_and_are_mended_by_undoing_again(stand: &dyn Stand) {
    for action in possible(stand) {
        for trouble in troubles() {
            let deed = done(stand, &action).await;
            stand.wait(LATER);
            begin_well(stand).await;
            stand.fake().misbehave(trouble.rule.clone());
            let attempt = chosen(stand, &trouble)
                .undo(&key("trouble"), &deed.account, &action, &deed.receipt.facts)
                .await;
            stand.fake().behave();
            sorted(stand, &trouble, &attempt.expect_err(trouble.name));
            let again = undone(stand, &deed, &deed.receipt.facts).await;
            assert!(
                matches!(again, Ok(_) | Err(VendorError::Done)),
                "{action:?} after {}: {again:?}",
                trouble.name
            );
            assert!(
                is_gone(stand, &deed).await,
                "{action:?} after {}: still there",
                trouble.name
            );
        }
    }
}

/// Usable before and after what an act leaves usable, not usable where the vendor shows why; reading changes nothing.
pub async fn the_condition_is_told_and_nothing_changed(stand: &dyn Stand) {
    for action in stand.actions() {
        let deed = done(stand, &action).await;
        let told = told(stand, &deed.account).await;
        assert_eq!(told.usable, stand.is_usable_after(&action), "{action:?}: {told:?}");
        let pass = deed.pass.unwrap_or_else(|| "no pass".to_owned());
        assert!(!told.notes.join(" ").contains(&pass), "{action:?}: the pass is told");
    }
    for account in stand.unusable().await {
        let told = told(stand, &account).await;
        assert!(!told.usable, "{told:?}");
        assert!(!told.notes.is_empty(), "not usable, and no word why");
    }
}

/// A right that is missing is a note, an account that is gone is not usable, and everything else is an error.
pub async fn troubles_of_reading_a_condition_are_notes_or_have_a_remedy(stand: &dyn Stand) {
    let action = stand.actions().into_iter().next().expect("an act");
    let account = stand.fresh(&action).await;
    for trouble in troubles() {
        begin_well(stand).await;
        stand.fake().misbehave(trouble.rule.clone());
        let read = chosen(stand, &trouble).condition(&account).await;
        stand.fake().behave();
        match read {
            Ok(Condition { usable, notes }) => {
                assert!(
                    matches!(trouble.remedy, "refused" | "missing"),
                    "{}: {notes:?}",
                    trouble.name
                );
                assert_eq!(usable, trouble.remedy == "refused", "{}: {notes:?}", trouble.name);
                assert!(!notes.is_empty(), "{}: not read, and no word of it", trouble.name);
                keeps_secrets(stand, &notes.join(" "));
            }
            Err(error) => {
                assert_ne!(error.remedy(), "refused", "{}: a missing right is a note", trouble.name);
                sorted(stand, &trouble, &error);
            }
        }
    }
}

fn possible(stand: &dyn Stand) -> Vec<Action> {
    let is_possible = |action: &Action| matches!(stand.connector().undoing(action), Undoing::Possible { .. });
    stand.actions().into_iter().filter(is_possible).collect()
}

/// Does the act to an account that nobody acted on yet.
async fn done(stand: &dyn Stand, action: &Action) -> Deed {
    done_to(stand, action, stand.fresh(action).await).await
}

async fn done_to(stand: &dyn Stand, action: &Action, account: Account) -> Deed {
    let connector = stand.connector();
    let intent = connector.intend(&account, action).await.expect("intends");
    let receipt = connector.perform(&key("deed"), &account, action, &intent).await;
    let receipt = receipt.expect("performs");
    Deed {
        pass: the_pass(action, &intent, &receipt),
        action: action.clone(),
        account,
        receipt,
    }
}

async fn undone(stand: &dyn Stand, deed: &Deed, facts: &Value) -> Result<Receipt, VendorError> {
    stand
        .connector()
        .undo(&key("deed"), &deed.account, &deed.action, facts)
        .await
}

/// Whether what the act gave out, or made so, is no more.
async fn is_gone(stand: &dyn Stand, deed: &Deed) -> bool {
    match &deed.pass {
        Some(pass) => !stand.works(&deed.account, &deed.action, pass).await,
        None => !stand.shows(&deed.account, &deed.action),
    }
}

async fn told(stand: &dyn Stand, account: &Account) -> Condition {
    let before = stand.picture(account);
    let told = stand.connector().condition(account).await.expect("tells");
    assert_eq!(stand.picture(account), before, "reading changed something");
    keeps_secrets(stand, &told.notes.join(" "));
    told
}

fn key(text: &str) -> StepKey {
    StepKey(text.to_owned())
}
