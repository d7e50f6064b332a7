//! What happens to a customer.

use crate::{Row, Val};

/// One input of [`apply`](crate::apply). Every index is one of the program's. What is said of a journey
/// is said of all its versions, whichever of them is named; but an outcome and a choice are
/// of the one that is named, and those who enter enter the current one, to which arguments belong.
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
    /// Enters a journey by hand. The re-entry rule applies, and so does the condition of an entry
    /// by event.
    Enter {
        /// Which.
        journey: u16,
        /// Arguments by parameter. One that is left out has its default, or is unset.
        args: &'a [(u16, Val<'a>)],
        /// The properties of the entry's event where it has one, defaults filled in.
        event: Option<&'a Row>,
    },
    /// What became of a message or of a call of a webhook. One that nobody waits for any more
    /// changes nothing.
    Outcome {
        /// The journey.
        journey: u16,
        /// The membership that sent or called.
        membership: u32,
        /// The tile, as the effect named it.
        tile: u16,
        /// The visit, as the effect's key has it.
        visit: u32,
        /// What became of it.
        answer: Answer<'a>,
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
    /// Members leave now, because somebody says so: [`Ending::Removed`](crate::Ending).
    Remove {
        /// The journey.
        journey: u16,
        /// Which member; all of this customer's if nothing is said.
        membership: Option<u32>,
    },
    /// The journey is stopped: all members leave now, also those who are paused or cannot go on
    /// ([`Ending::Stopped`](crate::Ending)), and nobody enters on this input. That nobody does later
    /// is up to the program: a journey that is stopped is not part of it any more, or has no entry.
    Stop {
        /// The journey.
        journey: u16,
    },
    /// A member that cannot go on is tried again, with what is known by now: from the state it waits
    /// in, or from the operation that it could not do. Nothing that is done is done again. Where the
    /// journey is paused, for others, and for those who can go on: nothing.
    Retry {
        /// The journey.
        journey: u16,
        /// Which member.
        membership: u32,
    },
    /// The journey is activated: whoever is in the audience of its entry enters, if it includes those
    /// who are there already. The re-entry rule applies. For other journeys, and customers, nothing.
    Admit {
        /// The journey.
        journey: u16,
    },
    /// Nothing but time passes.
    Tick,
}

/// What became of a message or of a call of a webhook, after all attempts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer<'a> {
    /// It arrived.
    Delivered,
    /// It did not.
    Failed {
        /// The status of the last response, if there was one.
        status: Option<u16>,
    },
    /// It was never sent.
    Skipped,
    /// The call was answered with this. A value that is not of the type that the webhook declares
    /// is a failure.
    Response(Val<'a>),
}
