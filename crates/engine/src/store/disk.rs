//! What the store asks of a disk.
//!
//! The traits are small so that a simulated disk can stand in, and say exactly what a disk must keep. The
//! store asks for nothing more: it never relies on the order in which unsynced writes reach the disk.

use std::io;
use std::path::Path;

/// Files and directories.
///
/// Making, renaming and removing files are seen at once by later calls. They last through a power cut
/// only from the next [`sync_directory`](Disk::sync_directory) of the directory they happened in on; before it each of them may have
/// happened or not, independently of each other and of what the files hold.
pub trait Disk: Send + Sync {
    /// Makes a directory, and those above it that are not there. It is no error if it is there.
    ///
    /// # Errors
    ///
    /// As the system says.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// The names of the files and directories in a directory, in any order.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such directory.
    fn list(&self, directory: &Path) -> io::Result<Vec<String>>;

    /// Makes an empty file.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if there is one.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file that is there.
    ///
    /// # Errors
    ///
    /// `NotFound` if it is not there.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, in the place of a file that has it. After a power cut either the old or
    /// the new file is under the new name, never none if there was one.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no file under the old name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a file away.
    ///
    /// # Errors
    ///
    /// `NotFound` if it is not there.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes what was made, renamed and removed in a directory last. It says nothing of what the files in
    /// it hold.
    ///
    /// # Errors
    ///
    /// As the system says. After an error none or any of it may last.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;

    /// Takes the lock that a file stands for, making the file if need be; none if somebody else has it, in this process or
    /// another. It is given back when the value is dropped or the process ends, however it ends.
    ///
    /// # Errors
    ///
    /// As the system says.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>>;
}

/// A lock that is held as long as this is there.
pub trait Lock: Send + Sync {}

/// An open file. One file may be open several times, and all see the same bytes.
pub trait DiskFile: Send {
    /// How many bytes the file has.
    ///
    /// # Errors
    ///
    /// As the system says.
    fn size(&mut self) -> io::Result<u64>;

    /// Reads from `offset` on until the buffer is full or the file ends, and says how many bytes it was.
    /// Sees every write, synced or not.
    ///
    /// # Errors
    ///
    /// As the system says.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`, which is at most the size of the file. Until the next
    /// [`sync`](DiskFile::sync) a power cut may keep any part of it, byte by byte and in any order. Where it is not
    /// kept the file is as it was before the write, and zero or absent where there was nothing before.
    ///
    /// # Errors
    ///
    /// As the system says. After an error any part of it may have been written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to `size`, which is at most its size.
    ///
    /// # Errors
    ///
    /// As the system says.
    fn truncate(&mut self, size: u64) -> io::Result<()>;

    /// Makes everything that was written to the file, however it was opened, and its size last through a power cut.
    ///
    /// # Errors
    ///
    /// As the system says. After an error it is not known what lasts, and a later call that succeeds says
    /// nothing of what was written before.
    fn sync(&mut self) -> io::Result<()>;
}
