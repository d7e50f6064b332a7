//! `journeyd config`.

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;

use super::{Failure, Settings};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Show {
    /// Print every key with its value, as TOML
    Show {
        #[command(flatten)]
        settings: Settings,
        /// Say behind each where its value comes from
        #[arg(long)]
        origin: bool,
    },
}

impl Show {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let Show::Show { settings, origin } = self;
        let loaded = settings.load(Config::default(), Vec::new())?;
        let mut out = std::io::stdout().lock();
        for (key, value, from) in loaded.entries() {
            let from = if origin { format!("  # {from}") } else { String::new() };
            writeln!(out, "{key} = {value}{from}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
