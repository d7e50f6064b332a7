//! Findings that are known already: a workspace that has some can still refuse new ones.
//!
//! A baseline counts findings by file, code and message. It does not know lines, so that edits
//! elsewhere in a file change nothing; one finding more of the same kind is new.

use std::collections::BTreeMap;
use std::path::Path;

use journey_base::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files::{self, WriteError};
use crate::render::Files;

/// The version of the file that is written and read.
const VERSION: u32 = 1;

/// Known findings.
#[derive(Debug, Default)]
pub struct Baseline(BTreeMap<Known, usize>);

/// What makes two findings the same to a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    file: String,
    code: String,
    message: String,
}

#[derive(Serialize)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    known: Known,
    count: usize,
}

/// Why a baseline could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// There is none.
    #[error(
        "{path}: there is no such file\n  hint: `--write-baseline` writes it, with today's findings"
    )]
    Missing {
        /// As given.
        path: String,
    },
    /// It could not be read.
    #[error("{path}: cannot be read")]
    Io {
        /// As given.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{path}: not a baseline: {why}\n  hint: `--write-baseline` writes one anew")]
    Malformed {
        /// As given.
        path: String,
        /// Why not.
        why: String,
    },
}

impl Baseline {
    /// The findings at hand as known ones.
    pub fn of(files: &Files, diagnostics: &[Diagnostic]) -> Baseline {
        let mut counts = BTreeMap::new();
        for finding in diagnostics {
            *counts.entry(known(files, finding)).or_default() += 1;
        }
        Baseline(counts)
    }

    /// Reads a baseline.
    pub fn read(path: &Path) -> Result<Baseline, BaselineError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => BaselineError::Missing { path: shown.clone() },
            _ => BaselineError::Io { path: shown.clone(), source },
        })?;
        let malformed = |why: String| BaselineError::Malformed { path: shown.clone(), why };
        Ok(Baseline(parse(&text).map_err(malformed)?))
    }

    /// Writes it, in order, so that its changes read well in a pull request.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        let findings =
            self.0.iter().map(|(known, count)| Entry { known: known.clone(), count: *count });
        let document = Document { version: VERSION, findings: findings.collect() };
        files::replace_with(path, |out| {
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)
        })
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Leaves out of `diagnostics` what is known, and gives how many of the known are gone.
    pub fn subtract(mut self, files: &Files, diagnostics: &mut Vec<Diagnostic>) -> usize {
        diagnostics.retain(|finding| match self.0.get_mut(&known(files, finding)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        self.len()
    }
}

/// What a baseline says, or why it is none.
fn parse(text: &str) -> Result<BTreeMap<Known, usize>, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| {
        format!("it is not JSON at line {}, column {}", error.line(), error.column())
    })?;
    match document.get("version") {
        Some(version) if *version == VERSION => {}
        Some(version) => {
            return Err(format!("its version is {version}, and this program reads {VERSION}"));
        }
        None => return Err("it is no object with a `version`".to_owned()),
    }
    let findings = document.get("findings").and_then(Value::as_array);
    let findings = findings.ok_or("it has no list of `findings`")?;
    let entry = |(number, finding): (usize, &Value)| {
        let entry = Entry::deserialize(finding).map_err(|_| {
            format!(
                "finding {number} in it is no object of three texts, `file`, `code` and `message`, \
                 and a whole number, `count`"
            )
        })?;
        Ok((entry.known, entry.count))
    };
    (1..).zip(findings).map(entry).collect()
}

fn known(files: &Files, finding: &Diagnostic) -> Known {
    Known {
        // The same on every system, so that a baseline can be shared.
        file: files.path(finding.primary.file).replace('\\', "/"),
        code: finding.code.to_string(),
        message: finding.message.clone(),
    }
}
