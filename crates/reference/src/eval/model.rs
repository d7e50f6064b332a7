//! A customer as plain data: all that ever happened, and nothing derived from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_sema::Checked;
use journey_sema::thir::BindingId;

use super::{Fault, Outcome, Value};

/// A customer and the whole past.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// The id.
    pub id: String,
    /// Traits that are set, defaults included, by name in source.
    pub traits: BTreeMap<Arc<str>, Value>,
    /// Every event so far, in the order in which they were applied.
    pub past: Vec<Occurrence>,
}

/// An event that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// The event's name in source.
    pub event: Arc<str>,
    /// A value for each property in declaration order, absent ones unset.
    pub properties: Vec<Value>,
    /// Its own time.
    pub at: i64,
}

/// A membership of the customer in a journey.
#[derive(Debug, Clone, Default)]
pub struct Instance {
    /// When it entered.
    pub entered: i64,
    /// How many events of the past had been applied when it had entered, its entry event too.
    pub entered_after: usize,
    /// The same for each labelled tile it has arrived at, at the last arrival.
    pub marks: BTreeMap<Arc<str>, usize>,
    /// What its bindings hold, as far as they happened.
    pub events: BTreeMap<BindingId, Occurrence>,
    /// Ids of the messages it has sent, by binding.
    pub messages: BTreeMap<BindingId, String>,
    /// Arguments and captured values that are set, by binding.
    pub values: BTreeMap<BindingId, Value>,
}

impl Customer {
    /// Sets traits; unset stands for the default.
    pub fn change(&mut self, checked: &Checked, changes: &[(Arc<str>, Value)]) {
        for (name, value) in changes {
            let declared = checked.schema.traits.iter().find(|it| it.name == *name);
            let default = declared.and_then(|it| it.default.clone());
            match if *value == Value::Unset { default } else { Some(value.clone()) } {
                Some(value) => self.traits.insert(name.clone(), value),
                None => self.traits.remove(name),
            };
        }
    }

    /// The value of a trait.
    pub fn trait_(&self, name: &str) -> Value {
        self.traits.get(name).cloned().unwrap_or(Value::Unset)
    }
}

impl Occurrence {
    /// The value of a property.
    pub fn property(&self, checked: &Checked, name: &str) -> Outcome {
        let event = checked.schema.events.iter().find(|event| event.name == self.event);
        let event = event.ok_or(Fault::Unchecked)?;
        let at = event.properties.iter().position(|property| *property.name == *name);
        at.and_then(|at| self.properties.get(at)).cloned().ok_or(Fault::Unchecked)
    }
}

impl Instance {
    /// The value of a parameter or of a `let`.
    pub(super) fn value(&self, binding: BindingId) -> Value {
        self.values.get(&binding).cloned().unwrap_or(Value::Unset)
    }

    /// The value of a property of a binding; unset if it did not happen.
    pub(super) fn bound(&self, binding: BindingId, name: &str, checked: &Checked) -> Outcome {
        if let Some(id) = self.messages.get(&binding) {
            return Ok(Value::Text(id.as_str().into()));
        }
        let Some(event) = self.events.get(&binding) else { return Ok(Value::Unset) };
        match event.property(checked, name) {
            Err(_) if name == "at" => Ok(Value::Time(event.at)),
            property => property,
        }
    }
}
