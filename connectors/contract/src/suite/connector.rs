//! Questions for a [`Connector`].
//!
//! A crate implements [`Stand`] for its connector and its fake and calls [`ask_everything`]. What a particular vendor
//! means by a role or a policy is asked in that crate's own tests.

use std::time::Duration;

use async_trait::async_trait;

use crate::action::Action;
use crate::connector::{Connector, Directory, Intent, Protection, Receipt, Reconciled, StepKey};
use crate::error::VendorError;
use crate::fake::{Cut, Fake, Rule};
use crate::person::{Account, AccountId, Subject};

/// Seconds of `Retry-After` that must come through.
const THROTTLE: u64 = 7;
/// Longer than any client of ours reads.
const OVERSIZED: usize = 8 * 1024 * 1024;
/// Longer than any client of ours waits.
const ENDLESS_MS: u64 = 60_000;
/// How often a vendor may be asked until it can tell what became of an act.
const PATIENCE: usize = 8;

/// A connector, most often a directory as well, with its imitated vendor.
#[async_trait]
pub trait Stand: Send + Sync {
    /// The connector, with bounds that only a broken vendor exceeds.
    fn connector(&self) -> &dyn Connector;
    /// The same, with bounds so short that [`Rule::delay_ms`] exceeds them at once.
    fn impatient(&self) -> &dyn Connector;
    /// The common part of the fake.
    fn fake(&self) -> &Fake;
    /// Keys that each name one and the same account; none where the connector is no directory.
    fn keys(&self) -> Vec<Subject>;
    /// The account they name.
    fn known(&self) -> AccountId;
    /// Keys of every kind that name nobody: the known person's names among them.
    fn strangers(&self) -> Vec<Subject>;
    /// One act per ability.
    fn actions(&self) -> Vec<Action>;
    /// An account that nobody acted on yet, which the act fits.
    async fn fresh(&self, action: &Action) -> Account;
    /// The request that carries out the act: its method and a part of its path.
    fn write(&self, action: &Action) -> (&'static str, &'static str);
    /// Whether anything of the act is left to see at the vendor.
    fn shows(&self, account: &Account, action: &Action) -> bool;
    /// Whether the account is as exactly one call leaves it, and whether the pass, if one was handed out, works there.
    async fn is_as_after_one_call(&self, account: &Account, action: &Action, pass: Option<&str>) -> bool;
    /// Whether the vendor neither shows the act nor takes it back, so that doing it again is the only way on. It must then
    /// end as one call does: what the first call gave out no longer works.
    fn is_mended_by_repeating(&self, _action: &Action) -> bool {
        false
    }
    /// Lets this much time pass.
    fn wait(&self, length: Duration);
    /// Texts that may appear in no error: keys, tokens, names.
    fn secrets(&self) -> Vec<String>;
}

/// One way a vendor misbehaves, and the remedy it must be sorted under.
pub(super) struct Trouble {
    pub(super) name: &'static str,
    pub(super) rule: Rule,
    pub(super) remedy: &'static str,
    slow: bool,
}

pub(super) fn troubles() -> Vec<Trouble> {
    let status = |status| Rule {
        status: Some(status),
        ..Rule::default()
    };
    let cut = |when| Rule {
        cut: Some(when),
        ..Rule::default()
    };
    let throttle = Rule {
        throttle: Some(THROTTLE),
        ..Rule::default()
    };
    let oversized = Rule {
        oversized: Some(OVERSIZED),
        ..Rule::default()
    };
    let malformed = Rule {
        malformed: true,
        ..Rule::default()
    };
    let delay = Rule {
        delay_ms: ENDLESS_MS,
        ..Rule::default()
    };
    [
        ("401", "refused", status(401)),
        ("403", "refused", status(403)),
        ("404", "missing", status(404)),
        ("409", "unexpected", status(409)),
        ("429 with Retry-After", "throttled", throttle),
        ("500", "unreachable", status(500)),
        ("503", "unreachable", status(503)),
        ("a connection cut before", "unreachable", cut(Cut::Before)),
        ("a connection cut after", "unreachable", cut(Cut::After)),
        ("an oversized answer", "unexpected", oversized),
        ("a malformed answer", "unexpected", malformed),
        ("an answer that does not come", "unreachable", delay),
    ]
    .into_iter()
    .map(|(name, remedy, rule)| Trouble {
        name,
        remedy,
        slow: rule.delay_ms > 0,
        // Until cleared: repeats of the client itself meet the same trouble.
        rule: Rule { times: Some(0), ..rule },
    })
    .collect()
}

/// Asks every question below, in this order.
pub async fn ask_everything(stand: &dyn Stand) {
    let knows_people = stand.connector().directory().is_some();
    assert_eq!(
        knows_people,
        !stand.keys().is_empty(),
        "a directory is asked for people"
    );
    if knows_people {
        people_are_found_by_key_and_never_by_name(stand).await;
        troubles_of_reading_have_a_remedy(stand).await;
        what_cannot_be_told_is_protected(stand).await;
    }
    every_declared_ability_is_asked_about(stand);
    each_act_is_done_once(stand).await;
    after_a_cut_answer_the_vendor_is_read_truthfully(stand).await;
    troubles_of_writing_have_a_remedy_and_leave_one_act(stand).await;
}

/// A key finds its account; a name, a part of a key or a stranger's key finds nobody.
pub async fn people_are_found_by_key_and_never_by_name(stand: &dyn Stand) {
    for subject in stand.keys() {
        let found = directory(stand.connector()).find(&subject).await.expect("finds");
        assert_eq!(found.map(|account| account.id), Some(stand.known()), "{subject:?}");
    }
    for subject in stand.strangers() {
        let found = directory(stand.connector()).find(&subject).await;
        assert!(matches!(found, Ok(None)), "{subject:?}: {found:?}");
    }
}

/// No trouble of reading is ever "nobody".
pub async fn troubles_of_reading_have_a_remedy(stand: &dyn Stand) {
    let subject = stand.keys().into_iter().next().expect("a key");
    for trouble in troubles() {
        begin_well(stand).await;
        stand.fake().misbehave(trouble.rule.clone());
        let found = directory(chosen(stand, &trouble)).find(&subject).await;
        stand.fake().behave();
        sorted(stand, &trouble, &found.expect_err(trouble.name));
    }
}

/// A vendor that refuses leaves the account protected; one out of reach leaves the question open.
pub async fn what_cannot_be_told_is_protected(stand: &dyn Stand) {
    let known = stand.known();
    let guard = directory(stand.connector()).guard(&known).await.expect("guards");
    assert_eq!(guard, Protection::Ordinary, "the known account is an everyday one");
    for trouble in troubles() {
        begin_well(stand).await;
        stand.fake().misbehave(trouble.rule.clone());
        let guard = directory(chosen(stand, &trouble)).guard(&known).await;
        stand.fake().behave();
        match guard {
            Ok(Protection::Protected { reasons }) => {
                assert!(
                    !matches!(trouble.remedy, "unreachable" | "throttled"),
                    "{}",
                    trouble.name
                );
                assert!(!reasons.is_empty(), "{}: protected without a reason", trouble.name);
                keeps_secrets(stand, &reasons.join(" "));
            }
            Ok(Protection::Ordinary) => panic!("{}: not known to be ordinary", trouble.name),
            Err(error) => {
                assert!(error.is_passing(), "{}: {error:?}", trouble.name);
                sorted(stand, &trouble, &error);
            }
        }
    }
}

/// The acts of the stand are those the connector declares.
pub fn every_declared_ability_is_asked_about(stand: &dyn Stand) {
    for ability in stand.connector().about().abilities {
        assert!(
            stand.actions().iter().any(|action| action.ability() == *ability),
            "nobody asks about {ability}"
        );
    }
}

/// Planning changes nothing; acting changes what one call changes, and the pass comes from exactly one side.
pub async fn each_act_is_done_once(stand: &dyn Stand) {
    for (at, action) in stand.actions().into_iter().enumerate() {
        let key = key("once", at, &action);
        let connector = stand.connector();
        let prepared = connector.prepare(&action).await.expect("prepares");
        assert_eq!(prepared.action.ability(), action.ability());
        let again = connector.prepare(&prepared.action).await.expect("prepares again");
        assert_eq!(again.action, prepared.action, "what was clamped is within the bounds");
        assert!(again.notes.is_empty() || again.notes == prepared.notes);
        let action = prepared.action;

        let account = stand.fresh(&action).await;
        let intent = connector.intend(&account, &action).await.expect("intends");
        assert!(!stand.shows(&account, &action), "{action:?}: intending is not acting");
        let receipt = connector.perform(&key, &account, &action, &intent).await;
        let receipt = receipt.expect("performs");
        let pass = the_pass(&action, &intent, &receipt);
        assert!(
            stand.is_as_after_one_call(&account, &action, pass.as_deref()).await,
            "{action:?}: not as one call leaves it"
        );
        let kept = format!("{} {}", intent.snapshot, receipt.facts);
        keeps_secrets(stand, &kept);
        if let Some(pass) = pass {
            let shown = format!("{kept} {intent:?} {receipt:?}");
            assert!(!shown.contains(&pass), "{action:?}: the pass is told");
        }
    }
}

/// Cut before: not done. Cut after: done, or made void. Either way carrying on ends as one call does.
pub async fn after_a_cut_answer_the_vendor_is_read_truthfully(stand: &dyn Stand) {
    for (at, action) in stand.actions().into_iter().enumerate() {
        for cut in [Cut::Before, Cut::After] {
            let key = key(&format!("cut {cut:?}"), at, &action);
            let connector = stand.connector();
            let account = stand.fresh(&action).await;
            let intended_at = stand.fake().now();
            let intent = connector.intend(&account, &action).await.expect("intends");
            let (method, path) = stand.write(&action);
            stand.fake().misbehave(Rule {
                method: Some(method.into()),
                path: Some(path.into()),
                cut: Some(cut),
                ..Rule::default()
            });
            let performed = connector.perform(&key, &account, &action, &intent).await;
            stand.fake().behave();
            let error = performed.expect_err("the answer was cut");
            assert!(error.may_have_happened(), "{action:?}: {error:?}");

            let reconciled = settled(stand, &key, &account, &action, &intent, intended_at).await;
            match (cut, &reconciled) {
                (Cut::Before, Reconciled::Done(_)) => panic!("{action:?}: nothing was done"),
                (Cut::After, Reconciled::NotDone) => {
                    assert!(
                        stand.is_mended_by_repeating(&action) || !stand.shows(&account, &action),
                        "{action:?}: it was done and not made void"
                    );
                }
                _ => {}
            }
            carry_on(stand, &key, &account, &action, intent, reconciled).await;
        }
    }
}

/// Whatever happens on the first attempt: the error says what to do, and carrying on leaves what one call leaves.
pub async fn troubles_of_writing_have_a_remedy_and_leave_one_act(stand: &dyn Stand) {
    for (at, action) in stand.actions().into_iter().enumerate() {
        for trouble in troubles() {
            let key = key(trouble.name, at, &action);
            let account = stand.fresh(&action).await;
            let intended_at = stand.fake().now();
            let intent = stand.connector().intend(&account, &action).await.expect("intends");
            stand.fake().misbehave(trouble.rule.clone());
            let performed = chosen(stand, &trouble).perform(&key, &account, &action, &intent).await;
            stand.fake().behave();
            sorted(stand, &trouble, &performed.expect_err(trouble.name));
            let reconciled = settled(stand, &key, &account, &action, &intent, intended_at).await;
            carry_on(stand, &key, &account, &action, intent, reconciled).await;
        }
    }
}

/// Reads the vendor until it can tell.
pub(super) async fn settled(
    stand: &dyn Stand,
    key: &StepKey,
    account: &Account,
    action: &Action,
    intent: &Intent,
    intended_at: crate::Timestamp,
) -> Reconciled {
    for _ in 0..PATIENCE {
        let reconciled = stand
            .connector()
            .reconcile(key, account, action, &intent.snapshot, intended_at)
            .await
            .expect("reconciles");
        let Reconciled::Later(length) = reconciled else {
            return reconciled;
        };
        assert!(!length.is_zero(), "{action:?}: later, but no later");
        stand.wait(length);
    }
    panic!("{action:?}: the vendor never told what became of it")
}

/// What the gateway does next: nothing if it is done, the whole step again if it is not.
async fn carry_on(
    stand: &dyn Stand,
    key: &StepKey,
    account: &Account,
    action: &Action,
    intent: Intent,
    reconciled: Reconciled,
) {
    let (intent, receipt) = if let Reconciled::Done(receipt) = reconciled {
        (intent, receipt)
    } else {
        let connector = stand.connector();
        let intent = connector.intend(account, action).await.expect("intends again");
        let receipt = connector.perform(key, account, action, &intent).await;
        (intent, receipt.expect("performs again"))
    };
    let pass = the_pass(action, &intent, &receipt);
    assert!(
        stand.is_as_after_one_call(account, action, pass.as_deref()).await,
        "{action:?}: not as one call leaves it"
    );
}

/// The secret for the person: from us or from the vendor, never from both, and only where the act yields one.
pub(super) fn the_pass(action: &Action, intent: &Intent, receipt: &Receipt) -> Option<String> {
    use secrecy::ExposeSecret;
    let passes: Vec<_> = intent.pass.iter().chain(&receipt.pass).collect();
    assert_eq!(passes.len(), usize::from(action.yields_pass()), "{action:?}");
    passes.first().map(|pass| pass.secret.expose_secret().to_owned())
}

pub(super) fn sorted(stand: &dyn Stand, trouble: &Trouble, error: &VendorError) {
    assert_eq!(error.remedy(), trouble.remedy, "{}: {error:?}", trouble.name);
    if let VendorError::Throttled { retry_after } = error {
        assert_eq!(*retry_after, Some(Duration::from_secs(THROTTLE)), "{}", trouble.name);
    }
    keeps_secrets(stand, &format!("{error} {error:?}"));
}

pub(super) fn keeps_secrets(stand: &dyn Stand, text: &str) {
    for secret in stand.secrets() {
        assert!(!text.contains(&secret), "a secret is told");
    }
}

/// So that the trouble meets the question itself, not the sign-in that an earlier trouble made necessary.
pub(super) async fn begin_well(stand: &dyn Stand) {
    let subject = stand.keys().into_iter().next().expect("a key");
    directory(stand.connector()).find(&subject).await.expect("finds");
}

pub(super) fn chosen<'a>(stand: &'a dyn Stand, trouble: &Trouble) -> &'a dyn Connector {
    if trouble.slow {
        stand.impatient()
    } else {
        stand.connector()
    }
}

fn directory(connector: &dyn Connector) -> &dyn Directory {
    connector.directory().expect("a directory")
}

/// One key for one step, whatever is asked of it: repeats carry the same, and no other step does.
fn key(question: &str, at: usize, action: &Action) -> StepKey {
    StepKey(format!(
        "{}/{}/{}",
        question.replace(' ', "-"),
        at + 1,
        action.ability()
    ))
}
