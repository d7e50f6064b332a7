//! `journeyd openapi`.

use std::io::Write;
use std::process::ExitCode;

use super::Failure;

pub(super) fn run() -> Result<ExitCode, Failure> {
    let text = crate::http::document().to_pretty_json()?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
