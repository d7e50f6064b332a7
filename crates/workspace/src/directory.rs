//! Directories of workspaces, for those who stay with them and read again what changed: an
//! editor's server.
//!
//! Which files belong to a workspace is what [`load`](crate::load) says. The directory may be
//! hostile: nothing outside it is read, whatever links lead there, and no file that is none.

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::load::{
    CONFIG_FILE, Damage, MAX_SOURCE, SourceText, can_be_entered, decode, in_nested_workspace,
    is_journey, walk, walker,
};

/// By what a change of a file is seen without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

/// A directory as it was found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Text of the configuration, where there is one.
    pub config: Option<SourceText>,
    /// The files that belong to it, by path.
    pub files: Vec<Found>,
}

/// A file that belongs to a directory.
#[derive(Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// How it was found.
    pub stamp: Option<Stamp>,
    /// What is in it; nothing if it is as it was.
    pub source: Option<SourceText>,
}

/// The directories of the workspaces that a folder lies in or that lie beneath it; the folder
/// itself where there is no configuration.
pub fn directories(folder: &Path) -> Vec<PathBuf> {
    if let Some(home) = home_of(folder) {
        return vec![home];
    }
    let configs = walk(folder).filter(|path| path.file_name().is_some_and(|it| it == CONFIG_FILE));
    let mut beneath: Vec<PathBuf> =
        configs.filter_map(|path| path.parent().map(Path::to_owned)).collect();
    if beneath.is_empty() {
        beneath.push(folder.to_owned());
    }
    beneath
}

/// The nearest directory at or above `path` that has a configuration.
pub fn home_of(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|it| it.join(CONFIG_FILE).is_file()).map(Path::to_owned)
}

/// Reads what belongs to a directory. `known` says how files were found before: those that are as
/// they were are not read again.
pub fn scan(directory: &Path, known: impl Fn(&Path) -> Option<Stamp>) -> Scan {
    let own = |path: &PathBuf| is_journey(path) && !in_nested_workspace(directory, path);
    let files = walk(directory).filter(own).map(|path| {
        let stamp = stamp(&path);
        let same = stamp.is_some() && known(&path) == stamp;
        // A walk follows no link, so this one leads nowhere else.
        let source = (!same).then(|| source(directory, &path));
        Found { path, stamp, source }
    });
    Scan { files: files.collect(), config: config(directory) }
}

/// Length and time of change of a file.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let meta = std::fs::symlink_metadata(path).ok()?;
    meta.is_file().then(|| Stamp { length: meta.len(), modified: meta.modified().ok() })
}

/// The text of the configuration, where there is one.
pub fn config(directory: &Path) -> Option<SourceText> {
    let path = directory.join(CONFIG_FILE);
    std::fs::symlink_metadata(&path).is_ok().then(|| read(directory, &path))
}

/// Whether a file belongs to a directory, or would if it were there.
pub fn takes_in(directory: &Path, file: &Path) -> bool {
    let Ok(within) = file.strip_prefix(directory) else { return false };
    let named = |part: Component<'_>| match part {
        Component::Normal(name) => name != "target" && !name.to_string_lossy().starts_with('.'),
        _ => false,
    };
    if !is_journey(file) || !within.components().all(named) || leads_out(directory, file) {
        return false;
    }
    if in_nested_workspace(directory, file) {
        return false;
    }
    if std::fs::symlink_metadata(file).is_err() {
        return true;
    }
    let wanted = file.to_owned();
    let mut walk = walker(directory);
    walk.filter_entry(move |entry| wanted.starts_with(entry.path()) && can_be_entered(entry));
    let mut found =
        walk.build().flatten().filter(|it| it.file_type().is_some_and(|it| it.is_file()));
    found.any(|entry| entry.path() == file)
}

/// Whether a path that begins with `directory` ends up outside it, by way of a link.
pub fn leads_out(directory: &Path, path: &Path) -> bool {
    let Ok(inside) = std::fs::canonicalize(directory) else { return false };
    // What is not there yet is where the nearest folder that is there is.
    let there = path.ancestors().find_map(|part| match std::fs::symlink_metadata(part) {
        Ok(_) => Some(std::fs::canonicalize(part)),
        Err(_) => None,
    });
    // A link to nowhere may lead anywhere later.
    !there.is_some_and(|there| there.is_ok_and(|there| there.starts_with(&inside)))
}

/// Reads a file inside a directory.
pub fn read(directory: &Path, path: &Path) -> SourceText {
    if leads_out(directory, path) {
        let why = "it is a link that leads out of the workspace".to_owned();
        let damage = Some(Damage::Unreadable(why));
        return SourceText { path: within(directory, path), text: Arc::from(""), damage };
    }
    source(directory, path)
}

fn source(directory: &Path, path: &Path) -> SourceText {
    let (text, damage) = match bytes(path) {
        Ok(bytes) => decode(bytes),
        Err(damage) => (String::new(), Some(damage)),
    };
    SourceText { path: within(directory, path), text: Arc::from(text), damage }
}

/// Why a file that is no source was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not in the directory, by a link at least.
    #[error("it leads out of the workspace")]
    Outside,
    /// A folder, a device, a pipe.
    #[error("it is not a file")]
    NotAFile,
    /// More than anybody expects there.
    #[error("it has more than {0} bytes")]
    TooLong(u64),
    /// The system says why.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The text of a file inside a directory that is no source, of `most` bytes at most; nothing where
/// there is none.
pub fn read_text(directory: &Path, path: &Path, most: u64) -> Result<Option<String>, ReadError> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    if leads_out(directory, path) {
        return Err(ReadError::Outside);
    }
    // To open a pipe is to wait for its other end.
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(ReadError::NotAFile);
    }
    if meta.len() > most {
        return Err(ReadError::TooLong(most));
    }
    let mut text = String::new();
    let length = std::fs::File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    if length as u64 > most { Err(ReadError::TooLong(most)) } else { Ok(Some(text)) }
}

/// A path as it is written inside a directory, with slashes.
pub fn within(directory: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(directory).unwrap_or(path).components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn bytes(path: &Path) -> Result<Vec<u8>, Damage> {
    let unreadable = |error: std::io::Error| Damage::Unreadable(error.to_string());
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    // To open a pipe is to wait for its other end.
    if !meta.is_file() {
        return Err(Damage::Unreadable("it is not a file".to_owned()));
    }
    if meta.len() > MAX_SOURCE {
        return Err(Damage::TooLong(meta.len()));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let length = file.take(MAX_SOURCE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if length as u64 > MAX_SOURCE { Err(Damage::TooLong(length as u64)) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{directories, home_of, scan, takes_in};
    use crate::load::Damage;

    #[test]
    fn what_is_unchanged_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("sub/target")).unwrap();
        for file in ["b.journey", "sub/a.journey", "sub/target/no.journey", "note.txt"] {
            fs::write(root.join(file), "event a {}").unwrap();
        }
        let first = scan(root, |_| None);
        let names: Vec<&str> =
            first.files.iter().map(|it| it.source.as_ref().unwrap().path.as_str()).collect();
        assert_eq!(names, ["b.journey", "sub/a.journey"]);
        fs::write(root.join("b.journey"), "event changed {}").unwrap();
        let known = |path: &std::path::Path| {
            first.files.iter().find(|it| it.path == path).and_then(|it| it.stamp)
        };
        let again = scan(root, known);
        let read: Vec<bool> = again.files.iter().map(|it| it.source.is_some()).collect();
        assert_eq!(read, [true, false]);
    }

    #[test]
    fn what_belongs_to_a_directory_is_known_before_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("inner")).unwrap();
        fs::write(root.join("inner/journey.toml"), "").unwrap();
        fs::write(root.join(".gitignore"), "old.journey").unwrap();
        fs::write(root.join("old.journey"), "").unwrap();
        fs::write(root.join("new.journey"), "").unwrap();
        for (file, belongs) in [
            ("new.journey", true),
            ("later.journey", true),
            ("sub/later.journey", true),
            ("old.journey", false),
            (".hidden/later.journey", false),
            ("target/later.journey", false),
            ("inner/later.journey", false),
            ("sub/../../later.journey", false),
        ] {
            assert_eq!(takes_in(root, &root.join(file)), belongs, "{file}");
        }
        assert_eq!(home_of(&root.join("inner/x.journey")), Some(root.join("inner")));
        assert_eq!(directories(root), [root.join("inner")]);
    }

    #[cfg(unix)]
    #[test]
    fn lists_of_what_to_leave_out_count_where_they_are_plain_files_in_the_directory() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join(".gitignore"), "a.journey").unwrap();
        let root = &outside.path().join("workspace");
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::create_dir_all(root.join("plain")).unwrap();
        for file in ["a.journey", "sub/a.journey", "plain/a.journey", "plain/b.journey"] {
            fs::write(root.join(file), "").unwrap();
        }
        let found = || {
            let files = scan(root, |_| None).files.into_iter();
            let names = files.map(|it| it.path.strip_prefix(root).unwrap().display().to_string());
            names.collect::<Vec<_>>()
        };
        // What stands above a workspace is another machine's on another machine.
        let all = ["a.journey", "plain/a.journey", "plain/b.journey", "sub/a.journey"];
        assert_eq!(found(), all);
        // A link may lead to something without an end.
        symlink(outside.path().join(".gitignore"), root.join(".gitignore")).unwrap();
        symlink(outside.path().join(".gitignore"), root.join("sub/.gitignore")).unwrap();
        fs::write(root.join("plain/.gitignore"), "b.journey").unwrap();
        let found = found();
        assert!(found.contains(&"a.journey".to_owned()), "{found:?}");
        assert!(!found.contains(&"sub/a.journey".to_owned()), "{found:?}");
        assert!(!takes_in(root, &root.join("sub/a.journey")));
        assert!(takes_in(root, &root.join("a.journey")));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_outside_is_read() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.journey"), "event secret {}").unwrap();
        fs::write(outside.path().join("journey.toml"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("folder.journey")).unwrap();
        symlink(outside.path(), root.join("dir")).unwrap();
        symlink(outside.path().join("secret.journey"), root.join("link.journey")).unwrap();
        symlink(outside.path().join("journey.toml"), root.join("journey.toml")).unwrap();
        let found = scan(root, |_| None);
        assert!(found.files.is_empty(), "{found:?}");
        let config = found.config.unwrap();
        assert_eq!(&*config.text, "");
        assert!(matches!(config.damage, Some(Damage::Unreadable(_))), "{config:?}");
        for file in ["dir/secret.journey", "dir/new.journey", "link.journey", "folder.journey"] {
            assert!(!takes_in(root, &root.join(file)), "{file}");
        }
    }
}
