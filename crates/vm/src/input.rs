//! What happens to a customer.

use crate::{Row, Val};

/// One input of [`apply`](crate::apply). Every index is one of the program's.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The customer was known before the journeys started: audience membership is computed
    /// silently, and nobody joins; members enter the journeys that include those who are there
    /// already. Means something only as a customer's first input.
    Activate,
    /// An event.
    Event {
        /// Which, an index into the program's events.
        event: u16,
        /// The event's own time.
        at: i64,
        /// Its id, by which a repetition is recognised.
        id: Option<&'a str>,
        /// Its properties, defaults filled in.
        row: &'a Row,
    },
    /// New values of traits, all at once. Unset means the trait's default, or absent if it has
    /// none. A value of another type than its trait is passed over.
    Traits(&'a [(u16, Val<'a>)]),
    /// The customer joins or leaves an audience that is not computed. A computed one is passed over.
    Member {
        /// Which.
        audience: u16,
        /// Whether the customer is a member from now on.
        member: bool,
    },
    /// Enters a journey by hand. The re-entry rule applies.
    Enter {
        /// Which.
        journey: u16,
    },
    /// From now on this customer takes this arm of the split.
    Choose {
        /// The journey.
        journey: u16,
        /// The split, an index into the journey's splits.
        split: u16,
        /// The arm, an index into the split's arms.
        arm: u16,
    },
    /// The journey is paused: nobody enters, and members stay where they are. What comes for them
    /// meanwhile is kept.
    Pause {
        /// The journey.
        journey: u16,
    },
    /// The journey goes on: what was kept happens now, and time goes on where it stood still.
    Resume {
        /// The journey.
        journey: u16,
    },
    /// Nothing but time passes.
    Tick,
}
