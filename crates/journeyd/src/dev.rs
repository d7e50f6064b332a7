//! The workspace of `journeyd dev`: loaded at the start, and again whenever a file is saved.
//!
//! What is found is shown as `journeyc check` shows it. A workspace with errors changes nothing: what ran
//! before runs on. One without is loaded as a whole; a journey whose text has changed goes on as a
//! new version, and its members with it, as in `activate?in_flight=migrate`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use journey_workspace::compile::compile;
use journey_workspace::load::{self, LoadError};
use journey_workspace::render::{Format, Style, render};
use journey_workspace::watch::{WatchError, watch};

use crate::catalog::{Catalog, FilesError, WorkspaceFiles};

/// Why a workspace is not run.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// Its files cannot be found.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// They cannot be read.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// They are several.
    #[error("{path}: there are {count} workspaces here; name one of them")]
    Several {
        /// As given.
        path: String,
        /// How many.
        count: usize,
    },
    /// Findings cannot be shown.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// It cannot be watched.
    #[error(transparent)]
    Watch(#[from] WatchError),
}

/// A workspace, and what of it was seen last.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    seen: WorkspaceFiles,
}

impl Watched {
    /// Reads a workspace and shows what is found in it. The files are none where there are errors.
    ///
    /// # Errors
    /// There is no such workspace.
    pub fn open(path: &Path) -> Result<(Watched, WorkspaceFiles), DevError> {
        let seen = read(path)?;
        let sound = show(path)?;
        let files = if sound { seen.clone() } else { WorkspaceFiles::default() };
        Ok((Watched { path: path.to_owned(), seen }, files))
    }

    /// Loads the workspace whenever it has changed, for as long as the process runs.
    pub fn start(self, catalog: Arc<Catalog>) -> io::Result<()> {
        let Watched { path, mut seen } = self;
        let paths = vec![path.clone()];
        let run = move || {
            // What is written twice, or cannot be read for the moment, is no news.
            let Ok(now) = read(&path) else { return Ok(Vec::new()) };
            if now != seen {
                seen.clone_from(&now);
                renew(&path, &now, &catalog)?;
            }
            Ok(Vec::new())
        };
        let watching = move || {
            if let Err(error) = watch::<DevError>(&paths, run) {
                tracing::warn!(%error, "the workspace is not watched any more");
            }
        };
        std::thread::Builder::new().name("watch".to_owned()).stack_size(STACK).spawn(watching)?;
        Ok(())
    }
}

/// Stack of the thread that checks, in bytes.
const STACK: usize = 16 << 20;

/// Shows what is found, and loads what has no errors.
fn renew(path: &Path, files: &WorkspaceFiles, catalog: &Catalog) -> Result<(), DevError> {
    if !show(path)? {
        return say("what ran before runs on");
    }
    match catalog.load(files) {
        Ok(changed) if changed.is_empty() => say("no journey has changed"),
        Ok(changed) => {
            let version = |name: &String| {
                let document = catalog.document(name);
                let number = document.and_then(|it| it.current().map(|it| it.number));
                format!("{name} (version {})", number.unwrap_or(1))
            };
            say(&format!(
                "now runs: {}",
                changed.iter().map(version).collect::<Vec<_>>().join(", ")
            ))
        }
        Err(error) => say(&format!("not loaded: {error}")),
    }
}

/// Says something to whoever sits at the terminal.
fn say(text: &str) -> Result<(), DevError> {
    Ok(writeln!(io::stderr().lock(), "{text}")?)
}

/// Checks the workspace and shows what is found, if anything is. Whether it has no errors.
fn show(path: &Path) -> Result<bool, DevError> {
    let mut sound = true;
    for sources in load::load(&[path.to_owned()])? {
        let compiled = compile(&sources);
        sound &= compiled.checked.is_some();
        if !compiled.diagnostics.is_empty() {
            let mut text = Vec::new();
            let (files, findings) = (&compiled.files, &compiled.diagnostics);
            render(Format::Human, Style::of_stderr(), files, findings, &mut text)?;
            io::stderr().lock().write_all(&text)?;
        }
    }
    Ok(sound)
}

fn read(path: &Path) -> Result<WorkspaceFiles, DevError> {
    match load::roots(&[path.to_owned()])?.as_slice() {
        [root] => Ok(WorkspaceFiles::read(root)?),
        roots => Err(DevError::Several { path: path.display().to_string(), count: roots.len() }),
    }
}
