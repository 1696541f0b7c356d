//! A PostgreSQL server of our own for as long as this process lives: started on first need, gone with the process.
//!
//! Uses the binaries that the machine has (Debian and Ubuntu: package `postgresql`, below `/usr/lib/postgresql`;
//! elsewhere: on the path). Follows <https://www.postgresql.org/docs/current/app-initdb.html> and
//! <https://www.postgresql.org/docs/current/app-pg-ctl.html>. Leaves to others: tables; each database given out is empty.

use std::ffi::OsStr;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::process::Command;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Where Debian keeps one folder per version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The owner of everything in the server.
const OWNER: &str = "doorward";

/// How often another port is tried, should somebody take the free one between our looking and our using it.
const PORTS: u32 = 5;

/// Waits until this process is gone, however it went, then ends the server and removes its files. `read` returns when
/// the pipe's other end closes, and that is in our hand.
const WATCH: &str = r#"
read _
if pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null); then
    kill -QUIT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
rm -rf "$1"
"#;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error("PostgreSQL cannot be started: {program} (is the package `postgresql` installed?)")]
    Start {
        /// Which.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program failed.
    #[error("PostgreSQL cannot be started: {program} said: {said}")]
    Failed {
        /// Which.
        program: String,
        /// What it said.
        said: String,
    },
    /// The files could not be made.
    #[error("PostgreSQL cannot be started: its folder cannot be made")]
    Folder(#[from] io::Error),
}

/// A running server.
pub struct Postgres {
    programs: Option<PathBuf>,
    folder: PathBuf,
    as_root: bool,
    port: u16,
    password: String,
    databases: AtomicU32,
    /// Ends the server when we drop the pipe to it, at the latest when this process ends.
    _watch: Child,
}

static SHARED: OnceCell<Postgres> = OnceCell::const_new();

impl Postgres {
    /// The address of a fresh, empty database on this process's server.
    pub async fn shared() -> Result<String, Error> {
        SHARED.get_or_try_init(Self::start).await?.database().await
    }

    /// Starts a server: on a free port of the loopback with a password, and on a socket in its own folder.
    pub async fn start() -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("doorward-postgres-").tempdir()?.keep();
        let mut server = Self {
            programs: newest(Path::new(DEBIAN)),
            as_root: folder.metadata()?.uid() == 0,
            port: 0,
            password: Uuid::new_v4().simple().to_string(),
            databases: AtomicU32::new(0),
            _watch: watch(&folder)?,
            folder,
        };
        std::fs::write(server.folder.join("password"), &server.password)?;
        if server.as_root {
            // PostgreSQL refuses to run as root.
            let args = [OsStr::new("-R"), OsStr::new("postgres:"), server.folder.as_os_str()];
            run(Command::new("chown").args(args)).await?;
        }
        server.initialise().await?;
        for left in (0..PORTS).rev() {
            server.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            match server.listen().await {
                Ok(()) => break,
                Err(error) if left == 0 => return Err(error),
                Err(_) => {}
            }
        }
        Ok(server)
    }

    /// Makes an empty database and says its address.
    pub async fn database(&self) -> Result<String, Error> {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut create = self.program("createdb");
        create.arg("--host").arg(&self.folder);
        create.args(["--port", &self.port.to_string(), "--username", OWNER, &name]);
        run(&mut create).await?;
        let Self { password, port, .. } = self;
        Ok(format!("postgres://{OWNER}:{password}@127.0.0.1:{port}/{name}"))
    }

    async fn initialise(&self) -> Result<(), Error> {
        let mut init = self.program("initdb");
        init.arg("--pgdata").arg(self.folder.join("data"));
        init.arg("--pwfile").arg(self.folder.join("password"));
        init.args(["--username", OWNER, "--encoding=UTF8", "--locale=C", "--no-sync"]);
        init.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
        run(&mut init).await
    }

    async fn listen(&self) -> Result<(), Error> {
        // Nothing here outlives the process, so nothing needs to reach the disk.
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c full_page_writes=off",
            self.port,
            self.folder.display()
        );
        let mut start = self.program("pg_ctl");
        start.arg("--pgdata").arg(self.folder.join("data"));
        start.arg("--log").arg(self.folder.join("log"));
        start.args(["--wait", "--options", &options, "start"]);
        run(&mut start).await
    }

    /// A program of PostgreSQL's, run by somebody it accepts.
    fn program(&self, name: &str) -> Command {
        let program = self
            .programs
            .as_ref()
            .map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // The folder we are in may be closed to that somebody.
        command.current_dir(&self.folder).env("LC_ALL", "C");
        command
    }
}

/// The programs of the newest version below `folder`.
fn newest(folder: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/postgres").exists())
        .max_by_key(|path| version(path))
        .map(|path| path.join("bin"))
}

fn watch(folder: &Path) -> Result<Child, Error> {
    std::process::Command::new("sh")
        .args(["-c", WATCH, "watch"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Whatever ends us by a signal to our whole group must not end the one who cleans up.
        .process_group(0)
        .spawn()
        .map_err(|source| Error::Start {
            program: "sh".to_owned(),
            source,
        })
}

async fn run(command: &mut Command) -> Result<(), Error> {
    let program = format!("{:?}", command.as_std());
    let ended = command.stdin(Stdio::null()).output().await;
    let ended = ended.map_err(|source| Error::Start {
        program: program.clone(),
        source,
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let said = [ended.stdout, ended.stderr].concat();
    Err(Error::Failed {
        program,
        said: String::from_utf8_lossy(&said).into_owned(),
    })
}
