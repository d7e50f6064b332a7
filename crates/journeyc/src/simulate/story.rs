//! One customer's story: everything that happened, and what each decision read.

use std::collections::BTreeMap;

use journey_bytecode::Program;
use journey_vm::{Effect, Input, Read, Site, Val};
use serde::Serialize;

use super::output::json;
use super::output::text::time_text;
use journey_testing::{Timeline, value};

/// A line of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scene {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What happened: an input, an effect of it, or a decision.
    pub kind: SceneKind,
    /// The same for people, indented by how closely it follows.
    pub text: String,
    /// Whether the condition held, of a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// What the decision read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<ReadOut>,
}

/// Kinds of scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SceneKind {
    /// Something came from outside.
    Input,
    /// A condition was decided.
    Decision,
    /// Something followed.
    Effect,
}

/// A value that a decision read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadOut {
    /// Where from: `customer.plan`, `order.total`.
    pub name: String,
    /// What stood there, as source.
    pub value: String,
}

/// Collects the story of one customer.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) scenes: Vec<Scene>,
    teller: Timeline,
    /// What was last decided of each audience: it is asked anew with every event, and only told when
    /// the answer is another one.
    members: BTreeMap<u16, bool>,
}

impl Story {
    pub(crate) fn new() -> Story {
        Story { scenes: Vec::new(), teller: Timeline::of_all(), members: BTreeMap::new() }
    }

    /// Notes what comes from outside.
    pub(crate) fn input(&mut self, program: &Program, input: &Input<'_>, at: i64) {
        let text = match input {
            Input::Event { event, row, .. } => {
                let Some(event) = program.events.get(usize::from(*event)) else { return };
                let arena = bumpalo::Bump::new();
                let slots = (0u16..).zip(&event.properties);
                let values: Vec<(u16, Val<'_>)> = slots
                    .map(|(number, slot)| (number, row.get(number, &slot.ty, &arena)))
                    .filter(|(_, value)| value.is_set())
                    .collect();
                let mut text = format!("event {} ", event.name);
                json::object(&mut text, &event.properties, &values);
                text
            }
            Input::Enter { journey, .. } => {
                let name = program.journeys.get(usize::from(*journey)).map(|it| it.name.as_str());
                format!("entered into {} by hand", name.unwrap_or("?"))
            }
            Input::Outcome { .. } => return,
            Input::Activate => "the journeys start".to_owned(),
            _ => return,
        };
        self.push(at, SceneKind::Input, text);
    }

    /// Notes an effect.
    pub(crate) fn effect(&mut self, program: &Program, effect: Effect<'_>) {
        if let Effect::Decided { site, journey, tile, holds, reads, at, .. } = effect {
            if let Site::Audience(audience) = site
                && self.members.insert(audience, holds) == Some(holds)
            {
                return;
            }
            let Some(what) = question(program, site, journey, tile) else { return };
            let reads: Vec<ReadOut> = reads.iter().map(|it| read(program, it)).collect();
            let list: Vec<String> =
                reads.iter().map(|read| format!("{} = {}", read.name, read.value)).collect();
            let because =
                if list.is_empty() { String::new() } else { format!(": {}", list.join(", ")) };
            let answer = if holds { "yes" } else { "no" };
            let text = format!("      {what}? {answer}{because}");
            let (at, kind) = (time_text(at), SceneKind::Decision);
            return self.scenes.push(Scene { at, kind, text, holds: Some(holds), reads });
        }
        let before = self.teller.lines.len();
        self.teller.record(program, effect);
        self.teller.pending.clear();
        for line in self.teller.lines.drain(before..) {
            let (kind, text, at) = (SceneKind::Effect, line.text, line.at);
            self.scenes.push(Scene { at, kind, text, holds: None, reads: Vec::new() });
        }
    }

    fn push(&mut self, at: i64, kind: SceneKind, text: String) {
        self.scenes.push(Scene { at: time_text(at), kind, text, holds: None, reads: Vec::new() });
    }
}

/// What was asked, and of which journey.
fn question(
    program: &Program,
    site: Site,
    journey: Option<u16>,
    tile: Option<u16>,
) -> Option<String> {
    let asked = site.words(program, journey, tile)?;
    let of = journey.and_then(|journey| program.journeys.get(usize::from(journey)));
    Some(match (site, of) {
        (Site::Audience(_), _) | (_, None) => asked,
        (_, Some(journey)) => format!("{}: {asked}", journey.name),
    })
}

fn read(program: &Program, read: &Read<'_>) -> ReadOut {
    if let Some(binding) = read.source.binding(program) {
        return ReadOut {
            name: format!("{binding} is set"),
            value: read.value.is_set().to_string(),
        };
    }
    let (name, _) = read.source.words(program);
    ReadOut { name, value: value(&read.value.to_const()) }
}
