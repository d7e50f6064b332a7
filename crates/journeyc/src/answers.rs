//! What becomes of messages and calls where nobody really sends them: in tests and simulations.
//!
//! Every outcome comes at once, at the instant of the message or call. Messages arrive. A webhook
//! answers as it was told; where it was told nothing it succeeds, unless something is read of its
//! response that cannot be made up.

use bumpalo::Bump;
use journey_bytecode::{Const, Program, Type};
use journey_vm::{Answer, Effect, Input, Val};

/// So many outcomes follow on one input. Journeys that go on asking are left waiting then.
pub(crate) const MAX_ANSWERS: usize = 1_000;

/// A message or call whose outcome is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) journey: u16,
    pub(crate) membership: u32,
    pub(crate) tile: u16,
    pub(crate) visit: u32,
    /// Index into the journey's webhooks; none for a message.
    pub(crate) webhook: Option<u16>,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    Delivered,
    Response(Const),
    Failed(Option<u16>),
}

impl Pending {
    /// What an effect waits for, if it does.
    pub(crate) fn of(effect: &Effect<'_>) -> Option<Pending> {
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
    pub(crate) fn input<'a>(&self, reply: &'a Reply, arena: &'a Bump) -> Input<'a> {
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
    pub(crate) fn untold(&self, program: &Program) -> Option<Reply> {
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
