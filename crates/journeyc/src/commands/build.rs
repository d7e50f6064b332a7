//! `journeyc build`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use journey_bytecode::{artifact_id, encode, verify};

use super::{CommandError, checked, compile_one, print, select};

/// Compiles a workspace. The same source gives the same bytes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A workspace, or a file in it [default: the current directory]
    path: Option<PathBuf>,
    /// Where to write the compiled program; `-` is the standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Compile only this journey, with what it needs; may be given more than once
    #[arg(long, value_name = "NAME")]
    journey: Vec<String>,
}

/// Writes the artifact and says what is in it.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let compiled = compile_one(args.path.as_deref())?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let names = select(workspace, &args.journey)?;
    // What would be refused on loading must not be written.
    let program = verify(journey_ir::lower_journeys(workspace, &names)?)?;
    let bytes = encode(&program);
    if args.output.as_os_str() == "-" {
        io::stdout().lock().write_all(&bytes)?;
        return Ok(ExitCode::SUCCESS);
    }
    crate::files::replace(&args.output, &bytes)?;
    print(&format!(
        "{}: {} bytes, {}, id {}\n",
        args.output.display(),
        bytes.len(),
        journey_base::plural(program.journeys.len(), "journey"),
        hex(&artifact_id(&bytes))
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
