//! The store on SQLite and on PostgreSQL: one suite, every test of it run on both.

mod cases;
mod earlier;
mod erasure;
mod grants;
mod keyring;
mod keys;
mod ledger;
mod letters;
mod limits;
mod opening;
mod queue;
pub(crate) mod raw;
mod schema;
mod secrecy;

use std::collections::BTreeMap;
use std::time::Duration;

use doorward::audit::{Event, Fact};
use doorward::case::check::Codes;
use doorward::case::{Case, CaseId, Handle, HandleKind, Opener, Private, Stage, Standing};
use doorward::crypto::seal::Key;
use doorward::crypto::token::{Digest, Token, reference_number};
use doorward::store::{Change, Error, Settings, Store};
use doorward_contract::{Account, AccountId, Contact, Name, Origin, Person, Reference, Subject, SubjectKey, Timestamp};
use doorward_lab::postgres::Postgres;
use raw::Raw;
use tempfile::TempDir;

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);
const MINUTE: Duration = Duration::from_mins(1);

/// Runs each of the named tests on either database, each in a fresh one.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(crate::store::Base::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(crate::store::Base::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A fresh database, its master key, and a store that is open on it.
struct Base {
    settings: Settings,
    master: Key,
    store: Store,
    folder: TempDir,
}

impl Base {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("doorward.db").display());
        Self::at(url, folder).await
    }

    async fn postgres() -> Self {
        let url = Postgres::shared().await.unwrap();
        Self::at(url, tempfile::tempdir().unwrap()).await
    }

    async fn at(url: String, folder: TempDir) -> Self {
        let settings = Settings {
            url: url.into(),
            connections: 4,
        };
        let master = Key::random();
        let store = Store::open(&settings, &master).await.unwrap();
        store.migrate().await.unwrap();
        Self {
            settings,
            master,
            store,
            folder,
        }
    }

    /// A store of another process's on the same database.
    async fn another(&self) -> Store {
        Store::open(&self.settings, &self.master).await.unwrap()
    }

    /// The database itself, past the store.
    async fn raw(&self) -> Raw {
        Raw::open(&self.settings).await
    }

    /// Every byte of SQLite's files; of PostgreSQL's there are none here.
    fn files(&self) -> Vec<u8> {
        let files = self.folder.path().read_dir().unwrap();
        files
            .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect()
    }

    /// Another database of the same kind, still empty.
    async fn fresh_beside(&self) -> Settings {
        let url = match self.raw().await {
            Raw::Lite(_) => format!("sqlite:{}", self.folder.path().join("fresh.db").display()),
            Raw::Pg(_) => Postgres::shared().await.unwrap(),
        };
        Settings {
            url: url.into(),
            connections: 4,
        }
    }

    /// A case that is in the store.
    async fn case(&self) -> Case {
        self.case_at(NOW).await
    }

    async fn case_at(&self, at: Timestamp) -> Case {
        let case = maria(at);
        let opened = Fact::CaseOpened {
            source: case.source.clone(),
            purpose: case.purpose.clone(),
            opener: case.opener.word(),
            ticket: None,
        };
        let events = [Event::of(&case.id, at, opened)];
        self.store.begin(&case, &events, &[], None).await.unwrap();
        case
    }

    /// The case as it stands in the store.
    async fn read(&self, id: &CaseId) -> Case {
        self.store.case(id).await.unwrap().unwrap()
    }
}

/// What identifies Maria, in every spelling that must be nowhere in clear.
pub(crate) const MARIA: [&str; 6] = [
    "maria.keller@example.com",
    "Maria Keller-Sandoval",
    "Keller-Sandoval",
    "1987-04-23",
    "inq_mariasinquiry",
    "session-token=mariasvisit",
];

/// What identifies Maria.
fn private_of_maria() -> Private {
    let [login, display_name, family, birth_date, reference, visit] = MARIA.map(str::to_owned);
    let name = Name {
        given: Some("Maria".to_owned()),
        family: Some(family),
        ..Name::default()
    };
    let birth_date = Some(birth_date.parse().unwrap());
    Private {
        reason: Some(format!("{display_name} lost her phone")),
        contacts: Contact::mail(&login).map(|one| vec![one]),
        codes: Contact::mail(&login).map(|one| {
            Box::new(Codes {
                contacts: vec![one],
                ..Codes::default()
            })
        }),
        check: None,
        manager: None,
        subject: Some(Subject {
            key: SubjectKey::Login,
            value: login.clone(),
        }),
        account: Some(Account {
            id: AccountId("11111111-2222-3333-4444-555555555555".to_owned()),
            login,
            display_name: Some(display_name),
            name: name.clone(),
            birth_date,
            enabled: true,
            origin: Origin::Cloud,
            related_words: Vec::new(),
        }),
        accounts: BTreeMap::new(),
        person: Some(Person {
            name,
            native_name: None,
            birth_date,
        }),
        references: vec![Reference(reference)],
        visit: Some(format!("https://verifier.example/?{visit}")),
        record: None,
        against: None,
        request: None,
    }
}

/// Maria has lost her access and is at the verifier's.
pub(crate) fn maria(at: Timestamp) -> Case {
    Case {
        id: CaseId::random(),
        version: 0,
        number: reference_number(),
        purpose: "recovery".to_owned(),
        source: "portal".to_owned(),
        opener: Opener::Person,
        stage: Stage::Proving,
        opened_at: at,
        changed_at: at,
        expires_at: at.plus(30 * MINUTE),
        browser: None,
        relayed: false,
        standing: Standing::Open,
        attempts: Vec::new(),
        explanation: None,
        plan: Vec::new(),
        remember_at: None,
        remembered_until: None,
        conditions: Vec::new(),
        passes: Vec::new(),
        waits: 0,
        pass_until: None,
        verdict: None,
        answer_until: None,
        refusal: None,
        end: None,
        ended_at: None,
        back_to: None,
        checks: Vec::new(),
        reduced: false,
        desk: Box::default(),
        erased: false,
        trouble: None,
        hold_until: None,
        forget_at: None,
        erase_at: None,
        private: private_of_maria(),
    }
}

/// A handle that leads somewhere for ten minutes.
fn handle(kind: HandleKind) -> Handle {
    Handle {
        kind,
        digest: Token::random().digest(),
        until: NOW.plus(10 * MINUTE),
    }
}

fn some_digest() -> Digest {
    Token::random().digest()
}

/// A change that records one fact of `case` and nothing else.
fn fact(case: &Case, fact: Fact) -> Change {
    Change {
        events: vec![Event::of(&case.id, NOW, fact)],
        ..Change::default()
    }
}

fn is_stale<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Stale))
}
