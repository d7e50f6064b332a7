//! A bar that shows how far a long run has come.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the bar is drawn even if nothing moves.
const TICK: Duration = Duration::from_millis(120);

/// Shows how far a run has come, or nothing where there is nobody to look.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Draws on the standard error if that is a terminal.
    pub fn on_terminal() -> Progress {
        Progress { wanted: stderr().is_terminal(), bar: None }
    }

    /// Begins something that is `length` bytes long, if that is known.
    pub(crate) fn begin(&mut self, what: &str, length: Option<u64>) {
        if !self.wanted {
            return;
        }
        let (bar, template) = match length {
            Some(length) => (
                ProgressBar::new(length),
                "{msg} {bar:32.cyan/dim} {percent:>3}%  {bytes} of {total_bytes}  {eta} left",
            ),
            None => (ProgressBar::no_length(), "{msg} {spinner} {bytes}  {bytes_per_sec}"),
        };
        // The templates are constants; one that does not parse leaves the default bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(TICK);
        self.bar = Some(bar);
    }

    /// So many bytes are done.
    pub(crate) fn at(&self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
        }
    }

    /// It is over; the bar goes away.
    pub(crate) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
