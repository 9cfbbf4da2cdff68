//! The reference of settings, generated from the command line itself: `docs/reference/settings.md`.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::cli::Cli;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/settings.md");
const HEAD: &str = "# Settings\n\n\
    Generated from the command line itself; a test compares it. To regenerate it: \
    `WRITE_REFERENCES=1 cargo nextest run -p ashkar reference`.\n\n\
    A setting is given as a flag, as an environment variable, or as a key of the configuration file, in this order of precedence. \
    Keys of the file are the flags' names without the leading dashes, in a table named after the command: `[serve]`, `listen = \"…\"`.\n";

#[test]
fn the_reference_of_settings_is_true() {
    let mut text = HEAD.to_owned();
    let mut command = Cli::command();
    command.build();
    write_command(&command, "ashkar", &mut text);
    if std::env::var_os("WRITE_REFERENCES").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let there = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        there == text,
        "{} is not what the command line says; see its second line",
        Path::new(FILE).display()
    );
}

fn write_command(command: &Command, path: &str, text: &mut String) {
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version"))
        .filter(|arg| path == "ashkar" || !arg.is_global_set())
        .collect();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = write!(text, "\n## `{path}`\n\n{about}\n");
    if !own.is_empty() {
        text.push_str("\n| flag | variable | default | what |\n|---|---|---|---|\n");
    }
    for arg in own {
        let _ = writeln!(text, "| {} | {} | {} | {} |", flag(arg), variable(arg), default(arg), what(arg));
    }
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        write_command(sub, &format!("{path} {}", sub.get_name()), text);
    }
}

fn flag(arg: &Arg) -> String {
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    let value =
        arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default();
    match arg.get_long() {
        Some(long) if takes_value => format!("`--{long} {value}`"),
        Some(long) => format!("`--{long}`"),
        None => format!("`{value}`"),
    }
}

fn variable(arg: &Arg) -> String {
    arg.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default()
}

fn default(arg: &Arg) -> String {
    let values: Vec<String> =
        arg.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
    if values.is_empty() && arg.is_required_set() { "required".to_owned() } else { values.join(", ") }
}

fn what(arg: &Arg) -> String {
    let help =
        arg.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|").replace('\n', " ");
    let choices: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|choice| !choice.is_hide_set() && !matches!(choice.get_name(), "true" | "false"))
        .map(|choice| format!("`{}`", choice.get_name()))
        .collect();
    if choices.is_empty() { help } else { format!("{help}: {}", choices.join(", ")) }
}
