//! Reading all segments in order, without changing anything.

use std::path::{Path, PathBuf};

use super::reader::{self, Contents};
use super::segment;
use crate::store::disk::Disk;
use crate::store::error::unreadable;
use crate::store::{Batch, Cut, Recovery, StoreError, Ticket};

/// Who is told what the log holds.
pub(in crate::store) trait Visitor {
    /// The next record.
    fn record(&mut self, ticket: Ticket, batch: &Batch) -> Result<(), StoreError>;

    /// Behind a segment which others follow. All that was told so far is on disk.
    fn end_of_segment(&mut self) -> Result<(), StoreError>;
}

/// A segment to which nothing is added any more.
#[derive(Debug)]
pub(in crate::store) struct Closed {
    pub(super) path: PathBuf,
    pub(super) last: Ticket,
}

/// The log as it was found.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) closed: Vec<Closed>,
    /// The last segment.
    pub(super) path: PathBuf,
    pub(super) first: Ticket,
    pub(super) contents: Contents,
    /// How many records are in all that was read.
    pub(super) records: u64,
}

impl Survey {
    /// What is to be said of it.
    pub(super) fn recovery(&self, through: Ticket) -> Recovery {
        let contents = &self.contents;
        let cut = contents.broken.as_ref().map(|broken| Cut {
            file: self.path.clone(),
            offset: broken.offset,
            bytes: broken.bytes,
            what: broken.what,
        });
        Recovery {
            created: false,
            base: through,
            last: contents.last,
            segments: self.closed.len() + 1,
            records: contents.last.0.saturating_sub(through.0),
            sealed: contents.sealed,
            cut,
        }
    }
}

/// What to read: of which store, and from where on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) store: u64,
    /// Up to here the base holds everything: records up to there are passed over.
    pub(super) through: Ticket,
    /// Whether segments with nothing but such records are read all the same.
    pub(super) all: bool,
}

/// Reads the log in a directory; none if there is no segment at all.
pub(super) fn survey(
    disk: &dyn Disk,
    directory: &Path,
    scope: Scope,
    visitor: &mut dyn Visitor,
) -> Result<Option<Survey>, StoreError> {
    let names = disk.list(directory).map_err(|error| unreadable("list", directory, &error))?;
    let mut firsts: Vec<Ticket> = names.iter().filter_map(|name| segment::first(name)).collect();
    firsts.sort_unstable();
    let (Some(begin), Some((tail, others))) = (firsts.first(), firsts.split_last()) else {
        return Ok(None);
    };
    if *begin > scope.through.next() {
        return Err(missing(directory, scope.through, *begin));
    }
    let mut closed = Vec::new();
    let mut records = 0;
    let nexts = firsts.iter().skip(1);
    for (first, next) in others.iter().zip(nexts) {
        let path = segment::path(directory, *first);
        let last = Ticket(next.0.saturating_sub(1));
        if scope.all || last > scope.through {
            let contents = read_one(disk, &path, *first, scope, visitor)?;
            whole(&contents, &path)?;
            if contents.last < last {
                return Err(missing(directory, contents.last, *next));
            }
            if contents.last > last {
                let what = format!("ticket {next} stands in the segment before, too");
                let file = segment::path(directory, *next);
                return Err(StoreError::Damaged { file, offset: 0, what });
            }
            records += contents.records;
            visitor.end_of_segment()?;
        }
        closed.push(Closed { path, last });
    }
    let path = segment::path(directory, *tail);
    let contents = read_one(disk, &path, *tail, scope, visitor)?;
    if contents.broken.as_ref().is_some_and(|broken| broken.was_whole) {
        whole(&contents, &path)?;
    }
    if contents.last < scope.through {
        let what = format!(
            "the log ends with ticket {}, and ticket {} was written",
            contents.last, scope.through
        );
        return Err(StoreError::Damaged { file: path, offset: contents.end, what });
    }
    records += contents.records;
    Ok(Some(Survey { closed, path, first: *tail, contents, records }))
}

fn read_one(
    disk: &dyn Disk,
    path: &Path,
    first: Ticket,
    scope: Scope,
    visitor: &mut dyn Visitor,
) -> Result<Contents, StoreError> {
    let mut file = disk.open(path).map_err(|error| unreadable("open", path, &error))?;
    reader::read(&mut *file, path, scope.store, first, &mut |ticket, batch| {
        if ticket > scope.through { visitor.record(ticket, batch) } else { Ok(()) }
    })
}

/// An error if there is something that is no frame.
fn whole(contents: &Contents, path: &Path) -> Result<(), StoreError> {
    match &contents.broken {
        None => Ok(()),
        Some(broken) => Err(StoreError::Damaged {
            file: path.to_path_buf(),
            offset: broken.offset,
            what: broken.what.to_owned(),
        }),
    }
}

fn missing(directory: &Path, held: Ticket, next: Ticket) -> StoreError {
    StoreError::MissingSegment { file: segment::path(directory, held.next()), held, next }
}
