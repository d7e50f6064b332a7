//! Expressions: what they are evaluated against, and the interpreter.

use bumpalo::Bump;
use journey_bytecode::ExprId;

use crate::{Bits, Customer, Fault, History, ProgramSet, Row, Scratch, Val};

/// All that an expression can read. Everything is borrowed; building one costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Eval<'a> {
    /// Where temporaries go.
    pub arena: &'a Bump,
    /// The clock.
    pub now: i64,
    /// The customer's id.
    pub customer: &'a str,
    /// The customer's traits.
    pub traits: &'a Row,
    /// The computed audiences the customer is in.
    pub audiences: &'a Bits,
    /// The event at hand, its properties and its own time.
    pub event: Option<(&'a Row, i64)>,
    /// The locals of the instance at hand.
    pub locals: Option<&'a Row>,
    /// When the instance at hand entered.
    pub entered: Option<i64>,
    /// The event history.
    pub history: History<'a>,
}

impl<'a> Eval<'a> {
    /// What an expression can read of a customer, with no event and no instance at hand.
    pub fn new(customer: &'a Customer, now: i64, scratch: &'a Scratch) -> Eval<'a> {
        Eval {
            arena: scratch.arena(),
            now,
            customer: customer.id(),
            traits: customer.traits(),
            audiences: customer.audiences(),
            event: None,
            locals: None,
            entered: None,
            history: History { windows: &customer.profile.windows, tallies: &[] },
        }
    }
}

/// Evaluates an expression.
pub fn eval<'a>(_set: &'a ProgramSet, _expr: ExprId, _ctx: &Eval<'a>) -> Result<Val<'a>, Fault> {
    Err(Fault::Program)
}

/// Evaluates a condition; unset counts as false.
pub fn test<'a>(set: &'a ProgramSet, expr: ExprId, ctx: &Eval<'a>) -> Result<bool, Fault> {
    match eval(set, expr, ctx)? {
        Val::Bool(v) => Ok(v),
        Val::Unset => Ok(false),
        _ => Err(Fault::Program),
    }
}
