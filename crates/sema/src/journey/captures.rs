//! Values that a journey knows by a name: parameters, and what `let` tiles capture.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::{Checker, signature};
use crate::Type;
use crate::cx::{Bound, Cx};
use crate::findings::{Finding, Place};
use crate::index::Definition;
use crate::names::NameKind;
use crate::privacy::{Personal, Source};
use crate::thir::{BindingId, BindingKind, Param, TileKind};
use crate::view::View;

impl Checker<'_> {
    /// `let x = …`: the value at the instant at which a member passes. The name is in scope from
    /// the next tile on.
    pub(super) fn let_tile(
        &mut self,
        tile: ast::Tile<'_>,
        capture: ast::LetTile<'_>,
    ) -> Option<TileKind> {
        if let Some(label) = tile.label() {
            let message = "a `let` takes no label: members do not stay at it";
            let finding = Finding::new(Code::BAD_SHAPE, label.range(), message);
            let range = TextRange::new(label.range().start, capture.range().start);
            self.cx.report(finding.safe("remove the label", range, ""));
        }
        let value = self.cx.untyped(capture.expr());
        if value.ty == Type::Unset {
            let message = "a captured value is one, and `unset` is none";
            self.cx.report(Finding::new(Code::TYPE_MISMATCH, value.range, message));
        }
        let name = capture.name()?;
        self.cx.declare(name);
        let clause = tile.range();
        let id = self.cx.bind_value(name.source(), name.range(), clause, value.ty.clone());
        // What is kept of personal data is personal data.
        let whole = self.cx.personal(&value, false).is_some();
        let source = self.cx.personal(&value, true);
        if let Some(bound) = self.cx.bindings.get_mut(id.0 as usize) {
            bound.personal = source.map(|source| Personal { source, whole });
        }
        self.cx.scope.push(id);
        Some(TileKind::Let(id, value))
    }

    /// Puts the parameters in scope, for the header and all tiles.
    pub(super) fn params(&mut self, view: View<'_>, decl: ast::JourneyDecl<'_>) -> Vec<Param> {
        if decl.param_list().is_none() {
            return Vec::new();
        }
        let declared = match view.record {
            None => signature::journey_params(view.db, view.item).clone(),
            Some(_) => signature::params(view),
        };
        self.cx.findings.extend(declared.findings.iter().cloned());
        self.cx.uses.extend(declared.uses.iter().cloned());
        let fields = declared.value.as_deref().map_or(&[][..], Vec::as_slice);
        let list = decl.param_list().into_iter().flat_map(|list| list.params());
        let mut names = list.filter_map(|param| param.any_name());
        let mut params = Vec::new();
        for field in fields {
            // A second one of the same name was reported and is no field.
            let Some(name) = names.find(|name| *name.source() == *field.name) else { continue };
            self.cx.hides(&field.name, name.range());
            // What to remove is not only said here: others give it.
            let clause = TextRange::empty(name.range().end);
            let ty = field.ty.clone();
            let binding = self.cx.bind_value(&field.name, name.range(), clause, ty);
            self.cx.binding_is(binding, || Definition::Parameter {
                kind: NameKind::Journey,
                of: self.name.clone(),
                name: field.name.clone(),
            });
            if let Some(bound) = self.cx.bindings.get_mut(binding.0 as usize)
                && field.holds_pii()
            {
                let what = format!("the parameter `{}`", field.name);
                let source = Source { what, place: Place::Here(name.range()) };
                bound.personal = Some(Personal { source, whole: field.marks.pii });
            }
            self.cx.scope.push(binding);
            params.push(Param { field: field.clone(), binding });
        }
        params
    }
}

impl Cx<'_> {
    /// A value that a member carries and nobody can name.
    pub(super) fn hidden(&mut self, name: &str, ty: Type, range: TextRange) -> BindingId {
        let id = self.bind_value(name, range, range, ty);
        if let Some(bound) = self.bindings.get_mut(id.0 as usize) {
            bound.used = true;
        }
        id
    }

    /// Makes a binding that holds a value. It is not in scope yet.
    fn bind_value(
        &mut self,
        name: &str,
        range: TextRange,
        clause: TextRange,
        ty: Type,
    ) -> BindingId {
        let id = BindingId(self.bindings.len() as u32);
        self.bindings.push(Bound {
            name: name.into(),
            kind: BindingKind::Value(ty),
            range,
            clause,
            info: None,
            known: Vec::new(),
            personal: None,
            used: false,
        });
        id
    }
}
