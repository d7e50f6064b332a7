//! What a tile says, field by field, as source: what a version of a journey is compared by.
//!
//! The text is made of the typed tree, so blanks, comments and the names of constants are not in
//! it, and two tiles with the same fields do the same.

use journey_sema::thir::{ArmTrigger, Binding, BindingId, Expr, Tile, TileKind, WaitLimit};

use super::header;
use crate::diff::{requests, schema};
use crate::titles;

/// A part of what a tile says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// What it is: `up to`, the name of a parameter.
    pub name: String,
    /// Its value as source.
    pub value: String,
}

/// Collects the fields of one tile.
struct Fields<'a> {
    bindings: &'a [Binding],
    found: Vec<Field>,
}

/// The fields of a tile, those of its arms aside.
pub(super) fn fields(tile: &Tile, bindings: &[Binding]) -> Vec<Field> {
    let mut fields = Fields { bindings, found: Vec::new() };
    fields.tile(&tile.kind);
    fields.found
}

/// What each arm says, in the order of the edges; shorter than those where the last ones say
/// nothing but their label.
pub(super) fn heads(tile: &Tile, bindings: &[Binding]) -> Vec<String> {
    let source = |expr: &Expr| titles::source(expr, bindings);
    match &tile.kind {
        TileKind::WaitArms { arms, .. } => {
            let head = |trigger: &ArmTrigger| match trigger {
                ArmTrigger::Event(event) => format!("on event {}", header::on(event, bindings)),
                ArmTrigger::When(condition) => format!("when {}", source(&condition.test)),
            };
            arms.iter().map(|arm| head(&arm.trigger)).collect()
        }
        TileKind::BranchWhen { arms, .. } => {
            arms.iter().map(|(test, _)| format!("when {}", source(test))).collect()
        }
        TileKind::BranchValue { arms, .. } => {
            let list = |values: &[Expr]| values.iter().map(source).collect::<Vec<_>>().join(", ");
            arms.iter().map(|(values, _)| list(values)).collect()
        }
        TileKind::Split { arms, .. } => {
            arms.iter().map(|arm| format!("{} {}", arm.share, arm.name)).collect()
        }
        TileKind::Run { arms, .. } => arms.iter().map(|arm| arm.title.to_string()).collect(),
        _ => Vec::new(),
    }
}

impl Fields<'_> {
    fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.found.push(Field { name: name.into(), value: value.into() });
    }

    fn expr(&mut self, name: impl Into<String>, expr: &Expr) {
        let value = titles::source(expr, self.bindings);
        self.put(name, value);
    }

    fn binding(&mut self, binding: Option<BindingId>) {
        if let Some(name) = binding.and_then(|binding| name_of(binding, self.bindings)) {
            self.put("as", name);
        }
    }

    fn tile(&mut self, kind: &TileKind) {
        match kind {
            TileKind::WaitFor(length) => self.expr("wait", length),
            TileKind::WaitUntil { time, .. } => self.expr("until", time),
            TileKind::WaitWindow(window) => self.put("until", titles::window(*window)),
            TileKind::WaitCondition { condition, up_to } => {
                self.expr("until", &condition.test);
                if let Some(length) = up_to {
                    self.expr("up to", length);
                }
            }
            TileKind::WaitEvent { event, up_to } => {
                self.put("event", header::on(event, self.bindings));
                if let Some(length) = up_to {
                    self.expr("up to", length);
                }
            }
            TileKind::WaitArms { limit, .. } => match limit {
                WaitLimit::None => {}
                WaitLimit::UpTo(length) => self.expr("up to", length),
                WaitLimit::By(time) => self.expr("by", time),
            },
            TileKind::BranchWhen { .. } => {}
            TileKind::BranchValue { subject, .. } => self.expr("on", subject),
            TileKind::Split { name, per_entry, .. } => {
                self.put("name", &**name);
                if *per_entry {
                    self.put("drawn", "per entry");
                }
            }
            TileKind::Send { action, args, binding, policy, .. } => {
                self.put("action", &**action);
                if let Some(policy) = policy {
                    self.put("under", &**policy);
                }
                args.iter().for_each(|(name, value)| self.expr(&**name, value));
                self.binding(*binding);
            }
            TileKind::Webhook(webhook) => {
                self.put("method", requests::method(webhook.request.method));
                self.expr("url", &webhook.request.url);
                let headers = webhook.request.headers.iter();
                headers.for_each(|(name, value)| self.expr(format!("header {name}"), value));
                webhook.request.body.iter().for_each(|body| self.expr("body", body));
                self.put("delivery", requests::delivery(webhook.request.delivery).1);
                if webhook.pii {
                    self.put("may hold", "personal data");
                }
                if let Some(response) = &webhook.response {
                    self.binding(Some(response.binding));
                    self.put("response", schema::shape(&response.ty));
                }
            }
            TileKind::Update(sets) => {
                sets.iter().for_each(|(name, value)| self.expr(&**name, value));
            }
            TileKind::Member { audience, member } => {
                self.put(if *member { "add to" } else { "remove from" }, &**audience);
            }
            TileKind::Let(_, value) => self.expr("value", value),
            TileKind::Enter(call) | TileKind::Run { call, .. } => {
                self.put("journey", &*call.journey);
                let given = call.args.iter().chain(&call.event);
                given.for_each(|(name, value)| self.expr(&**name, value));
            }
            TileKind::Repeat(repeat) => {
                self.expr("up to", &repeat.times);
                for (name, expr) in [("every", &repeat.every), ("until", &repeat.until)] {
                    if let Some(expr) = expr {
                        self.expr(name, expr);
                    }
                }
            }
            TileKind::Exit(outcome) => self.put("outcome", &**outcome),
        }
    }
}

fn name_of(BindingId(id): BindingId, bindings: &[Binding]) -> Option<&str> {
    bindings.get(id as usize).map(|binding| &*binding.name)
}
