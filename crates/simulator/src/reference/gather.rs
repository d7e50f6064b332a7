//! Takes the effects of one input for the reference.

use std::sync::Arc;

use journey_bytecode::Const;
use journey_engine::deploy::Deployment;
use journey_engine::outbox::{Message, Post};
use journey_engine::timeline::Happened;
use journey_vm::{Effect, Effects, MessageKey, Refusal, Val};

use crate::checker::Origin;

/// What happened under one deployment.
pub(super) struct Part {
    pub(super) deployment: Arc<Deployment>,
    pub(super) effects: Vec<Happened>,
    pub(super) messages: Vec<Message>,
}

/// See the [module](self).
pub(super) struct Gather {
    customer: String,
    /// The deployment that follows in the middle of it.
    next: Option<Arc<Deployment>>,
    pub(super) parts: Vec<Part>,
    pub(super) origins: Vec<(journey_vm::Key, Origin)>,
    pub(super) entered: Vec<u16>,
    pub(super) refused: Vec<(u16, Refusal)>,
    pub(super) exited: Vec<u16>,
}

impl Gather {
    pub(super) fn new(
        customer: &str,
        deployment: &Arc<Deployment>,
        next: Option<&Arc<Deployment>>,
    ) -> Gather {
        Gather {
            customer: customer.to_owned(),
            next: next.cloned(),
            parts: vec![part(deployment)],
            origins: Vec::new(),
            entered: Vec::new(),
            refused: Vec::new(),
            exited: Vec::new(),
        }
    }

    fn message(
        &mut self,
        (journey, membership, tile): (u16, u32, u16),
        key: MessageKey<'_>,
        awaits: bool,
        at: i64,
        post: Post,
    ) {
        let origin = Origin {
            customer: key.customer.to_owned(),
            journey: key.journey.to_owned(),
            membership: key.membership,
            tile: key.tile.to_owned(),
            visit: key.visit,
        };
        let computed = key.compute();
        self.origins.push((computed, origin));
        let customer = self.customer.clone();
        let Some(part) = self.parts.last_mut() else { return };
        part.messages.push(Message {
            customer,
            deployment: part.deployment.number,
            journey,
            membership,
            tile,
            visit: key.visit,
            awaits,
            key: computed,
            at,
            post,
            attempt: 1,
            next_at: at,
            last: None,
        });
    }
}

fn part(deployment: &Arc<Deployment>) -> Part {
    let deployment = Arc::clone(deployment);
    Part { deployment, effects: Vec::new(), messages: Vec::new() }
}

fn own(values: &[(u16, Val<'_>)]) -> Vec<(u16, Const)> {
    values.iter().map(|(slot, value)| (*slot, value.to_const())).collect()
}

impl Effects for Gather {
    fn wants_decisions(&self) -> bool {
        true
    }

    fn emit(&mut self, effect: Effect<'_>) {
        if let Effect::Rebased { .. } = effect
            && let Some(next) = self.next.take()
        {
            self.parts.push(part(&next));
        }
        if let Some(part) = self.parts.last_mut() {
            part.effects.push(Happened::of(&effect));
        }
        match effect {
            Effect::Entered { journey, .. } => self.entered.push(journey),
            Effect::NotEntered { journey, reason, .. } => self.refused.push((journey, reason)),
            Effect::Exited { journey, .. } => self.exited.push(journey),
            Effect::Sent { journey, membership, tile, action, args, key, awaits, at, .. } => {
                let post = Post::Action { action, args: own(args) };
                self.message((journey, membership, tile), key, awaits, at, post);
            }
            Effect::Called {
                journey, membership, tile, webhook, call, key, awaits, at, ..
            } => {
                let headers = call.headers.iter();
                let post = Post::Call {
                    webhook,
                    method: call.method,
                    url: call.url.to_owned(),
                    headers: headers.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
                    body: call.body_text(),
                    delivery: call.delivery,
                };
                self.message((journey, membership, tile), key, awaits, at, post);
            }
            _ => {}
        }
    }
}
