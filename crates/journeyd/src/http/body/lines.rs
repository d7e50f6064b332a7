//! A body of lines, in pieces that are bounded however long the body is.

use std::time::Duration;

use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use super::{BodyFrames, Intake};
use crate::http::problem::Problem;

/// About how many bytes are handed out at once.
const PIECE: usize = 256 * 1024;
/// How many lines are handed out at once at most.
const LINES: usize = 2_000;
/// How long whole lines that are there wait for more.
const WAIT: Duration = Duration::from_millis(5);

/// Cuts a body into pieces of whole lines while it comes in. It holds one piece, one frame and the beginning of
/// one line, and reads on only once a piece was taken: who sends faster than that has to wait.
#[derive(Debug)]
pub(crate) struct BodyLines {
    frames: BodyFrames,
    cutter: Cutter,
    intake: Option<Intake>,
    /// Memory that was taken for it.
    taken: usize,
    over: bool,
    /// Why nothing more comes, to be told once all whole lines are handed out.
    broken: Option<Problem>,
}

impl BodyLines {
    /// The lines of a request. Of one that is longer than `longest` bytes no more than one byte more is handed
    /// out.
    pub(crate) fn of(request: Request, longest: usize) -> BodyLines {
        let intake = request.extensions().get::<Intake>().cloned();
        let frames = BodyFrames::of(request);
        let cutter = Cutter { longest, ..Cutter::default() };
        BodyLines { frames, cutter, intake, taken: 0, over: false, broken: None }
    }

    /// The next lines, as soon as there are any; nothing at the end. The last need not have a line end.
    ///
    /// # Errors
    /// The body broke off. All whole lines before that were handed out, and the one it broke off in is not.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        while !self.over && !self.cutter.is_full() {
            let frame = if self.cutter.has_lines() {
                match timeout(WAIT, self.frames.next()).await {
                    Ok(frame) => frame,
                    Err(_) => {
                        // What is done with these lines is no time the body takes.
                        self.intake.iter().for_each(Intake::look_away);
                        break;
                    }
                }
            } else {
                self.frames.next().await
            };
            match frame.and_then(|data| self.hold(data)) {
                Ok(Some(data)) => self.cutter.push(&data),
                Ok(None) => {
                    self.over = true;
                    self.cutter.end();
                }
                Err(problem) => {
                    self.over = true;
                    self.broken = Some(problem);
                    self.cutter.break_off();
                }
            }
        }
        match (self.cutter.take(), self.broken.take()) {
            (None, Some(problem)) => Err(problem),
            (piece, broken) => {
                self.broken = broken;
                Ok(piece)
            }
        }
    }

    /// Takes memory for a frame, by growing steps.
    fn hold(&mut self, data: Option<Bytes>) -> Result<Option<Bytes>, Problem> {
        let wanted = self.cutter.held.len() + data.as_ref().map_or(0, Bytes::len);
        if let Some(intake) = &self.intake
            && wanted > self.taken
        {
            let step = (wanted - self.taken).max(self.taken);
            intake.hold(step)?;
            self.taken += step;
        }
        Ok(data)
    }
}

/// Tells whole lines from the beginning of one.
#[derive(Debug, Default)]
struct Cutter {
    held: BytesMut,
    /// How much of it is whole lines, and how many these are.
    whole: usize,
    lines: usize,
    /// How long the line is that is not whole yet, as far as it is held.
    begun: usize,
    longest: usize,
}

impl Cutter {
    fn has_lines(&self) -> bool {
        self.whole > 0
    }

    fn is_full(&self) -> bool {
        self.whole >= PIECE || self.lines >= LINES
    }

    fn push(&mut self, data: &[u8]) {
        for part in data.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            // One byte more than is allowed tells that it is too long.
            let room = self.longest.saturating_add(1).saturating_sub(self.begun);
            let kept = text.get(..room.min(text.len())).unwrap_or_default();
            self.held.extend_from_slice(kept);
            self.begun += kept.len();
            if ends {
                self.held.extend_from_slice(b"\n");
                self.begun = 0;
                self.whole = self.held.len();
                self.lines += 1;
            }
        }
    }

    /// The body is over: what is there is the last line.
    fn end(&mut self) {
        self.lines += usize::from(self.begun > 0);
        self.begun = 0;
        self.whole = self.held.len();
    }

    /// The body broke off: what is there of the last line is no line.
    fn break_off(&mut self) {
        self.begun = 0;
        self.held.truncate(self.whole);
    }

    /// Takes as many whole lines as are handed out at once, one at least.
    fn take(&mut self) -> Option<Bytes> {
        let whole = self.held.get(..self.whole).filter(|whole| !whole.is_empty())?;
        let mut ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let (mut end, mut lines) = (0, 0);
        while lines < LINES && end < PIECE && end < whole.len() {
            end = ends.next().map_or(whole.len(), |(at, _)| at + 1);
            lines += 1;
        }
        self.whole -= end;
        self.lines = self.lines.saturating_sub(lines);
        Some(self.held.split_to(end).freeze())
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
