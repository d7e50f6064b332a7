//! `journeyc completions`

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, CommandError, print};

/// Print a script that completes `journeyc` in a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For this session of bash:  source <(journeyc completions bash)
For every session of fish: journeyc completions fish > ~/.config/fish/completions/journeyc.fish
For every session of zsh:  journeyc completions zsh > \"${fpath[1]}/_journeyc\"")]
pub(super) struct Args {
    /// Which shell
    shell: Shell,
}

/// Writes the script.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "journeyc", &mut script);
    print(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}
