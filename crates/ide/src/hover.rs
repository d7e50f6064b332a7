//! What a name is: its declaration in a line, what its author says of it, where it stands.

use std::fmt::Write;
use std::sync::Arc;

use journey_base::{LineIndex, TextRange};
use journey_ir::graph::Counts;
use journey_sema::index::{Definition, Index, InnerKind};
use journey_sema::{Field, NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use crate::definition::bound_event;
use crate::docs;
use crate::names::noun;
use crate::place::{FilePosition, covering, parsed};
use crate::tree::meant_at;
use crate::words;

mod tile;

/// What is shown for a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub range: TextRange,
    /// Markdown: source in a block of the language `journey`, and prose.
    pub markdown: String,
}

/// What there is to say of the word at a place; of a tile also what was counted there.
pub fn hover(workspace: &Workspace, at: FilePosition, counts: &Counts) -> Option<Hover> {
    let parse = parsed(workspace, at.file)?;
    let token = meant_at(&parse.tree, at.offset)?;
    let index = workspace.index_at(at.file, at.offset);
    let name = index.references.iter().find(|it| it.range == token.range());
    if let Some(name) = name {
        let mut markdown = of_definition(workspace, at, &name.definition, &index, name.range)?;
        if let Definition::Inner { kind: InnerKind::Label, journey, name } = &name.definition {
            markdown.extend(tile::counted(counts, journey, name));
        }
        return Some(Hover { range: token.range(), markdown });
    }
    let around = covering(&parse.tree, token.range());
    if let Some(markdown) = tile::of_tile(workspace, at, token, &around, counts) {
        return Some(Hover { range: token.range(), markdown });
    }
    of_word(token, &around, &index)
}

/// A keyword, a literal or a field of a record.
fn of_word(token: SyntaxToken<'_>, around: &[SyntaxNode<'_>], index: &Index) -> Option<Hover> {
    let range = token.range();
    let is_value = around.last().is_some_and(|node| {
        matches!(node.kind(), SyntaxKind::LITERAL | SyntaxKind::FIELD_ACCESS | SyntaxKind::TEXT)
    });
    let markdown = if token.kind().is_keyword() && !is_value {
        let about = words::keyword(token.text());
        if about.is_empty() {
            return None;
        }
        format!("`{}`: {about}", token.text())
    } else if is_value {
        // The whole of what ends here has a type.
        let whole = around.iter().rev().find(|node| {
            node.kind() == SyntaxKind::FIELD_CHAIN || node.kind() == SyntaxKind::LITERAL
        });
        let whole = whole.map_or(range, |node| TextRange::new(node.range().start, range.end));
        let exact = index.types.iter().find(|(it, _)| *it == whole);
        let (_, ty) = exact?;
        source(&format!("{}: {ty}", token.text()))
    } else {
        return None;
    };
    Some(Hover { range, markdown })
}

/// Source as Markdown.
pub(crate) fn source(text: &str) -> String {
    format!("```journey\n{text}\n```")
}

/// A definition: its source in a line, its doc comment, and more that is worth knowing.
fn of_definition(
    workspace: &Workspace,
    at: FilePosition,
    definition: &Definition,
    index: &Index,
    range: TextRange,
) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    match definition {
        Definition::BuiltIn(name) => {
            let (form, about) = words::built_in(name)?;
            return Some(format!("{}\n\n{about}", source(form)));
        }
        Definition::Local { name, .. } => {
            parts.push(source(&of_local(workspace, at, definition, name, index, range)));
        }
        Definition::Inner { kind, journey, name } => {
            parts.extend(of_inner(workspace, at, definition, *kind, journey, name));
        }
        other => {
            parts.push(source(&signature(workspace, other)?));
            if let Some(advice) = deprecated(workspace, other) {
                parts.push(format!("**Deprecated**: {advice}"));
            }
            parts.extend(facts(workspace, other));
        }
    }
    let doc = docs::of(workspace, definition, at.file);
    if !doc.is_empty() && !matches!(definition, Definition::Local { .. }) {
        parts.push(doc);
    }
    parts.extend(declared_in(workspace, at, definition));
    Some(parts.join("\n\n"))
}

fn of_local(
    workspace: &Workspace,
    at: FilePosition,
    definition: &Definition,
    name: &str,
    index: &Index,
    range: TextRange,
) -> String {
    if let Some(event) = bound_event(workspace, at, definition) {
        return format!("event {event} as {name}");
    }
    let Definition::Local { at: declared, .. } = definition else { return name.to_owned() };
    // A use of it has a type; where it is given, any use will do.
    let uses = index.references.iter().filter(|it| it.definition == *definition);
    let mut places = std::iter::once(range).chain(uses.map(|it| it.range)).chain([*declared]);
    let ty = places.find_map(|place| {
        index.types.iter().find(|(it, _)| *it == place).map(|(_, ty)| ty.clone())
    });
    match ty {
        Some(ty) => format!("{name}: {ty}"),
        None => name.to_owned(),
    }
}

/// A label, an outcome, a split, a goal.
fn of_inner(
    workspace: &Workspace,
    at: FilePosition,
    definition: &Definition,
    kind: InnerKind,
    journey: &Arc<str>,
    name: &str,
) -> Vec<String> {
    let word = name.rsplit('.').next().unwrap_or(name);
    let Some((tree, range)) = workspace.declaration_of(definition, at.file) else {
        return vec![source(&format!("{} {word}", noun(definition)))];
    };
    let around = covering(&tree, range);
    let tile = around.iter().rev().find_map(|node| ast::Tile::cast(*node));
    let head = |node: SyntaxNode<'_>| {
        // Braces in a text are no block.
        let brace = node.leaves().find(|it| it.kind() == SyntaxKind::L_BRACE);
        let end = brace.map_or(node.range().end, |it| it.range().start);
        let text = node.text().get(..(end - node.range().start) as usize).unwrap_or_default();
        text.lines().next().unwrap_or_default().trim_end().to_owned()
    };
    let line = match (kind, tile) {
        (InnerKind::Label, Some(tile)) => match tile.tile_kind() {
            Some(kind) => format!("{word}: {}", head(kind.syntax())),
            None => word.to_owned(),
        },
        (InnerKind::SplitArm, _) => {
            let arm = around.iter().rev().find_map(|node| ast::SplitArm::cast(*node));
            arm.map_or_else(|| word.to_owned(), |arm| head(arm.syntax()))
        }
        (InnerKind::Split, Some(tile)) => {
            tile.tile_kind().map_or_else(|| word.to_owned(), |kind| head(kind.syntax()))
        }
        (InnerKind::Outcome, _) => format!("exit {word}"),
        (InnerKind::Goal, _) => {
            let goal = around.iter().rev().find(|node| node.kind() == SyntaxKind::GOAL_CLAUSE);
            goal.map_or_else(|| word.to_owned(), |goal| head(*goal))
        }
        _ => word.to_owned(),
    };
    vec![source(&line), format!("{} of the journey `{journey}`", capital(&noun(definition)))]
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How something is declared, in a line.
pub(crate) fn signature(workspace: &Workspace, definition: &Definition) -> Option<String> {
    Some(match definition {
        Definition::Name(NameKind::Trait, name) => {
            format!("customer.{}", field(&workspace.trait_field(name)?))
        }
        Definition::Name(NameKind::Event, name) => {
            let event = workspace.event_type(name)?;
            let properties: Vec<String> = event.properties.iter().map(field).collect();
            format!("event {name} {{ {} }}", properties.join(" "))
        }
        Definition::Name(NameKind::Action, name) => {
            let action = workspace.action_type(name)?;
            let under = action.policy.as_ref().map(|policy| format!(" under {policy}"));
            format!("action {}{}", call(name, &action.params), under.unwrap_or_default())
        }
        Definition::Name(NameKind::Journey, name) => {
            let outline = workspace.journey_outline(name)?;
            let params = match outline.params.as_slice() {
                [] => name.to_string(),
                params => call(name, params),
            };
            format!("journey {params} → {}", outline.outcomes.join(" | "))
        }
        Definition::Name(kind, name) => {
            let (tree, _) = workspace.declaration_of(definition, journey_base::FileId(0))?;
            let text = tree.text();
            let from = match kind {
                NameKind::Secret => return Some(format!("secret {name}")),
                NameKind::Audience => text.find("audience"),
                NameKind::Constant => text.find("let "),
                NameKind::Policy => text.find("policy"),
                _ => text.find("destination"),
            };
            // What its doc comment says comes below.
            let text = code_of(&tree, from.unwrap_or_default());
            let short = matches!(kind, NameKind::Destination);
            let text = if short { text.split('{').next().unwrap_or_default() } else { &text };
            let lines: Vec<&str> = text.lines().take(12).collect();
            lines.join("\n").trim_end().to_owned()
        }
        Definition::Property { event, name } => {
            let event = workspace.event_type(event)?;
            let property = event.properties.iter().find(|it| it.name == *name)?;
            format!("{}.{}", event.name, field(property))
        }
        Definition::Parameter { kind, of, name } => {
            let params = match kind {
                NameKind::Action => workspace.action_type(of)?.params.clone(),
                _ => workspace.journey_outline(of)?.params,
            };
            field(params.iter().find(|it| it.name == *name)?)
        }
        Definition::Setting { destination, name } => {
            format!("setting {destination}.{name}")
        }
        _ => return None,
    })
}

/// The source of a declaration from its first word on, without its doc comment.
fn code_of(tree: &journey_syntax::Tree, fallback: usize) -> String {
    let first = tree
        .tokens()
        .find(|token| !token.kind().is_trivia() && token.kind() != SyntaxKind::DOC)
        .map_or(fallback, |token| token.range().start as usize);
    tree.text().get(first..).unwrap_or_default().to_owned()
}

/// `email "Email": text? = "x" @pii`
pub(crate) fn field(field: &Field) -> String {
    let mut out = field.name.to_string();
    if field.wire != field.name {
        let _ = write!(out, " \"{}\"", field.wire);
    }
    let _ = write!(out, ": {}", field.ty);
    if let Some(default) = &field.default {
        out.push_str(" = ");
        journey_sema::written::print(default, &field.ty, &mut out);
    }
    if field.marks.pii {
        out.push_str(" @pii");
    }
    out
}

/// `name(to: text, level: int = 1)`
pub(crate) fn call(name: &str, params: &[Field]) -> String {
    let params: Vec<String> = params.iter().map(field).collect();
    format!("{name}({})", params.join(", "))
}

fn deprecated(workspace: &Workspace, definition: &Definition) -> Option<Arc<str>> {
    match definition {
        Definition::Name(kind, name) => workspace.deprecation(*kind, name),
        Definition::Property { event, name } => {
            let event = workspace.event_type(event)?;
            let property = event.properties.into_iter().find(|it| it.name == *name)?;
            property.marks.deprecated
        }
        _ => None,
    }
}

/// What else is worth knowing.
fn facts(workspace: &Workspace, definition: &Definition) -> Vec<String> {
    match definition {
        Definition::Name(NameKind::Event, name) => {
            let wire = workspace.event_type(name).map(|event| event.wire);
            let wire = wire.filter(|wire| wire != name);
            wire.map(|wire| format!("On the wire: `{wire}`")).into_iter().collect()
        }
        Definition::Name(NameKind::Journey, name) => {
            let outline = workspace.journey_outline(name).unwrap_or_default();
            let entry = outline.event.map(|event| format!("Entered by the event `{event}`"));
            entry.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The file and line of the declaration, where that is not the line of the cursor.
fn declared_in(workspace: &Workspace, at: FilePosition, definition: &Definition) -> Option<String> {
    let (file, range) = workspace.declared_at(definition, at.file).into_iter().next()?;
    let text = workspace.text(file)?;
    let lines = LineIndex::new(&text);
    let line = lines.line_column(&text, range.start).line;
    if file == at.file && line == lines.line_column(&text, at.offset).line {
        return None;
    }
    Some(format!("*{}:{line}*", workspace.path(file)?))
}

#[cfg(test)]
mod tests;
