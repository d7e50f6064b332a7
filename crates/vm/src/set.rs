//! Programs, prepared to run.

use journey_bytecode::{Program, Verified};

/// The programs a customer runs on, with all that can be worked out before the first input.
#[derive(Debug)]
pub struct ProgramSet {
    program: Verified<Program>,
}

impl ProgramSet {
    /// Prepares a program.
    pub fn new(program: Verified<Program>) -> ProgramSet {
        ProgramSet { program }
    }

    /// The program: names and layouts for who reads effects.
    pub fn program(&self) -> &Program {
        &self.program
    }
}
