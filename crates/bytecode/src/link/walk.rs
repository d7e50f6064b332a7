//! A journey, copied, with everything it refers to replaced.
//!
//! What a reference becomes is up to a [`Refer`]. By default it stays, so that a `Refer` can also
//! just look at what there is.

use super::error::Broken;
use crate::{
    Arm, ArmTrigger, Call, Capture, CaptureFrom, Condition, Deadline, Entry, ExitTrigger, ExprId,
    HttpRequest, Journey, Op, Reads, Send, State, Timezone, Update,
};

/// What comes of a reference.
pub(super) type Referred<T> = Result<T, Broken>;

/// Says what references become.
pub(super) trait Refer {
    fn expr(&mut self, id: ExprId) -> Referred<ExprId>;

    fn window(&mut self, number: u16) -> Referred<u16>;

    fn event(&mut self, number: u16) -> Referred<u16> {
        Ok(number)
    }

    fn property(&mut self, _event: u16, slot: u16) -> Referred<u16> {
        Ok(slot)
    }

    fn trait_(&mut self, slot: u16) -> Referred<u16> {
        Ok(slot)
    }

    fn audience(&mut self, number: u16) -> Referred<u16> {
        Ok(number)
    }

    /// An audience whose members are set.
    fn open_audience(&mut self, number: u16) -> Referred<u16> {
        Ok(number)
    }

    /// A trait that is set to a value, which is replaced already.
    fn set_trait(&mut self, slot: u16, _value: ExprId) -> Referred<u16> {
        Ok(slot)
    }

    /// A message; its values are replaced already.
    fn send(&mut self, send: Send) -> Referred<Send> {
        Ok(send)
    }

    /// A start of another journey; its values are replaced already.
    fn call(&mut self, call: Call) -> Referred<Call> {
        Ok(call)
    }
}

/// Copies a journey that is not entered any more: it has no entry.
pub(super) fn journey(journey: &Journey, refer: &mut impl Refer) -> Referred<Journey> {
    let mut copy = journey.clone();
    copy.entry = Entry::Manual;
    if let Some(Timezone { name, reads: read }) = &mut copy.timezone {
        *name = refer.expr(*name)?;
        *read = reads(read, refer)?;
    }
    for exit in &mut copy.exits {
        match &mut exit.trigger {
            ExitTrigger::Event { event, filter } => {
                *event = refer.event(*event)?;
                optional(filter, refer)?;
            }
            ExitTrigger::When(when) => condition(when, refer)?,
            ExitTrigger::After(length) => *length = refer.expr(*length)?,
        }
    }
    for goal in &mut copy.goals {
        goal.event = refer.event(goal.event)?;
        optional(&mut goal.filter, refer)?;
        goal.within = refer.expr(goal.within)?;
    }
    copy.code.iter_mut().try_for_each(|op| self::op(op, refer))?;
    copy.states.iter_mut().try_for_each(|state| self::state(state, refer))?;
    for place in &mut copy.sends {
        let mut send = place.clone();
        values(&mut send.args, refer)?;
        *place = refer.send(send)?;
    }
    copy.webhooks.iter_mut().try_for_each(|webhook| request(&mut webhook.request, refer))?;
    copy.updates.iter_mut().try_for_each(|update| self::update(update, refer))?;
    for place in &mut copy.calls {
        let mut call = place.clone();
        values(&mut call.args, refer)?;
        values(&mut call.event, refer)?;
        *place = refer.call(call)?;
    }
    Ok(copy)
}

fn op(op: &mut Op, refer: &mut impl Refer) -> Referred<()> {
    match op {
        Op::Unless { test: expr, .. }
        | Op::Set { value: expr, .. }
        | Op::Pace { time: expr, .. }
        | Op::Rounds { times: expr, .. } => *expr = refer.expr(*expr)?,
        Op::Member { audience, .. } => *audience = refer.open_audience(*audience)?,
        Op::Arrive { .. }
        | Op::Leave { .. }
        | Op::Mark { .. }
        | Op::Jump { .. }
        | Op::Split { .. }
        | Op::Send { .. }
        | Op::Call { .. }
        | Op::Update { .. }
        | Op::Countdown { .. }
        | Op::Enter { .. }
        | Op::Suspend { .. }
        | Op::Exit { .. } => {}
    }
    Ok(())
}

fn state(state: &mut State, refer: &mut impl Refer) -> Referred<()> {
    match &mut state.deadline {
        Deadline::None => {}
        Deadline::After(length) => *length = refer.expr(*length)?,
        Deadline::At { time, reads: read } => {
            *time = refer.expr(*time)?;
            *read = reads(read, refer)?;
        }
        Deadline::Policy { zone, reads: read, .. } => {
            optional(zone, refer)?;
            *read = reads(read, refer)?;
        }
    }
    state.arms.iter_mut().try_for_each(|arm| self::arm(arm, refer))
}

fn arm(arm: &mut Arm, refer: &mut impl Refer) -> Referred<()> {
    match &mut arm.trigger {
        ArmTrigger::Event { event, filter, captures, earlier } => {
            for Capture { from, .. } in captures {
                if let CaptureFrom::Property(slot) = from {
                    *slot = refer.property(*event, *slot)?;
                }
            }
            *event = refer.event(*event)?;
            optional(filter, refer)?;
            if let Some(window) = earlier {
                *window = refer.window(*window)?;
            }
        }
        ArmTrigger::When(when) => condition(when, refer)?,
        ArmTrigger::Skipped | ArmTrigger::Outcome(_) => {}
    }
    Ok(())
}

fn request(request: &mut HttpRequest, refer: &mut impl Refer) -> Referred<()> {
    request.url = refer.expr(request.url)?;
    for (_, value) in &mut request.headers {
        *value = refer.expr(*value)?;
    }
    optional(&mut request.body, refer)
}

fn update(update: &mut Update, refer: &mut impl Refer) -> Referred<()> {
    for (slot, value) in &mut update.sets {
        *value = refer.expr(*value)?;
        *slot = refer.set_trait(*slot, *value)?;
    }
    update.sets.sort_unstable_by_key(|(slot, _)| *slot);
    Ok(())
}

fn values(values: &mut [(u16, ExprId)], refer: &mut impl Refer) -> Referred<()> {
    for (_, value) in values {
        *value = refer.expr(*value)?;
    }
    Ok(())
}

fn optional(id: &mut Option<ExprId>, refer: &mut impl Refer) -> Referred<()> {
    if let Some(id) = id {
        *id = refer.expr(*id)?;
    }
    Ok(())
}

fn condition(condition: &mut Condition, refer: &mut impl Refer) -> Referred<()> {
    condition.test = refer.expr(condition.test)?;
    for wake in &mut condition.wakes {
        *wake = refer.expr(*wake)?;
    }
    condition.reads = reads(&condition.reads, refer)?;
    Ok(())
}

fn reads(reads: &Reads, refer: &mut impl Refer) -> Referred<Reads> {
    let list = |list: &[u16], refer: &mut dyn FnMut(u16) -> Referred<u16>| {
        let mut list: Vec<u16> = list.iter().map(|it| refer(*it)).collect::<Result<_, _>>()?;
        list.sort_unstable();
        list.dedup();
        Ok(list)
    };
    Ok(Reads {
        traits: list(&reads.traits, &mut |slot| refer.trait_(slot))?,
        windows: list(&reads.windows, &mut |window| refer.window(window))?,
        audiences: list(&reads.audiences, &mut |audience| refer.audience(audience))?,
    })
}
