//! What decisions ask, and what they read, in the words of the source.

use journey_bytecode::{Aggregate, Const, Outcome, Program, Range, Slot, TileKind, Type};
use journey_vm::{Site, Source};
use serde_json::{Value, json};

use super::Teller;

impl Teller<'_> {
    /// What was asked.
    pub(super) fn question(
        self,
        site: Site,
        journey: Option<u16>,
        tile: Option<u16>,
    ) -> Option<String> {
        let program = self.program?;
        let journey = journey.and_then(|journey| program.journeys.get(usize::from(journey)));
        let tile = journey.zip(tile).and_then(|(it, tile)| it.tiles.get(usize::from(tile)));
        Some(match site {
            Site::Entry => "entry".to_owned(),
            Site::Exit(number) => {
                let exit = journey?.exits.get(usize::from(number))?;
                format!("exit {}", journey?.outcomes.get(usize::from(exit.outcome))?)
            }
            Site::Goal(number) => {
                format!("goal {}", journey?.goals.get(usize::from(number))?.name)
            }
            Site::Arm(number) => {
                let edge = tile?.edges.get(usize::from(number)).map_or("", String::as_str);
                format!("{} {edge}", tile?.id)
            }
            Site::Tile if tile?.kind == TileKind::Branch => format!("{}, the next arm", tile?.id),
            Site::Tile => tile?.id.clone(),
            Site::Require => format!("{}, `require`", tile?.id),
            Site::Audience(number) => {
                format!("in {}", program.audiences.get(usize::from(number))?.name)
            }
        })
    }

    /// What was read, and what stood there.
    pub(super) fn read(self, source: Source, value: &Const) -> Value {
        let Some(program) = self.program else { return Value::Null };
        let (name, ty) = read_name(program, source);
        // That an event came is kept beside its properties; people ask for it by its name.
        if let (Source::Local { .. }, Some(binding)) = (source, name.strip_suffix(".happened")) {
            let is_set = !matches!(value, Const::Unset);
            return json!({ "name": format!("{binding} is set"), "value": is_set });
        }
        let value = ty.map_or_else(|| plain(value), |ty| typed(ty, value));
        json!({ "name": name, "value": value })
    }
}

fn slot(slots: &[Slot], number: u16) -> (&str, Option<&Type>) {
    slots.get(usize::from(number)).map_or(("?", None), |slot| (&slot.name, Some(&slot.ty)))
}

/// What a place is called, and what type stands there, as far as that matters.
fn read_name(program: &Program, source: Source) -> (String, Option<&Type>) {
    match source {
        Source::Trait(number) => {
            let (name, ty) = slot(&program.traits, number);
            (format!("customer.{name}"), ty)
        }
        Source::Property { event, slot: number } => {
            let Some(event) = program.events.get(usize::from(event)) else {
                return ("?".to_owned(), None);
            };
            let (name, ty) = slot(&event.properties, number);
            (format!("{}.{name}", event.name), ty)
        }
        Source::Local { journey, slot: number } => {
            let journey = program.journeys.get(usize::from(journey));
            let (name, ty) = journey.map_or(("?", None), |it| slot(&it.locals, number));
            (name.to_owned(), ty)
        }
        Source::Audience(number) => {
            let audience = program.audiences.get(usize::from(number));
            (format!("customer in {}", audience.map_or("?", |it| &it.name)), None)
        }
        Source::History(number) => (window(program, number), None),
        Source::EventAt => ("at".to_owned(), None),
        Source::Now => ("now".to_owned(), None),
        Source::Entered => ("entered".to_owned(), None),
    }
}

/// A history window as people would write it, its filter aside.
fn window(program: &Program, number: u16) -> String {
    let Some(window) = program.windows.get(usize::from(number)) else { return "?".to_owned() };
    let event = program.events.get(usize::from(window.event)).map_or("?", |event| &event.name);
    let function = match window.aggregate {
        Aggregate::Count => "count",
        Aggregate::Sum => "sum",
        Aggregate::Last { .. } => "last",
        Aggregate::First | Aggregate::Each => "events",
    };
    let filtered = if window.filter.is_some() { " where …" } else { "" };
    let range = match window.range {
        Range::All => String::new(),
        Range::Within(length) => format!(", within: {}", journey_ir::duration(length)),
        Range::SinceEntered => ", since: entered".to_owned(),
        Range::SinceMark(_) => ", since a tile".to_owned(),
    };
    format!("{function}({event}{filtered}{range})")
}

/// What became of a message.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
    }
}

/// A value by its type: with the names of fields.
fn typed(ty: &Type, value: &Const) -> Value {
    let mut text = String::new();
    journey_intake::write_value(&mut text, ty, value);
    serde_json::from_str(&text).unwrap_or_default()
}

/// A value that says itself what it is. Of a record there are no names.
pub(super) fn plain(value: &Const) -> Value {
    match value {
        Const::List(items) | Const::Record(items) => items.iter().map(plain).collect(),
        // No other type than that of JSON and those with parts matters.
        scalar => typed(&Type::Bool, scalar),
    }
}
