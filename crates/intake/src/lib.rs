//! From what comes in to the rows and values of a program's schema.
//!
//! Events, profiles, traits and lists of customers come in as JSON or CSV, by names on the wire. This
//! crate reads them by the [`Schema`] of a program into rows and constants, or says with a typed
//! [`Reason`] why not. What reads a log and what answers requests use the same functions, so that both
//! accept and reject the same things.
//!
//! It does no I/O and knows no clock: bytes and the time at which they came are handed in. It does not
//! know files, requests, or what is done with a row.

mod cells;
mod decode;
pub mod iso;
mod json;
mod list;
mod names;
mod properties;
mod reason;
mod schema;
mod value;

pub use decode::{Decoder, Event, Named, Rules, Strangers};
pub use list::{Brought, Guest, List, ListError, Rejection, read_csv};
pub use names::{NameCounts, Unknown};
pub use reason::{Place, Reason, Root};
pub use schema::{EventLayout, JourneyLayout, Layout, Schema};
pub use value::read_value;
