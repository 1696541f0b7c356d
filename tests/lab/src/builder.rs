//! What a world shall be like, and how it comes to be.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;
use serde::{Deserialize, Serialize};

use crate::caller::Api;
use crate::callers::Callers;
use crate::desk::{Desk, Signer};
use crate::doors::{Doors, Ports};
use crate::duosso::Providers;
use crate::folder::Folder;
use crate::gateway::{Gateway, Way};
use crate::hands::Hands;
use crate::keys::Keys;
use crate::memory::Memory;
use crate::parties::Party;
use crate::postgres::Postgres;
use crate::seed::Seed;
use crate::sheet::Sheet;
use crate::sms::SmsGateway;
use crate::traffic::Traffic;
use crate::vendors::Vendors;
use crate::world::{Error, Lab};
use crate::{parties, settings, start};

/// What is written down of a world that goes on later.
const NOTES: &str = "lab.json";
/// Doorward's database in the world's folder.
pub(crate) const DATABASE: &str = "doorward.db";

/// Which database Doorward gets.
#[derive(Clone, Debug, Default)]
pub enum Database {
    /// A file in the world's folder.
    #[default]
    Sqlite,
    /// A fresh one on a PostgreSQL server of this process, gone with it.
    Postgres,
    /// The database at this address.
    Url(String),
}

impl Database {
    /// Its address.
    async fn url(&self, folder: &Folder) -> Result<String, Error> {
        match self {
            Self::Sqlite => Ok(format!("sqlite:{}", folder.file(DATABASE).display())),
            Self::Postgres => Ok(Postgres::shared().await?),
            Self::Url(url) => Ok(url.clone()),
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Notes {
    seed: u64,
    ports: Ports,
}

type Change = Arc<dyn Fn(String) -> String + Send + Sync>;

/// What a world shall be like.
pub struct Builder {
    seed: Option<Seed>,
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    database: Database,
    way: Option<Way>,
    company: Option<url::Url>,
    tickets: Option<url::Url>,
    clock: Arc<dyn Clock>,
    hands: Option<Hands>,
    change: Change,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("seed", &self.seed)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            seed: None,
            listen: None,
            data: None,
            database: Database::default(),
            way: None,
            company: None,
            tickets: None,
            clock: Arc::new(SystemClock),
            hands: None,
            change: Arc::new(|text| text),
        }
    }

    /// Grows from this seed instead of a random one.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(Seed(seed));
        self
    }

    /// Serves the start page here and the others on the ports after it; port 0 takes free ones.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Lives in this folder, and goes on with the world that is in it.
    #[must_use]
    pub fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// Gives Doorward this database.
    #[must_use]
    pub fn database(mut self, database: Database) -> Self {
        self.database = database;
        self
    }

    /// Runs Doorward inside this process; it and every vendor live by `clock`.
    #[must_use]
    pub fn in_process(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Arc::clone(&clock);
        self.way = Some(Way::InProcess(clock));
        self
    }

    /// Runs Doorward inside this process, and lets the start page turn everybody's clock forward.
    #[must_use]
    pub fn turning(self) -> Self {
        let hands = Hands::default();
        let mut builder = self.in_process(Arc::new(hands.clone()));
        builder.hands = Some(hands);
        builder
    }

    /// Runs Doorward as a child process; so it is unless told otherwise.
    #[must_use]
    pub fn child_process(mut self) -> Self {
        self.way = None;
        self
    }

    /// Runs this program as Doorward.
    #[must_use]
    pub fn program(mut self, program: &Path) -> Self {
        self.way = Some(Way::Child {
            program: program.to_owned(),
            before: Vec::new(),
        });
        self
    }

    /// Has Doorward call this instead of the imitated system of the company's own.
    #[must_use]
    pub fn company(mut self, endpoint: url::Url) -> Self {
        self.company = Some(endpoint);
        self
    }

    /// Has Doorward tell this what becomes of cases instead of the imitated ticket system.
    #[must_use]
    pub fn tickets(mut self, endpoint: url::Url) -> Self {
        self.tickets = Some(endpoint);
        self
    }

    /// Changes Doorward's settings before it starts.
    #[must_use]
    pub fn toml_change(mut self, change: impl Fn(String) -> String + Send + Sync + 'static) -> Self {
        self.change = Arc::new(change);
        self
    }

    /// Starts everything and returns once Doorward answers.
    pub async fn start(self) -> Result<Lab, Error> {
        // Everybody who starts a world would carry all of it along.
        Box::pin(self.open()).await
    }

    #[expect(clippy::too_many_lines, reason = "a world is made in one go")]
    async fn open(self) -> Result<Lab, Error> {
        let folder = Folder::open(self.data.as_deref()).map_err(Error::Folder)?;
        let notes: Option<Notes> = read(&folder, NOTES)?;
        let seed = seed(self.seed, notes.as_ref())?;
        let mut doors = Doors::open(self.listen, notes.map(|notes| notes.ports)).await?;
        doors.lead(self.company, self.tickets);
        let (addresses, place) = (doors.addresses.clone(), Arc::clone(&doors.place));
        note(&folder, seed, doors.ports())?;

        let keys = Keys::of(seed);
        let database = self.database.url(&folder).await?;
        let (parties, key) = parties::all(seed, &folder, &addresses.rp).map_err(Error::Folder)?;
        let providers = Providers::register(&folder, &addresses).map_err(Error::Folder)?;
        let written = settings::write(&folder, &addresses, &keys, &database, &parties, &*self.change);
        let (path, text) = written.map_err(Error::Folder)?;
        let gateway = Arc::new(gateway(self.way, path, &folder, &addresses.doorward)?);
        let vendors = Vendors::new(seed, &keys, &addresses, key, &self.clock);
        let (mailbox, mail) = doors.mail(&keys, &self.clock)?;
        let memory = Memory::open(&folder, &vendors, &mailbox)?;
        let mut sheet = crate::sheet::fill(seed, &folder, &addresses, &keys, &database, &text);
        tell(&mut sheet, parties, &providers, self.hands.is_some());
        let (sheet, clock) = (Arc::new(sheet), self.clock);
        let api = Api::new(sheet.doorward.api.clone(), keys.desk_token.clone())?;
        let desk = Desk::new(api.clone(), &mailbox, &keys, &clock, Signer::of(&sheet, &keys));
        let state = start::State {
            sheet: Arc::clone(&sheet),
            vendors: vendors.clone(),
            mailbox: Arc::clone(&mailbox),
            desk: desk.clone(),
            sms: SmsGateway::new(&keys.sms_secret, Arc::clone(&clock), Arc::clone(&mailbox)),
            gateway: Arc::clone(&gateway),
            settings: text.into(),
            hands: self.hands,
        };
        let callers = Callers::new(seed, &keys, &addresses, &sheet, providers, &clock)?;
        let traffic = Arc::new(Traffic::default());
        let tasks = doors.serve(&vendors, &memory, state, &callers, &traffic);
        let lab = Lab {
            persona: Arc::clone(&vendors.persona),
            entra: Arc::clone(&vendors.entra),
            okta_accounts: Arc::clone(&vendors.okta),
            duo: Arc::clone(&vendors.duo),
            okta: callers.okta,
            signin: callers.signin,
            duo_sso: callers.duo_sso,
            staff: callers.staff,
            traffic,
            mailbox,
            mail,
            gateway,
            sheet,
            desk,
            api,
            vendors,
            clock,
            memory,
            tasks,
            folder,
            _place: place,
        };
        lab.gateway.start().await?;
        Ok(lab)
    }
}

/// A gateway that is run as told.
fn gateway(way: Option<Way>, settings: PathBuf, folder: &Folder, address: &url::Url) -> Result<Gateway, Error> {
    let way = way.map_or_else(|| Way::child().map_err(Error::Program), Ok)?;
    Ok(Gateway::new(way, settings, folder.file("gateway.log"), address)?)
}

/// Writes into the sheet what is known only once a world is being made.
fn tell(sheet: &mut Sheet, parties: Vec<Party>, providers: &Providers, turns: bool) {
    sheet.relying_parties = parties;
    if turns {
        sheet.lab.forward = sheet.lab.address.join("clock").ok();
    }
    sheet.saml_providers = vec![providers.duo.clone(), providers.library.clone()];
}

/// Writes down what another lab in this folder goes on with.
fn note(folder: &Folder, seed: Seed, ports: Ports) -> Result<(), Error> {
    let written = serde_json::to_vec(&Notes { seed: seed.0, ports }).unwrap_or_default();
    folder.write(NOTES, &written).map(drop).map_err(Error::Folder)
}

/// The seed asked for, the one that the folder's world grew from, or a new one.
fn seed(wanted: Option<Seed>, notes: Option<&Notes>) -> Result<Seed, Error> {
    match (wanted, notes) {
        (Some(seed), Some(notes)) if seed.0 != notes.seed => Err(Error::OtherSeed { kept: notes.seed }),
        (_, Some(notes)) => Ok(Seed(notes.seed)),
        (seed, None) => Ok(seed.unwrap_or_else(Seed::random)),
    }
}

fn read<T: serde::de::DeserializeOwned>(folder: &Folder, file: &'static str) -> Result<Option<T>, Error> {
    let text = folder.read(file).map_err(Error::Folder)?;
    text.map(|text| serde_json::from_str(&text).map_err(|source| Error::Notes { file, source }))
        .transpose()
}
