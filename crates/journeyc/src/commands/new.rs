//! `journeyc new`

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rust_embed::RustEmbed;

use super::{CommandError, print};

/// Make a workspace to start from: a schema, a journey with tests, a check for pull requests.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where; a folder that does not exist yet, or is empty
    directory: PathBuf,
    /// Its name [default: that of the folder]
    #[arg(long)]
    name: Option<String>,
}

/// The files of the workspace. In them, `{{name}}` is its name.
#[derive(RustEmbed)]
#[folder = "templates/new"]
struct Template;

/// Writes the files and says what to do next.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let directory = &args.directory;
    if !is_free(directory)? {
        let shown = directory.display();
        return Err(
            format!("{shown}: there is something already; give a new or empty folder").into()
        );
    }
    let name = name(args)?;
    for path in Template::iter() {
        let file = Template::get(&path).ok_or_else(|| format!("{path} is not in this program"))?;
        let text = String::from_utf8(file.data.into_owned())?.replace("{{name}}", &name);
        // A dot in front hides files from the project's own tools, so they are kept without.
        let target = directory.join(path.replace("dot_", "."));
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|error| format!("{}: cannot be made: {error}", parent.display()))?;
        }
        crate::files::replace(&target, text.as_bytes())?;
    }
    let shown = directory.display();
    print(&format!(
        "{shown}: the workspace `{name}` is ready\n\n  cd {shown}\n  journeyc check\n  journeyc test\n  \
         journeyc graph\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether there is nothing, or an empty folder.
fn is_free(directory: &Path) -> Result<bool, CommandError> {
    match std::fs::read_dir(directory) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(format!("{}: cannot be read: {error}", directory.display()).into()),
    }
}

/// The name of the workspace, fit to stand in a text of TOML.
fn name(args: &Args) -> Result<String, CommandError> {
    let given = match &args.name {
        Some(name) => name.clone(),
        None => {
            let absolute = std::path::absolute(&args.directory)?;
            let last = absolute.file_name();
            last.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        }
    };
    if given.trim().is_empty() || given.chars().any(|c| c.is_control() || c == '"' || c == '\\') {
        return Err(
            format!("`{given}` cannot be the name of a workspace; give one with --name").into()
        );
    }
    Ok(given)
}
