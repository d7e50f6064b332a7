//! What a new tile or arm says before anybody has filled it in. It is whole: it parses, and where the
//! workspace has something to speak of, it type-checks, too.

use std::collections::BTreeSet;

use journey_sema::{Field, NameKind, Type};
use journey_syntax::{AstNode, SyntaxKind, ast};

use super::Desk;
use super::op::Refusal;
use crate::canvas::sheet::Statement;
use crate::canvas::titles::line;
use crate::canvas::view::TileKind;

/// A new tile.
pub(super) fn tile(desk: &Desk<'_>, kind: TileKind) -> Result<String, Refusal> {
    Ok(match kind {
        TileKind::Wait => "wait 1d".to_owned(),
        TileKind::Branch => {
            format!("branch {{\n  when {} {{}}\n  else {{}}\n}}", condition(desk, &[]))
        }
        TileKind::Split => {
            let name = unused("split_1", &splits(desk));
            format!("split {name} {{\n  50% a {{}}\n  50% b {{}}\n}}")
        }
        TileKind::Send => send(desk)?,
        TileKind::Webhook => {
            "webhook post \"https://example.com/\" {\n  body { customer: customer.id }\n}"
                .to_owned()
        }
        TileKind::Update => update(desk)?,
        TileKind::Run => format!("run {}", start(desk, "run")?),
        TileKind::Enter => format!("enter {}", start(desk, "enter")?),
        TileKind::Repeat => "repeat up to 3 times {\n  wait 1d\n}".to_owned(),
        TileKind::Exit => {
            let exit = |statement: &Statement<'_>| match statement.tile.tile_kind() {
                Some(ast::TileKind::Exit(exit)) => Some(exit.name()?.source().to_owned()),
                _ => None,
            };
            let known = desk.sheet.statements.iter().rev().find_map(exit);
            format!("exit {}", known.unwrap_or_else(|| "done".to_owned()))
        }
    })
}

fn nothing<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::NothingToSay { why: why.to_owned() })
}

fn send(desk: &Desk<'_>) -> Result<String, Refusal> {
    let names = desk.workspace.names(NameKind::Action);
    let Some(action) = names.iter().find_map(|name| desk.workspace.action_type(name)) else {
        return nothing("there is nothing to send yet: no destination declares an action");
    };
    Ok(format!("send {}{}", action.name, arguments(desk, &action.params)))
}

fn update(desk: &Desk<'_>) -> Result<String, Refusal> {
    let names = desk.workspace.names(NameKind::Trait);
    let Some(field) = names.iter().find_map(|name| desk.workspace.trait_field(name)) else {
        return nothing("there is nothing to set yet: customers have no traits");
    };
    let value = if field.ty.is_optional() {
        "unset".to_owned()
    } else {
        placeholder(&field.name, &field.ty)
    };
    Ok(format!("update customer {{ {}: {value} }}", field.name))
}

/// Another journey with what it must be given.
fn start(desk: &Desk<'_>, word: &str) -> Result<String, Refusal> {
    let names = desk.workspace.names(NameKind::Journey);
    let outlines = names.iter().filter(|name| &***name != desk.journey);
    let mut outlines: Vec<_> =
        outlines.filter_map(|name| Some((name, desk.workspace.journey_outline(name)?))).collect();
    // Those that are entered by hand anyway come first.
    outlines.sort_by_key(|(_, outline)| outline.event.is_some());
    let Some((name, outline)) = outlines.first() else {
        return nothing(&format!("there is no other journey to {word}"));
    };
    let event = outline.event.as_ref().and_then(|event| desk.workspace.event_type(event));
    let properties = event.into_iter().flat_map(|event| event.properties);
    let fields: Vec<Field> = outline.params.iter().cloned().chain(properties).collect();
    Ok(format!("{name}{}", arguments(desk, &fields)))
}

/// Arguments for what must be given.
pub(super) fn arguments(desk: &Desk<'_>, fields: &[Field]) -> String {
    let needed = fields.iter().filter(|it| it.default.is_none() && !it.ty.is_optional());
    let given: Vec<String> =
        needed.map(|field| format!("{}: {}", field.name, argument(desk, field))).collect();
    format!("({})", given.join(", "))
}

/// The trait of the same name if it always has a value that fits, or else a placeholder.
fn argument(desk: &Desk<'_>, field: &Field) -> String {
    let same = desk
        .workspace
        .trait_field(&field.name)
        .filter(|found| found.ty == field.ty && (!found.holds_pii() || field.holds_pii()));
    match same {
        Some(found) => format!("customer.{}", found.name),
        None => placeholder(&field.name, &field.ty),
    }
}

/// A value of a type that nobody will take for a real one.
pub(super) fn placeholder(name: &str, ty: &Type) -> String {
    match ty {
        Type::Bool => "false".to_owned(),
        Type::Int | Type::Number => "0".to_owned(),
        Type::Text | Type::Json | Type::Error => format!("\"{name}\""),
        Type::Time => "now".to_owned(),
        Type::Date => "now.date".to_owned(),
        Type::TimeOfDay => "09:00".to_owned(),
        Type::Weekday => "mon".to_owned(),
        Type::Duration => "1d".to_owned(),
        Type::Enum(members) => {
            let first = members.first().map_or("", |member| &**member);
            let mut text = String::new();
            journey_sema::written::quote(first, &mut text);
            text
        }
        Type::List(_) => "[]".to_owned(),
        Type::Record(fields) => {
            let needed = fields.iter().filter(|it| it.default.is_none() && !it.ty.is_optional());
            let parts: Vec<_> = needed
                .map(|it| format!("{}: {}", it.name, placeholder(&it.name, &it.ty)))
                .collect();
            format!("{{ {} }}", parts.join(", "))
        }
        Type::Optional(_) | Type::Unset => "unset".to_owned(),
    }
}

/// A condition about the customer that is not among those that are `taken`.
pub(super) fn condition(desk: &Desk<'_>, taken: &[String]) -> String {
    let fields = desk.workspace.names(NameKind::Trait);
    let fields = fields.iter().filter_map(|name| desk.workspace.trait_field(name));
    let asked = fields.filter_map(|field| match &field.ty {
        Type::Bool => Some(format!("customer.{}", field.name)),
        Type::Enum(_) | Type::Int | Type::Number | Type::Text => {
            Some(format!("customer.{} == {}", field.name, placeholder(&field.name, &field.ty)))
        }
        _ => None,
    });
    let numbered = (1..).map(|number| format!("customer.id == \"customer_{number}\""));
    let free = |condition: &String| !taken.iter().any(|it| it.contains(condition.as_str()));
    asked.chain(numbered).find(free).unwrap_or_default()
}

fn splits(desk: &Desk<'_>) -> BTreeSet<String> {
    let name = |statement: &Statement<'_>| match statement.tile.tile_kind() {
        Some(ast::TileKind::Split(split)) => Some(split.name()?.source().to_owned()),
        _ => None,
    };
    desk.sheet.statements.iter().filter_map(name).collect()
}

/// A name like `name` that is not taken.
pub(super) fn unused(name: &str, taken: &BTreeSet<String>) -> String {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = if stem.ends_with('_') { stem.to_owned() } else { format!("{name}_") };
    let numbered = (2..).map(|number| format!("{stem}{number}"));
    let mut candidates = [name.to_owned()].into_iter().chain(numbered);
    candidates.find(|it| !taken.contains(it)).unwrap_or_default()
}

/// A new arm, or why there can be none.
pub(super) fn arm(desk: &Desk<'_>, statement: &Statement<'_>) -> Result<String, String> {
    use ast::TileKind as K;
    let no = |why: &str| Err(why.to_owned());
    let missing = |all: &[&str], why: &str| {
        let has = |label: &&&str| {
            statement.arms.iter().any(|it| it.node.is_some() && it.label == **label)
        };
        match all.iter().find(|label| !has(label)) {
            Some(label) => Ok(format!("{label} {{}}")),
            None => no(why),
        }
    };
    let heads: Vec<String> = statement.arms.iter().map(|arm| arm.label.clone()).collect();
    match statement.tile.tile_kind() {
        Some(K::WaitUntil(wait)) => match (wait.up_to(), wait.late_block()) {
            (Some(_), _) => no("waits for a condition, which cannot be late"),
            (None, Some(_)) => no("has its `late` arm already"),
            (None, None) => Ok("late {}".to_owned()),
        },
        Some(K::WaitArms(wait)) => {
            let has_timeout =
                statement.arms.iter().any(|it| it.label == "timeout" && it.node.is_some());
            if wait.wait_limit().is_some() && !has_timeout {
                return Ok("timeout {}".to_owned());
            }
            let events = desk.workspace.names(NameKind::Event);
            let any = if keyed(desk) { "any " } else { "" };
            let event = |name: &std::sync::Arc<str>| format!("on {any}event {name}");
            let mut all = events.iter().map(event);
            let free = all.find(|it| !heads.iter().any(|head| head.starts_with(it.as_str())));
            match free.or(events.first().map(event)) {
                Some(head) => Ok(format!("{head} {{}}")),
                None => Ok(format!("when {} {{}}", condition(desk, &heads))),
            }
        }
        Some(K::BranchWhen(_)) => Ok(format!("when {} {{}}", condition(desk, &heads))),
        Some(K::BranchValue(branch)) => value(desk, branch),
        Some(K::Split(split)) => {
            let taken = split.split_arms().filter_map(|arm| arm.name());
            let taken = taken.map(|name| name.source().to_owned()).collect();
            let letters = ('a'..='z').map(String::from);
            let free = letters.into_iter().find(|it| !BTreeSet::contains(&taken, it));
            Ok(free.unwrap_or_else(|| unused("arm", &taken)))
        }
        Some(K::Send(_)) => {
            missing(&["delivered", "failed", "skipped"], "has an arm for every outcome already")
        }
        Some(K::Webhook(_)) => missing(&["ok", "failed"], "has an arm for every outcome already"),
        Some(K::Run(run)) => {
            let outline = run.name().and_then(|name| desk.workspace.journey_outline(name.source()));
            let taken = |name: &str| {
                let exited = run.run_arms().into_iter().flat_map(|arms| arms.run_arms());
                let exited = exited.filter_map(|arm| match arm {
                    ast::RunArm::ExitedArm(arm) => Some(arm),
                    ast::RunArm::NotEnteredArm(_) => None,
                });
                exited.into_iter().flat_map(|arm| arm.names()).any(|it| it.source() == name)
            };
            let outcomes = outline.into_iter().flat_map(|outline| outline.outcomes);
            match outcomes.into_iter().find(|name| !taken(name)) {
                Some(outcome) => Ok(format!("exited {outcome} {{}}")),
                None => missing(&["not_entered", "else"], "has an arm for every outcome already"),
            }
        }
        Some(K::WaitEvent(_)) => no("waits for one event; only a wait for several has arms"),
        Some(K::Repeat(_)) => no("has the one block that it repeats"),
        _ => no("goes on in one way only"),
    }
}

/// Whether a customer can be in the journey several times at once.
pub(super) fn keyed(desk: &Desk<'_>) -> bool {
    let mut nodes = crate::tree::nodes(desk.sheet.decl.syntax());
    nodes.any(|node| matches!(node.kind(), SyntaxKind::KEYED_BY | SyntaxKind::FOR_EACH))
}

/// An arm for a value that has none.
fn value(desk: &Desk<'_>, branch: ast::BranchValue<'_>) -> Result<String, String> {
    let taken: Vec<String> = branch
        .value_arms()
        .flat_map(|arm| arm.exprs().map(|value| line(value.syntax())).collect::<Vec<_>>())
        .collect();
    let index = desk.index();
    let ty = branch.expr().and_then(|it| index.type_of(desk.in_file(it.range())));
    let quoted = |member: &str| {
        let mut text = String::new();
        journey_sema::written::quote(member, &mut text);
        text
    };
    let all: Vec<String> = match ty.map(Type::required) {
        Some(Type::Enum(members)) => members.iter().map(|it| quoted(it)).collect(),
        Some(Type::Bool) => vec!["true".to_owned(), "false".to_owned()],
        Some(Type::Weekday) => {
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(str::to_owned).into()
        }
        Some(Type::Int | Type::Number) => (1..1_000).map(|number| number.to_string()).collect(),
        _ => (1..1_000).map(|number| format!("\"value_{number}\"")).collect(),
    };
    match all.into_iter().find(|value| !taken.contains(value)) {
        Some(value) => Ok(format!("{value} {{}}")),
        None => Err("has an arm for every value already".to_owned()),
    }
}
