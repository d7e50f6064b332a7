//! The expression interpreter and the pure [`apply`] function.
//!
//! One customer is one [`Customer`] value. Whatever happens to it is one call:
//!
//! ```text
//! apply(program set, customer, input, now, scratch, effects)
//! ```
//!
//! `apply` reads no clock, draws no random number and does no I/O: the same customer, input and
//! `now` always give the same customer and the same effects. This crate does not know where
//! customers are kept, where inputs come from, or how effects are delivered.
//!
//! Start at [`Input`] and [`Effect`] for what goes in and out, at `state.rs` for what a customer
//! is, then read `apply/mod.rs`, which follows the order of things.

mod apply;
mod bits;
mod effect;
mod eval;
mod fault;
mod history;
mod input;
pub mod json;
mod key;
mod line;
mod memory;
mod rebase;
mod record;
mod request;
mod row;
mod scratch;
mod set;
mod split;
mod state;
mod value;
mod words;

pub use apply::apply;
pub use bits::Bits;
pub use effect::{Effect, Effects, Ending, Refusal, Rule, Site};
pub use eval::{Eval, Read, Shown, Source, eval, test};
pub use fault::Fault;
pub use history::{History, Kept, Sample, Tally, WindowState};
pub use input::{Answer, Input};
pub use key::{Key, MessageKey};
pub use rebase::{Rebase, RebaseError};
pub use record::{RecordError, decode_args, encode_args};
pub use request::{
    Call, HttpMessage, MailMessage, MailServer, Outside, RenderError, Rendered, render,
};
pub use row::Row;
pub use scratch::Scratch;
pub use set::ProgramSet;
pub use state::{Customer, Instance, Status};
pub use value::Val;
