//! `ashkar`: puts polling stations on air.

// The print macros panic if nobody reads any more, or the disk is full: `output` is for people and scripts, `tracing`
// for the log.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod agent;
mod archive;
mod audit;
mod camera;
mod cameras;
mod cli;
mod conditions;
mod data;
mod demo;
mod devices;
mod election;
mod findings;
mod init;
mod layers;
mod list;
mod live;
mod logging;
mod manager;
mod output;
mod people;
mod programme;
mod qr;
#[cfg(test)]
mod reference;
mod reload;
mod report;
mod reserve;
mod serve;
mod simulate;
mod stations;
mod stock;
mod store;
mod turnout;
mod viewers;
mod views;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use cli::{Cli, Command};

/// Pictures of all sizes come and parts of all sizes go, for a thousand cameras at once. The system's allocator spends
/// a fifth of the whole centre's time on looking for room among them; see docs/design/figures.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let code = run().unwrap_or_else(|error| output::failed(&error));
    logging::finish();
    code
}

fn run() -> anyhow::Result<ExitCode> {
    let arguments: Vec<_> = std::env::args_os().collect();
    // The decoder of stills starts with an empty environment and must start fast: no layers, no logs.
    if arguments.get(1).is_some_and(|argument| argument == serve::STILL_WORKER) {
        ashkar_stills::zygote::run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let cli = match layers::parse(Cli::command(), arguments)
        .and_then(|matches| Ok(Cli::from_arg_matches(&matches)?))
    {
        Ok(cli) => cli,
        Err(error) => return told_by_clap(error),
    };
    // The demo prints the site's address; that must stay in sight. That a line of its agents goes belongs to it.
    let usual = if matches!(cli.command, Command::Demo(_)) { "warn,ashkar_agent=error" } else { "info" };
    logging::start(cli.log.as_deref().unwrap_or(usual), cli.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(cli.command, cli.config))
}

/// Help and version are output; errors in the flags are reported in clap's format.
fn told_by_clap(error: anyhow::Error) -> anyhow::Result<ExitCode> {
    let told = error.downcast::<clap::Error>()?;
    let printed = told.print();
    if !told.use_stderr() {
        printed.map_err(output::Unwritten::from)?;
        output::print("")?;
    }
    Ok(ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2)))
}

async fn dispatch(command: Command, config: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(options) => demo::run(options).await?,
        Command::Serve(options) => serve::run(options).await?,
        Command::Agent(command) => return agent::run(command, config).await,
        Command::Init(options) => init::run(options).await?,
        Command::Election(command) => election::run(command).await?,
        Command::Stations(command) => return stations::run(command).await,
        Command::User(command) => people::run(command).await?,
        Command::Audit(command) => return audit::run(command).await,
        Command::List(command) => list::run(command).await?,
        Command::Camera(command) => camera::run(command).await?,
        Command::Programme(command) => return programme::run(command).await,
        Command::Stock(command) => stock::run(command).await?,
        Command::Turnout(command) => turnout::run(command).await?,
        Command::Mark(options) => election::mark(options).await?,
        Command::Archive(command) => return archive::run(command).await,
        Command::Report(command) => report::run(command).await?,
        Command::Live(command) => return live::run(command).await,
        Command::Simulate(command) => simulate::run(command).await?,
        Command::Openapi { desk: false } => output::print(ashkar_site::routes::api::openapi_document()?)?,
        Command::Openapi { desk: true } => output::print(ashkar_desk::openapi_document()?)?,
        Command::StillWorker => ashkar_stills::zygote::run()?,
    }
    Ok(ExitCode::SUCCESS)
}
