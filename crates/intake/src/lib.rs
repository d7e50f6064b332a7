//! From what comes in to the rows and values of a program's schema.
//!
//! Events, profiles, traits and lists of customers come in as JSON or CSV, by names on the wire. This
//! crate reads them by the [`Schema`] of a program into rows and constants, or says with a typed
//! [`Reason`] why not. What reads a log and what answers requests use the same functions, so that both
//! accept and reject the same things.
//!
//! It does no I/O, has no threads and knows no clock: bytes and the time at which they came are handed in.
//! It does not know files, requests, or what is done with a row.
//!
//! | what comes in | read by | comes out as |
//! | --- | --- | --- |
//! | a body: one object, an array, lines | [`Elements`] | a text for each element, with its index and line |
//! | an event | [`Decoder::event`] | [`Event`], its properties in a row |
//! | a profile | [`Decoder::profile`] | the customer's id; traits in a row, audiences as bits |
//! | changes of traits, `null` to take one away | [`Decoder::traits`] | `Vec<(u16, Const)>`, or all reasons |
//! | what is brought along to a journey | [`Decoder::payload`], [`Decoder::entry`] | [`Brought`], or all reasons |
//! | a list of customers for a journey | [`read_csv`], [`read_lines`] | [`List`]: guests and rejections by line |
//! | a customer's id by itself | [`check_id`] | – |
//! | the name of an audience | [`Schema::audience`] | its number |
//! | a message of Segment's libraries | [`Decoder::message`], see [`segment`] | [`segment::Taken`] |
//! | any value by itself | [`read_value`] | [`Const`](journey_bytecode::Const) |
//!
//! The way back is [`write_value`], [`write_values`] and [`write_row`]. Numbers that come out are indices of
//! the program that the schema was made of.
//!
//! A [`Reason`] has a message (its `Display`, and [`Reason::of_element`] where there are no lines), a
//! [`code`](Reason::code) for programs and, where it is about one, the path of a
//! [`field`](Reason::field). What the schema does not know is counted, by name, or a reason to reject:
//! [`Rules`] say which, and [`Decoder::take_unknown`] gives what was counted.
//!
//! ```
//! use std::sync::Arc;
//! use journey_intake::{Decoder, Elements, Form, Limits, Named, Rules, Schema, Strangers};
//! # let program = journey_bytecode::Program {
//! #     timezone: "UTC".into(),
//! #     events: vec![journey_bytecode::Event {
//! #         name: "order_placed".into(), wire: "Order Placed".into(), properties: vec![],
//! #     }],
//! #     ..Default::default()
//! # };
//! # let program = journey_bytecode::verify(program).unwrap();
//! // Once a deployment:
//! let schema = Arc::new(Schema::new(&program));
//! // Once a request:
//! let body = br#"[{"customer_id": "ada", "event": "Order Placed"}, {"event": 7}]"#;
//! let limits = Limits { elements: 10_000, bytes: 1024 * 1024, depth: 64 };
//! let received = Some(1_774_700_000_000);
//! let rules = Rules { received, events: Strangers::Reject, values: Strangers::Count };
//! let mut decoder = Decoder::new(Arc::clone(&schema));
//! let mut rejected = Vec::new();
//! for element in Elements::new(body, Form::of_json(body), limits) {
//!     let mut row = journey_vm::Row::default();
//!     let event = element.text.and_then(|text| decoder.event(text, rules, &mut row));
//!     match event {
//!         Ok(event) => assert_eq!((event.customer, event.event), ("ada", Named::Declared(0))),
//!         Err(reason) => rejected.push((element.index, reason.of_element().to_string())),
//!     }
//! }
//! assert_eq!(rejected, [(1, "the field `event` is the number 7: a text is wanted".to_owned())]);
//! ```

mod body;
mod cells;
mod decode;
mod id;
pub mod iso;
mod json;
mod list;
mod names;
mod properties;
mod reason;
mod scan;
mod schema;
pub mod segment;
mod show;
mod value;

pub use body::{Element, Elements, Form, Limits, whole_lines};
pub use decode::{Decoder, Event, Named, Rules, Strangers};
pub use id::{MAX_ID, check_id};
pub use list::{Brought, Guest, List, ListError, Rejection, read_csv, read_lines};
pub use names::{NameCounts, Unknown};
pub use reason::{Place, Reason, Root};
pub use schema::{EventLayout, JourneyLayout, Layout, Schema};
pub use show::{write_row, write_value, write_values};
pub use value::read_value;
