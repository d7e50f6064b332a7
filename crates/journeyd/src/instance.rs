//! What makes a data folder this server's: its own secret.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file does not hold a key.
    #[error("{}: this is no key of a server: 64 hexadecimal digits", path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

/// The server's own secret, `server.key` in its data folder; it is made at the first start. What
/// must be good after a restart follows from it, such as cursors of lists.
///
/// # Errors
/// The folder cannot be used.
pub fn server_key(data: &Path) -> Result<[u8; 32], InstanceError> {
    let path = data.join("server.key");
    let io = |source| InstanceError::Io { path: path.clone(), source };
    match fs::read_to_string(&path) {
        Ok(text) => HEXLOWER
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| InstanceError::Form { path: path.clone() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            getrandom::fill(&mut key)?;
            make_folder(data).map_err(io)?;
            replace(&path, format!("{}\n", HEXLOWER.encode(&key)).as_bytes()).map_err(io)?;
            Ok(key)
        }
        Err(error) => Err(io(error)),
    }
}

/// Makes a folder and those it is in, for its owner's eyes only. Those that are there stay as they are. What was
/// made lasts when this returns.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folder(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        // Somebody was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Puts a file in place of another, whole and durable, for its owner's eyes only.
///
/// # Errors
/// It cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_added_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The name is durable when its folder is.
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{make_folder, server_key};

    #[cfg(unix)]
    #[test]
    fn nobody_else_looks_into_a_folder_that_was_made() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("data/store");
        make_folder(&deep).unwrap();
        make_folder(&deep).unwrap();
        for made in [&deep, &folder.path().join("data")] {
            assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(make_folder(&file).is_err() && make_folder(&file.join("below")).is_err());
    }

    #[test]
    fn a_server_keeps_its_secret() {
        let folder = tempfile::tempdir().unwrap();
        let key = server_key(folder.path()).unwrap();
        assert_eq!(server_key(folder.path()).unwrap(), key);
        assert_ne!(server_key(&folder.path().join("other")).unwrap(), key);
        std::fs::write(folder.path().join("server.key"), "short").unwrap();
        assert!(server_key(folder.path()).unwrap_err().to_string().contains("server.key"));
    }
}
