//! What happened in a test, kept to be asked by expectations and shown to people.

use journey_bytecode::{Const, Journey, Outcome, Program, Type};
use journey_vm::{Effect, Ending, Refusal, Rule, Val};

use crate::answers::Pending;
use crate::names::{instant, value};

/// A line of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The virtual clock, RFC 3339.
    pub at: String,
    /// What happened.
    pub text: String,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) action: u16,
    pub(crate) args: Vec<(u16, Const)>,
}

/// A webhook that was called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Called {
    pub(crate) tile: u16,
    /// The fields of its body, if that is a record.
    pub(crate) fields: Vec<(String, Const)>,
}

/// Everything that happened to the customer of a test.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The journey of the test.
    pub(crate) journey: u16,
    /// Whether it is about all journeys alike: each line says whose it is.
    all: bool,
    /// What happened, in order.
    pub lines: Vec<Line>,
    pub(crate) messages: Vec<Message>,
    pub(crate) calls: Vec<Called>,
    /// What waits for an outcome.
    pub pending: Vec<Pending>,
    /// Outcomes of the memberships that ended, in order.
    pub(crate) exits: Vec<Ending>,
    /// Goals that were reached, in order.
    pub(crate) goals: Vec<u16>,
    /// Number of memberships.
    pub(crate) entries: usize,
}

impl Timeline {
    /// Notes a step of the test itself.
    pub(crate) fn step(&mut self, at: i64, text: String) {
        self.lines.push(Line { at: instant(at), text });
    }

    /// An empty one, about all journeys alike.
    pub fn of_all() -> Timeline {
        Timeline { all: true, ..Timeline::default() }
    }

    /// An empty one, about a journey.
    pub(crate) fn of(journey: u16) -> Timeline {
        Timeline { journey, ..Timeline::default() }
    }

    /// Notes an effect. Those of other journeys, which this one has started, are shown under their
    /// names; their entries and exits do not count.
    pub fn record(&mut self, program: &Program, effect: Effect<'_>) {
        self.pending.extend(Pending::of(&effect));
        let Some((at, text)) = self.describe(program, effect) else { return };
        self.lines.push(Line { at: instant(at), text });
    }

    fn describe(&mut self, program: &Program, effect: Effect<'_>) -> Option<(i64, String)> {
        let of_own = |journey: u16| journey == self.journey && !self.all;
        let own = effect.journey().is_none_or(of_own);
        let number = effect.journey().unwrap_or(self.journey);
        let journey = program.journeys.get(usize::from(number))?;
        let (at, text) = self.text(program, journey, own, effect)?;
        Some((at, if own { text } else { format!("  {}:{text}", journey.name) }))
    }

    fn text(
        &mut self,
        program: &Program,
        journey: &Journey,
        own: bool,
        effect: Effect<'_>,
    ) -> Option<(i64, String)> {
        Some(match effect {
            Effect::Entered { membership, key, at, .. } => {
                self.entries += usize::from(own);
                let key = key.map(|key| format!(" with {}", value(&key.to_const())));
                let again = if membership > 1 { format!(" (no. {membership})") } else { "".into() };
                (at, format!("  enters {}{}{again}", journey.name, key.unwrap_or_default()))
            }
            Effect::Refreshed { at, .. } => (at, "  goes on with the new entry".to_owned()),
            Effect::SetMember { audience, member, at, .. } => {
                let name = &program.audiences.get(audience as usize)?.name;
                let done =
                    if member { "adds the customer to" } else { "removes the customer from" };
                (at, format!("    {done} {name}"))
            }
            Effect::GoalReached { goal, at, .. } => {
                self.goals.push(goal);
                (at, format!("  reaches {}", journey.goals.get(goal as usize)?.name))
            }
            Effect::GoalFault { goal, fault, at, .. } => {
                let name = &journey.goals.get(goal as usize)?.name;
                (at, format!("  {name} cannot be decided: {fault}"))
            }
            Effect::NotEntered { reason, at, .. } => (at, refusal(reason)),
            Effect::Arrived { tile, at, .. } => (at, arrival(journey, tile)?),
            Effect::Left { tile, edge, at, .. } => (at, departure(journey, tile, edge)?),
            Effect::Sent { action, args, at, .. } => {
                let args = args.iter().map(|(param, value)| (*param, value.to_const())).collect();
                let message = Message { action, args };
                let text = format!("    sends {}", message.describe(program));
                self.messages.push(message);
                (at, text)
            }
            Effect::Called { tile, call, at, .. } => {
                let fields = match call.body {
                    Some((Type::Record(fields), Val::Record(values))) => {
                        let values = values.iter().map(|value| value.to_const());
                        fields.iter().map(|field| field.name.clone()).zip(values).collect()
                    }
                    _ => Vec::new(),
                };
                self.calls.push(Called { tile, fields });
                let body = call.body_text().map(|body| format!(" {body}")).unwrap_or_default();
                (at, format!("    calls {} {}{body}", call.method.name(), call.url))
            }
            Effect::Answered { outcome, status, at, .. } => {
                let status = status.map(|status| format!(" with {status}")).unwrap_or_default();
                let became = match outcome {
                    Outcome::Delivered => "succeeds",
                    Outcome::Failed => "fails",
                    Outcome::Skipped => "is skipped",
                };
                (at, format!("    it {became}{status}"))
            }
            Effect::Held { rule, until, again, at, .. } => {
                let holds = if again { "still holds it" } else { "holds the message" };
                (at, format!("    {} {holds} until {}", rule_name(rule), instant(until)))
            }
            Effect::Skipped { rule, at, .. } => {
                (at, format!("    {} skips the message", rule_name(rule)))
            }
            Effect::Updated { changes, at, .. } => {
                let name = |slot: u16| program.traits.get(slot as usize).map_or("?", |t| &t.name);
                let list: Vec<String> = changes
                    .iter()
                    .map(|(slot, new)| format!("{}: {}", name(*slot), value(&new.to_const())))
                    .collect();
                (at, format!("    sets {}", list.join(", ")))
            }
            Effect::Exited { ending, at, .. } => {
                if own {
                    self.exits.push(ending);
                }
                (at, format!("  exits {}", ending.name(journey)))
            }
            Effect::Faulted { fault, at, .. } => (at, format!("    cannot go on: {fault}")),
            Effect::Unparked { at, .. } => (at, "    stands there no longer".to_owned()),
            Effect::Forgotten { event, at, .. } => {
                let name = &program.events.get(event as usize)?.name;
                (at, format!("    lets go of an event {name}: too many came while it stood still"))
            }
            Effect::JoinedAudience { audience, at } => {
                (at, format!("  joins {}", program.audiences.get(audience as usize)?.name))
            }
            Effect::LeftAudience { audience, at } => {
                (at, format!("  leaves {}", program.audiences.get(audience as usize)?.name))
            }
            Effect::AudienceFault { audience, fault, at } => {
                let name = &program.audiences.get(audience as usize)?.name;
                (at, format!("  {name} cannot be decided: {fault}"))
            }
            Effect::UnknownZone { at, .. } => {
                (at, "    no such time zone: the workspace's is used".to_owned())
            }
            Effect::Migrated { from, at, .. } => {
                (at, format!("  goes on in this version, from version {from}"))
            }
            Effect::Decided { .. } | Effect::Rebased { .. } => return None,
            Effect::Duplicate { at } => (at, "  seen before, ignored".to_owned()),
        })
    }
}

impl Message {
    /// `post.voucher(dollars: 10)`
    pub(crate) fn describe(&self, program: &Program) -> String {
        let Some(action) = program.actions.get(self.action as usize) else { return "?".into() };
        let args: Vec<String> = self
            .args
            .iter()
            .filter_map(|(param, given)| {
                let param = action.params.get(*param as usize)?;
                Some(format!("{}: {}", param.name, value(given)))
            })
            .collect();
        format!("{}({})", action.name, args.join(", "))
    }
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Require => "`require`",
        Rule::Quiet => "`quiet`",
        Rule::Cap => "`cap`",
    }
}

fn refusal(reason: Refusal) -> String {
    match reason {
        Refusal::Inside => "  does not enter: is inside already".to_owned(),
        Refusal::Reentry => "  does not enter: the `reenter` rule says no".to_owned(),
        Refusal::Paused => "  does not enter: the journey is paused".to_owned(),
        Refusal::Closed => "  does not enter: the journey is completed".to_owned(),
        Refusal::Stopped => "  does not enter: the journey is being stopped".to_owned(),
        Refusal::Arguments => "  does not enter: these are not its arguments".to_owned(),
        Refusal::Condition => "  does not enter: the condition of its entry is false".to_owned(),
        Refusal::Fault(fault) => format!("  does not enter: {fault}"),
        Refusal::NoEvent => "  does not enter: there is no event to take the key from".to_owned(),
    }
}

fn arrival(journey: &Journey, tile: u16) -> Option<String> {
    let tile = journey.tiles.get(tile as usize)?;
    Some(format!("    at {}: {}", tile.id, tile.title))
}

/// Only where there was a choice; a single way on goes without saying.
fn departure(journey: &Journey, tile: u16, edge: u16) -> Option<String> {
    let tile = journey.tiles.get(tile as usize)?;
    if tile.edges.len() < 2 {
        return None;
    }
    Some(format!("    takes {}", tile.edges.get(edge as usize)?))
}
