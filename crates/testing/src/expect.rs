//! Whether an expectation holds, and what was found if it does not.

use journey_base::plural;
use journey_bytecode::{Const, Entry, Journey, Program};
use journey_sema::thir::{self, Step};
use journey_vm::{Customer, Instance, Status};

use crate::names::{convert, instant, value};
use crate::timeline::{Called, Timeline};

/// What expectations are asked about.
pub(crate) struct World<'a> {
    pub(crate) program: &'a Program,
    pub(crate) customer: &'a Customer,
    pub(crate) timeline: &'a Timeline,
}

impl World<'_> {
    /// Nothing where `step` holds; what was found where it does not. Steps that expect nothing
    /// hold, and so do conditions, which are evaluated elsewhere.
    pub(crate) fn check(&self, step: &Step) -> Option<String> {
        match step {
            Step::ExpectExit(name) => self.exit(name),
            Step::ExpectAt(label, until) => self.at(label, *until),
            Step::ExpectSend { action, args, times } => self.send(action, args, *times),
            Step::ExpectNoSend { action, args } => self.no_send(action, args),
            Step::ExpectGoal(name, wanted) => self.goal(name, *wanted),
            Step::ExpectWebhook { label, fields, times } => self.webhook(label, fields, *times),
            Step::ExpectNoWebhook(label) => {
                let found = self.calls(label, &[]);
                (found > 0).then(|| format!("`{label}` was called {}", plural(found, "time")))
            }
            Step::ExpectNotEntered => {
                let times = self.timeline.entries;
                (times > 0).then(|| format!("the customer entered, {}", self.whereabouts()))
            }
            _ => None,
        }
    }

    fn journey(&self) -> Option<&Journey> {
        self.program.journeys.get(usize::from(self.timeline.journey))
    }

    /// Open instances of the test's journey.
    fn instances(&self) -> impl Iterator<Item = &Instance> {
        let own = self.timeline.journey;
        self.customer.instances().iter().filter(move |instance| instance.journey == own)
    }

    /// How the customer left the last time.
    fn last_exit(&self) -> Option<&str> {
        Some(self.timeline.exits.last()?.name(self.journey()?))
    }

    fn exit(&self, name: &str) -> Option<String> {
        let last = self.last_exit();
        let inside = self.customer.instance(self.timeline.journey).is_some() && !self.has_many();
        if !inside && last.is_some_and(|last| last == name) {
            return None;
        }
        Some(match (self.timeline.entries, last) {
            (0, _) => "the customer never entered".to_owned(),
            (_, Some(last)) if !inside => format!("the exit was `{last}`"),
            _ => format!("no exit: {}", self.whereabouts()),
        })
    }

    /// Whether a customer can be in the journey several times at once.
    fn has_many(&self) -> bool {
        let entry = self.journey().map(|journey| &journey.entry);
        matches!(entry, Some(Entry::Event { each, key, .. }) if each.is_some() || key.is_some())
    }

    fn goal(&self, name: &str, wanted: bool) -> Option<String> {
        let goals = self.journey().map_or(&[][..], |journey| &journey.goals);
        let is_it = |goal: &u16| goals.get(*goal as usize).is_some_and(|goal| goal.name == name);
        let reached = self.timeline.goals.iter().filter(|goal| is_it(goal)).count();
        match (reached, wanted) {
            (0, true) => Some(format!("`{name}` was not reached; {}", self.whereabouts())),
            (1.., false) => Some(format!("`{name}` was reached")),
            _ => None,
        }
    }

    /// Whether some open instance is at the tile; what is said if none is, is said of the first.
    fn at(&self, label: &str, until: Option<i64>) -> Option<String> {
        let mut found = self.instances().map(|it| self.is_at(it, label, until));
        let first = found.next().unwrap_or_else(|| Some(self.whereabouts()))?;
        if found.any(|found| found.is_none()) { None } else { Some(first) }
    }

    fn is_at(&self, instance: &Instance, label: &str, until: Option<i64>) -> Option<String> {
        let tile = instance.tile.and_then(|tile| self.journey()?.tiles.get(tile as usize));
        if tile.is_none_or(|tile| tile.id != label) {
            return Some(self.whereabouts());
        }
        if until.is_some() && matches!(instance.status, Status::Faulted(_)) {
            return Some(self.whereabouts());
        }
        match (until, instance.deadline) {
            (Some(until), Some(deadline)) if until != deadline => {
                Some(format!("it waits until {}", instant(deadline)))
            }
            (Some(_), None) => Some("it waits without a limit".to_owned()),
            _ => None,
        }
    }

    /// Where the customer is, in a sentence.
    fn whereabouts(&self) -> String {
        let tile = |index: u16| self.journey()?.tiles.get(index as usize);
        match self.customer.instance(self.timeline.journey) {
            Some(instance) => {
                let id = instance.tile.and_then(tile).map_or("its entry", |tile| &tile.id);
                match instance.status {
                    Status::Waiting(_) => format!("the customer is at `{id}`"),
                    Status::Paused => format!("the customer is paused at `{id}`"),
                    Status::Faulted(fault) => {
                        format!("the customer cannot go on at `{id}`: {fault}")
                    }
                }
            }
            None => match self.last_exit() {
                Some(outcome) => format!("the customer has left with `{outcome}`"),
                None => "the customer never entered".to_owned(),
            },
        }
    }

    fn send(&self, name: &str, args: &[Arg], times: Option<u32>) -> Option<String> {
        let found = self.matching(name, args);
        match times {
            Some(times) if found == times as usize => None,
            None if found > 0 => None,
            _ => Some(self.sent_instead(name, found)),
        }
    }

    fn no_send(&self, name: &str, args: &[Arg]) -> Option<String> {
        let found = self.matching(name, args);
        (found > 0).then(|| self.sent_instead(name, found))
    }

    /// How many messages of an action have the given arguments.
    fn matching(&self, name: &str, args: &[Arg]) -> usize {
        let Some(action) = self.action(name) else { return 0 };
        let param = |name: &str| {
            let params = &self.program.actions.get(action as usize)?.params;
            params.iter().position(|param| param.name == name)
        };
        let wanted: Vec<(Option<usize>, Const)> =
            args.iter().map(|(name, value)| (param(name), convert(value))).collect();
        let messages = self.timeline.messages.iter().filter(|message| message.action == action);
        messages
            .filter(|message| {
                wanted.iter().all(|(param, wanted)| {
                    let given =
                        message.args.iter().find(|(index, _)| Some(*index as usize) == *param);
                    given.map_or(&Const::Unset, |(_, value)| value) == wanted
                })
            })
            .count()
    }

    fn webhook(&self, label: &str, fields: &[Arg], times: Option<u32>) -> Option<String> {
        let (fitting, all) = (self.calls(label, fields), self.calls(label, &[]));
        match times {
            Some(times) if fitting == times as usize => None,
            None if fitting > 0 => None,
            _ if all == 0 => Some(format!("`{label}` was not called")),
            _ => {
                let all = plural(all, "time");
                let fit = if fitting == 1 { "1 call fits" } else { "calls fit" };
                let fit = if fitting == 1 { fit.to_owned() } else { format!("{fitting} {fit}") };
                Some(format!("`{label}` was called {all}, and {fit}: {}", self.bodies(label)))
            }
        }
    }

    /// How many calls of a webhook have these fields in their body.
    fn calls(&self, label: &str, fields: &[Arg]) -> usize {
        let has = |call: &Called, name: &str, wanted: &Const| {
            let found = call.fields.iter().find(|(field, _)| field == name);
            found.map_or(&Const::Unset, |(_, value)| value) == wanted
        };
        let wanted: Vec<(&str, Const)> =
            fields.iter().map(|(name, value)| (&**name, convert(value))).collect();
        let called = self.timeline.calls.iter().filter(|call| self.is_tile(call.tile, label));
        called.filter(|call| wanted.iter().all(|(name, value)| has(call, name, value))).count()
    }

    fn bodies(&self, label: &str) -> String {
        let called = self.timeline.calls.iter().filter(|call| self.is_tile(call.tile, label));
        let body = |call: &Called| {
            let fields = call.fields.iter();
            let fields: Vec<String> =
                fields.map(|(name, given)| format!("{name}: {}", value(given))).collect();
            format!("{{ {} }}", fields.join(", "))
        };
        called.map(body).collect::<Vec<_>>().join(", ")
    }

    fn is_tile(&self, tile: u16, label: &str) -> bool {
        let tile = self.journey().and_then(|journey| journey.tiles.get(usize::from(tile)));
        tile.is_some_and(|tile| tile.id == label)
    }

    fn action(&self, name: &str) -> Option<u16> {
        let index = self.program.actions.iter().position(|action| action.name == name)?;
        u16::try_from(index).ok()
    }

    fn sent_instead(&self, name: &str, found: usize) -> String {
        let action = self.action(name);
        let mut all: Vec<String> = self
            .timeline
            .messages
            .iter()
            .filter(|message| Some(message.action) == action)
            .map(|message| message.describe(self.program))
            .collect();
        if all.is_empty() {
            return format!("no `{name}` was sent");
        }
        all.dedup();
        let times =
            if found == 1 { "1 message fits".to_owned() } else { format!("{found} messages fit") };
        format!("{times}; sent so far: {}", all.join(", "))
    }
}

type Arg = (std::sync::Arc<str>, thir::Const);
