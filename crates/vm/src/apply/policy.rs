//! Policies: whether a message leaves now, later or never.
//!
//! A policy is asked when a member arrives at the send, and again at the end of each hold and
//! whenever the customer's time zone changes. Its rules are asked in order; the first that does
//! not let the message go decides.

use journey_bytecode::{Cap, Deadline, Journey, Otherwise, Policy, Quiet, Send, State};
use journey_time::{Days, Hours, Tz, next_inside};

use super::wait::Next;
use super::{About, Env, run};
use crate::effect::{Effect, Rule, Site};
use crate::eval::{Eval, eval};
use crate::state::{Hold, Instance, Profile};
use crate::{Fault, Val, split};

/// What a policy says of a message.
enum Verdict {
    Go,
    Skip(Rule),
    Hold(Rule, i64),
}

/// Asks the policy of the message at a state. Unless it goes or is skipped, the instance stays,
/// with the end of the hold as its deadline.
pub(super) fn ask(
    env: &mut Env<'_>,
    journey: &Journey,
    state: &State,
    profile: &Profile,
    instance: &mut Instance,
) -> Result<Next, Fault> {
    let Deadline::Policy { send, zone, .. } = &state.deadline else { return Err(Fault::Program) };
    let send = journey.sends.get(usize::from(*send)).ok_or(Fault::Program)?;
    let (number, policy) = policy_of(env, send.action).ok_or(Fault::Program)?;
    let zone = match zone {
        None => Some(env.set.program().zone()),
        Some(name) => match eval(env.set, *name, &env.scope(profile, instance))? {
            Val::Text(name) => journey_time::find(name),
            _ => None,
        },
    };
    let mut hold = instance.hold.as_deref().copied().unwrap_or_default();
    let (membership, tile) = (instance.membership, state.tile);
    let (journey_number, action, at) = (instance.journey, send.action, env.now);
    let required = match policy.require {
        Some(require) => {
            let ctx = Eval::of(profile, None, env.now, env.arena);
            env.holds(Site::Require, About::instance(instance), require, &ctx)?
        }
        None => true,
    };
    let verdict = match required {
        true => (Asked { env, number, policy, zone, profile }).verdict(&mut hold)?,
        false => Verdict::Skip(Rule::Require),
    };
    let was = instance.hold.take();
    match verdict {
        Verdict::Go => Ok(Next::Go(state.timeout.ok_or(Fault::Program)?)),
        Verdict::Skip(rule) => {
            let journey = journey_number;
            env.out.emit(Effect::Skipped { journey, membership, tile, action, rule, at });
            skip(env, profile, instance, send)?;
            Ok(Next::Go(state.arms.first().ok_or(Fault::Program)?.to))
        }
        Verdict::Hold(rule, until) => {
            let again = was.is_some();
            if !again || instance.deadline != Some(until) {
                let journey = journey_number;
                env.out.emit(Effect::Held {
                    journey,
                    membership,
                    tile,
                    action,
                    rule,
                    until,
                    again,
                    at,
                });
            }
            instance.deadline = Some(until);
            let mut kept = was.unwrap_or_default();
            *kept = hold;
            instance.hold = Some(kept);
            Ok(Next::Stay)
        }
    }
}

/// The policy of an action, and its number.
fn policy_of<'e>(env: &Env<'e>, action: u16) -> Option<(u16, &'e Policy)> {
    let program = env.set.program();
    let number = program.actions.get(usize::from(action))?.policy?;
    Some((number, program.policies.get(usize::from(number))?))
}

/// Counts a message that leaves, if it is under a policy with caps.
pub(super) fn count(env: &Env<'_>, profile: &mut Profile, action: u16) {
    let Some((number, policy)) = policy_of(env, action) else { return };
    let keep = policy.caps.iter().map(|cap| cap.count).max();
    let per = policy.caps.iter().map(|cap| cap.per).max();
    if let (Some(keep), Some(per)) = (keep, per) {
        profile.sent.get_or_insert_default().record(number, env.now, keep, per);
    }
}

/// A message that is skipped has an id all the same: one that no event will ever name.
fn skip(
    env: &Env<'_>,
    profile: &Profile,
    instance: &mut Instance,
    send: &Send,
) -> Result<(), Fault> {
    let (journey, _) = env.set.journey(instance.journey).ok_or(Fault::Program)?;
    let key = run::message_key(env.set, journey, profile, instance)?;
    let tile = instance.tile.ok_or(Fault::Program)?;
    run::count_visit(instance, tile);
    if let Some(local) = send.message_id {
        instance.locals.set_text(local, &key.compute().to_string());
    }
    Ok(())
}

/// A policy that is asked about a message.
struct Asked<'a, 'e> {
    env: &'a Env<'e>,
    number: u16,
    policy: &'a Policy,
    /// The customer's time zone, if it is known.
    zone: Option<Tz>,
    profile: &'a Profile,
}

impl Asked<'_, '_> {
    fn verdict(&self, hold: &mut Hold) -> Result<Verdict, Fault> {
        if let Some(quiet) = &self.policy.quiet
            && let verdict @ (Verdict::Skip(_) | Verdict::Hold(..)) = self.quiet(quiet, hold)?
        {
            return Ok(verdict);
        }
        let verdicts = self.policy.caps.iter().map(|cap| self.cap(cap, hold));
        let mut stopped = verdicts.filter(|verdict| !matches!(verdict, Verdict::Go));
        Ok(stopped.next().unwrap_or(Verdict::Go))
    }

    /// Whether it is quiet where the customer is. Where that is not known it counts as quiet; a
    /// message that is held for it waits for the end of one night on the program's clock.
    fn quiet(&self, quiet: &Quiet, hold: &mut Hold) -> Result<Verdict, Fault> {
        let now = self.env.now;
        let (zone, hours) = match self.zone {
            Some(zone) => (zone, Hours::Range(quiet.to, quiet.from)),
            None if hold.zone_unknown_until.is_some_and(|until| until <= now) => {
                return Ok(Verdict::Go);
            }
            None => (self.env.set.program().zone(), Hours::At(quiet.to)),
        };
        let end = next_inside(zone, now, Days::EVERY, hours).ok_or(Fault::Calendar)?;
        if end <= now {
            return Ok(Verdict::Go);
        }
        let Otherwise::Hold(spread) = quiet.otherwise else {
            return Ok(Verdict::Skip(Rule::Quiet));
        };
        let offset =
            spread.map_or(0, |spread| split::offset(&self.policy.name, &self.profile.id, spread));
        let until = end.checked_add(offset).ok_or(Fault::Overflow)?;
        if self.zone.is_none() {
            hold.zone_unknown_until = Some(until);
        }
        Ok(Verdict::Hold(Rule::Quiet, until))
    }

    /// Whether the customer has had as many messages as a cap allows. The oldest leaves the window
    /// when its time is over, to the millisecond.
    fn cap(&self, cap: &Cap, hold: &mut Hold) -> Verdict {
        let now = self.env.now;
        let sent = self.profile.sent.as_ref();
        let oldest = sent.and_then(|sent| sent.nth_latest(self.number, cap.count));
        let free = oldest.map_or(now, |oldest| oldest.saturating_add(cap.per));
        if free <= now {
            return Verdict::Go;
        }
        let Otherwise::Hold(up_to) = cap.otherwise else { return Verdict::Skip(Rule::Cap) };
        let since = *hold.capped_since.get_or_insert(now);
        match up_to.map(|up_to| since.saturating_add(up_to)) {
            Some(limit) if limit <= now => Verdict::Skip(Rule::Cap),
            Some(limit) => Verdict::Hold(Rule::Cap, free.min(limit)),
            None => Verdict::Hold(Rule::Cap, free),
        }
    }
}
