//! What becomes of messages and calls where nobody really sends them: in tests and simulations.
//!
//! Every outcome comes at once, at the instant of the message or call. Messages arrive. A webhook
//! answers as it was told; where it was told nothing it succeeds, unless something is read of its
//! response that cannot be made up.

use bumpalo::Bump;
use journey_bytecode::{Const, Program, Type};
use journey_vm::{Answer, Effect, Input, Val};

/// So many outcomes follow on one input. Journeys that go on asking are left waiting then.
pub const MAX_ANSWERS: usize = 1_000;

/// A message or call whose outcome is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// The journey of the member that waits, by number.
    pub journey: u16,
    /// Which membership.
    pub membership: u32,
    /// The tile at which it waits.
    pub tile: u16,
    /// The how manieth arrival there it is.
    pub visit: u32,
    /// Index into the journey's webhooks; none for a message.
    pub webhook: Option<u16>,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The message arrived, or the call succeeded.
    Delivered,
    /// What a call answered.
    Response(Const),
    /// It failed, with a status if there was an answer.
    Failed(Option<u16>),
}

impl Pending {
    /// What an effect waits for, if it does.
    pub fn of(effect: &Effect<'_>) -> Option<Pending> {
        match *effect {
            Effect::Sent { journey, membership, tile, key, awaits: true, .. } => {
                Some(Pending { journey, membership, tile, visit: key.visit, webhook: None })
            }
            Effect::Called { journey, membership, tile, key, webhook, awaits: true, .. } => {
                let webhook = Some(webhook);
                Some(Pending { journey, membership, tile, visit: key.visit, webhook })
            }
            _ => None,
        }
    }

    /// The outcome as an input.
    pub fn input<'a>(&self, reply: &'a Reply, arena: &'a Bump) -> Input<'a> {
        let Pending { journey, membership, tile, visit, .. } = *self;
        let answer = match reply {
            Reply::Delivered => Answer::Delivered,
            Reply::Response(value) => Answer::Response(Val::from_const(value, arena)),
            Reply::Failed(status) => Answer::Failed { status: *status },
        };
        Input::Outcome { journey, membership, tile, visit, answer }
    }

    /// What becomes of it where nothing was said; none where a response is read that cannot be made
    /// up.
    pub fn untold(&self, program: &Program) -> Option<Reply> {
        let journey = program.journeys.get(usize::from(self.journey))?;
        let webhook = self.webhook.and_then(|number| journey.webhooks.get(usize::from(number)));
        match webhook.and_then(|webhook| webhook.response.as_ref()) {
            None => Some(Reply::Delivered),
            Some(response) => made_up(&response.ty).map(Reply::Response),
        }
    }
}

/// A record whose fields all have defaults or may be unset.
fn made_up(ty: &Type) -> Option<Const> {
    let Type::Record(fields) = ty else { return None };
    let field = |field: &journey_bytecode::FieldType| match &field.default {
        Some(default) => Some(default.clone()),
        None => field.optional.then_some(Const::Unset),
    };
    fields.iter().map(field).collect::<Option<_>>().map(Const::Record)
}
