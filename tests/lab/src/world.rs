//! One world: every imitated vendor, the mailbox, the ticket system and Doorward, started together on loopback.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use doorward_contract::Clock;
use doorward_duo::fake::DuoFake;
use doorward_graph::fake::EntraFake;
use doorward_okta::fake::OktaFake;
use doorward_persona::fake::PersonaFake;
use tokio::net::TcpSocket;
use tokio::task::AbortHandle;

use crate::browser::Browser;
use crate::builder::{Builder, DATABASE};
use crate::caller::{self, Api};
use crate::desk::Desk;
use crate::doors::USUAL;
use crate::duosso::DuoSso;
use crate::folder::Folder;
use crate::gateway::{self, Gateway};
use crate::mailbox::Mailbox;
use crate::memory::Memory;
use crate::okta::OktaOrg;
use crate::people::{LabPerson, everybody};
use crate::postgres;
use crate::sheet::Sheet;
use crate::signin::Signin;
use crate::smtp::MailServer;
use crate::staff::StaffProvider;
use crate::traffic::Traffic;
use crate::vendors::Vendors;

/// Why a world did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else listens there.
    #[error(
        "{address} ({part}) is taken: choose other ports with `--listen 127.0.0.1:7500`, or any free ones with `--listen 127.0.0.1:0`"
    )]
    Taken {
        /// The address.
        address: SocketAddr,
        /// Whose.
        part: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The ports after the first run out.
    #[error("no room for the other ports after {0}")]
    NoRoom(SocketAddr),
    /// The lab is for this machine only.
    #[error("{0} is not a loopback address: the lab hands out every secret it has, so it stays on this machine")]
    Public(SocketAddr),
    /// The folder cannot be used.
    #[error("the folder of this world cannot be used")]
    Folder(#[source] io::Error),
    /// The folder holds another world.
    #[error("this folder holds the world of seed {kept}: leave `--seed` out, or choose another folder")]
    OtherSeed {
        /// The seed it grew from.
        kept: u64,
    },
    /// What an earlier lab wrote down cannot be read.
    #[error("what an earlier lab wrote down in {file} cannot be read")]
    Notes {
        /// Where.
        file: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    /// The gateway.
    #[error(transparent)]
    Gateway(#[from] gateway::Error),
    /// No HTTP client.
    #[error("no HTTP client")]
    Client(#[from] reqwest::Error),
    /// The lab's program is not there.
    #[error("the gateway's program")]
    Program(#[source] io::Error),
}

/// A running world. It ends when it is stopped or dropped.
#[derive(Debug)]
pub struct Lab {
    /// The imitated Persona.
    pub persona: Arc<PersonaFake>,
    /// The imitated Entra tenant.
    pub entra: Arc<EntraFake>,
    /// The imitated Okta org that sends people.
    pub okta: Arc<OktaOrg>,
    /// The imitated Okta org whose accounts are repaired.
    pub okta_accounts: Arc<OktaFake>,
    /// The imitated Duo account.
    pub duo: Arc<DuoFake>,
    /// The imitated sign-in at Entra with Doorward as external method.
    pub signin: Arc<Signin>,
    /// The imitated Duo Single Sign-On, with Doorward as authentication source.
    pub duo_sso: Arc<DuoSso>,
    /// The imitated provider of the staff.
    pub staff: Arc<StaffProvider>,
    /// What the vendors were asked.
    pub traffic: Arc<Traffic>,
    /// Everybody's mail.
    pub mailbox: Arc<Mailbox>,
    /// The imitated mail server that fills it.
    pub mail: MailServer,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) sheet: Arc<Sheet>,
    pub(crate) desk: Desk,
    pub(crate) api: Api,
    pub(crate) vendors: Vendors,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) memory: Memory,
    pub(crate) tasks: Vec<AbortHandle>,
    pub(crate) folder: Folder,
    /// Doorward's port, held as long as this world lasts.
    pub(crate) _place: Arc<TcpSocket>,
}

impl Lab {
    /// A world to be described.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A world on free ports with Doorward inside this process, living by `clock`.
    pub async fn start(clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::builder()
            .listen(SocketAddr::new(USUAL.ip(), 0))
            .in_process(clock)
            .start()
            .await
    }

    /// All that an outside client needs.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// The folder this world lives in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The people.
    pub fn people(&self) -> &'static [LabPerson] {
        everybody()
    }

    /// The imitated vendors.
    pub fn vendors(&self) -> &Vendors {
        &self.vendors
    }

    /// The clock of this world.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// A fresh browser.
    pub fn browser(&self) -> Result<Browser, Error> {
        Ok(Browser::new(Arc::clone(&self.clock))?)
    }

    /// Doorward's JSON API, called as the ticket system.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Has the ticket system send a link to a person; returns the link.
    pub async fn link(&self, person: &LabPerson, purpose: &str, ticket: &str) -> Result<String, caller::Error> {
        self.desk.send_link(person, purpose, ticket).await
    }

    /// Kills the gateway as `kill -9` does.
    pub async fn kill_gateway(&self) {
        self.gateway.kill().await;
    }

    /// Starts the gateway again and returns once it answers.
    pub async fn start_gateway(&self) -> Result<(), Error> {
        Ok(self.gateway.start().await?)
    }

    /// What the gateway printed so far, if it is a child process.
    pub fn gateway_log(&self) -> String {
        self.gateway.log()
    }

    /// All bytes of Doorward's database, its journal included; nothing if it is not a file.
    pub fn database_bytes(&self) -> Vec<u8> {
        let parts = ["", "-wal", "-journal"].map(|end| self.folder.file(&format!("{DATABASE}{end}")));
        parts
            .iter()
            .flat_map(|path| std::fs::read(path).unwrap_or_default())
            .collect()
    }

    /// Stops the gateway in order, writes down what is to be remembered, and ends.
    pub async fn stop(self) {
        self.gateway.stop().await;
        self.memory.write();
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
