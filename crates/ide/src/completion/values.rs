//! What can stand in an expression.

use journey_sema::{NameKind, Type, Workspace};
use journey_syntax::{AstNode, SyntaxKind, ast};

use super::context::Context;
use super::{CompletionKind, Found, snippets};
use crate::docs;
use crate::words;

/// How well a value of some type fits: 0 exactly, 2 with a little more, 5 not by itself.
pub(super) fn fit(ty: &Type, wanted: Option<&Type>) -> u8 {
    let Some(wanted) = wanted else { return 2 };
    let (plain, goal) = (ty.required(), wanted.required());
    let number = |it: &Type| matches!(it, Type::Int | Type::Number);
    let text = |it: &Type| matches!(it, Type::Text | Type::Enum(_));
    if plain == goal {
        if ty.is_optional() && !wanted.is_optional() { 1 } else { 0 }
    } else if number(&plain) && number(&goal) || text(&plain) && text(&goal) {
        2
    } else {
        5
    }
}

/// Completes an operand.
pub(super) fn complete(workspace: &Workspace, context: &Context, found: &mut Found) {
    if of_history(context) {
        for name in found.names(workspace, NameKind::Event, "") {
            found.plain(CompletionKind::Event, &name, "event", 0);
        }
        return;
    }
    if behind_customer_in(context) {
        return audiences(workspace, found);
    }
    let Some(scope) = &context.scope else { return };
    let wanted = scope.wanted.as_ref();
    literals(wanted, context, found);
    for name in &scope.names {
        let (detail, rank) = match (&name.ty, &name.event) {
            (Some(ty), _) => (format!("{}: {ty}", name.what), fit(ty, wanted)),
            (None, Some(event)) => (format!("event {event}"), 3),
            (None, None) => (name.what.to_owned(), 4),
        };
        found.plain(CompletionKind::Local, &name.name, detail, rank);
        let event = name.event.as_ref().filter(|_| wanted.is_some());
        if let Some(event) = event.and_then(|event| workspace.event_type(event)) {
            for property in &event.properties {
                let rank = fit(&property.ty, wanted);
                let label = format!("{}.{}", name.name, property.name);
                found.plain(CompletionKind::Property, &label, property.ty.to_string(), rank);
            }
        }
    }
    if scope.customer {
        let rank = fit(&Type::Text, wanted);
        found.plain(CompletionKind::Property, "customer.id", "text", rank);
        trait_items(workspace, "customer.", wanted, found);
        if wanted.map(Type::required) == Some(Type::Bool) {
            for name in found.names(workspace, NameKind::Audience, "customer in ") {
                let label = format!("customer in {name}");
                found.plain(CompletionKind::Audience, &label, "bool", 1);
            }
        }
    }
    for (name, here) in [("now", scope.now), ("entered", scope.entered)] {
        if here {
            let about = words::built_in(name).map_or("", |(_, about)| about);
            found.plain(CompletionKind::Value, name, "time", fit(&Type::Time, wanted));
            found.documented(about, false);
        }
    }
    for name in found.names(workspace, NameKind::Constant, "") {
        found.plain(CompletionKind::Constant, &name, "constant", 3);
        let (detail, docs) = docs::constant(workspace, &name);
        if let Some(last) = found.items.last_mut() {
            last.detail = detail;
            last.documentation = docs;
        }
    }
    functions(scope.history, wanted, found);
}

fn functions(history: bool, wanted: Option<&Type>, found: &mut Found) {
    for (name, form, about) in words::functions() {
        if matches!(name, "count" | "happened" | "last") && !history {
            continue;
        }
        let gives = form.rsplit("-> ").next().unwrap_or_default();
        let rank = match wanted {
            Some(wanted) if wanted.required().to_string() == gives => 2,
            Some(_) => 6,
            None => 3,
        };
        found.snippet(CompletionKind::Function, name, format!("{name}($1)$0"), form, rank);
        found.documented(about, false);
    }
}

/// Values that can be written down, of the type that is wanted.
fn literals(wanted: Option<&Type>, context: &Context, found: &mut Found) {
    let kind = CompletionKind::Value;
    match wanted.map(Type::required) {
        Some(Type::Enum(members)) => {
            for member in members.iter() {
                let quoted = format!("\"{member}\"");
                found.plain(CompletionKind::EnumMember, &quoted, "", 0);
            }
        }
        Some(Type::Duration) => {
            let digits = context.typed.bytes().take_while(u8::is_ascii_digit).count();
            let number = context.typed.get(..digits).filter(|it| !it.is_empty());
            match number {
                Some(number) => {
                    let units = ["s", "m", "h", "d", "w"];
                    let about = ["seconds", "minutes", "hours", "days", "weeks"];
                    for (unit, about) in units.iter().zip(about) {
                        found.plain(kind, &format!("{number}{unit}"), about, 0);
                    }
                }
                None => ["1h", "1d", "3d", "7d", "30d"]
                    .iter()
                    .for_each(|it| found.plain(kind, it, "duration", 1)),
            }
        }
        Some(Type::TimeOfDay) => {
            ["09:00", "12:00", "18:00"].iter().for_each(|it| found.plain(kind, it, "timeofday", 1));
        }
        _ => {}
    }
}

/// Traits, each behind `prefix`. Where a condition is wanted, one of another type begins one.
pub(super) fn trait_items(
    workspace: &Workspace,
    prefix: &str,
    wanted: Option<&Type>,
    found: &mut Found,
) {
    let kind = CompletionKind::Trait;
    for name in found.names(workspace, NameKind::Trait, prefix) {
        let Some(field) = workspace.trait_field(&name) else { continue };
        let label = format!("{prefix}{name}");
        let rank = fit(&field.ty, wanted);
        found.plain(kind, &label, field.ty.to_string(), rank);
        let wire = (field.wire != field.name).then(|| format!("On the wire: `{}`", field.wire));
        found.documented(wire.unwrap_or_default(), field.marks.deprecated.is_some());
        if wanted.map(Type::required) != Some(Type::Bool) || field.marks.deprecated.is_some() {
            continue;
        }
        match field.ty.required() {
            Type::Enum(members) => {
                let first = members.first().map_or("", |it| it);
                let insert = format!("{label} == \"${{1:{}}}\"", escaped(first));
                found.snippet(kind, &format!("{label} == …"), insert, "bool", 1);
            }
            Type::Int | Type::Number => {
                let insert = format!("{label} >= ${{1:1}}");
                found.snippet(kind, &format!("{label} >= …"), insert, "bool", 1);
            }
            _ if field.ty.is_optional() => {
                found.plain(kind, &format!("{label} is set"), "bool", 1);
            }
            _ => {}
        }
    }
}

/// A text as it stands in a snippet.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// All audiences.
pub(super) fn audiences(workspace: &Workspace, found: &mut Found) {
    for name in found.names(workspace, NameKind::Audience, "") {
        let old = workspace.deprecation(NameKind::Audience, &name);
        found.plain(CompletionKind::Audience, &name, "audience", 0);
        found.documented(docs::of_name(workspace, NameKind::Audience, &name), old.is_some());
    }
}

/// Whether the first argument of a history function stands here: nothing but an event fits.
pub(super) fn of_history(context: &Context) -> bool {
    let around = context.around();
    let call = around.iter().rev().find_map(|node| ast::CallExpr::cast(*node));
    let Some(call) = call else { return false };
    let name = call.name().map_or("", |name| name.source());
    let first = call.arg_list().and_then(|list| list.args().next());
    let inside = first.is_some_and(|arg| {
        arg.arg_name().is_none()
            && matches!(arg.expr(), Some(ast::Expr::NameExpr(it)) if it.range() == context.probe)
    });
    inside && matches!(name, "count" | "happened" | "last" | "sum")
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
