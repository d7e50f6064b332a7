//! One input, applied to one customer.

use crate::{Customer, Effects, Input, ProgramSet, Scratch};

/// Applies one input to one customer at `now`: first all that is due by then, then the input,
/// then what follows from it. A `now` before the customer's clock counts as the clock.
pub fn apply(
    _set: &ProgramSet,
    customer: &mut Customer,
    _input: Input<'_>,
    now: i64,
    scratch: &mut Scratch,
    _out: &mut impl Effects,
) {
    scratch.arena.reset();
    customer.clock = customer.clock.max(now);
}
