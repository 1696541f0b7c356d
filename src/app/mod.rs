//! Settings in, running parts out. Only this folder names concrete types.

pub mod carrier;
mod connector;
mod duo;
mod entra;
mod house;
mod purpose;
mod relying;
mod saml;
mod staff;
mod told;
mod vendor;
pub mod webhook_out;

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::audit::export::Signer;
use crate::cause::causes;
use crate::config::{Config, server};
use crate::crypto;
use crate::flow::{Flow, Parts, Shield};
use crate::http::{self, App};
use crate::jobs::{
    self,
    deliver::{self, Post},
    letters,
};
use crate::pages::{self, Pages};
use crate::provider::keyring::{self, Keyring, Rotation};
use crate::source::Door;
use crate::store::{self, Store};
use connector::{abilities, connectors};
use doorward_contract::{Clock, Finding, VendorError};
pub use house::house;
use purpose::{brand, callers, caps, purposes, ways};
pub use staff::staff;
use vendor::{form_origins, verifiers};

/// How many changes of cases may wait to be heard by those who wait for one.
const CHANGES: usize = 1024;

/// Why Doorward did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] store::Error),
    /// A key.
    #[error("a key cannot be used")]
    Crypto(#[from] crypto::Error),
    /// The provider's signing keys.
    #[error("the signing keys cannot be used")]
    Signing(#[from] keyring::Error),
    /// A connector or verifier could not be set up.
    #[error("`{name}` cannot be set up")]
    Vendor {
        /// Its name in the settings.
        name: String,
        /// Why.
        #[source]
        error: VendorError,
    },
    /// A client's keys cannot be read.
    #[error("the keys of client `{name}` in {path} are no JWK set")]
    Keys {
        /// The client's name.
        name: String,
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        error: serde_json::Error,
    },
    /// A SAML source's service provider cannot be known by what the settings name.
    #[error("what source `{name}` is told of its service provider in {path} cannot be used")]
    Metadata {
        /// The source's name.
        name: String,
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        error: crate::saml::Unfit,
    },
    /// The pages could not be made.
    #[error("the pages cannot be made")]
    Pages(#[from] pages::Error),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: choose another `server.listen`, or stop what uses it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// The public address is no origin.
    #[error("`server.public_url` cannot be an origin")]
    Origin(#[from] tower_http::csrf::ConfigError),
}

/// A running Doorward.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    grace: Duration,
    serving: JoinHandle<()>,
    working: JoinHandle<()>,
}

impl Running {
    /// Stops: nothing new is taken, what has begun is finished, within the time that the settings give.
    pub async fn stop(self) {
        tracing::info!("stopping: what has begun is finished first");
        self.stop.cancel();
        let ended = async {
            let _served = self.serving.await;
            let _worked = self.working.await;
        };
        if tokio::time::timeout(self.grace, ended).await.is_err() {
            tracing::warn!("some requests did not end in time; what they were doing stands in the record");
        }
        tracing::info!("stopped");
    }
}

/// Starts everything that the settings name.
pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Running, Error> {
    let door = door(&config, clock).await?;
    let origins = form_origins(&config);
    let stop = CancellationToken::new();
    let app = App {
        api: Arc::new(http::api::Setup::new(
            told::settings(&config),
            config.limits.api_per_minute,
            stop.clone(),
        )),
        callers: Arc::new(callers(&config)),
        staff: staff(&config, &door.flow)?,
        policy: pages::content_security_policy(&origins).into(),
        origin: config.server.public_url.get_ref().0.origin().ascii_serialization(),
        house: Arc::new(house(&config)?),
        door: door.clone(),
    };
    let router = http::router(&app)?;
    let wanted = config.server.listen.0;
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| Error::Listen { address: wanted, error })?;
    let address = listener
        .local_addr()
        .map_err(|error| Error::Listen { address: wanted, error })?;
    let post = Post {
        store: door.flow.store.clone(),
        clock: Arc::clone(&door.flow.clock),
        changes: door.flow.changes.clone(),
    };
    let sending = deliver::run(post, webhook_out::endpoints(&config)?, stop.clone());
    let letters = letters::run(door.flow.clone(), carrier::carriers(&config)?, stop.clone());
    let cases = jobs::run(door.flow.clone(), door.provider.keyring.clone(), stop.clone());
    let working = tokio::spawn(async move {
        tokio::join!(cases, sending, letters);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = tokio::spawn(async move {
        if let Err(error) = server.into_future().await {
            tracing::error!(error = %causes(&error), "serving ended");
        }
    });
    tracing::info!(%address, public_url = %config.server.public_url.get_ref().0, "doorward serves on {address}");
    let grace = config.server.shutdown_grace.0;
    Ok(Running {
        address,
        stop,
        grace,
        serving,
        working,
    })
}

/// The database of the settings, connected.
pub async fn open_store(config: &Config) -> Result<Store, Error> {
    let settings = store::Settings {
        url: config.database.url.0.clone(),
        connections: config.database.connections.0,
    };
    Ok(Store::open(&settings, &config.server.master_key.0).await?)
}

/// The provider's signing keys, made if there are none.
pub async fn keyring(config: &Config, store: Store, clock: Arc<dyn Clock>) -> Result<Keyring, Error> {
    let sealing = config.server.master_key.0.derive("signing keys")?;
    let name = config.server.public_url.get_ref().0.host_str().unwrap_or("doorward");
    let rotation = Rotation {
        every: config.keys.rotate_every.0,
        overlap: config.keys.overlap.0,
    };
    Ok(Keyring::open(store, clock, sealing, name, rotation).await?)
}

/// The signer of exports.
pub fn audit_signer(config: &Config) -> Result<Signer, Error> {
    Ok(Signer::of(&config.server.master_key.0)?)
}

/// Everything but the edge: what the command line works with too.
pub async fn door(config: &Config, clock: Arc<dyn Clock>) -> Result<Door, Error> {
    let hearers = Arc::new(webhook_out::hearers(config));
    let store = open_store(config).await?.telling(hearers);
    store.migrate().await?;
    let (changes, _) = broadcast::channel(CHANGES);
    let public_url = config.server.public_url.get_ref().0.clone();
    let secure = public_url.scheme() == "https";
    let provider = relying::provider(config, &store, &clock).await?;
    let entra = entra::methods(config, &store, &clock, &provider.keyring)?;
    let saml = saml::sources(config, &store, &clock)?;
    let builtin = vendor::builtin(config, &store, &clock)?;
    let mut verifiers = verifiers(config, &clock)?;
    if let Some(builtin) = &builtin {
        verifiers.insert(builtin.name().to_owned(), Arc::new(builtin.clone()));
    }
    let flow = Flow::new(Parts {
        store,
        verifiers,
        connectors: connectors(config, &clock)?,
        clock,
        purposes: purposes(config),
        per_address_hour: config.limits.per_address_hour,
        per_account_day: config.limits.per_account_day,
        caps: caps(&config.limits),
        sending: carrier::sending(config),
        shield: Shield::default(),
        public_url,
        digests: config.server.master_key.0.derive("digests")?,
        bell: Notify::new(),
        changes,
    });
    Ok(Door {
        flow,
        provider,
        entra,
        saml,
        pages: Arc::new(Pages::new(brand(config))?),
        ways: Arc::new(ways(config)),
        duo: Arc::new(duo::starts(config)),
        company: config.brand.name.0.as_str().into(),
        capture: builtin.map(|builtin| (builtin.name().into(), builtin)),
        secure,
        trusted_proxies: Arc::new(config.server.trusted_proxies.clone()),
    })
}

/// Reaches every vendor and returns what each finds, with its name in the settings.
pub async fn check(config: &Config, clock: Arc<dyn Clock>) -> Result<Vec<(String, Finding)>, Error> {
    // What the settings' files say of service providers is read first: Doorward would not start with it.
    saml::parties(config)?;
    let mut findings = Vec::new();
    for (name, verifier) in verifiers(config, &clock)? {
        let found = verifier.check().await.map_err(|error| Error::Vendor {
            name: name.clone(),
            error,
        })?;
        findings.extend(found.into_iter().map(|finding| (name.clone(), finding)));
    }
    findings.extend(vendor::examine(config));
    for (name, connector) in connectors(config, &clock)? {
        let needed = abilities(config, &name);
        let found = connector.check(&needed).await.map_err(|error| Error::Vendor {
            name: name.clone(),
            error,
        })?;
        findings.extend(found.into_iter().map(|finding| (name.clone(), finding)));
    }
    findings.extend(carrier::examine(config, false, &clock).await?);
    findings.sort_by(|one, other| other.1.level.cmp(&one.1.level).then_with(|| one.0.cmp(&other.0)));
    Ok(findings)
}

/// Writes the log as the settings say. Harmless to repeat.
pub fn log(config: &Config) {
    use tracing_subscriber::EnvFilter;
    let level = match config.log.level {
        server::LogLevel::Error => "error",
        server::LogLevel::Warn => "warn",
        server::LogLevel::Info => "info",
        server::LogLevel::Debug => "debug",
        server::LogLevel::Trace => "trace",
    };
    // Libraries may write addresses and bodies at their lower levels: only our own words go below `info`.
    let quiet = if matches!(config.log.level, server::LogLevel::Error) {
        "error"
    } else {
        "warn"
    };
    let filter = EnvFilter::new(format!("{quiet},doorward={level},doorward_contract={level}"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    let _already_set = match config.log.format {
        server::LogFormat::Text => lines.with_ansi(false).try_init(),
        server::LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
