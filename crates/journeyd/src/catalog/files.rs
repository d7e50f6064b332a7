//! The files of a workspace in a folder.

use std::io;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use journey_sema::Config;

/// The name of a workspace's configuration.
const CONFIG_FILE: &str = "journey.toml";

/// Largest source that is read, in bytes.
const MAX_SOURCE: u64 = 1 << 20;

/// Why a workspace cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration of the workspace is wrong.
    #[error("{}: {message}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A source is too long.
    #[error("{}: longer than 1 MiB", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// There is none.
    #[error("{}: no `.journey` file here or beneath it", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

/// The files of a workspace, as they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceFiles {
    /// The text of its `journey.toml`.
    pub config: String,
    /// Path, relative to the folder, and text of each source, by path.
    pub sources: Vec<(String, String)>,
}

impl WorkspaceFiles {
    /// Reads a folder: its `journey.toml`, and all `*.journey` beneath it that are neither hidden,
    /// ignored by git, nor in a workspace of their own.
    ///
    /// # Errors
    /// The first file that cannot be read; or there is none.
    pub fn read(folder: &Path) -> Result<WorkspaceFiles, FilesError> {
        let config = match read(&folder.join(CONFIG_FILE)) {
            Ok(text) => {
                parse(folder, &text)?;
                text
            }
            Err(FilesError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                String::new()
            }
            Err(error) => return Err(error),
        };
        let own = folder.to_owned();
        let walk = WalkBuilder::new(folder)
            .require_git(false)
            .sort_by_file_path(Path::cmp)
            .filter_entry(move |entry| {
                entry.path() == own
                    || entry.file_name() != "target" && !entry.path().join(CONFIG_FILE).is_file()
            })
            .build();
        let mut sources = Vec::new();
        for entry in walk {
            let entry = entry.map_err(|error| FilesError::Io {
                path: folder.to_owned(),
                source: error.into_io_error().unwrap_or(io::ErrorKind::Other.into()),
            })?;
            let path = entry.path();
            if path.extension().is_some_and(|it| it == "journey") && path.is_file() {
                let shown = path.strip_prefix(folder).unwrap_or(path);
                sources.push((shown.to_string_lossy().into_owned(), read(path)?));
            }
        }
        if sources.is_empty() {
            return Err(FilesError::Empty { path: folder.to_owned() });
        }
        Ok(WorkspaceFiles { config, sources })
    }
}

fn parse(folder: &Path, text: &str) -> Result<Config, FilesError> {
    Config::parse(text).map_err(|errors| FilesError::Config {
        path: folder.join(CONFIG_FILE),
        message: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

fn read(path: &Path) -> Result<String, FilesError> {
    let io = |source| FilesError::Io { path: path.to_owned(), source };
    if path.metadata().map_err(io)?.len() > MAX_SOURCE {
        return Err(FilesError::TooLong { path: path.to_owned() });
    }
    std::fs::read_to_string(path).map_err(io)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Config, FilesError, WorkspaceFiles};

    #[test]
    fn a_workspace_is_read_from_its_folder() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/grocery"));
        let files = WorkspaceFiles::read(folder).unwrap();
        assert!(files.sources.iter().any(|(path, _)| path == "schema.journey"));
        assert_ne!(Config::parse(&files.config).unwrap().name, "");
    }

    #[test]
    fn what_is_no_workspace_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let empty = WorkspaceFiles::read(folder.path());
        assert!(matches!(empty, Err(FilesError::Empty { .. })));
        std::fs::write(folder.path().join("journey.toml"), "[workspace]\nnmae = 1\n").unwrap();
        let wrong = WorkspaceFiles::read(folder.path()).unwrap_err().to_string();
        assert!(wrong.contains("journey.toml") && wrong.contains("nmae"), "{wrong}");
    }
}
