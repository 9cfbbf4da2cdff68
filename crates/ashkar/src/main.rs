//! `ashkar`: puts polling stations on air.

mod archive;
mod camera;
mod cli;
mod demo;
mod election;
mod layers;
mod live;
mod logging;
mod serve;
mod simulate;
mod stations;
mod store;
mod turnout;
mod viewers;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use cli::{Cli, Command};

/// Pictures of all sizes come and parts of all sizes go, a thousand cameras at once. The system's allocator spends a
/// fifth of the whole centre's time on looking for room among them; see docs/design/figures.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ashkar: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let arguments: Vec<_> = std::env::args_os().collect();
    // The decoder of stills starts with an empty environment and a wish for speed: no layers, no logs.
    if arguments.get(1).is_some_and(|argument| argument == serve::STILL_WORKER) {
        ashkar_stills::worker::run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let matches = layers::parse(Cli::command(), arguments)?;
    let cli = Cli::from_arg_matches(&matches)
        .map_err(|error| error.exit())
        .unwrap_or_else(|never: clap::Error| never.exit());
    // The demo tells where to look; that must stay in sight.
    let usual = if matches!(cli.command, Command::Demo(_)) { "warn" } else { "info" };
    logging::start(cli.log.as_deref().unwrap_or(usual), cli.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(cli.command))
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(options) => demo::run(options).await?,
        Command::Serve(options) => serve::run(options).await?,
        Command::Election(command) => election::run(command).await?,
        Command::Stations(command) => return stations::run(command).await,
        Command::Camera(command) => camera::run(command).await?,
        Command::Turnout(command) => turnout::run(command).await?,
        Command::Mark(options) => election::mark(options).await?,
        Command::Archive(command) => return archive::run(command),
        Command::Live(command) => return live::run(command).await,
        Command::Simulate(command) => simulate::run(command).await?,
        Command::Openapi => print!("{}", ashkar_site::api::openapi_document()?),
        Command::StillWorker => ashkar_stills::worker::run()?,
    }
    Ok(ExitCode::SUCCESS)
}
