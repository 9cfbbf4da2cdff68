//! One definition for flag, environment and file: the command line's. A TOML file gives defaults to flags, the
//! environment overrides the file, and a flag overrides both. Unknown keys and variables are refused.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, bail};
use clap::{ArgMatches, Command};

/// Prefix of all our environment variables.
const PREFIX: &str = "ASHKAR_";
/// The largest configuration file that is read, bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Parses the command line on top of the environment on top of the file that `--config` or `ASHKAR_CONFIG` names.
///
/// # Errors
/// For a file that cannot be read or parsed, and for keys and variables that do not exist; [`clap::Error`] for wrong
/// flags, and for help and version.
pub(crate) fn parse(command: Command, arguments: Vec<OsString>) -> anyhow::Result<ArgMatches> {
    refuse_unknown_variables(&command)?;
    let command = match config_path(&arguments) {
        Some(_) if has_own_file(&command, &arguments) => command,
        Some(path) => with_file(command, Path::new(&path))?,
        None => command,
    };
    Ok(command.try_get_matches_from(arguments)?)
}

/// The agent's file describes cameras, not flags; `ashkar_agent` reads it.
fn has_own_file(command: &Command, arguments: &[OsString]) -> bool {
    let command = command.clone().ignore_errors(true);
    command.try_get_matches_from(arguments).is_ok_and(|matches| matches.subcommand_name() == Some("agent"))
}

fn config_path(arguments: &[OsString]) -> Option<OsString> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "--config" {
            return arguments.next().cloned();
        }
        if let Some(path) = text.strip_prefix("--config=") {
            return Some(path.into());
        }
    }
    std::env::var_os("ASHKAR_CONFIG")
}

fn with_file(command: Command, path: &Path) -> anyhow::Result<Command> {
    let shown = path.display();
    let length = std::fs::metadata(path).with_context(|| format!("{shown}: cannot be read"))?.len();
    if length > MAX_FILE_BYTES {
        bail!("{shown}: {length} bytes are too many for a configuration file; the limit is {MAX_FILE_BYTES}");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: cannot be read"))?;
    let table: toml::Table = text.parse().with_context(|| format!("{shown}: is not TOML"))?;
    apply(command, &table).with_context(|| format!("{shown}"))
}

/// Top-level keys apply to every command that has such a flag; a table applies to the command with its name.
fn apply(mut command: Command, table: &toml::Table) -> anyhow::Result<Command> {
    for (key, value) in table {
        if let toml::Value::Table(inner) = value {
            let Some(sub) = command.find_subcommand(key).cloned() else {
                bail!(
                    "[{key}]: there is no such command{}",
                    nearest(key, command.get_subcommands().map(Command::get_name))
                );
            };
            let sub = apply_keys(sub, inner).with_context(|| format!("[{key}]"))?;
            command = command.mut_subcommand(key, |_| sub);
        } else {
            command = apply_everywhere(command, key, value)?;
        }
    }
    Ok(command)
}

fn apply_keys(mut command: Command, table: &toml::Table) -> anyhow::Result<Command> {
    for (key, value) in table {
        if let toml::Value::Table(inner) = value {
            let nested = toml::Table::from_iter([(key.clone(), toml::Value::Table(inner.clone()))]);
            command = apply(command, &nested)?;
        } else if has_flag(&command, key) {
            command = set(command, key, value)?;
        } else {
            bail!("{key}: there is no such setting{}", nearest(key, flags(&command)));
        }
    }
    Ok(command)
}

fn apply_everywhere(command: Command, key: &str, value: &toml::Value) -> anyhow::Result<Command> {
    let mut found = has_flag(&command, key);
    let mut command = if found { set(command, key, value)? } else { command };
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let Some(sub) = command.find_subcommand(&name).cloned() else { continue };
        if has_flag(&sub, key) {
            found = true;
            let sub = set(sub, key, value)?;
            command = command.mut_subcommand(&name, |_| sub);
        }
    }
    if !found {
        bail!("{key}: there is no such setting{}", nearest(key, command.get_subcommands().flat_map(flags)));
    }
    Ok(command)
}

fn set(command: Command, key: &str, value: &toml::Value) -> anyhow::Result<Command> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => value.to_string(),
        _ => bail!("{key}: a text, a number, true or false is wanted here, not {}", value.type_str()),
    };
    let id = key.replace('-', "_");
    Ok(command.mut_arg(id, |argument| argument.default_value(text).required(false)))
}

fn has_flag(command: &Command, key: &str) -> bool {
    flags(command).any(|flag| flag == key)
}

fn flags(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(clap::Arg::get_long).filter(|flag| *flag != "config")
}

fn refuse_unknown_variables(command: &Command) -> anyhow::Result<()> {
    let mut known = BTreeSet::new();
    collect_variables(command, &mut known);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && !known.contains(name.as_ref()) {
            bail!("{name}: there is no such variable{}", nearest(&name, known.iter().map(String::as_str)));
        }
    }
    Ok(())
}

fn collect_variables(command: &Command, known: &mut BTreeSet<String>) {
    known.extend(
        command.get_arguments().filter_map(|a| a.get_env()).map(|e| e.to_string_lossy().into_owned()),
    );
    for sub in command.get_subcommands() {
        collect_variables(sub, known);
    }
}

/// `; did you mean X?` if a known word is close enough to be a typing error.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|candidate| (strsim::levenshtein(word, candidate), candidate))
        .min()
        .filter(|(edits, _)| *edits <= word.chars().count() / 3 + 1)
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean {candidate}?"))
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn command() -> Command {
        Command::new("ashkar").subcommand(
            Command::new("serve")
                .arg(Arg::new("listen").long("listen").required(true))
                .arg(Arg::new("rtmp").long("rtmp")),
        )
    }

    fn listen(file: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let command = apply(command(), &file.parse().unwrap())?;
        let matches = command.try_get_matches_from(arguments)?;
        let (_, sub) = matches.subcommand().unwrap();
        Ok(sub.get_one::<String>("listen").unwrap().clone())
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let file = "[serve]\nlisten = \"a\"";
        assert_eq!(listen(file, &["ashkar", "serve"]).unwrap(), "a");
        assert_eq!(listen(file, &["ashkar", "serve", "--listen", "b"]).unwrap(), "b");
        assert_eq!(listen("listen = \"c\"", &["ashkar", "serve"]).unwrap(), "c");
    }

    #[test]
    fn unknown_keys_are_refused_and_the_nearest_is_named() {
        let error = format!("{:#}", listen("[serve]\nlissen = \"a\"", &["ashkar", "serve"]).unwrap_err());
        assert_eq!(error, "[serve]: lissen: there is no such setting; did you mean listen?");
        assert!(
            listen("[serf]\nlisten = \"a\"", &["ashkar", "serve"])
                .unwrap_err()
                .to_string()
                .contains("serve?")
        );
        assert!(listen("config = \"x\"", &["ashkar", "serve"]).is_err());
        assert!(listen("[serve]\nlisten = [1]", &["ashkar", "serve"]).is_err());
    }
}
