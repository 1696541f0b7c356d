//! Vendors to stand in for real ones where a plan is tried: each knows a person and keeps the contract's promises, can
//! refuse, be out of reach, and can have the gateway die at any call, before it is carried out or after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use doorward_contract::{
    Ability, About, Account, AccountId, Action, Clock, Colleague, Condition, Connector, Directory, Finding, Intent,
    Name, Origin, Pass, PassKind, Prepared, Protection, Receipt, Reconciled, Sent, StepKey, Subject, SubjectKey,
    Timestamp, Undoing, VendorError,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What all vendors of a trial share: the log of their calls, and the call at which the gateway dies.
#[derive(Debug, Default)]
pub(super) struct World {
    log: Mutex<Vec<String>>,
    /// The number of the call, and whether it is carried out.
    death: Mutex<Option<(usize, bool)>>,
    pub(super) dead: Notify,
}

impl World {
    pub(super) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(super) fn forget_log(&self) {
        self.log.lock().unwrap().clear();
    }

    /// The calls that change something.
    pub(super) fn writes(&self) -> Vec<String> {
        let log = self.log();
        log.into_iter()
            .filter(|line| line.contains("perform") || line.contains("undo"))
            .collect()
    }

    pub(super) fn die_at(&self, call: usize, carried_out: bool) {
        *self.death.lock().unwrap() = Some((call, carried_out));
    }

    pub(super) fn has_died(&self) -> bool {
        self.death.lock().unwrap().is_none()
    }

    /// Whether the gateway dies at the call just written down, in that way.
    fn dies(&self, carried_out: bool) -> bool {
        let mut death = self.death.lock().unwrap();
        let now = self.log.lock().unwrap().len();
        let dies = *death == Some((now, carried_out));
        if dies {
            *death = None;
        }
        dies
    }

    async fn ask<T>(&self, line: String, carry_out: impl FnOnce() -> T) -> T {
        self.log.lock().unwrap().push(line);
        if self.dies(false) {
            self.dead.notify_one();
            std::future::pending::<()>().await;
        }
        let answer = carry_out();
        if self.dies(true) {
            self.dead.notify_one();
            std::future::pending::<()>().await;
        }
        answer
    }
}

/// What a vendor has of the person.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// How often each thing was done.
    pub(super) done: BTreeMap<&'static str, u32>,
    pub(super) password: Option<String>,
    pub(super) codes: BTreeSet<String>,
    pub(super) suspended: bool,
}

/// What a vendor says of the person's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum There {
    #[default]
    Usual,
    Unknown,
    Disabled,
    Protected,
}

/// How a vendor behaves.
#[derive(Debug, Default)]
pub(super) struct Manners {
    pub(super) there: There,
    /// What it refuses to do.
    pub(super) refused: BTreeSet<&'static str>,
    /// Nobody reaches it, this many times; then it answers.
    pub(super) away: u32,
    /// Its answer to whether the person can sign in is this; usable if there is none.
    pub(super) condition: Option<Result<Condition, VendorError>>,
    /// Whom the person reports to.
    pub(super) manager: Option<Colleague>,
    /// The groups that the person belongs to.
    pub(super) groups: BTreeSet<&'static str>,
    /// It refuses to take anything back.
    pub(super) keeps: bool,
}

pub(super) struct Stand {
    name: &'static str,
    world: Arc<World>,
    clock: Arc<dyn Clock>,
    /// What the person is called here; no directory without.
    login: Option<&'static str>,
    pub(super) held: Mutex<Held>,
    pub(super) manners: Mutex<Manners>,
}

const ABILITIES: &[Ability] = &[
    Ability::TemporaryPassword,
    Ability::BypassCode,
    Ability::Suspend,
    Ability::RevokeSessions,
];

/// The person, as the vendor `name` has them.
pub(super) fn maria(name: &str, login: &str) -> Account {
    Account {
        id: AccountId(format!("maria-at-{name}")),
        login: login.to_owned(),
        display_name: None,
        name: Name {
            given: Some("Maria".to_owned()),
            family: Some("Keller".to_owned()),
            ..Name::default()
        },
        birth_date: Some("1987-04-23".parse().unwrap()),
        enabled: true,
        origin: Origin::Cloud,
        related_words: Vec::new(),
    }
}

impl Stand {
    pub(super) fn new(
        name: &'static str,
        login: Option<&'static str>,
        world: &Arc<World>,
        clock: &Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            world: Arc::clone(world),
            clock: Arc::clone(clock),
            login,
            held: Mutex::default(),
            manners: Mutex::default(),
        })
    }

    pub(super) fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.manners.lock().unwrap());
    }

    /// Has it refuse to do this from now on.
    pub(super) fn refuse(&self, word: &'static str) {
        self.manners.lock().unwrap().refused.insert(word);
    }

    pub(super) fn count(&self, word: &str) -> u32 {
        self.held.lock().unwrap().done.get(word).copied().unwrap_or(0)
    }

    /// Out of reach, if it is; counts how often it was asked.
    fn reached(&self) -> Result<(), VendorError> {
        let mut manners = self.manners.lock().unwrap();
        if manners.away == 0 {
            return Ok(());
        }
        manners.away -= 1;
        Err(VendorError::Unreachable {
            sent: Sent::No,
            why: "nobody there".to_owned(),
        })
    }

    async fn ask<T>(&self, what: &str, carry_out: impl FnOnce() -> T) -> T {
        self.world.ask(format!("{} {what}", self.name), carry_out).await
    }

    fn pass(&self, kind: PassKind, secret: &str) -> Pass {
        Pass {
            kind,
            secret: secret.into(),
            expires_at: None,
            sign_in_url: format!("https://{}.example/", self.name),
            login: self.login.unwrap_or("maria").to_owned(),
        }
    }

    fn receipt(&self, facts: Value, pass: Option<Pass>) -> Receipt {
        Receipt {
            at: self.clock.now(),
            facts,
            pass,
        }
    }

    /// Whoever is acted on is the person's account here, or, where nobody is known, the directory's.
    fn is_right(&self, account: &Account) {
        let home = if self.login.is_some() { self.name } else { "home" };
        assert_eq!(
            account.id.0,
            format!("maria-at-{home}"),
            "{} acts on another account",
            self.name
        );
    }

    fn carry_out(&self, action: &Action, intent: &Intent) -> Receipt {
        let mut held = self.held.lock().unwrap();
        let count = held.done.entry(action.ability().word()).or_default();
        *count += 1;
        let count = *count;
        match action {
            Action::TemporaryPassword => {
                let pass = intent.pass.as_ref().unwrap();
                held.password = Some(pass.secret.expose_secret().to_owned());
                self.receipt(json!({}), None)
            }
            Action::BypassCode { .. } => {
                let code = format!("{}-code-{count}", self.name);
                held.codes.insert(code.clone());
                let pass = self.pass(PassKind::BypassCode, &code);
                self.receipt(json!({"code": code}), Some(pass))
            }
            Action::Suspend => {
                held.suspended = true;
                self.receipt(json!({}), None)
            }
            _ => self.receipt(json!({}), None),
        }
    }

    /// As a vendor tells it: whether there is more now than before.
    fn look_back(&self, action: &Action, snapshot: &Value) -> Reconciled {
        let mut held = self.held.lock().unwrap();
        let before = snapshot["count"].as_u64().unwrap();
        let count = held.done.get(action.ability().word()).copied().unwrap_or(0);
        if u64::from(count) == before {
            return Reconciled::NotDone;
        }
        if matches!(action, Action::BypassCode { .. }) {
            // Nobody has read it: it is made void.
            held.codes.remove(&format!("{}-code-{count}", self.name));
            return Reconciled::NotDone;
        }
        Reconciled::Done(self.receipt(json!({"found": true}), None))
    }

    fn give_back(&self, action: &Action, facts: &Value) -> Result<Receipt, VendorError> {
        let mut held = self.held.lock().unwrap();
        let there = match action {
            Action::BypassCode { .. } => held.codes.remove(facts["code"].as_str().unwrap()),
            _ => std::mem::take(&mut held.suspended),
        };
        if there {
            Ok(self.receipt(json!({"gone": true}), None))
        } else {
            Err(VendorError::Done)
        }
    }
}

#[async_trait]
impl Connector for Stand {
    fn about(&self) -> About {
        About {
            vendor: self.name,
            abilities: ABILITIES,
        }
    }

    async fn check(&self, _: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        Ok(Vec::new())
    }

    fn directory(&self) -> Option<&dyn Directory> {
        self.login.map(|_| -> &dyn Directory { self })
    }

    async fn prepare(&self, action: &Action) -> Result<Prepared, VendorError> {
        let action = match action {
            Action::BypassCode { .. } => Action::BypassCode {
                lifetime_minutes: Some(10),
            },
            other => other.clone(),
        };
        let prepared = Prepared {
            action,
            notes: vec!["clamped".to_owned()],
        };
        self.ask("prepare", || Ok(prepared)).await
    }

    async fn intend(&self, account: &Account, action: &Action) -> Result<Intent, VendorError> {
        self.is_right(account);
        let word = action.ability().word();
        self.ask(&format!("intend {word}"), || {
            self.reached()?;
            if self.manners.lock().unwrap().refused.contains(word) {
                return Err(VendorError::Refused {
                    why: "the right is missing".to_owned(),
                });
            }
            let count = self.count(word);
            let password = format!("Password-{count}-of-{}", self.name);
            Ok(Intent {
                snapshot: json!({ "count": count }),
                pass: (*action == Action::TemporaryPassword).then(|| self.pass(PassKind::TemporaryPassword, &password)),
            })
        })
        .await
    }

    async fn perform(
        &self,
        _: &StepKey,
        account: &Account,
        action: &Action,
        intent: &Intent,
    ) -> Result<Receipt, VendorError> {
        self.is_right(account);
        let line = format!("perform {}", action.ability());
        self.ask(&line, || Ok(self.carry_out(action, intent))).await
    }

    async fn reconcile(
        &self,
        _: &StepKey,
        account: &Account,
        action: &Action,
        snapshot: &Value,
        _: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        self.is_right(account);
        self.ask("reconcile", || Ok(self.look_back(action, snapshot))).await
    }

    fn undoing(&self, action: &Action) -> Undoing {
        match action {
            Action::BypassCode { .. } => Undoing::Possible {
                what: "deletes the code",
            },
            Action::Suspend => Undoing::Possible {
                what: "lets the person in again",
            },
            _ => Undoing::Impossible {
                why: "what was replaced is gone",
            },
        }
    }

    async fn undo(
        &self,
        _: &StepKey,
        account: &Account,
        action: &Action,
        facts: &Value,
    ) -> Result<Receipt, VendorError> {
        self.is_right(account);
        let line = format!("undo {}", action.ability());
        self.ask(&line, || {
            self.reached()?;
            if self.manners.lock().unwrap().keeps {
                return Err(VendorError::Refused {
                    why: "the right is missing".to_owned(),
                });
            }
            self.give_back(action, facts)
        })
        .await
    }

    async fn condition(&self, account: &Account) -> Result<Condition, VendorError> {
        self.is_right(account);
        let usable = Condition {
            usable: true,
            notes: Vec::new(),
        };
        self.ask("condition", || {
            let told = self.manners.lock().unwrap().condition.clone();
            told.unwrap_or(Ok(usable))
        })
        .await
    }
}

#[async_trait]
impl Directory for Stand {
    async fn find(&self, subject: &Subject) -> Result<Option<Account>, VendorError> {
        let login = self.login.unwrap();
        let account = maria(self.name, login);
        let right = match subject.key {
            SubjectKey::Login => subject.value == login,
            SubjectKey::Id => subject.value == account.id.0,
        };
        self.ask("find", || {
            self.reached()?;
            let there = self.manners.lock().unwrap().there;
            Ok((right && there != There::Unknown).then_some(Account {
                enabled: there != There::Disabled,
                ..account
            }))
        })
        .await
    }

    async fn guard(&self, id: &AccountId) -> Result<Protection, VendorError> {
        assert_eq!(id.0, format!("maria-at-{}", self.name));
        self.ask("guard", || {
            self.reached()?;
            Ok(if self.manners.lock().unwrap().there == There::Protected {
                Protection::Protected {
                    reasons: vec!["holds a role".to_owned()],
                }
            } else {
                Protection::Ordinary
            })
        })
        .await
    }

    async fn namesakes(&self, _: &Account, _: u8) -> Result<Vec<AccountId>, VendorError> {
        Ok(Vec::new())
    }

    async fn manager(&self, _: &Account) -> Result<Option<Colleague>, VendorError> {
        self.ask("manager", || {
            self.reached()?;
            Ok(self.manners.lock().unwrap().manager.clone())
        })
        .await
    }

    async fn groups_among(&self, _: &AccountId, groups: &[String]) -> Result<Vec<String>, VendorError> {
        self.ask("member_of", || {
            self.reached()?;
            let held = self.manners.lock().unwrap().groups.clone();
            let is_held = |group: &&String| held.contains(group.as_str());
            Ok(groups.iter().filter(is_held).cloned().collect())
        })
        .await
    }
}
