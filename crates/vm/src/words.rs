//! Decisions in the words of the source: where one was made, and what it read.
//!
//! For whoever shows a decision to a person. A number that the program does not have reads `?`.

use journey_bytecode::{Aggregate, Program, Range, Slot, TileKind, Type};

use crate::{Shown, Site, Source, Val};

impl Site {
    /// What was asked there: `wait_1 order_paid`, `exit bought`. `journey` and `tile` are those of the instance
    /// that asked. None where the program has no such place.
    pub fn words(
        self,
        program: &Program,
        journey: Option<u16>,
        tile: Option<u16>,
    ) -> Option<String> {
        let journey = journey.and_then(|journey| program.journeys.get(usize::from(journey)));
        let tile = journey.zip(tile).and_then(|(it, tile)| it.tiles.get(usize::from(tile)));
        Some(match self {
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
            Site::Tile if tile?.kind == TileKind::Branch => {
                format!("{}, the next arm", tile?.id)
            }
            Site::Tile => tile?.id.clone(),
            Site::Require => format!("{}, `require`", tile?.id),
            Site::Audience(number) => {
                format!("in {}", program.audiences.get(usize::from(number))?.name)
            }
        })
    }
}

impl Source {
    /// What the place is called, `customer.plan` or `order.total`, and the type of what stands there as far as
    /// values do not say it themselves.
    pub fn words(self, program: &Program) -> (String, Option<&Type>) {
        match self {
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

    /// The binding whose event this place says to have come. That is kept beside the event's properties; people
    /// ask for it by the name of the binding, `order is set`.
    pub fn binding(self, program: &Program) -> Option<String> {
        match self {
            Source::Local { .. } => {
                let (name, _) = self.words(program);
                name.strip_suffix(".happened").map(str::to_owned)
            }
            _ => None,
        }
    }
}

fn slot(slots: &[Slot], number: u16) -> (&str, Option<&Type>) {
    slots.get(usize::from(number)).map_or(("?", None), |slot| (&slot.name, Some(&slot.ty)))
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
        Range::Within(length) => format!(", within: {}", Shown(Val::Duration(length))),
        Range::SinceEntered => ", since: entered".to_owned(),
        Range::SinceMark(_) => ", since a tile".to_owned(),
    };
    format!("{function}({event}{filtered}{range})")
}
