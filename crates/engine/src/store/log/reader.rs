//! Reading one segment, and telling damage from a write that a crash cut off.

use std::path::Path;

use super::frame::{self, Head, Kind, Seed};
use super::segment;
use super::window::Window;
use crate::store::disk::DiskFile;
use crate::store::{Batch, MAX_BATCH, StoreError, Ticket};

/// What a segment holds.
#[derive(Debug)]
pub(super) struct Contents {
    /// How many records there are.
    pub(super) records: u64,
    /// The last of them, or the ticket before the first if there is none.
    pub(super) last: Ticket,
    /// Where the last group begins; all before is known to be on disk.
    pub(super) group: u64,
    /// Where the last record ends.
    pub(super) end: u64,
    /// Whether a seal behind it proves that all of it is on disk.
    pub(super) sealed: bool,
    /// What stands behind, if that is anything but frames.
    pub(super) broken: Option<Broken>,
}

/// Bytes that are no frame.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) offset: u64,
    /// From there to the end of the file.
    pub(super) bytes: u64,
    pub(super) what: &'static str,
    /// Whether something behind proves that these bytes were whole and synced once.
    pub(super) was_whole: bool,
}

/// Reads a segment, handing on each record.
pub(super) fn read(
    file: &mut dyn DiskFile,
    path: &Path,
    store: u64,
    first: Ticket,
    record: &mut dyn FnMut(Ticket, &Batch) -> Result<(), StoreError>,
) -> Result<Contents, StoreError> {
    let mut window = Window::new(file, path)?;
    segment::check_header(window.at(0, segment::HEADER)?, path, store, first)?;
    let seed = Seed::new(store, first);
    let start = segment::HEADER as u64;
    let mut contents = Contents {
        records: 0,
        last: Ticket(first.0.saturating_sub(1)),
        group: start,
        end: start,
        sealed: false,
        broken: None,
    };
    let mut at = start;
    while at < window.end {
        let (head, payload) = match frame_at(&mut window, &seed, at)? {
            Ok(found) => found,
            Err(what) => {
                let was_whole = proof_behind(&mut window, &seed, at, contents.last)?;
                let bytes = window.end - at;
                contents.broken = Some(Broken { offset: at, bytes, what, was_whole });
                break;
            }
        };
        let frame = at;
        at += (frame::SIZE + payload.len()) as u64;
        contents.sealed = head.kind == Kind::Seal;
        if head.kind == Kind::Seal {
            continue;
        }
        let damaged = |what: String| {
            Err(StoreError::Damaged { file: path.to_path_buf(), offset: frame, what })
        };
        if head.ticket != contents.last.next() {
            return damaged(format!("ticket {} follows {}", head.ticket, contents.last));
        }
        let Some(batch) = Batch::from_bytes(payload) else {
            return damaged(format!("what ticket {} holds is no batch", head.ticket));
        };
        record(head.ticket, &batch)?;
        contents.records += 1;
        contents.last = head.ticket;
        contents.group = frame.saturating_sub(u64::from(head.back));
        contents.end = at;
    }
    Ok(contents)
}

/// The frame at an offset, or why there is none.
fn frame_at<'w>(
    window: &'w mut Window<'_>,
    seed: &Seed,
    at: u64,
) -> Result<Result<(Head, &'w [u8]), &'static str>, StoreError> {
    let left = window.end - at;
    if left < frame::SIZE as u64 {
        return Ok(Err("the head of a record is cut off"));
    }
    let Some(head) = Head::read(window.at(at, frame::SIZE)?) else {
        return Ok(Err("no record begins here"));
    };
    if head.length as usize > MAX_BATCH {
        return Ok(Err("a record is longer than any can be"));
    }
    let size = frame::SIZE + head.length as usize;
    if left < size as u64 {
        return Ok(Err("a record is cut off"));
    }
    let payload = window.at(at, size)?.get(frame::SIZE..).unwrap_or_default();
    if payload.len() != head.length as usize {
        return Ok(Err("the file became shorter while it was read"));
    }
    Ok(if seed.proves(&head, payload) {
        Ok((head, payload))
    } else {
        Err("a record has another checksum than it says")
    })
}

/// Whether a frame behind `broken` proves that what is there was synced before that frame was written.
fn proof_behind(
    window: &mut Window<'_>,
    seed: &Seed,
    broken: u64,
    last: Ticket,
) -> Result<bool, StoreError> {
    let mut at = broken + 1;
    while at + frame::SIZE as u64 <= window.end {
        let step = window.at(at, 1 << 16)?;
        let Some(skip) = step.iter().position(|byte| *byte == frame::LEAD) else {
            at += step.len().max(1) as u64;
            continue;
        };
        at += skip as u64;
        if at + frame::SIZE as u64 > window.end {
            break;
        }
        if let Ok((head, _)) = frame_at(window, seed, at)? {
            let group = at.saturating_sub(u64::from(head.back));
            if group > broken && head.ticket > last {
                return Ok(true);
            }
        }
        at += 1;
    }
    Ok(false)
}
