//! `journeyd keys`.

use std::io::Write;
use std::process::ExitCode;

use chrono::{SecondsFormat, Utc};
use clap::Subcommand;

use super::{Failure, Settings};
use crate::auth::{KeyFile, Scope};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a key, and print it: this once
    Create {
        #[command(flatten)]
        settings: Settings,
        /// What to call it
        #[arg(long)]
        name: String,
        /// What it may do: read, write, ingest, admin
        #[arg(long, required = true, value_delimiter = ',', value_name = "SCOPES")]
        scope: Vec<Scope>,
    },
    /// List keys: id, scopes, when they were made and revoked, name
    List {
        #[command(flatten)]
        settings: Settings,
    },
    /// Revoke a key by its id; a running server hears of it within seconds
    Revoke {
        #[command(flatten)]
        settings: Settings,
        /// The id of the key, as `list` shows it
        id: String,
    },
}

impl Keys {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut out = std::io::stdout().lock();
        match self {
            Keys::Create { settings, name, scope } => {
                let scopes = scope.into_iter().collect();
                let key = file(&settings)?.create(&name, scopes, Utc::now())?;
                writeln!(out, "{}", key.expose())?;
                out.flush()?;
                eprintln!("The key `{name}` ({}) may {scopes}. It is not shown again.", key.id());
            }
            Keys::List { settings } => {
                for key in file(&settings)?.read()? {
                    let time =
                        |at: chrono::DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
                    let state = match key.revoked {
                        Some(at) => format!("revoked {}", time(at)),
                        None => "valid".to_owned(),
                    };
                    let (id, scopes, made) = (&key.id, key.scopes, time(key.created));
                    writeln!(out, "{id}  {scopes}  {made}  {state}  {}", printable(&key.name))?;
                }
            }
            Keys::Revoke { settings, id } => {
                file(&settings)?.revoke(&id, Utc::now())?;
                writeln!(out, "{id} is revoked")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A name that says nothing to the terminal.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn file(settings: &Settings) -> Result<KeyFile, Failure> {
    let config = settings.load(Config::default(), Vec::new())?.config;
    Ok(KeyFile::in_folder(&config.data.directory))
}
