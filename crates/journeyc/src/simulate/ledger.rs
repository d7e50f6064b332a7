//! What is known of an input once it is read: how many lines, and which were not taken.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use journey_intake::{Rejection, Unknown};
use serde::Serialize;

use super::error::SimulateError;
use super::input::{Batch, Input};

/// How many rejections are kept to be shown.
const SHOWN: usize = 5;

/// Keeps account of one input, batch by batch in the order of the file.
#[derive(Debug)]
pub(crate) struct Ledger {
    input: Input,
    strict: bool,
    /// What has been counted.
    pub(crate) account: Account,
    /// The time of the first event.
    pub(crate) first: Option<i64>,
}

/// What has been counted of an input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Lines that were read, empty ones aside.
    pub(crate) read: u64,
    pub(crate) rejected: u64,
    /// The first few rejections: line and reason.
    pub(crate) shown: Vec<(u64, String)>,
    pub(crate) after_horizon: u64,
    /// What is not declared.
    pub(crate) unknown: Unknown,
}

impl Ledger {
    /// An empty ledger. Under `strict`, a rejection is an error.
    pub(crate) fn new(input: Input, strict: bool) -> Ledger {
        Ledger { input, strict, account: Account::default(), first: None }
    }

    /// Enters the next batch of the file.
    pub(crate) fn enter(
        &mut self,
        batch: &Batch,
        file: Option<&mut RejectedFile>,
    ) -> Result<(), SimulateError> {
        let account = &mut self.account;
        account.read += batch.lines;
        account.after_horizon += batch.after_horizon;
        account.unknown.merge(&batch.unknown);
        self.first = self.first.or(batch.first);
        self.reject(&batch.rejections, file)?;
        match &batch.failure {
            None => Ok(()),
            Some(error) => Err(SimulateError::Read {
                input: self.input.clone(),
                line: batch.last_line,
                source: io::Error::new(error.kind(), error.to_string()),
            }),
        }
    }

    /// Counts rejections and writes them down.
    pub(crate) fn reject(
        &mut self,
        rejections: &[Rejection],
        mut file: Option<&mut RejectedFile>,
    ) -> Result<(), SimulateError> {
        for rejection in rejections {
            if self.strict {
                return Err(SimulateError::Rejected {
                    input: self.input.clone(),
                    line: rejection.line,
                    reason: rejection.reason.clone(),
                });
            }
            self.account.rejected += 1;
            if self.account.shown.len() < SHOWN {
                self.account.shown.push((rejection.line, rejection.reason.to_string()));
            }
            if let Some(file) = &mut file {
                let reason = rejection.reason.to_string();
                file.write(&self.input, rejection.line, &reason, &rejection.text)?;
            }
        }
        Ok(())
    }
}

/// The file of rejected lines: one JSON object a line.
#[derive(Debug)]
pub(crate) struct RejectedFile {
    path: PathBuf,
    out: BufWriter<File>,
}

#[derive(Serialize)]
struct RejectedLine<'r> {
    input: String,
    line: u64,
    reason: &'r str,
    text: &'r str,
}

impl RejectedFile {
    /// Makes the file, empty.
    pub(crate) fn create(path: &Path) -> Result<RejectedFile, SimulateError> {
        let path = path.to_owned();
        match File::create(&path) {
            Ok(file) => Ok(RejectedFile { path, out: BufWriter::new(file) }),
            Err(source) => Err(SimulateError::Write { path, source }),
        }
    }

    /// Adds a line of an input that was rejected.
    pub(crate) fn write(
        &mut self,
        input: &Input,
        line: u64,
        reason: &str,
        text: &str,
    ) -> Result<(), SimulateError> {
        let line = RejectedLine { input: input.to_string(), line, reason, text };
        let written = serde_json::to_writer(&mut self.out, &line).map_err(io::Error::from);
        written
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|source| SimulateError::Write { path: self.path.clone(), source })
    }

    /// Writes out what is held back.
    pub(crate) fn finish(mut self) -> Result<(), SimulateError> {
        self.out.flush().map_err(|source| SimulateError::Write { path: self.path, source })
    }
}
