//! What can stand behind a `.`.

use journey_sema::{Field, NameKind, Type, Workspace};
use journey_syntax::{AstNode, SyntaxKind, ast};

use super::context::Context;
use super::fit::{EXACTLY, UNKNOWN, fit};
use super::values::trait_items;
use super::{CompletionKind, Found};
use crate::words;

/// Completes a field access: `customer.…`, `cart.…`, `last(order).…`, `cart.at.…`.
pub(super) fn complete(workspace: &Workspace, context: &Context, found: &mut Found) {
    let around = context.around();
    let chain = around.iter().rev().find_map(|node| ast::FieldChain::cast(*node));
    let Some(chain) = chain else { return };
    let Some(base) = chain.expr() else { return };
    let before: Vec<ast::FieldAccess<'_>> = chain
        .field_accesses()
        .take_while(|access| access.range().end <= context.probe.start)
        .collect();
    let fits = context.fits();
    match (base, before.as_slice()) {
        (ast::Expr::CustomerExpr(_), []) => {
            trait_items(workspace, context, "", fits, found);
            found.plain(CompletionKind::Property, "id", "text", fit(&Type::Text, fits));
        }
        (ast::Expr::CustomerExpr(_), [only]) => {
            let field = only.any_name().and_then(|name| workspace.trait_field(name.source()));
            of_type(field.map(|field| field.ty).as_ref(), fits, found);
        }
        (ast::Expr::NameExpr(name), before) => {
            let name = name.name().map_or("", |name| name.source());
            if matches!(name, "now" | "entered") {
                return of_type(part(Some(Type::Time), before).as_ref(), fits, found);
            }
            of_name(workspace, context, name, before, fits, found);
        }
        (other, before) => {
            let ty = context.index.type_of(inside(other).range()).cloned();
            of_type(part(ty, before).as_ref(), fits, found);
        }
    }
}

/// What stands in parentheses, which have no type of their own.
fn inside(expr: ast::Expr<'_>) -> ast::Expr<'_> {
    let mut expr = expr;
    while let ast::Expr::ParenExpr(paren) = expr
        && let Some(inner) = paren.expr()
    {
        expr = inner;
    }
    expr
}

/// The type of a part of a value: of a field, and of a field of that.
fn part(ty: Option<Type>, path: &[ast::FieldAccess<'_>]) -> Option<Type> {
    path.iter().fold(ty, |ty, access| {
        let name = access.any_name().map_or("", |name| name.source());
        match ty?.required() {
            Type::Record(fields) => {
                fields.iter().find(|field| *field.name == *name).map(|it| it.ty.clone())
            }
            _ => None,
        }
    })
}

/// Of a name: the properties of the event it is, or the parts of its value.
fn of_name(
    workspace: &Workspace,
    context: &Context,
    name: &str,
    before: &[ast::FieldAccess<'_>],
    fits: &[Type],
    found: &mut Found,
) {
    let in_scope = context.scope.iter().flat_map(|scope| &scope.names).find(|it| *it.name == *name);
    let event = match in_scope {
        Some(in_scope) => in_scope.event.clone(),
        // In `sum(order.…)` the event itself stands there.
        None => workspace.names_where(NameKind::Event, |event| event == name).pop(),
    };
    let fields = event.as_ref().and_then(|event| workspace.event_type(event));
    match (fields, before) {
        (Some(event), []) => {
            fields_of(&event.properties, fits, found);
            found.plain(CompletionKind::Property, "at", "time", fit(&Type::Time, fits));
        }
        (Some(event), [first, ..]) => {
            let first = first.any_name().map_or("", |name| name.source());
            let property = event.properties.iter().find(|it| *it.name == *first);
            let ty = match property {
                Some(property) => Some(property.ty.clone()),
                None => (first == "at").then_some(Type::Time),
            };
            of_type(ty.as_ref(), fits, found);
        }
        (None, before) => {
            let ty = match in_scope {
                Some(in_scope) => in_scope.ty.clone(),
                None => workspace.constant_type(name),
            };
            if in_scope.is_some_and(|in_scope| in_scope.what == "message") {
                return found.plain(CompletionKind::Property, "id", "text", 0);
            }
            of_type(part(ty, before).as_ref(), fits, found);
        }
    }
}

/// The parts of a value of some type.
fn of_type(ty: Option<&Type>, fits: &[Type], found: &mut Found) {
    let Some(ty) = ty.map(Type::required) else { return };
    let kind = match &ty {
        Type::Record(fields) => return fields_of(fields, fits, found),
        Type::Time => "time",
        Type::Text | Type::Enum(_) => "text",
        Type::List(_) => "list",
        _ => return,
    };
    for (name, of, gives) in words::VALUE_PROPERTIES {
        if of.contains(&kind) {
            let about = words::built_in(&format!("value.{name}")).map_or("", |(_, about)| about);
            let given = fits.iter().any(|ty| ty.required().to_string() == *gives);
            let rank = if given { EXACTLY } else { UNKNOWN };
            found.plain(CompletionKind::Property, name, *gives, rank);
            found.documented(about, false);
        }
    }
}

/// Fields of a record or properties of an event.
pub(super) fn fields_of(fields: &[Field], fits: &[Type], found: &mut Found) {
    for field in fields {
        let rank = fit(&field.ty, fits);
        found.plain(CompletionKind::Property, &field.name, field.ty.to_string(), rank);
        let wire = if field.wire == field.name {
            String::new()
        } else {
            format!("On the wire: `{}`", field.wire)
        };
        found.documented(wire, field.marks.deprecated.is_some());
    }
}

/// Whether the probe stands behind a `.` of an expression.
pub(super) fn is_field(context: &Context) -> bool {
    context.around().iter().any(|node| node.kind() == SyntaxKind::FIELD_ACCESS)
}
