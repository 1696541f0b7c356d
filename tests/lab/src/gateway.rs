//! Doorward itself, as the lab runs it: a child process that can be killed and started again, or inside this process.
//!
//! The lab's own program doubles as the gateway: started as `doorward-lab gateway PARENT -- serve --config FILE` it is the
//! shipped command line and nothing else, except that it ends when its parent is gone. Tests may name another program.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use doorward_contract::Clock;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use url::Url;

use crate::caller;

/// The hidden subcommand of the lab's program.
pub const SUBCOMMAND: &str = "gateway";
/// How long the gateway may take until it answers; a debug build on a busy machine needs a few seconds.
const UNTIL_READY: Duration = Duration::from_secs(30);
/// How long it may take to finish what it is doing when told to stop.
const UNTIL_STOPPED: Duration = Duration::from_secs(15);
/// How often somebody looks.
const GLANCE: Duration = Duration::from_millis(10);
/// How often a child looks for its parent.
const PARENT_GLANCE: Duration = Duration::from_millis(200);
/// How much of the log goes into an error.
const LOG_TAIL: usize = 4_000;

/// Why the gateway does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program could not be started.
    #[error("the gateway's program {program} cannot be started")]
    Program {
        /// Which.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended before it answered.
    #[error("the gateway ended before it answered; it said:\n{said}")]
    Ended {
        /// The end of its log.
        said: String,
    },
    /// It runs and does not answer.
    #[error("the gateway did not answer at {url}; it said:\n{said}")]
    Silent {
        /// Where it should be ready.
        url: Url,
        /// The end of its log.
        said: String,
    },
    /// Its settings do not load.
    #[error("{0}")]
    Settings(String),
    /// It did not start inside this process.
    #[error("the gateway did not start")]
    Start(#[from] doorward::app::Error),
    /// Its log cannot be written.
    #[error("the gateway's log cannot be written")]
    Log(#[source] io::Error),
    /// No HTTP client could be made to look after it.
    #[error("no HTTP client")]
    Client(#[from] reqwest::Error),
}

/// How it is run.
#[derive(Clone, Debug)]
pub enum Way {
    /// As a child process: a program and what comes before Doorward's own arguments.
    Child {
        /// The program.
        program: PathBuf,
        /// Its first arguments.
        before: Vec<OsString>,
    },
    /// Inside this process, living by this clock.
    InProcess(Arc<dyn Clock>),
}

impl Way {
    /// As a child process: this very program if it is the lab, otherwise the `doorward` built beside it.
    pub fn child() -> io::Result<Self> {
        let this = std::env::current_exe()?;
        if this.file_stem().is_some_and(|name| name == "doorward-lab") {
            let parent = std::process::id().to_string();
            let before = vec![SUBCOMMAND.into(), parent.into(), "--".into()];
            return Ok(Self::Child { program: this, before });
        }
        let folders = this.ancestors().skip(1);
        let found = folders
            .map(|folder| folder.join("doorward"))
            .find(|path| path.is_file());
        match found {
            Some(program) => Ok(Self::Child {
                program,
                before: Vec::new(),
            }),
            None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no program `doorward` beside this one",
            )),
        }
    }
}

enum Run {
    No,
    Child(Box<Child>),
    InProcess(Box<doorward::app::Running>),
}

impl Run {
    fn is_alive(&mut self) -> bool {
        match self {
            Self::No => false,
            Self::Child(child) => matches!(child.try_wait(), Ok(None)),
            Self::InProcess(_) => true,
        }
    }
}

/// The gateway of one world.
pub struct Gateway {
    way: Way,
    settings: PathBuf,
    log: PathBuf,
    ready: Url,
    client: reqwest::Client,
    run: Mutex<Run>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway")
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway that is not running yet. `address` is where people will reach it.
    pub fn new(way: Way, settings: PathBuf, log: PathBuf, address: &Url) -> Result<Self, Error> {
        let mut ready = address.clone();
        ready.set_path("/ready");
        let client = caller::client()?;
        Ok(Self {
            way,
            settings,
            log,
            ready,
            client,
            run: Mutex::new(Run::No),
        })
    }

    /// Starts it and returns once it answers; does nothing if it runs.
    pub async fn start(&self) -> Result<(), Error> {
        let mut run = self.run.lock().await;
        if run.is_alive() {
            return Ok(());
        }
        match &self.way {
            Way::Child { program, before } => {
                let mut child = self.spawn(program, before)?;
                let ready = self.until_ready(Some(&mut child)).await;
                *run = Run::Child(Box::new(child));
                ready
            }
            Way::InProcess(clock) => {
                let config = load(&self.settings)?;
                let started = Box::pin(doorward::app::start(config, Arc::clone(clock))).await?;
                *run = Run::InProcess(Box::new(started));
                self.until_ready(None).await
            }
        }
    }

    /// Ends it as `kill -9` or a power cut would.
    pub async fn kill(&self) {
        let mut run = self.run.lock().await;
        match std::mem::replace(&mut *run, Run::No) {
            Run::Child(mut child) => {
                // Gone already is as good.
                let _gone = child.kill().await;
            }
            Run::InProcess(running) => drop(running),
            Run::No => {}
        }
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(&self) {
        let mut run = self.run.lock().await;
        match std::mem::replace(&mut *run, Run::No) {
            Run::Child(mut child) => {
                let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                let asked = pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok());
                if !asked || tokio::time::timeout(UNTIL_STOPPED, child.wait()).await.is_err() {
                    let _gone = child.kill().await;
                }
            }
            Run::InProcess(running) => running.stop().await,
            Run::No => {}
        }
    }

    /// Whether it runs.
    pub async fn is_running(&self) -> bool {
        self.run.lock().await.is_alive()
    }

    /// Everything that child processes of this world have printed, oldest first.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn spawn(&self, program: &Path, before: &[OsString]) -> Result<Child, Error> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(Error::Log)?;
        let errors = log.try_clone().map_err(Error::Log)?;
        Command::new(program)
            .args(before)
            .arg("serve")
            .arg("--config")
            .arg(&self.settings)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .kill_on_drop(true)
            // A terminal's Ctrl-C goes to the whole group; the lab stops its child itself, in order.
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Program {
                program: program.to_owned(),
                source,
            })
    }

    async fn until_ready(&self, mut child: Option<&mut Child>) -> Result<(), Error> {
        let since = Instant::now();
        loop {
            if let Ok(response) = self.client.get(self.ready.clone()).send().await
                && response.status().is_success()
            {
                return Ok(());
            }
            if let Some(child) = child.as_mut()
                && !matches!(child.try_wait(), Ok(None))
            {
                return Err(Error::Ended { said: self.tail() });
            }
            if since.elapsed() > UNTIL_READY {
                return Err(Error::Silent {
                    url: self.ready.clone(),
                    said: self.tail(),
                });
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    fn tail(&self) -> String {
        tail(&self.log(), LOG_TAIL).to_owned()
    }
}

/// The last whole lines of a text, about that many bytes.
pub fn tail(text: &str, length: usize) -> &str {
    let from = text.len().saturating_sub(length);
    let rest = (from..=text.len()).find_map(|at| text.get(at..)).unwrap_or_default();
    if from == 0 {
        return rest;
    }
    rest.split_once('\n').map_or(rest, |(_, lines)| lines)
}

fn load(settings: &Path) -> Result<doorward::config::Config, Error> {
    doorward::config::load(settings, &doorward::config::environment())
        .map_err(|faults| Error::Settings(faults.to_string()))
}

/// The gateway's half of the hidden subcommand: `PARENT -- ARGUMENTS…`. Ends with the parent.
pub fn be_the_gateway(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let parent = arguments.next().and_then(|text| text.to_str()?.parse::<u32>().ok());
    let rest = arguments.skip_while(|argument| argument == "--");
    let Some(parent) = parent else {
        return ExitCode::FAILURE;
    };
    std::thread::spawn(move || {
        while std::os::unix::process::parent_id() == parent {
            std::thread::sleep(PARENT_GLANCE);
        }
        std::process::exit(1);
    });
    doorward::cli::run(std::iter::once(OsString::from("doorward")).chain(rest))
}
