//! Customers and events to try expressions on.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_sema::Field;
use journey_sema::thir::Const;

use super::Generator;
use crate::eval::{Customer, Occurrence};

impl Generator {
    /// A customer of whom some things are known, and who has no past yet.
    pub fn customer(&mut self) -> Customer {
        let mut traits = BTreeMap::new();
        for field in self.schema.traits.clone() {
            if let Some(value) = self.given(&field) {
                traits.insert(field.name, value);
            }
        }
        Customer { id: "c-17".to_owned(), traits, past: Vec::new() }
    }

    /// What a trait holds: nothing, its default, or something else.
    fn given(&mut self, field: &Field) -> Option<Const> {
        match self.random.one_in(3) {
            true => field.default.clone(),
            false => Some(self.value(&field.ty.required())),
        }
    }

    /// Some traits and their new values; unset stands for the default.
    pub fn changes(&mut self) -> Vec<(Arc<str>, Const)> {
        let fields = self.schema.traits.clone();
        let mut changes: BTreeMap<Arc<str>, Const> = BTreeMap::new();
        for _ in 0..1 + self.random.below(6) {
            if let Some(field) = self.random.pick(&fields) {
                let value = self.given(field).unwrap_or(Const::Unset);
                changes.insert(field.name.clone(), value);
            }
        }
        changes.into_iter().collect()
    }

    /// An event of a kind.
    pub fn occurrence(&mut self, event: &str, at: i64) -> Occurrence {
        let declared = self.schema.events.iter().find(|it| *it.name == *event).cloned();
        let fields = declared.map(|it| it.properties).unwrap_or_default();
        let properties = fields.iter().map(|field| self.value(&field.ty)).collect();
        Occurrence { event: event.into(), properties, at }
    }
}
