//! What can stand in an expression.

use std::sync::Arc;

use journey_sema::index::{InScope, Scope};
use journey_sema::{NameKind, Type, Workspace};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::context::Context;
use super::fit::{BEGINS, EXACTLY, FIRST, NEARLY, NOT, UNKNOWN, fit, is_narrow};
use super::{CompletionKind, Found, literals, snippets};
use crate::docs;
use crate::words;

/// Completes an operand.
pub(super) fn complete(workspace: &Workspace, context: &Context, found: &mut Found) {
    if behind_customer_in(context) {
        found.closed = true;
        return audiences(workspace, context, found);
    }
    if stands_in(context, SyntaxKind::DEFAULT) {
        // A default is written down, or a constant.
        literals::by_type(context, found);
        return constants(workspace, context, context.fits(), found);
    }
    let function = history_subject(context);
    if let Some(function) = function {
        found.closed = true;
        of_history(workspace, function, found);
        if function != "sum" {
            return;
        }
    }
    let Some(scope) = &context.scope else { return };
    let summed = [Type::List(Type::Error.into())];
    let fits = if function.is_some() { &summed } else { &*scope.fits };
    if function.is_none() {
        literals::by_type(context, found);
    }
    let at_hand = at_hand(context, scope);
    for name in &scope.names {
        in_scope(workspace, scope, name, (fits, at_hand == Some(&*name.name)), found);
    }
    if scope.customer {
        found.plain(CompletionKind::Property, "customer.id", "text", fit(&Type::Text, fits));
        trait_items(workspace, context, "customer.", fits, found);
        if is_narrow(fits) && fits.contains(&Type::Bool) {
            memberships(workspace, context, found);
        }
    }
    clock(context, scope, fits, found);
    constants(workspace, context, fits, found);
    functions(scope.history, fits, found);
}

/// Whether the operand itself is the whole of such a node.
fn stands_in(context: &Context, kind: SyntaxKind) -> bool {
    context.parent() == Some(kind)
}

/// A name that is known here, and what is in it.
fn in_scope(
    workspace: &Workspace,
    scope: &Scope,
    name: &InScope,
    (fits, at_hand): (&[Type], bool),
    found: &mut Found,
) {
    // They are few, and what they begin is meant more often than what any trait does.
    let fit = |ty: &Type| match fit(ty, fits) {
        EXACTLY if at_hand => FIRST,
        BEGINS if at_hand => EXACTLY,
        BEGINS if is_narrow(fits) => NEARLY,
        rank => rank,
    };
    let parts = |found: &mut Found, fields: &[journey_sema::Field]| {
        for field in fields {
            let label = format!("{}.{}", name.name, field.name);
            let ty = scope.narrowed(&name.name, &field.name, &field.ty);
            found.plain(CompletionKind::Property, &label, ty.to_string(), fit(&ty));
            found.documented("", field.marks.deprecated.is_some());
        }
    };
    let local = CompletionKind::Local;
    match (&name.ty, &name.event) {
        (Some(ty), _) => {
            let narrowed = scope.narrowed("", &name.name, ty);
            found.plain(local, &name.name, format!("{}: {ty}", name.what), fit(&narrowed));
            if let Type::Record(fields) = ty.required() {
                parts(found, &fields);
            }
        }
        (None, Some(event)) => {
            // As a whole it is no value, but for the question whether it came.
            let whole = if fits.is_empty() || fits == [Type::Unset] { BEGINS } else { NOT - 1 };
            found.plain(local, &name.name, format!("event {event}"), whole);
            if name.missing && is_narrow(fits) && fits.contains(&Type::Bool) {
                found.plain(local, &format!("{} is set", name.name), "bool", EXACTLY);
            }
            if let Some(event) = workspace.event_type(event) {
                parts(found, &event.properties);
                let label = format!("{}.at", name.name);
                let rank = fit(&Type::Time).max(NEARLY);
                found.plain(CompletionKind::Property, &label, "time", rank);
            }
        }
        (None, None) => {
            found.plain(local, &name.name, name.what, NOT - 1);
            let label = format!("{}.id", name.name);
            found.plain(CompletionKind::Property, &label, "text", fit(&Type::Text).max(NEARLY));
        }
    }
}

/// The event that a `where` is about.
fn at_hand<'s>(context: &Context, scope: &'s Scope) -> Option<&'s str> {
    let around = context.around();
    let asked = around.iter().any(|node| node.kind() == SyntaxKind::WHERE_CLAUSE);
    let event = scope.names.iter().find(|name| name.event.is_some());
    event.filter(|_| asked).map(|name| &*name.name)
}

/// `customer in AUDIENCE`, where a condition is wanted.
fn memberships(workspace: &Workspace, context: &Context, found: &mut Found) {
    for name in found.names(workspace, NameKind::Audience, "customer in ") {
        if !comes_back(workspace, context, NameKind::Audience, &name) {
            let label = format!("customer in {name}");
            found.plain(CompletionKind::Audience, &label, "bool", NEARLY);
        }
    }
}

/// `now` and `entered`. An instant that is waited for cannot be one that moves on.
fn clock(context: &Context, scope: &Scope, fits: &[Type], found: &mut Found) {
    let waited = matches!(context.parent(), Some(SyntaxKind::WAIT_UNTIL | SyntaxKind::BY_TIME));
    for (name, here) in [("entered", scope.entered), ("now", scope.now)] {
        if here {
            let about = words::built_in(name).map_or("", |(_, about)| about);
            let rank = if waited && name == "now" { BEGINS } else { fit(&Type::Time, fits) };
            found.plain(CompletionKind::Value, name, "time", rank);
            found.documented(about, false);
        }
    }
}

fn constants(workspace: &Workspace, context: &Context, fits: &[Type], found: &mut Found) {
    for name in found.names(workspace, NameKind::Constant, "") {
        if comes_back(workspace, context, NameKind::Constant, &name) {
            continue;
        }
        let ty = workspace.constant_type(&name);
        let rank = ty.map_or(UNKNOWN, |ty| fit(&ty, fits));
        let (detail, docs) = docs::constant(workspace, &name);
        found.plain(CompletionKind::Constant, &name, detail, rank);
        found.documented(docs, false);
    }
}

/// Whether a definition would speak of itself, if `name` stood in it.
fn comes_back(workspace: &Workspace, context: &Context, kind: NameKind, name: &Arc<str>) -> bool {
    let Some(declaration) = context.declaration() else { return false };
    let defined = match kind {
        NameKind::Audience => ast::AudienceDecl::cast(declaration).and_then(|it| it.name()),
        _ => ast::LetDecl::cast(declaration).and_then(|it| it.name()),
    };
    defined.is_some_and(|defined| workspace.leads_to(kind, name, defined.source()))
}

fn functions(history: bool, fits: &[Type], found: &mut Found) {
    for (name, form, about) in words::functions() {
        if matches!(name, "count" | "happened" | "last") && !history {
            continue;
        }
        let gives = form.rsplit("-> ").next().unwrap_or_default();
        let named = |ty: &Type| ty.required().to_string() == gives;
        let begins = fits.contains(&Type::Bool);
        let rank = match fits {
            [] => BEGINS,
            _ if fits.iter().any(named) => UNKNOWN,
            // Arithmetic gives the one and the other.
            _ if gives == "int" && fits.contains(&Type::Number) => UNKNOWN,
            _ if begins && name == "count" => UNKNOWN,
            _ if begins && matches!(name, "length" | "sum") => BEGINS,
            _ if gives == "date" && fits.contains(&Type::Time) => BEGINS,
            _ => NOT,
        };
        let insert = match name {
            "any" | "all" => format!("{name}(${{1:list}}, ${{2:item}} => $3)$0"),
            "min" | "max" | "add_months" => format!("{name}($1, $2)$0"),
            _ => format!("{name}($1)$0"),
        };
        found.snippet(CompletionKind::Function, name, insert, form, rank);
        found.documented(about, false);
    }
}

/// Traits, each behind `prefix`. Where a condition is wanted, one of another type begins one.
pub(super) fn trait_items(
    workspace: &Workspace,
    context: &Context,
    prefix: &str,
    fits: &[Type],
    found: &mut Found,
) {
    let kind = CompletionKind::Trait;
    let leaves = context.parent() == Some(SyntaxKind::EXIT_WHEN);
    let condition = is_narrow(fits) && fits.iter().any(|ty| ty.required() == Type::Bool);
    for name in found.names(workspace, NameKind::Trait, prefix) {
        let Some(field) = workspace.trait_field(&name) else { continue };
        let label = format!("{prefix}{name}");
        let scope = context.scope.as_ref();
        let narrowed = scope.map(|scope| scope.narrowed("customer", &name, &field.ty));
        let ty = narrowed.as_ref().unwrap_or(&field.ty);
        found.plain(kind, &label, ty.to_string(), fit(ty, fits));
        let wire = (field.wire != field.name).then(|| format!("On the wire: `{}`", field.wire));
        found.documented(wire.unwrap_or_default(), field.marks.deprecated.is_some());
        if !condition || field.marks.deprecated.is_some() {
            continue;
        }
        match field.ty.required() {
            Type::Enum(_) => {
                let insert = format!("{label} == {}", literals::slot(&field.ty, 1));
                found.snippet(kind, &format!("{label} == …"), insert, "bool", NEARLY);
            }
            Type::Int | Type::Number => {
                let insert = format!("{label} >= ${{1:1}}");
                found.snippet(kind, &format!("{label} >= …"), insert, "bool", NEARLY);
            }
            _ if ty.is_optional() => {
                // One leaves for want of something.
                let word = if leaves { "unset" } else { "set" };
                found.plain(kind, &format!("{label} is {word}"), "bool", NEARLY);
            }
            _ => {}
        }
    }
}

/// A text as it stands in a snippet.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// Audiences, those aside that would be defined by themselves.
pub(super) fn audiences(workspace: &Workspace, context: &Context, found: &mut Found) {
    for name in found.names(workspace, NameKind::Audience, "") {
        if !comes_back(workspace, context, NameKind::Audience, &name) {
            audience(workspace, &name, found);
        }
    }
}

fn audience(workspace: &Workspace, name: &str, found: &mut Found) {
    let old = workspace.deprecation(NameKind::Audience, name);
    found.plain(CompletionKind::Audience, name, "audience", 0);
    found.documented(docs::of_name(workspace, NameKind::Audience, name), old.is_some());
}

/// Audiences that somebody can be put into: those without a definition.
pub(super) fn settable_audiences(workspace: &Workspace, found: &mut Found) {
    let settable = |name: &str| !workspace.is_computed(name);
    for name in found.names_kept(workspace, NameKind::Audience, "", settable) {
        audience(workspace, &name, found);
    }
}

/// The events that a question to the history can be about; of a sum their numbers.
fn of_history(workspace: &Workspace, function: &str, found: &mut Found) {
    for name in found.names(workspace, NameKind::Event, "") {
        if function != "sum" {
            let old = workspace.deprecation(NameKind::Event, &name);
            found.plain(CompletionKind::Event, &name, "event", 0);
            found.documented(docs::of_name(workspace, NameKind::Event, &name), old.is_some());
            continue;
        }
        let properties = workspace.event_type(&name).map(|event| event.properties);
        for property in properties.into_iter().flatten() {
            if matches!(property.ty.required(), Type::Int | Type::Number) {
                let label = format!("{name}.{}", property.name);
                let ty = property.ty.to_string();
                found.plain(CompletionKind::Property, &label, ty, EXACTLY);
            }
        }
        found.plain(CompletionKind::Event, &name, "event", BEGINS);
    }
}

/// The function whose first argument stands here, if it asks for the history.
fn history_subject(context: &Context) -> Option<&'static str> {
    use SyntaxKind::{ARG_LIST, FIELD_CHAIN, NAME, NAME_EXPR};
    let around = context.around();
    let part =
        |node: &&SyntaxNode<'_>| !matches!(node.kind(), NAME | NAME_EXPR | FIELD_CHAIN | ARG_LIST);
    let mut nodes = around.iter().rev().filter(part);
    let (arg, call) = (ast::Arg::cast(*nodes.next()?)?, ast::CallExpr::cast(*nodes.next()?)?);
    let first = call.arg_list()?.args().next()?;
    let name = call.name()?.source();
    let asks = ["count", "happened", "last", "sum"].into_iter().find(|it| *it == name);
    asks.filter(|_| arg.range() == first.range() && arg.arg_name().is_none())
}

/// Whether it is `customer in …`.
fn behind_customer_in(context: &Context) -> bool {
    let around = context.around();
    let chain = around.iter().rev().find(|node| node.kind() == SyntaxKind::COMPARE_CHAIN);
    chain.and_then(|node| ast::CompareChain::cast(*node)).is_some_and(|chain| {
        let of_customer = matches!(chain.exprs().next(), Some(ast::Expr::CustomerExpr(_)));
        of_customer && chain.member_op().is_some()
    })
}

/// An action with what must be given.
pub(super) fn action_item(workspace: &Workspace, full: &str, written: &str, found: &mut Found) {
    let Some(action) = workspace.action_type(full) else { return };
    let params: Vec<String> =
        action.params.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
    let detail = format!("({})", params.join(", "));
    found.snippet(
        CompletionKind::Action,
        written,
        snippets::call(written, &action.params),
        detail,
        0,
    );
    let docs = docs::of_name(workspace, NameKind::Action, full);
    found.documented(docs, action.marks.deprecated.is_some());
}
