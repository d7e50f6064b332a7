//! From the sources that are to be live to a program.

use std::collections::BTreeMap;

use journey_bytecode::{Program, Verified, Version, verify};
use journey_sema::{Checked, Config, Workspace};

use super::documents::SchemaDocument;
use crate::http::{Places, SourceError};

/// The sources of a program: the schema, and one version of each journey by name.
#[derive(Debug, Clone)]
pub(super) struct Sources<'s> {
    pub(super) schema: &'s SchemaDocument,
    pub(super) journeys: BTreeMap<String, (u32, &'s str)>,
}

/// What came of checking.
#[derive(Debug)]
pub(super) struct Outcome {
    /// All findings.
    pub(super) findings: Vec<SourceError>,
    /// The typed trees, where there was no error.
    pub(super) checked: Option<Checked>,
}

/// The path of a journey's source.
pub(super) fn path_of(journey: &str) -> String {
    format!("journeys/{journey}.journey")
}

impl Sources<'_> {
    /// Checks them together.
    pub(super) fn check(&self) -> Outcome {
        let mut files = self.schema.files.clone();
        let journeys = self.journeys.iter();
        files.extend(journeys.map(|(name, (_, text))| (path_of(name), (*text).to_owned())));
        // The configuration was checked when it was set.
        let config = Config::parse(&self.schema.config).unwrap_or_default();
        let workspace = Workspace::new(config, files);
        let place = |file| Some((workspace.path(file)?.to_owned(), workspace.text(file)?));
        let mut places = Places::new(place);
        let found = workspace.diagnostics();
        let findings: Vec<SourceError> = found.iter().map(|it| places.error(it)).collect();
        let clean = !findings.iter().any(SourceError::is_error);
        let checked = if clean { workspace.checked() } else { None };
        Outcome { findings, checked }
    }

    /// The program of what was checked.
    pub(super) fn lower(&self, checked: &Checked) -> Result<Verified<Program>, String> {
        let mut program = journey_ir::lower(checked).map_err(|error| error.to_string())?;
        program.set_versions(|name| {
            Version::current(self.journeys.get(name).map_or(1, |(number, _)| *number))
        });
        verify(program).map_err(|error| error.to_string())
    }
}
