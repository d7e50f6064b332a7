//! What identifies a document: a path where it is a file, else its URI.

use std::path::{Component, Path, PathBuf};

use tower_lsp_server::ls_types::Uri;

/// A document, however its URI is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    /// A file.
    Path(PathBuf),
    /// Anything else, which is in the editor alone.
    Other(String),
}

impl Key {
    pub(crate) fn of(uri: &Uri) -> Key {
        match path_of(uri) {
            Some(path) => Key::Path(path),
            None => Key::Other(uri.as_str().to_owned()),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Key::Path(path) => Some(path),
            Key::Other(_) => None,
        }
    }

    /// How people know it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Key::Path(path) => path.display().to_string(),
            Key::Other(uri) => uri.clone(),
        }
    }
}

/// The path of a file on this machine: absolute, without `.` and `..`.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let local = uri.authority().is_none_or(|it| matches!(it.host(), "" | "localhost"));
    if uri.scheme().as_str() != "file" || !local {
        return None;
    }
    let path = uri.to_file_path()?;
    // Such a path is no file for the system.
    if !path.is_absolute() || path.as_os_str().as_encoded_bytes().contains(&0) {
        return None;
    }
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// The URI of a file.
pub(crate) fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::str::FromStr;

    use tower_lsp_server::ls_types::Uri;

    use super::{Key, path_of, uri_of};

    fn path(uri: &str) -> Option<PathBuf> {
        path_of(&Uri::from_str(uri).unwrap())
    }

    #[test]
    fn one_file_has_one_path_however_it_is_written() {
        assert_eq!(path("file:///a/b%20c.journey"), Some("/a/b c.journey".into()));
        assert_eq!(path("file:///a/./x/../b%20c.journey"), Some("/a/b c.journey".into()));
        assert_eq!(path("file://localhost/a/%C3%A9.journey"), Some("/a/é.journey".into()));
        let key = |uri| Key::of(&Uri::from_str(uri).unwrap());
        assert_eq!(key("file:///%61.journey"), key("file:///a.journey"));
    }

    #[test]
    fn what_is_on_another_machine_or_no_file_has_no_path() {
        for uri in ["file://server/a.journey", "untitled:Untitled-1", "git:/a", "file:///a%00b"] {
            assert_eq!(path(uri), None, "{uri}");
        }
    }

    #[test]
    fn paths_come_back_from_their_uris() {
        for file in ["/a b/é😀.journey", "/%41/#x?.journey"] {
            assert_eq!(path_of(&uri_of(Path::new(file)).unwrap()), Some(file.into()));
        }
    }
}
