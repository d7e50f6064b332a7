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

/// Puts what `write` writes at `path`, in the same way.
pub fn replace_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = write_file(&beside, write).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        // The half-written file is ours; whether it can be removed changes nothing.
        let _ = fs::remove_file(&beside);
        WriteError { path: path.to_owned(), source }
    })
}

fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write(&mut out)?;
    out.into_inner()?.sync_all()
}
