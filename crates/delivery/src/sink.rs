//! Where the lines of `log` destinations go.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// A line of a `log` destination.
#[derive(Debug, Clone, Copy)]
pub struct LogLine<'a> {
    /// The destination.
    pub queue: &'a str,
    /// The idempotency key.
    pub key: &'a str,
    /// When the journey asked for it, in milliseconds since 1970.
    pub at: i64,
    /// One JSON object, in which personal data is left out.
    pub json: &'a str,
}

/// Takes the lines of `log` destinations, in each destination's own order.
pub trait Sink: Send + Sync {
    /// Writes a line. It is called from the runtime's threads, so it should not block for long.
    fn write(&self, line: LogLine<'_>) -> io::Result<()>;
}

/// Writes each line as it is: JSON lines.
pub struct JsonLines<W>(Mutex<W>);

impl<W: Write + Send> JsonLines<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> JsonLines<W> {
        JsonLines(Mutex::new(to))
    }
}

impl<W> fmt::Debug for JsonLines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLines")
    }
}

impl<W: Write + Send> Sink for JsonLines<W> {
    fn write(&self, line: LogLine<'_>) -> io::Result<()> {
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece, so that nothing comes between a line and its end.
        to.write_all(format!("{}\n", line.json).as_bytes())?;
        to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_one_below_the_other() {
        let sink = JsonLines::new(Vec::new());
        for json in ["{\"a\":1}", "{\"a\":2}"] {
            sink.write(LogLine { queue: "mail", key: "k", at: 0, json }).unwrap();
        }
        let written = sink.0.into_inner().unwrap();
        assert_eq!(written, b"{\"a\":1}\n{\"a\":2}\n");
    }
}
