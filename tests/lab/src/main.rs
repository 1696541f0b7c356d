//! The lab's command line: `cargo lab` starts a world, `cargo lab -- play JOURNEY` walks through one.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use doorward_lab::doors::USUAL;
use doorward_lab::play::{self, JOURNEYS};
use doorward_lab::sheet::Sheet;
use doorward_lab::{Builder, Database, Lab, gateway};
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

/// Doorward with an offline world around it: imitated vendors, invented people, a mailbox. Everything is on loopback.
#[derive(Parser)]
#[command(
    name = "cargo lab",
    bin_name = "cargo lab",
    version,
    args_conflicts_with_subcommands = true
)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    world: World,
}

#[derive(clap::Args)]
struct World {
    /// Where the start page is; the others take the ports after it, port 0 takes any free ones [default: 127.0.0.1:7400].
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// The folder to live in; the world goes on there next time. A temporary one if absent, removed at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The same number gives the same ids, keys and tokens. Random if absent.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// `sqlite`, `postgres` for a server that lives as long as the lab, or the address of a PostgreSQL database.
    #[arg(long, value_name = "sqlite|postgres|URL", default_value = "sqlite")]
    database: String,
    /// Call this endpoint instead of the imitated system of the company's own; `world.json` has the secret.
    #[arg(long, value_name = "URL")]
    company: Option<Url>,
    /// Tell this endpoint what becomes of cases, instead of the imitated ticket system; `world.json` has the secret.
    #[arg(long, value_name = "URL")]
    tickets: Option<Url>,
    /// Print one line of JSON with every address, and nothing else.
    #[arg(long)]
    json: bool,
    /// Let the start page turn the clock forward; Doorward then runs inside the lab's own process.
    #[arg(long)]
    turn: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Walk a journey from start to end over HTTP as a person would; succeeds only if it ends exactly as it should.
    Play(Play),
}

#[derive(clap::Args)]
struct Play {
    /// Which journeys; `--list` names them.
    #[arg(value_name = "JOURNEY", required_unless_present = "list")]
    journeys: Vec<String>,
    /// Name the journeys, one a line.
    #[arg(long)]
    list: bool,
    /// End with one line of JSON per journey: result, steps, durations, number of the case.
    #[arg(long)]
    json: bool,
    /// The start page of a lab that is running; starts its own if absent.
    #[arg(long, value_name = "URL")]
    world: Option<Url>,
    /// The seed of the lab it starts.
    #[arg(long, value_name = "N", conflicts_with = "world")]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == gateway::SUBCOMMAND) {
        return gateway::be_the_gateway(arguments.into_iter().skip(2));
    }
    // The alias ends in `--`, so that `cargo lab -- play x` brings a second one.
    if arguments.get(1).is_some_and(|first| first == "--") {
        arguments.remove(1);
    }
    let line = Line::parse_from(arguments);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    runtime.block_on(run(line))
}

async fn run(line: Line) -> ExitCode {
    match line.command {
        Some(Command::Play(wish)) if wish.list => list(),
        Some(Command::Play(wish)) => Box::pin(play(wish)).await,
        None => Box::pin(serve(line.world)).await,
    }
}

fn builder(world: &World) -> Builder {
    let mut builder = Lab::builder();
    if let Some(address) = world.listen {
        builder = builder.listen(address);
    }
    if let Some(folder) = &world.data {
        builder = builder.data(folder);
    }
    if let Some(seed) = world.seed {
        builder = builder.seed(seed);
    }
    if world.turn {
        builder = builder.turning();
    }
    if let Some(endpoint) = &world.company {
        builder = builder.company(endpoint.clone());
    }
    if let Some(endpoint) = &world.tickets {
        builder = builder.tickets(endpoint.clone());
    }
    builder.database(match world.database.as_str() {
        "sqlite" => Database::Sqlite,
        "postgres" => Database::Postgres,
        url => Database::Url(url.to_owned()),
    })
}

async fn serve(world: World) -> ExitCode {
    if world.database == "postgres" && world.data.is_some() {
        return unusable(
            "the server of `--database postgres` ends with the lab: with `--data`, name the address of one that stays",
        );
    }
    let signals = signal(SignalKind::interrupt()).and_then(|first| Ok((first, signal(SignalKind::terminate())?)));
    let (mut interrupt, mut terminate) = match signals {
        Ok(signals) => signals,
        Err(error) => return failed(&error),
    };
    let lab = tokio::select! {
        lab = builder(&world).start() => lab,
        _ = interrupt.recv() => return ExitCode::FAILURE,
        _ = terminate.recv() => return ExitCode::FAILURE,
    };
    let lab = match lab {
        Ok(lab) => lab,
        Err(error) => return failed(&error),
    };
    let told = if world.json { told_in_json(&lab) } else { told(&lab) };
    if let Err(error) = writeln!(std::io::stdout(), "{told}") {
        return failed(&error);
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    lab.stop().await;
    ExitCode::SUCCESS
}

fn told(lab: &Lab) -> String {
    let sheet = lab.sheet();
    format!(
        "The lab is open: {}\n\n  recovery page  {}\n  Persona        {}\n  Entra          {}\n  Okta           {}\n  Duo            {}\n  for scripts    {}\n\n\
         seed {}, in {}. Ctrl-C ends it.",
        sheet.lab.address,
        sheet.doorward.address,
        sheet.persona.address,
        sheet.entra.sign_in,
        sheet.okta_accounts.sign_in,
        sheet.duo.address,
        sheet.lab.world,
        sheet.lab.seed,
        sheet.lab.data,
    )
}

fn told_in_json(lab: &Lab) -> String {
    let sheet = lab.sheet();
    serde_json::json!({
        "lab": sheet.lab.address, "world": sheet.lab.world, "doorward": sheet.doorward.address,
        "persona": sheet.persona.address, "entra": sheet.entra.address, "sign_in": sheet.entra.sign_in, "graph": sheet.entra.graph,
        "okta": sheet.okta_accounts.address, "duo": sheet.duo.address, "api": sheet.doorward.api, "mailbox": sheet.lab.mailbox, "seed": sheet.lab.seed, "data": sheet.lab.data,
    })
    .to_string()
}

fn list() -> ExitCode {
    let width = JOURNEYS
        .iter()
        .map(|journey| journey.name.len())
        .max()
        .unwrap_or_default();
    let line = |journey: &play::Journey| format!("{:width$}  {}\n", journey.name, journey.about);
    let lines: String = JOURNEYS.iter().map(line).collect();
    match std::io::stdout().write_all(lines.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn play(wish: Play) -> ExitCode {
    let mut journeys = Vec::new();
    for name in &wish.journeys {
        match play::named(name) {
            Some(journey) => journeys.push(journey),
            None => {
                return unusable(&format!(
                    "there is no journey `{name}`: `cargo lab -- play --list` names them"
                ));
            }
        }
    }
    let (own, sheet) = match place(&wish).await {
        Ok(place) => place,
        Err(error) => return failed(&*error),
    };
    let mut all_well = true;
    for journey in journeys {
        all_well &= Box::pin(walk(journey, sheet.clone(), wish.json)).await;
    }
    if let Some(lab) = own {
        lab.stop().await;
    }
    if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The lab to walk in: the one that was named, or one of our own.
async fn place(wish: &Play) -> Result<(Option<Lab>, Sheet), Box<dyn std::error::Error>> {
    if let Some(address) = &wish.world {
        return Ok((None, play::sheet_of(address).await?));
    }
    let mut builder = Lab::builder().listen(SocketAddr::new(USUAL.ip(), 0));
    if let Some(seed) = wish.seed {
        builder = builder.seed(seed);
    }
    let lab = builder.start().await?;
    let sheet = lab.sheet().clone();
    Ok((Some(lab), sheet))
}

/// Walks one journey; steps go to standard error, what came of it to standard output.
async fn walk(journey: &play::Journey, sheet: Sheet, json: bool) -> bool {
    let mut errors = std::io::stderr();
    let _nobody_reads = writeln!(errors, "{}: {}", journey.name, journey.about);
    let outcome = journey.run(sheet, tell).await;
    let told = if json {
        serde_json::to_string(&outcome).unwrap_or_default()
    } else {
        let case = outcome.case.as_deref().unwrap_or("none");
        let why = outcome.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        format!(
            "{} {}, case {case}, {} ms{why}",
            journey.name, outcome.result, outcome.ms
        )
    };
    writeln!(std::io::stdout(), "{told}").is_ok() && outcome.is_ok()
}

fn tell(what: &str, took: Duration) {
    let _nobody_reads = writeln!(std::io::stderr(), "  {:>6} ms  {what}", took.as_millis());
}

fn unusable(text: &str) -> ExitCode {
    let _nobody_reads = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(2)
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let _nobody_reads = writeln!(std::io::stderr(), "{}", play::chain(error));
    ExitCode::FAILURE
}
