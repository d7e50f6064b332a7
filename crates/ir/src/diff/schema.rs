//! What became of the declarations that journeys build on.

use journey_sema::{Checked, Field};

use super::{Change, keyed_changes};
use crate::titles;

/// Traits, events with their properties, actions with their parameters, audiences.
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
        lines.push((format!("action {}", action.name), format!("{:?}", action.kind)));
        let params = action.params.iter();
        lines
            .extend(params.map(|it| (format!("parameter {}.{}", action.name, it.name), field(it))));
    }
    lines.extend(checked.audiences.iter().map(|audience| {
        let condition = audience.condition.as_ref();
        let definition = condition.map(|condition| titles::source(&condition.test, &[]));
        (format!("audience {}", audience.name), definition.unwrap_or_else(|| "given".to_owned()))
    }));
    lines.push(("time zone of the workspace".to_owned(), checked.timezone.to_string()));
    lines
}

fn field(field: &Field) -> String {
    let mut text = field.ty.to_string();
    if let Some(default) = &field.default {
        text = format!("{text} = {}", titles::constant(default, &field.ty));
    }
    if field.wire != field.name {
        text = format!("\"{}\": {text}", field.wire);
    }
    text
}
