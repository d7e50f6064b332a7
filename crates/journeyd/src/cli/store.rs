//! `journeyd backup`, `restore` and `check-store`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use journey_engine::store::EmbeddedStore;

use super::{Failure, Settings};
use crate::config::Config;
use crate::{control, copies};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The folder to make; it is a data folder of its own
    folder: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The folder of the backup
    backup: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args)]
pub(super) struct CheckStore {
    #[command(flatten)]
    settings: Settings,
}

fn data(settings: &Settings) -> Result<PathBuf, Failure> {
    Ok(settings.load(Config::default(), Vec::new())?.config.data.directory)
}

impl Backup {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        // The server may stand elsewhere.
        let folder = std::path::absolute(&self.folder)?;
        let through = control::backup(&data(&self.settings)?, &folder)?;
        let folder = folder.display();
        writeln!(std::io::stdout(), "{folder}: everything up to batch {through}")?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let data = data(&self.settings)?;
        copies::restore(&self.backup, &data)?;
        writeln!(std::io::stdout(), "{}: restored", data.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl CheckStore {
    /// Exit code 1 where something is wrong.
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let report = EmbeddedStore::check(&data(&self.settings)?.join(copies::STORE))?;
        let mut out = std::io::stdout().lock();
        for damage in &report.damage {
            writeln!(out, "{damage}")?;
        }
        let (pairs, records) = (report.pairs, report.records);
        writeln!(out, "store {:016x}: {pairs} pairs, {records} batches in the log", report.store)?;
        if let Some(cut) = report.recovery.as_ref().and_then(|recovery| recovery.cut.as_ref()) {
            writeln!(out, "the end of the log is torn and will be cut: {cut:?}")?;
        }
        let sound = report.sound();
        writeln!(out, "{}", if sound { "sound" } else { "damaged" })?;
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
