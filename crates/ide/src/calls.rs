//! Which journeys start which: by `run` and `enter`.

use std::collections::BTreeMap;

use journey_base::{FileId, TextRange};
use journey_sema::index::Definition;
use journey_sema::{NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind, ast};

use crate::names::name_at;
use crate::place::{FilePosition, FileRange, covering, parsed};
use crate::tree::{journeys, nodes};

/// A journey, as something that starts others and is started.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallItem {
    /// Its name.
    pub name: String,
    /// Its declaration.
    pub place: FileRange,
    /// Its name in that.
    pub selection: TextRange,
}

/// A journey that starts another one or is started by it, with the places at which that stands, in
/// the file of the one that starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The other journey.
    pub item: CallItem,
    /// The name that is started, at each `run` and `enter`.
    pub ranges: Vec<TextRange>,
}

/// The journey that is named at a place, or else the one around it.
pub fn call_item(workspace: &Workspace, at: FilePosition) -> Option<CallItem> {
    if let Some(name) = name_at(workspace, at)
        && let Definition::Name(NameKind::Journey, journey) = &name.definition
    {
        return item_of(workspace, journey);
    }
    let parse = parsed(workspace, at.file)?;
    let around = covering(&parse.tree, TextRange::empty(at.offset));
    let journey = around.into_iter().find_map(ast::JourneyDecl::cast)?;
    let name = journey.name()?;
    let place = FileRange { file: at.file, range: journey.range() };
    Some(CallItem { name: name.source().to_owned(), place, selection: name.range() })
}

fn item_of(workspace: &Workspace, journey: &str) -> Option<CallItem> {
    let definition = Definition::Name(NameKind::Journey, journey.into());
    let (file, selection) = workspace.declared_at(&definition, FileId(0)).into_iter().next()?;
    let (range, _) = workspace.declaration_at(file, selection.start)?;
    let place = FileRange { file, range };
    Some(CallItem { name: journey.to_owned(), place, selection })
}

/// The journeys that start this one, by name.
pub fn incoming_calls(workspace: &Workspace, journey: &str) -> Vec<Call> {
    let definition = Definition::Name(NameKind::Journey, journey.into());
    let mut callers: BTreeMap<CallItem, Vec<TextRange>> = BTreeMap::new();
    // Uses come file by file.
    let uses = workspace.references(&definition, FileId(0));
    for uses in uses.chunk_by(|one, other| one.file == other.file) {
        let Some(file) = uses.first().map(|spot| spot.file) else { continue };
        let Some(parse) = parsed(workspace, file) else { continue };
        let journeys = journeys(&parse);
        for spot in uses.iter().filter(|spot| !spot.declares) {
            let behind = journeys.partition_point(|it| it.range().start <= spot.range.start);
            let around = behind.checked_sub(1).and_then(|at| journeys.get(at));
            let Some(decl) = around.filter(|it| spot.range.end <= it.range().end) else { continue };
            let Some(name) = decl.name() else { continue };
            let item = CallItem {
                name: name.source().to_owned(),
                place: FileRange { file, range: decl.range() },
                selection: name.range(),
            };
            callers.entry(item).or_default().push(spot.range);
        }
    }
    callers.into_iter().map(|(item, ranges)| Call { item, ranges }).collect()
}

/// The journeys that this one starts, in the order in which they are first named.
pub fn outgoing_calls(workspace: &Workspace, journey: &str) -> Vec<Call> {
    let Some(item) = item_of(workspace, journey) else { return Vec::new() };
    let Some(parse) = parsed(workspace, item.place.file) else { return Vec::new() };
    let around = covering(&parse.tree, item.selection);
    let Some(decl) = around.into_iter().find(|node| node.kind() == SyntaxKind::JOURNEY_DECL) else {
        return Vec::new();
    };
    let mut calls: Vec<Call> = Vec::new();
    for node in nodes(decl) {
        let name = match node.kind() {
            SyntaxKind::RUN => ast::Run::cast(node).and_then(|run| run.name()),
            SyntaxKind::ENTER => ast::Enter::cast(node).and_then(|enter| enter.name()),
            _ => None,
        };
        let Some(name) = name else { continue };
        match calls.iter_mut().find(|call| call.item.name == name.source()) {
            Some(call) => call.ranges.push(name.range()),
            None => calls.extend(
                item_of(workspace, name.source())
                    .map(|item| Call { item, ranges: vec![name.range()] }),
            ),
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::{call_item, incoming_calls, outgoing_calls};
    use crate::fixture::fixture;

    #[test]
    fn journeys_are_followed_up_and_down() {
        let fixture = fixture(
            "\
//- a.journey
journey outer {
  entry manual
  run inner()
  branch { when customer.id == \"x\" { enter inner() } }
  enter other()
  exit done
}
test \"t\" { journey inner at 2026-01-05T09:00Z enter expect exit done }
//- b.journey
journey inner { entry manual  ex$0it done }
journey other { entry manual  exit done }
",
        );
        let item = call_item(&fixture.workspace, fixture.at).expect("the journey around");
        assert_eq!(item.name, "inner");
        let incoming = incoming_calls(&fixture.workspace, "inner");
        let shown: Vec<(&str, usize)> =
            incoming.iter().map(|it| (&*it.item.name, it.ranges.len())).collect();
        assert_eq!(shown, [("outer", 2)]);
        let outgoing = outgoing_calls(&fixture.workspace, "outer");
        let shown: Vec<(&str, usize)> =
            outgoing.iter().map(|it| (&*it.item.name, it.ranges.len())).collect();
        assert_eq!(shown, [("inner", 2), ("other", 1)]);
    }
}
