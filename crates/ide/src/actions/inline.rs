//! Putting a value in place of its name: a constant of the workspace everywhere, a captured value
//! where it can be no other than when it was captured.

use std::collections::BTreeMap;

use journey_base::{Edit, FileId, TextRange};
use journey_sema::index::Definition;
use journey_sema::{NameKind, Type};
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{Parse, SyntaxKind, SyntaxNode};

use super::values::is_atom;
use super::{ActionKind, Context, Draft};
use crate::place::{FileRange, covering, parsed};
use crate::tree::{nodes, reads_zone};

/// The name at the cursor, replaced by what it stands for.
pub(super) fn of(context: &Context<'_>) -> Option<Draft> {
    let name: ast::Name<'_> = context.innermost()?;
    let reference = context.index().at(name.range().start)?;
    match &reference.definition {
        Definition::Name(NameKind::Constant, constant) => {
            let declared = context.workspace.declared_at(&reference.definition, context.file);
            let [(file, range)] = declared.as_slice() else { return None };
            constant_of(context, constant, FileRange { file: *file, range: *range })
        }
        Definition::Local { at, name } => captured(context, name, *at, &reference.definition),
        _ => None,
    }
}

fn constant_of(context: &Context<'_>, name: &str, at: FileRange) -> Option<Draft> {
    let home = parsed(context.workspace, at.file)?;
    let decl = covering(&home.tree, at.range).into_iter().find_map(ast::LetDecl::cast)?;
    let value = decl.expr()?;
    // A constant reads local times in the workspace's zone, a journey perhaps in its own.
    if !home.errors.is_empty() || reads_zone(value.syntax()) || has_comments(decl.syntax()) {
        return None;
    }
    let definition = Definition::Name(NameKind::Constant, name.into());
    let uses = context.workspace.references(&definition, at.file);
    let places = uses.iter().filter(|it| !it.declares);
    let places = places.map(|it| FileRange { file: it.file, range: it.range });
    let mut edits = replaced(context, places, value)?;
    edits.push(Edit {
        file: at.file,
        range: whole_lines(&home, decl.range()),
        text: String::new(),
    });
    Some(Draft::new(format!("Inline the constant `{name}`"), ActionKind::Inline, edits))
}

fn captured(
    context: &Context<'_>,
    name: &str,
    at: TextRange,
    definition: &Definition,
) -> Option<Draft> {
    let around = context.around(at);
    let tile = around.iter().rev().find_map(|node| ast::Tile::cast(*node))?;
    let ast::TileKind::LetTile(capture) = tile.tile_kind()? else { return None };
    let value = capture.expr()?;
    let journey = around.iter().find_map(|node| ast::JourneyDecl::cast(*node))?;
    // The name may be that of something inside, an element of a list.
    let is_its_name = capture.name()?.range() == at;
    if !is_its_name || has_comments(tile.syntax()) || !is_settled(context, journey, value) {
        return None;
    }
    let uses = context.index().references.iter();
    let uses = uses.filter(|it| it.definition == *definition && !it.declares);
    let places = uses.map(|it| FileRange { file: context.file, range: it.range });
    let mut edits = replaced(context, places, value)?;
    edits.push(context.edit(whole_lines(&context.parse, tile.range()), ""));
    Some(Draft::new(format!("Inline the value `{name}`"), ActionKind::Inline, edits))
}

/// Whether an expression is the same whenever it is asked in this journey, and always has a value:
/// it speaks of what is bound and of constants alone, and computes nothing that could fail.
fn is_settled(context: &Context<'_>, journey: ast::JourneyDecl<'_>, value: ast::Expr<'_>) -> bool {
    use SyntaxKind::*;
    let refreshes = nodes(journey.syntax())
        .any(|node| node.kind() == WHILE_CLAUSE && node.token(KW_REFRESH).is_some());
    let zone = nodes(journey.syntax()).any(|node| node.kind() == TIMEZONE_CLAUSE);
    let pure = nodes(value.syntax()).all(|node| match node.kind() {
        CUSTOMER_EXPR | MUL_CHAIN | NEG_CHAIN | LAMBDA => false,
        ADD_CHAIN => context.index().type_of(node.range()) == Some(&Type::Text),
        CALL_EXPR => node.child::<ast::Name<'_>>().is_some_and(|name| {
            matches!(name.source(), "lower" | "upper" | "trim" | "length" | "min" | "max")
        }),
        NAME_EXPR => node.text() != "now",
        _ => true,
    });
    // Whether it is set can only be asked of a name.
    let ty = context.index().type_of(value.range());
    let asked = ty.is_some_and(|ty| !ty.is_optional() && *ty != Type::Error);
    let is_path = matches!(value, ast::Expr::NameExpr(_) | ast::Expr::FieldChain(_));
    pure && !refreshes && (asked || is_path) && !(zone && reads_zone(value.syntax()))
}

fn has_comments(node: SyntaxNode<'_>) -> bool {
    node.leaves().any(|token| token.kind() == SyntaxKind::COMMENT)
}

/// The edits that put a value into these places; nothing if there is none, or one of them cannot
/// take it.
fn replaced(
    context: &Context<'_>,
    places: impl Iterator<Item = FileRange>,
    value: ast::Expr<'_>,
) -> Option<Vec<Edit>> {
    let mut files: BTreeMap<FileId, Parse> = BTreeMap::new();
    let mut edits = Vec::new();
    for place in places {
        if let std::collections::btree_map::Entry::Vacant(file) = files.entry(place.file) {
            file.insert(parsed(context.workspace, place.file)?);
        }
        let parse = files.get(&place.file)?;
        parse.errors.is_empty().then_some(())?;
        let text = fitting(&covering(&parse.tree, place.range), value)?;
        edits.push(Edit { file: place.file, range: place.range, text });
    }
    (!edits.is_empty()).then_some(edits)
}

/// The source of a value for the place at the end of `around`.
fn fitting(around: &[SyntaxNode<'_>], value: ast::Expr<'_>) -> Option<String> {
    use SyntaxKind::*;
    let mut outwards = around.iter().rev();
    outwards.find(|node| node.kind() == NAME_EXPR)?;
    let parent = *outwards.next()?;
    let source = value.source();
    let inside = |kind: SyntaxKind| around.iter().any(|node| node.kind() == kind);
    // A line end in an interpolation would end the text around it; and a request knows names of
    // its own, which may be those of other constants.
    let names = nodes(value.syntax()).any(|node| node.kind() == NAME_EXPR);
    if inside(INTERPOLATION) && source.contains('\n') || inside(DESTINATION_DECL) && names {
        return None;
    }
    let plain = matches!(
        value,
        ast::Expr::Literal(_)
            | ast::Expr::Text(_)
            | ast::Expr::ListExpr(_)
            | ast::Expr::NameExpr(_)
    );
    match parent.kind() {
        DEFAULT => plain.then(|| source.to_owned()),
        // Behind the dot of a number stands a digit, and nothing can be read of a record.
        FIELD_CHAIN if !matches!(value, ast::Expr::Text(_) | ast::Expr::ListExpr(_)) => {
            let named = matches!(value, ast::Expr::NameExpr(_) | ast::Expr::FieldChain(_));
            Some(if named { source.to_owned() } else { format!("({source})") })
        }
        kind if ast::Expr::can_cast(kind) && !is_list_like(kind) && !is_atom(value) => {
            Some(format!("({source})"))
        }
        _ => Some(source.to_owned()),
    }
}

/// Whether what stands inside is delimited already.
fn is_list_like(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::PAREN_EXPR | SyntaxKind::LIST_EXPR)
}

/// A statement with the rest of its lines, where nothing else stands on them.
fn whole_lines(parse: &Parse, range: TextRange) -> TextRange {
    let text = parse.tree.text();
    let before = TextRange::new(0, range.start).of(text);
    let after = text.get(range.end as usize..).unwrap_or_default();
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let alone = before.len() == blanks
        || before.get(..before.len() - blanks).is_some_and(|it| it.ends_with('\n'));
    match after.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n') {
        Some(rest) if alone => {
            TextRange::new(range.start - blanks as u32, (text.len() - rest.len()) as u32)
        }
        _ => range,
    }
}
