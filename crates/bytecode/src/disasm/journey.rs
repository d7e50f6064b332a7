//! Journeys in a listing: header, tiles, code with states and tables where they are used.

use std::fmt::{self, Write};

use super::value::{Millis, Types};
use super::{Id, Listing, audience_name, event_name, slot_name};
use crate::{
    ArmTrigger, Capture, CaptureFrom, Condition, Deadline, Entry, ExitTrigger, ExprId, FormerEnd,
    Journey, Op, Reenter, Response, State, Version, WhileInside,
};

impl Listing<'_> {
    pub(super) fn journey(&mut self, number: u16, journey: &Journey) -> fmt::Result {
        write!(self, "\njourney {} {:?}", journey.name, journey.title)?;
        self.version(number)?;
        for param in &journey.params {
            let mark = if param.slot.optional { "?" } else { "" };
            write!(self, "  param {}: {}{mark}", param.slot.name, Types(&param.slot.ty))?;
            match param.local {
                Some(local) => writeln!(self, " in local {local}")?,
                None => writeln!(self)?,
            }
        }
        self.entry(journey)?;
        match journey.reenter {
            Reenter::Never => writeln!(self, "  reenter never")?,
            Reenter::Always => writeln!(self, "  reenter always")?,
            Reenter::Later => writeln!(self, "  reenter later")?,
            Reenter::After(length) => writeln!(self, "  reenter after {}", Millis(length))?,
        }
        match journey.inside {
            WhileInside::Ignore => {}
            WhileInside::Restart(number) => {
                writeln!(self, "  while inside restart, exit {}", outcome(journey, number))?;
            }
            WhileInside::Refresh => writeln!(self, "  while inside refresh")?,
        }
        if let Some(zone) = &journey.timezone {
            write!(self, "  timezone {}", Id(zone.name))?;
            self.reads(&zone.reads)?;
            writeln!(self)?;
        }
        for exit in &journey.exits {
            write!(self, "  exit {}", outcome(journey, exit.outcome))?;
            match &exit.trigger {
                ExitTrigger::Event { event, filter } => self.on_event(*event, *filter)?,
                ExitTrigger::When(condition) => {
                    write!(self, " when ")?;
                    self.condition(condition)?;
                }
                ExitTrigger::After(length) => write!(self, " after {}", Id(*length))?,
            }
            writeln!(self)?;
        }
        for goal in &journey.goals {
            write!(self, "  goal {}", goal.name)?;
            self.on_event(goal.event, goal.filter)?;
            writeln!(self, " within {}", Id(goal.within))?;
        }
        for (index, slot) in journey.locals.iter().enumerate() {
            let mark = if slot.optional { "?" } else { "" };
            writeln!(self, "  local {index}: {}: {}{mark}", slot.name, Types(&slot.ty))?;
        }
        for (index, tile) in journey.tiles.iter().enumerate() {
            let kind = format!("{:?}", tile.kind).to_lowercase();
            write!(self, "  tile {index}: {} ({kind}) {:?}", tile.id, tile.title)?;
            for edge in &tile.edges {
                write!(self, " [{edge}]")?;
            }
            writeln!(self)?;
        }
        if journey.marks > 0 {
            writeln!(self, "  marks: {}", journey.marks)?;
        }
        let mut tile = None;
        for (index, op) in journey.code.iter().enumerate() {
            if let Op::Arrive { tile: arrived } = op {
                tile = Some(*arrived);
            }
            write!(self, "  {index:>4}  ")?;
            self.op(journey, tile, *op)?;
        }
        Ok(())
    }

    /// Which version it is, where a program has any.
    fn version(&mut self, number: u16) -> fmt::Result {
        let program = self.program;
        let Some(version) = program.versions.get(usize::from(number)) else {
            return writeln!(self);
        };
        let Version { number, retired, former_ends } = version;
        writeln!(self, ", version {number}{}", if *retired { ", retired" } else { "" })?;
        for FormerEnd { state, outcome, to } in former_ends {
            writeln!(self, "  formerly exited {outcome} in state {state} -> {to}")?;
        }
        Ok(())
    }

    fn entry(&mut self, journey: &Journey) -> fmt::Result {
        let program = self.program;
        match &journey.entry {
            Entry::Event { event, filter, captures, each, key } => {
                write!(self, "  entry")?;
                self.on_event(*event, *filter)?;
                if let Some(list) = each {
                    write!(self, " for each of {}", Id(*list))?;
                }
                self.captures(journey, *event, captures)?;
                if let Some(key) = key {
                    write!(self, ", keyed by {}", Id(*key))?;
                }
            }
            Entry::Audience { audience, existing } => {
                write!(self, "  entry audience {}", audience_name(program, *audience))?;
                if *existing {
                    write!(self, " including existing")?;
                }
            }
            Entry::Manual => write!(self, "  entry manual")?,
        }
        writeln!(self)
    }

    fn on_event(&mut self, event: u16, filter: Option<ExprId>) -> fmt::Result {
        write!(self, " on event {}", event_name(self.program, event))?;
        match filter {
            Some(filter) => write!(self, " where {}", Id(filter)),
            None => Ok(()),
        }
    }

    fn captures(&mut self, journey: &Journey, event: u16, captures: &[Capture]) -> fmt::Result {
        let event = self.program.events.get(usize::from(event));
        let properties = event.map_or(&[][..], |event| &event.properties);
        for Capture { from, local } in captures {
            let from = match from {
                CaptureFrom::Property(slot) => slot_name(properties, *slot),
                CaptureFrom::At => "at".to_owned(),
                CaptureFrom::Happened => "true".to_owned(),
                CaptureFrom::Item => "element".to_owned(),
            };
            write!(self, ", {} = {from}", slot_name(&journey.locals, *local))?;
        }
        Ok(())
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> fmt::Result {
        write!(self, "{}", Id(condition.test))?;
        self.reads(&condition.reads)?;
        for wake in &condition.wakes {
            write!(self, ", changes at {}", Id(*wake))?;
        }
        Ok(())
    }

    fn op(&mut self, journey: &Journey, at: Option<u16>, op: Op) -> fmt::Result {
        let program = self.program;
        let tile = |index: Option<u16>| index.and_then(|i| journey.tiles.get(usize::from(i)));
        match op {
            Op::Arrive { .. } => {
                writeln!(self, "arrive {}", tile(at).map_or("?", |tile| &tile.id))
            }
            // The tile is the one above in the listing, which need not be the one it leaves.
            Op::Leave { edge } => writeln!(self, "leave by edge {edge}"),
            Op::Mark { mark } => writeln!(self, "mark {mark}"),
            Op::Jump { to } => writeln!(self, "jump {to}"),
            Op::Unless { test, to } => writeln!(self, "unless {} jump {to}", Id(test)),
            Op::Split { split } => match journey.splits.get(usize::from(split)) {
                None => writeln!(self, "split #{split}"),
                Some(split) => {
                    let draw = if split.per_entry { " per entry" } else { "" };
                    writeln!(self, "split {}{draw}", split.name)?;
                    for arm in &split.arms {
                        let share = f64::from(arm.share) / 1000.0;
                        writeln!(self, "          {share}% {} -> {}", arm.name, arm.to)?;
                    }
                    Ok(())
                }
            },
            Op::Send { send } => {
                let Some(send) = journey.sends.get(usize::from(send)) else {
                    return writeln!(self, "send #{send}");
                };
                let action = program.actions.get(usize::from(send.action));
                write!(self, "send {}", action.map_or("?", |action| &action.name))?;
                for (param, value) in &send.args {
                    let params = action.map_or(&[][..], |action| &action.params);
                    write!(self, ", {}: {}", slot_name(params, *param), Id(*value))?;
                }
                match send.message_id {
                    Some(local) => writeln!(self, ", id {}", slot_name(&journey.locals, local)),
                    None => writeln!(self),
                }
            }
            Op::Call { webhook } => self.webhook(journey, webhook),
            Op::Update { update } => {
                write!(self, "update")?;
                let update = journey.updates.get(usize::from(update));
                for (slot, value) in update.into_iter().flat_map(|update| &update.sets) {
                    write!(self, ", {}: {}", slot_name(&program.traits, *slot), Id(*value))?;
                }
                writeln!(self)
            }
            Op::Member { audience, member } => {
                let op = if member { "join" } else { "leave" };
                writeln!(self, "{op} {}", audience_name(program, audience))
            }
            Op::Set { local, value } => {
                writeln!(self, "{} = {}", slot_name(&journey.locals, local), Id(value))
            }
            Op::Pace { local, time } => {
                writeln!(self, "{} = due {}", slot_name(&journey.locals, local), Id(time))
            }
            Op::Rounds { local, times } => {
                writeln!(self, "{} = rounds {}", slot_name(&journey.locals, local), Id(times))
            }
            Op::Countdown { local, to } => {
                writeln!(self, "count down {} else jump {to}", slot_name(&journey.locals, local))
            }
            Op::Enter { call } => {
                write!(self, "enter")?;
                self.call(journey, call)?;
                writeln!(self)
            }
            Op::Suspend { state } => match journey.states.get(usize::from(state)) {
                None => writeln!(self, "suspend #{state}"),
                Some(state) => self.state(journey, state),
            },
            Op::Exit { outcome: number } => writeln!(self, "exit {}", outcome(journey, number)),
        }
    }

    fn webhook(&mut self, journey: &Journey, number: u16) -> fmt::Result {
        let Some(webhook) = journey.webhooks.get(usize::from(number)) else {
            return writeln!(self, "call #{number}");
        };
        writeln!(self, "call{}", if webhook.pii { " @pii" } else { "" })?;
        self.http(&webhook.request, "          ")?;
        match &webhook.response {
            Some(Response { ty, local }) => {
                let local = local.map(|local| slot_name(&journey.locals, local));
                let local = local.map(|local| format!("{local} = ")).unwrap_or_default();
                writeln!(self, "          {local}response: {}", Types(ty))
            }
            None => Ok(()),
        }
    }

    /// The journey that is started, and what it is given.
    fn call(&mut self, journey: &Journey, number: u16) -> fmt::Result {
        let program = self.program;
        let Some(call) = journey.calls.get(usize::from(number)) else {
            return write!(self, " #{number}");
        };
        let Some(callee) = program.journeys.get(usize::from(call.journey)) else {
            return write!(self, " #{}", call.journey);
        };
        write!(self, " {}", callee.name)?;
        for (param, value) in &call.args {
            let name = callee.params.get(usize::from(*param)).map_or("?", |it| &it.slot.name);
            write!(self, ", {name}: {}", Id(*value))?;
        }
        if let Entry::Event { event, .. } = &callee.entry {
            let event = program.events.get(usize::from(*event));
            let properties = event.map_or(&[][..], |event| &event.properties);
            for (property, value) in &call.event {
                write!(self, ", {}: {}", slot_name(properties, *property), Id(*value))?;
            }
        }
        Ok(())
    }

    fn state(&mut self, journey: &Journey, state: &State) -> fmt::Result {
        writeln!(self, "suspend")?;
        if let Some(run) = &state.run {
            write!(self, "          run")?;
            self.call(journey, run.call)?;
            writeln!(self)?;
            let call = journey.calls.get(usize::from(run.call));
            let callee = call.and_then(|it| self.program.journeys.get(usize::from(it.journey)));
            for (index, to) in (0..).zip(&run.outcomes) {
                let name = callee.map_or_else(|| format!("#{index}"), |it| outcome(it, index));
                writeln!(self, "          exited {name} -> {to}")?;
            }
            writeln!(self, "          not entered -> {}", run.not_entered)?;
        }
        for arm in &state.arms {
            write!(self, "         ")?;
            match &arm.trigger {
                ArmTrigger::Event { event, filter, captures, earlier } => {
                    self.on_event(*event, *filter)?;
                    if let Some(window) = earlier {
                        write!(self, " or in window {window}")?;
                    }
                    self.captures(journey, *event, captures)?;
                }
                ArmTrigger::When(condition) => {
                    write!(self, " when ")?;
                    self.condition(condition)?;
                }
                ArmTrigger::Skipped => write!(self, " skipped")?,
                ArmTrigger::Outcome(outcome) => {
                    write!(self, " {}", format!("{outcome:?}").to_lowercase())?;
                }
            }
            writeln!(self, " -> {}", arm.to)?;
        }
        match &state.deadline {
            Deadline::None => return Ok(()),
            Deadline::After(length) => write!(self, "          after {}", Id(*length))?,
            Deadline::At { time, reads } => {
                write!(self, "          at {}", Id(*time))?;
                self.reads(reads)?;
            }
            Deadline::Policy { zone, reads, .. } => {
                write!(self, "          when the policy lets it go")?;
                if let Some(zone) = zone {
                    write!(self, ", in the zone of {}", Id(*zone))?;
                }
                self.reads(reads)?;
            }
        }
        if let Some(to) = state.timeout {
            write!(self, " -> {to}")?;
        }
        match state.late {
            Some(to) => writeln!(self, ", if late -> {to}"),
            None => writeln!(self),
        }
    }
}

fn outcome(journey: &Journey, outcome: u16) -> String {
    let name = journey.outcomes.get(usize::from(outcome));
    name.cloned().unwrap_or_else(|| format!("#{outcome}"))
}
