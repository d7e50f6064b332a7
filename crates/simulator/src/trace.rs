//! What happened, for people who look for the reason of a violation.

use std::collections::VecDeque;

/// How much of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Nothing: it is run again if it is needed.
    #[default]
    Nothing,
    /// The last events.
    Last(usize),
    /// All of them, shown as they happen.
    Shown,
}

/// Events, the latest last.
#[derive(Debug, Default)]
pub struct Trace {
    keep: Keep,
    events: VecDeque<String>,
    number: u64,
}

impl Trace {
    /// An empty one.
    pub fn new(keep: Keep) -> Trace {
        Trace { keep, events: VecDeque::new(), number: 0 }
    }

    /// Adds an event; it is only put into words if somebody wants it.
    pub fn event(&mut self, words: impl FnOnce() -> String) {
        self.number += 1;
        match self.keep {
            Keep::Nothing => {}
            Keep::Shown => eprintln!("{:>5} {}", self.number, words()),
            Keep::Last(most) => {
                if self.events.len() >= most {
                    self.events.pop_front();
                }
                self.events.push_back(format!("{:>5} {}", self.number, words()));
            }
        }
    }

    /// The events that were kept.
    pub fn into_events(self) -> Vec<String> {
        self.events.into()
    }
}
