//! What became of the declarations that journeys build on.

use journey_sema::thir::{Const, Otherwise, Policy};
use journey_sema::{Checked, Field, Type};

use super::{Change, keyed_changes, requests};
use crate::titles;

/// Traits, events with their properties, actions with their parameters and requests, policies,
/// audiences.
pub(super) fn changes(old: &Checked, new: &Checked) -> Vec<Change> {
    keyed_changes(&lines(old), &lines(new))
}

/// Each declaration as a name and what it says.
fn lines(checked: &Checked) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let schema = &checked.schema;
    lines.extend(schema.traits.iter().map(|it| (format!("trait {}", it.name), field(it))));
    for event in &schema.events {
        lines.push((format!("event {}", event.name), format!("\"{}\"", event.wire)));
        let properties = event.properties.iter();
        lines.extend(
            properties.map(|it| (format!("property {}.{}", event.name, it.name), field(it))),
        );
    }
    for action in &schema.actions {
        let under = action.policy.as_ref().map(|policy| format!(" under {policy}"));
        let kind = format!("{:?}{}", action.kind, under.unwrap_or_default());
        lines.push((format!("action {}", action.name), kind));
        let params = action.params.iter();
        lines
            .extend(params.map(|it| (format!("parameter {}.{}", action.name, it.name), field(it))));
    }
    lines.extend(requests::lines(checked));
    for policy in &checked.policies {
        lines
            .extend(rules(policy).map(|(rule, says)| (format!("{rule} of {}", policy.name), says)));
    }
    lines.extend(checked.audiences.iter().map(|audience| {
        let condition = audience.condition.as_ref();
        let definition = condition.map(|condition| titles::source(&condition.test, &[]));
        (format!("audience {}", audience.name), definition.unwrap_or_else(|| "given".to_owned()))
    }));
    lines.push(("time zone of the workspace".to_owned(), checked.timezone.to_string()));
    lines
}

/// The rules of a policy, each as its name and what it says. Caps are told apart by their span.
fn rules(policy: &Policy) -> impl Iterator<Item = (String, String)> {
    let require = policy.require.iter();
    let require = require.map(|it| ("require".to_owned(), titles::source(it, &[])));
    let quiet = policy.quiet.iter().map(|quiet| {
        let clock = |time| titles::constant(&Const::TimeOfDay(time), &Type::TimeOfDay);
        let hours = format!("{}..{}", clock(quiet.from), clock(quiet.to));
        ("quiet".to_owned(), hours + &otherwise(quiet.otherwise, "spread"))
    });
    let caps = policy.caps.iter().map(|cap| {
        let says = cap.count.to_string() + &otherwise(cap.otherwise, "up to");
        (format!("cap per {}", titles::duration(cap.per)), says)
    });
    require.chain(quiet).chain(caps)
}

fn otherwise(otherwise: Otherwise, what: &str) -> String {
    match otherwise {
        Otherwise::Skip => " skip".to_owned(),
        Otherwise::Hold(None) => " hold".to_owned(),
        Otherwise::Hold(Some(length)) => format!(" hold {what} {}", titles::duration(length)),
    }
}

pub(super) fn field(field: &Field) -> String {
    let mut text = shape(&field.ty);
    if let Some(default) = &field.default {
        text = format!("{text} = {}", titles::constant(default, &field.ty));
    }
    if field.wire != field.name {
        text = format!("\"{}\": {text}", field.wire);
    }
    if field.marks.pii {
        text += " @pii";
    }
    text
}

/// A type with all that is said of the fields in it.
pub(crate) fn shape(ty: &Type) -> String {
    match ty {
        Type::Record(fields) => {
            let fields = fields.iter().map(|it| format!("{}: {}", it.name, field(it)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "))
        }
        Type::List(item) => format!("list<{}>", shape(item)),
        Type::Optional(inner) => format!("{}?", shape(inner)),
        other => other.to_string(),
    }
}
