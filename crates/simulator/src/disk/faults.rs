//! When the disk does not do what it is asked.

use std::io;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// What is asked of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    Write,
    Sync,
    /// Making, renaming and removing files.
    Directory,
}

/// What fails, and when. Each number counts calls: with 0 it is the next one.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// The machine, or the process, ends in the middle of this call, whichever it is.
    pub off_after: Option<u64>,
    /// This read fails.
    pub read: Option<u64>,
    /// This write fails.
    pub write: Option<u64>,
    /// This fsync fails.
    pub sync: Option<u64>,
    /// From this write on there is no room.
    pub full_after: Option<u64>,
}

/// How a call goes.
pub(crate) enum Verdict {
    Done,
    /// Nothing of it is done.
    Refused(io::Error),
    /// Part of it may be done.
    Broken(io::Error),
}

/// The faults that are to come, and how things stand.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    pub(crate) faults: Faults,
    /// Whether machine or process are gone: nothing is done any more.
    pub(crate) off: bool,
    /// Whether there is no room.
    pub(crate) full: bool,
}

impl Fate {
    pub(crate) fn verdict(&mut self, call: Call) -> Verdict {
        if self.off {
            return Verdict::Refused(gone());
        }
        if due(&mut self.faults.off_after) {
            self.off = true;
            return Verdict::Broken(gone());
        }
        let failed = || Verdict::Broken(io::Error::from_raw_os_error(EIO));
        match call {
            Call::Read if due(&mut self.faults.read) => failed(),
            Call::Sync if due(&mut self.faults.sync) => failed(),
            Call::Write if due(&mut self.faults.write) => failed(),
            Call::Write => {
                self.full |= due(&mut self.faults.full_after);
                match self.full {
                    true => Verdict::Broken(io::Error::from_raw_os_error(ENOSPC)),
                    false => Verdict::Done,
                }
            }
            Call::Directory if self.full => Verdict::Refused(io::Error::from_raw_os_error(ENOSPC)),
            _ => Verdict::Done,
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the machine is off")
}

/// Counts down to zero, which happens once.
fn due(left: &mut Option<u64>) -> bool {
    match left {
        Some(0) => {
            *left = None;
            true
        }
        Some(more) => {
            *more -= 1;
            false
        }
        None => false,
    }
}
