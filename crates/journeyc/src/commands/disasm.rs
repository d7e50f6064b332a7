//! `journeyc disasm`

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use journey_bytecode::{decode, disasm, verify};

use super::{CommandError, print};

/// Largest artifact that is read, in bytes: 256 MiB.
const MAX_ARTIFACT: u64 = 256 << 20;

/// Prints a compiled program as text, after verifying it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file that `journeyc build` wrote; `-` is the standard input
    file: PathBuf,
}

/// Reads, verifies and prints.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let shown = args.file.display();
    let failed = |error: &dyn std::fmt::Display| format!("{shown}: {error}");
    let unread = |error: std::io::Error| format!("{shown}: cannot be read: {error}");
    let mut bytes = Vec::new();
    let mut source: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(&args.file).map_err(unread)?)
    };
    source.by_ref().take(MAX_ARTIFACT + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > MAX_ARTIFACT {
        return Err(failed(&"longer than 256 MiB: no artifact is").into());
    }
    let program = decode(&bytes).map_err(|error| failed(&error))?;
    let program = verify(program).map_err(|error| failed(&error))?;
    print(&disasm(&program))?;
    Ok(ExitCode::SUCCESS)
}
