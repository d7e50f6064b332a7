//! Event-history windows: what a customer's events add up to, kept up to date event by event.

use std::collections::VecDeque;

use crate::{Fault, Row};

/// What one event adds to a sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// Nothing: the window only counts.
    Nothing,
    /// An int.
    Int(i64),
    /// A number.
    Number(f64),
    /// The filter or the value could not be evaluated. Who asks the window faults too.
    Fault(Fault),
}

/// An event as a window keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The event's own time.
    pub at: i64,
    /// The properties the window has a use for; the others are absent.
    pub row: Row,
}

/// A running total: all that an unbounded window needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// How many events.
    pub count: i64,
    /// Their sum.
    pub sum: Sample,
    /// The latest of them, if the window asks for it.
    pub last: Option<Box<Kept>>,
}

/// The state of a window of the customer.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowState {
    /// A range without end.
    Total(Tally),
    /// A count or sum over a range of time: what each event adds, by the event's time.
    Recent(VecDeque<(i64, Sample)>),
    /// The latest event over a range of time.
    Latest(Option<Box<Kept>>),
    /// Events that are filtered only when the window is asked, by time.
    Log(VecDeque<Kept>),
}

/// The history an expression can ask: the customer's windows, and those of the instance at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'a> {
    /// The windows of the customer.
    pub windows: &'a [WindowState],
    /// The windows of the instance, `None` before their mark.
    pub tallies: &'a [Option<Tally>],
}
