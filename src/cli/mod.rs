//! The command line.

mod audit;
mod keys;
mod link;
mod outgoing;
mod plan;
mod staff;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};

use crate::app;
use crate::case::role::Role;
use crate::cause::causes;
use crate::config::{self, Config};
use crate::crypto::seal::Key;
use crate::crypto::signing::Alg;
use doorward_contract::clock::SystemClock;
use doorward_contract::{Clock, Finding, FindingLevel};

/// Settings that do not load, or a command that does not fit.
const UNUSABLE: u8 = 2;

/// A self-hosted gateway between identity providers and identity verification.
#[derive(Parser)]
#[command(name = "doorward", version, about, arg_required_else_help = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until told to stop.
    Serve(Settings),
    /// Load the settings, reach every vendor, and name each missing or excessive right.
    Check(CheckArguments),
    /// Bring the database's schema up to this version.
    Migrate(Settings),
    /// Make a link that lets one person prove who they are and get back into one account.
    Link(LinkArguments),
    /// Say what a plan would do to one person's accounts, and change nothing.
    Plan(PlanArguments),
    /// Keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Systems of the company's own that are told what becomes of cases.
    #[command(subcommand)]
    #[command(name = "webhook")]
    Outgoing(Outgoing),
    /// The record of what happened.
    #[command(subcommand)]
    Audit(Audit),
    /// The staff.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Print the JSON schema of the settings.
    Schema,
    /// Print settings to start from, with every key explained.
    Init,
}

#[derive(Args)]
struct Settings {
    /// The settings.
    #[arg(long, short, value_name = "FILE", default_value = "/etc/doorward/doorward.toml")]
    config: PathBuf,
}

#[derive(Args)]
struct CheckArguments {
    #[command(flatten)]
    settings: Settings,
    /// Send a signed trial to every `[[webhook]]` and every `[[carrier]]` that is called so, too.
    #[arg(long)]
    send_test: bool,
}

#[derive(Subcommand)]
enum Outgoing {
    /// Send a signed trial to one of them, and say what came of it.
    Test {
        #[command(flatten)]
        settings: Settings,
        /// Its name in the settings.
        name: String,
    },
}

#[derive(Args)]
struct LinkArguments {
    #[command(flatten)]
    settings: Settings,
    /// The purpose, as named in the settings.
    #[arg(long)]
    purpose: String,
    /// The person's work e-mail address or user name.
    #[arg(long)]
    account: String,
    /// The ticket this is for; the person sees it.
    #[arg(long)]
    ticket: String,
    /// Who asks; the person sees it.
    #[arg(long, default_value = "IT service desk")]
    operator: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct PlanArguments {
    #[command(flatten)]
    settings: Settings,
    /// A case, by its id or by the number that its person quotes: what is done and what is left.
    #[arg(long, conflicts_with_all = ["purpose", "account"])]
    case: Option<String>,
    /// A purpose, as named in the settings.
    #[arg(long, requires = "account")]
    purpose: Option<String>,
    /// With --purpose: the person's work e-mail address or user name.
    #[arg(long, requires = "purpose")]
    account: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Keys {
    /// Print a new master key. Keep it where the service, and nobody else, can read it.
    New,
    /// List the published signing keys of the OpenID provider.
    List {
        #[command(flatten)]
        settings: Settings,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Publish new signing keys. They sign two days later, when everybody who caches keys has read them.
    Rotate {
        #[command(flatten)]
        settings: Settings,
        /// RS256, PS256, ES256 or EdDSA; all of them if absent.
        #[arg(long)]
        alg: Option<Alg>,
        /// Sign with the new keys within a minute. Who has cached the old ones refuses us until they read again.
        #[arg(long)]
        now: bool,
    },
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Make a link that lets one person in for an hour without any provider. Off unless the settings say otherwise.
    BreakGlass {
        #[command(flatten)]
        settings: Settings,
        /// agent, reviewer, approver, auditor or admin.
        #[arg(long)]
        role: Role,
        /// Who it is for; written into the record.
        #[arg(long)]
        name: String,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Check that nothing was altered, removed or inserted: in the database, or in an export.
    Verify {
        #[command(flatten)]
        settings: Settings,
        /// An export to check instead of the database. Needs no settings.
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
        /// With --export: the public key the export must be signed with, as `audit export` printed it.
        #[arg(long, requires = "export", value_name = "KEY")]
        key: Option<String>,
    },
    /// Write the record as lines of JSON, signed at the end.
    Export {
        #[command(flatten)]
        settings: Settings,
        /// Where to; standard output if absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// What a command ends with when it does not succeed.
enum Failure {
    /// Said to the person who typed it, with exit code 2.
    Unusable(String),
    /// Something went wrong on the way, exit code 1.
    Failed(String),
}

/// Runs one command line; the first argument is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let line = match Line::try_parse_from(arguments) {
        Ok(line) => line,
        Err(error) => {
            // Help and version are no errors; clap knows where each is printed.
            let _printed = error.print();
            return if error.use_stderr() {
                ExitCode::from(UNUSABLE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&Failure::Failed(format!("no threads could be started: {error}"))),
    };
    match runtime.block_on(carry_out(line.command)) {
        Ok(code) => code,
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    let (text, code) = match failure {
        Failure::Unusable(text) => (text, ExitCode::from(UNUSABLE)),
        Failure::Failed(text) => (text, ExitCode::FAILURE),
    };
    let _nobody_reads = writeln!(std::io::stderr(), "{}", text.trim_end());
    code
}

async fn carry_out(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(settings) => serve(load(&settings)?).await,
        Command::Check(arguments) => check(load(&arguments.settings)?, arguments.send_test).await,
        Command::Outgoing(Outgoing::Test { settings, name }) => outgoing::test(load(&settings)?, &name).await,
        Command::Migrate(settings) => {
            let config = load(&settings)?;
            let store = app::open_store(&config)
                .await
                .map_err(|error| Failure::Failed(causes(&error)))?;
            store.migrate().await.map_err(|error| Failure::Failed(causes(&error)))?;
            print("the database is up to date")
        }
        Command::Link(arguments) => link::make_link(arguments).await,
        Command::Plan(arguments) => plan::rehearse(arguments).await,
        Command::Keys(Keys::New) => print(&Key::random().text()),
        Command::Keys(Keys::List { settings, json }) => keys::list(load(&settings)?, json).await,
        Command::Keys(Keys::Rotate { settings, alg, now }) => keys::rotate(load(&settings)?, alg, now).await,
        Command::Audit(Audit::Verify {
            export: Some(file),
            key,
            ..
        }) => audit::verify_export(&file, key.as_deref()),
        Command::Audit(Audit::Verify { settings, .. }) => audit::verify_database(load(&settings)?).await,
        Command::Audit(Audit::Export { settings, out }) => audit::export(load(&settings)?, out).await,
        Command::Staff(StaffCommand::BreakGlass { settings, role, name }) => {
            staff::break_glass(load(&settings)?, role, &name).await
        }
        Command::Schema => print(&config::schema()),
        Command::Init => print(config::DOCUMENTED),
    }
}

fn load(settings: &Settings) -> Result<Config, Failure> {
    config::load(&settings.config, &config::environment()).map_err(|faults| Failure::Unusable(faults.to_string()))
}

fn print(text: &str) -> Result<ExitCode, Failure> {
    writeln!(std::io::stdout(), "{}", text.trim_end())
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| Failure::Failed(format!("nothing could be printed: {error}")))
}

async fn serve(config: Config) -> Result<ExitCode, Failure> {
    app::log(&config);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let running = app::start(config, clock)
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    app::asked_to_stop().await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn check(config: Config, send_test: bool) -> Result<ExitCode, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut findings = app::check(&config, Arc::clone(&clock))
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    if send_test {
        let heard = app::webhook_out::try_out(&config, None, &clock).await;
        let heard = heard.map_err(|error| Failure::Failed(causes(&error)))?;
        findings.extend(
            heard
                .into_iter()
                .filter_map(|(name, sent)| Some((name, app::webhook_out::finding(&sent)?))),
        );
        let heard = app::carrier::try_gateways(&config, &clock).await;
        findings.extend(heard.map_err(|error| Failure::Failed(causes(&error)))?);
    }
    let mut worst = FindingLevel::Note;
    let mut lines = Vec::new();
    for (vendor, finding) in &findings {
        worst = worst.max(finding.level);
        let level = match finding.level {
            FindingLevel::Note => "note",
            FindingLevel::Warning => "warning",
            FindingLevel::Fault => "FAULT",
        };
        let Finding { what, remedy, .. } = finding;
        lines.push(format!("{level}: {vendor}: {what}\n    {remedy}"));
    }
    if findings.is_empty() {
        lines.push("nothing to mend: every vendor was reached and no right is missing or too many".to_owned());
    }
    print(&lines.join("\n"))?;
    Ok(if worst == FindingLevel::Fault {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
