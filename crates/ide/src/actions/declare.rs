//! Declaring what is used and not declared: a trait, an event, an audience. It goes where others
//! of its kind are, with the type that its uses want.

use journey_base::{Code, Diagnostic, Edit, FileId, TextRange};
use journey_sema::{NameKind, Type};
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{Parse, SyntaxKind, SyntaxNode};

use super::infer::{Guess, by_use, by_value};
use super::{ActionKind, Context, Draft};
use crate::place::{covering, parsed};
use crate::tree::{is_declaration, nodes};

/// For each name here that is not declared, its declaration.
pub(super) fn of(context: &Context<'_>) -> Vec<Draft> {
    let unknown = context.here().filter(|found| found.code == Code::UNKNOWN_NAME);
    unknown.filter_map(|found| Some(draft(context, found)?.mending(found))).collect()
}

fn draft(context: &Context<'_>, found: &Diagnostic) -> Option<Draft> {
    let end = found.primary.range.end;
    let around = context.around(TextRange::new(end.checked_sub(1)?, end));
    let name = *around.last()?;
    let parent = *around.iter().rev().nth(1)?;
    match parent.kind() {
        SyntaxKind::FIELD_ACCESS => {
            let chain = ast::FieldChain::cast(*around.iter().rev().nth(2)?)?;
            matches!(chain.expr()?, ast::Expr::CustomerExpr(_)).then_some(())?;
            let value = around.get(..around.len().checked_sub(2)?)?;
            let guess = by_use(value);
            // Where the words around it do not say, the checker knows what is wanted.
            let guess = if guess.ty.is_none() { wanted(context, name, guess) } else { guess };
            declare_trait(context, name.text(), &guess, parent)
        }
        SyntaxKind::ASSIGNMENT => {
            // What is not declared of a record is a field, and no name.
            let value = ast::Assignment::cast(parent)?.expr()?;
            let guess = Guess { ty: by_value(value), optional: false };
            declare_trait(context, name.text(), &guess, parent)
        }
        SyntaxKind::ENTRY_EVENT
        | SyntaxKind::EXIT_ON
        | SyntaxKind::GOAL_CLAUSE
        | SyntaxKind::WAIT_EVENT
        | SyntaxKind::ON_ARM
        | SyntaxKind::EVENT_STEP => declare_event(context, name.text(), parent),
        SyntaxKind::ENTRY_AUDIENCE
        | SyntaxKind::ADD_CUSTOMER
        | SyntaxKind::REMOVE_CUSTOMER
        | SyntaxKind::MEMBERSHIPS
        | SyntaxKind::JOIN_STEP
        | SyntaxKind::LEAVE_STEP => declare_audience(context, name.text(), parent),
        SyntaxKind::NAME_EXPR if is_asked_audience(&around) => {
            declare_audience(context, name.text(), parent)
        }
        SyntaxKind::NAME_EXPR if is_asked_event(&around) => {
            declare_event(context, name.text(), parent)
        }
        _ => None,
    }
}

/// What the checker wants at a name: the type of an argument, of a trait that is set.
fn wanted(context: &Context<'_>, name: SyntaxNode<'_>, guess: Guess) -> Guess {
    let at = name.range().start;
    let scope = context.workspace.scope(context.file, &context.parse, at);
    match scope.and_then(|(scope, _)| scope?.wanted) {
        None | Some(Type::Error | Type::Unset) => guess,
        Some(ty) => {
            let optional = guess.optional || ty.is_optional();
            Guess { ty: Some(ty.required().to_string()), optional }
        }
    }
}

/// `customer in …`
fn is_asked_audience(around: &[SyntaxNode<'_>]) -> bool {
    let chain = around.iter().rev().nth(2);
    let first = chain.and_then(|chain| chain.child::<ast::Expr<'_>>());
    let member = chain.is_some_and(|it| it.elements().any(|it| it.kind() == SyntaxKind::MEMBER_OP));
    member && matches!(first, Some(ast::Expr::CustomerExpr(_)))
}

/// What `count(…)` and the like ask for, and whose property `sum(…)` adds up.
fn is_asked_event(around: &[SyntaxNode<'_>]) -> bool {
    let mut outer = around.iter().rev().skip(2).peekable();
    let summed = outer.next_if(|node| node.kind() == SyntaxKind::FIELD_CHAIN).is_some();
    let arg = outer.next().and_then(|node| ast::Arg::cast(*node));
    let call = outer.nth(1).and_then(|node| ast::CallExpr::cast(*node));
    let name = call.and_then(|call| call.name()).map_or("", |name| name.source());
    let history =
        if summed { name == "sum" } else { matches!(name, "count" | "happened" | "last") };
    history && arg.is_some_and(|arg| arg.arg_name().is_none())
}

/// Puts a trait behind the last one of the file, or of the file in which the first is declared.
fn declare_trait(
    context: &Context<'_>,
    name: &str,
    guess: &Guess,
    used: SyntaxNode<'_>,
) -> Option<Draft> {
    let field = format!("{name}: {}", guess.as_trait());
    let title = format!("declare the trait `{field}`");
    let edit = match home(context, NameKind::Trait) {
        Some((file, parse)) => {
            let block = nodes(parse.tree.root()).filter_map(ast::CustomerDecl::cast).last()?;
            let after = block.fields().last().map(|field| field.range().end);
            let after = after.or_else(|| Some(block.l_brace_token()?.range().end))?;
            let line = TextRange::new(after, parse.tree.text().len() as u32);
            // Behind a comment that belongs to the last one.
            let after = after + comment_behind(line.of(parse.tree.text()));
            Edit { file, range: TextRange::empty(after), text: format!("\n  {field}\n") }
        }
        None => before(context, used, &format!("customer {{\n  {field}\n}}\n\n"))?,
    };
    Some(Draft::new(title, ActionKind::Fix, vec![edit]))
}

/// Puts an event behind the last one of the file, or of the file in which the first is declared;
/// its properties are those that are spoken of.
fn declare_event(context: &Context<'_>, name: &str, used: SyntaxNode<'_>) -> Option<Draft> {
    let properties = properties(context.parse.tree.root(), name);
    let fields: Vec<String> = properties
        .iter()
        .map(|(name, guess)| format!("  {name}: {}\n", guess.as_property()))
        .collect();
    let event = match fields.as_slice() {
        [] => format!("event {name} {{}}"),
        fields => format!("event {name} {{\n{}}}", fields.concat()),
    };
    let edit = beside(context, NameKind::Event, SyntaxKind::EVENT_DECL, &event, used)?;
    Some(Draft::new(format!("declare the event `{name}`"), ActionKind::Fix, vec![edit]))
}

/// Puts an audience whose members are set from outside behind the others.
fn declare_audience(context: &Context<'_>, name: &str, used: SyntaxNode<'_>) -> Option<Draft> {
    let (kind, node) = (NameKind::Audience, SyntaxKind::AUDIENCE_DECL);
    let edit = beside(context, kind, node, &format!("audience {name}"), used)?;
    Some(Draft::new(format!("declare the audience `{name}`"), ActionKind::Fix, vec![edit]))
}

/// The file in which things of a kind are declared: this one if any are, or else the first.
fn home(context: &Context<'_>, kind: NameKind) -> Option<(FileId, Parse)> {
    let files = context.workspace.declarations().filter(|it| it.kind() == Some(kind));
    let mut files = files.map(|it| it.file());
    let first = files.next()?;
    let here = first == context.file || files.any(|file| file == context.file);
    let file = if here { context.file } else { first };
    Some((file, parsed(context.workspace, file)?))
}

/// A declaration behind the last of its kind; before the one that uses it where there is none.
fn beside(
    context: &Context<'_>,
    kind: NameKind,
    node: SyntaxKind,
    text: &str,
    used: SyntaxNode<'_>,
) -> Option<Edit> {
    let Some((file, parse)) = home(context, kind) else {
        return before(context, used, &format!("{text}\n\n"));
    };
    let last = ast::File::cast(parse.tree.root())?
        .items()
        .filter(|it| it.syntax().kind() == node)
        .last()?;
    let rest = TextRange::new(last.range().end, parse.tree.text().len() as u32);
    let after = last.range().end + comment_behind(rest.of(parse.tree.text()));
    Some(Edit { file, range: TextRange::empty(after), text: format!("\n\n{text}\n") })
}

/// Before the declaration that a use stands in.
fn before(context: &Context<'_>, used: SyntaxNode<'_>, text: &str) -> Option<Edit> {
    let around = context.around(used.range());
    let item = around.iter().find(|node| is_declaration(node.kind()))?;
    Some(context.edit(TextRange::empty(item.range().start), text))
}

/// How long the comment is that follows on the same line, with the blanks before it.
fn comment_behind(rest: &str) -> u32 {
    let line = rest.split('\n').next().unwrap_or_default();
    if line.trim_start().starts_with("//") { line.trim_end().len() as u32 } else { 0 }
}

/// The properties of an event that a file speaks of, in the order in which it first does.
fn properties(root: SyntaxNode<'_>, event: &str) -> Vec<(String, Guess)> {
    let mut found: Vec<(String, Guess)> = Vec::new();
    let mut note =
        |name: &str, guess: Guess| match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => {
                known.optional |= guess.optional;
                if known.ty.is_none() {
                    known.ty = guess.ty;
                }
            }
            None if name == "at" => {}
            None => found.push((name.to_owned(), guess)),
        };
    for declaration in ast::File::cast(root).into_iter().flat_map(|file| file.items()) {
        let item = declaration.syntax();
        let names = names_of(item, event);
        for node in nodes(item) {
            if let Some(step) = ast::EventStep::cast(node)
                && step.name().is_some_and(|name| name.source() == event)
            {
                let given = step.assignments().into_iter().flat_map(|it| it.assignments());
                for assignment in given {
                    let ty = assignment.expr().and_then(by_value);
                    let name = assignment.any_name().map_or("", |name| name.source());
                    note(name, Guess { ty, optional: false });
                }
            }
            if let Some((name, guess)) = property(node, &names) {
                note(name, guess);
            }
        }
    }
    found
}

/// A property of one of the `names` that `chain` reads.
fn property<'t>(chain: SyntaxNode<'t>, names: &[&str]) -> Option<(&'t str, Guess)> {
    let fields = ast::FieldChain::cast(chain)?;
    let ast::Expr::NameExpr(of) = fields.expr()? else { return None };
    if !names.contains(&of.source()) {
        return None;
    }
    let name = fields.field_accesses().next()?.any_name()?.source();
    let around = covering(chain.tree(), chain.range());
    let upto = around.iter().position(|node| *node == chain)?;
    Some((name, by_use(around.get(..=upto)?)))
}

/// What an event is called in a declaration: by its name, and by what it is bound to.
fn names_of<'t>(item: SyntaxNode<'t>, event: &'t str) -> Vec<&'t str> {
    let mut names = vec![event];
    for node in nodes(item) {
        let is_it = node.children::<ast::Name<'t>>().any(|name| name.source() == event);
        if is_it && let Some(alias) = node.child::<ast::Alias<'t>>() {
            names.extend(alias.name().map(|name| name.source()));
        }
    }
    names
}
