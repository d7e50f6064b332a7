//! What a name is: its declaration in a line, what its author says of it, where it stands.

use std::fmt::Write;
use std::sync::Arc;

use journey_base::{LineIndex, TextRange};
use journey_ir::graph::Counts;
use journey_sema::index::{Definition, Index, InnerKind};
use journey_sema::{Field, NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use crate::docs;
use crate::place::{FilePosition, covering, parsed};
use crate::tree::meant_at;
use crate::words;

mod field;
mod inner;
mod local;
mod tile;

use tile::Known;

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
    let around = covering(&parse.tree, token.range());
    let known = Known { workspace, index: &index, around: &around };
    let name = index.references.iter().find(|it| it.range == token.range());
    if let Some(name) = name {
        let mut markdown = of_definition(&known, at, &name.definition, name.range)?;
        if let Definition::Inner { kind: InnerKind::Label, journey, name } = &name.definition {
            markdown.extend(tile::counted(counts, journey, name));
        }
        return Some(Hover { range: token.range(), markdown });
    }
    if let Some(markdown) = tile::of_tile(&known, at, token, counts) {
        return Some(Hover { range: token.range(), markdown });
    }
    of_word(token, &around, &index)
}

/// A keyword, a literal or a field of a record.
fn of_word(token: SyntaxToken<'_>, around: &[SyntaxNode<'_>], index: &Index) -> Option<Hover> {
    let range = token.range();
    if let Some(markdown) = field::of_field(token, around, index) {
        return Some(Hover { range, markdown });
    }
    let markdown = match around.last()?.kind() {
        SyntaxKind::LITERAL => words::literal(token)?,
        SyntaxKind::TEXT => return None,
        _ => {
            let kinds: Vec<SyntaxKind> = around.iter().rev().take(3).map(|it| it.kind()).collect();
            let about = words::keyword_in(token.text(), &kinds);
            // A word that is no keyword here may be the name of an argument.
            let about =
                about.or_else(|| token.kind().is_keyword().then(|| words::keyword(token.text())));
            format!("`{}`: {}", token.text(), about.filter(|about| !about.is_empty())?)
        }
    };
    Some(Hover { range, markdown })
}

/// Source as Markdown.
pub(crate) fn source(text: &str) -> String {
    format!("```journey\n{text}\n```")
}

/// A definition: its source in a line, its doc comment, and more that is worth knowing.
fn of_definition(
    known: &Known<'_, '_>,
    at: FilePosition,
    definition: &Definition,
    range: TextRange,
) -> Option<String> {
    let workspace = known.workspace;
    let mut parts: Vec<String> = Vec::new();
    match definition {
        Definition::BuiltIn(name) => {
            let (form, about) = words::built_in(name)?;
            return Some(format!("{}\n\n{about}", source(form)));
        }
        Definition::Local { name, .. } => {
            parts.extend(local::of_local(known, at, definition, name, range));
        }
        Definition::Inner { kind, journey, name } => {
            parts.extend(inner::of_inner(workspace, at, definition, *kind, journey, name));
        }
        other => {
            parts.push(source(&signature(workspace, other)?));
            if let Some(advice) = deprecated(workspace, other) {
                parts.push(format!("**Deprecated**: {advice}"));
            }
            parts.extend(facts(workspace, other));
        }
    }
    // An outcome has no doc comment of its own, only the journey has one.
    let documented = !matches!(definition, Definition::Local { .. } | Definition::Inner { .. })
        || matches!(definition, Definition::Inner { kind: InnerKind::Label, .. });
    let doc = if documented { docs::of(workspace, definition, at.file) } else { String::new() };
    if !doc.is_empty() {
        parts.push(doc);
    }
    parts.extend(declared_in(workspace, at, definition));
    Some(parts.join("\n\n"))
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
            format!("event {name} {}", braced(&properties))
        }
        Definition::Name(NameKind::Action, name) => {
            let action = workspace.action_type(name)?;
            let under = action.policy.as_ref().map(|policy| format!(" under {policy}"));
            format!("action {}{}", call(name, &action.params), under.unwrap_or_default())
        }
        Definition::Name(NameKind::Journey, name) => {
            let outline = workspace.journey_outline(name)?;
            let (tree, _) = workspace.declaration_of(definition, journey_base::FileId(0))?;
            let title = tree.root().child::<ast::ExternalName<'_>>().and_then(|it| it.text());
            let called = match title {
                Some(title) => format!("{name} {} ", title.source()),
                None => name.to_string(),
            };
            let params = match outline.params.as_slice() {
                [] => called.trim_end().to_owned(),
                params => call(&called, params),
            };
            let clauses = tree.root().children::<ast::HeaderClause<'_>>();
            let mut entry = clauses.filter(|it| it.syntax().kind() == SyntaxKind::ENTRY_CLAUSE);
            let entry = entry.next().map(|it| format!("\n  {}", tile::line(it.syntax())));
            format!("journey {params}{}", entry.unwrap_or_default())
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

/// What stands between braces: on one line if it is short.
fn braced(parts: &[String]) -> String {
    const MAX_LINE: usize = 60;
    let line = parts.join(" ");
    match line.len() {
        0 => "{}".to_owned(),
        1..=MAX_LINE => format!("{{ {line} }}"),
        _ => format!("{{\n  {}\n}}", parts.join("\n  ")),
    }
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
fn facts(workspace: &Workspace, definition: &Definition) -> Option<String> {
    match definition {
        Definition::Name(NameKind::Event, name) => {
            let wire = workspace.event_type(name)?.wire;
            (wire != *name).then(|| format!("Comes in as `{wire}`."))
        }
        Definition::Name(NameKind::Journey, name) => {
            let outcomes = workspace.journey_outline(name)?.outcomes;
            (!outcomes.is_empty()).then(|| format!("Ends as {}.", listed(&outcomes, "or")))
        }
        Definition::Name(NameKind::Destination, name) => {
            let prefix = format!("{name}.");
            let actions = workspace.names_where(NameKind::Action, |it| it.starts_with(&*prefix));
            let actions: Vec<Arc<str>> =
                actions.iter().filter_map(|it| it.strip_prefix(&*prefix)).map(Arc::from).collect();
            (!actions.is_empty()).then(|| format!("Sends {}.", listed(&actions, "and")))
        }
        Definition::Name(NameKind::Action, name) => {
            let action = workspace.action_type(name)?;
            let policy = action.policy.as_ref()?;
            Some(format!("Sent as soon as the policy `{policy}` lets it."))
        }
        Definition::Parameter { kind, of, .. } => Some(format!("Parameter of the {kind} `{of}`.")),
        _ => None,
    }
}

/// `a`, `b` and `c`
fn listed(names: &[Arc<str>], word: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
        None => String::new(),
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
