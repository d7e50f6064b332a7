//! The command line.

mod config;
mod keys;
mod openapi;
mod serve;
mod store;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{ConfigError, Loaded, Sources, load};

/// Runs customer journeys durably, behind an HTTP API.
#[derive(Debug, Parser)]
#[command(name = "journeyd", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve on this machine, for trying things out: no keys, no configuration needed.
    Dev(serve::Dev),
    /// Serve.
    Serve(serve::Serve),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Show what is set, and where each value comes from.
    #[command(subcommand)]
    Config(config::Show),
    /// Have the running server copy its data into a folder.
    Backup(store::Backup),
    /// Make a data folder of a backup; it must not be there or be empty.
    Restore(store::Restore),
    /// Read every byte of a store that no server runs on, and compare checksums.
    CheckStore(store::CheckStore),
    /// Print the OpenAPI document of the API.
    Openapi,
}

/// Settings from a file and from flags; `docs/configuration.md` has all keys.
#[derive(Debug, Default, Args)]
struct Settings {
    /// The configuration file [default: journeyd.toml, if there is one]
    #[arg(long, value_name = "FILE", env = "JOURNEYD_CONFIG")]
    config: Option<PathBuf>,
    /// Set a key, as in --set limits.requests=500
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// The folder of all that is kept
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// The file that is read if none is named.
const FILE: &str = "journeyd.toml";

/// A failure to be printed. What a command could not do, and why.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Settings {
    /// Lays everything over one another. `more` are flags of the command: key, value, flag.
    fn load(
        &self,
        defaults: crate::config::Config,
        more: Vec<(&'static str, String, &'static str)>,
    ) -> Result<Loaded, Failure> {
        let path = self.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => Some((path, text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.config.is_none() => {
                None
            }
            Err(source) => return Err(ConfigError::Read { path, source }.into()),
        };
        let mut flags: Vec<(String, String, String)> = self
            .set
            .iter()
            .map(|(key, value)| (key.clone(), value.clone(), "--set".to_owned()))
            .collect();
        if let Some(data) = &self.data {
            let data = data.to_string_lossy().into_owned();
            flags.push(("data.directory".to_owned(), data, "--data".to_owned()));
        }
        flags.extend(
            more.into_iter().map(|(key, value, flag)| (key.to_owned(), value, flag.to_owned())),
        );
        let sources = Sources { defaults, file, environment: environment(), flags };
        load(&sources).map_err(|errors| {
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nerror: ").into()
        })
    }
}

/// The environment. What is no text is left out: nothing that is read here could be meant.
fn environment() -> Vec<(String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

impl Cli {
    /// Does what is asked.
    ///
    /// # Errors
    /// It could not be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Dev(dev) => dev.run(),
            Command::Serve(serve) => serve.run(),
            Command::Keys(keys) => keys.run(),
            Command::Config(show) => show.run(),
            Command::Backup(backup) => backup.run(),
            Command::Restore(restore) => restore.run(),
            Command::CheckStore(check) => check.run(),
            Command::Openapi => openapi::run(),
        }
    }
}
