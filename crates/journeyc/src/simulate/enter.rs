//! Lists of customers that are to be entered by hand, with what they bring along.

use std::io::{self, Read};

use journey_intake::{List, ListError, Schema, read_csv};

use super::error::SimulateError;
use super::input::{Input, Source};

/// A customer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The line in the list.
    pub(crate) line: u64,
    pub(crate) id: Box<str>,
}

/// Reads a list of customers who are to enter these journeys. A bad row does not stop the rest.
pub(crate) fn read(
    input: &Input,
    schema: &Schema,
    journeys: &[u16],
) -> Result<List, SimulateError> {
    let mut source = Source::open(input)
        .map_err(|source| SimulateError::Open { input: input.clone(), source })?;
    let mut bytes = Vec::new();
    let read = source.text.read_to_end(&mut bytes);
    read.map_err(|source| SimulateError::Read { input: input.clone(), line: 0, source })?;
    read_csv(&bytes, schema, journeys).map_err(|reason| match reason {
        ListError::Broken { line, what } => {
            let source = io::Error::other(what);
            SimulateError::Read { input: input.clone(), line, source }
        }
        reason => SimulateError::List { input: input.clone(), reason },
    })
}
