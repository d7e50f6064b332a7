//! Opening the log of a store: what it holds is read, its end put in order, a new segment begun.

use std::path::Path;

use super::frame::Seed;
use super::reader::Contents;
use super::segment;
use super::survey::{Closed, Scope, Survey, Visitor, survey};
use super::{Log, Place, Writer};
use crate::planted::{self, Bug};
use crate::store::disk::DiskFile;
use crate::store::error::unreadable;
use crate::store::{Recovery, StoreError, Ticket};

/// How much is copied at once.
const CHUNK: usize = 1 << 20;

/// Begins the log of a new store with a ticket.
pub(in crate::store) fn create(place: Place, first: Ticket) -> Result<Log, StoreError> {
    let directory = place.directory.clone();
    place.health.written(place.disk.create_directory(&directory), "make", &directory)?;
    clear_unfinished(&place)?;
    let path = segment::path(&directory, first);
    if place.disk.open(&path).is_ok() {
        // Left by a start that did not come to its end.
        place.health.written(place.disk.remove(&path), "remove", &path)?;
    }
    let writer = Writer::begin(&place, first)?;
    Ok(Log::new(place, writer))
}

/// Opens the log of a store whose base holds everything up to a ticket, and hands on what is behind that.
pub(in crate::store) fn recover(
    place: Place,
    through: Ticket,
    visitor: &mut dyn Visitor,
) -> Result<(Log, Recovery), StoreError> {
    let scope = Scope { store: place.store, through, all: false };
    let found = survey(&*place.disk, &place.directory, scope, visitor)?;
    let found = found.ok_or_else(|| no_segment(&place, through))?;
    clear_unfinished(&place)?;
    // The process before may have ended before the name of its last segment lasted, which is written to again.
    let directory = &place.directory;
    place.health.written(place.disk.sync_directory(directory), "sync", directory)?;
    let recovery = found.recovery(through);
    let mut writer = secure(&place, &found)?;
    writer.closed = found.closed.into_iter().chain(writer.closed).collect();
    visitor.end_of_segment()?;
    Ok((Log::new(place, writer), recovery))
}

/// Makes sure that what was read from the last segment is on disk, and gives the segment that is
/// written from now on.
fn secure(place: &Place, found: &Survey) -> Result<Writer, StoreError> {
    let Survey { path, first, contents, .. } = found;
    let written = |result, action| place.health.written(result, action, path);
    let mut file = place.health.written(place.disk.open(path), "open", path)?;
    let seed = Seed::new(place.store, *first);
    // Also where nothing is seen behind the end: it may have been cut off in the system's cache only.
    if (contents.broken.is_some() || !contents.sealed) && !planted::is(Bug::TornTailKept) {
        written(file.truncate(contents.end), "truncate")?;
    }
    if !contents.sealed {
        rewrite(place, path, &mut *file, contents)?;
    }
    // Before the seal: it says that what is before it is on disk.
    written(file.sync(), "sync")?;
    let mut seal = Vec::new();
    seed.seal(&mut seal, contents.last);
    written(file.write_at(contents.end, &seal), "write")?;
    written(file.sync(), "sync")?;
    if contents.records == 0 {
        return Ok(Writer::resume(file, path.clone(), seed, *first, contents.end));
    }
    let mut writer = Writer::begin(place, contents.last.next())?;
    writer.closed.push_back(Closed { path: path.clone(), last: contents.last });
    Ok(writer)
}

/// Writes the last group again. It may have been read from the system's cache although writing it to the
/// disk failed; then only writing it again makes the sync that follows mean something.
fn rewrite(
    place: &Place,
    path: &Path,
    file: &mut dyn DiskFile,
    contents: &Contents,
) -> Result<(), StoreError> {
    let mut at = contents.group;
    let mut buffer = vec![0; CHUNK];
    while at < contents.end {
        let left = usize::try_from(contents.end - at).unwrap_or(CHUNK).min(CHUNK);
        let part = buffer.get_mut(..left).unwrap_or_default();
        let read = file.read_at(at, part).map_err(|error| unreadable("read", path, &error))?;
        let part = part.get(..read).unwrap_or_default();
        place.health.written(file.write_at(at, part), "write", path)?;
        at += (read as u64).max(1);
    }
    Ok(())
}

fn clear_unfinished(place: &Place) -> Result<(), StoreError> {
    let listed = place.disk.list(&place.directory);
    let names = listed.map_err(|error| unreadable("list", &place.directory, &error))?;
    for name in names.iter().filter(|name| name.ends_with(segment::UNFINISHED)) {
        let path = place.directory.join(name);
        place.health.written(place.disk.remove(&path), "remove", &path)?;
    }
    Ok(())
}

/// What the log of a store holds, read without changing anything: how many records there are in all, and
/// what would be recovered.
pub(in crate::store) fn check(
    place: &Place,
    through: Ticket,
    visitor: &mut dyn Visitor,
) -> Result<(u64, Recovery), StoreError> {
    let scope = Scope { store: place.store, through, all: true };
    let found = survey(&*place.disk, &place.directory, scope, visitor)?;
    let found = found.ok_or_else(|| no_segment(place, through))?;
    Ok((found.records, found.recovery(through)))
}

fn no_segment(place: &Place, through: Ticket) -> StoreError {
    StoreError::MissingFile { file: segment::path(&place.directory, through.next()) }
}
