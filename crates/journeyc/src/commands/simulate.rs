//! `journeyc simulate`

use std::io::{self, Write};
use std::process::ExitCode;

use journey_bytecode::verify;
use journey_vm::ProgramSet;

use super::{CommandError, checked, compile_one, print, select};
use crate::render::Style;
use crate::simulate::{self, Options, Progress};

pub(super) use crate::simulate::Args;

/// Compiles the journeys, runs them over the log and prints what came of it.
pub(super) fn run(args: Args) -> Result<ExitCode, CommandError> {
    let compiled = compile_one(Some(&args.run.path))?;
    let Some(workspace) = checked(&compiled)? else { return Ok(ExitCode::from(1)) };
    let names = select(workspace, &args.run.journey)?;
    let program = verify(journey_ir::lower_journeys(workspace, &names)?)?;
    let set = ProgramSet::new(program);
    let page = args.report.clone();
    let summary = simulate::run(&set, &Options::from(args), Progress::on_terminal())?;
    if let Some(path) = page {
        let compiled = set.program().journeys.iter();
        let journeys = compiled.filter_map(|journey| {
            workspace.journeys.iter().find(|source| *source.name == journey.name)
        });
        let graphs: Result<Vec<_>, _> =
            journeys.map(|journey| journey_ir::graph::graph(journey)).collect();
        let page = simulate::page(&summary, &graphs?);
        if path.as_os_str() == "-" {
            print(&page)?;
            return Ok(ExitCode::SUCCESS);
        }
        crate::files::replace(&path, page.as_bytes())?;
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    simulate::report(&summary, Style::of_stdout(), &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
