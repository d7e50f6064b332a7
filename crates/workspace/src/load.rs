//! Finding and reading workspaces.
//!
//! A workspace is a directory with a `journey.toml`; all `*.journey` files beneath belong to it,
//! hidden directories, `target/`, what `.gitignore` names and nested workspaces aside. A path
//! without a `journey.toml` at or above it is a workspace of its own, with the defaults.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

/// Largest source that is read, in bytes: 1 MiB.
pub const MAX_SOURCE: u64 = 1 << 20;

/// The path that stands for the standard input: one file, a workspace of its own.
pub const STDIN: &str = "-";

/// The name of a workspace's configuration.
pub const CONFIG_FILE: &str = "journey.toml";

/// The files of a workspace as they were read.
#[derive(Debug)]
pub struct Sources {
    /// Its directory; for a single file, the directory it is in.
    pub root: PathBuf,
    /// Text of `journey.toml` and the path to show for it, where there is one.
    pub config: Option<(String, String)>,
    /// Journey files by path.
    pub files: Vec<SourceText>,
}

/// A journey file as it was read.
#[derive(Debug)]
pub struct SourceText {
    /// The path to show: as short as it can be said from the current directory.
    pub path: String,
    /// Its text. Where the file is damaged, what could be read of it.
    pub text: Arc<str>,
    /// What is wrong with the file as such.
    pub damage: Option<Damage>,
}

/// Why a file cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Not UTF-8; the offset of the first bad byte.
    NotUtf8 {
        /// First bad byte.
        offset: u32,
        /// Its value.
        byte: u8,
    },
    /// Longer than [`MAX_SOURCE`]; its length in bytes.
    TooLong(u64),
    /// It could not be read.
    Unreadable(String),
}

/// Why no workspace could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path leads nowhere.
    #[error("{path}: there is no such file or directory")]
    Missing {
        /// As given.
        path: String,
    },
    /// A file of another kind was named.
    #[error("{path}: not a journey file; their names end in `.journey`")]
    NotAJourney {
        /// As given.
        path: String,
    },
    /// A device, a pipe, a socket.
    #[error("{path}: neither a file nor a directory\n  hint: `-` reads from the standard input")]
    NotAFile {
        /// As given.
        path: String,
    },
    /// Nothing to do.
    #[error(
        "{path}: no `.journey` file here or beneath it\n  hint: give the path of a workspace (a \
         directory with a `journey.toml`) or of a `.journey` file"
    )]
    NoJourneys {
        /// As given.
        path: String,
    },
    /// The configuration or a directory could not be read.
    #[error("{path}: cannot be read")]
    Io {
        /// What could not be read.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Loads the workspaces that `paths` lie in (the current directory where there are none), each
/// once, in the order of their directories.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Sources>, LoadError> {
    let mut roots = BTreeSet::new();
    let mut piped = Vec::new();
    for path in or_here(paths) {
        if path.as_os_str() == STDIN {
            piped.push(read_stdin());
        } else {
            roots.extend(roots_of(&path)?);
        }
    }
    piped.truncate(1);
    let read = roots.iter().map(read);
    piped.into_iter().map(Ok).chain(read).collect()
}

/// The directories of the workspaces that `paths` lie in, and of single files the files: what to
/// watch.
pub fn roots(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LoadError> {
    let mut found = BTreeSet::new();
    for path in or_here(paths) {
        for root in roots_of(&path)? {
            found.insert(match root {
                Root::Directory { directory, .. } => directory,
                Root::File { file } => file,
            });
        }
    }
    Ok(found.into_iter().collect())
}

fn or_here(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() }
}

/// What a workspace is read from. Ordered, so that output does not depend on the order of paths.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    Directory { directory: PathBuf, given: String },
    File { file: PathBuf },
}

fn roots_of(path: &Path) -> Result<Vec<Root>, LoadError> {
    let given = path.display().to_string();
    let meta = std::fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: given.clone() },
        _ => LoadError::Io { path: given.clone(), source },
    })?;
    let absolute = std::fs::canonicalize(path)
        .map_err(|source| LoadError::Io { path: given.clone(), source })?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(LoadError::NotAFile { path: given });
    }
    if meta.is_file() && !is_journey(&absolute) {
        if absolute.file_name().is_some_and(|name| name == CONFIG_FILE)
            && let Some(directory) = absolute.parent()
        {
            return Ok(vec![Root::Directory { directory: directory.to_owned(), given }]);
        }
        return Err(LoadError::NotAJourney { path: given });
    }
    if let Some(directory) = enclosing_workspace(&absolute) {
        return Ok(vec![Root::Directory { directory, given }]);
    }
    if meta.is_file() {
        return Ok(vec![Root::File { file: absolute }]);
    }
    let mut beneath: Vec<Root> = walk(&absolute)
        .filter(|path| path.file_name().is_some_and(|name| name == CONFIG_FILE))
        .filter_map(|path| path.parent().map(Path::to_owned))
        .map(|directory| Root::Directory { directory, given: given.clone() })
        .collect();
    if beneath.is_empty() {
        beneath.push(Root::Directory { directory: absolute, given });
    }
    Ok(beneath)
}

/// The configuration of the workspace that `path` lies in, where it has one.
pub fn config_at(path: &Path) -> Result<Option<(String, String)>, LoadError> {
    let absolute = std::fs::canonicalize(path)
        .map_err(|source| LoadError::Io { path: path.display().to_string(), source })?;
    let workspace = enclosing_workspace(&absolute);
    workspace.map_or(Ok(None), |directory| read_config(&directory.join(CONFIG_FILE)))
}

/// The nearest directory at or above `path` that has a configuration.
fn enclosing_workspace(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|dir| dir.join(CONFIG_FILE).is_file()).map(Path::to_owned)
}

pub(crate) fn is_journey(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "journey")
}

/// A walk that reads nothing but what is in `directory`: which files belong to a workspace does not
/// depend on the machine that it is on. Of lists of what to leave out only those named `.gitignore`
/// count.
pub(crate) fn walker(directory: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(directory);
    walk.require_git(false).parents(false).git_global(false).git_exclude(false).ignore(false);
    walk.git_ignore(has_plain_list(directory));
    walk
}

/// Whether a folder can be entered without reading a list in it that is a pipe, a link to who knows
/// where, or endless. What such a folder holds belongs to no workspace.
pub(crate) fn can_be_entered(entry: &ignore::DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    entry.depth() == 0 || !is_folder || has_plain_list(entry.path())
}

fn has_plain_list(directory: &Path) -> bool {
    match std::fs::symlink_metadata(directory.join(".gitignore")) {
        Ok(meta) => meta.is_file() && meta.len() <= MAX_SOURCE,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Files beneath `directory`, sorted, without what no workspace takes in.
pub(crate) fn walk(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut walk = walker(directory);
    walk.sort_by_file_path(Path::cmp).filter_entry(|entry| {
        (entry.file_name() != "target" || entry.depth() == 0) && can_be_entered(entry)
    });
    walk.build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
}

fn read(root: &Root) -> Result<Sources, LoadError> {
    match root {
        Root::File { file } => Ok(Sources {
            root: file.parent().unwrap_or(Path::new(".")).to_owned(),
            config: None,
            files: vec![read_file(file)],
        }),
        Root::Directory { directory, given } => {
            let config = read_config(&directory.join(CONFIG_FILE))?;
            let files: Vec<SourceText> = walk(directory)
                .filter(|path| is_journey(path))
                .filter(|path| !in_nested_workspace(directory, path))
                .map(|path| read_file(&path))
                .collect();
            if files.is_empty() {
                return Err(LoadError::NoJourneys { path: given.clone() });
            }
            Ok(Sources { root: directory.clone(), config, files })
        }
    }
}

pub(crate) fn in_nested_workspace(root: &Path, file: &Path) -> bool {
    file.ancestors()
        .skip(1)
        .take_while(|dir| *dir != root)
        .any(|dir| dir.join(CONFIG_FILE).is_file())
}

fn read_config(path: &Path) -> Result<Option<(String, String)>, LoadError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((shown(path), text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LoadError::Io { path: shown(path), source }),
    }
}

fn read_file(path: &Path) -> SourceText {
    let (text, damage) = match read_bytes(path) {
        Ok(bytes) => decode(bytes),
        Err(damage) => (String::new(), Some(damage)),
    };
    SourceText { path: shown(path), text: text.into(), damage }
}

/// What comes in is a file like any other, but for its name.
fn read_stdin() -> Sources {
    let mut bytes = Vec::new();
    let limit = MAX_SOURCE + 1;
    let read = io::stdin().lock().take(limit).read_to_end(&mut bytes);
    let (text, damage) = match read {
        Err(error) => (String::new(), Some(Damage::Unreadable(error.to_string()))),
        Ok(length) if length as u64 == limit => {
            (String::new(), Some(Damage::TooLong(length as u64)))
        }
        Ok(_) => decode(bytes),
    };
    let file = SourceText { path: "<stdin>".to_owned(), text: text.into(), damage };
    Sources { root: PathBuf::new(), config: None, files: vec![file] }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Damage> {
    let length = std::fs::metadata(path).map_err(|e| Damage::Unreadable(e.to_string()))?.len();
    if length > MAX_SOURCE {
        return Err(Damage::TooLong(length));
    }
    std::fs::read(path).map_err(|e| Damage::Unreadable(e.to_string()))
}

/// The bytes as text. What is not UTF-8 keeps its declarations readable for the other files, with
/// the bad bytes replaced, and is reported once.
pub(crate) fn decode(bytes: Vec<u8>) -> (String, Option<Damage>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(offset).copied().unwrap_or(0);
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, Some(Damage::NotUtf8 { offset: offset as u32, byte }))
        }
    }
}

/// `path` as a person in the current directory would write it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize);
    let relative = here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    relative.unwrap_or_else(|| path.to_owned()).display().to_string()
}
