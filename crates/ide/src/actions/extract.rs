//! Giving a name to a part of an expression: a value that is written out becomes a constant, a
//! condition about the customer an audience, an argument a captured value.

use journey_base::{Edit, TextRange};
use journey_sema::NameKind;
use journey_sema::index::Definition;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

use super::values::{free_name, is_atom};
use super::{ActionKind, Context, Draft};
use crate::naming;
use crate::tree::{is_declaration, nodes, reads_zone};

/// What can be taken out here.
pub(super) fn of(context: &Context<'_>) -> Vec<Draft> {
    let around = context.around(context.place);
    let Some(item) = around.iter().copied().find(|node| is_declaration(node.kind())) else {
        return Vec::new();
    };
    // A test says what happens, with the values with which it does.
    if item.kind() == SyntaxKind::TEST_DECL {
        return Vec::new();
    }
    let drafts = [
        constant(context, &around, item),
        audience(context, &around, item),
        value(context, &around),
    ];
    drafts.into_iter().flatten().collect()
}

/// A number, a length of time or a text that is written out, as a constant.
fn constant(
    context: &Context<'_>,
    around: &[SyntaxNode<'_>],
    item: SyntaxNode<'_>,
) -> Option<Draft> {
    use SyntaxKind::*;
    let mut outwards = around.iter().rev().copied();
    let value = outwards.find_map(ast::Expr::cast)?;
    let is_value = match value {
        ast::Expr::Literal(literal) => matches!(
            literal.syntax().first_token()?.kind(),
            DURATION_LIT | NUMBER_LIT | INT_LIT | DATE_LIT | TIMEOFDAY_LIT | TIME_LIT
        ),
        ast::Expr::Text(text) => matches!(text.plain(), Ok(Some(said)) if !said.is_empty()),
        _ => false,
    };
    let parent = outwards.next()?;
    // Places that want the value itself, or where it is more than a value: a pattern, an enum's
    // member, an address.
    let fixed = matches!(
        parent.kind(),
        EXTERNAL_NAME
            | HEADER_NAME
            | ATTRIBUTE
            | ENUM_TYPE
            | DEFAULT
            | SIGNED_LITERAL
            | VALUE_ARM
            | REQUEST_LINE
            | HEADER_PART
            | MAIL_PART
            | WEBHOOK
            | TIMEZONE_CLAUSE
            | LET_DECL
            | AT_CHAIN
            | INTERPOLATION
            | FIELD_CHAIN
            | NEG_CHAIN
    );
    let selected = context.range.is_empty() || context.place == value.range();
    if !is_value
        || fixed
        || !selected
        || reads_zone(value.syntax())
        || is_member(context, parent, value)
    {
        return None;
    }
    let upto = around.iter().position(|node| *node == value.syntax())?;
    let base = naming::constant(around.get(..=upto)?);
    let name = free_name(context.workspace, Some(NameKind::Constant), item, &base);
    let edits = vec![
        context.edit(
            TextRange::empty(item.range().start),
            format!("let {name} = {}\n\n", value.source()),
        ),
        context.edit(value.range(), &*name),
    ];
    Some(Draft::new("Extract into a constant", ActionKind::Extract, edits).naming(&name))
}

/// Whether a text stands for a member of an enum, or is a pattern: then it has to be seen by the
/// checker as it is.
fn is_member(context: &Context<'_>, parent: SyntaxNode<'_>, value: ast::Expr<'_>) -> bool {
    let is_text = matches!(value, ast::Expr::Text(_));
    let compared = matches!(parent.kind(), SyntaxKind::COMPARE_CHAIN | SyntaxKind::LIST_EXPR);
    let operator = parent.elements().filter_map(SyntaxElement::node);
    let mut matches = operator.filter(|node| node.kind() == SyntaxKind::COMPARE_OP);
    let pattern = matches.any(|node| node.text() == "matches");
    let holds_enum = |range: TextRange| {
        let ty = context.index().type_of(range).map(journey_sema::Type::required);
        matches!(ty, Some(journey_sema::Type::Enum(_)))
    };
    let others = parent.children::<ast::Expr<'_>>();
    pattern
        || is_text && holds_enum(value.range())
        || is_text && compared && others.into_iter().any(|other| holds_enum(other.range()))
}

/// A condition about the customer alone, as an audience.
fn audience(
    context: &Context<'_>,
    around: &[SyntaxNode<'_>],
    item: SyntaxNode<'_>,
) -> Option<Draft> {
    use SyntaxKind::*;
    let whole =
        around.iter().copied().zip(around.iter().copied().skip(1)).find(|(outer, inner)| {
            matches!(outer.kind(), WHEN_ARM | EXIT_WHEN | REQUIRE_RULE)
                && ast::Expr::can_cast(inner.kind())
        });
    let (_, whole) = whole?;
    let condition = match context.range.is_empty() {
        true => ast::Expr::cast(whole)?,
        // A part of it that was selected from end to end.
        false => {
            let parts = around.iter().copied().filter_map(ast::Expr::cast);
            parts.into_iter().find(|part| part.range() == context.place)?
        }
    };
    let (range, node) = (condition.range(), condition.syntax());
    let chain = matches!(node.kind(), COMPARE_CHAIN | AND_CHAIN | OR_CHAIN | NOT_CHAIN);
    let is_asked_already = node.kind() == COMPARE_CHAIN && is_audience(node);
    let zone = nodes(item).any(|node| node.kind() == TIMEZONE_CLAUSE);
    if !chain
        || is_asked_already
        || zone && reads_zone(node)
        || !context.has_no_comments(range)
        || !is_about_customer(context, node)
    {
        return None;
    }
    let base = naming::condition(condition).unwrap_or_else(|| "some_customers".to_owned());
    let name = free_name(context.workspace, Some(NameKind::Audience), item, &base);
    let before = TextRange::empty(item.range().start);
    let edits = vec![
        context.edit(before, format!("audience {name} = {}\n\n", condition.source())),
        context.edit(range, format!("customer in {name}")),
    ];
    Some(Draft::new("Extract into an audience", ActionKind::Extract, edits).naming(&name))
}

fn is_audience(chain: SyntaxNode<'_>) -> bool {
    matches!(chain.child::<ast::Expr<'_>>(), Some(ast::Expr::CustomerExpr(_)))
}

/// Whether a condition speaks of nothing but the customer, and teaches nothing that what it guards
/// may need: that a trait is set is not known behind an audience.
fn is_about_customer(context: &Context<'_>, condition: SyntaxNode<'_>) -> bool {
    let range = condition.range();
    let inside = |it: TextRange| range.start <= it.start && it.end <= range.end;
    let asks_presence = nodes(condition).any(|node| node.kind() == SyntaxKind::PRESENCE_OP);
    // What the index says nothing about may be anything.
    let known = context.index().type_of(range).is_some();
    let mut names = context.index().references.iter().filter(|it| inside(it.range)).peekable();
    known
        && !asks_presence
        && names.peek().is_some()
        && names.all(|it| match &it.definition {
            Definition::Name(NameKind::Trait, name) => {
                let field = context.workspace.trait_field(name);
                field.is_some_and(|field| !field.ty.is_optional())
            }
            Definition::Name(NameKind::Audience | NameKind::Event | NameKind::Constant, _)
            | Definition::Property { .. } => true,
            Definition::Local { at, .. } => inside(*at),
            Definition::BuiltIn(name) => !matches!(&**name, "now" | "entered" | "last"),
            _ => false,
        })
}

/// What is given to an action, a journey or a trait, as a captured value before the tile.
fn value(context: &Context<'_>, around: &[SyntaxNode<'_>]) -> Option<Draft> {
    use SyntaxKind::*;
    let tile = around.iter().rev().find_map(|node| ast::Tile::cast(*node))?;
    let (holder, value) =
        around.iter().zip(around.iter().skip(1)).rev().find_map(|(outer, inner)| {
            let given = matches!(outer.kind(), ARG | ASSIGNMENT);
            given.then(|| Some((*outer, ast::Expr::cast(*inner)?)))?
        })?;
    let selected = context.range.is_empty() || context.place == value.range();
    // What is named already, or written out, needs no name.
    let worth = !is_atom(value) || matches!(value, ast::Expr::CallExpr(_));
    if !selected || !worth || !is_given(context, tile, holder) || has_lambda_outside(around, value)
    {
        return None;
    }
    let name = holder.child::<ast::ArgName<'_>>().and_then(|it| it.any_name());
    let name = name.or_else(|| holder.child::<ast::AnyName<'_>>())?.source();
    let item = around.iter().copied().find(|node| is_declaration(node.kind()))?;
    let base = match tile.tile_kind()? {
        ast::TileKind::Update(_) => format!("new_{name}"),
        kind => naming::argument(kind.syntax(), name),
    };
    let name = free_name(context.workspace, None, item, &base);
    let edits: Vec<Edit> = vec![
        context.edit(
            TextRange::empty(tile.range().start),
            format!("let {name} = {}\n", value.source()),
        ),
        context.edit(value.range(), &*name),
    ];
    context.has_no_comments(value.range()).then_some(())?;
    let title = "Extract into a captured value";
    Some(Draft::new(title, ActionKind::Extract, edits).naming(&name))
}

/// Whether a tile takes the value on arrival: what a policy can hold is computed when it leaves.
fn is_given(context: &Context<'_>, tile: ast::Tile<'_>, holder: SyntaxNode<'_>) -> bool {
    let within = |node: SyntaxNode<'_>| {
        let (outer, inner) = (node.range(), holder.range());
        outer.start <= inner.start && inner.end <= outer.end
    };
    match tile.tile_kind() {
        Some(ast::TileKind::Send(send)) => {
            let action = send.action_ref().map_or("", |action| action.source());
            let action = context.workspace.action_type(action);
            let list =
                send.arg_list().and_then(|list| list.args().find(|it| it.syntax() == holder));
            list.is_some() && action.is_some_and(|action| action.policy.is_none())
        }
        Some(ast::TileKind::Update(update)) => {
            let list = update.assignments();
            list.is_some_and(|list| list.assignments().any(|it| it.syntax() == holder))
        }
        Some(ast::TileKind::Run(run)) => run.arg_list().is_some_and(|list| {
            within(list.syntax()) && list.args().any(|it| it.syntax() == holder)
        }),
        Some(ast::TileKind::Enter(enter)) => {
            enter.arg_list().is_some_and(|list| list.args().any(|it| it.syntax() == holder))
        }
        _ => false,
    }
}

/// Whether a value stands in a question about the elements of a list, which nobody else knows.
fn has_lambda_outside(around: &[SyntaxNode<'_>], value: ast::Expr<'_>) -> bool {
    let outer = around.iter().take_while(|node| **node != value.syntax());
    outer.into_iter().any(|node| node.kind() == SyntaxKind::LAMBDA)
}
