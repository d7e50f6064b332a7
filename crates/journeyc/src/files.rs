//! Writing files so that a reader never finds half of one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be written", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

/// Puts `bytes` at `path`, in place of what was there: written beside it first, then renamed.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    replace_with(path, |out| out.write_all(bytes))
}

/// Puts what `write` writes at `path`, in the same way. A device or a pipe is written to instead:
/// renaming would put a file in its place. A link stays, and what it leads to is replaced.
pub fn replace_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let special = fs::metadata(path).is_ok_and(|found| !found.is_file());
    let written = if special {
        write_file(path, write).map(drop)
    } else {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        rename_over(&target, write)
    };
    written.map_err(|source| WriteError { path: path.to_owned(), source })
}

fn rename_over(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    // What nobody may write to is not to be replaced either, though the folder would allow it.
    let before = fs::metadata(path).ok().map(|found| found.permissions());
    if before.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let written = write_file(&beside, write).and_then(|file| {
        before.map_or(Ok(()), |before| file.set_permissions(before))?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // The half-written file is ours; whether it can be removed changes nothing.
        let _ = fs::remove_file(&beside);
    })
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<File> {
    let mut out = BufWriter::new(File::create(path)?);
    write(&mut out)?;
    Ok(out.into_inner()?)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::io::Read as _;
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    use std::path::Path;
    use std::process::Command;

    use super::replace;

    #[test]
    fn a_link_stays_and_the_file_behind_it_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "before").unwrap();
        symlink("file", &link).unwrap();
        replace(&link, b"after").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"after");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_pipe_stays_a_pipe() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut text = String::new();
                fs::File::open(pipe).and_then(|mut file| file.read_to_string(&mut text)).unwrap();
                text
            }
        });
        replace(&pipe, b"through").unwrap();
        assert_eq!(reader.join().unwrap(), "through");
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    }

    #[test]
    fn permissions_stay_and_what_is_read_only_too() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&file, b"after").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        let error = replace(&file, b"never").unwrap_err();
        assert_eq!(error.source.to_string(), "the file is read-only");
        assert_eq!(fs::read(&file).unwrap(), b"after");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_is_no_place_for_a_file() {
        let error = replace(Path::new("/"), b"x").unwrap_err();
        assert_eq!(error.to_string(), "/: cannot be written");
    }
}
