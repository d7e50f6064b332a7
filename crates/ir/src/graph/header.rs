//! The header of a journey as lines of source.

use journey_sema::thir::{
    Binding, BindingId, Entry, EventMatch, ExitCriterion, ExitTrigger, Journey, Reenter, Since,
    WhileInside,
};

use journey_sema::Field;

use crate::titles;

/// Who enters.
pub(super) fn entry(journey: &Journey) -> String {
    match &journey.entry {
        Entry::Event(event) => {
            let bindings = &journey.bindings;
            let name = |BindingId(id)| bindings.get(id as usize).map_or("", |it| &*it.name);
            let each = journey.each.as_ref().map_or(String::new(), |each| {
                let called = event.binding.map(name);
                let list = titles::filter(&each.list, called, bindings);
                format!(" for each {list} as {}", name(each.item))
            });
            let key = journey.key.as_ref().map(|key| titles::source(key, &journey.bindings));
            let key = key.map_or(String::new(), |key| format!(" keyed by {key}"));
            format!("entry event {}{each}{key}", on(event, bindings))
        }
        Entry::Audience { audience, existing: false } => format!("entry audience {audience}"),
        Entry::Audience { audience, existing: true } => {
            format!("entry audience {audience} including existing")
        }
        Entry::Manual => "entry manual".to_owned(),
    }
}

/// The clauses behind the entry. The default of one is left out.
pub(super) fn clauses(journey: &Journey) -> Vec<String> {
    let reenter = match journey.reenter {
        Reenter::Never => None,
        Reenter::Always => Some("reenter always".to_owned()),
        Reenter::Later => Some("reenter later".to_owned()),
        Reenter::After(ms) => Some(format!("reenter after {}", titles::duration(ms))),
    };
    let inside = match journey.inside {
        WhileInside::Ignore => None,
        WhileInside::Restart => Some("while inside restart".to_owned()),
        WhileInside::Refresh => Some("while inside refresh".to_owned()),
    };
    let zone = journey.timezone.as_ref();
    let zone = zone.map(|zone| format!("timezone {}", titles::short(zone, &journey.bindings)));
    let exits = journey.exits.iter().map(|exit| criterion(exit, &journey.bindings));
    let goals = journey.goals.iter().map(|goal| {
        let within = titles::source(&goal.within, &journey.bindings);
        format!(
            "goal {} on event {} within {within}",
            goal.name,
            on(&goal.event, &journey.bindings)
        )
    });
    let params = (!journey.params.is_empty()).then(|| parameters(journey));
    params.into_iter().chain(reenter).chain(inside).chain(zone).chain(exits).chain(goals).collect()
}

/// What an entry by hand brings along.
fn parameters(journey: &Journey) -> String {
    let params = journey.params.iter().map(|param| {
        let Field { name, ty, default, .. } = &param.field;
        let default = default.as_ref().map(|value| titles::constant(value, ty));
        let default = default.map_or(String::new(), |value| format!(" = {value}"));
        format!("{name}: {ty}{default}")
    });
    format!("takes {}", params.collect::<Vec<_>>().join(", "))
}

fn criterion(exit: &ExitCriterion, bindings: &[Binding]) -> String {
    let name = &exit.name;
    match &exit.trigger {
        ExitTrigger::Event(event) => format!("exit {name} on event {}", on(event, bindings)),
        ExitTrigger::When(condition) => {
            format!("exit {name} when {}", titles::source(&condition.test, bindings))
        }
        ExitTrigger::After(length) => {
            format!("exit {name} after {}", titles::source(length, bindings))
        }
    }
}

pub(super) fn on(event: &EventMatch, bindings: &[Binding]) -> String {
    let name = |BindingId(id)| bindings.get(id as usize).map(|binding| &binding.name);
    let name = event.binding.and_then(name).map(|name| &**name);
    let mut text = event.event.to_string();
    if let Some(name) = name {
        text = format!("{text} as {name}");
    }
    if let Some(filter) = &event.filter {
        text = format!("{text} where {}", titles::filter(filter, name, bindings));
    }
    match &event.since {
        Some(Since::Entered) => text + " since entered",
        Some(Since::Label(label)) => format!("{text} since {label}"),
        None => text,
    }
}
